"""Where a sensor that moves is: a table of places in time, straight between its rows and held at its ends.

On the earth latitude, longitude and altitude are interpolated each by itself, which follows the curve of the earth:
rows 100 km apart stray less than 200 m from a great circle below 60 degrees of latitude.
"""

from collections.abc import Sequence

import numpy as np

from tocsin.geo.frames import ecef_from_geodetic
from tocsin.messages import Floats, Ints
from tocsin.models.sensing import axes_at
from tocsin.settings import Frame, Sensor


def moving(sensors: Sequence[Sensor]) -> Ints:
    """The indices of the sensors that have a path, ascending."""
    return np.array([i for i, sensor in enumerate(sensors) if sensor.path], dtype=np.int64)


def told_at(sensor: Sensor, time_ns: Ints) -> Floats:
    """The three numbers of a moving sensor's place at times (n,): (n, 3), in radians and metres as its path has them.

    Raises ValueError where it has no path.
    """
    if not sensor.path:
        message = f"sensor {sensor.name!r} has no path; ask for its place instead"
        raise ValueError(message)
    first_ns = sensor.path[0][0]
    since = np.array([row[0] - first_ns for row in sensor.path], dtype=np.float64)
    at = (np.asarray(time_ns, dtype=np.int64) - first_ns).astype(np.float64)
    columns = np.array([row[1:] for row in sensor.path]).T
    return np.stack([np.interp(at, since, column) for column in columns], axis=-1)


def stand_at(sensor: Sensor, frame: Frame, time_ns: Ints) -> tuple[Floats, Floats, Floats]:
    """Place (n, 3) in the frame, east, north and up there (n, 3, 3), and height (n,) at times (n,)."""
    told = told_at(sensor, time_ns)
    if frame.kind != "earth":
        return told, np.broadcast_to(np.eye(3), (len(told), 3, 3)), told[:, 2]
    latitude, longitude, altitude = told.T
    return ecef_from_geodetic(latitude, longitude, altitude), axes_at(latitude, longitude), altitude


def place_now(sensor: Sensor, frame: Frame, time_ns: int) -> tuple[float, ...]:
    """Where a sensor is: latitude, longitude, altitude, or metres in a local frame; empty where nobody knows."""
    if sensor.path:
        return tuple(told_at(sensor, np.array([time_ns]))[0].tolist())
    earth = frame.kind == "earth"
    place = (
        (sensor.latitude_rad, sensor.longitude_rad, sensor.altitude_m)
        if earth
        else (sensor.east_m, sensor.north_m, sensor.up_m)
    )
    return () if np.isnan(place[:2]).any() else (*place[:2], 0.0 if np.isnan(place[2]) else place[2])
