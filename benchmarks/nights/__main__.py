"""False alerts over virtual places under recorded civil traffic: `python -m benchmarks.nights RECORDING ...`.

Recorded flights are seen by simulated radars and receivers (`tocsin simulate --half-real`), tracked, forecast and
judged by the rules that a live system uses, at thousands of places at once. Nobody of them means harm, so every alert
is false. With the identities that aircraft tell, or stripped of them (`--strip 1`).

Places share the tracks, so that more of them cost little: what is judged is told for all of them at once, without the
hysteresis that would keep a place at its stage, and so rather too often. Tracks that cannot do more than a tenth of a
watch anywhere, whatever they do (who says who it is, and sensors agree), are not forecast.

A row is written after each stretch of `--part` seconds, so that a run which is stopped has said what it found.
"""

import argparse
import json
import time
from argparse import Namespace
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tocsin.alerts.board import reached
from tocsin.alerts.danger import Dangers, dangers, harm, together
from tocsin.cli.half_real.recording import _fixes
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.units import SECOND_NS
from tocsin.live.warm import use_cache
from tocsin.messages import Floats, Ints, Picture, TrackState
from tocsin.score.warning.bounds import Bounded, rate, resampled
from tocsin.settings import Alerting, Settings
from tocsin.simulate.night import arrivals, slabs
from tocsin.simulate.recorded.flights import Flown, flown
from tocsin.simulate.recorded.layout import Layout, half_real
from tocsin.simulate.scenario import Scenario
from tocsin.tracking.tracker import Tracker

NEAR_M = 3_000.0  # a track so near to an aircraft is that aircraft
NOBODY = -1
WARM_S = 180.0
LEVEL = {"watch": 1, "warning": 2}
HARMLESS = 0.1  # of the watch's bound
ROWS = (("watch", 1.0, "place-day", 1.0), ("warning", 30.4375, "place-month", 1.0))


@dataclass(slots=True)
class Found:
    """What one night brought. `raised` holds (stage, place, aircraft or the track of nothing) once each."""

    places: int
    aircraft: int
    seconds: float = 0.0
    spent_s: float = 0.0
    raised: set[tuple[str, int, int, int]] = field(default_factory=set)
    why: Counter[str] = field(default_factory=Counter)

    def take(self, place: int, level: int, number: int, kind: str, picture: Picture, flying: Floats, who: Ints) -> None:
        """One place that is put in a higher stage, by the track `number` most of all."""
        at = int(np.searchsorted(picture.track, number))
        away = np.sqrt(((flying - picture.position_m[at]) ** 2).sum(axis=1))
        mover = int(who[int(np.argmin(away))]) if float(away.min(initial=np.inf)) <= NEAR_M else NOBODY
        for stage, *_ in ROWS:
            one = (stage, place, mover, number if mover == NOBODY else NOBODY)
            if LEVEL[stage] <= level and one not in self.raised:
                self.raised.add(one)
                self.why[f"{stage}: {'nothing that flew' if mover == NOBODY else 'aircraft'} called {kind}"] += 1

    def counts(self, stage: str) -> Ints:
        """How many each aircraft brought, and each track of nothing."""
        raised = [(mover, track) for name, _, mover, track in self.raised if name == stage]
        movers = np.array([mover for mover, _ in raised if mover != NOBODY], dtype=np.int64)
        ghosts = np.unique([track for mover, track in raised if mover == NOBODY], return_counts=True)[1]
        return np.concatenate([np.bincount(movers, minlength=self.aircraft), ghosts.astype(np.int64)])

    def row(self, stage: str, days: float) -> tuple[Bounded, Bounded]:
        """The rate of false ones per `days` and place: bounds of Poisson, and of the bootstrap over aircraft."""
        exposure, counts = self.places * self.seconds / 86_400.0 / days, self.counts(stage)
        return rate(int(counts.sum()), exposure), resampled(counts, exposure)


def play(made: Scenario, every_s: float, part_s: float, report: Path) -> Found:
    """The night through tracker, forecast and board, with a report after each part.

    What is raised in the first WARM_S is left out: there all aircraft appear at once, and have said nothing yet.
    """
    settings = replace(made.settings, tracking=replace(made.settings.tracking, hold_s=0.0))
    tracker = Tracker(replace(settings, places=()))
    system = System(tracker, Forecaster(settings), settings, np.zeros(len(settings.places), dtype=np.int64))
    found = Found(len(settings.places), len(made.recorded))
    began_s, every_ns = time.process_time(), round(every_s * SECOND_NS)
    due_ns, parts = made.start_ns + every_ns, 0
    for scan in arrivals(slabs(made, made.seed), made.start_ns):
        while scan.received_ns >= due_ns:
            look(system, made, found, due_ns)
            due_ns += every_ns
            if found.seconds >= (parts + 1) * part_s:
                parts, found.spent_s = parts + 1, time.process_time() - began_s
                write(found, report)
        if scan.received_ns >= made.start_ns + round(made.duration_s * SECOND_NS):
            break
        tracker.advance(scan)
    found.spent_s = time.process_time() - began_s
    write(found, report)
    return found


@dataclass(slots=True)
class System:
    """What thinks, and the level of each place at the last Tick."""

    tracker: Tracker
    forecaster: Forecaster
    settings: Settings
    level: Ints


