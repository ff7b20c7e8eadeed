"""The unseen as a Gaussian mixture: for laboratory data, where a paper's initial intensity and births are to be met."""

import math

from numba import njit

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Floats, Ints, Mixture, Rows, Rules, Scratch, Sensors
from tocsin.tracking.kernels.motion import drift
from tocsin.tracking.kernels.sensing import evaluate


@njit(cache=True)
def pass_time(mixture: Mixture, rules: Rules, running: Ints, counters: Ints, time: int, s: Scratch) -> None:
    """Move the unseen to `time` (ns): it moves by the first mode, dies, and is born anew."""
    if running[c.MIXTURE_TIME] == c.NEVER:
        running[c.MIXTURE_TIME] = time
        return
    dt = (time - running[c.MIXTURE_TIME]) * 1e-9
    if dt <= 0.0:
        return
    running[c.MIXTURE_TIME] = time
    kept = 0
    for u in range(running[c.MIXTURE_COUNT]):
        if mixture.w[u] <= rules.mixture_floor:
            continue
        mixture.x[kept] = mixture.x[u]
        mixture.p[kept] = mixture.p[u]
        mixture.w[kept] = mixture.w[u] * math.exp(-dt / rules.survival_s)
        drift(mixture.x[kept], mixture.p[kept], rules.modes[0], dt, rules.earth, s.f)
        kept += 1
    for b in range(mixture.birth_rate.shape[0]):
        if kept >= mixture.w.shape[0]:
            counters[c.C_MIXTURE_CUT] += 1
            continue
        mixture.x[kept] = mixture.birth_x[b]
        mixture.p[kept] = mixture.birth_p[b]
        mixture.w[kept] = mixture.birth_rate[b] * dt
        kept += 1
    running[c.MIXTURE_COUNT] = kept


@njit(cache=True)
def rate_of_new(
    mixture: Mixture,
    count: int,
    rows: Rows,
    j: int,
    sensors: Sensors,
    sensor: int,
    rules: Rules,
    s: Scratch,
    x: Floats,
    p: Floats,
) -> float:
    """Integral of detection probability x likelihood x unseen at row j; its mean x (6,) and covariance p (6, 6)."""
    total = 0.0
    x[:] = 0.0
    p[:, :] = 0.0
    mean, cov = s.mean[0], s.cov[0]
    for u in range(count):
        mean[:] = mixture.x[u]
        cov[:, :] = mixture.p[u]
        likelihood = evaluate(rows, j, sensors, sensor, 0.0, rules, mean, cov, s.room)[1]
        weight = sensors.num[sensor, c.PD] * mixture.w[u] * likelihood
        if weight <= 0.0:
            continue
        total += weight
        for a in range(6):
            x[a] += weight * mean[a]
            for b in range(6):
                p[a, b] += weight * (cov[a, b] + mean[a] * mean[b])
    if total > 0.0:
        for a in range(6):
            x[a] /= total
        for a in range(6):
            for b in range(6):
                p[a, b] = p[a, b] / total - x[a] * x[b]
    return total


@njit(cache=True)
def thin(mixture: Mixture, count: int, pd: float) -> None:
    """A look found nothing new where the unseen was: less of it is left."""
    for u in range(count):
        mixture.w[u] *= 1.0 - pd
