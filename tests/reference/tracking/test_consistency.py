"""Is the filter as sure as it may be? Normalised errors against their bounds, and sensors in another order."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2

from tests.tracks import INTERPRETED, follow, ns, scan, sensor, tracker_of
from tocsin.messages import Floats, Picture
from tocsin.models.model import Mode, Model

NOISE = 1.0
MODEL = Model((Mode("steady", NOISE, NOISE),), speed_mps=50.0)


def flights(n: int, steps: int, rng: np.random.Generator) -> Floats:
    """Truth (steps, n, 4: east, north, velocities) of targets far apart that move as the model says."""
    one = np.array([[1.0, 1.0], [0.0, 1.0]])
    f = np.kron(one, np.eye(2))
    root = np.linalg.cholesky(np.kron(NOISE * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2)))
    x = np.concatenate([20_000.0 * np.arange(n)[:, None] * [1.0, 0.0], 50.0 * rng.standard_normal((n, 2))], axis=1)
    truth = [x]
    for _ in range(steps - 1):
        x = x @ f.T + rng.standard_normal((n, 4)) @ root.T
        truth.append(x)
    return np.array(truth)


def covariances(picture: Picture) -> Floats:
    full = np.zeros((len(picture), 6, 6))
    upper = np.triu_indices(6)
    full[:, upper[0], upper[1]] = picture.covariance
    full[:, upper[1], upper[0]] = picture.covariance
    plane = [0, 1, 3, 4]
    return full[:, plane][:, :, plane]


def test_errors_are_as_large_as_the_filter_says_where_all_is_seen_and_nothing_is_false() -> None:
    n, steps = (6, 30) if INTERPRETED else (40, 60)
    rng = np.random.default_rng(7)
    truth = flights(n, steps, rng)
    one = sensor(detection_probability=1.0 - 1e-9, clutter_per_scan=1e-9, max_range_m=1e6)
    scans = [scan("lab", 100.0 + k, x[:, :2] + 10.0 * rng.standard_normal((n, 2))) for k, x in enumerate(truth)]
    squares = []
    for x, picture in list(zip(truth, follow(tracker_of(one, model=MODEL), scans), strict=True))[10:]:
        assert len(picture) == n
        order = np.argsort(picture.position_m[:, 0])
        found = np.concatenate([picture.position_m[:, :2], picture.velocity_mps[:, :2]], axis=1)[order]
        error = found - x[np.argsort(x[:, 0])]
        cov = covariances(picture)[order]
        squares.append(np.einsum("ni,ni->n", error, np.linalg.solve(cov, error[:, :, None])[:, :, 0]))
    # errors of one target follow each other; averaged over targets, each step alone is a chi-squared of 4 n degrees
    mean = np.mean(squares, axis=1)
    assert (mean > float(chi2.ppf(0.0005, 4 * n)) / n).all()
    assert (mean < float(chi2.ppf(0.9995, 4 * n)) / n).all()


def gospa(truth: Floats, found: Floats, c: float = 100.0) -> float:
    cost = np.minimum(np.linalg.norm(truth[:, None] - found[None], axis=2), c) ** 2
    i, j = linear_sum_assignment(cost)
    near = cost[i, j] < c * c
    return float(np.sqrt(cost[i, j][near].sum() + c * c / 2.0 * (len(truth) + len(found) - 2 * near.sum())))


def mean_gospa(truth: Floats, scans: Sequence[Sequence[Floats]], order: Sequence[int]) -> float:
    """Mean GOSPA when sensors that look at the same time are declared, and so worked, in this order."""
    names = ("first", "second", "third")
    sensors = [sensor(name, clutter_per_scan=3.0, max_range_m=3e5) for name in names]
    tracker = tracker_of(*[sensors[i] for i in order], model=MODEL)
    scores = []
    for k, looks in enumerate(scans):
        for name, z in zip(names, looks, strict=True):
            tracker.advance(scan(name, 100.0 + k, z))
        tracker.tick(ns(100.0 + k) + 1)
        picture = tracker.picture(ns(100.0 + k))
        if k >= 5:
            scores.append(gospa(truth[k][:, :2], picture.position_m[:, :2]))
    return float(np.mean(scores))


def test_the_order_of_sensors_at_the_same_time_changes_gospa_by_less_than_a_hundredth() -> None:
    rng = np.random.default_rng(11)
    n, steps = (5, 20) if INTERPRETED else (12, 40)
    truth = flights(n, steps, rng)
    span = 20_000.0 * n
    scans = []
    for x in truth:
        seen = [x[rng.random(n) < 0.9][:, :2] for _ in range(3)]
        false = [np.column_stack([rng.uniform(0, span, 3), rng.uniform(-1e4, 1e4, 3)]) for _ in range(3)]
        noisy = [z + 10.0 * rng.standard_normal(z.shape) for z in seen]
        scans.append([np.concatenate(pair) for pair in zip(noisy, false, strict=True)])
    one, other = mean_gospa(truth, scans, (0, 1, 2)), mean_gospa(truth, scans, (2, 0, 1))
    assert abs(one - other) < 0.01 * one
