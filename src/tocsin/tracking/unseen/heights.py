"""Who could see at one height above the ground, as a chart: for people to look at, decided on nowhere."""

from collections.abc import Sequence

import numpy as np

from tocsin.geo.terrain import Terrain, skyline
from tocsin.messages import Bytes8, Floats
from tocsin.settings import Sensor
from tocsin.tracking.unseen.sight import hidden, in_hole, looker_of, polar, surveys

MANY = 255


def seers(
    sensors: Sequence[Sensor], latitude_rad: Floats, longitude_rad: Floats, height_m: float, terrain: Terrain | None
) -> Bytes8:
    """How many of the sensors could see a target `height_m` above the ground at each point; 255 stands for more.

    By range, field of view, beam, horizon of a 4/3 earth and, with `terrain`, the hills: as *seen clear* is reckoned.
    Sensors whose silence says nothing are left out. Points of any shape; radians.
    """
    ground = np.zeros_like(latitude_rad) if terrain is None else terrain.height_m(latitude_rad, longitude_rad)
    altitude = np.nan_to_num(ground) + height_m
    count = np.zeros(latitude_rad.shape, dtype=np.int64)
    for sensor in filter(surveys, sensors):
        looker = looker_of(sensor)
        line = None
        if terrain is not None:
            reach_m = looker.range_max_m
            line = skyline(terrain, looker.latitude_rad, looker.longitude_rad, looker.altitude_m, reach_m)
        seen = polar(looker, latitude_rad, longitude_rad, altitude)
        count += ~hidden(looker, *seen, altitude, line) & ~in_hole(looker, seen[0], seen[2])
    return np.minimum(count, MANY).astype(np.uint8)
