"""A direction is that of the past: what is heard at t left its source at t - tau, with |x(t - tau) - s| = c tau.

The air moves with the wind w, so that in the air's own frame a source with velocity v flies with u = v - w. With
y = x(t) - s, the vector from the station to where the sound seems to come from is

    q = y - u tau,   |q| = c tau,   (c^2 - u^2) tau^2 + 2 (y u) tau - y^2 = 0

which for |u| < c has one solution that is not negative. With n = q / |q| and k = c + n u, its differentials are

    dtau = n (dy - tau du) / k,   dq = (I - u n^T / k) (dy - tau du),   dq/dc = u tau / k

Source: Blackstock, "Fundamentals of Physical Acoustics" (2000), 8.B (moving air); Doppler and retarded time as in any
text. Light is the same with a large c. Faster than 0.9 c there is a front, not a hum: no direction.
"""

import math

from tocsin.tracking.kernels.columns import (
    AZIMUTH,
    DIRECTION,
    ELEVATION,
    RANGE,
    SPEED,
    VELOCITY_EAST,
    WIND_X,
    Floats,
    Sensors,
)
from tocsin.tracking.kernels.njit import part

Place = tuple[float, float, float]
TWO_PI = 2.0 * math.pi
FRONT_MACH = 0.9  # a faster source gives a shock front


@part
def delay(y0: float, y1: float, y2: float, u0: float, u1: float, u2: float, c: float) -> float:
    """How old, in s, the sound is that is heard now of a source at y (m from the station) with velocity u; -1: none."""
    u2_ = u0 * u0 + u1 * u1 + u2 * u2
    if not u2_ < (FRONT_MACH * c) ** 2:
        return -1.0
    yu = y0 * u0 + y1 * u1 + y2 * u2
    yy = y0 * y0 + y1 * y1 + y2 * y2
    a = c * c - u2_
    tau: float = (math.sqrt(yu * yu + a * yy) - yu) / a
    return tau


@part
def retarded(
    mask: int, z: Floats, var: Floats, place: Place, axes: Floats, x: Floats, dt: float, h: Floats, nu: Floats
) -> int:
    """Residuals and gradients of azimuth and elevation of one DIRECTION row at the mean x (6,), `dt` seconds after it.

    z, var: the row's (see Rows: speed of sound and wind stand in columns that a direction does not measure).
    place (3,), axes (3, 3): the station's. Fills h (k, 6), and nu (k, 2) with residual and variance, the speed's and
    the wind's own uncertainty included; returns k, which is 0 for a source too fast to be heard as a direction.
    """
    c = z[RANGE]
    y0 = x[0] + dt * x[3] - place[0]
    y1 = x[1] + dt * x[4] - place[1]
    y2 = x[2] + dt * x[5] - place[2]
    u0, u1, u2 = x[3] - z[VELOCITY_EAST], x[4] - z[VELOCITY_EAST + 1], x[5] - z[VELOCITY_EAST + 2]
    tau = delay(y0, y1, y2, u0, u1, u2, c)
    if tau < 0.0:
        return 0
    q0, q1, q2 = y0 - tau * u0, y1 - tau * u1, y2 - tau * u2
    e = axes[0, 0] * q0 + axes[0, 1] * q1 + axes[0, 2] * q2
    n = axes[1, 0] * q0 + axes[1, 1] * q1 + axes[1, 2] * q2
    up = axes[2, 0] * q0 + axes[2, 1] * q1 + axes[2, 2] * q2
    g2 = max(e * e + n * n, 1.0)
    g, r = math.sqrt(g2), math.sqrt(g2 + up * up)
    k = 0
    if mask & (1 << AZIMUTH):
        off = z[AZIMUTH] - math.atan2(e, n)
        nu[k, 0], nu[k, 1] = off - TWO_PI * math.floor((off + math.pi) / TWO_PI), var[AZIMUTH]
        for a in range(3):
            h[k, a] = (n * axes[0, a] - e * axes[1, a]) / g2
        k += 1
    if mask & (1 << ELEVATION):
        nu[k, 0], nu[k, 1] = z[ELEVATION] - math.atan2(up, g), var[ELEVATION]
        for a in range(3):
            h[k, a] = (g * axes[2, a] - up * (e * axes[0, a] + n * axes[1, a]) / g) / (r * r)
        k += 1
    nx, ny, nz = q0 / r, q1 / r, q2 / r
    slow = c + nx * u0 + ny * u1 + nz * u2
    for m in range(k):
        gu = (h[m, 0] * u0 + h[m, 1] * u1 + h[m, 2] * u2) / slow
        nu[m, 1] += (gu * tau) ** 2 * var[RANGE]
        h[m, 0] -= gu * nx
        h[m, 1] -= gu * ny
        h[m, 2] -= gu * nz
        he = h[m, 0] * axes[0, 0] + h[m, 1] * axes[0, 1] + h[m, 2] * axes[0, 2]
        hn = h[m, 0] * axes[1, 0] + h[m, 1] * axes[1, 1] + h[m, 2] * axes[1, 2]
        nu[m, 1] += tau * tau * (he * he + hn * hn) * var[VELOCITY_EAST]
        for a in range(3):
            h[m, 3 + a] = (dt - tau) * h[m, a]
    return k


@part
def earlier(sensors: Sensors, s: int, x: Floats, past: Floats) -> float:
    """Into past (6,): where a source that is now at x (6,) was when it gave what station s hears, and returns how long
    ago that was, in s; -1: it is too fast.
    """
    num, place = sensors.num[s], sensors.place[s]
    u0, u1, u2 = x[3] - num[WIND_X], x[4] - num[WIND_X + 1], x[5] - num[WIND_X + 2]
    tau = delay(x[0] - place[0], x[1] - place[1], x[2] - place[2], u0, u1, u2, num[SPEED])
    for a in range(3):
        past[a] = x[a] - max(tau, 0.0) * x[3 + a]
        past[3 + a] = x[3 + a]
    return tau


@part
def is_direction(mask: int) -> bool:
    """Is this row a direction without a range?"""
    return mask & (1 << DIRECTION) != 0
