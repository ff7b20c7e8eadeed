"""Which targets and tracks are near each other at the same step, and the best one-to-one choice among those pairs.

Every score that matches starts here. Pairs farther apart than a cut-off never help any of them, so that cost grows with
what is near, not with targets times tracks: the choice falls into independent groups of targets and tracks, most of
them one pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from tocsin.messages import Flags, Floats, Ints
from tocsin.score.rows import Rows

ROWS_AT_ONCE = 200_000  # of truth and tracks in one tree: bounds memory, and trees stay quick


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Pairs closer than `within_m`: rows of truth and of tracks, and metres; sorted by truth row, then track row."""

    within_m: float
    truth: Ints
    track: Ints
    distance_m: Floats

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, chosen: Ints | Flags) -> "Near":
        """Some of the pairs, in the order given."""
        return Near(self.within_m, self.truth[chosen], self.track[chosen], self.distance_m[chosen])


def near(truth: Rows, tracks: Rows, within_m: float) -> Near:
    """All pairs of a target and a track that are closer than `within_m` at the same step."""
    found = [_near_in(truth, tracks, first, last, within_m) for first, last in _stretches_of_steps(truth, tracks)]
    i, j, distance_m = (np.concatenate(parts) for parts in zip(*found, strict=True)) if found else _nothing()
    order = np.lexsort((j, i))
    return Near(within_m, i[order], j[order], distance_m[order])


def near_points(truth_m: Floats, tracks_m: Floats, within_m: float) -> Near:
    """All pairs closer than `within_m` between positions (n, D) and (m, D); rows are their indices."""
    i, j, distance_m = _pairs(truth_m, tracks_m, within_m)
    order = np.lexsort((j, i))
    return Near(within_m, i[order], j[order], distance_m[order])


def best(pairs: Near, gain: Floats) -> Ints:
    """Indices of one-to-one pairs with the greatest sum of `gain` (one for each pair, none negative), ascending."""
    alone = _times(pairs.truth) * _times(pairs.track) == 1
    chosen = [np.flatnonzero(alone)]
    contested = np.flatnonzero(~alone)
    chosen += [_assign(pairs, gain, group) for group in _groups(pairs, contested)]
    return np.sort(np.concatenate(chosen))


def nearest(pairs: Near) -> Ints:
    """For each track row that is near anything, the index of the pair with its nearest target; sorted by track row."""
    order = np.lexsort((pairs.truth, pairs.distance_m, pairs.track))
    return order[np.flatnonzero(np.diff(pairs.track[order], prepend=-1))]


def _nothing() -> tuple[Ints, Ints, Floats]:
    none = np.zeros(0, np.int64)
    return none, none, np.zeros(0)


def _stretches_of_steps(truth: Rows, tracks: Rows) -> Iterator[tuple[int, int]]:
    steps = min(truth.steps, tracks.steps)
    rows = truth.begin[: steps + 1] + tracks.begin[: steps + 1]
    first = 0
    while first < steps:
        last = int(np.searchsorted(rows, rows[first] + ROWS_AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), steps)
        yield first, last
        first = last


def _near_in(truth: Rows, tracks: Rows, first: int, last: int, within_m: float) -> tuple[Ints, Ints, Floats]:
    here = slice(int(truth.begin[first]), int(truth.begin[last]))
    there = slice(int(tracks.begin[first]), int(tracks.begin[last]))

    def lifted(rows: Rows, part: slice) -> Floats:
        # one more axis holds steps apart: one tree serves all of them, and distances within a step stay exact
        apart_m = (rows.step[part] - first) * (2.0 * within_m)
        return np.column_stack((rows.position_m[part], apart_m))

    i, j, distance_m = _pairs(lifted(truth, here), lifted(tracks, there), within_m)
    return i + here.start, j + there.start, distance_m


def _pairs(a_m: Floats, b_m: Floats, within_m: float) -> tuple[Ints, Ints, Floats]:
    if not len(a_m) or not len(b_m):
        return _nothing()
    found = cKDTree(a_m).sparse_distance_matrix(cKDTree(b_m), within_m, output_type="ndarray")
    found = found[found["v"] < within_m]
    return found["i"].astype(np.int64), found["j"].astype(np.int64), found["v"].astype(np.float64)


def _times(rows: Ints) -> Ints:
    """How often each row occurs."""
    _, inverse, count = np.unique(rows, return_inverse=True, return_counts=True)
    return count[inverse]


def _groups(pairs: Near, contested: Ints) -> list[Ints]:
    """Contested pairs, parted into groups that share no row."""
    if not len(contested):
        return []
    truths, i = np.unique(pairs.truth[contested], return_inverse=True)
    tracks, j = np.unique(pairs.track[contested], return_inverse=True)
    nodes = len(truths) + len(tracks)
    graph = coo_matrix((np.ones(len(i)), (i, len(truths) + j)), shape=(nodes, nodes))
    label = connected_components(graph, directed=False)[1][i]
    order = np.argsort(label, kind="stable")
    return np.split(contested[order], np.flatnonzero(np.diff(label[order])) + 1)


def _assign(pairs: Near, gain: Floats, group: Ints) -> Ints:
    """The best pairs inside one group."""
    truths, i = np.unique(pairs.truth[group], return_inverse=True)
    tracks, j = np.unique(pairs.track[group], return_inverse=True)
    gains = np.zeros((len(truths), len(tracks)))
    gains[i, j] = gain[group]
    index = np.full(gains.shape, -1)
    index[i, j] = group
    chosen = index[linear_sum_assignment(gains, maximize=True)]
    return chosen[chosen >= 0]
