"""Where bodies without wings come down, and where they were thrown: gravity, drag in moving air, the turning earth.

    dv = g(p) + [w^2 p_xy] - 2 w x v - rho(h) / (2 b) |v - u| (v - u)

in ECEF, b: mass per (area times drag coefficient), u: wind, w: the earth's rate of turn; in a local frame g points down
and nothing turns. Classical Runge-Kutta. The tracker has equations of its own; tests hold the two together.

Sources: NGA.STND.0036 (GM, rate of turn); U.S. Standard Atmosphere 1976, equations 33a and 33b; McCoy, "Modern Exterior
Ballistics", chapters 8 and 9.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

A_M, B_M = 6_378_137.0, 6_356_752.314245
GM_M3PS2, J2, TURN_RADPS, LEVEL_G = 3.986004418e14, 1.082629821e-3, 7.292115e-5, 9.80665


@njit(cache=True)
def height_m(x: Floats, earth: int) -> float:
    """Height of a state (6,) above the ellipsoid along the radius, or up in a local frame."""
    if not earth:
        return float(x[2])
    flat2, polar2 = x[0] * x[0] + x[1] * x[1], x[2] * x[2]
    r2 = flat2 + polar2
    return float(math.sqrt(r2) - A_M * B_M * math.sqrt(r2 / (B_M * B_M * flat2 + A_M * A_M * polar2)))


@njit(cache=True)
def slope(x: Floats, body: float, wind: Floats, earth: int, out: Floats) -> None:
    """Derivative of a state x (6,) into out (6,)."""
    height = height_m(x, earth)
    if height < 11_000.0:
        air = 1.225 * (1.0 - 2.25577e-5 * max(height, -1_000.0)) ** 4.25588
    else:
        air = 0.363918 * math.exp(-(height - 11_000.0) / 6_341.62)
    u, v, w = x[3] - wind[0], x[4] - wind[1], x[5] - wind[2]
    drag = -0.5 * air / body * math.sqrt(u * u + v * v + w * w)
    out[0], out[1], out[2] = x[3], x[4], x[5]
    out[3], out[4], out[5] = drag * u, drag * v, drag * w
    if not earth:
        out[5] -= LEVEL_G
        return
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    base = -GM_M3PS2 / (r2 * math.sqrt(r2))
    flat, sine2 = 1.5 * J2 * A_M * A_M / r2, 5.0 * x[2] * x[2] / r2
    across = base * (1.0 + flat * (1.0 - sine2)) + TURN_RADPS * TURN_RADPS
    out[3] += across * x[0] + 2.0 * TURN_RADPS * x[4]
    out[4] += across * x[1] - 2.0 * TURN_RADPS * x[3]
    out[5] += base * (1.0 + flat * (3.0 - sine2)) * x[2]


@njit(cache=True)
def step(x: Floats, dt: float, body: float, wind: Floats, earth: int, room: Floats) -> None:
    """One Runge-Kutta step of a state x (6,), in place; room (5, 6)."""
    slope(x, body, wind, earth, room[0])
    for k in range(1, 4):
        part = dt if k == 3 else 0.5 * dt
        for a in range(6):
            room[4, a] = x[a] + part * room[k - 1, a]
        slope(room[4], body, wind, earth, room[k])
    for a in range(6):
        x[a] += dt / 6.0 * (room[0, a] + 2.0 * room[1, a] + 2.0 * room[2, a] + room[3, a])


@njit(cache=True)
def grounds(
    state: Floats, body: Floats, winds: Floats, earth: int, ground: float, dt: float, most: int, lies: int = 1
) -> Floats:
    """Where and when each of m bodies passes the ground: (m, 4) its place and the seconds until then; NaN: it does not.

    state (m, 6), body (m,) mass per drag, winds (m, 3), ground: its height m; dt below 0: where it came from. At most
    `most` steps. What is below the ground at the start lies where it is, or with `lies` 0 may rise over it first.
    """
    out = np.full((state.shape[0], 4), np.nan)
    room, x = np.empty((5, 6)), np.empty(6)
    for m in range(state.shape[0]):
        for a in range(6):
            x[a] = state[m, a]
        before = height_m(x, earth)
        if lies and before <= ground:
            out[m, 0], out[m, 1], out[m, 2], out[m, 3] = x[0], x[1], x[2], 0.0
            continue
        for k in range(most):
            px, py, pz = x[0], x[1], x[2]
            step(x, dt, body[m], winds[m], earth, room)
            now = height_m(x, earth)
            if now <= ground < before:
                part = (before - ground) / (before - now)
                out[m, 0], out[m, 1] = px + part * (x[0] - px), py + part * (x[1] - py)
                out[m, 2], out[m, 3] = pz + part * (x[2] - pz), dt * (k + part)
                break
            before = now
    return out
