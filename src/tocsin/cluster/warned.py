"""One night's warnings: simulated, played through `advance` exactly as live, and set against what could be known.

Rules of alerting change no track, so that many rule files are judged by one play (warning.beside), each against the
oracle by the same rules (warning.oracle; ALERTS, section 5). What flies is known for half an hour longer than was
played: what was said last is judged by what came of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from arro3.core import Table as ArrowTable

from tocsin.cluster.night import Job
from tocsin.cluster.scenario import scenario_of
from tocsin.cluster.warning.beside import Beside, Row, Sample
from tocsin.cluster.warning.oracle import knowable
from tocsin.geo.areas import area
from tocsin.geo.frames import ecef_from_geodetic
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Ints, Scan, Tick
from tocsin.pipeline import State, advance, hurry
from tocsin.score.tables.arrow import Table
from tocsin.score.tables.objects import Objects, truth_of
from tocsin.score.tables.warning import UNKNOWN, Alerts, Forecasts, Knowable, Places
from tocsin.score.warning.about import NEAR_M, About, about
from tocsin.score.warning.false_alerts import WITHIN_NS
from tocsin.score.warning.lead import THREATS
from tocsin.settings import Alerting, Place, Settings
from tocsin.simulate import tables
from tocsin.simulate.carriers import told
from tocsin.simulate.night import Slab, arrivals, slabs
from tocsin.simulate.night import truth as flown
from tocsin.simulate.seeable import Stretches

LOOK_NS = 250_000_000  # how often somebody looks at the live picture
AFTER_S = WITHIN_NS / SECOND_NS


@dataclass(slots=True)
class Warned:
    """A night's tables by one rule file, as the warning score takes them.

    An alert is about what its first reason's track was; `forecasts` are of the targets that tracks were near to.
    `sounded_ns` is when something sounded for an operator, by the rules that were in force alone.
    """

    name: str
    seed: int
    rules: Alerting
    truth: Objects
    places: Places
    alerts: Alerts
    about: About
    knowable: Knowable
    forecasts: Forecasts
    begin_ns: int
    end_ns: int
    blind: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # when each place was shown as blind
    sounded_ns: tuple[int, ...] = ()


def warned(job: Job, rules: Sequence[Alerting] = (), from_s: float = 0.0) -> list[Warned]:
    """Play a night, or the stretch of it from `from_s` until `job.seconds`; one result for each of `rules`.

    The first of them is in force; without any it is what the scenario's site declares. A Tick comes each `job.every_s`;
    live, each second; and when something new leaves no time.
    """
    _, scenario = scenario_of(job.text, job.name, Path(job.folder))
    scenario = replace(scenario, duration_s=min(scenario.duration_s, job.seconds))
    settings = told(scenario, job.seed)
    rules = tuple(rules) or (settings.alerting,)
    settings = replace(settings, alerting=rules[0])
    begin_ns, end_ns = (scenario.start_ns + round(one * SECOND_NS) for one in (from_s, scenario.duration_s))
    could = Stretches()
    played = arrivals(_noted(slabs(scenario, job.seed, from_s=from_s), could), scenario.start_ns)
    board = Beside(settings.places, rules, settings.sensors)
    sounded = through(settings, board, played, (begin_ns, end_ns), job.every_s)
    longer = replace(scenario, duration_s=scenario.duration_s + AFTER_S)
    parts = [tables.truth_batch(part) for part in flown(longer, job.seed, from_s=from_s)]
    truth = truth_of(Table("truth", ArrowTable.from_batches(parts)), "earth")
    best = knowable(settings, rules, truth, could.table(), scenario.start_ns, end_ns)
    forecasts = _forecasts(board.samples, truth)
    out = []
    for one, said, known in zip(rules, board.said, best, strict=True):
        said.end(end_ns)
        tables_of = truth, places_of(settings.places), said.alerts(), told_of(said.rows, truth), known, forecasts
        out.append(Warned(job.name, job.seed, one, *tables_of, begin_ns, end_ns, board.blind, sounded))
    return out


def places_of(places: Sequence[Place]) -> Places:
    """The places of a site, as scores take them."""
    names = tuple(place.name for place in places)
    areas = tuple(area(place.kind, place.geometry, place.ring_m) for place in places)
    return Places(names, areas, tuple(place.parent for place in places), ("",) * len(names))


def _noted(played: Iterator[Slab], could: Stretches) -> Iterator[Slab]:
    for slab in played:
        could.add(slab)
        yield slab


def through(
    settings: Settings, board: Beside, played: Iterable[Scan], span_ns: tuple[int, int], every_s: float = 1.0
) -> tuple[int, ...]:
    """Work a night in, with a Tick each `every_s` for everything that came before it. When an annunciation sounded."""
    state = State.of(settings)
    state.board = board
    every_ns = round(every_s * SECOND_NS)
    tick_ns = (span_ns[0] // every_ns + 1) * every_ns
    sounded: list[int] = []
    look_ns = span_ns[0]
    for scan in played:
        while tick_ns <= min(scan.received_ns, span_ns[1]):
            sounded += _tick(state, tick_ns)
            tick_ns += every_ns
        advance(state, scan)
        if scan.received_ns >= look_ns:  # as who looks at the live picture does
            state.catch_up()
            look_ns = scan.received_ns + LOOK_NS
        if span_ns[0] <= scan.received_ns <= span_ns[1] and (urgent := hurry(state, scan.received_ns)) is not None:
            sounded += _tick(state, urgent.time_ns)
    while tick_ns <= span_ns[1]:
        sounded += _tick(state, tick_ns)
        tick_ns += every_ns
    return tuple(sounded)


def _tick(state: State, time_ns: int) -> list[int]:
    return [one.time_ns for one in advance(state, Tick(time_ns)).notices if one.kind == "annunciation"]


def told_of(rows: Sequence[Row], truth: Objects) -> About:
    """What each row was about."""
    return about(tuple(row.shown for row in rows), truth, THREATS)


def _nearest(truth: Objects, time_ns: int, at_m: Floats) -> Ints:
    """For each of k places (ECEF, m) the target that was nearest then, UNKNOWN where none was near."""
    out = np.full(len(at_m), UNKNOWN)
    away_ns = np.abs(truth.time_ns - time_ns)
    near = np.flatnonzero(away_ns <= min(int(away_ns.min()) + SECOND_NS // 2, 10 * SECOND_NS))
    if not len(near):
        return out
    at = ecef_from_geodetic(*truth.place[near].T)
    for index in np.flatnonzero(np.isfinite(at_m).all(axis=1)).tolist():
        away_m = np.linalg.norm(at - at_m[index], axis=1)
        best = int(away_m.argmin())
        if away_m[best] <= NEAR_M:
            out[index] = int(truth.number[near[best]])
    return out


def _forecasts(samples: Sequence[Sample], truth: Objects) -> Forecasts:
    """Forecasts of the targets that tracks were near to; what is near to none stands for its track."""
    target = [np.zeros(0, np.int64)]
    for one in samples:
        track, row, back = np.unique(one.track, return_index=True, return_inverse=True)
        number = _nearest(truth, one.time_ns, one.at_m[row]) if len(track) else track
        named = np.where(number == UNKNOWN, UNKNOWN, truth.names[np.maximum(number, 0)])
        target.append(named[back])
    time_ns = np.concatenate([np.zeros(0, np.int64), *(np.full(len(one.track), one.time_ns) for one in samples)])
    track, place = (
        np.concatenate([np.zeros(0, np.int64), *(getattr(one, name) for one in samples)]) for name in ("track", "place")
    )
    chance = np.concatenate([np.zeros((0, 6)), *(one.chance for one in samples)])
    quantile_s = np.concatenate([np.zeros((0, 7)), *(one.quantile_s for one in samples)])
    return Forecasts(time_ns, np.concatenate(target), track, place, chance, quantile_s)
