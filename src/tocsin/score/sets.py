"""GOSPA and OSPA: how far a set of tracks is from the set of targets at one time.

GOSPA: Rahmathullah, Garcia-Fernandez and Svensson, FUSION 2017, equations 1 and 2 (alpha = 2: localisation, missed
and false apart). OSPA: Schuhmacher, Vo and Vo, IEEE TSP 2008, equation 3.

With alpha = 2 a pair farther apart than c costs the same as leaving both alone, so that the assignment falls into
independent groups of targets and tracks closer than c: cost grows with what is near, not with the square of all.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from tocsin.messages import Floats, Ints
from tocsin.score.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Gospa:
    """One GOSPA value: `total**p` = `localisation` + `missed` + `false`, and the pairs (truth, track, metres)."""

    total: float
    localisation: float
    missed: float
    false: float
    truth: Ints
    track: Ints
    distance_m: Floats


def gospa(truth_m: Floats, tracks_m: Floats, c: float, p: float = 2.0) -> Gospa:
    """GOSPA with alpha = 2 between positions (n, D) and (m, D); `c` is the distance at which a pair counts as none."""
    truth, track, distance_m = pairs(truth_m, tracks_m, c, p)
    localisation = float((distance_m**p).sum())
    missed = c**p / 2.0 * (len(truth_m) - len(truth))
    false = c**p / 2.0 * (len(tracks_m) - len(track))
    total = (localisation + missed + false) ** (1.0 / p)
    return Gospa(total, localisation, missed, false, truth, track, distance_m)


def pairs(truth_m: Floats, tracks_m: Floats, c: float, p: float = 2.0) -> tuple[Ints, Ints, Floats]:
    """The best one-to-one pairs closer than c: indices of truth, indices of tracks, distances; sorted by truth."""
    near = _near(truth_m, tracks_m, c)
    if not len(near[0]):
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0)
    n, m = len(truth_m), len(tracks_m)
    graph = coo_matrix((np.ones(len(near[0])), (near[0], n + near[1])), shape=(n + m, n + m))
    label = connected_components(graph, directed=False)[1]
    order = np.argsort(label[near[0]], kind="stable")
    rows, columns, distance_m = near[0][order], near[1][order], near[2][order]
    cuts = np.flatnonzero(np.diff(label[rows])) + 1
    groups = zip(np.split(rows, cuts), np.split(columns, cuts), np.split(distance_m, cuts), strict=True)
    chosen = [_assign(i, j, metres, c, p) for i, j, metres in groups]
    truth, track, distance = (np.concatenate(parts) for parts in zip(*chosen, strict=True))
    by_truth = np.argsort(truth, kind="stable")
    return truth[by_truth], track[by_truth], distance[by_truth]


def _near(truth_m: Floats, tracks_m: Floats, c: float) -> tuple[Ints, Ints, Floats]:
    """All pairs closer than c, as (truth, track, metres)."""
    if not len(truth_m) or not len(tracks_m):
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0)
    found = cKDTree(truth_m).sparse_distance_matrix(cKDTree(tracks_m), c, output_type="ndarray")
    near = found[found["v"] < c]
    return near["i"].astype(np.int64), near["j"].astype(np.int64), near["v"].astype(np.float64)


def _assign(rows: Ints, columns: Ints, distance_m: Floats, c: float, p: float) -> tuple[Ints, Ints, Floats]:
    """The best pairs inside one group: gain c^p - d^p for each pair, nothing for staying alone."""
    if len(rows) == 1:
        return rows, columns, distance_m
    truth, row = np.unique(rows, return_inverse=True)
    track, column = np.unique(columns, return_inverse=True)
    cost = np.zeros((len(truth), len(track)))
    cost[row, column] = distance_m**p - c**p
    metres = np.full(cost.shape, np.inf)
    metres[row, column] = distance_m
    i, j = linear_sum_assignment(cost)
    kept = metres[i, j] < c
    return truth[i[kept]], track[j[kept]], metres[i[kept], j[kept]]


def ospa(truth_m: Floats, tracks_m: Floats, c: float, p: float = 2.0) -> float:
    """OSPA with cut-off c and order p; 0 when both sets are empty."""
    n, m = len(truth_m), len(tracks_m)
    if n == 0 and m == 0:
        return 0.0
    if n == 0 or m == 0:
        return float(c)
    cost = np.minimum(cdist(truth_m, tracks_m), c) ** p
    i, j = linear_sum_assignment(cost)
    return float(((cost[i, j].sum() + c**p * abs(n - m)) / max(n, m)) ** (1.0 / p))


def gospa_series(truth: Rows, tracks: Rows, steps: int, c: float, p: float = 2.0) -> Floats:
    """(steps, 4): total**p, localisation, missed and false of each step. RMS-GOSPA is the root of the first mean."""
    series = np.zeros((steps, 4))
    for step in range(steps):
        value = gospa(truth.position_m[truth.at(step)], tracks.position_m[tracks.at(step)], c, p)
        series[step] = value.total**p, value.localisation, value.missed, value.false
    return series
