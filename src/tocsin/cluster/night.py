"""One night from beginning to end in memory: simulated, tracked, scored. What a worker does, wherever it runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from arro3.core import Table as ArrowTable

from tocsin.cluster.scenario import scenario_of
from tocsin.feeds.tables import tracks
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Picture
from tocsin.score.alignment import Scene, align
from tocsin.score.report.page import number
from tocsin.score.report.rows import groups
from tocsin.score.scorecard import Rules, score
from tocsin.score.seeable import only_seeable, seeable_of
from tocsin.score.tables.arrow import Table
from tocsin.score.tables.objects import tracks_of, truth_of
from tocsin.simulate import tables
from tocsin.simulate.carriers import told
from tocsin.simulate.night import Slab, Truth, arrivals, slabs
from tocsin.simulate.scenario import Scenario
from tocsin.simulate.seeable import Stretches
from tocsin.tracking.tracker import Tracker

HOLD_S = 30.0  # a target counts so long after it could last be seen


@dataclass(frozen=True, slots=True)
class Job:
    """A night to be played. `text` is the scenario's file, `folder` where the files that it names lie."""

    name: str
    text: str
    folder: str
    seed: int
    seconds: float = float("inf")  # no longer than this
    every_s: float = 2.0  # between pictures

    @property
    def key(self) -> str:
        """What names its result: another file, seed or length is another night."""
        said = f"{self.text}\0{self.seed}\0{self.seconds:g}\0{self.every_s:g}"
        return f"{self.name}-{self.seed}-{sha256(said.encode()).hexdigest()[:10]}"


@dataclass(slots=True)
class _Kept:
    """What is kept of a night while it is played."""

    truth: list[Truth] = field(default_factory=list)
    could: Stretches = field(default_factory=Stretches)
    detections: int = 0
    digest: "sha256" = field(default_factory=sha256)  # type: ignore[valid-type]


def play(job: Job) -> dict[str, object]:
    """The scores of one night as plain numbers: of all that flew, and (seeable) of what could be seen.

    `simulated` is a digest of what the sensors said and what flew, in whole metres and milliseconds, so that the last
    bits of another processor do not change it.
    """
    _, scenario = scenario_of(job.text, job.name, Path(job.folder))
    scenario = replace(scenario, duration_s=min(scenario.duration_s, job.seconds))
    kept = _Kept()
    shown = list(tracks.batches(_pictures(scenario, job, kept)))
    flown = Table("truth", ArrowTable.from_batches([tables.truth_batch(part) for part in kept.truth]))
    seen = Table("tracks", ArrowTable.from_batches(shown))
    scene = align(truth_of(flown, "earth"), tracks_of(seen, "earth"))
    could = Table("seeable", ArrowTable.from_batches([tables.seeable_batch(kept.could, scenario.start_ns)]))
    fair = only_seeable(scene, seeable_of(could), HOLD_S, Rules().c_m)
    return {
        "scenario": job.name,
        "seed": job.seed,
        "seconds": scenario.duration_s,
        "detections": kept.detections,
        "simulated": kept.digest.hexdigest(),  # type: ignore[attr-defined]
        "rows": _rows(scene),
        "seeable": _rows(fair),
    }


def _rows(scene: Scene) -> dict[str, object]:
    return {row.key: number(row.value) for one in groups(score(scene, Rules())) for row in one.rows}


def _pictures(scenario: Scenario, job: Job, kept: _Kept) -> Iterator[Picture]:
    """What was known then, each `every_s`. Nothing is gained by waiting for sensors that all have come.

    The tracker is told what a site would be: the hills, and where a radar in an aircraft is.
    """
    settings = told(scenario, job.seed)
    tracker = Tracker(replace(settings, tracking=replace(settings.tracking, hold_s=0.0)))
    every_ns = round(job.every_s * SECOND_NS)
    due_ns = scenario.start_ns + every_ns
    for scan in arrivals(_noted(slabs(scenario, job.seed), kept), scenario.start_ns):
        while scan.received_ns >= due_ns:
            yield _picture(tracker, due_ns)
            due_ns += every_ns
        tracker.advance(scan)
    end_ns = scenario.start_ns + round(scenario.duration_s * SECOND_NS)
    while due_ns <= end_ns:
        yield _picture(tracker, due_ns)
        due_ns += every_ns


def _picture(tracker: Tracker, time_ns: int) -> Picture:
    tracker.tick(time_ns)
    tracker.refusals()
    return tracker.picture(time_ns)


def _noted(played: Iterator[Slab], kept: _Kept) -> Iterator[Slab]:
    for slab in played:
        kept.truth.append(slab.truth)
        kept.could.add(slab)
        for batch in slab.batches:
            kept.detections += len(batch.time_s)
            _digest(kept, batch.time_s * 1e3, *(batch.values.get(name) for name in ("range_m",)))
        _digest(kept, slab.truth.target, *(6.4e6 * one for one in (slab.truth.latitude_rad, slab.truth.longitude_rad)))
        yield slab


def _digest(kept: _Kept, *columns: np.ndarray | None) -> None:
    for column in columns:
        if column is not None:
            kept.digest.update(np.rint(column).astype("<i8").tobytes())  # type: ignore[attr-defined]
