"""What a sensor would measure of a state, how well it could see it, and what state a single detection speaks for.

A detection is a handful of scalars with independent errors (range, azimuth, ...; or east, north, up in axes of its
own), so that it is worked in one scalar at a time: no matrix is inverted. Source of the sequential form: Bierman,
"Factorization Methods for Discrete Sequential Estimation" (1977), II.7; of the converted birth: Mo et al., IEEE TAES
1998 (unbiased polar conversion).
"""

import math

from tocsin.geo.kernels import geodetic_from_ecef
from tocsin.tracking.kernels.columns import (
    ALTITUDE,
    AZIMUTH,
    CARRIED,
    DIRECTION,
    EAST,
    ECHO,
    ELEVATION,
    ELEVATION_MAX,
    ELEVATION_MIN,
    FIELD_FROM,
    FIELD_TO,
    HORIZON,
    NORTH,
    NOTCH,
    PD,
    PLACED,
    RANGE,
    RANGE_MAX,
    RANGE_MIN,
    RANGE_RATE,
    REFERENCE,
    SKYLINE_STEP,
    UP,
    VELOCITY_EAST,
    VELOCITY_UP,
    Floats,
    Sensors,
)
from tocsin.tracking.kernels.motion import upward
from tocsin.tracking.kernels.njit import kernel, part
from tocsin.tracking.kernels.sound.retarded import Place, retarded

POLAR_BITS = (1 << RANGE) | (1 << AZIMUTH) | (1 << ELEVATION) | (1 << RANGE_RATE) | (1 << ALTITUDE)
EFFECTIVE_EARTH_M = 2.0 * 6371008.8 * 4.0 / 3.0  # twice the 4/3-earth radius
TWO_PI = 2.0 * math.pi
WIDE = 4.0  # an angle's variance over its measured one, from which a direction is worked in twice
LOG_FALSE = math.log(1e-6)  # of the false alarm probability of one cell, as radars are usually set
NOTCHED = 0.05  # what is left of the detection probability inside the Doppler notch


@kernel
def half_turn(angle: float) -> float:
    """An angle as a difference in [-pi, pi)."""
    return angle - TWO_PI * math.floor((angle + math.pi) / TWO_PI)


@part
def polar(
    mask: int,
    z: Floats,
    var: Floats,
    place: Floats,
    axes: Floats,
    x: Floats,
    dt: float,
    earth: int,
    h: Floats,
    nu: Floats,
) -> int:
    """Residuals and gradients of the polar scalars in `mask` of one row at the mean x (6,), `dt` seconds after it.

    z, var: the row's values and variances. place (3,), axes (3, 3): the sensor's.

    Fills h (QUANTITIES, 6), and nu (QUANTITIES, 2) with residual and variance, from row 0 on; returns how many.
    """
    d0 = x[0] + dt * x[3] - place[0]
    d1 = x[1] + dt * x[4] - place[1]
    d2 = x[2] + dt * x[5] - place[2]
    e = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
    n = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
    u = axes[2, 0] * d0 + axes[2, 1] * d1 + axes[2, 2] * d2
    g2 = max(e * e + n * n, 1e-6)
    g = math.sqrt(g2)
    r = math.sqrt(g2 + u * u)
    k = 0
    if mask & (1 << RANGE):
        nu[k, 0], nu[k, 1] = z[RANGE] - r, var[RANGE]
        h[k, 0], h[k, 1], h[k, 2] = d0 / r, d1 / r, d2 / r
        k += 1
    if mask & (1 << AZIMUTH):
        nu[k, 0], nu[k, 1] = half_turn(z[AZIMUTH] - math.atan2(e, n)), var[AZIMUTH]
        for a in range(3):
            h[k, a] = (n * axes[0, a] - e * axes[1, a]) / g2
        k += 1
    if mask & (1 << ELEVATION):
        nu[k, 0], nu[k, 1] = z[ELEVATION] - math.atan2(u, g), var[ELEVATION]
        for a in range(3):
            h[k, a] = (g * axes[2, a] - u * (e * axes[0, a] + n * axes[1, a]) / g) / (r * r)
        k += 1
    if mask & (1 << ALTITUDE):
        if earth:
            altitude = geodetic_from_ecef(x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5])[2]
            upward(x, earth, h[k])
        else:
            altitude = x[2] + dt * x[5]
            h[k, 0], h[k, 1], h[k, 2] = 0.0, 0.0, 1.0
        nu[k, 0], nu[k, 1] = z[ALTITUDE] - altitude, var[ALTITUDE]
        k += 1
    for q in range(k):
        for a in range(3):
            h[q, 3 + a] = dt * h[q, a]
    if mask & (1 << RANGE_RATE):
        rate = (d0 * x[3] + d1 * x[4] + d2 * x[5]) / r
        nu[k, 0], nu[k, 1] = z[RANGE_RATE] - rate, var[RANGE_RATE]
        d = (d0, d1, d2)
        for a in range(3):
            h[k, a] = (x[3 + a] - rate * d[a] / r) / r
            h[k, 3 + a] = d[a] / r + dt * h[k, a]
        k += 1
    return k


