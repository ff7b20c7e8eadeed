"""Where a sensor stands, and what it could see from there: geometry that all physics share."""

from dataclasses import dataclass

import numpy as np

from tocsin.geo.frames import ecef_from_geodetic, enu_vector_from_ecef, geodetic_from_ecef, half_turn, polar_from_enu
from tocsin.geo.horizon import EFFECTIVE_RADIUS_M, lowest_height_m
from tocsin.geo.terrain import Skyline, Terrain, skyline
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Flags, Floats
from tocsin.settings import Sensor
from tocsin.simulate.flight.sky import Sky

RAY_POINTS = 60  # a ridge some kilometres wide is met at least once within 200 km
SKYLINE_M_MAX = 300_000.0  # what is seen further out than this flies higher than any hill


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A place with its own east, north and up; or many of them, one for each row, where the sensor itself moves."""

    latitude_rad: Floats
    longitude_rad: Floats
    altitude_m: Floats
    origin_m: Floats  # (..., 3)
    skyline: Skyline | None = None
    terrain: Terrain | None = None  # where there is no skyline, because the sensor moves

    @classmethod
    def of(cls, sensor: Sensor, terrain: Terrain | None = None) -> "Stand":
        """The stand of a declared sensor, behind its own hills."""
        height = sensor.altitude_m if np.isfinite(sensor.altitude_m) else 0.0
        at = (sensor.latitude_rad, sensor.longitude_rad, height)
        hills = None if terrain is None else skyline(terrain, *at, min(sensor.max_range_m, SKYLINE_M_MAX))
        latitude, longitude, altitude = (np.asarray(part) for part in at)
        return cls(latitude, longitude, altitude, ecef_from_geodetic(*at), hills)

    @classmethod
    def carried(cls, sky: Sky, carrier: int, time_s: Floats, terrain: Terrain | None) -> "Stand":
        """Where an aircraft that carries a sensor is, at times of any shape; NaN where it does not fly."""
        flat = np.ravel(time_s)
        position, _, _ = sky.at(flat, np.full(len(flat), carrier))
        position = position.reshape(*np.shape(time_s), 3)
        return cls(*geodetic_from_ecef(position), position, None, terrain)

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
        if self.skyline is not None:
            return np.asarray(altitude_m >= self.skyline.lowest_m(np.arctan2(enu[..., 0], enu[..., 1]), ground))
        above = np.asarray(altitude_m >= lowest_height_m(self.altitude_m, ground))
        return above if self.terrain is None else above & self._over_hills(self.terrain, position_m, altitude_m, ground)

    def _over_hills(self, terrain: Terrain, position_m: Floats, altitude_m: Floats, ground: Floats) -> Flags:
        """No hill stands in the ray, looked at in RAY_POINTS places; the earth of 4/3 lifts the hills in its middle."""
        latitude, longitude, _ = geodetic_from_ecef(position_m)
        clear = np.ones(np.shape(ground), dtype=np.bool_)
        for share in np.arange(1, RAY_POINTS) / RAY_POINTS:
            lat = self.latitude_rad + share * (latitude - self.latitude_rad)
            lon = self.longitude_rad + share * half_turn(longitude - self.longitude_rad)
            bulge = share * (1.0 - share) * ground**2 / (2.0 * EFFECTIVE_RADIUS_M)
            ray = self.altitude_m + share * (altitude_m - self.altitude_m) - bulge
            clear &= ray >= terrain.height_m(lat, lon)
        return clear


def in_sector(azimuth_rad: Floats, from_rad: float, to_rad: float) -> Flags:
    """Inside a sector that runs clockwise; NaN is all around."""
    if np.isnan(from_rad):
        return np.ones(np.shape(azimuth_rad), dtype=np.bool_)
    width = (to_rad - from_rad) % TURN_RAD or TURN_RAD
    return np.asarray((azimuth_rad - from_rad) % TURN_RAD <= width)
