"""All warning scores of one system's tables."""

from dataclasses import dataclass, fields

import numpy as np

from tocsin.errors import InputError
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Ints
from tocsin.score.alignment import Scene
from tocsin.score.match import Clear
from tocsin.score.scorecard import Scorecard
from tocsin.score.tables.objects import NEVER, Objects
from tocsin.score.tables.warning import UNKNOWN, Alerts, Forecasts, Knowable, Places
from tocsin.score.warning.about import About
from tocsin.score.warning.bounds import quantile
from tocsin.score.warning.calibration import Chances, Interval, chances, intervals
from tocsin.score.warning.entries import Stays, stays
from tocsin.score.warning.false_alerts import DAY_S, FalseAlerts, false_alerts
from tocsin.score.warning.lead import THREATS, Entries, Lead, Oracle, asked, entries, leads
from tocsin.score.warning.operators import Load, loads
from tocsin.score.warning.periods import periods

REMEMBERED_S = 30.0  # a track is about the target that it was matched with so long ago at most
CHAIN = (("released", "decided"), ("sent", "released"), ("received", "sent"))
OPEN_ENDED = (
    "{} of what counts as false was said in the last half hour of the truth: a threat may have come after its end; "
    "give truth that goes on for half an hour after the last alert"
)


@dataclass(frozen=True, slots=True)
class Link:
    """How long alerts took from one step to the next: seconds, and how many told both."""

    step: str
    count: int
    median_s: float
    p95_s: float
    p99_s: float


@dataclass(frozen=True, slots=True, eq=False)
class WarningScore:
    """What came out. `intervals` and `chances` are None where no forecasts were handed in."""

    places: Places
    truth: Objects
    entries: Entries
    leads: tuple[Lead, ...]
    false_alerts: tuple[FalseAlerts, ...]
    loads: tuple[Load, ...]
    chain: tuple[Link, ...]
    intervals: tuple[Interval, ...] | None
    chances: Chances | None
    begin_ns: int
    end_ns: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Association:
    """Which target a track was, from rows that were matched one to one; sorted by track, then time."""

    track: Ints
    target: Ints
    time_ns: Ints

    def target_of(self, track: Ints, time_ns: Ints) -> Ints:
        """The target that each track was last matched with, UNKNOWN where that is long ago or never was."""
        if not len(self.track):
            return np.full(len(track), UNKNOWN)
        out = np.full(len(track), UNKNOWN)
        names, of_row = np.unique(track, return_inverse=True)
        for index, name in enumerate(names.tolist()):
            low, high = np.searchsorted(self.track, name, "left"), np.searchsorted(self.track, name, "right")
            if low == high:
                continue
            rows = np.flatnonzero(of_row == index)
            at = low + np.searchsorted(self.time_ns[low:high], time_ns[rows], side="right") - 1
            fresh = at >= low
            fresh &= time_ns[rows] - self.time_ns[np.maximum(at, low)] <= REMEMBERED_S * SECOND_NS
            out[rows[fresh]] = self.target[at[fresh]]
        return out


def association(card: Scorecard) -> Association:
    """From the one-to-one matching of a tracking run."""
    return associated(card.scene, card.clear)


def associated(scene: Scene, matched: Clear) -> Association:
    """The same, where nothing else was scored."""
    pairs = matched.pairs
    track = scene.shown.names[scene.tracks.number[pairs.track]]
    time_ns = scene.times_ns[scene.truth.step[pairs.truth]]
    order = np.lexsort((time_ns, track))
    return Association(track[order], scene.truth.number[pairs.truth][order], time_ns[order])


NO_TRACKS = Association(*(np.zeros(0, np.int64),) * 3)


