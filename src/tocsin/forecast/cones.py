"""Where tracks may be after a while, from their futures: ellipses for the map.

An ellipse has the mean and the shape of the futures' places at that time; it is as large as it takes to hold 50 or 90 %
of them. Where a track has several goals, it spans them: it tells how far apart the futures are, not that the middle is
likely.
"""

import math
from typing import Final

import numpy as np

from tocsin.ends import Cone, Spread
from tocsin.forecast.areas import located
from tocsin.forecast.futures import Futures
from tocsin.messages import HORIZONS_S, Floats, Ints
from tocsin.settings import Frame

AFTER_S: Final = (0.0, *HORIZONS_S)
LEAST_M: Final = 1.0  # no semi-axis is shorter


def places_at(ways: Futures, after_s: float) -> Floats:
    """(n, PATHS, 2) where each future is after so long; one that has arrived stays where it did."""
    time, leaves = ways.path[..., 0], ways.path[..., 3]
    come = (time <= after_s) & (np.arange(time.shape[-1]) < ways.knots[..., None])
    last = np.maximum(come.sum(axis=-1) - 1, 0)
    following = np.minimum(last + 1, ways.knots - 1)
    left, there = _taken(leaves, last), _taken(time, following)
    east, north, eastward, northward = (
        _taken(ways.path[..., axis], index) for index in (last, following) for axis in (1, 2)
    )
    part = np.clip((after_s - left) / np.maximum(there - left, 1e-9), 0.0, 1.0)
    return np.stack([east + part * (eastward - east), north + part * (northward - north)], axis=-1)


def _taken(column: Floats, index: Ints) -> Floats:
    """(n, PATHS) of the column (n, PATHS, knots) at one knot of each path."""
    return np.asarray(np.take_along_axis(column, index[..., None], axis=-1)[..., 0])


def cones(frame: Frame, numbers: list[int], ways: Futures) -> tuple[Cone, ...]:
    """The ways ahead of these tracks, a cone each."""
    at = [places_at(ways, after_s) for after_s in AFTER_S]
    return tuple(
        Cone(number, tuple(_spread(frame, after_s, places[k]) for after_s, places in zip(AFTER_S, at, strict=True)))
        for k, number in enumerate(numbers)
    )


def _spread(frame: Frame, after_s: float, at: Floats) -> Spread:
    """The ellipses of places (p, 2)."""
    mean = at.mean(axis=0)
    east, north = (at - mean).T
    a, b, c = (float((one * other).mean()) for one, other in ((east, east), (east, north), (north, north)))
    middle, half = 0.5 * (a + c), math.hypot(0.5 * (a - c), b)
    sigmas = math.sqrt(middle + half), math.sqrt(max(middle - half, 0.0))
    sigmas = max(sigmas[0], LEAST_M), max(sigmas[1], LEAST_M)
    bearing = 0.5 * math.atan2(2.0 * b, c - a) % math.pi  # of the longer axis
    along = (east * math.sin(bearing) + north * math.cos(bearing)) / sigmas[0]
    across = (east * math.cos(bearing) - north * math.sin(bearing)) / sigmas[1]
    inner, outer = np.quantile(np.hypot(along, across), (0.5, 0.9)).tolist()
    latitude, longitude = located(frame, mean[None])[0].tolist()
    half_m, most_m = ((sigmas[0] * share, sigmas[1] * share) for share in (inner, outer))
    return Spread(after_s, (latitude, longitude), bearing, half_m, most_m)