@part
def cartesian(
    mask: int, z: Floats, var: Floats, axes: Floats, x: Floats, dt: float, h: Floats, nu: Floats, k: int
) -> int:
    """As `polar`, for position and velocity along the row's own axes, from row k on; returns how many there are now."""
    for q in range(EAST, UP + 1):
        if mask & (1 << q):
            c = axes[q - EAST]
            d0, d1, d2 = z[EAST] - x[0] - dt * x[3], z[NORTH] - x[1] - dt * x[4], z[UP] - x[2] - dt * x[5]
            nu[k, 0], nu[k, 1] = c[0] * d0 + c[1] * d1 + c[2] * d2, var[q]
            for a in range(3):
                h[k, a] = c[a]
                h[k, 3 + a] = dt * c[a]
            k += 1
    for q in range(VELOCITY_EAST, VELOCITY_UP + 1):
        if mask & (1 << q):
            c = axes[q - VELOCITY_EAST]
            d0, d1, d2 = z[8] - x[3], z[9] - x[4], z[10] - x[5]
            nu[k, 0], nu[k, 1] = c[0] * d0 + c[1] * d1 + c[2] * d2, var[q]
            for a in range(3):
                h[k, a] = 0.0
                h[k, 3 + a] = c[a]
            k += 1
    return k


@kernel
def correct(x: Floats, p: Floats, h: Floats, innovation: float, variance: float, g: Floats) -> float:
    """One scalar into mean x (6,) and covariance p (6, 6), in place; g (6,) is room. Returns the innovation's variance.

    s = h P h^T + r,   K = P h^T / s,   x += K nu,   P -= K s K^T
    """
    s = variance
    for a in range(6):
        g[a] = p[a, 0] * h[0] + p[a, 1] * h[1] + p[a, 2] * h[2] + p[a, 3] * h[3] + p[a, 4] * h[4] + p[a, 5] * h[5]
    for a in range(6):
        s += h[a] * g[a]
    for a in range(6):
        gain = g[a] / s
        x[a] += gain * innovation
        for b in range(6):
            p[a, b] -= gain * g[b]
    return s


@part
def turned(
    mask: int, z: Floats, var: Floats, place: Place, axes: Floats, dt: float, gate: float, x: Floats, p: Floats,
    room: Floats,
) -> float:  # fmt: skip
    """`evaluate` for a row without a range: azimuth and elevation, as they come from the past.

    Where range is uncertain, so is the gradient: it is taken again at the corrected mean (iterated extended Kalman
    filter, Bell and Cathey 1993). Likelihood and gate are those of the first pass.
    """
    h, nu, at, start = room[0], room[1], room[2, 0], room[2, 2]
    k = retarded(mask, z, var, place, axes, x, dt, h, nu)
    for a in range(6):
        at[a], start[a] = x[a], x[a]
        for b in range(6):
            room[2, 3 + a, b] = p[a, b]
    likelihood = 0.0
    for turn in range(2):
        d2, scale, wide = 0.0, 1.0, False
        for q in range(k):
            innovation = nu[q, 0]
            for a in range(6):
                innovation -= h[q, a] * (x[a] - at[a])
            v = correct(x, p, h[q], innovation, nu[q, 1], room[2, 1])
            d2 += innovation * innovation / v
            scale *= TWO_PI * v
            wide = wide or v > WIDE * nu[q, 1]
        if turn == 1:
            break
        if k == 0 or d2 > gate:
            return 0.0
        likelihood = math.exp(-0.5 * d2) / math.sqrt(scale)
        if not wide:
            break
        for a in range(6):
            at[a] = x[a]
        if retarded(mask, z, var, place, axes, x, dt, h, nu) == 0:
            break
        for a in range(6):
            x[a] = start[a]
            for b in range(6):
                p[a, b] = room[2, 3 + a, b]
    return likelihood


