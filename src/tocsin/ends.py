"""Nouns of a forecast that are areas: both ends of what falls, whence others came, and where they may be soon."""

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


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a track may be after a while: ellipses that hold 50 and 90 % of its futures, the longer semi-axis first."""

    after_s: float
    place: tuple[float, float]  # as of Landing
    bearing_rad: float
    half_m: tuple[float, float]
    most_m: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cone:
    """One track's ways ahead: where it is now (after 0 s), and at each horizon. A way ends where it arrived."""

    track: int
    spreads: tuple[Spread, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The areas of a forecast, of the tracks that endanger something, the worst first, or of those asked for.

    `tracks`: their numbers, each with the places that are at watch or more because of it.
    """

    time_ns: int
    tracks: tuple[tuple[int, tuple[str, ...]], ...] = ()
    impacts: tuple[Landing, ...] = ()
    launches: tuple[Landing, ...] = ()
    origins: tuple[Origin, ...] = ()
    cones: tuple[Cone, ...] = ()
