"""Writing down what a look made of each component that it touched; smoothing goes back over it."""

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Ints, Scratch, Trail
from tocsin.tracking.kernels.motion import put
from tocsin.tracking.kernels.njit import part


@part
def record(bank: Bank, s: Scratch, known: int, n: int, trail: Trail, running: Ints) -> None:
    """A line for each of the `n` components of s.slot that the look touched; the first `known` were there before."""
    k = running[c.TRAIL_COUNT]
    for t in range(n):
        i = s.slot[t]
        if t < known and s.first[t] == s.first[t + 1] and s.chance[t, c.CHANCE_MISS] == 0.0:
            continue  # `update` left it alone
        for q in range(bank.mu.shape[1]):
            put(trail.x[k, q], trail.p[k, q], bank.x[i, q], bank.p[i, q])
            trail.mu[k, q], trail.share[k, q] = bank.mu[i, q], bank.share[i, q]
        for a in range(bank.kind.shape[1]):
            trail.kind[k, a] = bank.kind[i, a]
        for a in range(c.NUM):
            trail.num[k, a] = bank.num[i, a]
        for a in range(c.TAG):
            trail.tag[k, a] = bank.tag[i, a]
        trail.predicted[k] = s.chance[t, c.CHANCE_EXISTENCE] if t < known else -1.0
        k += 1
    running[c.TRAIL_COUNT] = k
