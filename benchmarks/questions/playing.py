"""A night of questions: played through `advance` exactly as live, and what was shown kept beside what flew."""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from arro3.core import Table as ArrowTable

from benchmarks.questions.answers import answers
from benchmarks.warning.playing import code
from tocsin.cluster.night import Job
from tocsin.cluster.scenario import scenario_of
from tocsin.ends import Landing
from tocsin.feeds.tables import tracks
from tocsin.geo.units import SECOND_NS
from tocsin.live.warm import use_cache
from tocsin.messages import Picture, Tick, TrackState
from tocsin.pipeline import State, advance, hurry, outlook
from tocsin.score.tables.arrow import Table
from tocsin.score.tables.objects import Objects, tracks_of, truth_of
from tocsin.settings import Settings
from tocsin.simulate import tables
from tocsin.simulate.carriers import told
from tocsin.simulate.night import Slab, Truth, arrivals, slabs

KEPT = Path(__file__).resolve().parents[2] / ".cache/questions"
TICK_S = 2.0


@dataclass
class Night:
    """What flew, what was shown, and what was told of both ends of what falls, each with when it was told.

    `witnesses`: detections that made each track, by sensor: the most that a picture told. `called`: how often each was
    called what. `claims`: of each person's report the target that it is about (-1: nothing), and the word.
    """

    settings: Settings
    flown: list[Truth] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    launches: list[tuple[int, Landing]] = field(default_factory=list)
    impacts: list[tuple[int, Landing]] = field(default_factory=list)
    witnesses: dict[int, Counter[str]] = field(default_factory=dict)
    called: dict[int, Counter[str]] = field(default_factory=dict)
    claims: list[tuple[int, str]] = field(default_factory=list)

    @cached_property
    def truth(self) -> Objects:
        """What flew."""
        parts = [tables.truth_batch(one) for one in self.flown]
        return truth_of(Table("truth", ArrowTable.from_batches(parts)), "earth")

    @cached_property
    def shown(self) -> Objects:
        """What was shown, picture after picture."""
        parts = list(tracks.batches(self.pictures, covariance=True))
        return tracks_of(Table("tracks", ArrowTable.from_batches(parts)), "earth")

    @cached_property
    def group(self) -> dict[int, str]:
        """The scenario's own name for each target."""
        return {
            number: one.traits.group[mover]
            for one in self.flown
            for number, mover in np.unique(np.column_stack((one.target, one.mover)), axis=0).tolist()
        }


def played(name: str, text: str, folder: Path, seed: int, from_s: float, until_s: float) -> Night:
    """One stretch of one scenario."""
    _, scenario = scenario_of(text, name, folder)
    scenario = replace(scenario, duration_s=min(scenario.duration_s, until_s))
    settings = told(scenario, seed)
    state, people = State.of(settings), {one.name for one in settings.sensors if one.kind == "report"}
    night = Night(settings)

    def heard(slab: Slab) -> Slab:
        night.flown.append(slab.truth)
        for batch in slab.batches:
            if batch.sensors[:1] and batch.sensors[0] in people and batch.target is not None:
                words = batch.texts.get("class", ())
                numbers = [int(slab.traits.number[one]) if one >= 0 else -1 for one in batch.target.tolist()]
                night.claims += list(zip(numbers, (word or "" for word in words), strict=True))
        return slab

    def tick(time_ns: int) -> None:
        if (picture := advance(state, Tick(time_ns)).picture) is not None:
            night.pictures.append(picture)
            _noted(night, state, picture)

    step_ns = round(TICK_S * SECOND_NS)
    due_ns = scenario.start_ns + round(from_s * SECOND_NS) + step_ns
    end_ns = scenario.start_ns + round(scenario.duration_s * SECOND_NS)
    played = slabs(scenario, seed, from_s=from_s)
    for scan in arrivals((heard(slab) for slab in played), scenario.start_ns):
        while due_ns <= min(scan.received_ns, end_ns):
            tick(due_ns)
            due_ns += step_ns
        advance(state, scan)
        if (urgent := hurry(state, scan.received_ns)) is not None:
            tick(urgent.time_ns)
    while due_ns <= end_ns:
        tick(due_ns)
        due_ns += step_ns
    return night


def _noted(night: Night, state: State, picture: Picture) -> None:
    ends = outlook(state, picture)
    night.launches += [(picture.time_ns, one) for one in ends.launches]
    night.impacts += [(picture.time_ns, one) for one in ends.impacts]
    shown = (picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING)
    for row in np.flatnonzero(shown & (picture.class_index >= 0)).tolist():
        words = night.called.setdefault(int(picture.track[row]), Counter())
        words[picture.classes[picture.class_index[row]]] += 1
    there = set(picture.track[shown].tolist())
    told = zip(picture.witness_track, picture.witness_sensor, picture.witness_detections, strict=True)
    for track, sensor, detections in told:
        if int(track) in there:
            of, name = night.witnesses.setdefault(int(track), Counter()), picture.sensors[sensor]
            of[name] = max(of[name], int(detections))


def play(job: tuple[Job, float]) -> dict[str, object]:
    """One night's answers, as plain numbers; kept, so that a stopped run goes on. For a process of its own."""
    one, from_s = job
    path = KEPT / f"{one.key}.json"
    if not path.is_file():
        use_cache()
        night = played(one.name, one.text, Path(one.folder), one.seed, from_s, one.seconds)
        found = {"scenario": one.name, "seed": one.seed, "code": code(), **answers(one.name, night)}
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(found), encoding="utf-8")
        beside.replace(path)
    return dict(json.loads(path.read_text(encoding="utf-8")))
