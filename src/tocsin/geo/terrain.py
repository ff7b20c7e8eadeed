"""The ground: heights on a grid, and how low a sensor sees over it.

Heights are metres above the WGS 84 ellipsoid, like every altitude here; a model above the geoid must be lifted by its
undulation first. Beyond the grid the ground is at 0.

Source of the shadow: ITU-R P.526 section 4 (the terrain angle over an effective earth radius of 4/3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tocsin.errors import SiteError
from tocsin.geo.areas import area
from tocsin.geo.distance import travel
from tocsin.geo.ellipsoid import MEAN_RADIUS_M
from tocsin.geo.horizon import EFFECTIVE_RADIUS_M
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Floats

EDGE = 1e-6  # of a cell: the edge itself belongs to the grid, whatever rounding makes of it
CELLS_MAX = 40_000_000  # 320 MB: more is a mistake of units


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """Heights at grid points: row r at south_rad + r * step_rad[0], column c at west_rad + c * step_rad[1]."""

    south_rad: float
    west_rad: float
    step_rad: tuple[float, float]
    height_grid_m: Floats

    def height_m(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
        """The height of the ground, bilinear between grid points; 0 beyond the grid. NaN stays NaN."""
        rows, columns = self.height_grid_m.shape
        y = (np.asarray(latitude_rad, dtype=np.float64) - self.south_rad) / self.step_rad[0]
        # The grid may cross the antimeridian: count columns eastwards from its western edge.
        x = np.mod(np.asarray(longitude_rad, dtype=np.float64) - self.west_rad, TURN_RAD) / self.step_rad[1]
        x = np.where(x > TURN_RAD / self.step_rad[1] - EDGE, 0.0, x)
        inside = (y >= -EDGE) & (y <= rows - 1.0 + EDGE) & (x <= columns - 1.0 + EDGE)
        r = np.where(inside, np.minimum(y, rows - 1.001), 0.0).astype(np.int64)
        c = np.where(inside, np.minimum(x, columns - 1.001), 0.0).astype(np.int64)
        v, u = np.where(inside, y - r, 0.0), np.where(inside, x - c, 0.0)
        grid = self.height_grid_m
        low = grid[r, c] * (1.0 - u) + grid[r, c + 1] * u
        high = grid[r + 1, c] * (1.0 - u) + grid[r + 1, c + 1] * u
        return np.where(inside, low * (1.0 - v) + high * v, np.where(np.isnan(x + y), np.nan, 0.0))


def ridges(lines: Sequence[tuple[Sequence[tuple[float, float]], float, float]], step_m: float = 250.0) -> Terrain:
    """A small invented landscape: each ridge is (points (latitude, longitude) in radians, height m, half width m).

    Its cross section is a bell, exp(-d**2 / (2 width**2)); where ridges meet, the higher one stands.
    Raises SiteError where there is none, or where the grid would hold more than CELLS_MAX points.
    """
    if not lines:
        raise SiteError("a ridge field needs at least one ridge")
    corners = np.concatenate([np.asarray(points, dtype=np.float64) for points, _, _ in lines])
    margin = 4.0 * max(width for _, _, width in lines) / MEAN_RADIUS_M
    south, north = corners[:, 0].min() - margin, corners[:, 0].max() + margin
    narrow = np.cos(max(abs(south), abs(north)))
    west, east = corners[:, 1].min() - margin / narrow, corners[:, 1].max() + margin / narrow
    step = step_m / MEAN_RADIUS_M, step_m / MEAN_RADIUS_M / narrow
    rows, columns = int((north - south) / step[0]) + 2, int((east - west) / step[1]) + 2
    if rows * columns > CELLS_MAX:
        raise SiteError(f"a ridge field of {rows} x {columns} points is too fine; give a larger step_m")
    latitude, longitude = np.meshgrid(
        south + np.arange(rows) * step[0], west + np.arange(columns) * step[1], indexing="ij"
    )
    height = np.zeros((rows, columns))
    for points, height_m, width_m in lines:
        away = area("border", list(points)).distance_m(latitude, longitude)
        height = np.maximum(height, height_m * np.exp(-0.5 * (away / width_m) ** 2))
    return Terrain(float(south), float(west), step, height)


@dataclass(frozen=True, slots=True, eq=False)
class Skyline:
    """What the ground hides from one place: the lowest altitude seen, by azimuth and ground distance."""

    step_m: float
    lowest_grid_m: Floats  # (azimuths, distances); distance 0 is the place itself

    def lowest_m(self, azimuth_rad: ArrayLike, ground_m: ArrayLike) -> Floats:
        """The lowest altitude above the ellipsoid that is seen there; beyond the grid: as at its edge."""
        azimuths, distances = self.lowest_grid_m.shape
        row = np.rint(np.asarray(azimuth_rad) / TURN_RAD * azimuths)
        column = np.clip(np.asarray(ground_m) / self.step_m, 0.0, distances - 1.001)
        known = np.isfinite(row) & np.isfinite(column)
        r = np.where(known, row, 0).astype(np.int64) % azimuths
        c = np.where(known, column, 0).astype(np.int64)
        u = np.where(known, column - c, 0.0)
        low = self.lowest_grid_m[r, c] * (1.0 - u) + self.lowest_grid_m[r, c + 1] * u
        return np.where(known, low, np.nan)


def skyline(
    terrain: Terrain,
    latitude_rad: float,
    longitude_rad: float,
    altitude_m: float,
    range_m: float,
    step_m: float = 400.0,
    azimuths: int = 720,
) -> Skyline:
    """The skyline of an antenna at `altitude_m`, out to `range_m`.

    Along each azimuth the steepest terrain angle so far is kept; what is seen further out lies above the ray with that
    angle, bent by an earth of 4/3 of its radius.
    """
    ground = np.arange(0.0, range_m + 2.0 * step_m, step_m)
    azimuth = np.arange(azimuths) * TURN_RAD / azimuths
    latitude, longitude, _ = travel(latitude_rad, longitude_rad, azimuth[:, None], ground[None, :])
    drop = ground**2 / (2.0 * EFFECTIVE_RADIUS_M)
    rise = terrain.height_m(latitude, longitude) - drop - altitude_m
    slope = rise[:, 1:] / ground[1:]
    steepest = np.maximum.accumulate(slope, axis=1)
    # What stands at a distance is hidden by what stands before it, not by itself.
    lowest = terrain.height_m(latitude, longitude)
    hidden = altitude_m + drop[2:] + steepest[:, :-1] * ground[2:]
    lowest[:, 2:] = np.maximum(lowest[:, 2:], hidden)
    return Skyline(step_m, lowest)
