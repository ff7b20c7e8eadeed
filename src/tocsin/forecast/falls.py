"""What is thrown or launched: where it comes down, when, and where it came from, as areas.

SAMPLES bodies are drawn from the track's mean and covariance, with a drag that is known to a quarter and a wind that is
known to some metres a second, and fall until they reach the ground, or fly back to where they left it. What comes down
is told as a mean and a covariance on the ground: 50 and 90 % areas are its ellipses at 1.177 and 2.146 sigmas
(`ELLIPSES`; the chi-square law of two degrees). How a motor burned is not known: a launch area is that of a throw, too
near to the target by what the motor gained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import shapely
from scipy.special import ndtri

from tocsin.forecast.areas import Areas, laid
from tocsin.forecast.kernels.fall import grounds
from tocsin.geo.frames import ecef_vector_from_enu, geodetic_from_ecef
from tocsin.geo.units import SECOND_NS
from tocsin.messages import QUANTILES, Floats, Ints, Picture
from tocsin.models.classes.table import known
from tocsin.settings import Frame, Sensor

SAMPLES: Final = 64
FANS: Final = 512  # draws from the area, to tell the chance of a ring
LEAST: Final = 8  # of the samples must reach the ground, or nothing is said
STEP_S: Final = 1.0
STEPS: Final = 1_200  # 20 min
DRAG_SIGMA: Final = 0.25
WIND_MPS: Final = 10.0  # sigma of each horizontal component where nothing is declared: aloft it blows
BURNS: Final = 0.25  # of its speed, sigma: what the motor of a young one may still add [judgement]
BURNS_S: Final = 15.0
FALLING_MIN: Final = 0.5  # the chance that it is something that falls
LOW_M: Final = 3_000.0  # what passes a ring higher than this over the ground has not entered it
MOST: Final = 12  # tracks for each picture: new ones first, the others in turn
ELLIPSES: Final = {0.5: 1.1774, 0.9: 2.1460}
UPPER: Final = np.triu_indices(6)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where on the ground one body comes down, or left it: in the plane of forecast.areas, with its time.

    `mean` east, north m; `covariance` of east, of both, of north, m2; `time_s` from then (before 0: ago) at each of
    messages.QUANTILES.
    """

    mean: tuple[float, float]
    covariance: tuple[float, float, float]
    time_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Fall:
    """What is known of one body that falls; None: too few of the samples reach the ground.

    `place` east, north m: where it was; `low_s`: when it is below LOW_M for good, at each of messages.QUANTILES.
    """

    made_ns: int
    impact: Ground | None
    launch: Ground | None
    place: tuple[float, float]
    low_s: tuple[float, ...]


def fall_of(picture: Picture, row: int, frame: Frame, wind: tuple[float, float]) -> Fall:
    """Both ends of the flight of one row of the picture."""
    drawn = samples(picture, row, frame, wind)
    impact, launch = (_told(_ground_of(*drawn, frame, back=back), frame) for back in (False, True))
    east, north = laid(frame, picture.position_m[row : row + 1], np.zeros((1, 3)))[0][0].tolist()
    low_s = (0.0,) * len(QUANTILES) if impact is None else _low_s(*drawn, frame, impact.time_s[-1])
    return Fall(picture.time_ns, impact, launch, (east, north), low_s)


def entered(fall: Fall, impact: Ground, areas: Areas) -> Floats:
    """(g, 7) when it enters each ring at messages.QUANTILES: over its edge on the way to the ground, and low."""
    start, way = np.array(fall.place), np.array(impact.mean) - np.array(fall.place)
    a = max(float((way**2).sum()), 1.0)
    off = start - areas.middle
    b, c = (off * way).sum(axis=1), (off**2).sum(axis=1) - areas.reach**2
    share = np.where(c <= 0.0, 0.0, (-b - np.sqrt(np.maximum(b * b - a * c, 0.0))) / a)
    share = np.where((b * b < a * c) | (share < 0.0), 1.0, np.minimum(share, 1.0))  # its middle way meets no edge
    return np.asarray(np.maximum(share[:, None] * np.array(impact.time_s), np.array(fall.low_s)))


def chance_of(ground: Ground, areas: Areas) -> Floats:
    """(g,) the chance that it comes down in each place."""
    east, both, north = ground.covariance
    root = np.sqrt(max(east, 1.0))
    across = both / root
    along = np.sqrt(max(north - across**2, 1.0))
    at = np.array(ground.mean) + np.column_stack([root * _fan()[:, 0], across * _fan()[:, 0] + along * _fan()[:, 1]])
    apart = np.hypot(*np.moveaxis(at[None] - areas.middle[:, None], -1, 0))
    within = apart <= areas.reach[:, None]
    for place in np.flatnonzero(within.any(axis=1) & (np.diff(areas.first) > 0)).tolist():
        ring = shapely.polygons(areas.corner[areas.first[place] : areas.first[place + 1]])
        within[place] = shapely.contains_xy(ring, at[:, 0], at[:, 1])
    return np.asarray(within.mean(axis=1))


def _told(reached: Floats, frame: Frame) -> Ground | None:
    """Places on the ground (SAMPLES, 4) as a mean and a covariance."""
    reached = reached[np.isfinite(reached[:, 0])]
    if len(reached) < LEAST:
        return None
    at = laid(frame, reached[:, :3], np.zeros((len(reached), 3)))[0]
    mean = at.mean(axis=0)
    off = at - mean
    covariance = [float((off[:, a] * off[:, b]).mean()) for a, b in ((0, 0), (0, 1), (1, 1))]
    times = np.quantile(reached[:, 3], QUANTILES)
    return Ground(
        (float(mean[0]), float(mean[1])), (covariance[0], covariance[1], covariance[2]), tuple(times.tolist())
    )


