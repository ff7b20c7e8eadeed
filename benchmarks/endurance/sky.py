"""A sky full of aircraft, its radars, and the CAT048 and CAT034 octets that they send, sector by sector."""

import argparse
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.geo.frames import (
    ecef_from_enu,
    ecef_from_geodetic,
    enu_vector_from_ecef,
    geodetic_from_ecef,
    polar_from_enu,
)
from tocsin.messages import Detections
from tocsin.simulate.asterix_out import blocks, north, plots, sector

SECTORS = 32
GROUP_DEG = 4.0  # between groups of two radars: none sees the targets of another
RANGE_M = 120_000.0
FIRST_PORT = 18_600
QUANTUM_S = 1 / 128  # of CAT048's time of day
# One command each: reports a second, tracks, maps, UDP ports.
NAMED = {"2000": (2_000.0, 4_000, 10, 30), "10000": (10_000.0, 10_000, 100, 30), "20000": (20_000.0, 10_000, 500, 30)}
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


@dataclass(frozen=True, slots=True)
class Sent:
    """The datagrams of one sector, when they leave, and what they tell."""

    at_s: float
    radar: int
    data: tuple[bytes, ...]
    target: NDArray[np.int64]
    time_s: Floats  # as the octets tell it, since the epoch


def sending(radars: list[Radar], speed: Callable[[float], float], until_s: float, start_ns: int) -> Iterator[Sent]:
    """All sectors in the order in which they leave. `speed`: so many times as fast as in the site file, at a time."""
    rng, width_rad = np.random.default_rng(1), 2 * np.pi / SECTORS
    due = [(one.phase_s + one.period_s / SECTORS, one.phase_s, one.number, 0) for one in radars]
    heapq.heapify(due)
    while due[0][0] < until_s:
        end_s, since_s, number, index = heapq.heappop(due)
        found = radars[number].seen(since_s, end_s, index * width_rad, (index + 1) * width_rad, rng)
        times_ns = start_ns + np.round(found.time_s * 1e9).astype(np.int64)
        faster = replace(radars[number], period_s=radars[number].period_s / speed(end_s))
        data = encoded(faster, found, times_ns, start_ns + round(end_s * 1e9), index)
        told_s = (times_ns // 7_812_500 * QUANTUM_S).astype(np.float64)
        yield Sent(end_s, number, tuple(data), found.target, told_s)
        heapq.heappush(due, (end_s + faster.period_s / SECTORS, end_s, number, (index + 1) % SECTORS))


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