@part
def placed(mask: int, dt: float, earth: int) -> bool:
    """Is a row a place along the frame's own axes at the time of the state, and nothing else? See `close`."""
    return earth == 0 and dt == 0.0 and mask & POLAR_BITS == 0 and mask < (1 << VELOCITY_EAST)


@part
def outline(mask: int, z: Floats, var: Floats, near: Floats) -> None:
    """A place as near (6,): three coordinates, and three variances of which -1 is "not measured"."""
    for q in range(3):
        near[q] = z[EAST + q]
        near[3 + q] = var[EAST + q] if mask & (1 << (EAST + q)) else -1.0


@part
def close(near: Floats, gate: float, x: Floats, p: Floats, low: Floats, e: Floats) -> float:
    """The likelihood of a place (see `outline`), 0 beyond the gate; what `work_in` needs of it: low (6,), e (3,).

    S = P_pp + R = L L^T,   e = L^-1 (z - x),   d2 = e^T e,   likelihood = exp(-d2 / 2) / sqrt(|2 pi S|)

    low: 1 / L00, L10, L20, 1 / L11, L21, 1 / L22. What was not measured has 1 / L = 0, and so no weight.
    """
    scale = 1.0
    w0, w1, w2, l10, l20, l21 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if near[3] >= 0.0:
        s00 = p[0, 0] + near[3]
        w0 = 1.0 / math.sqrt(s00)
        l10, l20 = p[1, 0] * w0, p[2, 0] * w0
        scale *= TWO_PI * s00
    if near[4] >= 0.0:
        s11 = p[1, 1] + near[4] - l10 * l10
        w1 = 1.0 / math.sqrt(s11)
        l21 = (p[2, 1] - l20 * l10) * w1
        scale *= TWO_PI * s11
    if near[5] >= 0.0:
        s22 = p[2, 2] + near[5] - l20 * l20 - l21 * l21
        w2 = 1.0 / math.sqrt(s22)
        scale *= TWO_PI * s22
    e0 = (near[0] - x[0]) * w0
    e1 = (near[1] - x[1] - l10 * e0) * w1
    e2 = (near[2] - x[2] - l20 * e0 - l21 * e1) * w2
    d2 = e0 * e0 + e1 * e1 + e2 * e2
    if d2 > gate:
        return 0.0
    low[0], low[1], low[2], low[3], low[4], low[5] = w0, l10, l20, w1, l21, w2
    e[0], e[1], e[2] = e0, e1, e2
    return math.exp(-0.5 * d2) / math.sqrt(scale)


@part
def work_in(x0: Floats, p0: Floats, low: Floats, e: Floats, y: Floats, x: Floats, p: Floats) -> None:
    """A place into the state x0 (6,), p0 (6, 6), as `close` left it: into x and p. y (3, 6) is room.

    Y = L^-1 [P_pp P_pv],   x = x0 + Y^T e,   P = P0 - Y^T Y
    """
    w0, l10, l20, w1, l21, w2 = low[0], low[1], low[2], low[3], low[4], low[5]
    e0, e1, e2 = e[0], e[1], e[2]
    for a in range(6):
        y0 = p0[a, 0] * w0
        y1 = (p0[a, 1] - l10 * y0) * w1
        y2 = (p0[a, 2] - l20 * y0 - l21 * y1) * w2
        y[0, a], y[1, a], y[2, a] = y0, y1, y2
        x[a] = x0[a] + y0 * e0 + y1 * e1 + y2 * e2
    for a in range(6):
        y0, y1, y2 = y[0, a], y[1, a], y[2, a]
        for b in range(a + 1):
            p[a, b] = p0[a, b] - y0 * y[0, b] - y1 * y[1, b] - y2 * y[2, b]
            p[b, a] = p[a, b]


