"""Between what a rate or a share may really lie, given what was counted.

Poisson: Garwood, Biometrika 28 (1936). Shares: Clopper and Pearson, Biometrika 26 (1934). Both are exact: they hold at
least as often as they say. Counts that come in bursts from one aircraft are no Poisson counts: bootstrap over aircraft.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from tocsin.messages import Floats, Ints
from tocsin.score.consistency import chi2_quantile

PROBABILITY = 0.95
RESAMPLED = 2_000


@dataclass(frozen=True, slots=True)
class Bounded:
    """An estimate and its two-sided bounds; NaN where there is nothing to estimate from."""

    value: float
    low: float
    high: float
    count: int
    of: float


def share(count: int, of: int, probability: float = PROBABILITY) -> Bounded:
    """`count` of `of`, with Clopper-Pearson bounds."""
    if not of:
        return Bounded(float("nan"), float("nan"), float("nan"), count, of)
    tail = (1.0 - probability) / 2.0
    low = float(betaincinv(count, of - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1.0 - tail)) if count < of else 1.0
    return Bounded(count / of, low, high, count, of)


def rate(count: int, exposure: float, probability: float = PROBABILITY) -> Bounded:
    """`count` in an exposure (place-days, hours), with Garwood bounds: none counted still leaves a highest rate."""
    if exposure <= 0.0:
        return Bounded(float("nan"), float("nan"), float("nan"), count, exposure)
    tail = (1.0 - probability) / 2.0
    low = float(chi2_quantile(tail, 2 * count)) / 2.0 if count else 0.0
    high = float(chi2_quantile(1.0 - tail, 2 * count + 2)) / 2.0
    return Bounded(count / exposure, low / exposure, high / exposure, count, exposure)


def resampled(counts: Ints, exposure: float, seed: int = 1, probability: float = PROBABILITY) -> Bounded:
    """The rate of events when each object brought `counts` of them: objects are drawn again, with replacement.

    Bounds are percentiles over RESAMPLED draws; where nothing was counted they are 0 and say nothing: use `rate`.
    """
    total = int(counts.sum())
    if exposure <= 0.0 or not len(counts):
        return Bounded(float("nan"), float("nan"), float("nan"), total, exposure)
    rng = np.random.default_rng(seed)
    # drawing n objects with replacement is a multinomial over the values that counts take
    values, objects = np.unique(counts, return_counts=True)
    drawn = rng.multinomial(len(counts), objects / len(counts), RESAMPLED) * values
    tail = (1.0 - probability) / 2.0
    low, high = (float(one) for one in np.quantile(drawn.sum(axis=1), (tail, 1.0 - tail)))
    return Bounded(total / exposure, low / exposure, high / exposure, total, exposure)


def quantile(values: Floats, at: float) -> float:
    """A quantile; NaN without values, and never between a number and infinity."""
    if not len(values):
        return float("nan")
    return float(np.quantile(values, at, method="higher" if np.isinf(values).any() else "linear"))
