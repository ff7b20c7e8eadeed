"""Stations that give directions, and for each the others whose reach overlaps with its own."""

import numpy as np
from scipy.spatial import cKDTree

from tocsin.messages import Floats, Ints
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Posts, Sensors

NEIGHBOURS_MAX = 64  # the nearest; more would only say the same again
MOVING_NEIGHBOURS_MAX = 256  # of one that moves: those nearest to where it begins
NONE = np.zeros(0, dtype=np.int64)


def posts_of(sensors: Sensors, up: Floats, moving: Ints = NONE) -> Posts:
    """The tables of stations, one row each (one that hears nothing where there are none). `up`: heights, per sensor.

    `moving`: indices of sensors that move; such a station is the neighbour of every other one.
    """
    station = np.flatnonzero(sensors.num[:, c.POST] >= 0)
    near = neighbours(sensors.place[station], sensors.num[station, c.RANGE_MAX])
    for k in np.flatnonzero(np.isin(station, moving)).tolist():
        apart = ((sensors.place[station] - sensors.place[station[k]]) ** 2).sum(axis=1)
        others = [int(other) for other in np.argsort(apart, kind="stable") if other != k]
        near[k] = others[:MOVING_NEIGHBOURS_MAX]
        for other in near[k]:
            near[other] += [] if k in near[other] else [k]
    begin = np.concatenate([[0], np.cumsum([len(each) for each in near])]).astype(np.int64)
    shown = station if len(station) else np.zeros(1, dtype=np.int64)
    return Posts(
        sensor=shown.astype(np.int64),
        up=np.asarray(up[shown], dtype=np.float64),
        begin=begin if len(station) else np.zeros(2, dtype=np.int64),
        near=np.array([other for each in near for other in each], dtype=np.int64),
        best=np.zeros((c.LISTEN, c.GUESS)),
        who=np.zeros((c.LISTEN, 2), dtype=np.int64),
        z=np.zeros(c.QUANTITIES),
        var=np.ones(c.QUANTITIES),
    )


def neighbours(place: Floats, reach: Floats) -> list[list[int]]:
    """Of each station, by its place (d, 3): those with an overlapping reach, the nearest first."""
    if len(place) < 2:
        return [[] for _ in place]
    tree = cKDTree(place)
    count = min(len(place), NEIGHBOURS_MAX + 1)
    found = tree.query(place, k=count, distance_upper_bound=2.0 * float(reach.max()))
    distance, index = np.asarray(found[0]), np.asarray(found[1])
    out = []
    for k in range(len(place)):
        sound = np.isfinite(distance[k]) & (index[k] != k)
        others = index[k][sound]
        out.append([int(other) for other in others[distance[k][sound] < reach[k] + reach[others]]])
    return out
