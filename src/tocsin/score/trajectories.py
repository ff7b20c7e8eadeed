"""Trajectory GOSPA: how far a set of tracks is from the set of targets over a whole run, switches included.

Source: Garcia-Fernandez, Rahmathullah and Svensson, IEEE TSP 68 (2020), the linear programming metric (alpha = 2) and
its parts. The best choice at each step alone, as GOSPA makes it, costs no more than the metric without its switches.
Where nothing changes in it, it is therefore the answer; elsewhere the programme is solved in windows of time around the
changes. The windows and the steps between them, each at its own best, are a lower bound; when putting them together
costs nothing more, the whole is solved. Else the windows grow, at last to the whole run. The result is exact, but for
groups of more than SOLVED_MAX near rows whose windows are longer than that: those are cut in time, and `slack` says how
much the sum of their parts lies above the lower bound.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tocsin.errors import SettingError
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.near import Near, best
from tocsin.score.rows import Rows
from tocsin.score.sets import checked
from tocsin.score.switching import Pairs, solve

MARGIN = 8  # steps around a change in the first windows
GROWTH = 4
NOBODY = -1
SOLVED_MAX = 10_000  # near rows of one programme; a swarm that flies in its own gate for an hour has a hundred thousand
FRACTION = 1e-6
SAME = 1e-9  # of what there is to gain: costs nearer than this are equal


@dataclass(frozen=True, slots=True)
class TrajectoryGospa:
    """`total**p` = `localisation` + `missed` + `false` + `switches`: sums over `steps` steps of p-th powers of metres.

    `switch_count` counts whole switches (from one track to another): a track gained or lost on the way is half of one.
    """

    p: float
    steps: int
    total: float
    localisation: float
    missed: float
    false: float
    switches: float
    switch_count: float
    slack: float = 0.0  # `total**p` is at most so much too large; 0: exact

    def mean_m(self, part: float) -> float:
        """The p-th root of a part (a p-th power) spread over the steps; NaN without steps."""
        return float((part / self.steps) ** (1.0 / self.p)) if self.steps else float("nan")

    @property
    def slack_m(self) -> float:
        """By how much the mean over the steps is too large at most."""
        whole = self.total**self.p
        return self.mean_m(whole) - self.mean_m(max(whole - self.slack, 0.0))


def trajectory_gospa(
    truth: Rows, tracks: Rows, steps: int, pairs: Near, switch_m: float, p: float = 2.0
) -> TrajectoryGospa:
    """The metric over all steps; the cut-off c is the distance within which `pairs` were looked for.

    Raises SettingError for a c, p or switch_m that gives no metric.
    """
    c = pairs.within_m
    checked(c, p, 2.0)
    if not 0.0 < switch_m < np.inf:
        raise SettingError(f"a switch costs {switch_m} m; expected more than 0")
    powers = pairs.distance_m**p
    gain = c**p - powers
    weight, changes, slack = np.zeros(len(pairs)), 0.0, 0.0
    weight[best(pairs, gain)] = 1.0
    named = Pairs(truth.step[pairs.truth], truth.number[pairs.truth], tracks.number[pairs.track], gain)
    for group in _unsettled(named, weight > 0.0):
        weight[group], more, above = _settled(named.take(group), weight[group], switch_m**p)
        changes, slack = changes + more, slack + above
    localisation = float((powers * weight).sum())
    alone = c**p / 2.0
    missed, false = (max(alone * (len(rows.step) - float(weight.sum())), 0.0) for rows in (truth, tracks))
    switches = switch_m**p * changes
    total = (localisation + missed + false + switches) ** (1.0 / p)
    return TrajectoryGospa(p, steps, total, localisation, missed, false, switches, changes, slack)


def _unsettled(pairs: Pairs, chosen: Flags) -> list[Ints]:
    """Groups of rows that share targets or tracks and in which somebody changes partners from choice to choice."""
    if not len(pairs):
        return []
    _, i = np.unique(pairs.target, return_inverse=True)
    _, j = np.unique(pairs.track, return_inverse=True)
    nodes = int(i.max() + j.max()) + 2
    graph = coo_matrix((np.ones(len(i)), (i, i.max() + 1 + j)), shape=(nodes, nodes))
    label = connected_components(graph, directed=False)[1][i]
    rows = np.flatnonzero(chosen)
    begin, _ = _breaks(pairs.take(rows))
    changing = np.unique(label[rows[begin]])
    order = np.argsort(label, kind="stable")
    first, last = (np.searchsorted(label[order], changing, side=side) for side in ("left", "right"))
    return [np.sort(order[a:b]) for a, b in zip(first.tolist(), last.tolist(), strict=True)]


def _settled(pairs: Pairs, chosen: Floats, switch: float) -> tuple[Floats, float, float]:
    """W of each row of one group, half of its changes, and how much the cost of both may be too large."""
    first, last = int(pairs.step.min()), int(pairs.step.max())
    begin, end = _breaks_in_time(pairs.take(chosen > 0.0))
    margin = MARGIN
    while True:
        windows = _merged(begin - margin, end + margin)
        whole = len(windows) == 1 and windows[0][0] <= first and windows[0][1] >= last
        if whole and len(pairs) <= SOLVED_MAX:
            return (*solve(pairs, switch), 0.0)
        parts = [part for window in windows for part in _parts(pairs, window)]
        weight, changes, slack = _joined(pairs, chosen, parts, switch)
        if slack <= SAME * float(pairs.gain.sum()):
            return weight, changes, 0.0
        if whole or len(parts) > len(windows):
            return weight, changes, slack
        margin *= GROWTH


def _parts(pairs: Pairs, window: tuple[int, int]) -> list[Ints]:
    """The rows of a window, cut in time into as many as each are few enough to be solved."""
    rows = np.flatnonzero((pairs.step >= window[0]) & (pairs.step <= window[1]))
    if len(rows) <= SOLVED_MAX:
        return [rows]
    rows = rows[np.argsort(pairs.step[rows], kind="stable")]
    step = pairs.step[rows]
    cuts = np.searchsorted(step, step[SOLVED_MAX - 1 :: SOLVED_MAX])  # where the step begins that would be cut through
    return [np.sort(part) for part in np.split(rows, np.unique(cuts)) if len(part)]


def _joined(pairs: Pairs, chosen: Floats, parts: list[Ints], switch: float) -> tuple[Floats, float, float]:
    """The best of each part put together, with its changes, and by how much it costs more than the parts alone.

    A fraction has no partners to follow: where a part has any, the choice of each step stands in it.
    """
    weight, bound = chosen.copy(), 0.0
    for rows in parts:
        own = pairs.take(rows)
        found, changes = solve(own, switch)
        bound += switch * changes - float((own.gain * found).sum())
        if np.abs(found - np.round(found)).max() < FRACTION:
            weight[rows] = np.round(found)
    between = np.ones(len(pairs), np.bool_)
    for rows in parts:
        between[rows] = False
    bound -= float((pairs.gain * weight)[between].sum())
    changes = _changes(pairs.take(weight > 0.5))
    return weight, changes, max(switch * changes - float((pairs.gain * weight).sum()) - bound, 0.0)


def _breaks(pairs: Pairs) -> tuple[Ints, Ints]:
    """Rows of a one-to-one choice at which a target or a track leaves its partner, and at which it has the next one."""
    begin: list[Ints] = []
    end: list[Ints] = []
    for node, partner in ((pairs.target, pairs.track), (pairs.track, pairs.target)):
        order = np.lexsort((pairs.step, node))
        left = np.flatnonzero((np.diff(node[order]) == 0) & (np.diff(partner[order]) != 0))
        begin.append(order[left])
        end.append(order[left + 1])
    return np.concatenate(begin), np.concatenate(end)


def _breaks_in_time(pairs: Pairs) -> tuple[Ints, Ints]:
    """The steps between which somebody changes partners."""
    begin, end = _breaks(pairs)
    return pairs.step[begin], pairs.step[end]


def _merged(begin: Ints, end: Ints) -> list[tuple[int, int]]:
    """Intervals of steps, those that meet made one."""
    out: list[tuple[int, int]] = []
    for a, b in sorted(zip(begin.tolist(), end.tolist(), strict=True)):
        if out and a <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], b))
        else:
            out.append((a, b))
    return out


def _changes(pairs: Pairs) -> float:
    """Half of the changes of W of a one-to-one choice: each row that is not held from the one before, and to the next.

    A pair is held over a gap when neither of the two has another partner in it; before the first and after the last
    row of both nothing is paid.
    """
    before = [_neighbour(pairs.step, node, other, -1) for node, other in _sides(pairs)]
    after = [_neighbour(pairs.step, node, other, +1) for node, other in _sides(pairs)]
    paid = 0
    for of_target, of_track in (before, after):
        nobody = (of_target == NOBODY) & (of_track == NOBODY)
        held = (of_target == pairs.track) & (of_track == pairs.target)
        paid += int((~nobody & ~held).sum())
    return paid / 2.0


def _sides(pairs: Pairs) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    return (pairs.target, pairs.track), (pairs.track, pairs.target)


def _neighbour(step: Ints, node: Ints, partner: Ints, way: int) -> Ints:
    """The partner of each row's node in its row before (-1) or after (+1), NOBODY where there is none."""
    order = np.lexsort((way * -step, node)) if way > 0 else np.lexsort((step, node))
    out = np.full(len(step), NOBODY)
    same = np.flatnonzero(np.diff(node[order]) == 0) + 1
    out[order[same]] = partner[order[same - 1]]
    return out
