"""Offsets of all sensors in one linear Kalman filter, fed by pairs of plots of different sensors on one track.

Source: Lin, Bar-Shalom and Kirubarajan, "Multisensor-multitarget bias estimation for general asynchronous sensors",
IEEE TAES 41 (2005): pseudo-measurements that hold offsets and noise and no target. See docs/explanation/maths/
registration.md for the derivation.
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Floats, Rows, Sensors
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.kernels.learning.columns import Learned, Room, Tally
from tocsin.tracking.kernels.njit import part
from tocsin.tracking.kernels.sensing import half_turn

SURE = 0.9  # of a row being the track's own
APART_NS = (
    3_000_000_000  # plots further apart than this are not compared: the track's turn would be taken for an offset
)
TURN_NOISE = 5.0  # m2/s3 of acceleration noise between the two plots
PAIRS_MAX = 2_000  # between two beats: more would teach little, and cost much where many radars see many targets
GATE = 22.0  # squared; loses 1 in 10,000 of three scalars
POLAR_BITS = (1 << c.RANGE) | (1 << c.AZIMUTH)
FLAT_BITS = (1 << c.EAST) | (1 << c.NORTH)


@part
def flown(x: Floats, dt: float, out: Floats) -> None:
    """Position of a state x (6,) after dt seconds."""
    for a in range(3):
        out[a] = x[a] + dt * x[3 + a]


@part
def as_polar(mask: int, z: Floats, axes: Floats, sensors: Sensors, s: int, room: Room) -> int:
    """The mask by which a row counts here, and into room.x[4] where its sensor was.

    What a moving radar measured came as a place along the ray, across and above it (tracking.moving); the polar values
    still stand in z, and the ray leads back to the antenna. Such a row keeps the bit CARRIED.
    """
    laid = sensors.registered[s] >= 0 and mask & FLAT_BITS == FLAT_BITS
    for a in range(3):
        room.x[4, a] = z[c.EAST + a] - z[c.RANGE] * axes[0, a] if laid else sensors.place[s, a]
    if not laid:
        return mask
    risen = (1 << c.ELEVATION) if mask & (1 << c.UP) else 0
    return POLAR_BITS | risen | (1 << c.CARRIED)


@part
def unlike(
    mask: int,
    z: Floats,
    var: Floats,
    axes: Floats,
    off: Floats,
    place: Floats,
    site: Floats,
    x: Floats,
    room: Room,
) -> int:
    """Residuals of one row, its sensor's offsets `off` taken off, against a position x: room.nu and room.h.

    place (3,), site (3, 3): where the sensor was, and its axes.

    Range, azimuth and elevation of a polar row; east, north, up of another. Returns how many scalars.
    """
    n = 0
    if mask & POLAR_BITS == POLAR_BITS:
        d0, d1, d2 = x[0] - place[0], x[1] - place[1], x[2] - place[2]
        east = site[0, 0] * d0 + site[0, 1] * d1 + site[0, 2] * d2
        north = site[1, 0] * d0 + site[1, 1] * d1 + site[1, 2] * d2
        up = site[2, 0] * d0 + site[2, 1] * d1 + site[2, 2] * d2
        g2 = max(east * east + north * north, 1.0)
        g, r = math.sqrt(g2), math.sqrt(g2 + up * up)
        room.nu[0, 0], room.nu[0, 1] = z[c.RANGE] - off[0] - r, var[c.RANGE]
        room.nu[1, 0], room.nu[1, 1] = half_turn(z[c.AZIMUTH] - off[1] - math.atan2(east, north)), var[c.AZIMUTH]
        for a in range(3):
            room.h[0, a] = (east * site[0, a] + north * site[1, a] + up * site[2, a]) / r
            room.h[1, a] = (north * site[0, a] - east * site[1, a]) / g2
        n = 2
        if mask & (1 << c.ELEVATION):
            room.nu[2, 0], room.nu[2, 1] = z[c.ELEVATION] - off[2] - math.atan2(up, g), var[c.ELEVATION]
            for a in range(3):
                room.h[2, a] = (g * site[2, a] - up * (east * site[0, a] + north * site[1, a]) / g) / (r * r)
            n = 3
    elif mask & FLAT_BITS == FLAT_BITS:
        for q in range(3):
            if q < 2 or mask & (1 << c.UP):
                room.nu[q, 0], room.nu[q, 1] = 0.0, var[c.EAST + q]
                for a in range(3):
                    room.h[q, a] = axes[q, a]
                    room.nu[q, 0] += axes[q, a] * (z[c.EAST + a] - x[a])
                n = q + 1
    return n


@part
def noise(n: int, cov: Floats, room: Room) -> None:
    """room.r = H cov H^T + the measurement's own variances, of the n scalars in room.h and room.nu; cov (3, 3)."""
    for i in range(n):
        for j in range(n):
            room.r[i, j] = room.nu[i, 1] if i == j else 0.0
            for a in range(3):
                for b in range(3):
                    room.r[i, j] += room.h[i, a] * cov[a, b] * room.h[j, b]


