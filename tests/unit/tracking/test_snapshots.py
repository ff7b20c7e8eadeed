"""A snapshot is a copy: later work does not change it, and going back to it is going back in every bit."""

import numpy as np

from tests.tracks import flat, ns, scan, sensor
from tocsin.tracking.tracker import Tracker


def test_going_back_to_a_snapshot_and_working_the_same_again_gives_the_same_bits() -> None:
    tracker = Tracker(flat(sensor(clutter_per_scan=3.0)))
    rng = np.random.default_rng(1)
    scans = [scan("lab", 100.0 + k, rng.uniform(-2e3, 2e3, (20, 2))) for k in range(8)]
    for one in scans[:4]:
        tracker.advance(one)
    tracker.tick(ns(103.5))
    looks, snapshot = tracker.state.looks.watermark_ns, tracker.state.copy()
    for one in scans[4:]:
        tracker.advance(one)
    tracker.tick(ns(108.0))
    first = tracker.digest()
    tracker.state.restore(snapshot)
    tracker._index.meta[0] = -(2**62)  # the index is no state: it is built anew
    tracker.state.looks.watermark_ns, tracker.state.looks.arrived = looks, 80
    for one in scans[4:]:
        tracker.advance(one)
    tracker.tick(ns(108.0))
    assert tracker.digest() == first
