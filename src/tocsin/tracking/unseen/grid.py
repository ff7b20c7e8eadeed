"""The field's grid: square cells over the site's region, three height bands, and points inside each cell.

Cells lie in the plane that touches the earth in the middle of the region. A cell of the earth's surface 500 km off is
smaller there by 0.3 %, which is nothing beside a field that is known to a factor.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.geo.ellipsoid import MEAN_RADIUS_M
from tocsin.geo.frames import ecef_from_geodetic, geodetic_from_ecef
from tocsin.messages import Floats, Ints
from tocsin.models.groups import ACTION_TIME_S, GROUPS
from tocsin.models.sensing import axes_at
from tocsin.settings import Place, Sensor, Settings

CELL_LEAST_M: Final = 2_000.0
CELL_MOST_M: Final = 5_000.0
CELLS_ALONG: Final = 100  # wanted along the longer side
CELLS_MAX: Final = 40_000  # of one layer; a larger region gets larger cells
MARGIN_CELLS: Final = 2
OFFSETS: Final = (-1.0 / 3.0, 0.0, 1.0 / 3.0)  # of the points in a cell, in cells, along either side
POINTS: Final = len(OFFSETS) ** 2
REGION_MAX_M: Final = 1_500_000.0  # from its middle: beyond that a plane is no map


@dataclass(frozen=True, slots=True)
class Grid:
    """`across` x `along` cells of `cell_m` from (west_m, south_m) of the plane at a place; row by row, northwards."""

    latitude_rad: float
    longitude_rad: float
    west_m: float
    south_m: float
    cell_m: float
    across: int
    along: int

    @property
    def cells(self) -> int:
        """Cells of one layer."""
        return self.across * self.along

    def origin(self) -> tuple[Floats, Floats]:
        """Where the plane touches the earth, ECEF (3,), and its axes as rows east, north, up (3, 3)."""
        return ecef_from_geodetic(self.latitude_rad, self.longitude_rad, 0.0), axes_at(
            self.latitude_rad, self.longitude_rad
        )

    def plane(self, latitude_rad: Floats, longitude_rad: Floats) -> Floats:
        """Places on the ground in the plane: (n, 2) metres."""
        origin, axes = self.origin()
        away = ecef_from_geodetic(latitude_rad, longitude_rad, np.zeros_like(latitude_rad)) - origin
        return np.stack([(away * axes[0]).sum(axis=-1), (away * axes[1]).sum(axis=-1)], axis=-1)

    def points(self, cells: Ints) -> Floats:
        """The points inside cells, in the plane: (n, POINTS, 2)."""
        east, north = cells % self.across, cells // self.across
        offset = np.array([(a, b) for b in OFFSETS for a in OFFSETS])
        middle = np.stack([east + 0.5, north + 0.5], axis=-1)
        corner = np.array([self.west_m, self.south_m])
        return np.asarray(corner + self.cell_m * (middle[:, None, :] + offset))

    def ground(self, points: Floats) -> tuple[Floats, Floats]:
        """Latitude and longitude, radians, of points (..., 2) of the plane, straight below them."""
        origin, axes = self.origin()
        drop = -(points**2).sum(axis=-1) / (2.0 * MEAN_RADIUS_M)
        at = origin + points[..., :1] * axes[0] + points[..., 1:] * axes[1] + drop[..., None] * axes[2]
        latitude, longitude, _ = geodetic_from_ecef(at)
        return latitude, longitude

    def cell_at(self, points: Floats) -> Ints:
        """The cell of each point (n, 2), `cells` for those outside."""
        a = np.floor((points[:, 0] - self.west_m) / self.cell_m).astype(np.int64)
        b = np.floor((points[:, 1] - self.south_m) / self.cell_m).astype(np.int64)
        inside = (a >= 0) & (b >= 0) & (a < self.across) & (b < self.along)
        return np.where(inside, b * self.across + a, self.cells)


def grid_of(settings: Settings) -> Grid | None:
    """The grid over all that the site's sensors reach and all that threatens its places; None where there is no earth
    under them (laboratory data) or nothing is placed.
    """
    placed = [sensor for sensor in settings.sensors if np.isfinite([sensor.latitude_rad, sensor.longitude_rad]).all()]
    if settings.frame.kind != "earth" or not (placed or settings.places):
        return None
    corners = [(s.latitude_rad, s.longitude_rad, _reach_m(s)) for s in placed]
    corners += [(row[1], row[2], _reach_m(s)) for s in placed for row in s.path]
    corners += [(a, b, place_reach_m(place)) for place in settings.places for a, b in place.geometry]
    latitude, longitude, reach = np.array(corners).T
    middle = Grid(float(latitude.mean()), _mean_longitude(longitude), 0.0, 0.0, CELL_LEAST_M, 1, 1)
    at = middle.plane(latitude, longitude)
    low = np.maximum((at - reach[:, None]).min(axis=0), -REGION_MAX_M)
    high = np.minimum((at + reach[:, None]).max(axis=0), REGION_MAX_M)
    cell = float(np.clip((high - low).max() / CELLS_ALONG, CELL_LEAST_M, CELL_MOST_M))
    cell = max(cell, float(np.sqrt((high - low).prod() / CELLS_MAX)))
    across, along = (np.ceil((high - low) / cell).astype(int) + 2 * MARGIN_CELLS).tolist()
    west, south = (low - MARGIN_CELLS * cell).tolist()
    return Grid(middle.latitude_rad, middle.longitude_rad, west, south, cell, across, along)


def _reach_m(sensor: Sensor) -> float:
    return sensor.max_range_m if sensor.reporting != "event" else 0.0


def place_reach_m(place: Place) -> float:
    """How far from a place its slowest to warn of threat must be seen."""
    return place.ring_m + max(group.reach_m(place.action_time_s or ACTION_TIME_S) for group in GROUPS if group.arrives)


def _mean_longitude(longitude: Floats) -> float:
    return float(np.arctan2(np.sin(longitude).mean(), np.cos(longitude).mean()))
