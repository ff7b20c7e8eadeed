"""What sensors are to the tracker: names, places and errors that were not declared, as arrays for its kernels."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from tocsin.geo.ellipsoid import MEAN_RADIUS_M
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu
from tocsin.geo.horizon import horizon_m
from tocsin.messages import Floats
from tocsin.settings import Frame, Sensor

# Where neither the detection nor the site says how good a measurement is: deliberately modest.
USUAL_SIGMA: Mapping[str, float] = {
    "range_m": 100.0,
    "azimuth_rad": 0.003,
    "elevation_rad": 0.005,
    "range_rate_mps": 3.0,
    "east_m": 50.0,
    "north_m": 50.0,
    "up_m": 75.0,
    "altitude_m": 75.0,
    "pressure_altitude_m": 30.0,
    "velocity_east_mps": 5.0,
    "velocity_north_mps": 5.0,
    "velocity_up_mps": 5.0,
}
# Of a row that is only a bearing, where the site does not say: a person's arm, not an antenna.
PERSON_AZIMUTH_SIGMA_RAD = 0.2
SOUND_MOST_MPS = 2_000.0  # faster than this is no sound in air
SOUND_SIGMA_MPS = 10.0  # of a declared speed of sound: 17 K
# Pressure altitude is height above 1013.25 hPa; weather moves that surface by this much against the ellipsoid.
PRESSURE_SIGMA_M = 200.0
SPEED_SPAN_MPS = 800.0  # false range rates and velocities lie in -400 to 400 m/s
HEIGHT_SPAN_M = 12_000.0


def sensor_sigma(sensor: Sensor, name: str) -> float:
    """The sigma of one measured column as the site declares it, or the usual one. Latitude and longitude in metres."""
    if name == "latitude_rad":
        return sensor.sigma[name] * MEAN_RADIUS_M if name in sensor.sigma else sensor_sigma(sensor, "north_m")
    if name == "longitude_rad":
        if name in sensor.sigma:
            latitude = 0.0 if np.isnan(sensor.latitude_rad) else sensor.latitude_rad
            return sensor.sigma[name] * MEAN_RADIUS_M * float(np.cos(latitude))
        return sensor_sigma(sensor, "east_m")
    if name == "azimuth_rad" and sensor.kind == "report":
        return sensor.sigma.get(name, PERSON_AZIMUTH_SIGMA_RAD)
    return sensor.sigma.get(name, USUAL_SIGMA[name])


def gives_directions(sensor: Sensor, frame: Frame) -> bool:
    """May a bearing of this sensor count without a range? Then its place has to be known."""
    return sensor.kind in {"direction", "report"} and bool(np.isfinite(place_of(sensor, frame)).all())


def hears(sensor: Sensor) -> bool:
    """Is it sound that it measures?"""
    return sensor.propagation_mps < SOUND_MOST_MPS


def propagation(sensor: Sensor) -> tuple[float, float]:
    """Speed of what a direction sensor measures by, m/s, and its sigma: sound by temperature where that is known."""
    if not hears(sensor):
        return sensor.propagation_mps, 0.0
    if np.isnan(sensor.temperature_c):
        return sensor.propagation_mps, SOUND_SIGMA_MPS
    speed = 331.3 * float(np.sqrt(1.0 + sensor.temperature_c / 273.15))
    return speed, speed / (2.0 * (273.15 + sensor.temperature_c)) * sensor.temperature_sigma_c


def place_of(sensor: Sensor, frame: Frame) -> Floats:
    """Where a sensor stands in the frame (3,); NaN where the site does not say."""
    if frame.kind == "earth":
        altitude = 0.0 if np.isnan(sensor.altitude_m) else sensor.altitude_m
        return ecef_from_geodetic(sensor.latitude_rad, sensor.longitude_rad, altitude)
    return np.array([sensor.east_m, sensor.north_m, sensor.up_m])


def axes_at(latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
    """East, north and up as ECEF vectors: (n, 3, 3), one row each."""
    latitude, longitude = np.broadcast_arrays(latitude_rad, longitude_rad)
    return np.stack([ecef_vector_from_enu(unit, latitude, longitude) for unit in np.eye(3)], axis=-2)


def antenna_horizon_m(sensor: Sensor, frame: Frame, altitude_m: float = float("nan")) -> float:
    """The antenna's own part of the distance to the horizon; -1 where the horizon hides nothing.

    `altitude_m`: its height now, where that is not the declared one.
    """
    if frame.kind != "earth" or sensor.kind not in {"radar", "direction"} or sensor.propagation_mps < 1e6:
        return -1.0
    altitude_m = sensor.altitude_m if np.isnan(altitude_m) else altitude_m
    height = 10.0 if np.isnan(altitude_m) else max(altitude_m, 10.0)
    return float(horizon_m(height, 0.0))


def azimuth_span_rad(sensor: Sensor) -> float:
    """How wide the sensor looks."""
    span = (sensor.azimuth_to_rad - sensor.azimuth_from_rad) % (2.0 * np.pi)
    return float(span) if span > 0.0 else 2.0 * np.pi


def polar_volume(sensor: Sensor) -> float:
    """Range times azimuth that one scan covers, in m rad."""
    return (sensor.max_range_m - sensor.min_range_m) * azimuth_span_rad(sensor)


def ground_area_m2(sensor: Sensor) -> float:
    """The ground that one scan covers."""
    return 0.5 * azimuth_span_rad(sensor) * (sensor.max_range_m**2 - sensor.min_range_m**2)
