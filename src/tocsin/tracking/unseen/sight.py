"""Which sensor sees which part of which cell: worked out once from the site, read whenever a sensor has looked.

`hidden` and `in_hole` are the one place that says what a sensor could see: range, field of view, elevation, the
4/3-earth horizon, and the ground where the site has heights. Points in a cell are seen or not: an entry's bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from tocsin.geo.frames import ecef_from_geodetic
from tocsin.geo.horizon import horizon_m
from tocsin.geo.terrain import Skyline, Terrain, skyline
from tocsin.messages import Flags, Floats, Ints
from tocsin.models.groups import BAND_HEIGHTS_M
from tocsin.models.moving import moving, told_at
from tocsin.models.sensing import axes_at
from tocsin.settings import Sensor
from tocsin.tracking.unseen.grid import POINTS, Grid

TURN_RAD: Final = 2.0 * np.pi
HEIGHTS: Final = len(BAND_HEIGHTS_M[0])
BITS: Final = POINTS * HEIGHTS  # bit p * HEIGHTS + h: point p of the cell at height h of the band
BINS: Final = 64  # azimuth bins of a sensor's looks
BINS_OF_MANY: Final = 8
MANY: Final = 512  # sensors: a network so large has stations that see a few cells each
SOUND_MPS: Final = 1e6  # slower than this is sound, which goes around a hill


class Looker(NamedTuple):
    """The numbers of a sensor that say what it could see; None where the site says nothing: equals are equal."""

    latitude_rad: float
    longitude_rad: float
    altitude_m: float
    range_min_m: float
    range_max_m: float
    azimuth: tuple[float, float] | None
    elevation_min_rad: float
    elevation_max_rad: float
    horizon: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Entries of one sensor after the other: e of them.

    `cell` counts band * cells + cell. `seen`: bits of the points that it sees. `hole`: bits of those in its cone of
    silence or nearer than its least range: it does not see them, but nothing gets there unseen. `range_m`: slant
    range of the cell's middle.
    """

    sensor: Ints
    bin: Ints
    cell: Ints
    seen: Ints
    hole: Ints
    range_m: Floats
    bins: int

    def part(self) -> Floats:
        """How much of the cell is seen."""
        return np.bitwise_count(self.seen) / BITS


def surveys(sensor: Sensor) -> bool:
    """Does silence of this sensor say anything?"""
    return sensor.reporting != "event" and bool(np.isfinite([sensor.latitude_rad, sensor.longitude_rad]).all())


def sight_of(sensors: Sequence[Sensor], grid: Grid, terrain: Terrain | None = None) -> Sight:
    """What the sensors could see. Those that are no survey have no entries."""
    bins = BINS if len(sensors) <= MANY else BINS_OF_MANY
    parts = []
    for index, sensor in enumerate(sensors):
        if not surveys(sensor):
            continue
        looker = looker_of(sensor)
        entries = _entries(looker, grid, bins) if terrain is None else _look_over(looker, grid, bins, terrain)
        parts.append((np.full(len(entries[0]), index), *entries))
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Sight(nothing, nothing, nothing, nothing, nothing, np.zeros(0), bins)
    owner, bin_, cell, seen, hole, range_m = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Sight(owner, bin_, cell, seen, hole, range_m, bins)


def followed(sight: Sight, sensors: Sequence[Sensor], grid: Grid, terrain: Terrain | None, time_ns: int) -> Sight:
    """The sight with the entries of sensors that move as of a time; those of all others stay as they are."""
    here = [_where(s, time_ns) if s.path else replace(s, reporting="event") for s in sensors]
    anew = sight_of(here, grid, terrain)
    kept = ~np.isin(sight.sensor, moving(sensors))
    order = np.argsort(np.concatenate([sight.sensor[kept], anew.sensor]), kind="stable")

    def both(name: str) -> Any:  # noqa: ANN401
        return np.concatenate([getattr(sight, name)[kept], getattr(anew, name)])[order]

    return Sight(both("sensor"), both("bin"), both("cell"), both("seen"), both("hole"), both("range_m"), sight.bins)


def _where(sensor: Sensor, time_ns: int) -> Sensor:
    """A moving sensor as it stands at a time."""
    latitude, longitude, altitude = told_at(sensor, np.array([time_ns]))[0].tolist()
    return replace(sensor, latitude_rad=latitude, longitude_rad=longitude, altitude_m=altitude)


