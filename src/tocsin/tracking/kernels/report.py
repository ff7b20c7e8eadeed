"""Components as the picture shows them: one mean and one covariance, at one time, without touching the component."""

import numpy as np

from tocsin.tracking.kernels.columns import Bank, Floats, Ints, Rules
from tocsin.tracking.kernels.compiled import kernel
from tocsin.tracking.kernels.looks import combine
from tocsin.tracking.kernels.motion import predict


@kernel
def report(bank: Bank, slots: Ints, time: int, rules: Rules, x: Floats, p: Floats, survived: Floats) -> None:
    """Components `slots` (n,) at `time` (ns) into x (n, 6), p (n, 6, 6) and survived (n,)."""
    modes = bank.mu.shape[1]
    mean, cov, mu = np.empty((modes, 6)), np.empty((modes, 6, 6)), np.empty(modes)
    f = np.empty((7, 3, 3))
    for n in range(slots.shape[0]):
        survived[n] = predict(bank, slots[n], time, rules, mean, cov, mu, f)
        combine(mean, cov, mu, x[n], p[n])
