"""Detection to frame in processor time: `python benchmarks/endurance/latency.py --named 20000 [--burst 5]`.

For a machine that is shared with others, where the latencies of `benchmarks/load.py` tell of them and not of tocsin.
The same datagrams come at their times by a clock of its own, which goes on by the processor time that each step took,
and leaps where the runner would wait. So it is what one core does for thinking: sequencer's order, decoders, pipeline,
encoding for the ledger, dumps, pictures, and the frames. tocsin does decoding and frames in one process and thinks in
another, so with a second core it is sooner. Added is COMMIT_S for the disk. Not in it: the event loop that receives
datagrams and sends frames (`load.py` counts its cores), and the pipe between the two. Latency is from the arrival of
a datagram to the frame whose confirmed track names that detection, or a later one, as its last.

A burst: all radars turn so many times as fast for 30 s.
"""

import argparse
import json
import os
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.endurance.sky import NAMED, Sent, sending, site_file, world
from benchmarks.load import BURST_S, CONFIRMED, Ledger
from tocsin import site
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.live.evidence import item_record, step_records
from tocsin.live.runner import DUMP_NS, DUMP_NS_MIN, LOOK_S, THOUGHT_S_MAX, between_looks_s
from tocsin.messages import Packet, Picture, Scan, Step, Tick
from tocsin.pipeline import State, advance, look
from tocsin.server.frames import Stream, shown
from tocsin.settings import Frame

START_NS = 1_798_761_600_000_000_000 + 43_200_000_000_000
SECOND_NS = 1_000_000_000
COMMIT_S = 0.02  # `benchmarks/ledger.py`: p50 of a commit, its group's 10 ms in it
AFTER_S = 60.0


@dataclass(slots=True)
class Core:
    """One core on which tocsin runs: its clock goes on by what the work costs."""

    state: State
    decoders: list[Asterix]
    coming: deque[Sent]
    ledger: Ledger = field(default_factory=Ledger)
    stream: Stream = field(default_factory=Stream)
    now_s: float = 0.0
    busy_s: float = 0.0
    decoded: int = 0
    longest_s: float = 0.0
    _tick_s: float = 1.0
    _look_due_s: float = 0.0
    _turn_s: float = 0.0
    _dumped_s: float = 0.0
    _thought_s: float = 0.0
    _kept: int = 0
    _dump_bytes: int = 0
    _target_of: dict[int, int] = field(default_factory=dict)

    def turn(self) -> None:
        """One turn of the thinking thread, as `Runner._turn`."""
        self.now_s = max(self.now_s, min(self._look_due_s, self._tick_s))
        begun_s, used_s = self.now_s, time.thread_time()
        ticked = False
        while self._tick_s <= begun_s:
            self._take(self._tick_s)
            self._keep(advance(self.state, Tick(START_NS + round(self._tick_s * 1e9))))
            self._tick_s, ticked = self._tick_s + 1.0, True
        self._take(begun_s)
        picture = None
        if begun_s >= self._look_due_s - (LOOK_S / 2 if ticked else 0.0):
            every_s = between_looks_s(self._turn_s)
            self._look_due_s = begun_s + every_s if ticked else max(self._look_due_s + every_s, begun_s)
            picture = look(self.state, START_NS + round(begun_s * 1e9))
            ready = shown(picture, Frame(), sent_ns=0, live=True, speed=1.0)
            self.stream.next(ready)
        self._dump(begun_s)
        cost_s = time.thread_time() - used_s
        self.now_s, self.busy_s = begun_s + cost_s, self.busy_s + cost_s
        self._turn_s = cost_s
        self._thought_s, self.longest_s = self._thought_s + cost_s, max(self.longest_s, cost_s)
        if picture is not None:
            self._see(picture, self.now_s + COMMIT_S)

    def _take(self, before_s: float) -> None:
        own: dict[int, list[Packet]] = {}
        while self.coming and self.coming[0].at_s < before_s:
            one = self.coming.popleft()
            at_ns = START_NS + round(one.at_s * 1e9)
            feed = one.radar % len(self.decoders)
            own.setdefault(feed, []).extend(Packet(at_ns, data, f"udp {one.radar}") for data in one.data)
            self.ledger.send(one.target, one.time_s, one.at_s)
        for feed, packets in own.items():
            scan = self.decoders[feed].decode(packets)
            self.decoded += len(scan.detections)
            self._keep(advance(self.state, scan), scan)

    def _keep(self, step: Step, scan: Scan | None = None) -> None:
        records = [*([item_record(scan)] if scan else []), *step_records(step)]
        self._kept += sum(len(record.body) for record in records)

    def _dump(self, now_s: float) -> None:
        passed_ns = (now_s - self._dumped_s) * SECOND_NS
        much = self._thought_s > THOUGHT_S_MAX and self._kept > self._dump_bytes
        if passed_ns >= DUMP_NS or (passed_ns >= DUMP_NS_MIN and much):
            self._dump_bytes, self._dumped_s, self._thought_s, self._kept = len(self.state.dump()), now_s, 0.0, 0

    def _see(self, picture: Picture, at_s: float) -> None:
        for row in np.flatnonzero(picture.state == CONFIRMED).tolist():
            number = int(picture.track[row])
            if number not in self._target_of and (identity := picture.identity[row]):
                self._target_of[number] = int(identity.removeprefix("icao:"), 16) - 1
            if number in self._target_of:
                self.ledger.see(self._target_of[number], int(picture.last_detection_ns[row]) / 1e9, at_s)


