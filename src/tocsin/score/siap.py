"""SIAP: completeness, ambiguity, spuriousness, accuracy, number changes and segments of an air picture.

Source: Single Integrated Air Picture attributes, Votruba and others, Technical Report 2001-003; with both readings of
"longest segment": one unbroken stretch, and all stretches of one track (as Stone Soup computes it).
"""

from dataclasses import dataclass

import numpy as np

from tocsin.messages import Floats, Ints
from tocsin.score.match import Stretch
from tocsin.score.rows import Rows


@dataclass(frozen=True, slots=True)
class Siap:
    """Shares are 0..1, accuracies metres and metres per second (NaN where nothing was matched), rates per second."""

    completeness: float
    ambiguity: float
    spuriousness: float
    positional_accuracy_m: float
    velocity_accuracy_mps: float
    track_number_changes: int
    rate_of_number_change_hz: float
    longest_segment: float
    longest_track: float


def siap(truth: Rows, tracks: Rows, times_s: Floats, matched: list[Stretch]) -> Siap:
    """The attributes over all steps; `times_s` gives each step's time.

    A stretch counts at the steps at which both its target and its track have a row: nobody is tracked in a hole.
    """
    i, k = _present(truth, tracks, _pairs(matched))
    covered, used = len(np.unique(i)), len(np.unique(k))
    j, n = len(truth.step), len(tracks.step)
    position_m = np.linalg.norm(truth.position_m[i] - tracks.position_m[k], axis=1).sum()
    velocity_mps = np.nan
    if truth.velocity_mps is not None and tracks.velocity_mps is not None:
        velocity_mps = np.linalg.norm(truth.velocity_mps[i] - tracks.velocity_mps[k], axis=1).sum()
    life = _Lives(truth, times_s, matched)
    return Siap(
        completeness=covered / j if j else 0.0,
        ambiguity=used / covered if covered else 1.0,
        spuriousness=(n - used) / n if n else 0.0,
        positional_accuracy_m=float(position_m) / used if used else float("nan"),
        velocity_accuracy_mps=float(velocity_mps) / used if used else float("nan"),
        track_number_changes=life.changes,
        rate_of_number_change_hz=life.changes / life.tracked_s if life.tracked_s else 0.0,
        longest_segment=life.longest_s / life.total_s if life.total_s else 0.0,
        longest_track=life.longest_track_s / life.total_s if life.total_s else 0.0,
    )


def _pairs(matched: list[Stretch]) -> Ints:
    """(k, 3): step, target, track for every step of every stretch."""
    if not matched:
        return np.zeros((0, 3), np.int64)
    return np.concatenate(
        [
            np.column_stack(
                (
                    np.arange(one.first, one.last + 1),
                    np.full(one.last + 1 - one.first, one.target),
                    np.full(one.last + 1 - one.first, one.track),
                )
            )
            for one in matched
        ]
    )


def _present(truth: Rows, tracks: Rows, pairs: Ints) -> tuple[Ints, Ints]:
    """Rows of truth and of tracks for the pairs where both are there."""
    i = _rows_of(truth, pairs[:, 0], pairs[:, 1])
    k = _rows_of(tracks, pairs[:, 0], pairs[:, 2])
    both = (i >= 0) & (k >= 0)
    return i[both], k[both]


def _rows_of(rows: Rows, step: Ints, number: Ints) -> Ints:
    """The row of each (step, number), or -1. Rows are sorted by both, so one binary search finds all."""
    if not len(rows.step):
        return np.full(len(step), -1)
    width = int(max(rows.number.max(initial=0), number.max(initial=0))) + 1
    keys = rows.step * width + rows.number
    wanted = step * width + number
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


class _Lives:
    """What each target's life says: how much of it was tracked, by how many tracks, the longest stretch."""

    def __init__(self, truth: Rows, times_s: Floats, matched: list[Stretch]) -> None:
        self.total_s = self.tracked_s = self.longest_s = self.longest_track_s = 0.0
        self.changes = 0
        of_target: dict[int, list[Stretch]] = {}
        for one in matched:
            of_target.setdefault(one.target, []).append(one)
        for number, rows in truth.by_number():
            steps = truth.step[rows]
            self.total_s += float(times_s[steps[-1]] - times_s[steps[0]])
            if number in of_target:
                self._live(steps, times_s, of_target[number])

    def _live(self, steps: Ints, times_s: Floats, matched: list[Stretch]) -> None:
        lengths: dict[int, float] = {}
        for one in matched:
            length_s = float(times_s[one.last] - times_s[one.first])
            lengths[one.track] = lengths.get(one.track, 0.0) + length_s
        self.longest_s += max(float(times_s[one.last] - times_s[one.first]) for one in matched)
        self.longest_track_s += max(lengths.values())
        self.tracked_s += _covered_s(times_s[steps], times_s, matched)
        self.changes += max(_fewest(steps, matched) - 1, 0)


def _covered_s(life_s: Floats, times_s: Floats, matched: list[Stretch]) -> float:
    """Seconds of a life, between its steps, inside at least one stretch."""
    spans = sorted((float(times_s[one.first]), float(times_s[one.last])) for one in matched)
    merged: list[list[float]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return sum(
        float(np.clip(np.minimum(life_s[1:], end) - np.maximum(life_s[:-1], start), 0.0, None).sum())
        for start, end in merged
    )


def _fewest(steps: Ints, matched: list[Stretch]) -> int:
    """The fewest tracks that could have covered what was covered: always go on with the one that reaches farthest."""
    needed = at = 0
    while at < len(steps):
        reach = max((one.last for one in matched if one.first <= steps[at] <= one.last), default=-1)
        if reach < 0:
            at += 1
            continue
        needed += 1
        at = int(np.searchsorted(steps, reach, side="right"))
    return needed