@part
def triangle(n: int, s: Floats) -> bool:
    """S = L L^T (Cholesky), L in its lower triangle. False where s is not positive definite."""
    for i in range(n):
        for j in range(i + 1):
            total = s[i, j]
            for a in range(j):
                total -= s[i, a] * s[j, a]
            if i == j:
                if not total > 0.0:
                    return False
                s[i, i] = math.sqrt(total)
            else:
                s[i, j] = total / s[j, j]
    return True


@part
def squared(n: int, cov: Floats, room: Room) -> float:
    """The squared Mahalanobis distance of the n residuals in room, against a position of covariance cov (3, 3)."""
    noise(n, cov, room)
    if not triangle(n, room.r):
        return float(n)
    total = 0.0
    for i in range(n):
        y = room.nu[i, 0]
        for a in range(i):
            y -= room.r[i, a] * room.nu[a, 1]
        y /= room.r[i, i]
        room.nu[i, 1] = y
        total += y * y
    return total


@part
def jacobian(place: Floats, site: Floats, z: Floats, elevation: float, p: Floats, jac: Floats) -> None:
    """A plot's position p (3,) and its gradients by range, azimuth and elevation: the columns of jac (3, 3)."""
    r, azimuth = z[c.RANGE], z[c.AZIMUTH]
    g = r * math.cos(elevation)
    for a in range(3):
        flat = math.sin(azimuth) * site[0, a] + math.cos(azimuth) * site[1, a]
        jac[a, 0] = math.cos(elevation) * flat + math.sin(elevation) * site[2, a]
        jac[a, 1] = g * (math.cos(azimuth) * site[0, a] - math.sin(azimuth) * site[1, a])
        jac[a, 2] = r * (math.cos(elevation) * site[2, a] - math.sin(elevation) * flat)
        p[a] = place[a] + r * jac[a, 0]


@part
def put_down(
    mask: int,
    z: Floats,
    var: Floats,
    axes: Floats,
    sensors: Sensors,
    s: int,
    x: Floats,
    cov: Floats,
    room: Room,
) -> bool:
    """A row as a position with its covariance into room.plot; an elevation that it did not measure is the track's.

    x (3,), cov (3, 3): where the track is then. room.x[4]: where the sensor was.
    """
    plot, jac = room.plot, room.jac
    if mask & POLAR_BITS == POLAR_BITS:
        site, place = sensors.axes[s], room.x[4]
        elevation, tilt = z[c.ELEVATION], var[c.ELEVATION]
        if not mask & (1 << c.ELEVATION):
            d0, d1, d2 = x[0] - place[0], x[1] - place[1], x[2] - place[2]
            east = site[0, 0] * d0 + site[0, 1] * d1 + site[0, 2] * d2
            north = site[1, 0] * d0 + site[1, 1] * d1 + site[1, 2] * d2
            up = site[2, 0] * d0 + site[2, 1] * d1 + site[2, 2] * d2
            elevation = math.atan2(up, math.sqrt(east * east + north * north))
        jacobian(place, site, z, elevation, room.x[1], jac)
        if not mask & (1 << c.ELEVATION):
            tilt = 0.0
            for a in range(3):
                for b in range(3):
                    tilt += jac[a, 2] * cov[a, b] * jac[b, 2]
            tilt /= z[c.RANGE] ** 4
        for a in range(3):
            plot[k.KEPT_Z + a], plot[k.KEPT_VAR + a] = z[a], var[a]
            plot[k.KEPT_P + a] = room.x[1, a]
            for b in range(3):
                total = var[c.RANGE] * jac[a, 0] * jac[b, 0] + var[c.AZIMUTH] * jac[a, 1] * jac[b, 1]
                plot[k.KEPT_COV + 3 * a + b] = total + tilt * jac[a, 2] * jac[b, 2]
        plot[k.KEPT_Z + 2], plot[k.KEPT_VAR + 2] = elevation, tilt
        for a in range(3):
            plot[k.KEPT_PLACE + a] = place[a]
        return True
    if mask & FLAT_BITS != FLAT_BITS:
        return False
    for a in range(3):
        plot[k.KEPT_Z + a] = plot[k.KEPT_VAR + a] = 0.0
        plot[k.KEPT_P + a] = z[c.EAST + a]
        plot[k.KEPT_PLACE + a] = 0.0  # not needed, and never what another row has left there: it is state
        for b in range(3):
            total = 0.0
            for q in range(3):
                total += var[c.EAST + q] * axes[q, a] * axes[q, b]
            plot[k.KEPT_COV + 3 * a + b] = total
    return True


