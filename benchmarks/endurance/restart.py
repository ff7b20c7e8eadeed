"""How soon it watches again: `python benchmarks/endurance/restart.py [--entries 1000000] [--rate 2000]`.

Makes a ledger of so many entries whose end is a live load: a state that was kept, and after it the reports of
`--since` seconds (60 is the longest that a killed process has kept no state; under this load it is sooner). Then
starts `tocsin serve` on it and measures from the start of the process to the page, to the first picture, and until
thinking hears feeds again. `--kills N`: killed (-9) at a random moment after each start, and started again.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from websockets.asyncio.client import connect

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.endurance.sky import NAMED, site_file, world
from benchmarks.endurance.turn import sent
from benchmarks.load import cpu_s, figures, link_of, sign_in
from tocsin import site
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.ledger.disk.format import DUMP
from tocsin.ledger.plan import Record
from tocsin.ledger.reader import Reader
from tocsin.ledger.store import Ledger
from tocsin.live.evidence import item_record, step_records
from tocsin.messages import Item, Packet, Scan, Tick
from tocsin.pipeline import State, advance

SECOND_NS = 1_000_000_000
WARM_S = 12  # of the load, before the state that is kept
LOOKS = 4
TOGETHER = 1_000


def items(arguments: argparse.Namespace, radars: list[Any], start_ns: int) -> Iterator[Item]:
    """The load's scans and ticks, as a live system takes them."""
    datagrams = deque(sent(radars, WARM_S + arguments.since, start_ns))
    decoders = [Asterix(f"feed {feed}") for feed in range(arguments.feeds)]
    for turn in range(1, (WARM_S + arguments.since) * LOOKS + 1):
        until_ns = start_ns + turn * SECOND_NS // LOOKS
        own: dict[int, list[Packet]] = {}
        while datagrams and datagrams[0][0] < until_ns:
            at_ns, radar, data = datagrams.popleft()
            own.setdefault(radar % arguments.feeds, []).append(Packet(at_ns, data, f"udp {radar}"))
        for feed, packets in own.items():
            yield decoders[feed].decode(packets)
        if turn % LOOKS == 0:
            yield Tick(until_ns)


def make(folder: Path, arguments: argparse.Namespace, radars: list[Any], text: str) -> dict[str, float]:
    """The ledger; how many entries it has and how many reports came after the last state."""
    # it ends when it is made: a sky that was left long ago would be empty
    end_s = int(time.time()) + arguments.budget
    start_ns = (end_s - WARM_S - arguments.since) * SECOND_NS
    state = State.of(site.parse(text).settings)
    tail: list[Record] = []
    reports, dumped = 0, False
    for item in items(arguments, radars, start_ns):
        step = advance(state, item)
        if not dumped and isinstance(item, Tick) and item.time_ns >= start_ns + WARM_S * SECOND_NS:
            tail, dumped = [Record(DUMP, item.time_ns, state.dump())], True
        elif dumped:
            tail += [item_record(item), *step_records(step)]
            reports += len(item.detections) if isinstance(item, Scan) else 0
    scans = [one for one in tail if one.kind == "scan"][:5_000]
    missing = max(0, arguments.entries - len(tail) - 1)
    first_ns, step_ns = tail[0].time_ns - 86_400 * SECOND_NS, 86_400 * SECOND_NS // max(missing, 1)
    with Ledger.open(folder, b"{}", lambda: tail[0].time_ns - 86_400 * SECOND_NS) as ledger:
        for begin in range(0, missing, TOGETHER):
            whole = range(begin, min(begin + TOGETHER, missing))
            filled = [(first_ns + k * step_ns, scans[k % len(scans)]) for k in whole]
            ledger.submit([Record("scan", time_ns, one.body, one.format, input=True) for time_ns, one in filled])
        for begin in range(0, len(tail), TOGETHER):
            ledger.submit(tail[begin : begin + TOGETHER])
        ledger.submit([]).result()
    reader = Reader(folder)
    number = reader.head().number
    reader.close()
    over_s = time.time() - end_s
    time.sleep(max(0.0, 1.0 - over_s))
    state_mb = round(len(tail[0].body) / 1e6, 2)
    return {
        "entries": number,
        "reports_since": reports,
        "state_mb": state_mb,
        "made_late_s": round(max(0.0, over_s), 1),
    }


async def watched(server: "subprocess.Popen[str]", began_s: float) -> dict[str, float]:
    """Seconds to the page, to the first picture, to the first Tick, and how many tracks the picture had."""
    tracks = 0
    origin, token = await asyncio.to_thread(link_of, server)
    headers = await asyncio.to_thread(sign_in, origin, token)
    page_s = time.monotonic() - began_s
    async with connect(origin.replace("http", "ws") + "/api/live", additional_headers=headers, max_size=None) as live:
        async for message in live:
            assert isinstance(message, bytes)  # noqa: S101  frames are never text
            frame: dict[str, Any] = msgspec.msgpack.decode(message, strict=False)
            if frame["kind"] in ("snapshot", "delta"):
                tracks = frame["n"]
                break
    first_s = time.monotonic() - began_s
    while (await asyncio.to_thread(figures, origin)).get("tocsin_items_total", 0) < 1:  # noqa: ASYNC110  it is elsewhere
        await asyncio.sleep(0.05)
    heard_s = time.monotonic() - began_s
    found = {"page_s": page_s, "first_picture_s": first_s, "tick_s": heard_s, "cpu_s": cpu_s(server.pid)}
    rounded = {name: round(value, 2) for name, value in found.items()}
    return rounded | {"tracks": float(tracks), "load_average": round(os.getloadavg()[0], 1)}


def main() -> None:
    """Make, start, kill, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--named", choices=NAMED, default="2000")
    parser.add_argument("--since", type=int, default=60, help="seconds of the load since the last state that was kept")
    parser.add_argument("--sensors", type=int, default=30)
    parser.add_argument("--budget", type=int, default=180, help="seconds that making it may take")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--port", type=int, default=8133)
    arguments = parser.parse_args()
    arguments.rate, arguments.tracks, _, arguments.feeds = NAMED[arguments.named]
    radars = world(arguments, np.random.default_rng(7))
    with tempfile.TemporaryDirectory(prefix="tocsin-restart-") as temporary:
        path = Path(temporary) / "site.toml"
        path.write_text(site_file(radars, arguments.feeds, arguments.port))
        begun_s = time.monotonic()
        made = make(path.parent / "ledger", arguments, radars, path.read_text())
        print(json.dumps(made | {"made_in_s": round(time.monotonic() - begun_s, 1)}), flush=True)
        chance = random.Random(1)  # noqa: S311  moments of kills
        for _ in range(arguments.kills + 1):
            began_s, command = time.monotonic(), [sys.executable, "-m", "tocsin", "serve", str(path)]
            server = subprocess.Popen([*command, "--link", "ben=operator"], stdout=subprocess.PIPE, text=True)
            print(json.dumps(asyncio.run(watched(server, began_s))), flush=True)
            time.sleep(chance.uniform(0.0, 3.0) if arguments.kills else 0.0)
            server.send_signal(signal.SIGKILL if arguments.kills else signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    main()
