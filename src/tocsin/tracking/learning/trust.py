"""A sensor whose plots lie further off than it says, by the measure of every other sensor, counts for less.

Each plot of a track is compared with where the sensors before it had put the track. The mean squared residual per
scalar is 1 where both are as good as they say. A sensor is judged by the partner with whom it agrees best: one that is
wrong agrees with nobody, one that is right agrees with those that are right. (Of two sensors alone, either may be the
one: both are weighed down, and a person is told.)
"""

import numpy as np

from tocsin.messages import Flags, Floats, Notice
from tocsin.settings import Sensor
from tocsin.tracking.kernels.learning.columns import Learned

HALF_LIFE_S = 120.0
ENOUGH = 40.0  # scalars with one partner, from which its word counts
BEGIN, END = 2.0, 1.5  # mean squared residual from which a sensor is weighed down, and below which no more: hysteresis
FACTOR_MOST = 25.0  # five times its sigma: it is weighed down, never shut out


def weigh(learned: Learned, unsettled: Flags, dt_s: float, *, applied: bool) -> None:
    """Set the factor of each sensor's variances from the residuals since the last beat.

    unsettled (S,): sensors whose offsets are still being found; what they are off by until then is not held against
    them, nor against those who are compared with them.
    """
    learned.strained[:] = learned.strained * 0.5 ** (dt_s / HALF_LIFE_S) + learned.strain
    learned.strain[:] = 0.0
    learned.strained[unsettled] = 0.0
    if learned.strained.shape[1] == len(unsettled):
        learned.strained[:, unsettled] = 0.0
    if not applied:
        return
    mean = best_word(learned.strained)
    heavy = mean > np.where(learned.factor > 1.0, END, BEGIN)
    factor = np.where(heavy, np.minimum(mean, FACTOR_MOST), 1.0)
    learned.factor[:] = np.where(np.isnan(mean), learned.factor, factor)  # where nobody can say: as it was


def notice(sensor: Sensor, factor: float, time_ns: int) -> Notice:
    """A line of evidence for a sensor that counts for less now (factor above 1), or fully again."""
    if factor <= 1.0:
        return Notice(time_ns, "sensor", sensor.name, "counts fully again: its plots lie where it says")
    text = (
        f"weighed down: its plots lie {factor**0.5:.1f} times as far off as it says. Check its alignment, its clock and"
        " its sigmas; until then its variances count so much more"
    )
    return Notice(time_ns, "sensor", sensor.name, text)


def best_word(strained: Floats) -> Floats:
    """(S,) the smallest mean squared residual with any partner that says enough; NaN where none does."""
    squares, scalars = strained[:, :, 0], strained[:, :, 1]
    means = np.where(scalars >= ENOUGH, squares / np.maximum(scalars, 1.0), np.inf)
    best = means.min(axis=1)
    return np.where(np.isfinite(best), best, np.nan)
