"""How fast, how it grows, and how much memory: tocsin alone, as benchmarks/tracking.py measures it."""

import resource
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import tracking
from benchmarks.tracking import SECOND_NS, scan
from tocsin.models.model import Mode, Model
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking.tracker import Tracker

DENSE_M = 400.0


def rates(quick: bool) -> list[tuple[str, float]]:
    """Detections per processor second, the middle of three measurements."""
    turns = 1 if quick else 3
    what = (("3-D positions, 10,000 targets, 3 km apart", tracking.positions),)
    what += (("polar radar with range rate, 3 modes, 10,000 targets", tracking.polar),)
    return [(name, float(np.median([run(10_000) for _ in range(turns)]))) for name, run in what]


def growth(spacing_m: float, sizes: list[int]) -> tuple[list[tuple[int, float]], float]:
    """Milliseconds of a scan for each number of targets, and the exponent from 1,000 targets on."""
    before = tracking.SPACING_M
    tracking.SPACING_M = spacing_m
    try:
        cost = [(n, 1e3 * n / tracking.positions(n)) for n in sizes]
    finally:
        tracking.SPACING_M = before
    large = np.log([one for one in cost if one[0] >= 1_000])
    return cost, float(np.polyfit(large[:, 0], large[:, 1], 1)[0])


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of one component, and of the process after some simulated hours (hour, components, MB)."""

    component: int
    hours: list[tuple[int, int, float]]


def memory(hours: int, lag: int | None = None, targets: int = 50, period_s: int = 10) -> Memory:
    """A day with targets that come and go (a third of an hour each) and as much clutter as targets."""
    rng = np.random.default_rng(9)
    side = 60_000.0
    sensor = Sensor(
        "bench", "position", sigma={"east_m": 20.0, "north_m": 20.0}, clutter_per_scan=targets, max_range_m=side
    )
    settings = Settings(frame=Frame("local", 2), sensors=(sensor,), tracking=Tracking(hold_s=0.0))
    tracker = Tracker(
        settings, Model((Mode("steady", 1.0, 1.0),), clutter_per_m2=targets / side**2, unseen_per_m2=1e-9), lag
    )
    place, speed = rng.uniform(-side / 2, side / 2, (targets, 2)), rng.uniform(-100.0, 100.0, (targets, 2))
    seen: list[tuple[int, int, float]] = []
    scans = 3600 // period_s
    for k in range(hours * scans):
        place += period_s * speed
        gone = rng.random(targets) < period_s / 1200.0
        place[gone] = rng.uniform(-side / 2, side / 2, (int(gone.sum()), 2))
        z = place[rng.random(targets) < 0.9]
        z = np.concatenate([z + 20.0 * rng.standard_normal(z.shape), rng.uniform(-side / 2, side / 2, (targets, 2))])
        time_ns = (1 + k * period_s) * SECOND_NS
        tracker.advance(scan(time_ns, None, True, east_m=z[:, 0].copy(), north_m=z[:, 1].copy()))
        tracker.tick(time_ns + 1)
        tracker.picture(time_ns)
        tracker.smoothed(time_ns)
        tracker.refusals()
        if (k + 1) % scans == 0:
            seen.append(((k + 1) // scans, len(tracker.state.living()), _resident_mb()))
    bank = tracker.state.bank
    return Memory(sum(column[:1].nbytes for column in bank), seen)


def _resident_mb() -> float:
    """What the process holds now; where the system does not tell, the most that it held."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6