@part
def absorb(s: int, line: int, tallied: Tally, rows: Rows, sensors: Sensors, learned: Learned, room: Room) -> None:
    """Let the plot of a tally's line meet the last plot of the same track, if another sensor gave that; else keep it.

    A plot is used once: pairs share no noise. Self-reports count only where something else senses the track too.
    """
    tag, j, own = tallied.tag[line], tallied.tag[line, k.T_ROW], sensors.registered[s]
    if own == -1 or j < 0 or tallied.num[line, k.T_BEST] < SURE or learned.counts[k.N_SINCE] >= PAIRS_MAX:
        return
    if own == k.ANCHOR and sensors.self_report[s] == 1 and not tag[k.T_WITNESS] & c.WITNESS_SENSED:
        return
    flown(tallied.x[line], (rows.time[j] - tag[k.T_TIME]) * 1e-9, room.x[0])
    z, var = rows.z[j], rows.var[j]
    mask = as_polar(rows.mask[j], z, rows.axes[j], sensors, s, room)
    if not put_down(mask, z, var, rows.axes[j], sensors, s, room.x[0], tallied.p[line], room):
        return
    slot = tag[k.T_BIRTH] % learned.kept.shape[0]
    kept, plot = learned.kept[slot], learned.plots[slot]
    other, apart = kept[k.KEPT_SENSOR], rows.time[j] - kept[k.KEPT_TIME]
    if kept[k.KEPT_BIRTH] == tag[k.T_BIRTH] and other != s and abs(apart) <= APART_NS:
        their = sensors.registered[other]
        if own >= 0 or their >= 0:
            speed = tallied.num[line, k.T_SPEED]
            if own >= 0:
                meet(mask, z, var, room.x[4], s, own, plot, kept[k.KEPT_MASK], other, their, apart * 1e-9, speed,
                     tallied.x[line], sensors, learned, room)  # fmt: skip
            else:
                for a in range(3):
                    room.x[2, a], room.x[3, a] = plot[k.KEPT_Z + a], plot[k.KEPT_VAR + a]
                    room.x[4, a] = plot[k.KEPT_PLACE + a]
                meet(kept[k.KEPT_MASK], room.x[2], room.x[3], room.x[4], other, their, room.plot, mask, s, own,
                     -apart * 1e-9, speed, tallied.x[line], sensors, learned, room)  # fmt: skip
            kept[k.KEPT_BIRTH] = 0
            return
    kept[k.KEPT_BIRTH], kept[k.KEPT_SENSOR], kept[k.KEPT_TIME] = tag[k.T_BIRTH], s, rows.time[j]
    kept[k.KEPT_MASK] = mask
    for a in range(k.KEPT_NUM):
        plot[a] = room.plot[a]


