"""What is thrown enters a ring where it falls, not where it passes high above it."""

from dataclasses import replace

import numpy as np

from tests.flown import BEGIN_NS
from tests.nights import DRONE, Flight, places, truth
from tocsin.score.tables.objects import Objects
from tocsin.score.warning.entries import LOW_M, stays

ROCKET = "ballistic rocket"
SITES = places((0.0, 0.0), (20_000.0, 0.0))  # it flies over the first and falls on the second


def falling(kind: str) -> Objects:
    """From 30 km up at the west to the ground at 20 km east, at 1 km/s over the ground."""
    flown = truth(Flight(1, kind, 0, 50, -30_000.0, 0.0, 1_000.0))
    height = np.linspace(30_000.0, 0.0, len(flown))
    return replace(flown, place=np.column_stack((flown.place[:, :2], height)))


def test_a_rocket_enters_only_the_ring_that_it_falls_into() -> None:
    found = stays(falling(ROCKET), SITES)
    assert found.place.tolist() == [1]
    entered_s = (int(found.enter_ns[0]) - BEGIN_NS) / 1e9
    assert 50.0 * (1.0 - LOW_M / 30_000.0) - 1.0 <= entered_s <= 50.0


def test_what_flies_enters_at_any_height() -> None:
    assert stays(falling(DRONE), SITES).place.tolist() == [0, 1]


def test_where_no_height_is_told_a_rocket_counts_as_anything_else() -> None:
    flown = falling(ROCKET)
    flat = replace(flown, place=np.column_stack((flown.place[:, :2], np.full(len(flown), np.nan))))
    assert stays(flat, SITES).place.tolist() == [0, 1]
