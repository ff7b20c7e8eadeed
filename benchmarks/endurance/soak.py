"""An accelerated soak: `.venv/bin/python benchmarks/endurance/soak.py [--hours 72]`. Time is virtual: hours in minutes.

ASTERIX bytes of one radar, three midnights and their rollover included, through decoder and pipeline, with a Tick a
second as live. Every half hour is the same sky again with the same noise, under other addresses: what differs between
two of them is the time at which they were flown. So drift is paired, plot for plot, and 1 ms can be shown:

    lag           how far each confirmed track lies behind its aircraft, in seconds of its flight
    last          the time of a track's last detection less the time that the plot carried
    clock         `UtcClock` less true time, with a quartz that runs 37 ppm fast, disciplined each second as live

Each hour's figure is the median difference from the same plots of the first hours (`FIRST_HOURS`, once sensors are
learnt), with the standard error over aircraft. Also memory, and processor time of a step.
What it cannot show is a leak in sockets or files: that is a soak in real time (benchmarks/load.py --seconds 360000).
"""

import argparse
import json
import platform
import sys
import time
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.endurance.sky import SECTORS, Radar, Sector, encoded, site_file
from tocsin import site
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.geo.frames import ecef_from_enu, enu_vector_from_ecef, geodetic_from_ecef
from tocsin.geo.units import SECOND_NS
from tocsin.live.clock import Ticks, UtcClock
from tocsin.messages import Packet, Picture, Tick
from tocsin.pipeline import State, advance

START_NS = 1_798_761_600_000_000_000 - 3 * 3_600_000_000_000  # three hours before a midnight
LIFE_S, PERIOD_S, EVERY_S, SETTLED_S = 1_800, 4.0, 5, 60
LIVES_AN_HOUR = 3_600 // LIFE_S
FIRST_HOURS = (2, 8)  # what all hours are compared with
ADDRESSES = 4_000
QUARTZ_PPM = 37
LATITUDE, LONGITUDE = np.radians(47.0), np.radians(8.0)
TICK_OF_DAY, DAY = SECOND_NS // 128, 86_400 * 128
PLOT, PLOT_TIME, PLOT_ADDRESS, SECTOR_TIME, HEADER = 17, 4, 14, 4, 3  # octets of what `encoded` writes
Floats = NDArray[np.float64]


def sky(count: int) -> Radar:
    """Straight flights that pass their places some minutes after the half hour began."""
    rng = np.random.default_rng(7)
    reach, bearing = 90_000.0 * np.sqrt(rng.uniform(0.05, 1.0, count)), rng.uniform(0, 2 * np.pi, count)
    enu = np.stack((reach * np.sin(bearing), reach * np.cos(bearing), rng.uniform(2_000, 9_000, count)), axis=-1)
    course, speed = rng.uniform(0, 2 * np.pi, count), rng.uniform(100, 200, count)
    way = np.stack((speed * np.sin(course), speed * np.cos(course), np.zeros(count)), axis=-1)
    begin = enu - way * min(LIFE_S / 2, 300.0)
    start = ecef_from_enu(begin, LATITUDE, LONGITUDE, 0.0)
    velocity = ecef_from_enu(begin + way, LATITUDE, LONGITUDE, 0.0) - start
    return Radar(0, float(LATITUDE), float(LONGITUDE), np.arange(count), start, velocity, PERIOD_S, 0.0)


@dataclass(frozen=True, slots=True)
class Flown:
    """One half hour as bytes: for each second its datagrams (when, octets), and the time that each plot carries."""

    seconds: list[list[tuple[int, bytes]]]
    plots: list[list[int]]  # for each aircraft, ns since the half hour began, ascending


