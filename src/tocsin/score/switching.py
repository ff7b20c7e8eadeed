"""The linear programme of trajectory GOSPA: which track is which target at which step, when changing costs.

W(i, j) at a step is how far target i is track j. A near pair gains c**p - d**p at its step; each change of W costs
switch**p / 2 (Garcia-Fernandez, Rahmathullah and Svensson, IEEE TSP 68, 2020). The programme has a variable for every
target, track and step. Four facts, each exact, make it small:

1. A pair that is never nearer than c gains nothing: its W is 0. What is left falls into independent groups.
2. While a pair is near and neither of the two is near anything else, raising W everywhere to its greatest value there
   gains most: one variable, a *block*, for the whole time.
3. While a pair is not near, W may as well be constant and no larger than before and after: a *link* of two blocks.
   |a - b| = a + b - 2 min(a, b), so that the link g <= a, g <= b costs switch**p / 2 (a + b - 2 g).
4. Between two steps at which i (or j) is near something its links only shrink, so that "at most one track" needs to be
   asked only where blocks begin.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from tocsin.messages import Flags, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Near rows of numbered targets and tracks: step, and what it gains to count them as one."""

    step: Ints
    target: Ints
    track: Ints
    gain: Floats

    def __len__(self) -> int:
        return len(self.step)

    def take(self, rows: Ints | Flags) -> "Pairs":
        """Some of the rows."""
        return Pairs(self.step[rows], self.target[rows], self.track[rows], self.gain[rows])


def solve(pairs: Pairs, switch: float) -> tuple[Floats, float]:
    """The best W of each row, and half of the sum of its changes; `switch` is switch**p."""
    blocks = _Blocks(pairs)
    weight, changes = _solve(blocks, switch)
    return weight[blocks.of_row], changes


class _Blocks:
    """Near rows merged by fact 2: for each block its pair, target, track, first and last step, and gain.

    Blocks are sorted by pair, then step. `of_row` gives the block of each near row.
    """

    def __init__(self, pairs: Pairs) -> None:
        step, target, track, gain = pairs.step, pairs.target, pairs.track, pairs.gain
        order = np.lexsort((step, track, target))
        step, target, track = step[order], target[order], track[order]
        same = (np.diff(target) == 0) & (np.diff(track) == 0)
        apart = ~(same & _undisturbed(step, target) & _undisturbed(step, track))
        begins = np.concatenate(([0], np.flatnonzero(apart) + 1))
        ends = np.concatenate((begins[1:], [len(step)])) - 1
        self.target, self.track = target[begins], track[begins]
        self.first, self.last = step[begins], step[ends]
        self.gain = np.add.reduceat(gain[order], begins)
        self.of_row = np.empty(len(step), np.int64)
        self.of_row[order] = np.repeat(np.arange(len(begins)), ends - begins + 1)


def _undisturbed(step: Ints, node: Ints) -> Flags:
    """For rows sorted by pair and step: have this row and the next no other row of the node at or between their steps?

    Rows of the last pair and the first of the next are compared too; the caller leaves those out.
    """
    order = np.lexsort((step, node))
    place = np.empty(len(step), np.int64)
    place[order] = np.arange(len(step))
    sorted_step, sorted_node = step[order], node[order]
    again = np.concatenate(([False], (np.diff(sorted_step) == 0) & (np.diff(sorted_node) == 0), [False]))
    alone = ~(again[1:] | again[:-1])[place]
    undisturbed: Flags = (np.diff(place) == 1) & alone[1:] & alone[:-1]
    return undisturbed


