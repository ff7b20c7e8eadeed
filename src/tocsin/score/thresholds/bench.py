"""Each rule on each night: what it missed, what it said for nothing, how early it was, pooled over the nights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from tocsin.errors import InputError
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints
from tocsin.score.tables.objects import NEVER, Objects
from tocsin.score.tables.warning import Alerts, Knowable, Places
from tocsin.score.thresholds.approach import Approaches, approaches
from tocsin.score.thresholds.rules import Named, Value
from tocsin.score.thresholds.shown import Shown
from tocsin.score.warning.about import About
from tocsin.score.warning.bounds import Bounded, rate, resampled
from tocsin.score.warning.entries import Stays, stays
from tocsin.score.warning.false_alerts import DAY_S, FalseAlerts, false_alerts
from tocsin.score.warning.lead import THREATS, Entries, Lead, entries, leads
from tocsin.score.warning.periods import periods
from tocsin.score.warning.scorecard import Association


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """One night of an archive. `knowable` is the truth as a rule would read it, from when it could be seen on.

    `ready` are tables of alerts that other rules or systems made of the same night, by name.
    """

    name: str
    truth: Objects
    places: Places
    shown: Shown
    tracks: Association
    knowable: Shown | None = None
    ready: Mapping[str, Alerts] = field(default_factory=dict)

    @property
    def place_days(self) -> float:
        """The exposure: places times days."""
        span_ns = int(self.truth.time_ns.max()) - int(self.truth.time_ns.min())
        return len(self.places.names) * span_ns / SECOND_NS / DAY_S


NOT_TOLD = rate(0, 0.0)


class Written(Protocol):
    """A rule that can be kept as a file."""

    def text(self) -> str:
        """The file."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """How one rule did over all nights. `warning` and `watch`: false ones, per place-month and per place-day.

    `public`: of warnings that rest on enough independent paths to be told to the public, per place-year.

    `standing` is the share of all place time spent at warning: who warns for ever is never false, and of no use.
    """

    name: str
    family: str
    settings: Mapping[str, Value]
    lead: Lead
    warning: Bounded
    watch: Bounded
    bootstrap: Bounded
    standing: float
    by_class: tuple[tuple[str, int], ...]
    named: Written | None
    public: Bounded = NOT_TOLD


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One rule on one night."""

    entries: Entries
    wrong: tuple[FalseAlerts, ...]
    standing_days: float
    place_days: float

    def of(self, stage: str, audience: str = "staff") -> FalseAlerts:
        """False alerts of a stage."""
        return next(one for one in self.wrong if one.audience == audience and one.stage == stage)


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """All points, and what they were made of."""

    points: tuple[Point, ...]
    nights: tuple[str, ...]
    place_days: float
    notes: tuple[str, ...]


def bench(
    nights: Sequence[Night],
    rules: Sequence[Named],
    threats: tuple[str, ...] = THREATS,
    progress: Callable[[int, int], None] | None = None,
) -> Bench:
    """Every rule on every night. Raises InputError where there is no night, or one without any truth."""
    if not nights:
        raise InputError("no night was handed in: there is nothing to replay")
    horizon_s = max([one.rule.horizon_s for one in rules], default=0.0)
    found: dict[str, list[Judged]] = {one.name: [] for one in rules}
    others: dict[str, None] = {}
    for number, night in enumerate(nights):
        if not len(night.truth):
            raise InputError(f"{night.name}: its truth has no row; without a time span there is no rate")
        stayed = stays(night.truth, night.places)
        seen = approaches(night.shown, night.places, horizon_s)
        best = None if night.knowable is None else approaches(night.knowable, night.places, horizon_s)
        for index, one in enumerate(rules):
            known = None if best is None else _knowable(one, best)
            found[one.name].append(_scored(night, one.rule.alerts(seen), stayed, known, threats))
            if progress is not None:
                progress(number * len(rules) + index + 1, len(nights) * len(rules))
        for name, alerts in night.ready.items():
            others[name] = None
            found.setdefault(name, []).append(_scored(night, alerts, stayed, None, threats))
    points = [pooled(one.name, one.family, one.settings, found[one.name], one) for one in rules]
    points += [pooled(name, name, {}, found[name], None) for name in others]
    days = float(sum(night.place_days for night in nights))
    return Bench(tuple(points), tuple(night.name for night in nights), days, _notes(nights, threats))


def _notes(nights: Sequence[Night], threats: tuple[str, ...]) -> tuple[str, ...]:
    notes = [f"threats are {', '.join(threats)}; everything else that flew is none"]
    if any(night.knowable is None for night in nights):
        notes.append("what could be seen is not told: a target's first row in the truth stands for what was knowable")
    if not any(kind in threats for night in nights for kind in night.truth.kind):
        notes.append("no threat flew: nothing could be missed, and every alert is false")
    return tuple(notes)


