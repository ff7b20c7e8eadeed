"""Peers on the same traffic, each in an environment of its own: started by benchmarks.engine, never imported by it.

    .cache/stonesoup/bin/python benchmarks/engine/peers.py gnn TRAFFIC.npz OUT.npz       Stone Soup: GNN 2-D + kd-tree
    .cache/stonesoup/bin/python benchmarks/engine/peers.py jpda TRAFFIC.npz OUT.npz      JPDA with EHM2 + kd-tree
    .cache/norfair/bin/python benchmarks/engine/peers.py norfair TRAFFIC.npz OUT.npz

Settings were chosen on seed 1 and are the same for all traffic. Processor seconds of the tracker alone; making its
objects is not timed.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

# before NumPy is loaded: one thread
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
import numpy as np  # noqa: E402

Row = tuple[int, int, float, float]
BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001  Stone Soup knows no zones


def stonesoup(config: str, told: dict[str, Any], scans: list[np.ndarray]) -> tuple[list[Row], float]:
    """Constant velocity, Mahalanobis gate, three detections to begin, three misses to end: as it is usually set up."""
    from stonesoup.dataassociator.probability import JPDAwithEHM2  # noqa: PLC0415
    from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D, DetectionKDTreeMixIn  # noqa: PLC0415
    from stonesoup.deleter.time import UpdateTimeStepsDeleter  # noqa: PLC0415
    from stonesoup.hypothesiser.distance import DistanceHypothesiser  # noqa: PLC0415
    from stonesoup.hypothesiser.probability import PDAHypothesiser  # noqa: PLC0415
    from stonesoup.initiator.simple import MultiMeasurementInitiator  # noqa: PLC0415
    from stonesoup.measures import Mahalanobis  # noqa: PLC0415
    from stonesoup.models.measurement.linear import LinearGaussian  # noqa: PLC0415
    from stonesoup.models.transition.linear import (  # noqa: PLC0415
        CombinedLinearGaussianTransitionModel,
        ConstantVelocity,
    )
    from stonesoup.predictor.kalman import KalmanPredictor  # noqa: PLC0415
    from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker  # noqa: PLC0415
    from stonesoup.types.detection import Detection  # noqa: PLC0415
    from stonesoup.types.state import GaussianState  # noqa: PLC0415
    from stonesoup.updater.kalman import KalmanUpdater  # noqa: PLC0415

    measured = LinearGaussian(4, (0, 2), np.diag([told["sigma_m"] ** 2] * 2))
    moved = CombinedLinearGaussianTransitionModel([ConstantVelocity(told["noise"])] * 2)
    predictor, updater = KalmanPredictor(moved), KalmanUpdater(measured)
    prior = GaussianState([[0], [0], [0], [0]], np.diag([0, 120.0**2, 0, 120.0**2]))
    near = DistanceHypothesiser(predictor, updater, measure=Mahalanobis(), missed_distance=told["gate"])
    reach_m = told["speed_max_mps"] * told["period_s"] + 5.0 * told["sigma_m"]
    first = DetectionKDTreeGNN2D(near, predictor, updater, max_distance=reach_m)
    initiator = MultiMeasurementInitiator(prior, UpdateTimeStepsDeleter(2), first, updater, measured, min_points=3)
    scenes = []
    for k, z in enumerate(scans):
        at = BEGIN + timedelta(seconds=k * told["period_s"])
        found = {Detection(np.array([[x], [y]]), timestamp=at, measurement_model=measured) for x, y in z}
        scenes.append((at, found))
    deleter = UpdateTimeStepsDeleter(3)
    if config == "gnn":
        associator = DetectionKDTreeGNN2D(near, predictor, updater, max_distance=300.0)
        tracker = MultiTargetTracker(initiator, deleter, iter(scenes), associator, updater)
    else:
        likely = PDAHypothesiser(
            predictor,
            updater,
            clutter_spatial_density=told["clutter"] / told["area_m2"],
            prob_detect=told["pd"],
            prob_gate=0.99,
        )
        joined = type("KDTreeJPDAwithEHM2", (DetectionKDTreeMixIn, JPDAwithEHM2), {})
        associator = joined(likely, predictor, updater, max_distance=300.0)
        tracker = MultiTargetMixtureTracker(initiator, deleter, iter(scenes), associator, updater)
    rows: list[Row] = []
    numbers: dict[str, int] = {}
    seconds, steps = 0.0, iter(tracker)
    for k in range(len(scans)):
        begin = time.process_time()
        _, tracks = next(steps)
        seconds += time.process_time() - begin
        for track in tracks:
            x = np.asarray(track.state.mean, float).ravel()
            rows.append((k, numbers.setdefault(track.id, len(numbers)), float(x[0]), float(x[2])))
    return rows, seconds


def norfair(told: dict[str, Any], scans: list[np.ndarray]) -> tuple[list[Row], float]:
    """Points, Euclidean distance within a scan's reach of its filter, two detections to begin."""
    from norfair import Detection, OptimizedKalmanFilterFactory, Tracker  # noqa: PLC0415

    tracker = Tracker(
        distance_function="euclidean",
        distance_threshold=0.5 * told["speed_max_mps"] * told["period_s"] + 5.0 * told["sigma_m"],
        hit_counter_max=3,
        initialization_delay=2,
        filter_factory=OptimizedKalmanFilterFactory(R=4.0, Q=0.1),
    )
    rows: list[Row] = []
    seconds = 0.0
    for k, z in enumerate(scans):
        found = [Detection(points=one[None]) for one in z]
        begin = time.process_time()
        tracks = tracker.update(detections=found)
        seconds += time.process_time() - begin
        rows += [(k, track.id, *map(float, track.estimate[0])) for track in tracks]
    return rows, seconds


def cut(data: dict[str, np.ndarray]) -> Iterator[np.ndarray]:
    """The detections of each scan."""
    for k in range(int(data["step"].max()) + 1):
        yield data["place"][data["step"] == k]


def main() -> None:
    """Read, track, write."""
    config, source, target = sys.argv[1:4]
    data = dict(np.load(source))
    told, scans = json.loads(str(data["told"])), list(cut(data))
    rows, seconds = norfair(told, scans) if config == "norfair" else stonesoup(config, told, scans)
    table = np.array(rows).reshape(-1, 4)
    name = version("norfair" if config == "norfair" else "stonesoup")
    np.savez(
        target,
        step=table[:, 0].astype(int),
        number=table[:, 1].astype(int),
        place=table[:, 2:],
        seconds=seconds,
        version=name,
    )


if __name__ == "__main__":
    main()
