"""Which track is which target through time: with hysteresis for SIAP, one to one for identity switches."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tocsin.messages import Ints
from tocsin.score.near import Near, best, nearest
from tocsin.score.rows import Rows

NONE = -1


@dataclass(frozen=True, slots=True)
class Stretch:
    """A track followed a target from step `first` to step `last`, both included."""

    track: int
    target: int
    first: int
    last: int


def stretches(truth: Rows, tracks: Rows, pairs: Near, confirm: int = 3, misses: int = 2) -> list[Stretch]:
    """Each track to its nearest target, with hysteresis: a target may have many tracks, a track one target at a time.

    A stretch starts once the same target was nearest for `confirm` steps of the track in a row, counted from the first;
    it ends after `misses` steps in a row where it was not, and then reaches to the last step where it was.
    """
    found = pairs.take(nearest(pairs))
    near = np.full(len(tracks.step), NONE, np.int64)
    near[found.track] = truth.number[found.truth]
    out: list[Stretch] = []
    for number, rows in tracks.by_number():
        out += _of_track(number, tracks.step[rows].tolist(), near[rows].tolist(), confirm, misses)
    return out


def _of_track(track: int, steps: list[int], near: list[int], confirm: int, misses: int) -> list[Stretch]:
    found: list[Stretch] = []
    followed, first, last = NONE, 0, 0
    candidate, since, run, failed = NONE, 0, 0, 0
    for step, target in zip(steps, near, strict=True):
        if target != NONE and target == followed:
            last, failed = step, 0
            continue
        # evidence for another target; once the followed one came back, it stays where it was
        if target != NONE and target == candidate:
            run += 1
        else:
            candidate, since, run = target, step, int(target != NONE)
        if followed != NONE:
            failed += 1
            if failed < misses:
                continue
            found.append(Stretch(track, followed, first, last))
            followed, failed = NONE, 0
        if run >= confirm:
            followed, first, last = candidate, since, step
            candidate, run = NONE, 0
    if followed != NONE:
        found.append(Stretch(track, followed, first, last))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Clear:
    """CLEAR: Bernardin and Stiefelhagen, EURASIP JIVP 2008. `pairs` are the matched rows, `switched` marks a switch."""

    pairs: Near
    switched: Ints  # indices into pairs at which the target had been another track's before
    truths: int
    tracks: int

    @property
    def switches(self) -> int:
        """How often a target that had been one track's became another's."""
        return len(self.switched)

    @property
    def mean_distance_m(self) -> float:
        """Over the matched rows (MOTP); NaN where nothing was matched."""
        return float(self.pairs.distance_m.mean()) if len(self.pairs) else float("nan")

    @property
    def mota(self) -> float:
        """1 - (missed + false + switches) / truths; NaN without truth."""
        if not self.truths:
            return float("nan")
        missed, false = self.truths - len(self.pairs), self.tracks - len(self.pairs)
        return 1.0 - (missed + false + self.switches) / self.truths

    @property
    def recall(self) -> float:
        """Matched rows of truth among all of them; NaN without truth."""
        return len(self.pairs) / self.truths if self.truths else float("nan")

    @property
    def precision(self) -> float:
        """Matched rows of tracks among all of them; NaN without tracks."""
        return len(self.pairs) / self.tracks if self.tracks else float("nan")


def clear(truth: Rows, tracks: Rows, pairs: Near) -> Clear:
    """One-to-one matching that keeps pairs while they stay inside the gate, and the switches that remain.

    A target's partner is the track that it was matched with last, however long ago. Where several targets have the same
    partner and all are near it, the one that was matched with it last keeps it, whatever the order of rows. What is not
    kept is matched anew: as many pairs as there can be, then the shortest.
    """
    memory = _Memory()
    taken: list[int] = []
    switched: list[int] = []
    target, number = truth.number[pairs.truth].tolist(), tracks.number[pairs.track].tolist()
    cuts = np.flatnonzero(np.diff(truth.step[pairs.truth], prepend=-1, append=-1)).tolist()
    for begin, end in pairwise(cuts):
        for index in _of_step(pairs, range(begin, end), target, number, memory):
            if memory.changes(target[index], number[index], begin):
                switched.append(len(taken))
            taken.append(index)
    rows = pairs.take(np.array(taken, np.int64))
    return Clear(rows, np.array(switched, np.int64), len(truth.step), len(tracks.step))


class _Memory:
    """Each target's last partner, and when (any number that grows) it was last matched with it."""

    def __init__(self) -> None:
        self.partner: dict[int, int] = {}
        self.when: dict[int, int] = {}

    def changes(self, target: int, number: int, now: int) -> bool:
        """Take a pair; did the target have another partner?"""
        before = self.partner.get(target, number)
        self.partner[target] = number
        self.when[target] = now
        return before != number


def _of_step(pairs: Near, rows: range, target: list[int], number: list[int], memory: _Memory) -> list[int]:
    """Which of these rows, all the near pairs of one step, are matched; ascending."""
    keeper: dict[int, int] = {}
    for row in rows:
        if memory.partner.get(target[row]) == number[row]:
            rival = keeper.get(number[row])
            if rival is None or memory.when[target[row]] > memory.when[target[rival]]:
                keeper[number[row]] = row
    held = {target[row] for row in keeper.values()}
    free = [row for row in rows if target[row] not in held and number[row] not in keeper]
    if not free:
        return sorted(keeper.values())
    left = pairs.take(np.array(free, np.int64))
    # far above any sum of real distances: as many pairs as there can be, then the shortest
    again = best(left, 1e6 * pairs.within_m - left.distance_m)
    return sorted([*keeper.values(), *(free[index] for index in again.tolist())])
