"""Sensors that look at the same time are worked in the order of the site file; the order hardly matters."""

from dataclasses import replace

import numpy as np

from tests.tracks import follow, scan, sensor, tracker_of
from tocsin.messages import Detections, Floats, Scan, Sweeps, TrackState


def error(names: tuple[str, ...], scans: list[list[Scan]], truth: list[Floats]) -> float:
    """Root mean square distance of confirmed tracks from the nearest target, over time."""
    tracker = tracker_of(*(sensor(name) for name in names))
    squares: list[float] = []
    for looks, places in zip(scans, truth, strict=True):
        picture = follow(tracker, looks)[-1]
        found = picture.position_m[picture.state == TrackState.CONFIRMED, :2]
        squares += (((places - found[:, None]) ** 2).sum(axis=2).min(axis=1)).tolist()
    assert len(squares) > 60
    return float(np.sqrt(np.mean(squares)))


def test_the_order_of_sensors_that_look_at_the_same_time_changes_the_error_by_less_than_a_hundredth() -> None:
    rng = np.random.default_rng(11)
    start = rng.uniform(-5_000.0, 5_000.0, (6, 2))
    velocity = rng.uniform(-60.0, 60.0, (6, 2))
    scans, truth = [], []
    for k in range(20):
        now = start + velocity * k
        looks = []
        for name in ("one", "two", "three"):
            seen = now[rng.random(6) < 0.9]
            false = rng.uniform(-10_000.0, 10_000.0, (rng.poisson(1.0), 2))
            looks.append(scan(name, 100.0 + k, np.concatenate([seen + 10.0 * rng.standard_normal(seen.shape), false])))
        scans.append(looks)
        truth.append(now)
    # all three come before time passes, whatever the order in the site file
    batches = [[_together(looks)] for looks in scans]
    forward = error(("one", "two", "three"), batches, truth)
    backward = error(("three", "two", "one"), batches, truth)
    assert forward != backward
    assert abs(backward / forward - 1.0) < 0.01


def _together(looks: list[Scan]) -> Scan:
    """Three sensors' looks as one scan."""
    sweeps = Sweeps(*(np.concatenate([getattr(one.sweeps, name) for one in looks]) for name in Sweeps.__slots__))
    sweeps = replace(sweeps, sensor=np.arange(len(looks), dtype=np.int32))
    detections = Detections(
        np.concatenate([np.full(len(one.detections), i, np.int32) for i, one in enumerate(looks)]),
        np.concatenate([one.detections.time_ns for one in looks]),
        np.concatenate([one.detections.received_ns for one in looks]),
        {name: np.concatenate([one.detections.values[name] for one in looks]) for name in looks[0].detections.values},
    )
    names = tuple(one.sensors[0] for one in looks)
    return replace(looks[0], sensors=names, sweeps=sweeps, detections=detections)
