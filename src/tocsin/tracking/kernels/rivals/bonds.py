"""Components that claim the same past detection are rivals: at most one of them is there.

Four abreast that appear at once fit "each flies straight" and "each steps aside to its neighbour's place" alike,
detection by detection; but only in one of these is each detection used once. The marginals r_i of components that hold
the same detection h determine the odds of a joint law in which it is used once, in Bethe's approximation:

    odds_i = r_i (1 - r_i)^(d_i - 1) / product over its d_i shared detections h of (1 - sum over rivals k at h of r_k)

With these, and held detections as resources beside those of the look, messages find the marginals (`pass_bonds`):

    v_i   = product over h of v_ih                             s_i = w_i0 + sum over j of w_ij nu_ij
    mu_ij = v_i w_ij / (n_i + v_i (s_i - w_ij nu_ij))           nu_ij = 1 / (1 + sum over k != i of mu_kj)
    mu_ih = v_i / v_ih s_i / n_i                                v_ih = 1 / (1 + sum over k != i of mu_kh)
    p_ij  = v_i w_ij nu_ij / (n_i + v_i s_i)

n_i is the weight of "there is no such thing". Without bonds n_i = 0 (it is part of w_i0) and v_i = 1: equations 30 to
35 of Williams and Lau, IEEE TAES 2014. Messages to rows and bonds are damped (the geometric mean with those before):
with three resources for each component they may swing otherwise.
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Floats, Ints, Rows, Scratch
from tocsin.tracking.kernels.marginals import join
from tocsin.tracking.kernels.njit import kernel, part

LEFT = 1e-6  # of a detection, at least, is nobody's
CLAIM_MOST = 1e8  # who claims more is as sure, and the sum less its claim would keep no digit of the others'
# of Scratch.bond_tag
DETECTION = 0
FOLLOWING = 1
FOREMOST = 2
MANY = 3
# of Scratch.bond_sum
LOAD = 0
TOTAL = 1


@part
def hold(tag: Ints, rows: Rows, j: int, number: int) -> None:
    """Detection j, which has this number among all, is surely a component's own; number 0: nobody knows which was.

    A direction is nobody's: those who may lie along it are made from it side by side.
    """
    for h in range(c.HELD_MANY - 1, 0, -1):
        tag[c.HELD + h] = tag[c.HELD + h - 1]
    tag[c.HELD] = 0 if rows.mask[j] & (1 << c.DIRECTION) else number


@kernel
def bind(bank: Bank, s: Scratch, n: int, detections_max: int) -> None:
    """Find rivals among the n candidates; they become one cluster, with the weights of a joint law.

    Who has more than `detections_max` detections is nobody's rival.
    """
    count, size = 0, 16
    while size < n and 2 * size <= s.grid.shape[0]:
        size *= 2
    for i in range(n):
        s.none[i] = 0.0
        for h in range(c.HELD_MANY):
            s.bond[i, h] = -1
        if bank.tag[s.slot[i], c.DETECTIONS] > detections_max or not meets(s, i):
            continue
        for h in range(c.HELD_MANY):
            row = bank.tag[s.slot[i], c.HELD + h]
            if row == 0:
                continue
            if count == 0:
                for b in range(size):
                    s.grid[b] = -1
            s.bond[i, h] = bond_of(s, row, size, count, i)
            count = max(count, s.bond[i, h] + 1)
            s.bond_tag[s.bond[i, h], MANY] += 1
            s.bond_sum[s.bond[i, h], LOAD] += s.chance[i, c.CHANCE_EXISTENCE]
    if count > 0:
        for i in range(n):
            weigh(s, i)


@part
def meets(s: Scratch, i: int) -> bool:
    """Has candidate i any detection in this look?"""
    most = 0.0
    for e in range(s.first[i], s.first[i + 1]):
        most = max(most, s.pair_w[e, 0])
    return bool(most > 0.0)


@part
def bond_of(s: Scratch, row: int, size: int, count: int, i: int) -> int:
    """The bond of a held detection; a new one, of which candidate i is the first, where there is none of it yet."""
    b = s.grid[row & (size - 1)]
    while b >= 0 and s.bond_tag[b, DETECTION] != row:
        b = s.bond_tag[b, FOLLOWING]
    if b >= 0:
        return int(b)
    tag = s.bond_tag[count]
    tag[DETECTION], tag[FOLLOWING], tag[FOREMOST], tag[MANY] = row, s.grid[row & (size - 1)], i, 0
    s.bond_sum[count, LOAD] = 0.0
    s.grid[row & (size - 1)] = count
    return count


@part
def weigh(s: Scratch, i: int) -> None:
    """Candidate i by the odds of the joint law, where it has rivals; s.none[i] is then more than 0."""
    existence, bonds = s.chance[i, c.CHANCE_EXISTENCE], 0
    odds = existence
    for h in range(c.HELD_MANY):
        b = s.bond[i, h]
        if b < 0:
            continue
        if s.bond_tag[b, MANY] < 2:
            s.bond[i, h] = -1
            continue
        join(s.link, s.bond_tag[b, FOREMOST], i)
        odds /= max(1.0 - s.bond_sum[b, LOAD], LEFT)
        if bonds > 0:
            odds *= max(1.0 - existence, LEFT)
        bonds += 1
    if bonds == 0:
        return
    r = odds / (1.0 + odds)
    for e in range(s.first[i], s.first[i + 1]):
        s.pair_w[e, 0] *= r / existence
    s.none[i] = 1.0 / (1.0 + odds)
    s.miss[i, 0] = r * (1.0 - s.chance[i, c.CHANCE_MISS])
    s.chance[i, c.CHANCE_EXISTENCE] = r


@part
def tied(s: Scratch, members: Ints) -> bool:
    """Has any of these candidates rivals?"""
    most = 0.0
    for i in members:
        most = max(most, s.none[i])
    return bool(most > 0.0)


@kernel
def pass_bonds(s: Scratch, members: Ints, total: Floats, tolerance: float, most: int) -> int:
    """Marginals of a cluster with rivals, in place. Returns the iterations used; `most` when it did not settle.

    Chances of existence are afterwards those that rivals left before the look, so that the update is as without.
    """
    for i in members:
        for e in range(s.first[i], s.first[i + 1]):
            s.pair_w[e, 2] = 1.0
        for h in range(c.HELD_MANY):
            s.bond_w[i, h, 1] = 1.0
    used = most
    for turn in range(most):
        claim_all(s, members, total)
        if leave_all(s, members, total) < tolerance:
            used = turn + 1
            break
    for i in members:
        free, here = left(s, i), seen(s, i)
        whole = s.none[i] + free * here
        for e in range(s.first[i], s.first[i + 1]):
            s.pair_w[e, 1] = free * s.pair_w[e, 0] * s.pair_w[e, 2] / whole
        s.miss[i, 1] = (s.none[i] + free * s.miss[i, 0]) / whole
        if s.none[i] > 0.0:
            r = free * s.chance[i, c.CHANCE_EXISTENCE]
            s.chance[i, c.CHANCE_EXISTENCE] = r / (s.none[i] + r)
            s.miss[i, 0] = 1.0 - s.chance[i, c.CHANCE_EXISTENCE] * s.chance[i, c.CHANCE_MISS]
    return used


@part
def claim_all(s: Scratch, members: Ints, total: Floats) -> None:
    """Messages mu: how much each candidate claims each detection, of this look or held; and their sums, plus 1."""
    for i in members:
        for e in range(s.first[i], s.first[i + 1]):
            total[s.pair_row[e]] = 1.0
        for h in range(c.HELD_MANY):
            if s.bond[i, h] >= 0:
                s.bond_sum[s.bond[i, h], TOTAL] = 1.0
    for i in members:
        free, here = left(s, i), seen(s, i)
        for e in range(s.first[i], s.first[i + 1]):
            if s.pair_w[e, 0] > 0.0:
                others = max(here - s.pair_w[e, 0] * s.pair_w[e, 2], s.miss[i, 0])
                s.pair_w[e, 1] = min(free * s.pair_w[e, 0] / (s.none[i] + free * others), CLAIM_MOST)
                total[s.pair_row[e]] += s.pair_w[e, 1]
        for h in range(c.HELD_MANY):
            if s.bond[i, h] >= 0:
                s.bond_w[i, h, 0] = min(free / s.bond_w[i, h, 1] * here / s.none[i], CLAIM_MOST)
                s.bond_sum[s.bond[i, h], TOTAL] += s.bond_w[i, h, 0]


@part
def leave_all(s: Scratch, members: Ints, total: Floats) -> float:
    """Messages nu and v, damped: how far the others leave each detection. Returns the largest relative change."""
    worst = 0.0
    for i in members:
        for e in range(s.first[i], s.first[i + 1]):
            if s.pair_w[e, 0] > 0.0:
                others = total[s.pair_row[e]] - s.pair_w[e, 1]
                worst = max(worst, abs(1.0 - s.pair_w[e, 2] * others))
                s.pair_w[e, 2] = math.sqrt(s.pair_w[e, 2] / others)
        for h in range(c.HELD_MANY):
            if s.bond[i, h] >= 0:
                others = s.bond_sum[s.bond[i, h], TOTAL] - s.bond_w[i, h, 0]
                worst = max(worst, abs(1.0 - s.bond_w[i, h, 1] * others))
                s.bond_w[i, h, 1] = math.sqrt(s.bond_w[i, h, 1] / others)
    return worst


@part
def left(s: Scratch, i: int) -> float:
    """How far rivals leave candidate i all that it holds."""
    free = 1.0
    for h in range(c.HELD_MANY):
        if s.bond[i, h] >= 0:
            free *= s.bond_w[i, h, 1]
    return free


@part
def seen(s: Scratch, i: int) -> float:
    """Weight of all that candidate i, if it is there, may have been in this look: missed, or any detection."""
    here = s.miss[i, 0]
    for e in range(s.first[i], s.first[i + 1]):
        here += s.pair_w[e, 0] * s.pair_w[e, 2]
    return float(here)
