"""Did it cross a border, where, for how long, did it turn back: asked of what flew, and of what was shown.

A thing is over there once it is further behind the line than `clear_m` and than twice its own sigma; when and where is
read back to where its course met the line. So one that flies along the line, or whose place is not known well enough,
has not crossed. Who goes round the line's end has not crossed it either.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from tocsin.errors import InputError
from tocsin.geo.areas import Area
from tocsin.geo.distance import geodesic
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.tables.objects import NEVER, Objects

CLEAR_M: Final = 150.0
SIGMAS: Final = 2.0
NEAR_M: Final = 2_000.0  # a crossing that was said further off, in metres or in time, is of something else
NEAR_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """One object met the line and was then clear of it on the other side.

    `to`: +1 to the right of the line as it was drawn, -1 to the left. `back_ns`: when it met it again on its way back
    (NEVER: it did not while it was seen, until `last_ns`).
    """

    number: int
    time_ns: int
    latitude_rad: float
    longitude_rad: float
    to: int
    back_ns: int
    last_ns: int

    @property
    def stay_s(self) -> float:
        """How long it was over there; NaN where it did not come back."""
        return (self.back_ns - self.time_ns) / SECOND_NS if self.back_ns != NEVER else float("nan")


@dataclass(frozen=True, slots=True)
class Compared:
    """A crossing that was, and what was said of it. `off_m` over the ground, `late_s` positive where said too late."""

    true: Crossing
    said: Crossing | None = None
    off_m: float = float("nan")
    late_s: float = float("nan")

    @property
    def turned_back(self) -> str:
        """Whether the answer to "did it turn back" was right, wrong, or "lost": not seen until it could be told."""
        if self.said is None:
            return "lost"
        if (self.said.back_ns != NEVER) == (self.true.back_ns != NEVER):
            known_ns = self.true.last_ns if self.true.back_ns == NEVER else self.true.back_ns
            stayed = self.true.back_ns == NEVER and self.said.last_ns < known_ns - NEAR_S * SECOND_NS
            return "lost" if stayed else "right"
        return "lost" if self.said.back_ns == NEVER and self.said.last_ns <= self.true.back_ns else "wrong"


def crossings(objects: Objects, line: Area, clear_m: float = CLEAR_M) -> list[Crossing]:
    """Every crossing of every object, by object and time. Raises InputError for tables in a local frame."""
    if objects.frame != "earth":
        raise InputError(f"a border lies on the earth, the objects in a {objects.frame} frame; give latitudes")
    if not len(objects):
        return []
    latitude, longitude = objects.place[:, 0], objects.place[:, 1]
    away_m = line.side(latitude, longitude) * line.distance_m(latitude, longitude)
    sure = np.abs(away_m) > np.maximum(clear_m, SIGMAS * _sigma_m(objects))
    out: list[Crossing] = []
    for number, (a, b) in enumerate(zip(objects.begin[:-1].tolist(), objects.begin[1:].tolist(), strict=True)):
        met = list(_met(away_m[a:b], sure[a:b]))
        at = [_place(objects, a + row, share) for row, share in met]
        # round the end of the line: nearest to it is its last point, and far off
        real = [line.distance_m(*place[1:]).item() <= clear_m for place in at]
        for k, (row, _) in enumerate(met):
            if real[k]:
                back_ns = at[k + 1][0] if k + 1 < len(met) else NEVER
                to = int(-np.sign(away_m[a + row]))
                out.append(Crossing(number, *at[k], to, back_ns, int(objects.time_ns[b - 1])))
    return out


def compared(true: Sequence[Crossing], said: Sequence[Crossing]) -> tuple[list[Compared], list[Crossing]]:
    """Each crossing that was with the nearest one that was said, one to one; and what was said for nothing."""
    cost = np.full((len(true), len(said)), 1e6)
    off_m = np.zeros_like(cost)
    late_s = np.array([[(two.time_ns - one.time_ns) / SECOND_NS for two in said] for one in true]).reshape(cost.shape)
    for i, one in enumerate(true):
        for k, two in enumerate(said):
            off_m[i, k] = geodesic(one.latitude_rad, one.longitude_rad, two.latitude_rad, two.longitude_rad)[0]
            if one.to == two.to and off_m[i, k] <= NEAR_M and abs(late_s[i, k]) <= NEAR_S:
                cost[i, k] = off_m[i, k] / NEAR_M + abs(late_s[i, k]) / NEAR_S
    pair = {int(i): int(k) for i, k in zip(*linear_sum_assignment(cost), strict=True) if cost[i, k] < 1e6}
    told = [Compared(one) for one in true]
    for i, k in pair.items():
        told[i] = Compared(true[i], said[k], float(off_m[i, k]), float(late_s[i, k]))
    return told, [one for k, one in enumerate(said) if k not in pair.values()]


def _sigma_m(objects: Objects) -> Floats:
    """The larger horizontal sigma of each row; 0 where none is told."""
    if len(objects.covariance_m2):
        east, north = objects.covariance_m2[:, 0, 0], objects.covariance_m2[:, 1, 1]
        half = np.hypot(0.5 * (east - north), objects.covariance_m2[:, 0, 1])
        return np.asarray(np.sqrt(np.maximum(0.5 * (east + north) + half, 0.0)))
    return np.asarray(np.nan_to_num(objects.sigma_m[:, :2]).max(axis=1))


def _met(away_m: Floats, sure: Flags) -> Iterator[tuple[int, float]]:
    """Where one object's course met the line on its way to the other side: the row before, and the share to the next.

    It may touch the line often before it is clear of it: the last time counts.
    """
    known = np.flatnonzero(sure)
    for k in np.flatnonzero(np.diff(np.sign(away_m[known]))).tolist():
        way: Ints = np.arange(known[k], known[k + 1] + 1)
        behind = np.sign(away_m[way]) == np.sign(away_m[known[k + 1]])
        row = int(way[np.flatnonzero(~behind)[-1]])
        yield row, float(away_m[row] / (away_m[row] - away_m[row + 1]))


def _place(objects: Objects, row: int, share: float) -> tuple[int, float, float]:
    """Time, latitude and longitude between a row and the next one of the same object."""
    span_ns = int(objects.time_ns[row + 1] - objects.time_ns[row])
    place = objects.place[row, :2] + share * (objects.place[row + 1, :2] - objects.place[row, :2])
    return int(objects.time_ns[row]) + round(share * span_ns), float(place[0]), float(place[1])