def looker_of(sensor: Sensor) -> Looker:
    """What of a sensor says where it could see."""
    sector = None
    if np.isfinite([sensor.azimuth_from_rad, sensor.azimuth_to_rad]).all():
        sector = (sensor.azimuth_from_rad, sensor.azimuth_to_rad)
    return Looker(
        sensor.latitude_rad,
        sensor.longitude_rad,
        0.0 if np.isnan(sensor.altitude_m) else sensor.altitude_m,
        sensor.min_range_m,
        sensor.max_range_m,
        sector,
        sensor.elevation_min_rad,
        sensor.elevation_max_rad,
        sensor.propagation_mps >= SOUND_MPS,
    )


Entries = tuple[Ints, Ints, Ints, Ints, Floats]


@lru_cache(maxsize=256)
def _entries(looker: Looker, grid: Grid, bins: int) -> Entries:
    return _look_over(looker, grid, bins, None)


def _look_over(looker: Looker, grid: Grid, bins: int, terrain: Terrain | None) -> Entries:
    """Bin, cell, seen, hole and range of every cell that a sensor sees a part of."""
    here = np.array([[looker.latitude_rad], [looker.longitude_rad]])
    at = grid.plane(here[0], here[1])[0]
    every = np.arange(grid.cells)
    middle = grid.points(every)[:, POINTS // 2]
    away = np.hypot(*(middle - at).T)
    cells = every[away <= looker.range_max_m + grid.cell_m]
    latitude, longitude = grid.ground(grid.points(cells))
    ground = np.zeros_like(latitude) if terrain is None else terrain.height_m(latitude, longitude)
    line = None
    if terrain is not None:
        line = skyline(terrain, looker.latitude_rad, looker.longitude_rad, looker.altitude_m, looker.range_max_m)
    out = []
    for band, heights in enumerate(BAND_HEIGHTS_M):
        seen, hole = np.zeros(len(cells), dtype=np.int64), np.zeros(len(cells), dtype=np.int64)
        slant, azimuth = np.zeros(len(cells)), np.zeros(len(cells))
        for h, height in enumerate(heights):
            seen_from = polar(looker, latitude, longitude, ground + height)
            slant, azimuth = seen_from[0][:, POINTS // 2], seen_from[1][:, POINTS // 2]
            out_of_sight = hidden(looker, *seen_from, ground + height, line)
            silent = in_hole(looker, seen_from[0], seen_from[2])
            bit = np.int64(1) << (np.arange(POINTS) * HEIGHTS + h)
            seen += ((~out_of_sight & ~silent) * bit).sum(axis=1)
            hole += ((~out_of_sight & silent) * bit).sum(axis=1)
        some = (seen | hole) != 0
        index = np.floor(azimuth % TURN_RAD / TURN_RAD * bins).astype(np.int64) % bins
        out.append((index[some], band * grid.cells + cells[some], seen[some], hole[some], slant[some]))
    bin_, cell, seen, hole, range_m = (np.concatenate(column) for column in zip(*out, strict=True))
    return bin_, cell, seen, hole, range_m


def polar(
    looker: Looker, latitude: Floats, longitude: Floats, altitude: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Slant range, azimuth, elevation and distance along the ground."""
    axes = axes_at(looker.latitude_rad, looker.longitude_rad)
    at = ecef_from_geodetic(looker.latitude_rad, looker.longitude_rad, looker.altitude_m)
    away = ecef_from_geodetic(latitude, longitude, altitude) - at
    e, n, u = ((away * axis).sum(axis=-1) for axis in axes)
    g = np.hypot(e, n)
    return np.hypot(g, u), np.arctan2(e, n), np.arctan2(u, g), g


def hidden(
    looker: Looker, r: Floats, azimuth: Floats, elevation: Floats, g: Floats, altitude: Floats, line: Skyline | None
) -> Flags:
    """Where a sensor can never see: out of range or of its field of view, below its beam, horizon or skyline."""
    out = (r > looker.range_max_m) | (elevation < looker.elevation_min_rad)
    if looker.horizon:
        out |= g > horizon_m(max(looker.altitude_m, 10.0), altitude)
    if looker.azimuth is not None:
        start, stop = looker.azimuth
        width = (stop - start) % TURN_RAD
        if width > 0.0:
            out |= (azimuth - start) % TURN_RAD > width
    if line is not None:
        out |= altitude < line.lowest_m(azimuth, g)
    return np.asarray(out)


def in_hole(looker: Looker, r: Floats, elevation: Floats) -> Flags:
    """The cone of silence above a sensor, and what is nearer than its least range."""
    return np.asarray((r < looker.range_min_m) | (elevation > looker.elevation_max_rad))
