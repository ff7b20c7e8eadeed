"""What became of each confirmed track in a look, written down before it is updated."""

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Floats, Ints, Scratch
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.kernels.learning.columns import Tally
from tocsin.tracking.kernels.njit import part


@part
def tally(bank: Bank, s: Scratch, look: int, begin: int, n: int, tallied: Tally, running: Ints) -> None:
    """A line for each of the n candidates that is confirmed; `begin`: the look's first row."""
    line = running[c.TALLY_COUNT]
    for t in range(n):
        i, first, last = s.slot[t], s.first[t], s.first[t + 1]
        tag = bank.tag[i]
        if tag[c.STATE] != c.CONFIRMED or (first == last and s.chance[t, c.CHANCE_MISS] == 0.0):
            continue
        if bank.num[i, c.TRUST] > 0.0:
            continue  # a mere claim must not teach that a sensor sees badly
        best, total = -1, 0.0
        for e in range(first, last):
            total += s.pair_w[e, 1]
            if best < 0 or s.pair_w[e, 1] > s.pair_w[best, 1]:
                best = e
        whole, num = tallied.tag[line], tallied.num[line]
        whole[k.T_LOOK], whole[k.T_BIRTH], whole[k.T_LAST_SENSOR] = look, tag[c.BIRTH], tag[c.LAST_SENSOR]
        whole[k.T_WITNESS], whole[k.T_TIME] = tag[c.WITNESS], s.time[t]
        whole[k.T_SINCE], whole[k.T_DETECTIONS] = s.time[t] - tag[c.LAST], tag[c.DETECTIONS]
        whole[k.T_ROW] = begin + s.pair_row[best] if best >= 0 else -1
        num[k.T_EXISTENCE], num[k.T_PD] = s.chance[t, c.CHANCE_EXISTENCE], s.chance[t, c.CHANCE_PD]
        num[k.T_MISS], num[k.T_ALL] = s.chance[t, c.CHANCE_MISS], total
        num[k.T_BEST] = s.pair_w[best, 1] if best >= 0 else 0.0
        num[k.T_SPEED] = moments(s.x[t], s.p[t], s.mu[t], tallied.x[line], tallied.p[line])
        line += 1
    running[c.TALLY_COUNT] = line


@part
def moments(x: Floats, p: Floats, mu: Floats, mean: Floats, cov: Floats) -> float:
    """Mean (6,) and covariance of the position (3, 3) of all modes; returns the mean variance of the velocity."""
    for a in range(6):
        mean[a] = 0.0
        for m in range(mu.shape[0]):
            mean[a] += mu[m] * x[m, a]
    speed = 0.0
    for a in range(3):
        for b in range(3):
            cov[a, b] = 0.0
            for m in range(mu.shape[0]):
                cov[a, b] += mu[m] * (p[m, a, b] + (x[m, a] - mean[a]) * (x[m, b] - mean[b]))
        for m in range(mu.shape[0]):
            dv = x[m, 3 + a] - mean[3 + a]
            speed += mu[m] * (p[m, 3 + a, 3 + a] + dv * dv) / 3.0
    return speed