def flown(radar: Radar) -> Flown:
    """What the radar sends from START_NS on."""
    rng = np.random.default_rng(1)
    seconds, plots = [], [[] for _ in radar.targets]  # type: list[list[tuple[int, bytes]]], list[list[int]]
    width_s, width = PERIOD_S / SECTORS, 2 * np.pi / SECTORS
    for second in range(LIFE_S):
        sent = []
        for part in range(int(SECTORS / PERIOD_S)):
            index = int((second % PERIOD_S) * SECTORS / PERIOD_S) + part
            end_s = second + (part + 1) * width_s
            found = radar.seen(end_s - width_s, end_s, index * width, (index + 1) * width, rng)
            times_ns = START_NS + np.round(found.time_s * 1e9).astype(np.int64)
            for target, at_ns in zip(found.target.tolist(), times_ns.tolist(), strict=True):
                plots[target].append(at_ns // TICK_OF_DAY * TICK_OF_DAY - START_NS)
            end_ns = START_NS + round(end_s * 1e9)
            sent += [(end_ns - START_NS, data) for data in encoded(radar, found, times_ns, end_ns, index)]
        seconds.append(sent)
    return Flown(seconds, plots)


def later(data: bytes, since_s: int, address: int) -> bytes:
    """The same datagram so many seconds later, its addresses higher by so many."""
    octets = bytearray(data)
    if data[0] == 48:
        for record in range(HEADER, len(data), PLOT):
            _add(octets, record + PLOT_TIME, since_s * 128, DAY)
            _add(octets, record + PLOT_ADDRESS, address, 1 << 24)
    else:
        _add(octets, HEADER + SECTOR_TIME, since_s * 128, DAY)
    return bytes(octets)


def _add(octets: bytearray, at: int, more: int, modulus: int) -> None:
    octets[at : at + 3] = ((int.from_bytes(octets[at : at + 3]) + more) % modulus).to_bytes(3)


def check(radar: Radar, one: Flown) -> None:
    """`later` writes what the encoder would have. Raises where the encoder writes otherwise than it believes."""
    where = np.random.default_rng(2).uniform(size=(len(radar.targets), 3))

    times_ns = START_NS + np.arange(len(where)) * SECOND_NS
    found = Sector(radar.targets, where[:, 0], 9e4 * where[:, 1], where[:, 2], 9e3 * where[:, 0])
    moved = replace(found, target=found.target + 11)
    now = encoded(radar, found, times_ns, START_NS, 3)
    then = encoded(radar, moved, times_ns + 80_000 * SECOND_NS, START_NS + 80_000 * SECOND_NS, 3)
    if [later(data, 80_000, 11) for data in now] != then or not one.seconds[0]:
        raise SystemExit("the encoder writes other records than this soak knows how to move in time: mend `later`")


@dataclass(slots=True)
class Lives:
    """For each half hour, moment and aircraft: lag and error of the last time, seconds; NaN: not tracked."""

    lags_s: list[Floats] = field(default_factory=list)
    lasts_s: list[Floats] = field(default_factory=list)

    def begin(self, aircraft: int) -> None:
        """Another half hour."""
        for kept in (self.lags_s, self.lasts_s):
            kept.append(np.full((LIFE_S // EVERY_S, aircraft), np.nan))

    def see(self, picture: Picture, radar: Radar, one: Flown, second: int, address: int) -> int:
        """Measure a picture at the end of a second of the half hour. Gives how many were tracked."""
        where = radar.start_ecef + radar.velocity_ecef * (second + 1.0)
        began_ns = picture.time_ns - (second + 1) * SECOND_NS
        tracked = 0
        for row in np.flatnonzero(picture.state == 1).tolist():
            identity = picture.identity[row]
            target = int(identity.removeprefix("icao:"), 16) - 1 - address if identity else -1
            if not 0 <= target < len(where):
                continue
            latitude, longitude, _ = geodetic_from_ecef(where[target])
            off = enu_vector_from_ecef(picture.position_m[row] - where[target], latitude, longitude)[:2]
            speed = enu_vector_from_ecef(radar.velocity_ecef[target], latitude, longitude)[:2]
            last_ns = int(picture.last_detection_ns[row]) - began_ns
            plots = np.array(one.plots[target])
            self.lags_s[-1][second // EVERY_S, target] = -float((off * speed).sum() / (speed * speed).sum())
            self.lasts_s[-1][second // EVERY_S, target] = (last_ns - plots[np.abs(plots - last_ns).argmin()]) / 1e9
            tracked += 1
        return tracked


def middle(lives: list[Floats]) -> Floats:
    """The median of half hours, moment by moment; NaN where no aircraft was tracked in any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy's word for a moment without a track
        found: Floats = np.nanmedian(np.array(lives), axis=0)
    return found


def against(lives: list[Floats], base: Floats, which: slice) -> tuple[float, float]:
    """Median difference of these half hours from `base` (moment by moment, aircraft by aircraft), and its error, ms."""
    found = middle(lives[which]) - base
    own = np.array([np.median(one[~np.isnan(one)]) for one in found.T if np.isfinite(one).any()])
    if not len(own):
        return float("nan"), float("nan")
    apart = 1.4826 * float(np.median(np.abs(own - np.median(own))))
    return 1e3 * float(np.nanmedian(found)), 1e3 * 1.2533 * apart / len(own) ** 0.5


@dataclass(slots=True)
class Quartz:
    """Our clock on a quartz that runs fast, beside a true one: time that thinking is told, less true time."""

    true_ns: int = START_NS
    clock: UtcClock = field(init=False)
    ticks: Ticks = field(init=False)
    errors_ns: list[int] = field(default_factory=list)
    ticked: int = 0

    def __post_init__(self) -> None:
        self.clock = UtcClock(lambda: self.true_ns, self._quartz_ns)
        self.ticks = Ticks(self.clock.now_ns())

    def _quartz_ns(self) -> int:
        passed = self.true_ns - START_NS
        return passed + passed * QUARTZ_PPM // 1_000_000

    def second(self) -> None:
        """One more, read between two disciplines, where it is worst."""
        self.true_ns += SECOND_NS
        self.errors_ns.append(self.clock.now_ns() - self.true_ns)
        self.ticked += len(self.ticks.due(self.clock.now_ns()))
        self.clock.discipline()


def rss_mb() -> float:
    """This process's memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main() -> None:
    """Play, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hours", type=int, default=72)
    parser.add_argument("--aircraft", type=int, default=25)
    arguments = parser.parse_args()
    radar, decoder, lives, quartz = sky(arguments.aircraft), Asterix("radar"), Lives(), Quartz()
    one = flown(radar)
    check(radar, one)
    settings = site.parse(site_file([radar], 1, 8123)).settings
    state = State.of(replace(settings, places=()))
    hours: list[dict[str, float]] = []
    steps_s: list[float] = []
    tracked: list[int] = []
    began_s = time.monotonic()
    for second in range(arguments.hours * 3600):
        life, since = divmod(second, LIFE_S)
        address = life * arguments.aircraft % ADDRESSES
        if not since:
            lives.begin(arguments.aircraft)
        begun_ns = START_NS + life * LIFE_S * SECOND_NS
        packets = [Packet(begun_ns + at, later(data, life * LIFE_S, address)) for at, data in one.seconds[since]]
        step_s = time.thread_time()
        advance(state, decoder.decode(packets))
        picture = advance(state, Tick(START_NS + (second + 1) * SECOND_NS)).picture
        steps_s.append(time.thread_time() - step_s)
        quartz.second()
        if picture is not None and since > SETTLED_S and since % EVERY_S == 0:
            tracked.append(lives.see(picture, radar, one, since, address))
        if (second + 1) % 3600 == 0:
            hours.append(hour_of((second + 1) // 3600, lives, quartz, tracked, steps_s))
            print(json.dumps(hours[-1]), file=sys.stderr, flush=True)
            steps_s.clear()
            tracked.clear()
    print(json.dumps(summary(arguments, hours, lives, quartz, time.monotonic() - began_s), indent=1))


def based(lives: list[Floats]) -> Floats:
    """The median of the first hours, moment by moment: what all others are compared with."""
    first = [lives[at] for at in range(len(lives)) if FIRST_HOURS[0] <= at / LIVES_AN_HOUR < FIRST_HOURS[1]]
    return middle(first or lives[-1:])


def hour_of(hour: int, lives: Lives, quartz: Quartz, tracked: list[int], steps_s: list[float]) -> dict[str, float]:
    """The figures of the hour that ends."""
    figures = {"hour": float(hour), "lag_ms": round(1e3 * float(np.nanmedian(lives.lags_s[-1])), 3)}
    for name, kept in (("lag", lives.lags_s), ("last", lives.lasts_s)):
        change, error = against(kept, based(kept), slice(-LIVES_AN_HOUR, None))
        figures |= {f"{name}_change_ms": round(change, 4), f"{name}_change_error_ms": round(error, 4)}
    errors = np.array(quartz.errors_ns[-3600:])
    return figures | {
        "clock_ms_max": round(float(np.abs(errors).max()) / 1e6, 4),
        "tracked": round(float(np.mean(tracked)), 1),
        "step_p50_ms": round(1e3 * float(np.percentile(steps_s, 50)), 2),
        "step_p99_ms": round(1e3 * float(np.percentile(steps_s, 99)), 2),
        "rss_mb": round(rss_mb(), 1),
    }


def summary(
    arguments: argparse.Namespace, hours: list[dict[str, float]], lives: Lives, quartz: Quartz, real_s: float
) -> dict[str, object]:
    """The last third against the first hours."""
    third = max(len(lives.lags_s) // 3, 1)
    found: dict[str, object] = {"machine": platform.machine(), "hours": arguments.hours, "real_s": round(real_s, 1)}
    for name, kept in (("lag", lives.lags_s), ("last_detection", lives.lasts_s)):
        change, error = against(kept, based(kept), slice(-third, None))
        found[name] = {"drift_ms": round(change, 4), "error_ms": round(error, 4)}
    errors = np.array(quartz.errors_ns)
    found["clock"] = {
        "first_hours_ms": round(float(np.median(errors[: 3600 * 8])) / 1e6, 5),
        "last_third_ms": round(float(np.median(errors[-len(errors) // 3 :])) / 1e6, 5),
        "worst_ms": round(float(np.abs(errors).max()) / 1e6, 5),
        "ticks": quartz.ticked,
        "seconds": len(errors),
    }
    return found | {"by_hour": hours}


if __name__ == "__main__":
    main()
