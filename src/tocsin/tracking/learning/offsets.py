"""Offsets of registered sensors between beats: they drift a little, and what is applied follows at a bounded rate."""

import numpy as np

from tocsin.messages import Flags, Floats, Ints
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.kernels.learning.columns import Learned

# Of range m, azimuth rad, elevation rad, clock s.
PRIOR_SIGMA = np.array([200.0, np.radians(0.6), np.radians(0.6), 0.4])  # a sensor that was set up with some care
DRIFT_SIGMA = np.array([3.0, np.radians(0.006), np.radians(0.006), 0.006])  # in ten minutes
RATE_MOST = np.array([2.0, np.radians(0.01), np.radians(0.01), 0.01])  # per second, of what is applied
APPLIED_MOST = 4.0 * PRIOR_SIGMA  # what is further off than that needs a person
KNOWN = 0.8  # an offset is applied once its sigma is less than this part of the prior's
TEN_MINUTES_S = 600.0
COMMON_SIGMA_S = 0.05  # what reports of aircraft are late by, all alike: their latency is made good to some hundredths
ON_ITS_WAY_S = 5.0  # what is applied is further behind than this: residuals say nothing yet


def prior(sensors: int) -> tuple[Floats, Floats]:
    """Offsets (4 R + 1,) and their covariance before anything was seen; the last is the clock of all anchors."""
    return np.zeros(k.OFFSETS * sensors + 1), np.diag(np.append(np.tile(PRIOR_SIGMA**2, sensors), COMMON_SIGMA_S**2))


def settle(learned: Learned, registered: Ints, dt_s: float, *, applied: bool) -> Flags:
    """Let the offsets drift for dt_s, and let what is applied follow them. Returns (S,) whose are not settled yet."""
    count = len(learned.bias) // k.OFFSETS
    learned.counts[k.N_SINCE] = 0
    unsettled = np.zeros(len(registered), dtype=np.bool_)
    if count == 0:
        return unsettled
    diagonal = np.arange(k.OFFSETS * count)
    most = np.tile(PRIOR_SIGMA**2, count)
    grown = learned.cov[diagonal, diagonal] + np.tile(DRIFT_SIGMA**2, count) * dt_s / TEN_MINUTES_S
    learned.cov[diagonal, diagonal] = np.minimum(grown, np.maximum(most, learned.cov[diagonal, diagonal]))
    if not applied:
        return unsettled
    sigma = np.sqrt(learned.cov[diagonal, diagonal]).reshape(count, k.OFFSETS)
    wanted = np.where(sigma < KNOWN * PRIOR_SIGMA, learned.bias[:-1].reshape(count, k.OFFSETS), 0.0)
    wanted = np.clip(wanted, -APPLIED_MOST, APPLIED_MOST)
    here = registered >= 0
    now = learned.applied[here]
    learned.applied[here] = now + np.clip(wanted[registered[here]] - now, -RATE_MOST * dt_s, RATE_MOST * dt_s)
    behind = np.abs(wanted[registered[here]] - learned.applied[here]) > ON_ITS_WAY_S * RATE_MOST
    unknown = (sigma[:, :2] >= KNOWN * PRIOR_SIGMA[:2]).any(axis=1)
    unsettled[here] = behind.any(axis=1) | np.asarray(unknown)[registered[here]]
    return unsettled


def shown(learned: Learned, index: int) -> dict[str, float]:
    """Fields of SensorHealth of one sensor, by its index among the registered ones; none below 0."""
    if index < 0:
        return {}
    rows = k.OFFSETS * index + np.arange(k.OFFSETS)
    sigma = np.sqrt(learned.cov[rows, rows])
    names = ("range_bias_m", "azimuth_bias_rad", "elevation_bias_rad", "time_bias_s")
    out = {name: float(learned.bias[row]) for name, row in zip(names, rows, strict=True)}
    return out | {f"{name}_sigma": float(value) for name, value in zip(names, sigma, strict=True)}
