"""Rows as surveillance engineers read them: updates, gaps, errors along and across, false tracks, continuity.

After the style of EUROCAE ED-142 and ED-87 and of EUROCONTROL-SPEC-147 (probability of update in an interval; gaps
longer than three intervals and a tenth), without claiming to assess conformity: those standards also fix the traffic,
the coverage volume and how much data is enough.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.errors import SettingError
from tocsin.geo.frames import half_turn
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Ints
from tocsin.score.alignment import Scene, told
from tocsin.score.match import Clear
from tocsin.score.near import Near

LONG_GAP: Final = 3.3  # intervals: three and a tenth of that, so that jitter does not make a gap
HOUR_S: Final = 3600.0
STANDING_MPS: Final = 1.0  # slower than this, a target has no course that "along" could mean


@dataclass(frozen=True, slots=True)
class Spread:
    """Errors of one kind: how many, mean (a bias), RMS, and what 95 % of their sizes stay below; NaN when none."""

    count: int
    mean: float
    rms: float
    p95: float


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Signed errors of matched rows, track minus target; NaN where one does not apply."""

    along_m: Floats
    across_m: Floats
    horizontal_m: Floats
    vertical_m: Floats
    speed_mps: Floats
    course_deg: Floats


@dataclass(frozen=True, slots=True)
class Surveillance:
    """Counts are whole, shares 0..1 (NaN where nothing could be counted), times seconds, distances metres.

    `intervals` are whole intervals of targets' lives, `updated` those in which a matched track had been detected (or
    was shown, where tracks do not tell when they were detected). A *long gap* lasts longer than 3.3 intervals, from a
    target's first step to its last; `gap_share` is the share of targets' lives spent in them. `found` targets were
    matched at least once; initiation is the time from a target's first step to that. A *false* track was never near
    any target, a *redundant* one was, and never was the one that counted.
    """

    interval_s: float
    intervals: int
    updated: int
    update_probability: float
    long_gaps: int
    gap_share: float
    longest_gap_s: float
    targets: int
    found: int
    initiation_median_s: float
    initiation_p95_s: float
    kept_by_one: int
    changes_per_hour: float
    tracks: int
    false_tracks: int
    redundant_tracks: int
    false_tracks_per_hour: float
    false_life_median_s: float
    along: Spread
    across: Spread
    horizontal: Spread
    vertical: Spread
    speed: Spread
    course: Spread


def surveillance(scene: Scene, pairs: Near, matched: Clear, error: Errors, interval_s: float) -> Surveillance:
    """All rows, from near pairs and the one-to-one matched ones. Raises SettingError for an interval that cannot be."""
    if not 0.0 < interval_s < np.inf:
        raise SettingError(f"an update interval of {interval_s} s; expected more than 0")
    lives = _lives(scene, matched, interval_s)
    late_s = lives.first_s[np.isfinite(lives.first_s)]
    numbers = np.unique(scene.tracks.number)
    near = np.unique(scene.tracks.number[pairs.track])
    used = np.unique(scene.tracks.number[matched.pairs.track])
    false_s = _life_s(scene, np.setdiff1d(numbers, near))
    life_s = float(lives.life_s.sum())
    return Surveillance(
        interval_s=interval_s,
        intervals=int(lives.intervals.sum()),
        updated=int(lives.updated.sum()),
        update_probability=_share(lives.updated.sum(), lives.intervals.sum()),
        long_gaps=int(lives.gaps.sum()),
        gap_share=_share(lives.gap_s.sum(), life_s),
        longest_gap_s=float(lives.longest_s.max(initial=0.0)),
        targets=len(lives.first_s),
        found=len(late_s),
        initiation_median_s=_quantile(late_s, 0.5),
        initiation_p95_s=_quantile(late_s, 0.95),
        kept_by_one=int((lives.partners == 1).sum()),
        changes_per_hour=_share(matched.switches * HOUR_S, life_s),
        tracks=len(numbers),
        false_tracks=len(false_s),
        redundant_tracks=len(np.setdiff1d(near, used)),
        false_tracks_per_hour=_share(len(false_s) * HOUR_S, float(scene.times_s[-1])),
        false_life_median_s=_quantile(false_s, 0.5),
        along=spread(error.along_m),
        across=spread(error.across_m),
        horizontal=spread(error.horizontal_m),
        vertical=spread(error.vertical_m),
        speed=spread(error.speed_mps),
        course=spread(error.course_deg),
    )


