"""Where a sensor stands, and what it could see from there: geometry that all physics share."""

from dataclasses import dataclass

import numpy as np

from tocsin.geo.frames import ecef_from_geodetic, enu_vector_from_ecef, geodetic_from_ecef, polar_from_enu
from tocsin.geo.horizon import lowest_height_m
from tocsin.geo.terrain import Skyline, Terrain, skyline
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Flags, Floats
from tocsin.settings import Sensor
from tocsin.simulate.flight.sky import Sky

SKYLINE_M_MAX = 300_000.0  # what is seen further out than this flies higher than any hill


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A place with its own east, north and up; or many of them, one for each row, where the sensor itself moves."""

    latitude_rad: Floats
    longitude_rad: Floats
    altitude_m: Floats
    origin_m: Floats  # (..., 3)
    skyline: Skyline | None = None

    @classmethod
    def of(cls, sensor: Sensor, terrain: Terrain | None = None) -> "Stand":
        """The stand of a declared sensor, behind its own hills."""
        height = sensor.altitude_m if np.isfinite(sensor.altitude_m) else 0.0
        at = (sensor.latitude_rad, sensor.longitude_rad, height)
        hills = None if terrain is None else skyline(terrain, *at, min(sensor.max_range_m, SKYLINE_M_MAX))
        latitude, longitude, altitude = (np.asarray(part) for part in at)
        return cls(latitude, longitude, altitude, ecef_from_geodetic(*at), hills)

    @classmethod
    def carried(cls, sky: Sky, carrier: int, time_s: Floats) -> "Stand":
        """Where an aircraft that carries a sensor is, at times of any shape; NaN where it does not fly."""
        flat = np.ravel(time_s)
        position, _, _ = sky.at(flat, np.full(len(flat), carrier))
        position = position.reshape(*np.shape(time_s), 3)
        return cls(*geodetic_from_ecef(position), position)

    def enu(self, position_m: Floats) -> Floats:
        """ECEF positions (..., 3) as east, north, up of this stand."""
        return enu_vector_from_ecef(position_m - self.origin_m, self.latitude_rad, self.longitude_rad)

    def polar(self, position_m: Floats) -> tuple[Floats, Floats, Floats]:
        """Slant range, azimuth and elevation of ECEF positions (..., 3)."""
        return polar_from_enu(self.enu(position_m))

    def range_rate(self, position_m: Floats, velocity_mps: Floats) -> Floats:
        """How fast the range grows, metres per second."""
        away = position_m - self.origin_m
        out: Floats = (away * velocity_mps).sum(-1) / np.maximum(np.sqrt((away * away).sum(-1)), 1.0)
        return out

    def above_horizon(self, position_m: Floats, altitude_m: Floats) -> Flags:
        """Not hidden by the bulge of the earth or by hills."""
        enu = self.enu(position_m)
        ground = np.hypot(enu[..., 0], enu[..., 1])
        if self.skyline is None:
            return np.asarray(altitude_m >= lowest_height_m(self.altitude_m, ground))
        return np.asarray(altitude_m >= self.skyline.lowest_m(np.arctan2(enu[..., 0], enu[..., 1]), ground))


def in_sector(azimuth_rad: Floats, from_rad: float, to_rad: float) -> Flags:
    """Inside a sector that runs clockwise; NaN is all around."""
    if np.isnan(from_rad):
        return np.ones(np.shape(azimuth_rad), dtype=np.bool_)
    width = (to_rad - from_rad) % TURN_RAD or TURN_RAD
    return np.asarray((azimuth_rad - from_rad) % TURN_RAD <= width)
