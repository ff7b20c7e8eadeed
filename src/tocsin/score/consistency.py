"""Does a filter know how wrong it is? Normalised squared errors (NEES, of states; NIS, of innovations) with bounds.

Source: Bar-Shalom, Li and Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), section 5.4. For
a consistent filter e' P**-1 e is chi-square with as many degrees as e has components: its mean is that number, and the
mean of k independent ones lies in chi2(k n) / k. Above the bounds a filter is too sure of itself, below too unsure.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from tocsin.messages import Floats, Ints

PROBABILITY = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Consistency:
    """Normalised squares over steps: the mean at each step, and the bounds that hold `probability` of such means.

    `mean`, `low` and `high` are NaN at steps without any; `count` says how many there were. `degrees` is what the mean
    of a consistent filter is. `overall`, `overall_low` and `overall_high` are the same over all of them; `median` is
    of all of them, so that a few rows that are far off do not move it, and `median_right` that of a consistent filter.
    """

    degrees: int
    probability: float
    count: Ints
    mean: Floats
    low: Floats
    high: Floats
    overall: float
    overall_low: float
    overall_high: float
    median: float
    median_right: float
    unusable: int

    @property
    def inside(self) -> float:
        """The share of steps whose mean lies inside its bounds; NaN where there is none."""
        there = self.count > 0
        within = (self.mean >= self.low) & (self.mean <= self.high)
        return float(within[there].mean()) if there.any() else float("nan")


def normalised_squares(errors: Floats, covariances: Floats) -> Floats:
    """The square e' P**-1 e for errors (k, n) and covariances (k, n, n); NaN where P is not positive
    definite or not finite.

    NEES with a state's error and covariance, NIS with an innovation and its covariance.
    """
    out = np.full(len(errors), np.nan)
    finite = np.isfinite(errors).all(axis=1) & np.isfinite(covariances).all(axis=(1, 2))
    rows = np.flatnonzero(finite)
    rows = rows[np.linalg.eigvalsh(covariances[rows])[:, 0] > 0.0] if len(rows) else rows
    if len(rows):
        solved = np.linalg.solve(covariances[rows], errors[rows][:, :, None])[:, :, 0]
        out[rows] = (errors[rows] * solved).sum(axis=1)
    return out


def independent_squares(errors: Floats, sigmas: Floats) -> tuple[Floats, int]:
    """Sum over axes of (e / sigma)**2 for (k, n), and n: axes without an error or a sigma anywhere are left out.

    Its mean is n for a consistent filter however the axes are correlated; only its spread depends on that.
    """
    axes = np.isfinite(errors).any(axis=0) & np.isfinite(sigmas).any(axis=0)
    e, s = errors[:, axes], sigmas[:, axes]
    usable = np.isfinite(e) & np.isfinite(s) & (s > 0.0)
    squares = np.where(usable, e / np.where(usable, s, 1.0), np.nan) ** 2
    return squares.sum(axis=1), int(axes.sum())


def consistency(squares: Floats, degrees: int, step: Ints, steps: int, probability: float = PROBABILITY) -> Consistency:
    """Means and bounds from normalised squares (k,), NaN ones counted as unusable, and the step of each."""
    usable = np.isfinite(squares)
    count = np.bincount(step[usable], minlength=steps)
    total = np.bincount(step[usable], squares[usable], steps).astype(np.float64)
    low, high = mean_bounds(degrees, count, probability)
    everything = np.array([int(count.sum())])
    overall_low, overall_high = mean_bounds(degrees, everything, probability)
    return Consistency(
        degrees=degrees,
        probability=probability,
        count=count,
        mean=_over(total, count),
        low=low,
        high=high,
        overall=float(_over(np.array([total.sum()]), everything)[0]),
        overall_low=float(overall_low[0]),
        overall_high=float(overall_high[0]),
        median=float(np.median(squares[usable])) if usable.any() else float("nan"),
        median_right=float(chi2_quantile(0.5, degrees)) if degrees > 0 else float("nan"),
        unusable=int((~usable).sum()),
    )


def chi2_quantile(probability: float, degrees: Ints | int) -> Floats:
    """The chi-square law's quantile. That of scipy.stats is the same to the last bit, and takes 1.5 s to import."""
    return np.asarray(2.0 * gammaincinv(np.asarray(degrees) / 2.0, probability))


def mean_bounds(degrees: int, count: Ints, probability: float = PROBABILITY) -> tuple[Floats, Floats]:
    """Between which values the mean of `count` independent normalised squares lies; NaN where there are none."""
    free = np.maximum(count, 1) * max(degrees, 1)
    tail = (1.0 - probability) / 2.0
    there = (count > 0) & (degrees > 0)
    low, high = (np.where(there, chi2_quantile(q, free) / np.maximum(count, 1), np.nan) for q in (tail, 1.0 - tail))
    return low, high


def _over(total: Floats, count: Ints) -> Floats:
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