def played(arguments: argparse.Namespace) -> dict[str, Any]:
    """Warm up, measure; with a burst, that and what came after it."""
    radars = world(arguments, np.random.default_rng(7))
    burst_s = arguments.warm + arguments.seconds
    bursts = arguments.burst > 1
    end_s = burst_s + (BURST_S + AFTER_S if bursts else 0.0)

    def speed(at_s: float) -> float:
        return arguments.burst if burst_s <= at_s < burst_s + BURST_S else 1.0

    core = Core(
        State.of(site.parse(site_file(radars, arguments.feeds, 8123)).settings),
        [Asterix(f"feed {feed}") for feed in range(arguments.feeds)],
        deque(sending(radars, speed, end_s, START_NS)),
    )
    total = sum(len(one.target) for one in core.coming)
    found: dict[str, Any] = {"load_average": round(os.getloadavg()[0], 1)}
    stretches = {"steady": (arguments.warm, burst_s)}
    stretches |= {"burst": (burst_s, burst_s + BURST_S), "after": (burst_s + BURST_S, end_s)} if bursts else {}
    for name, (from_s, to_s) in stretches.items():
        while core.now_s < from_s:
            core.turn()
        busy_s, decoded, since_s, core.longest_s = core.busy_s, core.decoded, core.now_s, 0.0
        while core.now_s < to_s:
            core.turn()
        passed_s = core.now_s - since_s
        found[name] = {
            "reports_per_s": round((core.decoded - decoded) / passed_s),
            "core": round((core.busy_s - busy_s) / passed_s, 3),
            "longest_turn_s": round(core.longest_s, 3),
        }
    while core.coming or core.now_s < end_s + 3.0:
        core.turn()
    for name, (from_s, to_s) in stretches.items():
        found[name]["latency_s"] = core.ledger.latencies(from_s, to_s - (1.0 if to_s == end_s else 0.0))
    if bursts:
        found["recovered_s"] = core.ledger.recovered_s(burst_s + BURST_S, found["steady"]["latency_s"]["p95"])
    return found | {"sent": total, "decoded": core.decoded}


def main() -> None:
    """Play, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--named", choices=NAMED, default="10000")
    parser.add_argument("--warm", type=float, default=15.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--sensors", type=int, default=30)
    parser.add_argument("--burst", type=float, default=1.0)
    arguments = parser.parse_args()
    arguments.rate, arguments.tracks, _, arguments.feeds = NAMED[arguments.named]
    print(json.dumps({"named": arguments.named, **played(arguments)}, indent=1))


if __name__ == "__main__":
    main()