def _solve(blocks: _Blocks, switch: float) -> tuple[Floats, float]:
    """W of each block, and half of its changes. Variables: the blocks, then the links."""
    links = _links(blocks)
    n, m = len(blocks.gain), len(links.first)
    cost = np.concatenate((-blocks.gain, np.zeros(m)))
    # each end that a link has costs switch / 2, and the link gives back as much for each of them
    sides = [ends >= 0 for ends in (links.before, links.after)]
    for ends, there in zip((links.before, links.after), sides, strict=True):
        np.add.at(cost, ends[there], switch / 2.0)
        cost[n:] -= np.where(there, switch / 2.0, 0.0)
    rows, columns, values, bound = _no_larger(links, n)
    one_row, one_column = _at_most_one(blocks, links)
    rows.append(one_row + len(bound))
    columns.append(one_column)
    values.append(np.ones(len(one_row)))
    limits = np.concatenate((bound, np.ones(int(one_row.max(initial=-1)) + 1)))
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    matrix = coo_matrix(entries, shape=(len(limits), n + m)).tocsr()
    # HiGHS; without integer variables "milp" is the linear programme itself
    found = milp(cost, constraints=LinearConstraint(matrix, ub=limits), bounds=Bounds(0.0, 1.0))
    if found.x is None:  # it is feasible (W = 0) and bounded by construction
        raise RuntimeError(f"HiGHS found no solution of a trajectory assignment: {found.message}")
    weight = np.clip(found.x[:n], 0.0, 1.0)
    changes = sum(
        float((weight[ends[there]] - found.x[n:][there]).sum()) / 2.0
        for ends, there in zip((links.before, links.after), sides, strict=True)
    )
    return weight, max(changes, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Links:
    """The time between two blocks of a pair (fact 3), or before its first or after its last block (-1: no block).

    `first` to `last` are the steps of the gap; `asked` says whether another row of the target or the track lies in it.
    """

    before: Ints
    after: Ints
    first: Ints
    last: Ints
    asked: Flags


def _links(blocks: _Blocks) -> _Links:
    target, track, first, last = blocks.target, blocks.track, blocks.first, blocks.last
    index = np.arange(len(target))
    fresh = np.concatenate(([True], (np.diff(target) != 0) | (np.diff(track) != 0)))
    final = np.concatenate((fresh[1:], [True]))
    inner = index[~fresh]
    none = np.full(int(fresh.sum()), -1)
    before = np.concatenate((inner - 1, none, index[final]))
    after = np.concatenate((inner, index[fresh], none))
    begin = np.where(before >= 0, last[before] + 1, first.min())
    end = np.where(after >= 0, first[after] - 1, last.max())
    own = np.where(before >= 0, before, after)
    asked = _occurs(target, first, own, begin, end) | _occurs(track, first, own, begin, end)
    # before the first and after the last block nothing is paid unless something else lies there
    kept = asked | ((before >= 0) & (after >= 0))
    return _Links(before[kept], after[kept], begin[kept], end[kept], asked[kept])


def _occurs(node: Ints, first: Ints, own: Ints, begin: Ints, end: Ints) -> Flags:
    """Does another block of the node of `own` lie between the steps begin and end?

    It lies in the gap as a whole, because blocks end where the node has another row: its first step tells.
    """
    low, width = int(first.min()), int(first.max() - first.min()) + 3
    keys = np.sort(node * width + (first - low + 1))
    at = node[own] * width
    below = np.searchsorted(keys, at + np.clip(begin - low + 1, 0, width - 1), side="left")
    above = np.searchsorted(keys, at + np.clip(end - low + 1, 0, width - 1), side="right")
    return above > below


def _no_larger(links: _Links, n: int) -> tuple[list[Ints], list[Ints], list[Floats], Floats]:
    """Entries (row, variable, value) and limits of g - a <= 0, for the blocks on either side of each link."""
    rows: list[Ints] = []
    columns: list[Ints] = []
    values: list[Floats] = []
    count = 0
    for ends in (links.before, links.after):
        there = np.flatnonzero(ends >= 0)
        row = count + np.arange(len(there))
        rows += [row, row]
        columns += [n + there, ends[there]]
        values += [np.ones(len(there)), -np.ones(len(there))]
        count += len(there)
    return rows, columns, values, np.zeros(count)


def _at_most_one(blocks: _Blocks, links: _Links) -> tuple[Ints, Ints]:
    """Entries (row, variable) of "the W of a target, or of a track, at a step add up to at most 1" (fact 4)."""
    n = len(blocks.gain)
    asked = np.flatnonzero(links.asked)
    own = np.where(links.before >= 0, links.before, links.after)[asked]
    begin = np.concatenate((blocks.first, links.first[asked]))
    end = np.concatenate((blocks.last, links.last[asked]))
    variable = np.concatenate((np.arange(n), n + asked))
    rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    count = 0
    both = (blocks.target, blocks.track)
    for nodes, others in (both, both[::-1]):
        node, other = np.concatenate((nodes, nodes[own])), np.concatenate((others, others[own]))
        order = np.lexsort((begin, other, node))
        for part in np.split(order, np.flatnonzero(np.diff(node[order])) + 1):
            pairs = np.split(part, np.flatnonzero(np.diff(other[part])) + 1)
            if len(pairs) > 1:
                covers = _covering(pairs, np.unique(begin[part[part < n]]), begin, end)
                row, column = np.nonzero(covers >= 0)
                rows.append(row + count)
                columns.append(variable[covers[row, column]])
                count += len(covers)
    return np.concatenate(rows), np.concatenate(columns)


def _covering(pairs: list[Ints], at: Ints, begin: Ints, end: Ints) -> Ints:
    """(steps, pairs): which variable of each pair covers each step `at`, or -1; equal and needless rows left out."""
    covers = np.full((len(at), len(pairs)), -1)
    for column, part in enumerate(pairs):
        found = part[np.maximum(np.searchsorted(begin[part], at, side="right") - 1, 0)]
        covers[:, column] = np.where((begin[found] <= at) & (at <= end[found]), found, -1)
    changed = np.concatenate(([True], (np.diff(covers, axis=0) != 0).any(axis=1)))
    asked: Ints = covers[changed & ((covers >= 0).sum(axis=1) > 1)]
    return asked
