"""What a second of the load costs, without sockets: `python benchmarks/endurance/turn.py --named 10000`.

The datagrams of `benchmarks/load.py` through decoders, pipeline, ledger encoding and frames, as the thinking thread
and the frames' thread do them, each on its own: processor milliseconds for each second of the load.
"""

import argparse
import cProfile
import json
import os
import pstats
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.endurance.sky import NAMED, SECTORS, Radar, encoded, site_file, world
from tocsin import site
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.ledger.plan import Record
from tocsin.live.evidence import item_record, step_records
from tocsin.messages import Packet, Scan, Tick
from tocsin.pipeline import State, advance, look
from tocsin.server.frames import Stream, shown
from tocsin.settings import Frame

START_NS = 1_798_761_600_000_000_000 + 43_200_000_000_000
LOOKS = 4  # a second


def sent(radars: list[Radar], seconds: int, start_ns: int = START_NS) -> list[tuple[int, int, bytes]]:
    """All datagrams of so many seconds: when, from which radar, octets."""
    rng = np.random.default_rng(1)
    out = []
    for radar in radars:
        width_s, width = radar.period_s / SECTORS, 2 * np.pi / SECTORS
        for count in range(int(seconds / width_s)):
            index = count % SECTORS
            end_s = radar.phase_s + (count + 1) * width_s
            found = radar.seen(end_s - width_s, end_s, index * width, (index + 1) * width, rng)
            times_ns = start_ns + np.round(found.time_s * 1e9).astype(np.int64)
            end_ns = start_ns + round(end_s * 1e9)
            out += [(end_ns, radar.number, data) for data in encoded(radar, found, times_ns, end_ns, index)]
    return sorted(out)


@dataclass(slots=True)
class Costs:
    """Processor seconds of each step; `profiled` is looked into."""

    profiled: str
    measuring: bool = False
    spent_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    profile: cProfile.Profile = field(default_factory=cProfile.Profile)
    reports: int = 0
    groups: int = 0
    octets: int = 0

    def of(self, step: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever it gives
        """Do it and count what it cost."""
        looks = self.measuring and self.profiled == step
        if looks:
            self.profile.enable()
        begun_s = time.thread_time()
        made = work()
        if self.measuring:
            self.spent_s[step] += time.thread_time() - begun_s
        if looks:
            self.profile.disable()
        return made

    def keep(self, work: Callable[[], list[Record]]) -> None:
        """Encode for the ledger."""
        records = self.of("ledger", work)
        self.octets += self.measuring * sum(len(record.body) for record in records)


def _item(scan: Scan) -> list[Record]:
    return [item_record(scan)]


def play(arguments: argparse.Namespace, costs: Costs) -> int:
    """The load through everything; gives how many tracks there were at its end."""
    radars = world(arguments, np.random.default_rng(7))
    datagrams = deque(sent(radars, arguments.seconds))
    state = State.of(site.parse(site_file(radars, arguments.feeds, 8123)).settings)
    stream, tracks, turns = Stream(), 0, round(1 / arguments.together)
    decoders = [Asterix(f"feed {feed}") for feed in range(arguments.feeds)]
    for turn in range(1, arguments.seconds * turns + 1):
        costs.measuring = turn > arguments.warm * turns
        until_ns = START_NS + round(turn * arguments.together * 1e9)
        own: dict[int, list[Packet]] = {}
        while datagrams and datagrams[0][0] < until_ns:
            at_ns, radar, data = datagrams.popleft()
            own.setdefault(radar % arguments.feeds, []).append(Packet(at_ns, data, f"udp {radar}"))
        scans = [costs.of("decode", partial(decoders[feed].decode, packets)) for feed, packets in own.items()]
        costs.reports += costs.measuring * sum(len(scan.detections) for scan in scans)
        costs.groups += costs.measuring * len(scans)
        for scan in scans:
            costs.of("hear", partial(advance, state, scan))
            costs.keep(partial(_item, scan))
        if turn % max(turns // LOOKS, 1) == 0:
            costs.of("track", state.catch_up)
        if turn % turns == 0:
            step = costs.of("tick", partial(advance, state, Tick(until_ns)))
            costs.keep(partial(step_records, step))
        if turn % max(turns // LOOKS, 1) == 0:
            picture = costs.of("look", partial(look, state, until_ns))
            ready = costs.of("frames", partial(shown, picture, Frame(), sent_ns=until_ns, live=True, speed=1.0))
            costs.of("frames", partial(stream.next, ready))
            tracks = len(picture)
    return tracks


def main() -> None:
    """Play, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--named", choices=NAMED, default="10000")
    parser.add_argument("--seconds", type=int, default=24)
    parser.add_argument("--warm", type=int, default=12, help="seconds before measuring")
    parser.add_argument("--together", type=float, default=0.25, help="seconds of datagrams that are decoded together")
    parser.add_argument("--sensors", type=int, default=30)
    parser.add_argument("--profile", choices=("decode", "track", "tick", "look", "ledger", "frames"), default="")
    arguments = parser.parse_args()
    arguments.rate, arguments.tracks, _, arguments.feeds = NAMED[arguments.named]
    costs, passed = Costs(arguments.profile), arguments.seconds - arguments.warm
    tracks = play(arguments, costs)
    if arguments.profile:
        pstats.Stats(costs.profile, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    figures = {name: round(1e3 * used / passed, 1) for name, used in costs.spent_s.items()}
    found = {
        "reports_per_s": round(costs.reports / passed),
        "groups_per_s": round(costs.groups / passed),
        "tracks": tracks,
        "load_average": os.getloadavg()[0],
        "ms_per_s": figures,
        "thinking_ms_per_s": round(sum(used for name, used in figures.items() if name != "frames"), 1),
        "kept_mb_per_s": round(costs.octets / passed / 1e6, 2),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
