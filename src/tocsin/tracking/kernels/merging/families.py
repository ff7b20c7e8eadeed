"""Alternatives that have come to say the same become one: the mixture of a family is kept as short as it may be.

Two parts with weights r_i, r_j are replaced by one with their moments where the mixture loses little by it. An upper
bound of what it loses (Kullback-Leibler) is, with w = r_j / (r_i + r_j) and d = x_j - x_i,

    P = (1 - w) P_i + w P_j + w (1 - w) d d^T
    B = ((r_i + r_j) log |P| - r_i log |P_i| - r_j log |P_j|) / 2

Source: Runnalls, "Kullback-Leibler approach to Gaussian mixture reduction" (IEEE TAES 2007), equation 16.
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Events, Floats, Ints, Scratch
from tocsin.tracking.kernels.looks import combine, note
from tocsin.tracking.kernels.merging.duplicates import unite
from tocsin.tracking.kernels.njit import kernel, part

LOSS_MOST = 0.1


@kernel
def shorten(bank: Bank, slots: Ints, time: int, s: Scratch, events: Events, running: Ints, counters: Ints) -> None:
    """Merge within families: `slots` are sorted by family. A number that goes with its component has ended."""
    for b in range(slots.shape[0]):
        j = slots[b]
        for a in range(b - 1, -1, -1):
            i = slots[a]
            if bank.tag[i, c.FAMILY] != bank.tag[j, c.FAMILY]:
                break
            if bank.tag[i, c.ALIVE] == 1 and bank.tag[j, c.ALIVE] == 1 and may_be_one(bank, i, j, s):
                gone = unite(bank, i, j, s.mean, s.cov)
                if bank.tag[gone, c.NUMBER] > 0:
                    note(events, running, c.E_ENDED, time, bank, gone, 0)
                running[c.ALIVE_COUNT] -= 1
                counters[c.C_MERGED] += 1


@part
def may_be_one(bank: Bank, i: int, j: int, s: Scratch) -> bool:
    """Does it cost little to take two parts of a family for one?"""
    if bank.tag[i, c.TIME] != bank.tag[j, c.TIME]:
        return False
    r, q = bank.num[i, c.EXISTENCE], bank.num[j, c.EXISTENCE]
    combine(bank.x[i], bank.p[i], bank.mu[i], s.mean[0], s.cov[0])
    combine(bank.x[j], bank.p[j], bank.mu[j], s.mean[1], s.cov[1])
    w, x, p, both = q / (r + q), s.mean, s.cov, s.room[0]
    for a in range(6):
        for b in range(6):
            apart = (x[1, a] - x[0, a]) * (x[1, b] - x[0, b])
            both[a, b] = (1.0 - w) * p[0, a, b] + w * p[1, a, b] + w * (1.0 - w) * apart
    loss: float = 0.5 * ((r + q) * log_volume(both) - r * log_volume(p[0]) - q * log_volume(p[1]))
    return loss <= LOSS_MOST


@part
def log_volume(p: Floats) -> float:
    """The logarithm of |P|, a covariance (6, 6) that is used up. What has no variance (flat frames) is left out."""
    total = 0.0
    for a in range(6):
        if p[a, a] <= 1e-12:
            continue
        total += math.log(p[a, a])
        for b in range(a + 1, 6):
            scale = p[b, a] / p[a, a]
            for e in range(a + 1, 6):
                p[b, e] -= scale * p[a, e]
    return total
