"""Which track is which target through time: with hysteresis for SIAP, one to one for identity switches."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from tocsin.messages import Floats, Ints
from tocsin.score.rows import Rows

NONE = -1


@dataclass(frozen=True, slots=True)
class Stretch:
    """A track followed a target from step `first` to step `last`, both included."""

    track: int
    target: int
    first: int
    last: int


def nearest(truth: Rows, tracks: Rows, gate_m: float) -> Ints:
    """For each row of `tracks`, the number of the nearest target of that step within the gate, or NONE."""
    found = np.full(len(tracks.step), NONE, np.int64)
    for step in range(min(truth.steps, tracks.steps)):
        here, there = truth.at(step), tracks.at(step)
        if here.start == here.stop or there.start == there.stop:
            continue
        distance_m, index = cKDTree(truth.position_m[here]).query(tracks.position_m[there])
        found[there] = np.where(distance_m < gate_m, truth.number[here][index], NONE)
    return found


def stretches(truth: Rows, tracks: Rows, gate_m: float, confirm: int = 3, misses: int = 2) -> list[Stretch]:
    """Each track to its nearest target, with hysteresis: a target may have many tracks, a track one target at a time.

    A stretch starts once the same target was nearest for `confirm` steps of the track in a row, counted from the first;
    it ends after `misses` steps in a row where it was not, and then reaches to the last step where it was.
    """
    near = nearest(truth, tracks, gate_m)
    found: list[Stretch] = []
    for number, rows in tracks.by_number():
        found += _of_track(number, tracks.step[rows].tolist(), near[rows].tolist(), confirm, misses)
    return found


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


@dataclass(frozen=True, slots=True)
class Clear:
    """CLEAR figures: Bernardin and Stiefelhagen, EURASIP JIVP 2008."""

    switches: int
    matched: int
    truths: int
    tracks: int
    mean_distance_m: float

    @property
    def mota(self) -> float:
        """1 - (missed + false + switches) / truths; NaN without truth."""
        if not self.truths:
            return float("nan")
        missed, false = self.truths - self.matched, self.tracks - self.matched
        return 1.0 - (missed + false + self.switches) / self.truths


def clear(truth: Rows, tracks: Rows, steps: int, gate_m: float) -> Clear:
    """One-to-one matching that keeps pairs while they stay inside the gate, and the switches that remain."""
    partner: dict[int, int] = {}
    switches = matched = 0
    metres = 0.0
    for step in range(steps):
        here, there = truth.at(step), tracks.at(step)
        targets, numbers = truth.number[here], tracks.number[there]
        distances_m = cdist(truth.position_m[here], tracks.position_m[there]) if len(targets) * len(numbers) else None
        for i, j, distance_m in _step_pairs(distances_m, targets, numbers, partner, gate_m):
            target, number = int(targets[i]), int(numbers[j])
            switches += target in partner and partner[target] != number
            partner[target] = number
            matched += 1
            metres += distance_m
    mean = metres / matched if matched else float("nan")
    return Clear(switches, matched, len(truth.step), len(tracks.step), mean)


def _step_pairs(
    distance_m: Floats | None, targets: Ints, numbers: Ints, partner: dict[int, int], gate_m: float
) -> list[tuple[int, int, float]]:
    if distance_m is None:
        return []
    index = {int(number): j for j, number in enumerate(numbers)}
    chosen: list[tuple[int, int, float]] = []
    free_i, free_j = np.ones(len(targets), bool), np.ones(len(numbers), bool)
    for i, target in enumerate(targets):
        j = index.get(partner.get(int(target), NONE), NONE)
        if j != NONE and free_j[j] and distance_m[i, j] < gate_m:
            chosen.append((i, j, float(distance_m[i, j])))
            free_i[i] = free_j[j] = False
    rows, columns = np.flatnonzero(free_i), np.flatnonzero(free_j)
    if len(rows) and len(columns):
        left = distance_m[np.ix_(rows, columns)]
        # far above any sum of real distances: as many pairs inside the gate as there can be, then the shortest
        cost = np.where(left < gate_m, left, 1e6 * gate_m)
        for a, b in zip(*linear_sum_assignment(cost), strict=True):
            if left[a, b] < gate_m:
                chosen.append((int(rows[a]), int(columns[b]), float(left[a, b])))
    return chosen