def errors(scene: Scene, matched: Clear) -> Errors:
    """Errors of every matched row. Along and across: by the target's own course over the ground."""
    i, j = matched.pairs.truth, matched.pairs.track
    offset = scene.offsets_m(i, j)
    nothing = np.full(len(i), np.nan)
    along, across, speed, course = nothing, nothing, nothing, nothing
    if scene.truth.velocity_mps is not None:
        v = scene.truth.velocity_mps[i, :2]
        length = np.hypot(v[:, 0], v[:, 1])
        moving = length > STANDING_MPS
        unit = np.where(moving[:, None], v / np.maximum(length, STANDING_MPS)[:, None], np.nan)
        along = offset[:, 0] * unit[:, 0] + offset[:, 1] * unit[:, 1]
        across = offset[:, 0] * unit[:, 1] - offset[:, 1] * unit[:, 0]  # to the right of the course is positive
        if scene.tracks.velocity_mps is not None:
            w = scene.tracks.velocity_mps[j, :2]
            speed = np.hypot(w[:, 0], w[:, 1]) - length
            turned = np.arctan2(w[:, 0], w[:, 1]) - np.arctan2(v[:, 0], v[:, 1])
            course = np.where(moving, np.degrees(half_turn(turned)), np.nan)
    return Errors(along, across, np.hypot(offset[:, 0], offset[:, 1]), offset[:, 2], speed, course)


def spread(error: Floats) -> Spread:
    """Count, mean, RMS and 95 % point of the sizes of the errors that are not NaN."""
    there = error[np.isfinite(error)]
    if not len(there):
        return Spread(0, *(float("nan"),) * 3)
    rms = float(np.sqrt((there**2).mean()))
    return Spread(len(there), float(there.mean()), rms, _quantile(np.abs(there), 0.95))


@dataclass(frozen=True, slots=True, eq=False)
class _Lives:
    """What each target's life says, one number for each. `first_s` is NaN for a target that was never found."""

    life_s: Floats
    intervals: Ints
    updated: Ints
    gaps: Ints
    gap_s: Floats
    longest_s: Floats
    first_s: Floats
    partners: Ints


def _lives(scene: Scene, matched: Clear, interval_s: float) -> _Lives:
    target = scene.truth.number[matched.pairs.truth]
    shown_s = scene.times_s[scene.truth.step[matched.pairs.truth]]
    updated_ns = scene.updated_ns[matched.pairs.track]
    updated_s = np.where(told(updated_ns), (updated_ns - scene.times_ns[0]) / SECOND_NS, shown_s)
    partner = scene.tracks.number[matched.pairs.track]
    order = np.argsort(target, kind="stable")
    begin = np.searchsorted(target[order], np.arange(len(scene.targets.names) + 1))
    out: list[tuple[float, ...]] = []
    for number, rows in scene.truth.by_number():
        own = order[begin[number] : begin[number + 1]]
        from_s, to_s = (float(scene.times_s[scene.truth.step[row]]) for row in (rows[0], rows[-1]))
        at = np.unique(np.clip(updated_s[own], from_s, to_s)) if len(own) else np.zeros(0)
        whole = int((to_s - from_s) / interval_s + 1e-9)
        hit = np.unique(((at - from_s) / interval_s).astype(np.int64))
        gap = np.diff(np.concatenate(([from_s], at, [to_s])))
        long = gap[gap > LONG_GAP * interval_s]
        first_s = float(shown_s[own].min() - from_s) if len(own) else float("nan")
        partners = len(np.unique(partner[own]))
        life = (to_s - from_s, whole, int((hit < whole).sum()), len(long), float(long.sum()), float(gap.max()))
        out.append((*life, first_s, partners))
    life_s, intervals, updated, gaps, gap_s, longest_s, first, partners_of = np.array(out).reshape(-1, 8).T
    whole_numbers = (column.astype(np.int64) for column in (intervals, updated, gaps, partners_of))
    counts = dict(zip(("intervals", "updated", "gaps", "partners"), whole_numbers, strict=True))
    return _Lives(life_s=life_s, gap_s=gap_s, longest_s=longest_s, first_s=first, **counts)


def _life_s(scene: Scene, numbers: Ints) -> Floats:
    """How long each of these tracks was shown."""
    order = np.lexsort((scene.tracks.step, scene.tracks.number))
    ordered = scene.tracks.number[order]
    first, last = (np.searchsorted(ordered, numbers, side=side) for side in ("left", "right"))
    step = scene.tracks.step[order]
    return scene.times_s[step[last - 1]] - scene.times_s[step[first]] if len(numbers) else np.zeros(0)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _quantile(values: Floats, share: float) -> float:
    return float(np.quantile(values, share)) if len(values) else float("nan")
