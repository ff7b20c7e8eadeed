"""Do forecasts mean what they say? Intervals of the time of entry, chances of entry, and skill over straight flight.

One forecast counts for each target, place and bin: a target forecast each second is one target. It is drawn by lot
with a fixed seed: the first in a bin would be the one that noise carried over the edge. A bin goes by what the forecast
said, never by what came of it: bins by outcome would make good forecasts look bad. For the same reason forecasts too
close to the end of the truth are left out whatever came of them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.tables.objects import NEVER, Objects
from tocsin.score.tables.warning import HORIZONS_MIN, QUANTILES, UNKNOWN, Forecasts, Places
from tocsin.score.warning.bounds import Bounded, share
from tocsin.score.warning.entries import Stays

BINS_MIN: Final = ((0.0, 2.0), (2.0, 5.0), (5.0, 15.0), (15.0, 30.0))  # of the median time to entry
INTERVALS: Final = ((25, 75), (5, 95))
CHANCE_MIN: Final = 10  # the horizon of P(entry) that is scored
SEED: Final = 1
LEVELS: Final = 10  # bins of a chance


@dataclass(frozen=True, slots=True)
class Interval:
    """How often an interval that should hold `expected` of entries did. `width_median_s`: wide ones must not win."""

    from_min: float
    to_min: float
    expected: float
    held: Bounded
    width_median_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """P(entry within ten minutes): for each level of chance how many forecasts, their mean, and how many came true.

    `error` is the mean distance of chance from frequency, weighted by numbers; `brier` the mean squared error; `skill`
    1 - brier over that of straight flight (1: it enters when it flies straight on, else 0). NaN without forecasts.
    """

    count: Ints
    said: Floats
    came: Floats
    error: float
    brier: float
    brier_straight: float
    skill: float
    left_out: int
    compared: int = 0  # forecasts that straight flight could be set against


def intervals(forecasts: Forecasts, target: Ints, stayed: Stays, end_ns: int | Ints) -> tuple[Interval, ...]:
    """One line for each bin and interval, over forecasts of targets that were outside and entered afterwards.

    `target` is whose forecast each is (UNKNOWN: of nothing). `end_ns` is when the truth ends, of all or of each.
    """
    entry_ns = _next_entry(forecasts, target, stayed)
    whole = np.isfinite(forecasts.quantile_s).all(axis=1)
    tail_ns = (np.nan_to_num(forecasts.quantile_s[:, -1]) * SECOND_NS).astype(np.int64)
    usable = whole & (entry_ns != NEVER) & (forecasts.time_ns <= end_ns - tail_ns)
    usable &= ~_inside(forecasts, target, stayed)  # who is inside enters next when he comes back
    actual_s = (entry_ns - forecasts.time_ns) / SECOND_NS
    minutes = forecasts.quantile_s[:, QUANTILES.index(50)] / 60.0
    out = []
    for low, high in BINS_MIN:
        rows = _one_each(
            forecasts, target, usable & (minutes >= low) & (minutes < high), np.zeros(len(target), np.int64)
        )
        for begin, end in INTERVALS:
            a, b = (forecasts.quantile_s[rows, QUANTILES.index(one)] for one in (begin, end))
            held = int(((a <= actual_s[rows]) & (actual_s[rows] <= b)).sum())
            width_s = float(np.median(b - a)) if len(rows) else float("nan")
            out.append(Interval(low, high, (end - begin) / 100.0, share(held, len(rows)), width_s))
    return tuple(out)


def chances(
    forecasts: Forecasts, target: Ints, truth: Objects, stayed: Stays, places: Places, end_ns: int | Ints
) -> Chances:
    """Calibration and skill of P(entry within ten minutes), one forecast for each object, place and ten minutes."""
    horizon_ns = CHANCE_MIN * 60 * SECOND_NS
    said = forecasts.chance[:, HORIZONS_MIN.index(CHANCE_MIN)]
    usable = np.isfinite(said) & (forecasts.time_ns <= end_ns - horizon_ns) & ~_inside(forecasts, target, stayed)
    rows = _one_each(forecasts, target, usable, forecasts.time_ns // horizon_ns)
    entry_ns = _next_entry(forecasts, target, stayed)[rows]
    came = (entry_ns != NEVER) & (entry_ns <= forecasts.time_ns[rows] + horizon_ns)
    chance = said[rows]
    level = np.minimum((chance * LEVELS).astype(np.int64), LEVELS - 1)
    count = np.bincount(level, minlength=LEVELS)
    many = np.maximum(count, 1)
    mean_said, mean_came = (np.bincount(level, one, LEVELS) / many for one in (chance, came.astype(np.float64)))
    straight = _straight(forecasts, rows, target, truth, places)
    known = np.isfinite(straight)
    brier_known, brier_straight = (_brier(one[known], came[known]) for one in (chance, straight))
    return Chances(
        count=count,
        said=np.where(count > 0, mean_said, np.nan),
        came=np.where(count > 0, mean_came, np.nan),
        error=float((count * np.abs(mean_said - mean_came)).sum() / len(rows)) if len(rows) else float("nan"),
        brier=_brier(chance, came),
        brier_straight=brier_straight,
        skill=1.0 - brier_known / brier_straight if brier_straight > 0.0 else float("nan"),
        left_out=int(np.isfinite(said).sum() - usable.sum()),
        compared=int(known.sum()),
    )


def said_and_came(forecasts: Forecasts, target: Ints, stayed: Stays, end_ns: int | Ints) -> tuple[Floats, Floats]:
    """The chances of all horizons that were said, and 1.0 where it came, one for each object, place and stretch."""
    said, came = [], []
    for k, minutes in enumerate(HORIZONS_MIN):
        horizon_ns = minutes * 60 * SECOND_NS
        usable = np.isfinite(forecasts.chance[:, k]) & (forecasts.time_ns <= end_ns - horizon_ns)
        usable &= ~_inside(forecasts, target, stayed)
        rows = _one_each(forecasts, target, usable, forecasts.time_ns // horizon_ns)
        entry_ns = _next_entry(forecasts, target, stayed)[rows]
        said.append(forecasts.chance[rows, k])
        came.append((entry_ns != NEVER) & (entry_ns <= forecasts.time_ns[rows] + horizon_ns))
    return np.concatenate(said), np.concatenate(came).astype(np.float64)


def _brier(chance: Floats, came: Flags) -> float:
    return float(((chance - came) ** 2).mean()) if len(chance) else float("nan")


def _one_each(forecasts: Forecasts, target: Ints, usable: Flags, stretch: Ints) -> Ints:
    """One usable forecast, by lot, of each object, place and stretch. What is of no target goes by its track."""
    rows = np.random.default_rng(SEED).permutation(np.flatnonzero(usable))
    nothing = target[rows] == UNKNOWN
    who = np.where(nothing, forecasts.track[rows], target[rows])
    keys = np.column_stack((nothing, who, forecasts.place[rows], stretch[rows]))
    return rows[np.sort(np.unique(keys, axis=0, return_index=True)[1])]


def _next_entry(forecasts: Forecasts, target: Ints, stayed: Stays) -> Ints:
    """When the target of each forecast next enters its place; NEVER where it does not."""
    return _after(forecasts, target, stayed, stayed.enter_ns)[0]


def _inside(forecasts: Forecasts, target: Ints, stayed: Stays) -> Flags:
    """Was the target inside already?"""
    leave_ns, row = _after(forecasts, target, stayed, stayed.leave_ns + 1)  # it is inside as long as that instant
    enter_ns = stayed.enter_ns[row] if len(stayed) else leave_ns
    return np.asarray((leave_ns != NEVER) & (enter_ns <= forecasts.time_ns))


def _after(forecasts: Forecasts, target: Ints, stayed: Stays, when: Ints) -> tuple[Ints, Ints]:
    """The first time in `when` (one for each stay) after each forecast, of its target at its place, and which stay."""
    if not len(stayed):
        return np.full(len(target), NEVER), np.zeros(len(target), np.int64)
    width = int(max(stayed.place.max(), forecasts.place.max(initial=0))) + 1
    of_stay, of_forecast = stayed.target * width + stayed.place, target * width + forecasts.place
    first, last = (np.searchsorted(of_stay, of_forecast, side=side) for side in ("left", "right"))
    row = first.copy()
    # stays of one target at one place are few: step to the next until it is late enough
    while (behind := (row < last) & (when[np.minimum(row, len(when) - 1)] <= forecasts.time_ns)).any():
        row[behind] += 1
    there = (row < last) & (target != UNKNOWN)
    row = np.minimum(row, len(when) - 1)
    return np.where(there, when[row], NEVER), row


def _straight(forecasts: Forecasts, rows: Ints, target: Ints, truth: Objects, places: Places) -> Floats:
    """1 where the target, flying straight on as it really flew, would enter within ten minutes, 0 where not.

    NaN where the truth has no such target, place or velocity then.
    """
    out = np.full(len(rows), np.nan)
    begin = truth.begin
    for place in np.unique(forecasts.place[rows]).tolist():
        area = places.areas[place]
        chosen = np.flatnonzero((forecasts.place[rows] == place) & (target[rows] != UNKNOWN))
        of_target, when = target[rows[chosen]], forecasts.time_ns[rows[chosen]]
        at = np.array(
            [
                begin[one] + np.searchsorted(truth.time_ns[begin[one] : begin[one + 1]], time, side="right") - 1
                for one, time in zip(of_target.tolist(), when.tolist(), strict=True)
            ],
            np.int64,
        )
        known = at >= begin[of_target] if len(at) else np.zeros(0, np.bool_)
        known &= np.isfinite(truth.velocity_mps[at, :2]).all(axis=1)
        at, chosen = at[known], chosen[known]
        start = np.column_stack(area.plane(truth.place[at, 0], truth.place[at, 1]))
        late_s = (when[known] - truth.time_ns[at]) / SECOND_NS
        speed = truth.velocity_mps[at, :2]
        ends = [start + speed * (late_s + seconds)[:, None] for seconds in (0.0, CHANCE_MIN * 60.0)]
        lines = shapely.linestrings(np.stack(ends, axis=1)) if len(at) else np.zeros(0, object)
        out[chosen] = np.asarray(shapely.distance(lines, area.shape)) <= area.ring_m
    return out