@part
def work_in_or_miss(
    x0: Floats, p0: Floats, low: Floats, e: Floats, share: float, y: Floats, x: Floats, p: Floats
) -> None:
    """The moments of "this place was its own", with weight `share`, and "it was missed": into x (6,) and p (6, 6).

    As `work_in`, then a mixture of two, with d = Y^T e:   x = x0 + w d,   P = P0 - w Y^T Y + w (1 - w) d d^T
    """
    w0, l10, l20, w1, l21, w2 = low[0], low[1], low[2], low[3], low[4], low[5]
    e0, e1, e2 = e[0], e[1], e[2]
    apart = share * (1.0 - share)
    for a in range(6):
        y0 = p0[a, 0] * w0
        y1 = (p0[a, 1] - l10 * y0) * w1
        y2 = (p0[a, 2] - l20 * y0 - l21 * y1) * w2
        y[0, a], y[1, a], y[2, a], y[3, a] = y0, y1, y2, y0 * e0 + y1 * e1 + y2 * e2
        x[a] = x0[a] + share * y[3, a]
    for a in range(6):
        y0, y1, y2, d = share * y[0, a], share * y[1, a], share * y[2, a], apart * y[3, a]
        for b in range(a + 1):
            p[a, b] = p0[a, b] - y0 * y[0, b] - y1 * y[1, b] - y2 * y[2, b] + d * y[3, b]
            p[b, a] = p[a, b]


@part
def evaluate(
    mask: int,
    z: Floats,
    var: Floats,
    axes: Floats,
    place: Floats,
    site_axes: Floats,
    dt: float,
    earth: int,
    gate: float,
    x: Floats,
    p: Floats,
    room: Floats,
) -> float:
    """Work the scalars in `mask` of one row into one mean and covariance, in place; returns their likelihood.

    z, var, axes: the row's (see Rows); place, site_axes: the sensor's. (Whole tables as arguments cost more than this.)
    Gradients are taken once, at the mean that came in (extended Kalman filter). Beyond the gate (of the squared
    Mahalanobis distance) it stops early with likelihood 0, and x and p are then of no use. room: (3, QUANTITIES, 6).
    """
    if mask & (1 << DIRECTION):
        at = (z[EAST], z[NORTH], z[UP]) if mask & (1 << CARRIED) else (place[0], place[1], place[2])
        return turned(mask, z, var, at, site_axes, dt, gate, x, p, room)
    h, nu, start = room[0], room[1], room[2, 0]
    d2, scale = 0.0, 1.0
    if placed(mask, dt, earth):
        outline(mask, z, var, h[5])
        likelihood = close(h[5], gate, x, p, h[3], h[4])
        if likelihood > 0.0:
            work_in(x, p, h[3], h[4], h, x, p)
        return likelihood
    k = 0
    if mask & POLAR_BITS:
        k = polar(mask, z, var, place, site_axes, x, dt, earth, h, nu)
    k = cartesian(mask, z, var, axes, x, dt, h, nu, k)
    for a in range(6):
        start[a] = x[a]
    for q in range(k):
        innovation = nu[q, 0]
        for a in range(6):
            innovation -= h[q, a] * (x[a] - start[a])
        v = correct(x, p, h[q], innovation, nu[q, 1], room[2, 1])
        d2 += innovation * innovation / v
        scale *= TWO_PI * v
        if d2 > gate:
            return 0.0
    return math.exp(-0.5 * d2) / math.sqrt(scale)


