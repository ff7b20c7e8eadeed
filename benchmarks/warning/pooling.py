"""All nights together: entries, false alerts, forecasts, bells, and a point of the threshold curve for each file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.warning.playing import Night
from tocsin.cluster.warned import Warned
from tocsin.geo.units import SECOND_NS
from tocsin.score.thresholds.bench import Judged, Point, judged, pooled
from tocsin.score.warning.bounds import Bounded, quantile, rate, share
from tocsin.score.warning.entries import stays
from tocsin.score.warning.lead import LONG_S
from tocsin.score.warning.operators import WINDOW_S
from tocsin.score.warning.scorecard import WarningScore, score_warnings

COLD_S = 60.0  # a stretch begins in the middle of a night, by who knows nothing yet: all appears at once
COVERED_S = 2.0  # a place that was blind for so much of the time in which it could be known was shown as blind


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a threat into a ring. Seconds; `delay_s` is infinite where no warning stood."""

    scenario: str
    group: str
    possible_s: float
    lead_s: float
    delay_s: float
    counted: bool
    warned: bool
    blind: bool


@dataclass(slots=True)
class Pooled:
    """What all nights say of the rules that were frozen."""

    entries: list[Entry] = field(default_factory=list)
    scores: list[tuple[Night, WarningScore]] = field(default_factory=list)

    def group(self, name: str, without: Sequence[str] = (), only: Sequence[str] = ()) -> list[Entry]:
        """Entries of one group of threats."""
        return [
            one
            for one in self.entries
            if one.group == name and one.scenario not in without and (not only or one.scenario in only)
        ]


def scored(one: Warned) -> WarningScore:
    """The warning score of one night by one rule file."""
    return score_warnings(
        one.truth,
        one.places,
        one.alerts,
        one.forecasts,
        one.knowable,
        told=one.about,
        end_ns=one.end_ns,
    )


def pool(nights: Sequence[Night]) -> Pooled:
    """Every night by the frozen rules, which stand first."""
    out = Pooled()
    for night in nights:
        warned = night.warned[0]
        score = scored(warned)
        out.scores.append((night, score))
        found = score.entries
        for k in range(len(found)):
            place = warned.places.names[int(found.place[k])]
            spans = warned.blind.get(place, [])
            known, came = int(found.knowable_ns[k]), int(found.arrival_ns[k])
            dark_s = sum(max(0, min(end, came) - max(begin, known)) for begin, end in spans) / SECOND_NS
            out.entries.append(
                Entry(
                    night.scenario,
                    found.group[k],
                    float(found.possible_s[k]),
                    float(found.lead_s[k]),
                    float(found.delay_s[k]),
                    bool(found.counted[k]),
                    bool(found.warned[k]),
                    dark_s >= COVERED_S,
                )
            )
    return out


def points(nights: Sequence[Night]) -> list[Point]:
    """A point of the curve for each rule file, over all nights."""
    found: dict[str, list[Judged]] = {}
    settings: dict[str, dict[str, str | float]] = {}
    for night in nights:
        stayed = stays(night.warned[0].truth, night.warned[0].places)
        for name, one in zip(night.rules, night.warned, strict=True):
            found.setdefault(name, []).append(
                judged(one.truth, stayed, one.places, one.alerts, one.about, one.knowable, end_ns=one.end_ns)
            )
            factor = 1.0 if name == "frozen" else float(name.removeprefix("bounds x ").partition(",")[0])
            settings[name] = {"bounds": factor, "detections": "twice" if "twice" in name else "as frozen"}
    return [pooled(name, name, settings[name], some, None) for name, some in found.items()]


@dataclass(frozen=True, slots=True)
class Missed:
    """One group of threats: what was missed, how late, how early."""

    entries: int
    missed: Bounded
    delay_median_s: float
    delay_p90_s: float
    long: int
    ratio_median: float
    ratio_p10: float
    lead_median_s: float


def missed(some: Sequence[Entry]) -> Missed:
    """The figures of a group."""
    counted = [one for one in some if one.counted]
    delay = np.array([one.delay_s for one in counted])
    long = [one for one in some if one.possible_s >= LONG_S]
    ratio = np.array([min(max(one.lead_s / one.possible_s, 0.0), 1.0) for one in long])
    lead = np.array([one.lead_s for one in some if one.warned])
    return Missed(
        len(some),
        share(sum(not one.warned for one in counted), len(counted)),
        quantile(delay, 0.5),
        quantile(delay, 0.9),
        len(long),
        quantile(ratio, 0.5),
        quantile(ratio, 0.1),
        quantile(lead, 0.5),
    )


@dataclass(frozen=True, slots=True)
class Wrong:
    """False alerts of one audience and stage over some nights. `cold`: in the first COLD_S of a stretch."""

    alerts: int
    cold: int
    rate: Bounded
    unit: str
    by_class: tuple[tuple[str, int], ...]


def wrong(scores: Sequence[tuple[Night, WarningScore]], audience: str, stage: str) -> Wrong:
    """Added up."""
    found = [(night, one) for night, score in scores for one in score.false_alerts]
    found = [(night, one) for night, one in found if (one.audience, one.stage) == (audience, stage)]
    lines = [one for _, one in found]
    cold = sum(int((one.begun_ns - night.warned[0].begin_ns < COLD_S * SECOND_NS).sum()) for night, one in found)
    count, exposure = sum(one.rate.count for one in lines), sum(one.rate.of for one in lines)
    kinds: Counter[str] = Counter()
    for one in lines:
        kinds.update(dict(one.by_class))
    return Wrong(
        sum(one.alerts for one in lines), cold, rate(count, exposure), lines[0].unit, tuple(kinds.most_common())
    )


def worst_bells(night: Night) -> int:
    """The most annunciations in any ten minutes."""
    times = np.array(sorted(night.warned[0].sounded_ns), np.int64)
    ends = np.searchsorted(times, times + WINDOW_S * SECOND_NS, side="left")
    return int((ends - np.arange(len(times))).max(initial=0))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Forecasts of all nights: calibration error and skill of P(entry in 10 min), and each interval."""

    forecasts: int
    error: float
    brier: float
    skill: float
    intervals: tuple[tuple[float, float, float, Bounded, float], ...]  # from, to, expected, held, median width


def calibrated(scores: Sequence[tuple[Night, WarningScore]]) -> Calibrated:
    """One forecast for each target, place and bin of a night; nights are added up."""
    chances = [score.chances for _, score in scores if score.chances is not None and score.chances.count.sum()]
    count = np.sum([one.count for one in chances], axis=0)
    said, came = (
        np.sum([np.nan_to_num(getattr(one, name)) * one.count for one in chances], axis=0) for name in ("said", "came")
    )
    total = int(count.sum())
    straight = [one for one in chances if one.compared]
    against = sum(one.brier_straight * one.compared for one in straight)
    ours = sum((1.0 - one.skill) * one.brier_straight * one.compared for one in straight if np.isfinite(one.skill))
    bins = []
    for k, first in enumerate(scores[0][1].intervals or ()):
        each = [score.intervals[k] for _, score in scores if score.intervals is not None]
        held = share(sum(one.held.count for one in each), int(sum(one.held.of for one in each)))
        widths = [one.width_median_s for one in each if one.held.of]
        bins.append((first.from_min, first.to_min, first.expected, held, float(np.median(widths or [np.nan]))))
    brier = sum(one.brier * int(one.count.sum()) for one in chances) / max(total, 1)
    error = float(np.abs(said - came).sum() / max(total, 1))
    return Calibrated(total, error, brier, 1.0 - ours / against if against else float("nan"), tuple(bins))
