"""Scans in a flat frame, for tests of the tracker: positions at one time, and a tracker that has seen them."""

import os
from collections.abc import Mapping, Sequence

import numpy as np

from tocsin.messages import Detections, Floats, Picture, Scan, Sweeps
from tocsin.models.model import Model
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
# Kernels run as plain Python: the same tests, of smaller size.
INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"


def ns(time_s: float) -> int:
    """Seconds as whole nanoseconds."""
    return round(time_s * SECOND_NS)


def sensor(name: str = "lab", kind: str = "position", **columns: object) -> Sensor:
    """A position sensor that sees everything, 10 m off."""
    made: dict[str, object] = {
        "sigma": {"east_m": 10.0, "north_m": 10.0, "up_m": 10.0},
        "clutter_per_scan": 1.0,
        "max_range_m": 50_000.0,
    }
    return Sensor(name, kind, **(made | columns))  # type: ignore[arg-type]


def flat(*sensors: Sensor, dimensions: int = 2, **tracking: float) -> Settings:
    """A flat site of these sensors."""
    numbers = {"hold_s": 0.0} | tracking
    return Settings(frame=Frame("local", dimensions), sensors=sensors, tracking=Tracking(**numbers))  # type: ignore[arg-type]


def scan(
    name: str,
    time_s: float,
    positions: Floats,
    *,
    survey: bool = True,
    times_s: Sequence[float] | None = None,
    received_s: float | None = None,
    texts: Mapping[str, tuple[str | None, ...]] | None = None,
    **values: Floats,
) -> Scan:
    """One look of a sensor at positions (n, 2 or 3), all at one time or each at its own."""
    positions = np.asarray(positions, dtype=np.float64)
    n, time_ns = len(positions), ns(time_s)
    times = np.full(n, time_ns) if times_s is None else np.array([ns(t) for t in times_s], dtype=np.int64)
    received = times + 1_000_000 if received_s is None else np.full(n, ns(received_s))
    one, nan = np.full(1, time_ns), np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), np.zeros(1, np.int64), one, one, nan, nan, np.array([survey]))
    columns = {
        name: positions[:, a].copy() for a, name in enumerate(("east_m", "north_m", "up_m")[: positions.shape[1]])
    }
    detections = Detections(np.zeros(n, np.int32), times, received, columns | values, texts or {})
    last = int(received.max()) if n else time_ns + 1_000_000
    return Scan("made", last, (name,), sweeps, detections)


def follow(tracker: Tracker, scans: Sequence[Scan]) -> list[Picture]:
    """Work scans in one by one; the picture as known just after each."""
    pictures = []
    for one in scans:
        tracker.advance(one)
        end_ns = int(one.sweeps.end_ns.max())
        tracker.tick(end_ns + 1)
        pictures.append(tracker.picture(end_ns))
    return pictures


def tracker_of(*sensors: Sensor, model: Model | None = None, dimensions: int = 2, **tracking: float) -> Tracker:
    """A tracker over a flat site."""
    return Tracker(flat(*sensors, dimensions=dimensions, **tracking), model)
