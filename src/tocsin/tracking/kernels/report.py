"""Components as the picture shows them: one mean and one covariance, at one time, without touching the component."""

from tocsin.tracking.kernels.columns import Bank, Floats, Ints, Rules, Scratch
from tocsin.tracking.kernels.looks import combine
from tocsin.tracking.kernels.motion import predict
from tocsin.tracking.kernels.njit import kernel


@kernel
def report(
    bank: Bank, slots: Ints, time: int, rules: Rules, s: Scratch, x: Floats, p: Floats, survived: Floats
) -> None:
    """Components `slots` (n,) at `time` (ns) into x (n, 6), p (n, 6, 6) and survived (n,)."""
    for n in range(slots.shape[0]):
        survived[n] = predict(bank, slots[n], time, rules, s.x[0], s.p[0], s.mu[0], s.f)
        combine(s.x[0], s.p[0], s.mu[0], x[n], p[n])
