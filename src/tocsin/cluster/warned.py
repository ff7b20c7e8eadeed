"""One night's warnings: simulated, played through `advance` exactly as live, and set against what could be known.

The oracle is the same forecast and the same rule, fed the truth: every two seconds a picture of what was seeable by
then (a look with a chance of at least a half), exactly where it is, called what it is. When it would have warned of a
target at a place, that was knowable (ALERTS, section 5).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from arro3.core import Table as ArrowTable

from tocsin.alerts.danger import dangers
from tocsin.alerts.release.support import support
from tocsin.cluster.night import Job
from tocsin.cluster.scenario import scenario_of
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.areas import area
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert, Ints, Picture, Scan, Step, Tick, TrackState
from tocsin.models.classes.table import known as classes_known
from tocsin.pipeline import State, advance, hurry
from tocsin.score.tables.arrow import Table
from tocsin.score.tables.objects import NEVER, Objects, truth_of
from tocsin.score.tables.warning import STAGES, UNKNOWN, Alerts, Knowable, Places
from tocsin.score.warning.about import About, Shown, about
from tocsin.score.warning.lead import THREATS
from tocsin.settings import Settings
from tocsin.simulate import tables
from tocsin.simulate.carriers import told
from tocsin.simulate.night import Slab, Truth, arrivals, slabs
from tocsin.simulate.seeable import Stretches

ORACLE_S = 2.0
LOOK_NS = 250_000_000  # how often somebody looks at the live picture
LATER_S = 1_800.0  # an alert is no false one when a threat enters within half an hour
LEVELS = {"watch": STAGES.index("watch"), "warning": STAGES.index("warning"), "under way": STAGES.index("under way")}


@dataclass(slots=True)
class Warned:
    """A night's tables, as the warning score takes them. An alert is about what its first reason's track was."""

    name: str
    seed: int
    truth: Objects
    places: Places
    alerts: Alerts
    about: About
    knowable: Knowable
    seconds: float
    end_ns: int  # of the watch; the truth goes on for LATER_S, so that who enters then makes true what was said before
    sounded_ns: Ints  # when something sounded for an operator
    blind: frozenset[str] = frozenset()  # places that were shown as blind at any time
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Kept:
    truth: list[Truth] = field(default_factory=list)
    could: Stretches = field(default_factory=Stretches)


@dataclass(slots=True)
class _Row:
    """A stage in which a place stood."""

    place: int
    level: int
    decided_ns: int
    public_ns: int
    track: int
    shown: Shown
    ended_ns: int = NEVER


def warned(job: Job) -> Warned:
    """Play one night."""
    _, scenario = scenario_of(job.text, job.name, Path(job.folder))
    scenario = replace(scenario, duration_s=min(scenario.duration_s, job.seconds))
    settings = told(scenario, job.seed)
    kept = _Kept()
    played = arrivals(_noted(slabs(scenario, job.seed), kept), scenario.start_ns)
    end_ns = scenario.start_ns + round(scenario.duration_s * SECOND_NS)
    rows, blind, sounded = _rows(settings, _steps(settings, played, scenario.start_ns, end_ns), end_ns)
    truth = _flown(kept.truth)
    longer = replace(scenario, duration_s=scenario.duration_s + LATER_S)
    later = _flown([slab.truth for slab in slabs(longer, job.seed, watched=False)])
    names = tuple(place.name for place in settings.places)
    parents = tuple(place.parent for place in settings.places)
    areas = tuple(area(place.kind, place.geometry, place.ring_m) for place in settings.places)
    return Warned(
        job.name,
        job.seed,
        later,
        Places(names, areas, parents, ("",) * len(names)),
        _alerts(rows),
        about(tuple(row.shown for row in rows), later, THREATS),
        knowable(settings, truth, kept.could, scenario.start_ns),
        scenario.duration_s,
        end_ns,
        np.array(sounded, dtype=np.int64),
        blind,
    )


def _flown(parts: list[Truth]) -> Objects:
    return truth_of(Table("truth", ArrowTable.from_batches([tables.truth_batch(part) for part in parts])), "earth")


def _noted(played: Iterator[Slab], kept: _Kept) -> Iterator[Slab]:
    for slab in played:
        kept.truth.append(slab.truth)
        kept.could.add(slab)
        yield slab


def _steps(settings: Settings, played: Iterator[Scan], start_ns: int, end_ns: int) -> Iterator[Step]:
    """All Ticks of the night, with everything that came before each."""
    state = State.of(settings)
    tick_ns = (start_ns // SECOND_NS + 1) * SECOND_NS
    look_ns = start_ns
    for scan in played:
        while tick_ns <= scan.received_ns:
            yield advance(state, Tick(tick_ns))
            tick_ns += SECOND_NS
        advance(state, scan)
        if scan.received_ns >= look_ns:  # as who looks at the live picture does
            state.catch_up()
            look_ns = scan.received_ns + LOOK_NS
        if (urgent := hurry(state, scan.received_ns)) is not None:
            yield advance(state, urgent)
    while tick_ns <= end_ns:
        yield advance(state, Tick(tick_ns))
        tick_ns += SECOND_NS


def _rows(settings: Settings, steps: Iterator[Step], end_ns: int) -> tuple[list[_Row], frozenset[str], list[int]]:
    """A row for each stage that a place was put in; places that were blind; when something sounded."""
    index = {place.name: k for k, place in enumerate(settings.places)}
    threats = {threat.name: threat for threat in settings.alerting.threats}
    kinds = tuple(sensor.kind for sensor in settings.sensors)
    open_: dict[str, _Row] = {}
    rows: list[_Row] = []
    blind: set[str] = set()
    sounded: list[int] = []
    picture: Picture | None = None
    for step in steps:
        picture = step.picture or picture
        sounded += [notice.time_ns for notice in step.notices if notice.kind == "annunciation"]
        for alert in step.alerts:
            if alert.observation == "blind":
                blind.add(alert.place)
            standing = open_.get(alert.place)
            level = LEVELS.get(alert.stage, 0)
            if standing is not None and standing.public_ns == NEVER and level >= LEVELS["warning"]:
                standing.public_ns = step.time_ns if not support(alert, threats).why else NEVER
            if (standing.level if standing else 0) == level:
                continue
            if standing is not None:
                standing.ended_ns = step.time_ns
                del open_[alert.place]
            if level:
                open_[alert.place] = _row(
                    index[alert.place], level, alert, picture, kinds, not support(alert, threats).why
                )
                rows.append(open_[alert.place])
    for row in open_.values():
        row.ended_ns = end_ns
    return rows, frozenset(blind), sounded


def _row(place: int, level: int, alert: Alert, picture: Picture | None, kinds: tuple[str, ...], public: bool) -> _Row:
    track = alert.reasons[0].track if alert.reasons else UNKNOWN
    released_ns = alert.time_ns if public and level >= LEVELS["warning"] else NEVER
    return _Row(place, level, alert.time_ns, released_ns, track, _shown(alert, track, picture, kinds))


def _shown(alert: Alert, track: int, picture: Picture | None, kinds: tuple[str, ...]) -> Shown:
    """The track that an alert names first, and the others."""
    if picture is None or track not in picture.track:
        return Shown(alert.time_ns, np.full(3, np.nan), "", np.zeros((0, 3)), ())
    at = int(np.searchsorted(picture.track, track))
    others_m = np.delete(picture.position_m, at, axis=0)
    made_by = tuple(sorted({kinds[k] for k in picture.witness_sensor[picture.witness_track == track].tolist()}))
    return Shown(alert.time_ns, picture.position_m[at], alert.reasons[0].kind, others_m, made_by)


def _alerts(rows: list[_Row]) -> Alerts:
    never = np.full(len(rows), NEVER, dtype=np.int64)
    columns = [np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in ("place", "level")]
    times = [np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in ("decided_ns", "ended_ns")]
    public = np.array([row.public_ns for row in rows], dtype=np.int64)
    track = np.array([row.track for row in rows], dtype=np.int64)
    place, level = columns
    decided, ended = times
    return Alerts(place, level, decided, ended, public, never, never.copy(), track)


def knowable(settings: Settings, truth: Objects, could: Stretches, start_ns: int) -> Knowable:
    """When each target was first seeable, and when the rule would have warned of it at each place."""
    target, begin_s, _ = could.table()
    first: dict[int, int] = {}
    for one, when in zip(target.tolist(), begin_s.tolist(), strict=True):
        first.setdefault(one, start_ns + round(when * SECOND_NS))
    seen_ns = np.array([first.get(int(name), NEVER) for name in truth.names], dtype=np.int64)
    forecaster = Forecaster(settings)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    order = np.argsort(truth.time_ns, kind="stable")
    every_ns = round(ORACLE_S * SECOND_NS)
    times, begins = np.unique(truth.time_ns[order], return_index=True)
    ends = np.append(begins[1:], len(order))
    last_ns = -every_ns
    for time_ns, a, b in zip(times.tolist(), begins.tolist(), ends.tolist(), strict=True):
        rows = order[a:b]
        rows = rows[seen_ns[truth.number[rows]] <= time_ns]
        rows = rows[seen_ns[truth.number[rows]] != NEVER]
        if time_ns - last_ns < every_ns or not len(rows):
            continue
        last_ns = time_ns
        rows = rows[np.argsort(truth.number[rows], kind="stable")]
        picture = true_picture(settings, truth, rows, time_ns, first)
        known = dangers(forecaster.forecast(picture), picture, settings.places, settings.alerting)
        due = (known.in_time >= known.bound) | (known.inside >= settings.alerting.inside_chance)
        for track, place in zip(known.track[due].tolist(), known.place[due].tolist(), strict=True):
            found.setdefault((track, place), (first[track], time_ns))
    table = np.array([(*key, *when) for key, when in found.items()], dtype=np.int64).reshape(-1, 4)
    return Knowable(*table.T)


def true_picture(settings: Settings, truth: Objects, rows: Ints, time_ns: int, born: dict[int, int]) -> Picture:
    """The truth as a picture: sure, and exact to a metre."""
    n = len(rows)
    names = classes_known().names
    latitude, longitude, altitude = truth.place[rows].T
    level = np.nan_to_num(truth.velocity_mps[rows])
    kind = np.array([max(_index(names, truth.kind[k]), 0) for k in truth.number[rows].tolist()], dtype=np.int32)
    covariance = np.zeros((n, 21))
    covariance[:, [0, 6, 11]], covariance[:, [15, 18, 20]] = 1.0, 0.01
    track = truth.names[truth.number[rows]].astype(np.int64)
    since = np.array([born[int(one)] for one in track], dtype=np.int64)
    none = np.full(n, -1, dtype=np.int64)
    probability = np.zeros((n, len(names)))
    probability[np.arange(n), kind] = 1.0
    return Picture(
        time_ns=time_ns,
        frame="earth",
        track=track,
        position_m=ecef_from_geodetic(latitude, longitude, altitude),
        velocity_mps=ecef_vector_from_enu(level, latitude, longitude),
        covariance=covariance,
        existence=np.ones(n),
        state=np.full(n, TrackState.CONFIRMED, dtype=np.uint8),
        born_ns=since,
        last_detection_ns=np.full(n, time_ns, dtype=np.int64),
        last_sensor=none.astype(np.int32),
        detections=np.full(n, 10, dtype=np.int64),
        continues=none,
        continues_probability=np.zeros(n),
        swapped=none,
        group_min=np.ones(n, dtype=np.int32),
        class_index=kind,
        class_confidence=np.ones(n),
        corroborated=np.ones(n, dtype=np.bool_),
        identity=(None,) * n,
        callsign=(None,) * n,
        mark=("",) * n,
        sensors=tuple(sensor.name for sensor in settings.sensors),
        classes=names,
        ended=np.zeros(0, dtype=np.int64),
        class_probability=probability,
    )


def _index(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else -1
