"""Detection to map under load: `python benchmarks/load.py` against a real `tocsin serve` in a process of its own.

Sends CAT048 plots and CAT034 sectors of many radars over UDP at the pace of their turns, opens one map over WebSocket
that measures, and more that only watch. Latency: from the moment at which the datagram with a detection was sent to the
moment at which the first frame came whose confirmed track has that detection's time as its last one or a later one.
What is sent is encoded before the run and leaves from a process of its own; the maps that watch throw away what they
read: the cores of each process stand beside the figures. When the server has stopped, what its ledger holds is counted
beside what was sent. A burst: all radars turn so many times as fast for 30 s; then its latencies, those of the 30 s
after it, and how long it took until all was as usual.

    python benchmarks/load.py --named 2000      2,000 reports/s, 4,000 tracks, 10 maps
    python benchmarks/load.py --named 10000     10,000 reports/s, 10,000 tracks, 100 maps
    python benchmarks/load.py --named 20000     20,000 reports/s, 10,000 tracks, 500 maps
    python benchmarks/load.py --named 2000 --burst 5     and then five times as much for 30 s
    python benchmarks/endurance/soak.py         72 h in virtual time: drift, memory, steps
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.endurance.maps import watch
from benchmarks.endurance.sky import FIRST_PORT, NAMED, Floats, Radar, Sent, sending, site_file, world
from tocsin import wire
from tocsin.ledger.reader import Reader

CONFIRMED = 1
BURST_S, AFTER_S = 30.0, 30.0
TRIED = 300  # sectors, encoded once to see how long the rest will take
USUAL = 1.2  # times the p95 before
CLOCK_S = 0.2  # a track's last time is corrected by what was learnt of its sensor's clock, here some hundredths


@dataclass(slots=True)
class Ledger:
    """What was sent and not yet seen, by target; and when what was seen was sent, with its latency."""

    sent: int = 0
    waiting: dict[int, deque[tuple[float, float]]] = field(default_factory=dict)
    seen: list[tuple[float, float]] = field(default_factory=list)

    def send(self, target: NDArray[np.int64], time_s: Floats, now_s: float) -> None:
        """These detections left then."""
        self.sent += len(target)
        for number, at_s in zip(target.tolist(), time_s.tolist(), strict=True):
            self.waiting.setdefault(number, deque()).append((at_s, now_s))

    def see(self, target: int, last_s: float, now_s: float) -> None:
        """A confirmed track of this target was last detected then, says a frame that came now."""
        queue = self.waiting.get(target)
        while queue and queue[0][0] <= last_s + CLOCK_S:
            sent_s = queue.popleft()[1]
            self.seen.append((sent_s, now_s - sent_s))

    def latencies(self, from_s: float, to_s: float) -> dict[str, float]:
        """Of what was sent in a stretch of time: how many were seen and not, and after how long."""
        found = np.array([late for sent_s, late in self.seen if from_s <= sent_s < to_s] or [np.nan])
        unseen = sum(from_s <= sent_s < to_s for queue in self.waiting.values() for _, sent_s in queue)
        shown = {f"p{q}": round(float(np.percentile(found, q)), 3) for q in (50, 95, 99, 99.9, 100)}
        return {"seen": float(np.isfinite(found).sum()), "unseen": float(unseen)} | shown

    def recovered_s(self, ended_s: float, usual_s: float) -> float:
        """Seconds after `ended_s` until what is sent is seen as soon as usual again (a second's p95); NaN: not."""
        by_second: dict[int, list[float]] = {}
        for sent_s, late in self.seen:
            by_second.setdefault(int(sent_s - ended_s), []).append(late)
        good = {at for at, late in by_second.items() if float(np.percentile(late, 95)) <= usual_s * USUAL}
        return next((float(at) for at in range(120) if {at, at + 1, at + 2} <= good), float("nan"))


def planned(arguments: argparse.Namespace, radars: list[Radar]) -> tuple[float, list[Sent]]:
    """Everything that will be sent, and from when on (UTC, seconds): encoding it costs as much as reading it does.

    Octets tell the time of day, so it must be done before they are due; where it was not, once more with more time.
    """
    burst_s = arguments.warm + arguments.seconds
    bursts = arguments.burst > 1
    end_s = burst_s + (BURST_S + AFTER_S if bursts else 0.0)

    def speed(at_s: float) -> float:
        return float(arguments.burst) if bursts and burst_s <= at_s < burst_s + BURST_S else 1.0

    begun_s = time.time()
    tried = sum(len(one.target) for one in islice(sending(radars, speed, end_s, 0), TRIED))
    reports = arguments.rate * (end_s + bursts * BURST_S * (arguments.burst - 1.0))
    budget_s = 5.0 + 1.5 * (time.time() - begun_s) / max(tried, 1) * reports
    while True:
        begun_s = time.time()
        start_s = float(int(begun_s + budget_s) + 1)
        plan = list(sending(radars, speed, end_s, round(start_s * 1e9)))
        if time.time() < start_s - 1.0:
            return start_s, plan
        budget_s = 2.0 * (time.time() - begun_s)


def send(out: Connection, plan: list[Sent], feeds: int, start_s: float) -> None:
    """Each sector's datagrams when it ends; tell of each (which, when it left). In a process of its own."""
    udp = socket(AF_INET, SOCK_DGRAM)
    for number, one in enumerate(plan):
        time.sleep(max(0.0, start_s + one.at_s - time.time()))
        for data in one.data:
            udp.sendto(data, ("127.0.0.1", FIRST_PORT + one.radar % feeds))
        out.send_bytes(np.array((number, time.monotonic())).tobytes())
    out.close()


def hear(incoming: Connection, plan: list[Sent], ledger: Ledger) -> None:
    """Write down what the sender tells, as long as it tells something."""
    while incoming.poll():
        try:
            number, left_s = np.frombuffer(incoming.recv_bytes())
        except EOFError:
            asyncio.get_running_loop().remove_reader(incoming.fileno())
            return
        one = plan[int(number)]
        ledger.send(one.target, one.time_s, float(left_s))


async def measure(socket_: ClientConnection, ledger: Ledger, state: dict[str, int]) -> None:
    """Read frames for ever; note which detections each is the first to show."""
    target_of: dict[int, int] = {}
    async for message in socket_:
        assert isinstance(message, bytes)  # noqa: S101  frames are never text
        now_s = time.monotonic()
        frame: dict[str, Any] = msgspec.msgpack.decode(message, strict=False)
        if frame["kind"] not in ("snapshot", "delta"):
            continue
        if frame["kind"] == "snapshot":
            state["snapshots"] += 1
        state["frames"] += 1
        state["bytes"] += len(message)
        for track, words in frame["text"].items():
            if words[0]:
                target_of[int(track)] = int(words[0].removeprefix("icao:"), 16) - 1
        ids, stands = np.frombuffer(frame["id"], "<u4"), np.frombuffer(frame["state"], "<u1")
        last = np.frombuffer(frame["last"], "<f8")
        for row in np.flatnonzero(stands == CONFIRMED).tolist():
            target = target_of.get(int(ids[row]))
            if target is not None:
                ledger.see(target, float(last[row]), now_s)


def link_of(server: "subprocess.Popen[str]") -> tuple[str, str]:
    """The page's address and the one-time token that the server printed."""
    for line in server.stdout or ():
        if found := re.search(r"(http\S+)/#t=(\S+)", line):
            return found[1], found[2]
    raise SystemExit("the server ended before it printed a link: see its own message above")


def sign_in(origin: str, token: str) -> dict[str, str]:
    """The headers of a signed-in map."""
    body = json.dumps({"token": token}).encode()
    headers = {"content-type": "application/json", "origin": origin}
    with urllib.request.urlopen(urllib.request.Request(f"{origin}/api/session", body, headers)) as answer:  # noqa: S310
        cookie = answer.headers["set-cookie"].split(";")[0]
    return {"cookie": cookie, "origin": origin}


def figures(origin: str) -> dict[str, float]:
    """The server's own metrics."""
    with urllib.request.urlopen(f"{origin}/metrics") as answer:  # noqa: S310
        lines = answer.read().decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


@dataclass(slots=True)
class Stretch:
    """One stretch of the run: what it cost, what was seen of it."""

    name: str
    from_s: float
    to_s: float
    sent: int
    cores: dict[str, float]  # of each process of the run, and of the server's event loop alone
    load_average: float


async def run(
    arguments: argparse.Namespace, origin: str, headers: dict[str, str], server: int, maps: int
) -> dict[str, Any]:
    """Send and measure; the figures. `server` and `maps`: process numbers."""
    radars = world(arguments, np.random.default_rng(7))
    ledger, state = Ledger(), {"frames": 0, "snapshots": 0, "bytes": 0}
    url = origin.replace("http", "ws") + "/api/live"
    while (await asyncio.to_thread(figures, origin)).get("tocsin_items_total", 0) < 1:  # noqa: ASYNC110  it is elsewhere
        await asyncio.sleep(0.5)
    start_s, plan = planned(arguments, radars)
    incoming, outgoing = multiprocessing.Pipe(duplex=False)
    sender = multiprocessing.Process(target=send, args=(outgoing, plan, arguments.feeds, start_s), daemon=True)
    sender.start()
    outgoing.close()
    asyncio.get_running_loop().add_reader(incoming.fileno(), hear, incoming, plan, ledger)
    processes = {"server": server, "sender": sender.pid or 0, "maps": maps, "measuring": os.getpid()}
    processes["thinking"] = thinks(server)

    def used() -> dict[str, float]:
        found = {name: cpu_s(pid) for name, pid in processes.items() if pid}
        return found | {"event loop of the server": cpu_s(server, server)}

    async def stretch(name: str, until_s: float) -> Stretch:
        before, began_s, sent = used(), time.monotonic(), ledger.sent
        await asyncio.sleep(max(0.0, start_s + until_s - time.time()))
        passed_s = time.monotonic() - began_s
        cores = {who: round((now_s - before[who]) / passed_s, 2) for who, now_s in used().items()}
        return Stretch(name, began_s, began_s + passed_s, ledger.sent - sent, cores, os.getloadavg()[0])

    async with connect(url, additional_headers=headers, max_size=None, compression=None) as open_map:
        reader = asyncio.create_task(measure(open_map, ledger, state))
        await stretch("warm", arguments.warm)
        burst_s = arguments.warm + arguments.seconds
        stretches = [await stretch("steady", burst_s)]
        memory_mb = {name: rss_mb(processes[name]) for name in ("server", "thinking")}
        if arguments.burst > 1:
            stretches.append(await stretch("burst", burst_s + BURST_S))
            stretches.append(await stretch("after", burst_s + BURST_S + AFTER_S))
        server_figures = await asyncio.to_thread(figures, origin)
        await asyncio.sleep(arguments.settle)
        reader.cancel()
    kept = ("latency", "shed", "lost", "skipped", "restores", "failures", "refused", "clients", "frame_bytes")
    found: dict[str, Any] = {"sent": ledger.sent, "frames": state, "server_rss_mb": memory_mb}
    for one in stretches:
        found[one.name] = {
            "reports_per_s": round(one.sent / (one.to_s - one.from_s)),
            "latency_s": ledger.latencies(one.from_s, one.to_s),
            "cores": one.cores,
            "load_average": round(one.load_average, 1),
        }
    if arguments.burst > 1:
        usual_s = found["steady"]["latency_s"]["p95"]
        found["recovered_s"] = ledger.recovered_s(stretches[1].to_s, usual_s)
    return found | {
        "server": {
            name: value for name, value in server_figures.items() if value and any(word in name for word in kept)
        },
    }


def kept(folder: Path) -> dict[str, int]:
    """What the ledger holds after the server has stopped: detections, and what was refused of them."""
    reader = Reader(folder)
    found = {"scans": 0, "detections": 0, "refused": 0}
    for entry in reader.items_between(0, 2**62, {"scan"}):
        scan = wire.decode(entry.kind, entry.format, entry.body or b"")
        found["scans"] += 1
        found["detections"] += len(scan.detections)
        found["refused"] += sum(refusal.count for refusal in scan.refusals)
    reader.close()
    return found


def cpu_s(pid: int, task: int = 0) -> float:
    """Processor seconds of a process, or of one thread of it; the event loop's has the number of the process."""
    path = f"/proc/{pid}/task/{task}/stat" if task else f"/proc/{pid}/stat"
    fields = Path(path).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def thinks(server: int) -> int:
    """The process that thinks for a server: the only one that it has begun, by one of its threads."""
    begun = " ".join(task.read_text() for task in Path(f"/proc/{server}/task").glob("*/children")).split()
    return int(begun[0])


def rss_mb(pid: int) -> int:
    """Its memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def main() -> None:
    """Start the server, load it, print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=2_000.0, help="reports a second")
    parser.add_argument("--tracks", type=int, default=4_000)
    parser.add_argument("--sensors", type=int, default=30)
    parser.add_argument("--feeds", type=int, default=30, help="UDP ports that the radars share")
    parser.add_argument("--watchers", type=int, default=22, help="maps beside the one that measures")
    parser.add_argument("--watchers-rate", type=int, default=1, help="frames a second that they want: 1 or 4")
    parser.add_argument("--warm", type=float, default=30.0, help="seconds before measuring")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cores", type=int, default=0, help="give the server so many cores (0: all)")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--folder", type=Path, help="keep the site and its ledger here")
    parser.add_argument("--named", choices=NAMED, help="one of the three loads of the results page")
    parser.add_argument("--settle", type=float, default=5.0, help="seconds after the last report before it is counted")
    parser.add_argument("--burst", type=float, default=1.0, help="so many times the rate for 30 s, after measuring")
    arguments = parser.parse_args()
    if arguments.named:
        arguments.rate, arguments.tracks, maps, arguments.feeds = NAMED[arguments.named]
        arguments.watchers = maps - 1
    radars = world(arguments, np.random.default_rng(7))
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tocsin-load-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        site = folder / "site.toml"
        site.write_text(site_file(radars, arguments.feeds, arguments.port))
        command = [sys.executable, "-m", "tocsin", "serve", str(site), "--link", "ben=operator"]
        prefix = ["taskset", "-c", f"0-{arguments.cores - 1}"] if arguments.cores else []
        server: subprocess.Popen[str] = subprocess.Popen([*prefix, *command], stdout=subprocess.PIPE, text=True)
        watcher: multiprocessing.Process | None = None
        try:
            origin, token = link_of(server)
            headers = sign_in(origin, token)
            if arguments.watchers:
                address = origin.replace("http", "ws") + "/api/live"
                watcher = multiprocessing.Process(
                    target=watch, args=(address, headers, arguments.watchers, arguments.watchers_rate), daemon=True
                )
                watcher.start()
            found = asyncio.run(run(arguments, origin, headers, server.pid, (watcher and watcher.pid) or 0))
        finally:
            if watcher is not None:
                watcher.terminate()
            server.terminate()
            server.wait()
        print(json.dumps({"asked": vars(arguments), **found, "kept": kept(folder / "ledger")}, indent=1, default=str))


if __name__ == "__main__":
    main()