@part
def visible(sensors: Sensors, s: int, x: Floats, p: Floats, earth: int, sector: Floats) -> tuple[float, float]:
    """How likely sensor s detects a state, and how likely the state lies in the sector (from, to) now looked at."""
    num = sensors.num[s]
    if num[PLACED] == 0.0:
        return num[PD], 1.0
    axes = sensors.axes[s]
    d0, d1, d2 = x[0] - sensors.place[s, 0], x[1] - sensors.place[s, 1], x[2] - sensors.place[s, 2]
    r2 = d0 * d0 + d1 * d1 + d2 * d2
    e = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
    n = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
    u = axes[2, 0] * d0 + axes[2, 1] * d1 + axes[2, 2] * d2
    g = math.sqrt(e * e + n * n)
    inside = 1.0 if math.isnan(sector[0]) else in_sector(axes, e, n, p, sector)
    if inside < 1e-6:
        return 0.0, 0.0
    if r2 > num[RANGE_MAX] * num[RANGE_MAX] or r2 < num[RANGE_MIN] * num[RANGE_MIN]:
        return 0.0, inside
    elevation = math.atan2(u, g)
    if elevation < num[ELEVATION_MIN] or elevation > num[ELEVATION_MAX]:
        return 0.0, inside
    if earth and num[HORIZON] >= 0.0:
        altitude = geodetic_from_ecef(x[0], x[1], x[2])[2]
        if g > num[HORIZON] + math.sqrt(EFFECTIVE_EARTH_M * max(altitude, 0.0)):
            return 0.0, inside
    if not math.isnan(num[FIELD_FROM]):
        width = (num[FIELD_TO] - num[FIELD_FROM]) % TWO_PI
        if width > 0.0 and (math.atan2(e, n) - num[FIELD_FROM]) % TWO_PI > width:
            return 0.0, inside
    if sensors.skylines[s, 0] >= 0 and hidden(sensors, s, math.atan2(e, n), g, x):
        return 0.0, inside
    pd = num[PD] if num[ECHO] == 0.0 else echo(num, r2)
    if num[NOTCH] > 0.0 and r2 > 0.0:
        rate = (d0 * x[3] + d1 * x[4] + d2 * x[5]) / math.sqrt(r2)
        var = 0.0
        d = (d0, d1, d2)
        for a in range(3):
            for b in range(3):
                var += d[a] * d[b] * p[3 + a, 3 + b] / r2
        sigma = math.sqrt(2.0 * max(var, 0.0)) + 1e-9
        slow = 0.5 * (math.erf((num[NOTCH] - rate) / sigma) + math.erf((num[NOTCH] + rate) / sigma))
        pd *= 1.0 - (1.0 - NOTCHED) * slow
    return pd, inside


@part
def echo(num: Floats, r2: float) -> float:
    """Detection probability by range, r2 = R^2: Swerling 1, pd = pfa^(1 / (1 + snr)), snr as R^-4."""
    ratio = num[REFERENCE] * num[REFERENCE] / max(r2, 1.0)
    return math.exp(LOG_FALSE / (1.0 + (num[ECHO] - 1.0) * ratio * ratio))


@part
def hidden(sensors: Sensors, s: int, azimuth: float, g: float, x: Floats) -> bool:
    """Does the ground hide a place x, at this azimuth and distance along the ground, from sensor s?"""
    first, azimuths, distances = sensors.skylines[s, 0], sensors.skylines[s, 1], sensors.skylines[s, 2]
    row = math.floor(azimuth % TWO_PI / TWO_PI * azimuths + 0.5) % azimuths
    column = min(g / sensors.num[s, SKYLINE_STEP], distances - 1.001)
    q = int(column)
    at = first + row * distances + q
    lowest = sensors.skyline[at] + (column - q) * (sensors.skyline[at + 1] - sensors.skyline[at])
    return bool(geodetic_from_ecef(x[0], x[1], x[2])[2] < lowest)


@part
def in_sector(axes: Floats, e: float, n: float, p: Floats, sector: Floats) -> float:
    """How likely a state at (e, n) from the sensor, with covariance p, lies between two azimuths (clockwise)."""
    half: float = 0.5 * ((sector[1] - sector[0]) % TWO_PI)
    g2 = e * e + n * n
    if half == 0.0:  # from and to are one: a whole turn
        return 1.0
    if g2 < 1.0:
        return half / math.pi
    off = half_turn(math.atan2(e, n) - sector[0] - half)
    across = 0.0  # variance of the azimuth, times g^4
    for a in range(3):
        for b in range(3):
            across += (n * axes[0, a] - e * axes[1, a]) * (n * axes[0, b] - e * axes[1, b]) * p[a, b]
    sigma = math.sqrt(2.0 * max(across, 0.0)) / g2 + 1e-9
    return 0.5 * (math.erf((half - off) / sigma) + math.erf((half + off) / sigma))
