"""Targets closer than a sensor's resolution: one detection of several, and their parting.

Source: Koch and van Keuk, IEEE TAES 33(3), 1997 (the chance of being unresolved, the merged detection); Svensson et
al., IEEE TSP 59(10), 2011 (which of two goes where is free where nobody can tell). Derivation and what is left out:
docs/explanation/maths/groups.md.
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Floats, Looks, Rows, Rules, Scratch, Sensors
from tocsin.tracking.kernels.motion import put
from tocsin.tracking.kernels.njit import kernel, part
from tocsin.tracking.kernels.sensing import evaluate, half_turn

MEMBERS = 4  # of one row: more targets in one cell than these share as pairs of them
LIKELY = 0.5  # existence of a new member
LEAST = 0.05  # a smaller chance of being unresolved is left
LN2 = math.log(2.0)


@kernel
def unresolved(apart: float, variance: float, resolution: float) -> float:
    """How likely two targets `apart` in one quantity, with that variance, are not resolved in it.

    exp(-ln 2 (d / a)^2), and its mean over a normal d.
    """
    wide = resolution * resolution + 2.0 * LN2 * variance
    return math.sqrt(resolution * resolution / wide) * math.exp(-LN2 * apart * apart / wide)


@part
def together(x: Floats, p: Floats, y: Floats, q: Floats, sensors: Sensors, s: int, out: Floats) -> float:
    """How likely sensor s does not resolve states x, p and y, q; out (2,): how far apart in range and azimuth."""
    place, axes, num = sensors.place[s], sensors.axes[s], sensors.num[s]
    d0 = 0.5 * (x[0] + y[0]) - place[0]
    d1 = 0.5 * (x[1] + y[1]) - place[1]
    d2 = 0.5 * (x[2] + y[2]) - place[2]
    r = max(math.sqrt(d0 * d0 + d1 * d1 + d2 * d2), 1.0)
    e = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
    n = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
    g = max(math.sqrt(e * e + n * n), 1.0)
    los = (d0 / r, d1 / r, d2 / r)
    dr, da, vr, va = 0.0, 0.0, 0.0, 0.0
    for a in range(3):
        turn_a = (n * axes[0, a] - e * axes[1, a]) / (g * g)
        dr += los[a] * (x[a] - y[a])
        da += turn_a * (x[a] - y[a])
        for b in range(3):
            turn_b = (n * axes[0, b] - e * axes[1, b]) / (g * g)
            vr += los[a] * los[b] * (p[a, b] + q[a, b])
            va += turn_a * turn_b * (p[a, b] + q[a, b])
    out[0], out[1] = abs(dr), abs(half_turn(da))
    return unresolved(out[0], vr, num[c.RES_RANGE]) * unresolved(out[1], va, num[c.RES_AZIMUTH])


@part
def spare(bank: Bank, look: int, looks: Looks, sensors: Sensors, s: Scratch, n: int) -> None:
    """That a whole group was missed says something of one of its members only: the others were missed with it.

    The likeliest member of each pair pays in full; the other's miss counts as far as the two are resolved.
    """
    sensor = looks.sensor[look]
    if sensors.num[sensor, c.RES_RANGE] <= 0.0 or sensors.num[sensor, c.RES_AZIMUTH] <= 0.0:
        return
    for i in range(n):
        if bank.tag[s.slot[i], c.GROUP] < 2:
            continue
        spared, k = 0.0, strongest(s.mu[i])
        for j in range(n):
            r, own = s.chance[j, c.CHANCE_EXISTENCE], s.chance[i, c.CHANCE_EXISTENCE]
            if j == i or bank.tag[s.slot[j], c.GROUP] < 2 or r < own or (r == own and j > i):
                continue
            m = strongest(s.mu[j])
            pu = together(s.x[i, k], s.p[i, k], s.x[j, m], s.p[j, m], sensors, sensor, s.room[2, 2])
            spared = max(spared, pu * r)
        s.chance[i, c.CHANCE_MISS] *= 1.0 - spared


@part
def part_groups(bank: Bank, s: Scratch, n: int) -> None:
    """Members of a group who meet detections of their own: one of the two ways to tell who is who is taken.

    Their numbers may be swapped (the picture says so); to blend both ways would hold both halfway between for ever.
    """
    for i in range(n):
        if bank.tag[s.slot[i], c.GROUP] < 2 or s.chance[i, c.CHANCE_PART] == 1.0:
            continue
        for j in range(i + 1, n):
            if bank.tag[s.slot[j], c.GROUP] < 2 or s.first[i] == s.first[i + 1] or s.chance[j, c.CHANCE_PART] == 1.0:
                continue
            for e1 in range(s.first[i], s.first[i + 1]):
                f1 = pair_of(s, j, s.pair_row[e1])
                if f1 < 0:
                    continue
                for e2 in range(e1 + 1, s.first[i + 1]):
                    f2 = pair_of(s, j, s.pair_row[e2])
                    if f2 < 0:
                        continue
                    straight = s.pair_w[e1, 0] * s.pair_w[f2, 0] >= s.pair_w[e2, 0] * s.pair_w[f1, 0]
                    own, other, give, get = (e1, e2, f1, f2) if straight else (e2, e1, f2, f1)
                    moved = min(s.pair_w[other, 1], s.pair_w[give, 1])
                    s.pair_w[own, 1] += moved
                    s.pair_w[get, 1] += moved
                    s.pair_w[other, 1] -= moved
                    s.pair_w[give, 1] -= moved


@part
def pair_of(s: Scratch, i: int, row: int) -> int:
    """The pair of candidate i with a row, -1 none."""
    for e in range(s.first[i], s.first[i + 1]):
        if s.pair_row[e] == row:
            return e
    return -1


@part
def share(
    bank: Bank, rows: Rows, look: int, looks: Looks, sensors: Sensors, rules: Rules, s: Scratch, n: int, m: int
) -> None:
    """What marginals call "missed" may be a detection that two share: move that much of it to their common row.

    After this s.pair_w[e, 2] is the share of pair e that it has in common with others.
    """
    sensor = looks.sensor[look]
    if sensors.num[sensor, c.RES_RANGE] <= 0.0 or sensors.num[sensor, c.RES_AZIMUTH] <= 0.0:
        return
    if sensors.num[sensor, c.PLACED] == 0.0 or m == 0:
        return
    part_groups(bank, s, n)
    for q in range(m):
        for a in range(MEMBERS):
            s.member[q, a] = -1
    for i in range(n):
        least = LEAST if bank.tag[s.slot[i], c.GROUP] > 1 else LIKELY
        likely = s.chance[i, c.CHANCE_EXISTENCE] >= least and bank.tag[s.slot[i], c.NUMBER] > 0
        for e in range(s.first[i], s.first[i + 1]):
            s.pair_w[e, 2] = 0.0
            if likely:
                enrol(s, e)
    for q in range(m):
        for a in range(MEMBERS):
            for b in range(MEMBERS):
                if a != b and s.member[q, a] >= 0 and s.member[q, b] >= 0:
                    lend(rows, looks.first[look] + q, sensors, sensor, rules, s, s.member[q, a], s.member[q, b], n)
    settle_groups(bank, rows, looks.first[look], sensors, sensor, rules, s, n)


@part
def enrol(s: Scratch, e: int) -> None:
    """Note pair e among those of its row, in the order of candidates; beyond MEMBERS they are left."""
    q = s.pair_row[e]
    for a in range(MEMBERS):
        if s.member[q, a] < 0:
            s.member[q, a] = e
            return


@part
def owner(s: Scratch, e: int, n: int) -> int:
    """The candidate of pair e (s.first is ascending)."""
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        if s.first[middle] <= e:
            low = middle
        else:
            high = middle
    return low


@part
def strongest(mu: Floats) -> int:
    """The likeliest motion mode."""
    best = 0
    for k in range(mu.shape[0]):
        if mu[k] > mu[best]:
            best = k
    return best


@part
def lend(rows: Rows, row: int, sensors: Sensors, sensor: int, rules: Rules, s: Scratch, e: int, f: int, n: int) -> None:
    """How much of "the owner of e was missed while f had the row" is one detection of both: onto s.pair_w[:, 2].

    J = P(f has the row, e's owner missed), in which it is there with u = r (1 - pd) / (1 - r pd); against that stands
    u pu / (1 - pd) times the ratio of the merged detection's likelihood to that of f alone.
    """
    i, j = owner(s, e, n), owner(s, f, n)
    ki, kj = strongest(s.mu[i]), strongest(s.mu[j])
    pu = together(s.x[i, ki], s.p[i, ki], s.x[j, kj], s.p[j, kj], sensors, sensor, s.room[2, 2])
    missable, r = s.chance[i, c.CHANCE_MISS], s.chance[i, c.CHANCE_EXISTENCE]
    if pu < LEAST or s.pair_w[f, 1] <= 0.0:
        return
    joint = s.pair_w[f, 1] * min(s.miss[i, 1] / max(1.0 - s.pair_w[e, 1], 1e-6), 1.0)
    u = r * (1.0 - missable) / (1.0 - r * missable)
    merged = r * pu / (1.0 - r * missable) * ratio(rows, row, sensors, sensor, rules, s, i, ki, j, kj)
    total = 1.0 - u + u * (1.0 - pu) + merged
    s.pair_w[e, 2] += joint * merged / max(total, 1e-300)


@part
def ratio(
    rows: Rows, row: int, sensors: Sensors, sensor: int, rules: Rules, s: Scratch, i: int, ki: int, j: int, kj: int
) -> float:
    """The likelihood of a row as a merged detection of i and j against that of j's alone; at most 1."""
    mask, z, axes = rows.mask[row], rows.z[row], rows.axes[row]
    place, site = sensors.place[sensor], sensors.axes[sensor]
    mean, cov, dt = s.mean[0], s.cov[0], (rows.time[row] - s.time[j]) * 1e-9
    put(mean, cov, s.x[j, kj], s.p[j, kj])
    alone = evaluate(mask, z, rows.var[row], axes, place, site, dt, rules.earth, math.inf, mean, cov, s.room)
    for a in range(6):
        mean[a] = 0.5 * (s.x[i, ki, a] + s.x[j, kj, a])
        for b in range(6):
            cov[a, b] = 0.25 * (s.p[i, ki, a, b] + s.p[j, kj, a, b])
    widen(rows.var[row], sensors.num[sensor], 0.0, 0.0, s.wide)
    both = evaluate(mask, z, s.wide, axes, place, site, dt, rules.earth, math.inf, mean, cov, s.room)
    return min(both / max(alone, 1e-300), 1.0)


@part
def widen(var: Floats, num: Floats, range_m: float, azimuth: float, out: Floats) -> None:
    """Variances of a merged detection: anywhere in the cell, and the members as far from its middle as half apart."""
    for q in range(c.QUANTITIES):
        out[q] = var[q]
    out[c.RANGE] += num[c.RES_RANGE] ** 2 / 12.0 + 0.25 * range_m * range_m
    out[c.AZIMUTH] += num[c.RES_AZIMUTH] ** 2 / 12.0 + 0.25 * azimuth * azimuth


@part
def settle_groups(
    bank: Bank, rows: Rows, begin: int, sensors: Sensors, sensor: int, rules: Rules, s: Scratch, n: int
) -> None:
    """Move the shares from "missed" to the pairs, widen the updates of what is shared, and note groups."""
    place, site = sensors.place[sensor], sensors.axes[sensor]
    for i in range(n):
        tag, lent = bank.tag[s.slot[i]], 0.0
        for e in range(s.first[i], s.first[i + 1]):
            lent += s.pair_w[e, 2]
        scale = 1.0 if lent <= s.miss[i, 1] else s.miss[i, 1] / max(lent, 1e-300)
        best = -1
        for e in range(s.first[i], s.first[i + 1]):
            s.pair_w[e, 2] *= scale
            s.pair_w[e, 1] += s.pair_w[e, 2]
            s.miss[i, 1] -= s.pair_w[e, 2]
            if best < 0 or s.pair_w[e, 1] > s.pair_w[best, 1]:
                best = e
        s.miss[i, 1] = max(s.miss[i, 1], 0.0)
        if best >= 0 and s.pair_w[best, 1] > 0.5:
            tag[c.GROUP] = 1
    for i in range(n):
        for e in range(s.first[i], s.first[i + 1]):
            q = s.pair_row[e]
            count, partner = 0, -1
            for a in range(MEMBERS):
                f = s.member[q, a]
                if f >= 0 and f != e and s.pair_w[f, 2] + s.pair_w[e, 2] > 0.5 * s.pair_w[e, 1]:
                    count += 1
                    partner = owner(s, f, n)
            if count == 0 or s.pair_w[e, 1] <= 0.0:
                continue
            ki, kj = strongest(s.mu[i]), strongest(s.mu[partner])
            apart = s.room[2, 2]
            together(s.x[i, ki], s.p[i, ki], s.x[partner, kj], s.p[partner, kj], sensors, sensor, apart)
            widen(rows.var[begin + q], sensors.num[sensor], apart[0], apart[1], s.wide)
            again(rows, begin + q, place, site, sensors.num[sensor], rules, s, i, e)
            if s.pair_w[e, 1] > 0.5:
                tag, other = bank.tag[s.slot[i]], bank.tag[s.slot[partner]]
                tag[c.GROUP] = max(tag[c.GROUP], 1 + count)
                tag[c.SWAPPED] = other[c.NUMBER]


@part
def again(
    rows: Rows, row: int, place: Floats, site: Floats, num: Floats, rules: Rules, s: Scratch, i: int, e: int
) -> None:
    """Update pair e of candidate i anew, by the variances in s.wide."""
    mask, z, axes, dt = rows.mask[row], rows.z[row], rows.axes[row], (rows.time[row] - s.time[i]) * 1e-9
    total = 0.0
    s.pair_late[e] = 0
    for k in range(s.mu.shape[1]):
        if s.mu[i, k] == 0.0:
            s.pair_mu[e, k] = 0.0
            continue
        x, p = s.pair_x[e, k], s.pair_p[e, k]
        put(x, p, s.x[i, k], s.p[i, k])
        like = evaluate(mask, z, s.wide, axes, place, site, dt, rules.earth, math.inf, x, p, s.room)
        loosen(x, p, place, site, num)
        s.pair_mu[e, k] = s.mu[i, k] * like
        total += s.pair_mu[e, k]
    for k in range(s.mu.shape[1]):
        s.pair_mu[e, k] = s.pair_mu[e, k] / total if total > 0.0 else s.mu[i, k]


@part
def loosen(x: Floats, p: Floats, place: Floats, site: Floats, num: Floats) -> None:
    """A member stays somewhere in the cell however often the cell is seen: variances along and across have a floor."""
    d0, d1, d2 = x[0] - place[0], x[1] - place[1], x[2] - place[2]
    r = max(math.sqrt(d0 * d0 + d1 * d1 + d2 * d2), 1.0)
    e = site[0, 0] * d0 + site[0, 1] * d1 + site[0, 2] * d2
    n = site[1, 0] * d0 + site[1, 1] * d1 + site[1, 2] * d2
    g = max(math.sqrt(e * e + n * n), 1.0)
    los = (d0 / r, d1 / r, d2 / r)
    vr, va = 0.0, 0.0
    for a in range(3):
        across_a = (n * site[0, a] - e * site[1, a]) / g
        for b in range(3):
            vr += los[a] * los[b] * p[a, b]
            va += across_a * (n * site[0, b] - e * site[1, b]) / g * p[a, b]
    more_r = max(num[c.RES_RANGE] ** 2 / 12.0 - vr, 0.0)
    more_a = max((num[c.RES_AZIMUTH] * g) ** 2 / 12.0 - va, 0.0)
    for a in range(3):
        across_a = (n * site[0, a] - e * site[1, a]) / g
        for b in range(3):
            across_b = (n * site[0, b] - e * site[1, b]) / g
            p[a, b] += more_r * los[a] * los[b] + more_a * across_a * across_b