def _knowable(one: Named, best: Approaches) -> Knowable:
    """When the same rule, fed what was true, would first have warned of each target at each place."""
    said = one.rule.alerts(best)
    rows = np.flatnonzero(said.level >= 2)
    rows = rows[np.lexsort((said.decided_ns[rows], said.place[rows], said.track[rows]))]
    pairs = np.column_stack((said.track[rows], said.place[rows]))
    first = rows[np.unique(pairs, axis=0, return_index=True)[1]] if len(rows) else rows
    target = said.track[first]
    begin = np.searchsorted(best.shown.track, target)
    seeable = best.shown.time_ns[begin] if len(target) else said.decided_ns[first]
    return Knowable(target, said.place[first], seeable, said.decided_ns[first])


def _scored(night: Night, alerts: Alerts, stayed: Stays, known: Knowable | None, threats: tuple[str, ...]) -> Judged:
    of_alert = night.tracks.target_of(alerts.track, alerts.decided_ns)
    return judged(night.truth, stayed, night.places, alerts, About(of_alert, ()), known, threats)


def judged(
    truth: Objects,
    stayed: Stays,
    places: Places,
    alerts: Alerts,
    told: About,
    known: Knowable | None,
    threats: tuple[str, ...] = THREATS,
    end_ns: int | None = None,
) -> Judged:
    """What one rule said of one night. `told` and `end_ns`: as in score.warning.scorecard.score_warnings."""
    begin_ns, last_ns = int(truth.time_ns.min()), int(truth.time_ns.max())
    end_ns = last_ns if end_ns is None else end_ns
    days = len(places.names) * (end_ns - begin_ns) / SECOND_NS / DAY_S
    warned = periods(alerts, 2)
    stood = np.clip(np.minimum(warned.end_ns, end_ns) - np.maximum(warned.begin_ns, begin_ns), 0, None)
    counted = entries(truth, stayed.until(end_ns), warned, known, threats)
    wrong = false_alerts(alerts, told.target, truth, stayed, threats, days, told.words)
    return Judged(counted, wrong, float(stood.sum()) / SECOND_NS / DAY_S, days)


def pooled(
    name: str,
    family: str,
    settings: Mapping[str, Value],
    found: Sequence[Judged],
    named: Written | None,
) -> Point:
    """One rule over all nights."""
    counted = [one.entries for one in found]
    columns = [np.concatenate([getattr(one, key) for one in counted]) for key in _COLUMNS]
    target, place, begun, seeable, knowable, warned, arrival, late = columns
    groups = tuple(group for one in counted for group in one.group)
    every = Entries(target, place, groups, begun, seeable, knowable, warned, arrival, late)
    warning, watch = (_false(found, stage) for stage in ("warning", "watch"))
    public = _false(found, "warning", "public")
    by_object: Ints = np.concatenate([one.of("warning").by_object for one in found])
    classes: dict[str, int] = {}
    for one in found:
        for kind, count in one.of("warning").by_class:
            classes[kind] = classes.get(kind, 0) + count
    ordered = tuple(sorted(classes.items(), key=lambda one: (-one[1], one[0])))
    bootstrap = resampled(by_object, warning.of)
    days = sum(one.place_days for one in found)
    standing = sum(one.standing_days for one in found) / days if days > 0.0 else float("nan")
    return Point(name, family, settings, leads(every)[-1], warning, watch, bootstrap, standing, ordered, named, public)


_COLUMNS = ("target", "place", "begun_ns", "seeable_ns", "knowable_ns", "warned_ns", "arrival_ns", "late")


def _false(found: Sequence[Judged], stage: str, audience: str = "staff") -> Bounded:
    lines = [one.of(stage, audience).rate for one in found]
    return rate(sum(one.count for one in lines), float(sum(one.of for one in lines)))


def front(points: Sequence[Point]) -> tuple[Point, ...]:
    """Points that no other one beats: fewer missed, fewer false and a longer lead cannot be had together."""
    keys = [(_missed(one), one.warning.count / max(one.warning.of, 1e-12), -_lead_s(one)) for one in points]
    kept = [
        index
        for index, key in enumerate(keys)
        if not any(other != key and all(a <= b for a, b in zip(other, key, strict=True)) for other in keys)
    ]
    return tuple(points[index] for index in kept)


def _missed(one: Point) -> float:
    return one.lead.missed.value if one.lead.missed.of else 0.0


def _lead_s(one: Point) -> float:
    return one.lead.lead_median_s if np.isfinite(one.lead.lead_median_s) else 0.0


def choose(points: Sequence[Point], false_max: float) -> Point:
    """The rule that misses least, then warns earliest, with at most `false_max` false warnings a place-month.

    Raises InputError where none is so quiet.
    """
    quiet = [one for one in points if one.named is not None and one.warning.value <= false_max]
    if not quiet:
        least = min((one.warning.value for one in points), default=float("nan"))
        raise InputError(
            f"no rule has at most {false_max:g} false warnings a place-month; the quietest has {least:.4g}"
        )
    return min(quiet, key=lambda one: (_missed(one), -_lead_s(one), one.warning.value, one.name))


def knowable_rows(shown: Shown, seeable_ns: Mapping[int, int]) -> Shown:
    """The truth from when each target could be seen; who never could is left out."""
    since = np.array([seeable_ns.get(one, NEVER) for one in shown.track.tolist()], np.int64)
    return shown.chosen((since != NEVER) & (shown.time_ns >= since))
