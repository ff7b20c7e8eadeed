"""How the process itself fares: the event loop's stalls, the queues, thinking, the ledger. For the health page and
Prometheus. What sensors are worth and what could not be seen is judged by the pipeline, at its ticks.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tocsin.ledger.store import Status
from tocsin.live.clock import UtcClock
from tocsin.live.evidence import Evidence
from tocsin.live.intake.queues import SourceQueue
from tocsin.live.others.poller import Others
from tocsin.live.process.supervision import Supervisor
from tocsin.live.runner import Runner
from tocsin.live.sending.dispatch import Dispatch
from tocsin.live.sending.minute import MinuteTarget
from tocsin.messages import SensorHealth
from tocsin.server.station import Figures

SAMPLE_S = 0.01
SAMPLES = 12_000  # two minutes: enough for the 99.9th percentile to rest on a dozen
STALLED_S = 5.0
ERROR_SHOWN_S = 300.0


@dataclass(slots=True)
class Stalls:
    """How late the event loop comes to what is due: it is asked each 10 ms to wake up 10 ms later."""

    late_s: deque[float] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    async def sample(self) -> None:
        """Measure for ever."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(SAMPLE_S)
            self.late_s.append(max(0.0, time.monotonic() - before - SAMPLE_S))

    def latency(self) -> Mapping[str, float]:
        """The stalls in seconds."""
        return _percentiles("loop", list(self.late_s), (50.0, 99.0, 99.9))


def _percentiles(name: str, seconds: list[float], wanted: tuple[float, ...]) -> dict[str, float]:
    if not seconds:
        return {}
    found = np.percentile(seconds, wanted)
    return {f"{name}_p{percent:g}": float(value) for percent, value in zip(wanted, found, strict=True)}


@dataclass(slots=True)
class Watch:
    """Everything that has figures. The parts that thinking needs come later than the page: None until then."""

    stalls: Stalls
    supervisor: Supervisor
    queues: Mapping[str, SourceQueue] = field(default_factory=dict)
    sensors: tuple[SensorHealth, ...] = ()  # as thinking said last
    failures: Mapping[str, int] = field(default_factory=dict)
    clock: UtcClock | None = None
    runner: Runner | None = None
    evidence: Evidence | None = None
    others: Others = field(default_factory=Others)
    dispatch: Dispatch | None = None
    minute: MinuteTarget | None = None
    starting: tuple[str, int, int] = ("starting", 0, 0)
    rules: str = ""  # SHA-256 of the rules of alerting in force

    def figures(self) -> Figures:
        """All of them, now."""
        counters: dict[str, float] = {}
        gauges: dict[str, float] = {}
        latency = dict(self.stalls.latency())
        troubles: list[str] = []
        for source, queue in self.queues.items():
            _queue(source, queue, counters, gauges)
        counters |= {f"decoder_failures_total|source={source}": count for source, count in self.failures.items()}
        gauges |= {f"clock_offset_seconds|sensor={one.sensor}": one.clock_offset_s for one in self.sensors}
        for name, task in self.supervisor.figures.items():
            counters[f"task_restarts_total|task={name}"] = task.restarts
            if task.state == "waiting":
                troubles.append(f"{name} failed ({task.error}) and is started again")
        if self.rules:
            gauges[f"rules_of_alerting|sha256={self.rules}"] = 1.0
        if self.clock is not None:
            counters["clock_jumps_total"] = self.clock.jumps
            gauges["clock_difference_seconds"] = self.clock.difference_ns / 1e9
        if self.runner is not None:
            _thinking(self.runner, counters, gauges, latency, troubles)
        if self.evidence is not None:
            _ledger(self.evidence.ledger.status(), counters, gauges, troubles)
        if self.dispatch is not None:
            for mine, theirs in zip((counters, gauges, latency), self.dispatch.figures(), strict=True):
                mine.update(theirs)
            troubles += self.dispatch.troubles()
        troubles += self.others.troubles()
        if self.minute is not None and self.minute.flown:
            counters["minute_targets_total"] = self.minute.flown
            counters["minute_target_failures_total"] = self.minute.failed
            gauges["minute_target_seconds"] = self.minute.took_s
            troubles += filter(None, [self.minute.trouble()])
        return Figures(counters, gauges, latency, self.starting, tuple(troubles))


def _queue(source: str, queue: SourceQueue, counters: dict[str, float], gauges: dict[str, float]) -> None:
    seen = queue.figures
    counters[f"queue_packets_total|source={source}"] = seen.packets
    counters[f"queue_bytes_total|source={source}"] = seen.bytes
    counters[f"queue_shed_total|source={source}"] = seen.shed
    counters[f"queue_lost_within_rate_total|source={source}"] = seen.lost
    counters[f"queue_held_back_total|source={source}"] = seen.held_back
    gauges[f"queue_waiting|source={source}"] = len(queue)


def _thinking(
    runner: Runner, counters: dict[str, float], gauges: dict[str, float], latency: dict[str, float], troubles: list[str]
) -> None:
    seen = runner.figures
    counters["items_total"] = seen.items
    counters["detections_total"] = seen.detections
    counters["thinking_failures_total"] = seen.failures
    counters["set_aside_total"] = seen.aside
    counters["restores_total"] = seen.restores
    counters["hurried_ticks_total"] = seen.hurried
    counters["inputs_not_kept_total"] = seen.inputs_not_kept
    silent_s = time.monotonic() - seen.turned_s
    gauges["thinking_silent_seconds"] = silent_s
    latency |= _percentiles("shown", list(seen.latencies_s), (50.0, 99.0))
    latency |= _percentiles("turn", list(seen.turns_s), (50.0, 99.0))
    if silent_s > STALLED_S:
        troubles.append(f"thinking has not come back for {silent_s:.0f} s: the picture is old")
    if seen.error and time.monotonic() - seen.error_s < ERROR_SHOWN_S:
        troubles.append(seen.error)


def _ledger(status: Status, counters: dict[str, float], gauges: dict[str, float], troubles: list[str]) -> None:
    counters["ledger_commits_total"] = status.commits
    counters["ledger_inputs_refused_total"] = status.refused
    gauges["ledger_entries"] = status.head
    gauges["ledger_waiting"] = status.waiting
    gauges["ledger_reserve_bytes"] = status.reserve_bytes
    if status.full:
        troubles.append("the disk is full: decisions are still kept, what sensors say is not. Free room on it now")
    if status.trouble:
        troubles.append(f"ledger: {status.trouble}")
