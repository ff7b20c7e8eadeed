"""What one sensor does to tracks: several plots of a target, two targets in one cell, and how sure the filter is.

python -m benchmarks.engine.sensing plots 10         a radar that makes 2.5 plots of a target: tracks for each target
python -m benchmarks.engine.sensing pair 50          two drones that are one plot for 60 s: their numbers after
python -m benchmarks.engine.sensing consistency 10   normalised errors and innovations against their 99.9 % bounds

The last number: how many seeds, from 1 on. Flat earth, distances in metres.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2

from tocsin.messages import Detections, Floats, Picture, Scan, Sweeps, TrackState
from tocsin.models.model import Mode, Model
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking import warm
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
DRONES = Model((Mode("steady", 0.2, 0.2),), speed_mps=60.0)
SIGMA_M, SIGMA_RAD = 30.0, 0.002
CELL_M, CELL_RAD = 150.0, 0.02  # what the radar resolves
TURN_S, FALSE, PD, PLOTS = 2.0, 5.0, 0.9, 2.5
STEADY = Model((Mode("steady", 1.0, 1.0),), speed_mps=50.0)


def radar(multiplicity: str = "one") -> Sensor:
    """A radar in the middle, without elevation."""
    return Sensor(
        "one",
        "radar",
        east_m=0.0,
        north_m=0.0,
        max_range_m=40_000.0,
        period_s=TURN_S,
        sigma={"range_m": SIGMA_M, "azimuth_rad": SIGMA_RAD},
        detection_probability=PD,
        clutter_per_scan=FALSE,
        resolution_range_m=CELL_M,
        resolution_azimuth_rad=CELL_RAD,
        multiplicity=multiplicity,
    )


def tracker_of(sensor: Sensor, model: Model) -> Tracker:
    """A tracker of one sensor in the plane."""
    return Tracker(Settings(frame=Frame("local", 2), sensors=(sensor,), tracking=Tracking(hold_s=0.0)), model)


def look(time_s: float, columns: dict[str, Floats]) -> Scan:
    """One look of the sensor, all at one time."""
    count, time_ns = len(next(iter(columns.values()))), round(time_s * SECOND_NS)
    times, one, nan = np.full(count, time_ns), np.full(1, time_ns), np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan.copy(), np.ones(1, np.bool_))
    detections = Detections(np.zeros(count, np.int32), times, times.copy(), columns)
    return Scan("bench", time_ns, ("one",), sweeps, detections)


def turn(time_s: float, places: Floats, rng: np.random.Generator) -> Scan:
    """Plots of places (n, 2) that were seen, and false ones over a square of 50 km."""
    false = rng.uniform(-25_000.0, 25_000.0, (rng.poisson(FALSE), 2))
    east, north = np.concatenate([places, false]).T
    range_m = np.hypot(east, north) + SIGMA_M * rng.standard_normal(len(east))
    azimuth = np.mod(np.arctan2(east, north) + SIGMA_RAD * rng.standard_normal(len(east)), 2.0 * np.pi)
    return look(time_s, {"range_m": np.maximum(range_m, 1.0), "azimuth_rad": azimuth})


def pictures(tracker: Tracker, scans: Iterator[Scan]) -> Iterator[Picture]:
    """The picture after each scan."""
    for scan in scans:
        tracker.advance(scan)
        tracker.tick(scan.received_ns + 1)
        yield tracker.picture(scan.received_ns)


def confirmed(picture: Picture) -> set[int]:
    """Numbers of what is shown as there."""
    there = (picture.state != TrackState.LOST) & (picture.state != TrackState.TENTATIVE)
    return {int(number) for number in picture.track[there]}


def plots(seeds: int) -> None:
    """Confirmed tracks for each target, from half a minute on."""
    shares, numbers = [], []
    for seed in range(1, seeds + 1):
        rng = np.random.default_rng(seed)
        start, velocity = rng.uniform(-15_000.0, 15_000.0, (12, 2)), rng.uniform(-40.0, 40.0, (12, 2))

        def scans(rng: np.random.Generator = rng, at: Floats = start, v: Floats = velocity) -> Iterator[Scan]:
            for k in range(90):
                seen = (at + TURN_S * k * v)[rng.random(len(at)) < PD]
                yield turn(100.0 + TURN_S * k, np.repeat(seen, 1 + rng.poisson(PLOTS - 1.0, len(seen)), axis=0), rng)

        shown = [confirmed(picture) for picture in pictures(tracker_of(radar("several"), DRONES), scans())][15:]
        shares.append(float(np.mean([len(one) for one in shown])) / len(start))
        numbers.append(len(set().union(*shown)) / len(start))
    print(f"{PLOTS} plots a target, {seeds} seeds of 12 targets and 180 s:", end=" ")
    print(f"{np.mean(shares):.3f} confirmed tracks a target (worst seed {max(shares):.3f});", end=" ")
    print(f"{np.mean(numbers):.3f} numbers a target in all that time")


@dataclass
class Pairs:
    """How the pairs came out."""

    both: int = 0  # with the two numbers they went in with
    group: int = 0  # else, but shown as a group of at least two in the end
    stated: int = 0  # shown as a group of at least two for all of the time in one cell, but its first 10 s
    right: int = 0  # with their own numbers: each with its own
    said: int = 0  # may have swapped, says the picture


def pair(seeds: int) -> None:
    """Two drones side by side close up, fly 60 s within one cell, and part again."""
    out = Pairs()
    for seed in range(1, seeds + 1):
        rng = np.random.default_rng([2, seed])
        wide = [30.0 + 15.0 * (max(0.0, 60.0 - t) + max(0.0, t - 120.0)) for t in TURN_S * np.arange(90)]

        def scans(rng: np.random.Generator = rng, wide: list[float] = wide) -> Iterator[Scan]:
            for k, width in enumerate(wide):
                yield turn(100.0 + TURN_S * k, _resolved(_both(k, width), rng), rng)

        seen = list(pictures(tracker_of(radar(), DRONES), scans()))
        before, after = confirmed(seen[20]), confirmed(seen[-1])
        kept = np.isin(seen[-1].track, list(before))
        out.both += len(before) == 2 and before <= after
        out.group += not before <= after and bool((seen[-1].group_min >= 2).any())
        out.stated += all(_stated(picture, before) for picture in seen[35:59])
        out.right += len(before) == 2 and before <= after and _order(seen[20], before) == _order(seen[-1], before)
        out.said += bool(kept.any()) and bool((seen[-1].swapped[kept] >= 0).all())
    print(f"two drones, one plot for 60 s, {seeds} seeds: out with their two numbers {out.both}", end=", ")
    print(f"else as a group {out.group}; shown as a group of two all the time {out.stated};", end=" ")
    print(f"each with its own number {out.right}; said that they may have swapped {out.said}")


def _both(k: int, wide: float) -> Floats:
    middle = np.array([6_000.0, 2_000.0 + 40.0 * TURN_S * k])
    return np.asarray(middle + np.array([[-0.5 * wide, 0.0], [0.5 * wide, 0.0]]))


def _resolved(places: Floats, rng: np.random.Generator) -> Floats:
    r, a = np.hypot(*places.T), np.arctan2(*places.T)
    if abs(r[0] - r[1]) < CELL_M and abs(a[0] - a[1]) < CELL_RAD:
        places = places.mean(axis=0)[None]
    return places[rng.random(len(places)) < PD]


def _stated(picture: Picture, numbers: set[int]) -> bool:
    rows = np.isin(picture.track, list(numbers))
    return int(rows.sum()) == len(numbers) and bool((picture.group_min[rows] >= 2).all())


def _order(picture: Picture, numbers: set[int]) -> list[int]:
    rows = np.flatnonzero(np.isin(picture.track, list(numbers)))
    return [int(picture.track[row]) for row in rows[np.argsort(picture.position_m[rows, 0])]]


def consistency(seeds: int) -> None:
    """Filter alone: Pd 1, no clutter, 40 targets 20 km apart; bounds of the mean over targets, and over time."""
    nees, nis, steps, n = [], [], 60, 40
    for seed in range(1, seeds + 1):
        rng = np.random.default_rng([3, seed])
        sensor = Sensor(
            "one", "position", sigma={"east_m": 10.0, "north_m": 10.0}, detection_probability=1.0 - 1e-9,
            clutter_per_scan=1e-9, max_range_m=1e6,
        )  # fmt: skip
        tracker = tracker_of(replace(sensor), STEADY)
        truth = _flights(n, steps, rng)
        for k, x in enumerate(truth):
            time_s, z = 100.0 + k, x[:, :2] + 10.0 * rng.standard_normal((n, 2))
            if k >= 10:
                before = tracker.picture(round(time_s * SECOND_NS))
                nis.append(_squares(before, z, 10.0))
            (after,) = pictures(tracker, iter([look(time_s, {"east_m": z[:, 0].copy(), "north_m": z[:, 1].copy()})]))
            if k >= 10:
                nees.append(_squares(after, x, 0.0))
    for name, squares, degrees in (("NEES", np.array(nees), 4), ("NIS", np.array(nis), 2)):
        mean, dof = squares.mean(axis=1), degrees * n
        low, high = float(chi2.ppf(0.0005, dof)) / n, float(chi2.ppf(0.9995, dof)) / n
        inside = 100.0 * np.mean((mean > low) & (mean < high))
        print(f"{name}, {seeds} seeds of {n} targets and {steps - 10} looks:", end=" ")
        print(f"mean {squares.mean():.3f} ({degrees} is right);", end=" ")
        print(f"of single looks {inside:.2f} % inside {low:.2f} to {high:.2f}")
    spread = np.array(nis).mean(axis=0)  # innovations of one target do not follow each other: bounds over time hold
    low, high = float(chi2.ppf(0.0005, 2 * len(nis))) / len(nis), float(chi2.ppf(0.9995, 2 * len(nis))) / len(nis)
    print(f"NIS averaged over time: {spread.min():.3f} to {spread.max():.3f} by target, bounds {low:.3f} to {high:.3f}")


def _flights(n: int, steps: int, rng: np.random.Generator) -> Floats:
    """Truth (steps, n, 4: east, north, velocities) of targets that move as the model says."""
    f = np.kron(np.array([[1.0, 1.0], [0.0, 1.0]]), np.eye(2))
    root = np.linalg.cholesky(np.kron(np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2)))
    x = np.concatenate([20_000.0 * np.arange(n)[:, None] * [1.0, 0.0], 50.0 * rng.standard_normal((n, 2))], axis=1)
    truth = [x]
    for _ in range(steps - 1):
        x = x @ f.T + rng.standard_normal((n, 4)) @ root.T
        truth.append(x)
    return np.array(truth)


def _squares(picture: Picture, what: Floats, sigma_m: float) -> Floats:
    """Squared Mahalanobis distances (n,) of states (n, 4) or, with a sigma, of detections (n, 2)."""
    full = np.zeros((len(picture), 6, 6))
    upper = np.triu_indices(6)
    full[:, upper[0], upper[1]] = picture.covariance
    full[:, upper[1], upper[0]] = picture.covariance
    some = [0, 1, 3, 4][: what.shape[1]] if what.shape[1] == 4 else [0, 1]
    found = np.concatenate([picture.position_m, picture.velocity_mps], axis=1)[:, some]
    i, j = linear_sum_assignment(np.abs(what[:, None, 0] - found[None, :, 0]))
    off = found[j] - what[i]
    cov = full[j][:, some][:, :, some] + sigma_m**2 * np.eye(len(some))
    return np.asarray(np.einsum("na,na->n", off, np.linalg.solve(cov, off[:, :, None])[:, :, 0]))


def main() -> None:
    """One measurement."""
    known = {"plots": plots, "pair": pair, "consistency": consistency}
    if len(sys.argv) != 3 or sys.argv[1] not in known:
        sys.exit(__doc__)
    warm()
    known[sys.argv[1]](int(sys.argv[2]))


if __name__ == "__main__":
    main()
