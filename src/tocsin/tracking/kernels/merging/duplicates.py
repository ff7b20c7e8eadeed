"""Two possible things that explain the same detections are one: merging tentative components.

Components p_i with existences r_i that claim the same last detection and lie within each other's errors are replaced by
one that has the moments of their sum:

    r = min(r_i + r_j, 1),   w = r_j / (r_i + r_j),   x = (1 - w) x_i + w x_j,
    P = (1 - w) (P_i + (x_i - x)(x_i - x)^T) + w (P_j + (x_j - x)(x_j - x)^T)          mode by mode

Nearness is d^T (P_i + P_j)^-1 d of the combined states, as in Salmond, "Mixture reduction algorithms for target
tracking in clutter" (SPIE 1305, 1990). Tracks with numbers are never merged: two drones in formation stay two.
"""

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Floats, Ints
from tocsin.tracking.kernels.looks import combine
from tocsin.tracking.kernels.motion import blend, put
from tocsin.tracking.kernels.njit import kernel, part

NEAR_MOST = 2.0  # squared distance: two that share their last detections differ by far less


@kernel
def merge(bank: Bank, slots: Ints, running: Ints, counters: Ints, x: Floats, p: Floats) -> None:
    """Merge duplicates among `slots`, sorted by the time of their last detection. x (2, 6), p (2, 6, 6) are room."""
    for b in range(slots.shape[0]):
        j = slots[b]
        for a in range(b - 1, -1, -1):
            i = slots[a]
            if bank.tag[i, c.LAST] != bank.tag[j, c.LAST]:
                break
            if bank.tag[i, c.ALIVE] == 1 and bank.tag[j, c.ALIVE] == 1 and alike(bank, i, j, x, p):
                unite(bank, i, j, x, p)
                running[c.ALIVE_COUNT] -= 1
                counters[c.C_MERGED] += 1


@part
def alike(bank: Bank, i: int, j: int, x: Floats, p: Floats) -> bool:
    """Do two components claim the same detection, one of them without a number, and lie within each other's errors?"""
    one, two = bank.tag[i], bank.tag[j]
    if one[c.TIME] != two[c.TIME] or one[c.LAST_SENSOR] != two[c.LAST_SENSOR]:
        return False
    if (one[c.NUMBER] > 0 and two[c.NUMBER] > 0) or min(one[c.DETECTIONS], two[c.DETECTIONS]) < 2:
        return False
    if one[c.IDENTITY] != two[c.IDENTITY]:
        return False
    far = 0.0
    for a in range(3):
        d = bank.x[i, 0, a] - bank.x[j, 0, a]
        far = max(far, d * d / (bank.p[i, 0, a, a] + bank.p[j, 0, a, a] + 1.0))
    if far > 10.0 * NEAR_MOST:
        return False
    combine(bank.x[i], bank.p[i], bank.mu[i], x[0], p[0])
    combine(bank.x[j], bank.p[j], bank.mu[j], x[1], p[1])
    for a in range(6):
        x[0, a] -= x[1, a]
        for b in range(6):
            p[0, a, b] += p[1, a, b]
    return distance(x[0], p[0]) <= NEAR_MOST


@part
def distance(d: Floats, s: Floats) -> float:
    """d^T S^-1 d by Gaussian elimination without pivots (S is positive definite); S and d are used up."""
    total = 0.0
    for a in range(6):
        if s[a, a] <= 0.0:
            return 1e300
        total += d[a] * d[a] / s[a, a]
        for b in range(a + 1, 6):
            scale = s[b, a] / s[a, a]
            d[b] -= scale * d[a]
            for e in range(a + 1, 6):
                s[b, e] -= scale * s[a, e]
    return total


@part
def standing(tag: Ints) -> int:
    """Whose number is kept: 3 confirmed, 2 lost, 1 numbered, 0 it has none."""
    if tag[c.NUMBER] == 0 or tag[c.STATE] == c.TENTATIVE:
        return 1 if tag[c.NUMBER] > 0 else 0
    return 3 if tag[c.STATE] == c.CONFIRMED else 2


@part
def unite(bank: Bank, i: int, j: int, x: Floats, p: Floats) -> int:
    """Component j, with all that it had, goes into i; or i into j where that stands higher. Returns which one went."""
    if standing(bank.tag[j]) > standing(bank.tag[i]):
        i, j = j, i
    r, q = bank.num[i, c.EXISTENCE], bank.num[j, c.EXISTENCE]
    for k in range(bank.mu.shape[1]):
        one, two = r * bank.mu[i, k], q * bank.mu[j, k]
        if one + two <= 0.0:
            continue
        w = two / (one + two)
        for a in range(6):
            x[0, a] = bank.x[i, k, a] + w * (bank.x[j, k, a] - bank.x[i, k, a])
        blend(p[0], bank.p[i, k], bank.x[i, k], x[0], 1.0 - w, 0.0)
        blend(p[0], bank.p[j, k], bank.x[j, k], x[0], w, 1.0)
        put(bank.x[i, k], bank.p[i, k], x[0], p[0])
        bank.mu[i, k] = (one + two) / (r + q)
    bank.num[i, c.EXISTENCE] = min(r + q, 1.0)
    bank.tag[i, c.DETECTIONS] = max(bank.tag[i, c.DETECTIONS], bank.tag[j, c.DETECTIONS])
    bank.tag[i, c.BORN] = min(bank.tag[i, c.BORN], bank.tag[j, c.BORN])
    bank.tag[j, c.ALIVE] = 0
    return j
