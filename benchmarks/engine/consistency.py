"""How sure is the filter? Normalised errors and innovations against their 99.9 % bounds. Never a test.

    python -m benchmarks.engine.consistency 10      seeds, from 1 on

Filter alone: Pd 1, no clutter, 40 targets 20 km apart on a line that move as the model says, positions to 10 m, once a
second. NEES is of position and velocity after a look, NIS of a detection before it.
"""

import sys
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2

from benchmarks.traffic import look
from tocsin.messages import Floats, Picture
from tocsin.models.model import Mode, Model
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking import warm
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
TARGETS, STEPS, FIRST, SIGMA_M = 40, 60, 10, 10.0
MODEL = Model((Mode("steady", 1.0, 1.0),), speed_mps=50.0)
SENSOR = Sensor(
    "bench",
    "position",
    sigma={"east_m": SIGMA_M, "north_m": SIGMA_M},
    detection_probability=1.0 - 1e-9,
    clutter_per_scan=1e-9,
    max_range_m=1e6,
)


@dataclass
class Found:
    """Squares (targets,) of each look."""

    nees: list[Floats] = field(default_factory=list)
    nis: list[Floats] = field(default_factory=list)


def night(seed: int, found: Found) -> None:
    """One seed."""
    rng = np.random.default_rng([3, seed])
    tracker = Tracker(Settings(frame=Frame("local", 2), sensors=(SENSOR,), tracking=Tracking(hold_s=0.0)), MODEL)
    for k, x in enumerate(_flights(rng)):
        time_ns, z = (100 + k) * SECOND_NS, x[:, :2] + SIGMA_M * rng.standard_normal((TARGETS, 2))
        before = tracker.picture(time_ns)
        tracker.advance(look(time_ns, z))
        tracker.tick(time_ns + 1)
        if k >= FIRST:
            found.nis.append(_squares(before, z, SIGMA_M))
            found.nees.append(_squares(tracker.picture(time_ns), x, 0.0))


def told(name: str, squares: Floats, degrees: int) -> None:
    """The mean of all, and how many looks lie inside the bounds of the mean over targets."""
    mean, dof = squares.mean(axis=1), degrees * TARGETS
    low, high = float(chi2.ppf(0.0005, dof)) / TARGETS, float(chi2.ppf(0.9995, dof)) / TARGETS
    inside = 100.0 * np.mean((mean > low) & (mean < high))
    print(f"{name}: mean {squares.mean():.3f} ({degrees} is right); of {len(squares)} looks", end=" ")
    print(f"{inside:.1f} % inside {low:.2f} to {high:.2f}")


def _flights(rng: np.random.Generator) -> Floats:
    """Truth (steps, targets, 4: east, north, velocities) of targets that move as the model says."""
    f = np.kron(np.array([[1.0, 1.0], [0.0, 1.0]]), np.eye(2))
    root = np.linalg.cholesky(np.kron(np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2)))
    x = np.concatenate(
        [20_000.0 * np.arange(TARGETS)[:, None] * [1.0, 0.0], 50.0 * rng.standard_normal((TARGETS, 2))], axis=1
    )
    truth = [x]
    for _ in range(STEPS - 1):
        x = x @ f.T + rng.standard_normal((TARGETS, 4)) @ root.T
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
    """Measure."""
    seeds, found = int(sys.argv[1]) if len(sys.argv) > 1 else 10, Found()
    warm()
    for seed in range(1, seeds + 1):
        night(seed, found)
    told("NEES", np.array(found.nees), 4)
    told("NIS", np.array(found.nis), 2)
    # innovations of one target do not follow each other: bounds over time hold as well
    mean, dof = np.array(found.nis).mean(axis=0), 2 * len(found.nis)
    low, high = float(chi2.ppf(0.0005, dof)) / len(found.nis), float(chi2.ppf(0.9995, dof)) / len(found.nis)
    print(f"NIS averaged over time, by target: {mean.min():.3f} to {mean.max():.3f}, bounds {low:.3f} to {high:.3f}")


if __name__ == "__main__":
    main()
