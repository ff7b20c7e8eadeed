"""What each detection would be if it were of something new: how often such detections come, and its state.

The unseen is a field, or for laboratory data a Gaussian mixture, with which a paper's initial intensity and births are
met. Source of the converted state: Mo et al., IEEE TAES 1998 (unbiased polar conversion).
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Field, Floats, Ints, Looks, Mixture, Rows, Rules, Scratch, Sensors
from tocsin.tracking.kernels.learning.cells import row_cell
from tocsin.tracking.kernels.motion import clear, drift, put, upward
from tocsin.tracking.kernels.njit import inlined, part
from tocsin.tracking.kernels.sensing import evaluate, outline, placed
from tocsin.tracking.kernels.unseen.field import ratio_at

PLACE_BITS = (1 << c.RANGE) | (1 << c.AZIMUTH) | (1 << c.ELEVATION) | (1 << c.EAST) | (1 << c.NORTH) | (1 << c.UP)


@part
def pass_time(mixture: Mixture, rules: Rules, running: Ints, counters: Ints, time: int, f: Floats) -> None:
    """Move the mixture to `time` (ns): it moves by the first mode, dies, and is born anew."""
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
        put(mixture.x[kept], mixture.p[kept], mixture.x[u], mixture.p[u])
        mixture.w[kept] = mixture.w[u] * math.exp(-dt / rules.survival_s)
        drift(mixture.x[kept], mixture.p[kept], rules.modes[0], dt, rules.earth, f)
        kept += 1
    for b in range(mixture.birth_rate.shape[0]):
        if kept >= mixture.w.shape[0]:
            counters[c.C_MIXTURE_CUT] += 1
            continue
        put(mixture.x[kept], mixture.p[kept], mixture.birth_x[b], mixture.birth_p[b])
        mixture.w[kept] = mixture.birth_rate[b] * dt
        kept += 1
    running[c.MIXTURE_COUNT] = kept


@part
def thin(mixture: Mixture, count: int, pd: float) -> None:
    """A look found nothing new where the unseen was: less of it is left."""
    for u in range(count):
        mixture.w[u] *= 1.0 - pd


@part
def shadow(x: Floats, p: Floats, rules: Rules, box: Floats) -> None:
    """A position (3,) with its covariance in the plane of neighbours: box (4,) is place and half sides of its gate."""
    if rules.earth == 0:  # the plane is the frame's own
        for q in range(2):
            box[q], box[2 + q] = x[q] - rules.origin[q], math.sqrt(rules.gate * max(p[q, q], 0.0))
        return
    for q in range(2):
        a = rules.plane[q]
        box[q] = a[0] * (x[0] - rules.origin[0]) + a[1] * (x[1] - rules.origin[1]) + a[2] * (x[2] - rules.origin[2])
        v = a[0] * a[0] * p[0, 0] + a[1] * a[1] * p[1, 1] + a[2] * a[2] * p[2, 2]
        v += 2.0 * (a[0] * a[1] * p[0, 1] + a[0] * a[2] * p[0, 2] + a[1] * a[2] * p[1, 2])
        box[2 + q] = math.sqrt(rules.gate * max(v, 0.0))


@part
def imagine(
    rows: Rows,
    look: int,
    looks: Looks,
    sensors: Sensors,
    rules: Rules,
    mixture: Mixture,
    count: int,
    field: Field,
    s: Scratch,
) -> None:
    """For each row of a look: the rates of new ones and of all that is no known component, its state were it new, and
    where it lies: s.row_rate, s.row_x, s.row_p, s.row_box, s.row_near. `count`: parts of the mixture, 0: none.
    """
    sensor = looks.sensor[look]
    for j in range(looks.first[look], looks.last[look]):
        q = j - looks.first[look]
        box, place = s.row_box[q], rows.place[j]
        reach = math.sqrt(rules.gate) * place[3] + 5.0 * rules.speed * abs(rows.time[j] - looks.time[look]) * 1e-9
        for a in range(2):
            e = rules.plane[a]
            d0, d1, d2 = place[0] - rules.origin[0], place[1] - rules.origin[1], place[2] - rules.origin[2]
            box[a], box[2 + a] = e[0] * d0 + e[1] * d1 + e[2] * d2, reach
        new = sensors.num[sensor, c.PD] * rules.density * rows.prior[j]
        if field.grid[c.GRID_ACROSS] > 0.0 and place[3] < math.inf:
            sigma = height_sigma(rows.mask[j], rows.z[j], rows.var[j])
            new *= ratio_at(field, place[0], place[1], place[2], sigma)
        dt = (rows.time[j] - looks.time[look]) * 1e-9
        s.row_near[q, c.NEAR_PLACED] = 1.0 if placed(rows.mask[j], dt, rules.earth) else 0.0
        outline(rows.mask[j], rows.z[j], rows.var[j], s.row_near[q])
        cell = row_cell(sensors, sensor, rules, rows, j)
        if cell >= 0:
            new *= sensors.pd_ratio[cell]  # what is forgiven for not being seen is not lightly believed to be new
        x, p = s.row_x[q], s.row_p[q]
        if count > 0:
            new = 0.0
            clear(x, p)
        for u in range(count):  # moments of the mixture after the detection, about zero
            mean, cov = s.mean[0], s.cov[0]
            put(mean, cov, mixture.x[u], mixture.p[u])
            mask = rows.mask[j]
            z, var, axes = rows.z[j], rows.var[j], rows.axes[j]
            at, site = sensors.place[sensor], sensors.axes[sensor]
            likelihood = evaluate(mask, z, var, axes, at, site, 0.0, rules.earth, rules.gate, mean, cov, s.room)
            weight = sensors.num[sensor, c.PD] * mixture.w[u] * likelihood
            if weight > 0.0:
                new += weight
                for a in range(6):
                    x[a] += weight * mean[a]
                    for b in range(6):
                        p[a, b] += weight * (cov[a, b] + mean[a] * mean[b])
        if count > 0 and new > 0.0:
            for a in range(6):
                x[a] /= new
            for a in range(6):
                for b in range(6):
                    p[a, b] = p[a, b] / new - x[a] * x[b]
        if rows.prior[j] == 0.0:
            new = 0.0  # it must begin nothing
        s.row_rate[q, c.RATE_NEW] = new
        s.row_rate[q, c.RATE_OTHER] = max(rows.clutter[j] + new, 1e-300)


@part
def height_sigma(mask: int, z: Floats, var: Floats) -> float:
    """How well a row tells the height, m; -1: not at all."""
    if mask & (1 << c.ALTITUDE):
        return math.sqrt(var[c.ALTITUDE])
    if mask & (1 << c.RANGE) and mask & (1 << c.ELEVATION):
        return float(z[c.RANGE] * math.sqrt(var[c.ELEVATION]))
    if mask & (1 << c.UP):
        return math.sqrt(var[c.UP])
    return -1.0


@inlined
def give_birth(
    rows: Rows, j: int, sensors: Sensors, s: int, rules: Rules, mode: Floats, x: Floats, p: Floats, room: Floats
) -> float:
    """What row j alone speaks for, of one mode: x (6,), p (6, 6). What it did not measure comes from the model.

    Returns the likelihood of what was measured beside its place (its velocity, mostly).
    """
    clear(x, p)
    z, var = rows.z[j], rows.var[j]
    if rows.mask[j] & (1 << c.RANGE):
        r, azimuth, elevation = z[c.RANGE], z[c.AZIMUTH], z[c.ELEVATION]
        g = r * math.cos(elevation)
        unbiased = math.exp(0.5 * min(var[c.AZIMUTH], 0.1))
        axes, los, across, over = sensors.axes[s], room[0, 0], room[0, 1], room[0, 2]
        for a in range(3):
            flat = math.sin(azimuth) * axes[0, a] + math.cos(azimuth) * axes[1, a]
            los[a] = math.cos(elevation) * flat + math.sin(elevation) * axes[2, a]
            across[a] = g * (math.cos(azimuth) * axes[0, a] - math.sin(azimuth) * axes[1, a])
            over[a] = r * (math.cos(elevation) * axes[2, a] - math.sin(elevation) * flat)
            x[a] = sensors.place[s, a] + g * unbiased * flat + r * math.sin(elevation) * axes[2, a]
        for a in range(3):
            for b in range(3):
                p[a, b] = var[c.RANGE] * los[a] * los[b]
                p[a, b] += var[c.AZIMUTH] * across[a] * across[b] + var[c.ELEVATION] * over[a] * over[b]
    else:
        for a in range(3):
            x[a] = z[c.EAST + a]
            for b in range(3):
                for q in range(3):
                    p[a, b] += var[c.EAST + q] * rows.axes[j, q, a] * rows.axes[j, q, b]
    up = room[2, 0]
    upward(x, rules.earth, up)
    for a in range(3):
        for b in range(3):
            uu = up[a] * up[b]
            p[3 + a, 3 + b] = mode[c.NEW_SPEED] ** 2 * ((1.0 if a == b else 0.0) - uu) + mode[c.NEW_CLIMB] ** 2 * uu
    mask = rows.mask[j] & ~PLACE_BITS
    likelihood = 1.0
    if mask:
        at, site = sensors.place[s], sensors.axes[s]
        likelihood = evaluate(mask, z, var, rows.axes[j], at, site, 0.0, rules.earth, math.inf, x, p, room)
    return likelihood


@inlined
def begin_modes(
    bank: Bank,
    i: int,
    rows: Rows,
    j: int,
    q: int,
    sensors: Sensors,
    sensor: int,
    rules: Rules,
    s: Scratch,
    running: Ints,
) -> None:
    """Modes of a new component i of row j, the q-th of its look: each with the velocity that things in it have.

    What is thrown or launched is seen by radars first: it hums no sound and tells nobody where it is.
    """
    first, total, seen = 1.0, 0.0, rows.mask[j] & (1 << c.RANGE) != 0
    for k in range(bank.mu.shape[1]):
        law, share = rules.modes[k], rules.stationary[k]
        if not seen and (law[c.FALL] > 0.0 or law[c.ALONG] != 0.0):
            share = 0.0
        bank.share[i, k] = bank.mu[i, k] = share
        alike = law[c.NEW_SPEED] == rules.modes[0, c.NEW_SPEED] and law[c.NEW_CLIMB] == rules.modes[0, c.NEW_CLIMB]
        if k == 0 and running[c.MIXTURE_COUNT] > 0:
            put(bank.x[i, k], bank.p[i, k], s.row_x[q], s.row_p[q])
        elif k == 0:
            first = give_birth(rows, j, sensors, sensor, rules, law, bank.x[i, k], bank.p[i, k], s.room)
        elif alike or share == 0.0 or running[c.MIXTURE_COUNT] > 0:
            put(bank.x[i, k], bank.p[i, k], bank.x[i, 0], bank.p[i, 0])
        else:
            likelihood = give_birth(rows, j, sensors, sensor, rules, law, bank.x[i, k], bank.p[i, k], s.room)
            bank.mu[i, k] *= likelihood / max(first, 1e-300)
        total += bank.mu[i, k]
    for k in range(bank.mu.shape[1]):
        bank.mu[i, k] = bank.mu[i, k] / total if total != 1.0 else bank.mu[i, k]


@part
def begin_flying(bank: Bank, i: int, rules: Rules) -> None:
    """Shares of modes, classes and life of a new component i of something heard: it is under way, and does not fall."""
    total = 0.0
    for k in range(bank.mu.shape[1]):
        falls = rules.modes[k, c.FALL] > 0.0 or rules.modes[k, c.ALONG] != 0.0
        bank.share[i, k] = 0.0 if falls else rules.stationary[k]
        total += bank.share[i, k]
    for k in range(bank.mu.shape[1]):
        bank.mu[i, k] = bank.share[i, k] / total if total != 1.0 else bank.share[i, k]
    begin_kind(bank, i, rules)


@part
def begin_kind(bank: Bank, i: int, rules: Rules) -> None:
    """Classes of a new component i, its mean life, and how well its place must be known."""
    for a in range(bank.kind.shape[1]):
        bank.kind[i, a], bank.heard[i, a] = rules.kind[a], 0.0
    bank.num[i, c.LIFE], bank.num[i, c.USEFUL] = rules.survival_s, rules.useful
