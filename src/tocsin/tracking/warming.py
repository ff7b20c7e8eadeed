"""Compiling ahead: two scans through a tracker reach every kernel."""

import numpy as np

from tocsin.messages import Detections, Scan, Sweeps
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000


def warm() -> None:
    """Compile every kernel for both kinds of frame (the compiled code is the same) on two detections."""
    sensor = Sensor("warm", "position", sigma={"east_m": 10.0, "north_m": 10.0}, clutter_per_scan=1.0)
    tracker = Tracker(Settings(frame=Frame("local", 2), sensors=(sensor,)))
    for turn in range(1, 3):
        tracker.advance(_scan(turn * SECOND_NS))
    tracker.tick(3 * SECOND_NS)


def _scan(time_ns: int) -> Scan:
    one, nan = np.full(1, time_ns), np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan, np.ones(1, np.bool_))
    times = np.full(2, time_ns)
    values = {"east_m": np.array([0.0, 900.0]), "north_m": np.array([0.0, 0.0])}
    return Scan("warm", time_ns, ("warm",), sweeps, Detections(np.zeros(2, np.int32), times, times, values))