def score_warnings(
    truth: Objects,
    places: Places,
    alerts: Alerts,
    forecasts: Forecasts | None = None,
    knowable: Knowable | Oracle | None = None,
    tracks: Association = NO_TRACKS,
    threats: tuple[str, ...] = THREATS,
    told: About | None = None,
    end_ns: int | None = None,
) -> WarningScore:
    """Every warning score. `tracks` says which target a track was; without it alerts on tracks are about nobody known.

    `told` says it of each alert, in words of its own. `end_ns` is when the watch ended, where the truth goes on: what
    enters later is no entry that was to be warned of, but makes true what was said before.

    Raises InputError for truth that cannot be used.
    """
    if not len(truth):
        raise InputError("the truth has no row: without a time span there is no rate and nothing to warn of")
    begin_ns, last_ns = int(truth.time_ns.min()), int(truth.time_ns.max())
    end_ns = last_ns if end_ns is None else end_ns
    alerts, told, notes = _in_time(alerts, told, begin_ns, end_ns)
    stayed = stays(truth, places)
    notes = (*_notes(truth, stayed, knowable, threats), *notes)
    if callable(knowable):
        knowable = asked(knowable, stayed, truth, places)
    found = entries(truth, stayed.until(end_ns), periods(alerts, 2), knowable, threats)
    span_s = (end_ns - begin_ns) / SECOND_NS
    of_alert = tracks.target_of(alerts.track, alerts.decided_ns) if told is None else told.target
    words = () if told is None else told.words
    place_days = len(places.names) * span_s / DAY_S
    interval, chance = None, None
    if forecasts is not None:
        of_forecast = _targets(forecasts, truth, tracks)
        interval = intervals(forecasts, of_forecast, stayed, last_ns)
        chance = chances(forecasts, of_forecast, truth, stayed, places, last_ns)
    false = false_alerts(alerts, of_alert, truth, stayed, threats, place_days, words)
    open_ = sum(one.open for one in false if one.audience == "staff")
    if open_:
        notes = (*notes, OPEN_ENDED.format(open_))
    return WarningScore(
        places=places,
        truth=truth,
        entries=found,
        leads=leads(found),
        false_alerts=false,
        loads=loads(alerts, places, span_s),
        chain=_chain(alerts),
        intervals=interval,
        chances=chance,
        begin_ns=begin_ns,
        end_ns=end_ns,
        notes=notes,
    )


def _in_time(
    alerts: Alerts, told: About | None, begin_ns: int, end_ns: int
) -> tuple[Alerts, About | None, tuple[str, ...]]:
    """The alerts of the time that the truth tells of. Raises InputError where none is: the tables are of two nights."""
    outside = (alerts.decided_ns > end_ns) | (alerts.ended_ns < begin_ns)
    if not outside.any():
        return alerts, told, ()
    if outside.all():
        spans = [
            f"{_utc(int(low))} to {_utc(int(high))}"
            for low, high in ((alerts.decided_ns.min(), alerts.decided_ns.max()), (begin_ns, end_ns))
        ]
        raise InputError(f"alerts ({spans[0]}) and truth ({spans[1]}) have no time in common; are both UTC?")
    kept = np.flatnonzero(~outside)
    columns = {one.name: getattr(alerts, one.name)[kept] for one in fields(Alerts)}
    if told is not None:
        told = About(told.target[kept], tuple(told.words[row] for row in kept.tolist()) if told.words else ())
    said = f"{int(outside.sum())} alerts are of a time that the truth does not tell of: they are left out"
    return Alerts(**columns), told, (said,)


def _utc(time_ns: int) -> str:
    return f"{np.datetime64(time_ns, 'ns').astype('datetime64[s]')}Z"


def _notes(truth: Objects, stayed: Stays, knowable: object, threats: tuple[str, ...]) -> tuple[str, ...]:
    notes = [f"threats are {', '.join(threats)}; everything else that flew is none"]
    if not any(truth.kind):
        notes.append("the truth names no classes: nothing counts as a threat")
    if knowable is None:
        notes.append(
            "what was knowable was not handed in: a target's first row in the truth stands for it, so that delays are "
            "upper bounds and misses may have been nobody's"
        )
    born = int((stayed.first & (stayed.enter_ns == stayed.begun_ns)).sum())
    if born:
        notes.append(f"{born} first entries were at a target's first row: it began inside a ring")
    return tuple(notes)


def _targets(forecasts: Forecasts, truth: Objects, tracks: Association) -> Ints:
    """Whose forecast each is, as the truth counts targets."""
    at = np.minimum(np.searchsorted(truth.names, forecasts.target), len(truth.names) - 1)
    named = np.where(truth.names[at] == forecasts.target, at, UNKNOWN)
    return np.where(forecasts.target != UNKNOWN, named, tracks.target_of(forecasts.track, forecasts.time_ns))


def _chain(alerts: Alerts) -> tuple[Link, ...]:
    """From decision to release, to sending, to receipt, over alerts at warning or above."""
    times = {
        name: getattr(alerts, f"{name}_ns")[alerts.level >= 2] for name in ("decided", "released", "sent", "received")
    }
    out = []
    for after, before in CHAIN:
        both = (times[after] != NEVER) & (times[before] != NEVER)
        seconds: Floats = (times[after][both] - times[before][both]) / SECOND_NS
        median_s, p95_s, p99_s = (quantile(seconds, share) for share in (0.5, 0.95, 0.99))
        out.append(Link(f"{before} to {after}", len(seconds), median_s, p95_s, p99_s))
    return tuple(out)
