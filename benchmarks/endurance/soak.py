"""An accelerated soak: `.venv/bin/python benchmarks/endurance/soak.py [--hours 72]`. Time is virtual: hours in minutes.

ASTERIX bytes of one radar, three midnights and their rollover included, through decoder and pipeline, with a Tick a
second as live. Each half hour other aircraft come. Measured at the end of each hour: by how many milliseconds tracks
lag behind where they are (drift is its change from the first third to the last; bar 1 ms), memory, how long steps take.
What it cannot show is a leak in sockets or files: that is a soak in real time (benchmarks/load.py --seconds 360000).
"""

import argparse
import json
import platform
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.load import SECTORS, Radar, encoded, site_file
from tocsin import site
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.geo.frames import ecef_from_enu, enu_vector_from_ecef, geodetic_from_ecef
from tocsin.messages import Packet, Picture, Tick
from tocsin.pipeline import State, advance

START_NS = 1_798_761_600_000_000_000 - 3 * 3_600_000_000_000  # three hours before a midnight
LIFE_S, PERIOD_S, FIRST_S = 1_800, 4.0, 3
LATITUDE, LONGITUDE = np.radians(47.0), np.radians(8.0)
Floats = NDArray[np.float64]


@dataclass(slots=True)
class Hour:
    """What one hour showed."""

    lags_s: list[float] = field(default_factory=list)
    tracked: list[float] = field(default_factory=list)
    steps_s: list[float] = field(default_factory=list)


def sky(count: int, epoch: int) -> Radar:
    """Aircraft of one half hour: straight flights; `start_ecef` is where they are at its beginning."""
    rng = np.random.default_rng([7, epoch])
    reach, bearing = 90_000.0 * np.sqrt(rng.uniform(0.05, 1.0, count)), rng.uniform(0, 2 * np.pi, count)
    enu = np.stack((reach * np.sin(bearing), reach * np.cos(bearing), rng.uniform(2_000, 9_000, count)), axis=-1)
    course, speed = rng.uniform(0, 2 * np.pi, count), rng.uniform(100, 200, count)
    # back to where it began, so that it passes its place in the middle of its life
    way = np.stack((speed * np.sin(course), speed * np.cos(course), np.zeros(count)), axis=-1)
    begin = enu - way * min(LIFE_S / 2, 300.0)
    start = ecef_from_enu(begin, LATITUDE, LONGITUDE, 0.0)
    velocity = ecef_from_enu(begin + way, LATITUDE, LONGITUDE, 0.0) - start
    targets = np.arange(count) + epoch * count % 4_000
    return Radar(0, float(LATITUDE), float(LONGITUDE), targets, start, velocity, PERIOD_S, 0.0)


def packets(radar: Radar, second: int, since: int, rng: np.random.Generator) -> list[Packet]:
    """The datagrams of one second: its sectors with their plots."""
    out = []
    width_s, width = PERIOD_S / SECTORS, 2 * np.pi / SECTORS
    for part in range(int(SECTORS / PERIOD_S)):
        index = int((second % PERIOD_S) * SECTORS / PERIOD_S) + part
        end_s = since + (part + 1) * width_s
        found = radar.seen(end_s - width_s, end_s, index * width, (index + 1) * width, rng)
        times_ns = START_NS + np.round((second - since + found.time_s) * 1e9).astype(np.int64)
        end_ns = START_NS + round((second + (part + 1) * width_s) * 1e9)
        out += [Packet(end_ns, data) for data in encoded(radar, found, times_ns, end_ns, index)]
    return out


def lag_s(picture: Picture, radar: Radar, since_s: float) -> list[float]:
    """How far each confirmed track lies behind the nearest aircraft, in seconds of its flight."""
    where = radar.start_ecef + radar.velocity_ecef * since_s
    out = []
    for row in np.flatnonzero(picture.state == 1).tolist():
        away = picture.position_m[row] - where
        best = int(np.argmin((away * away).sum(axis=1)))
        latitude, longitude, _ = geodetic_from_ecef(where[best])
        off = enu_vector_from_ecef(away[best], latitude, longitude)[:2]
        speed = enu_vector_from_ecef(radar.velocity_ecef[best], latitude, longitude)[:2]
        if float(np.hypot(*off)) < 2_000.0:
            out.append(-float((off * speed).sum() / (speed * speed).sum()))
    return out


def spread_s(lags_s: list[float]) -> float:
    """The standard error of the median of lags, from the median distance; rows 20 s apart count as independent."""
    if not lags_s:
        return float("nan")
    lags = np.array(lags_s)
    return float(1.2533 * 1.4826 * np.median(np.abs(lags - np.median(lags))) / max(len(lags) / 4.0, 1.0) ** 0.5)


def rss_mb() -> float:
    """This process's memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main() -> None:
    """Play, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hours", type=float, default=72.0)
    parser.add_argument("--aircraft", type=int, default=25)
    arguments = parser.parse_args()
    rng, decoder = np.random.default_rng(1), Asterix("radar")
    first = sky(arguments.aircraft, 0)
    settings = site.parse(site_file([first], 1, 8123)).settings
    state = State.of(replace(settings, places=()))
    hours: list[dict[str, float]] = []
    now, radar, began_s = Hour(), first, time.monotonic()
    start_s = START_NS / 1e9
    for second in range(int(arguments.hours * 3600)):
        epoch, since = divmod(second, LIFE_S)
        if not since:
            radar = sky(arguments.aircraft, epoch)
        item = decoder.decode(packets(radar, second, since, rng))
        step_s = time.perf_counter()
        advance(state, item)
        picture = advance(state, Tick(START_NS + (second + 1) * 1_000_000_000)).picture
        now.steps_s.append(time.perf_counter() - step_s)
        if picture is not None and since > 60 and second % 5 == 0:
            now.lags_s += lag_s(picture, radar, since + 1.0)
            now.tracked.append(float((picture.state == 1).sum()))
        if (second + 1) % 3600 == 0:
            hours.append(
                {
                    "hour": (second + 1) / 3600,
                    "lag_ms": round(1e3 * float(np.median(now.lags_s or [np.nan])), 3),
                    "lag_error_ms": round(1e3 * spread_s(now.lags_s), 3),
                    "tracked": round(float(np.mean(now.tracked or [0.0])), 1),
                    "step_p99_ms": round(1e3 * float(np.percentile(now.steps_s, 99)), 2),
                    "rss_mb": round(rss_mb(), 1),
                }
            )
            print(json.dumps(hours[-1]), file=sys.stderr, flush=True)
            now = Hour()
    lags = np.array([one["lag_ms"] for one in hours])
    third = max(len(lags) // 3, 1)
    drift_ms = float(np.median(lags[-third:]) - np.median(lags[:third])) if len(lags) > 1 else float("nan")
    print(
        json.dumps(
            {
                "machine": platform.machine(),
                "hours": arguments.hours,
                "real_s": round(time.monotonic() - began_s, 1),
                "from": float(start_s),
                "drift_ms": round(drift_ms, 3) if np.isfinite(drift_ms) else None,
                "rss_growth_mb": round(hours[-1]["rss_mb"] - hours[min(FIRST_S, len(hours) - 1)]["rss_mb"], 1)
                if hours
                else None,
                "by_hour": hours,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