def falling(picture: Picture, rows: Ints) -> Ints:
    """Those of these rows of the picture that are likelier something that falls than not."""
    ballistic = np.array([bool(_bodies(name)) for name in picture.classes], dtype=np.bool_)
    if picture.class_probability.shape[1] == len(picture.classes):
        chance = (picture.class_probability[rows] * ballistic).sum(axis=1)
    else:
        chance = ballistic[picture.class_index[rows]].astype(np.float64)
    return np.asarray(rows[chance >= FALLING_MIN])


def wind_of(sensors: Sequence[Sensor]) -> tuple[float, float]:
    """East and north of the wind that sensors declare: their mean."""
    blown = [one for one in sensors if one.wind_mps > 0.0]
    if not blown:
        return 0.0, 0.0
    east = -sum(one.wind_mps * float(np.sin(one.wind_from_rad)) for one in blown) / len(blown)
    return east, -sum(one.wind_mps * float(np.cos(one.wind_from_rad)) for one in blown) / len(blown)


def samples(picture: Picture, row: int, frame: Frame, wind: tuple[float, float]) -> tuple[Floats, Floats, Floats]:
    """States (SAMPLES, 6), mass per drag (SAMPLES,) and winds (SAMPLES, 3) of one row of the picture."""
    z = _normals()
    root = _cholesky(_whole(picture.covariance[row]))
    state = np.concatenate([picture.position_m[row], picture.velocity_mps[row]])
    state = state + (root[None] * z[:, None, :6]).sum(axis=2)
    bodies = [body for k in np.argsort(-_chances(picture, row)) for body in _bodies(picture.classes[k])] or [8_000.0]
    mean = np.array([bodies[k % len(bodies)] for k in range(SAMPLES)])
    winds = np.column_stack([wind[0] + WIND_MPS * z[:, 7], wind[1] + WIND_MPS * z[:, 8], np.zeros(SAMPLES)])
    if frame.kind == "earth":
        latitude, longitude, _ = geodetic_from_ecef(picture.position_m[row])
        winds = ecef_vector_from_enu(winds, latitude, longitude)
    age_s = (picture.time_ns - picture.born_ns[row]) / SECOND_NS
    state[:, 3:] *= np.exp(BURNS * np.abs(z[:, 9:]) * np.exp(-age_s / BURNS_S))
    return state, mean * np.exp(DRAG_SIGMA * z[:, 6]), np.ascontiguousarray(winds)


def _ground_of(state: Floats, body: Floats, winds: Floats, frame: Frame, *, back: bool) -> Floats:
    """(SAMPLES, 4) where on the ground, in the frame, and when: see kernels.fall.grounds."""
    step = -STEP_S if back else STEP_S
    return np.asarray(grounds(state, body, winds, int(frame.kind == "earth"), frame.altitude_m, step, STEPS))


def _low_s(state: Floats, body: Floats, winds: Floats, frame: Frame, most_s: float) -> tuple[float, ...]:
    """When these are below LOW_M for good; what never rises over it is so now."""
    height, steps = frame.altitude_m + LOW_M, int(np.ceil(most_s / STEP_S)) + 1
    found = grounds(state, body, winds, int(frame.kind == "earth"), height, STEP_S, steps, 0)[:, 3]
    return tuple(np.quantile(np.nan_to_num(found), QUANTILES).tolist())


@cache
def _normals() -> Floats:
    """(SAMPLES, 10), each column a Latin hypercube."""
    rng = np.random.Generator(np.random.Philox(2))
    rank = np.argsort(rng.random((10, SAMPLES)), axis=1).T
    return np.asarray(ndtri((rank + rng.random((SAMPLES, 10))) / SAMPLES))


@cache
def _fan() -> Floats:
    """(FANS, 2) evenly over the normal law of two degrees: a sunflower."""
    k = np.arange(FANS) + 0.5
    radius, angle = np.sqrt(-2.0 * np.log1p(-k / FANS)), k * np.pi * (3.0 - np.sqrt(5.0))
    return np.asarray(np.column_stack([radius * np.sin(angle), radius * np.cos(angle)]))


@cache
def _bodies(name: str) -> tuple[float, ...]:
    """Mass per drag of a class; none where it flies."""
    return next((row.mass_per_drag_kgpm2 for row in known().rows if row.name == name), ())


def _chances(picture: Picture, row: int) -> Floats:
    if picture.class_probability.shape[1] == len(picture.classes):
        return np.asarray(picture.class_probability[row])
    return np.asarray(np.arange(len(picture.classes)) == picture.class_index[row], dtype=np.float64)


def _whole(upper: Floats) -> Floats:
    whole = np.zeros((6, 6))
    whole[UPPER] = upper
    return np.asarray(whole + np.triu(whole, 1).T)


def _cholesky(p: Floats) -> Floats:
    """Lower root of a covariance (6, 6); where it is none, what is positive of it. Without LAPACK: the same bits."""
    root = np.zeros((6, 6))
    for a in range(6):
        for b in range(a + 1):
            left = p[a, b] - float((root[a, :b] * root[b, :b]).sum())
            if a == b:
                root[a, a] = np.sqrt(max(left, 0.0))
            else:
                root[a, b] = left / root[b, b] if root[b, b] > 0.0 else 0.0
    return root
