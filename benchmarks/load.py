"""Detection to map under load: `python benchmarks/load.py` against a real `tocsin serve` in a process of its own.

Sends CAT048 plots and CAT034 sectors of many radars over UDP at the pace of their turns, opens one map over WebSocket
that measures, and more that only watch. Latency: from the moment at which the datagram with a detection was sent to the
moment at which the first frame came whose confirmed track has that detection's time as its last one or a later one.
When the server has stopped, what its ledger holds is counted beside what was sent. A burst: all radars turn so many
times as fast for 30 s; its latencies, those of the 30 s after it, and how long it took until all was as usual.

    python benchmarks/load.py --named 2000      2,000 reports/s, 4,000 tracks, 10 maps
    python benchmarks/load.py --named 10000     10,000 reports/s, 10,000 tracks, 100 maps
    python benchmarks/load.py --named 20000     20,000 reports/s, 10,000 tracks, 500 maps
    python benchmarks/load.py --named 2000 --burst 5     and then five times as much for 30 s
    python benchmarks/endurance/soak.py         72 h in virtual time: drift, memory, steps
"""

import argparse
import asyncio
import heapq
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
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

from tocsin import wire
from tocsin.geo.frames import (
    ecef_from_enu,
    ecef_from_geodetic,
    enu_vector_from_ecef,
    geodetic_from_ecef,
    polar_from_enu,
)
from tocsin.ledger.reader import Reader
from tocsin.messages import Detections
from tocsin.simulate.asterix_out import blocks, north, plots, sector

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

SECTORS = 32
GROUP_DEG = 4.0  # between groups of two radars: none sees the targets of another
RANGE_M = 120_000.0
CONFIRMED = 1
FIRST_PORT = 18_600
BURST_S, AFTER_S = 30.0, 30.0
USUAL = 1.2  # times the p95 before
# One command each: reports a second, tracks, maps, UDP ports.
NAMED = {"2000": (2_000.0, 4_000, 10, 30), "10000": (10_000.0, 10_000, 100, 30), "20000": (20_000.0, 10_000, 500, 30)}
CLOCK_S = 0.2  # a track's last time is corrected by what was learnt of its sensor's clock, here some hundredths
QUANTUM_S = 1 / 128  # of CAT048's time of day
Floats = NDArray[np.float64]


@dataclass(slots=True)
class Radar:
    """One radar and the targets that it sees, in east, north, up metres of its own place."""

    number: int
    latitude_rad: float
    longitude_rad: float
    targets: NDArray[np.int64]
    start_ecef: Floats
    velocity_ecef: Floats
    period_s: float
    phase_s: float

    @property
    def source(self) -> tuple[int, int]:
        """SAC and SIC."""
        return 25, self.number + 1

    def seen(self, from_s: float, to_s: float, from_rad: float, to_rad: float, rng: np.random.Generator) -> "Sector":
        """What a sector finds, with the noise of a good radar."""
        middle_s = (from_s + to_s) / 2
        origin = ecef_from_geodetic(self.latitude_rad, self.longitude_rad, 50.0)
        offset = self.start_ecef + self.velocity_ecef * middle_s - origin
        slant_m, azimuth, _ = polar_from_enu(enu_vector_from_ecef(offset, self.latitude_rad, self.longitude_rad))
        hit = np.flatnonzero((azimuth >= from_rad) & (azimuth < to_rad) & (rng.random(len(azimuth)) < 0.97))
        at_s = from_s + (azimuth[hit] - from_rad) / (to_rad - from_rad) * (to_s - from_s)
        range_m = slant_m[hit] + 30.0 * rng.standard_normal(len(hit))
        noisy = azimuth[hit] + np.radians(0.05) * rng.standard_normal(len(hit))
        # its own height: with another one, two radars would place it kilometres apart
        height_m = geodetic_from_ecef((self.start_ecef + self.velocity_ecef * middle_s)[hit])[2]
        return Sector(self.targets[hit], at_s, range_m, noisy % (2 * np.pi), height_m)


@dataclass(frozen=True, slots=True)
class Sector:
    """Detections of one sector: target numbers and what was measured. Seconds since the start."""

    target: NDArray[np.int64]
    time_s: Floats
    range_m: Floats
    azimuth_rad: Floats
    height_m: Floats


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