def look(system: System, made: Scenario, found: Found, time_ns: int) -> None:
    """One Tick: what is raised, and by whom."""
    rules = system.settings.alerting
    system.tracker.tick(time_ns)
    system.tracker.refusals()
    picture = system.tracker.picture(time_ns)
    able = picture.existence * harm(picture, rules) >= HARMLESS * rules.watch_chance
    shown = replace(picture, state=np.where(able, picture.state, TrackState.TENTATIVE).astype(np.uint8))
    known = dangers(system.forecaster.forecast(shown), picture, system.settings.places, rules)
    level, leads = judged(known, len(system.settings.places), rules)
    raised, system.level = np.flatnonzero(level > system.level), level
    at_s = (time_ns - made.start_ns) / SECOND_NS
    if at_s <= WARM_S:
        return
    found.seconds = at_s - WARM_S
    if len(raised):
        at = [(k, one) for k, one in enumerate(made.recorded) if 0 <= at_s - one.start_s < len(one.knots)]
        flying = np.array([one.knots[int(at_s - one.start_s), :3] for _, one in at]).reshape(-1, 3)
        who = np.array([k for k, _ in at], dtype=np.int64)
        for place in raised.tolist():
            row = int(leads[place])
            kind = rules.threats[int(known.kind[row])].name
            found.take(place, int(level[place]), int(known.track[row]), kind, picture, flying, who)


def judged(known: Dangers, places: int, rules: Alerting) -> tuple[Ints, Ints]:
    """(places,) the level of each place by what is known now alone, and the row of its most dangerous track."""
    soon, inside = (together(part, known.place, places) for part in (known.soon, known.inside))
    level = np.where(soon >= rules.watch_chance, 1, 0)
    level[reached(known, places, 1.0) | (inside >= rules.inside_chance)] = 2
    danger = np.maximum(known.soon, known.inside)
    leads = np.zeros(places, dtype=np.int64)
    order = np.argsort(danger, kind="stable")
    leads[known.place[order]] = order  # the last one written is the most dangerous
    return level, leads


def write(found: Found, report: Path) -> None:
    """What is known by now, as JSON."""
    weeks = found.places * found.seconds / 604_800.0
    rows = {}
    for stage, days, unit, bar in ROWS:
        poisson, drawn = found.row(stage, days)
        rows[stage] = {
            "per": unit,
            "bar": bar,
            "count": poisson.count,
            "rate": poisson.value,
            "poisson": [poisson.low, poisson.high],
            "aircraft": [drawn.low, drawn.high],
            "aircraft that did": int((found.counts(stage)[: found.aircraft] > 0).sum()),
            "tracks of nothing": len(found.counts(stage)) - found.aircraft,
        }
    said = {"places": found.places, "hours": found.seconds / 3600.0, "place_weeks": weeks, "aircraft": found.aircraft,
            "cpu_s": found.spent_s, "rows": rows, "why": dict(found.why.most_common(12))}  # fmt: skip
    report.write_text(json.dumps(said, indent=1), encoding="utf-8")
    print(f"{weeks:.1f} place-weeks, {found.spent_s:.0f} s of CPU: {json.dumps(rows)}", flush=True)


def main() -> None:
    """One night, with identity or without."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recordings", nargs="+", type=Path)
    parser.add_argument("--strip", type=float, default=0.0, help="share of aircraft that do not say who they are")
    parser.add_argument("--place-weeks", type=float, default=100.0)
    parser.add_argument("--ring", type=float, default=5_000.0)
    parser.add_argument("--places", type=int, default=20_000, help="no more than these")
    parser.add_argument("--radars", type=int, default=6)
    parser.add_argument("--from", dest="begin_s", type=float, default=0.0, help="seconds of the recording to leave out")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--every", type=float, default=20.0, help="seconds between Ticks")
    parser.add_argument("--part", type=float, default=600.0)
    parser.add_argument("-o", "--output", type=Path, default=Path("nights.json"))
    asked = parser.parse_args()
    use_cache()
    reading = Namespace(half_real=asked.recordings, format=None, framing=None, start_ns=None)
    flights = cut(flown(_fixes(reading), asked.strip, 1), asked.begin_s, asked.seconds)
    layout = Layout(asked.radars, asked.place_weeks, places_max=asked.places, ring_m=asked.ring)
    made = half_real(flights, layout, 1)
    print(f"{len(made.recorded)} flights, {made.duration_s / 3600.0:.2f} h, {len(made.settings.places)} places")
    play(made, asked.every, asked.part, asked.output)


def cut(found: Flown, begin_s: float, seconds: float) -> Flown:
    """A stretch of a recording."""
    end_s = min(found.duration_s, begin_s + seconds)
    flights = []
    for one in found.flights:
        first = round(max(begin_s - one.start_s, 0.0))
        last = round(min(end_s - one.start_s, len(one.knots)))
        if last - first > 60:
            flights.append(replace(one, start_s=max(one.start_s - begin_s, 0.0), knots=one.knots[first:last]))
    start_ns = found.start_ns + round(begin_s) * SECOND_NS
    return Flown(tuple(flights), start_ns, end_s - begin_s, found.left_out)


if __name__ == "__main__":
    main()
