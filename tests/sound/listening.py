"""Listening stations and what they hear of things on straight lines, in a flat frame, for tests of the tracker."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians

import numpy as np

from tocsin.messages import Detections, Floats, Scan, Sweeps
from tocsin.settings import Sensor

SECOND_NS = 1_000_000_000
SOUND_MPS = 331.3 * float(np.sqrt(1.0 + 15.0 / 273.15))
SIGMA_RAD = radians(3.0)
FALSE_HZ = 0.15


def post(name: str, at: tuple[float, float], **columns: object) -> Sensor:
    """A listening station that hears 6 km far."""
    made: dict[str, object] = {
        "east_m": at[0],
        "north_m": at[1],
        "up_m": 4.0,
        "sigma": {"azimuth_rad": SIGMA_RAD, "elevation_rad": SIGMA_RAD},
        "detection_probability": 0.8,
        "clutter_per_scan": FALSE_HZ,
        "max_range_m": 6_000.0,
        "period_s": 1.0,
        "propagation_mps": 340.0,
        "temperature_c": 15.0,
        "reporting": "dwell",
    }
    return Sensor(name, "direction", **(made | columns))  # type: ignore[arg-type]


def grid(side: int, spacing_m: float = 4_500.0) -> list[Sensor]:
    """side x side stations, none quite on its grid point."""
    line = (np.arange(side) - 0.5 * (side - 1)) * spacing_m
    rng = np.random.default_rng(side)
    off = rng.uniform(-0.15, 0.15, (side, side, 2)) * spacing_m
    return [
        post(f"post {a}-{b}", (float(line[a] + off[a, b, 0]), float(line[b] + off[a, b, 1])))
        for a in range(side)
        for b in range(side)
    ]


@dataclass(frozen=True)
class Source:
    """A thing on a straight line: where it is at 100 s, and its velocity."""

    start_m: tuple[float, float, float]
    velocity_mps: tuple[float, float, float]

    def at(self, time_s: float) -> Floats:
        """Where it is."""
        return np.array(self.start_m) + (time_s - 100.0) * np.array(self.velocity_mps)

    def heard(self, place: Floats, time_s: float, speed_mps: float = SOUND_MPS) -> Floats:
        """Where it was when it gave what is heard there now."""
        tau = 0.0
        for _ in range(60):
            tau = float(np.linalg.norm(self.at(time_s - tau) - place)) / speed_mps
        return self.at(time_s - tau)


def hear(
    posts: Sequence[Sensor],
    sources: Sequence[Source],
    time_s: float,
    rng: np.random.Generator,
    *,
    false_hz: float = FALSE_HZ,
    survey: bool = True,
    certain: bool = False,
) -> Scan:
    """One second of all stations: true bearings from the past, each with its station's chance, and false ones."""
    rows: list[tuple[int, float, float]] = []
    for index, one in enumerate(posts):
        place = np.array([one.east_m, one.north_m, one.up_m])
        for source in sources:
            e, n, u = source.heard(place, time_s, min(one.propagation_mps, 1e9) if not survey else SOUND_MPS) - place
            if np.hypot(np.hypot(e, n), u) > one.max_range_m or (not certain and rng.random() > 0.8):
                continue
            noise = one.sigma["azimuth_rad"] * rng.standard_normal(2)
            rows.append((index, float(np.arctan2(e, n) + noise[0]), float(np.arctan2(u, np.hypot(e, n)) + noise[1])))
        false = rng.poisson(false_hz)
        rows.extend((index, float(rng.uniform(-np.pi, np.pi)), float(rng.uniform(0.0, 0.4))) for _ in range(false))
    return told(posts, rows, time_s, survey=survey)


def told(
    posts: Sequence[Sensor], rows: Sequence[tuple[int, float, float]], time_s: float, *, survey: bool = True
) -> Scan:
    """One second of all stations: rows are (station, azimuth, elevation), in the order of stations."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    count, time_ns = len(posts), round(time_s * SECOND_NS)
    ends, nan = np.full(count, time_ns), np.full(count, np.nan)
    begins = ends - SECOND_NS
    index = np.arange(count, dtype=np.int32)
    sweeps = Sweeps(index, np.full(count, -1), begins, ends, nan, nan.copy(), np.full(count, survey))
    times = np.full(len(table), time_ns)
    values = {"azimuth_rad": table[:, 1] % (2.0 * np.pi), "elevation_rad": table[:, 2].copy()}
    names = tuple(one.name for one in posts)
    return Scan("net", time_ns, names, sweeps, Detections(table[:, 0].astype(np.int32), times, times.copy(), values))
