"""Nouns of a forecast: where what falls comes down or was launched, and from where other tracks came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Landing:
    """Where on the ground something that falls comes down, or was launched from: a place and ellipses around it.

    `place`: latitude and longitude, rad; in a local frame east and north, m. The semi-axes of the area that holds it
    with 50 and 90 % are 1.177 and 2.146 times `sigma_m`, the longer one first, `bearing_rad` from north clockwise.
    `time_ns`: 10, 50 and 90 %.
    """

    track: int
    place: tuple[float, float]
    sigma_m: tuple[float, float]
    bearing_rad: float
    time_ns: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a track came: where it was first seen, and the bearing from there back along its first leg."""

    track: int
    place: tuple[float, float]  # as of Landing
    bearing_rad: float
    sigma_rad: float
    seen_ns: int