def world(arguments: argparse.Namespace, rng: np.random.Generator) -> list[Radar]:
    """Groups of two radars 40 km apart, and the targets that both see."""
    groups = max(1, arguments.sensors // 2)
    period_s = 2.0 * arguments.tracks / arguments.rate
    columns = int(np.ceil(np.sqrt(groups)))
    radars: list[Radar] = []
    for group in range(groups):
        latitude = np.radians(36.0 + GROUP_DEG * (group // columns))
        longitude = np.radians(-10.0 + GROUP_DEG * 1.3 * (group % columns))
        targets = np.arange(group, arguments.tracks, groups)
        n = len(targets)
        reach, bearing = RANGE_M * np.sqrt(rng.uniform(0.03, 0.6, n)), rng.uniform(0, 2 * np.pi, n)
        height = rng.uniform(2_000, 11_000, n)
        enu = np.stack((reach * np.sin(bearing), reach * np.cos(bearing), height), axis=-1)
        start = ecef_from_enu(enu, latitude, longitude, 0.0)
        speed, course = rng.uniform(70, 230, n), rng.uniform(0, 2 * np.pi, n)
        ahead = enu + np.stack((speed * np.sin(course), speed * np.cos(course), np.zeros(n)), axis=-1)
        velocity = ecef_from_enu(ahead, latitude, longitude, 0.0) - start
        for side in (-0.2, 0.2):
            phase_s = float(rng.uniform(0, period_s))
            radars.append(
                Radar(
                    len(radars),
                    float(latitude),
                    float(longitude + np.radians(side)),
                    targets,
                    start,
                    velocity,
                    period_s,
                    phase_s,
                )
            )
    return radars


def site_file(radars: list[Radar], feeds: int, port: int) -> str:
    """The site as `tocsin serve` reads it."""
    head = f'[site]\nname = "load"\n[server]\nport = {port}\n[ledger]\nfolder = "ledger"\n'
    sensors = [
        f'[[sensor]]\nname = "radar {radar.number}"\nkind = "radar"\nsources = ["asterix 25/{radar.number + 1}"]\n'
        f"latitude_deg = {np.degrees(radar.latitude_rad)}\nlongitude_deg = {np.degrees(radar.longitude_rad)}\n"
        f"altitude_m = 50\nsigma_range_m = 40\nsigma_azimuth_deg = 0.07\nsigma_pressure_altitude_m = 30\n"
        f"max_range_m = 200000\nperiod_s = {radar.period_s}\ndetection_probability = 0.95\nclutter_per_scan = 2\n"
        for radar in radars
    ]
    ports = [
        f'[[feed]]\nname = "feed {feed}"\nformat = "asterix"\ntransport = "udp"\nport = {FIRST_PORT + feed}\n'
        f"rate_max = 2000\n"
        for feed in range(feeds)
    ]
    return "\n".join([head, *sensors, *ports])


def send(out: Connection, radars: list[Radar], feeds: int, start_s: float, factor: "Synchronized[float]") -> None:
    """Turn all radars for ever, each sector's datagrams when it ends; tell of each (target, time, when it left).

    In a process of its own. `factor`: so many times as fast as they say in the site file; 0: no more.
    """
    rng = np.random.default_rng(1)
    udp = socket(AF_INET, SOCK_DGRAM)
    due = [(radar.phase_s + radar.period_s / SECTORS, radar.phase_s, radar.number, 0) for radar in radars]
    heapq.heapify(due)
    while speed := factor.value:
        end_s, since_s, number, index = heapq.heappop(due)
        radar, width_rad = radars[number], 2 * np.pi / SECTORS
        time.sleep(max(0.0, start_s + end_s - time.time()))
        found = radar.seen(since_s, end_s, index * width_rad, (index + 1) * width_rad, rng)
        times_ns = np.round((start_s + found.time_s) * 1e9).astype(np.int64)
        faster = replace(radar, period_s=radar.period_s / speed)
        for data in encoded(faster, found, times_ns, round((start_s + end_s) * 1e9), index):
            udp.sendto(data, ("127.0.0.1", FIRST_PORT + number % feeds))
        told = np.stack((found.target.astype(np.float64), times_ns // 7_812_500 * QUANTUM_S))
        out.send_bytes(np.float64(time.monotonic()).tobytes() + told.tobytes())
        heapq.heappush(due, (end_s + faster.period_s / SECTORS, end_s, number, (index + 1) % SECTORS))
    out.close()


def hear(incoming: Connection, ledger: Ledger) -> None:
    """Write down what the sender tells, as long as it tells something."""
    while incoming.poll():
        try:
            told = np.frombuffer(incoming.recv_bytes())
        except EOFError:
            asyncio.get_running_loop().remove_reader(incoming.fileno())
            return
        target, time_s = told[1:].reshape(2, -1)
        ledger.send(target.astype(np.int64), time_s, float(told[0]))


def encoded(radar: Radar, found: Sector, times_ns: NDArray[np.int64], end_ns: int, index: int) -> list[bytes]:
    """Datagrams: the plots, then the crossing into the next sector."""
    n = len(found.target)
    values = {"range_m": found.range_m, "azimuth_rad": found.azimuth_rad, "pressure_altitude_m": found.height_m}
    identity = tuple(f"icao:{number + 1:06x}" for number in found.target.tolist())
    detections = Detections(np.zeros(n, np.int32), times_ns, times_ns, values, {"identity": identity})
    crossing = (
        north(radar.source, end_ns, radar.period_s)
        if index == SECTORS - 1
        else sector(radar.source, end_ns, (index + 1) * 8)
    )
    return [*blocks(48, plots(detections, np.arange(n), radar.source)), *blocks(34, [crossing])]


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


def watch(url: str, headers: dict[str, str], count: int, rate: int) -> None:
    """Maps that only watch, in a process of their own."""

    async def one() -> None:
        async with connect(
            f"{url}?rate={rate}", additional_headers=headers, max_size=None, compression=None
        ) as open_map:
            async for _ in open_map:
                pass

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)

    asyncio.run(all_of_them())


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
    cores: float
    loop_cores: float
    load_average: float


async def run(arguments: argparse.Namespace, origin: str, headers: dict[str, str], server: int) -> dict[str, Any]:
    """Send and measure; the figures."""
    radars = world(arguments, np.random.default_rng(7))
    ledger, state = Ledger(), {"frames": 0, "snapshots": 0, "bytes": 0}
    url = origin.replace("http", "ws") + "/api/live"
    while (await asyncio.to_thread(figures, origin)).get("tocsin_items_total", 0) < 1:  # noqa: ASYNC110  it is elsewhere
        await asyncio.sleep(0.5)
    incoming, outgoing = multiprocessing.Pipe(duplex=False)
    factor = multiprocessing.Value("d", 1.0)
    ways = (outgoing, radars, arguments.feeds, time.time() + 1.0, factor)
    sender = multiprocessing.Process(target=send, args=ways, daemon=True)
    sender.start()
    outgoing.close()
    asyncio.get_running_loop().add_reader(incoming.fileno(), hear, incoming, ledger)

    async def stretch(name: str, seconds: float) -> Stretch:
        before, loop, began_s, sent = cpu_s(server), cpu_s(server, server), time.monotonic(), ledger.sent
        await asyncio.sleep(seconds)
        passed_s = time.monotonic() - began_s
        cores, loops = (cpu_s(server) - before) / passed_s, (cpu_s(server, server) - loop) / passed_s
        return Stretch(name, began_s, began_s + passed_s, ledger.sent - sent, cores, loops, os.getloadavg()[0])

    async with connect(url, additional_headers=headers, max_size=None, compression=None) as open_map:
        reader = asyncio.create_task(measure(open_map, ledger, state))
        await asyncio.sleep(arguments.warm)
        stretches = [await stretch("steady", arguments.seconds)]
        memory_mb = rss_mb(server)
        if arguments.burst > 1:
            factor.value = arguments.burst
            stretches.append(await stretch("burst", BURST_S))
            factor.value = 1.0
            stretches.append(await stretch("after", AFTER_S))
        server_figures = await asyncio.to_thread(figures, origin)
        factor.value = 0.0
        await asyncio.sleep(arguments.settle)
        reader.cancel()
    kept = ("latency", "shed", "lost", "skipped", "restores", "failures", "refused", "clients", "frame_bytes")
    found: dict[str, Any] = {"sent": ledger.sent, "frames": state, "server_rss_mb": memory_mb}
    for one in stretches:
        found[one.name] = {
            "reports_per_s": round(one.sent / (one.to_s - one.from_s)),
            "latency_s": ledger.latencies(one.from_s, one.to_s),
            "server_cpu_cores": round(one.cores, 2),
            "of_these_event_loop": round(one.loop_cores, 2),
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
            found = asyncio.run(run(arguments, origin, headers, server.pid))
        finally:
            if watcher is not None:
                watcher.terminate()
            server.terminate()
            server.wait()
        print(json.dumps({"asked": vars(arguments), **found, "kept": kept(folder / "ledger")}, indent=1, default=str))


if __name__ == "__main__":
    main()
