"""Where a straight way first meets a place's ring: what entries, and rules that look ahead, both ask."""

import numpy as np
import shapely

from tocsin.geo.areas import Area
from tocsin.messages import Floats

HALVINGS = 30  # of a way, to find where it meets the ring: below a millionth of it


def share_until(start_m: Floats, end_m: Floats, area: Area) -> Floats:
    """(k,): the share of each way, from (k, 2) to (k, 2) in the area's plane, until it is inside; NaN where never.

    0 where it begins inside. A place that is no bulge (a bent line, a zone with bays) may be met a little earlier.
    """
    out = np.full(len(start_m), np.nan)
    if not len(start_m):
        return out
    lines = np.asarray(shapely.linestrings(np.stack((start_m, end_m), axis=1)))
    rows = np.flatnonzero(np.asarray(shapely.distance(lines, area.shape)) <= area.ring_m)
    if not len(rows):
        return out
    begin, way = start_m[rows], (end_m - start_m)[rows]
    nearest = shapely.get_point(shapely.shortest_line(lines[rows], area.shape), 0)
    high = np.asarray(shapely.line_locate_point(lines[rows], nearest, normalized=True))
    low = np.zeros(len(rows))
    for _ in range(HALVINGS):
        half = (low + high) / 2.0
        within = shapely.distance(area.shape, shapely.points(begin + way * half[:, None])) <= area.ring_m
        low, high = np.where(within, low, half), np.where(within, half, high)
    inside = np.asarray(shapely.distance(area.shape, shapely.points(begin))) <= area.ring_m
    out[rows] = np.where(inside, 0.0, high)
    return out