@part
def meet(
    mask: int,
    z: Floats,
    var: Floats,
    place: Floats,
    s: int,
    own: int,
    plot: Floats,
    plot_mask: int,
    other: int,
    their: int,
    dt: float,
    speed: float,
    x: Floats,
    sensors: Sensors,
    learned: Learned,
    room: Room,
) -> None:
    """One pseudo-measurement: a polar plot of sensor s, `dt` seconds after a plot of `other`, in s's own measurement.

    nu = z - h(p + v dt) = (offsets of s) - H v (clock of s) - H J (offsets of other) + H v (clock of other) + noise

    place (3,): where s was. The clocks of all anchors are one unknown, so that thousands of aircraft whose reports are
    late by the same are no thousands of words; that of a moving radar is left out, since it was placed by it.
    """
    for a in range(3):
        room.x[1, a] = plot[k.KEPT_P + a] + dt * x[3 + a]
        for b in range(3):
            room.cov[a, b] = plot[k.KEPT_COV + 3 * a + b]
        room.cov[a, a] += speed * dt * dt + TURN_NOISE * abs(dt) ** 3 / 3.0
    n = unlike(mask, z, var, sensors.axes[s], room.none, place, sensors.axes[s], room.x[1], room)
    noise(n, room.cov, room)
    if not triangle(n, room.r):
        return
    for q in range(4):
        room.where[q], room.where[4 + q] = 4 * own + q, 4 * their + q if their >= 0 else -1
    if their == k.ANCHOR:
        room.where[7] = learned.bias.shape[0] - 1
    still = 0.0 if mask & (1 << c.CARRIED) else 1.0
    their_still = 0.0 if plot_mask & (1 << c.CARRIED) else 1.0
    if their >= 0:
        jacobian(sensors.place[other], sensors.axes[other], plot, plot[k.KEPT_Z + 2], room.x[1], room.jac)
    for i in range(n):
        along = room.h[i, 0] * x[3] + room.h[i, 1] * x[4] + room.h[i, 2] * x[5]
        for q in range(3):
            room.hb[i, q] = 1.0 if i == q else 0.0
            turned = room.h[i, 0] * room.jac[0, q] + room.h[i, 1] * room.jac[1, q] + room.h[i, 2] * room.jac[2, q]
            room.hb[i, 4 + q] = -turned if their >= 0 and (q < 2 or plot_mask & (1 << c.ELEVATION)) else 0.0
        room.hb[i, 3] = -along * still
        room.hb[i, 7] = along * their_still if their >= 0 or their == k.ANCHOR else 0.0
    for i in range(n):  # white noise of variance 1
        for a in range(i):
            room.nu[i, 0] -= room.r[i, a] * room.nu[a, 0]
            for q in range(8):
                room.hb[i, q] -= room.r[i, a] * room.hb[a, q]
        room.nu[i, 0] /= room.r[i, i]
        for q in range(8):
            room.hb[i, q] /= room.r[i, i]
    learned.counts[k.N_SINCE] += 1
    if believed(n, learned, room):
        learned.counts[k.N_PAIRS] += 1
        for i in range(n):
            work_in(i, learned, room)
    else:
        learned.counts[k.N_REFUSED] += 1


@part
def believed(n: int, learned: Learned, room: Room) -> bool:
    """Is the pseudo-measurement in room.nu and room.hb inside the gate, by what is known of the offsets?"""
    total = 0.0
    for i in range(n):
        for j in range(n):
            room.s[i, j] = 1.0 if i == j else 0.0
            for p in range(8):
                for q in range(8):
                    if room.where[p] >= 0 and room.where[q] >= 0:
                        between = learned.cov[room.where[p], room.where[q]]
                        room.s[i, j] += room.hb[i, p] * between * room.hb[j, q]
    if not triangle(n, room.s):
        return False
    for i in range(n):
        y = room.nu[i, 0]
        for q in range(8):
            if room.where[q] >= 0:
                y -= room.hb[i, q] * learned.bias[room.where[q]]
        for a in range(i):
            y -= room.s[i, a] * room.nu[a, 1]
        y /= room.s[i, i]
        room.nu[i, 1] = y
        total += y * y
    return total <= GATE


@part
def work_in(i: int, learned: Learned, room: Room) -> None:
    """Scalar i of room.nu and room.hb, of variance 1, into the offsets and their covariance (Kalman)."""
    bias, cov, g = learned.bias, learned.cov, room.g
    size = bias.shape[0]
    s, innovation = 1.0, room.nu[i, 0]
    for a in range(size):
        g[a] = 0.0
        for q in range(8):
            if room.where[q] >= 0:
                g[a] += cov[a, room.where[q]] * room.hb[i, q]
    for q in range(8):
        if room.where[q] >= 0:
            s += g[room.where[q]] * room.hb[i, q]
            innovation -= room.hb[i, q] * bias[room.where[q]]
    for a in range(size):
        gain = g[a] / s
        bias[a] += gain * innovation
        for b in range(size):
            cov[a, b] -= gain * g[b]
