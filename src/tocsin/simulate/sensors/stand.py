"""Where a sensor stands, and what it could see from there: geometry that all physics share."""

from dataclasses import dataclass

import numpy as np

from tocsin.geo.frames import ecef_from_geodetic, enu_vector_from_ecef, polar_from_enu
from tocsin.geo.horizon import lowest_height_m
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Flags, Floats
from tocsin.settings import Sensor


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A place on the ground with its own east, north and up."""

    latitude_rad: float
    longitude_rad: float
    altitude_m: float
    origin_m: Floats

    @classmethod
    def of(cls, sensor: Sensor) -> "Stand":
        """The stand of a declared sensor."""
        at = (sensor.latitude_rad, sensor.longitude_rad, sensor.altitude_m if np.isfinite(sensor.altitude_m) else 0.0)
        return cls(*at, ecef_from_geodetic(*at))

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
        """Not hidden by the bulge of the earth."""
        enu = self.enu(position_m)
        return np.asarray(altitude_m >= lowest_height_m(self.altitude_m, np.hypot(enu[..., 0], enu[..., 1])))


def in_sector(azimuth_rad: Floats, from_rad: float, to_rad: float) -> Flags:
    """Inside a sector that runs clockwise; NaN is all around."""
    if np.isnan(from_rad):
        return np.ones(np.shape(azimuth_rad), dtype=np.bool_)
    width = (to_rad - from_rad) % TURN_RAD or TURN_RAD
    return np.asarray((azimuth_rad - from_rad) % TURN_RAD <= width)
