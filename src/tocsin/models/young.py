"""Tracks that are new: as much of them as tells whether a decision can wait for the next Tick."""

from typing import NamedTuple

from tocsin.messages import Flags, Floats, Ints


class Young(NamedTuple):
    """Confirmed tracks of few detections, n rows, as they are between two Ticks."""

    birth: Ints  # (n,) a number of its own, which no other track has
    detections: Ints  # (n,) so far
    position_m: Floats  # (n, 3) in the site's frame
    velocity_mps: Floats  # (n, 3)
    kind: Floats  # (n, classes) probability of each class
    named: Flags  # (n,) it says who it is
    classes: tuple[str, ...]


FEW = 6  # with more detections it has been decided on at several Ticks
