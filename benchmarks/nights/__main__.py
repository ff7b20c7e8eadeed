"""False alerts over virtual places under recorded civil traffic: `python -m benchmarks.nights RECORDING ...`.

Recorded flights are seen by simulated radars and receivers (`tocsin simulate --half-real`), tracked, forecast and
judged by the rules that a live system uses, at thousands of places at once. Nobody of them means harm, so every alert
is false. With the identities that aircraft tell, or stripped of them (`--strip 1`).

A row is written after each stretch of `--part` seconds, so that a run which is stopped has said what it found.
"""

import argparse
import json
import time
from argparse import Namespace
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tocsin.alerts.board import Board
from tocsin.cli.half_real.recording import _fixes
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.units import SECOND_NS
from tocsin.live.warm import use_cache
from tocsin.messages import Alert, Floats, Health, Ints, Picture, PlaceHealth
from tocsin.score.warning.bounds import Bounded, rate, resampled
from tocsin.settings import Settings
from tocsin.simulate.night import arrivals, slabs
from tocsin.simulate.recorded.flights import Flown, flown
from tocsin.simulate.recorded.layout import Layout, half_real
from tocsin.simulate.scenario import Scenario
from tocsin.tracking.tracker import Tracker

NEAR_M = 3_000.0  # a track so near to an aircraft is that aircraft
NOBODY = -1
WARM_S = 180.0
LEVEL = {"quiet": 0, "all clear": 0, "watch": 1, "warning": 2, "under way": 3}
ROWS = (("watch", 1.0, "place-day", 1.0), ("warning", 30.4375, "place-month", 1.0))


@dataclass(slots=True)
class Found:
    """What one night brought. `raised` holds (stage, place, aircraft or the track of nothing) once each."""

    places: int
    aircraft: int
    seconds: float = 0.0
    spent_s: float = 0.0
    raised: set[tuple[str, str, int, int]] = field(default_factory=set)
    why: Counter[str] = field(default_factory=Counter)

    def take(self, alert: Alert, picture: Picture, flying: Floats, who: Ints) -> None:
        """One place that is put in a higher stage."""
        number = alert.reasons[0].track if alert.reasons else NOBODY
        at = np.flatnonzero(picture.track == number)
        mover = NOBODY
        if len(at) and len(who):
            away = np.sqrt(((flying - picture.position_m[at[0]]) ** 2).sum(axis=1))
            mover = int(who[int(np.argmin(away))]) if float(away.min()) <= NEAR_M else NOBODY
        for stage, *_ in ROWS:
            one = (stage, alert.place, mover, number if mover == NOBODY else NOBODY)
            if LEVEL[stage] <= LEVEL[alert.stage] and one not in self.raised:
                self.raised.add(one)
                kind = alert.reasons[0].kind if alert.reasons else alert.rule
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

    The stages that a live system would take; only *seen clear* is given: every place is taken to be, so that each comes
    down as soon as it may, and can be raised again. What is raised in the first WARM_S is left out: there all aircraft
    appear at once, and have said nothing yet.
    """
    settings = replace(made.settings, tracking=replace(made.settings.tracking, hold_s=0.0))
    tracker = Tracker(replace(settings, places=()))
    system = System(tracker, Forecaster(settings), Board(settings.places, settings.alerting), clear(settings))
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


class System(NamedTuple):
    """What thinks."""

    tracker: Tracker
    forecaster: Forecaster
    board: Board
    places: tuple[PlaceHealth, ...]


def clear(settings: Settings) -> tuple[PlaceHealth, ...]:
    """All places, taken to be seen clear."""
    return tuple(PlaceHealth(place.name, "seen clear", "taken to be", 0) for place in settings.places)


def look(system: System, made: Scenario, found: Found, time_ns: int) -> None:
    """One Tick: what is raised, and by whom."""
    system.tracker.tick(time_ns)
    system.tracker.refusals()
    picture = system.tracker.picture(time_ns)
    alerts = system.board.step(system.forecaster.forecast(picture), picture, Health(time_ns, (), system.places))
    at_s = (time_ns - made.start_ns) / SECOND_NS
    if at_s <= WARM_S:
        return
    found.seconds = at_s - WARM_S
    raised = [alert for alert in alerts if LEVEL[alert.stage] > LEVEL[alert.before]]
    if raised:
        at = [(k, one) for k, one in enumerate(made.recorded) if 0 <= at_s - one.start_s < len(one.knots)]
        flying = np.array([one.knots[int(at_s - one.start_s), :3] for _, one in at]).reshape(-1, 3)
        for alert in raised:
            found.take(alert, picture, flying, np.array([k for k, _ in at], dtype=np.int64))


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
    parser.add_argument("--places", type=int, default=4_000, help="no more than these")
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
