"""Families: what directions have begun of one thing, of which one component at most is there.

The range along a bearing, and the speed of what is heard late, are not known at first, so that one thing begins several
components. To take these for independent lets all of them claim the same bearings: each gets its share, none becomes
sure, and together they are more things than one. A family is one Bernoulli component with a mixture as its density:

    r = sum of r_i <= 1,   w0 = 1 - sum of r_i pd_i,   w_j = sum of r_i pd_i p(z_j | x_i) / l_j

is what goes into the association, and a detection's marginal p_j is handed on as p_j w_ij / w_j (Bayes within the
mixture). So what explains the bearings better takes from the others what it gains.
"""

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Ints, Scratch
from tocsin.tracking.kernels.njit import part

KIN_LEAST = 0.1  # a direction that is so likely a family's begins what may be in the place of that family


@part
def gather_kin(bank: Bank, s: Scratch, n: int, heard: bool) -> None:
    """Into s.kin: the first of each candidate's family, where a direction was `heard`. No family exists more than once.

    What parts of a family gained where the others were not looked at is taken from all.
    """
    for t in range(n):
        s.kin[t, 0] = t
    if not heard:
        return
    for t in range(n):
        family = bank.tag[s.slot[t], c.FAMILY]
        if family == 0 or s.kin[t, 0] < t:
            continue
        total = s.chance[t, c.CHANCE_EXISTENCE]
        for u in range(t + 1, n):
            if bank.tag[s.slot[u], c.FAMILY] == family:
                s.kin[u, 0] = t
                total += s.chance[u, c.CHANCE_EXISTENCE]
        if total <= 1.0:
            continue
        for u in range(t, n):
            if s.kin[u, 0] == t:
                s.chance[u, c.CHANCE_EXISTENCE] /= total


@part
def family_existence(bank: Bank, slots: Ints, count: int, n: int) -> float:
    """How likely it is that one of the family of the n-th of `slots` exists, of those that the look touched."""
    family, total = bank.tag[slots[n], c.FAMILY], 0.0
    if family == 0:
        return float(bank.num[slots[n], c.EXISTENCE])
    for t in range(count):
        if bank.tag[slots[t], c.FAMILY] == family:
            total += bank.num[slots[t], c.EXISTENCE]
    return total


@part
def family_of(bank: Bank, s: Scratch, q: int, known: int, running: Ints) -> int:
    """The family of what row q of a look begins: that which explains part of the row already, or a new one."""
    family: int = running[c.NEXT_BIRTH]
    most = KIN_LEAST
    for t in range(known):
        tag = bank.tag[s.slot[t]]
        if tag[c.FAMILY] == 0 or tag[c.STATE] == c.CONFIRMED:
            continue
        for e in range(s.first[t], s.first[t + 1]):
            if s.pair_row[e] == q and s.pair_w[e, 1] > most:
                family, most = tag[c.FAMILY], s.pair_w[e, 1]
    return family
