"""A body without wings or will: gravity, drag in moving air, and the turning of the earth, with linearised covariance.

    dp = v dt
    dv = g(p) dt + [w^2 p_xy] dt - 2 w x v dt - rho(h) / (2 b) |v - u| (v - u) dt + noise

in ECEF, b: mass per (area times drag coefficient), u: wind, w: the earth's rate of turn; in a local frame g points down
and nothing turns. Means by the classical Runge-Kutta method; covariances by Phi P Phi^T + Q with Phi = exp(A h) to
second order, A the derivative of the above at the middle of each step. Steps are at most STEP_S, so predict(a + b) is
predict(a), then predict(b), but for what the method leaves (docs/explanation/maths/ballistic.md says how much).

Sources: NGA.STND.0036 (GM, J2, rate of turn); U.S. Standard Atmosphere 1976, equations 33a and 33b; McCoy, "Modern
Exterior Ballistics", chapters 8 and 9; Li and Jilkov, "Survey of maneuvering target tracking, part II: ballistic target
models", Proc. SPIE 4473 (2001).
"""

import math

from tocsin.geo.ellipsoid import A_M, B_M
from tocsin.tracking.kernels.columns import FALL, NOISE, WIND, Floats
from tocsin.tracking.kernels.njit import kernel, part

STEP_S = 0.5
STEPS_MAX = 2400  # 20 min: nothing that falls flies longer
GROUND_M = -300.0  # below this it lies: nothing on land is deeper, and air and equations end here
DRAG_SIGMA = 0.25  # how far off the drag may be (shape, tumbling, speed of sound), as a share
DRAG_TIME_S = 2.0  # and for how long it stays so
GM_M3PS2 = 3.986004418e14
J2 = 1.082629821e-3
TURN_RADPS = 7.292115e-5
LEVEL_G = 9.80665
SCALE_M = 8_000.0  # air thins by e in about this
Three = tuple[float, float, float]


@kernel
def density_kgpm3(height: float) -> float:
    """Air at a height (m): the troposphere, and above 11 km the isothermal layer carried on."""
    if height < 11_000.0:
        thin: float = 1.225 * (1.0 - 2.25577e-5 * max(height, -1_000.0)) ** 4.25588
        return thin
    upper: float = 0.363918 * math.exp(-(height - 11_000.0) / 6_341.62)
    return upper


@part
def height_m(p: Three, earth: int) -> float:
    """Height above the ellipsoid along the radius (1 m off at 100 km), or up in a local frame."""
    if not earth:
        return p[2]
    flat2, polar2 = p[0] * p[0] + p[1] * p[1], p[2] * p[2]
    r2 = flat2 + polar2
    altitude: float = math.sqrt(r2) - A_M * B_M * math.sqrt(r2 / (B_M * B_M * flat2 + A_M * A_M * polar2))
    return altitude


@kernel
def acceleration(p: Three, v: Three, k: float, wind: Three, earth: int) -> Three:
    """Acceleration at p and v; k: density / (2 mass per drag), 1/m."""
    u = (v[0] - wind[0], v[1] - wind[1], v[2] - wind[2])
    drag = -k * math.sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2])
    if not earth:
        return drag * u[0], drag * u[1], drag * u[2] - LEVEL_G
    r2 = p[0] * p[0] + p[1] * p[1] + p[2] * p[2]
    base = -GM_M3PS2 / (r2 * math.sqrt(r2))
    flat, sine2 = 1.5 * J2 * A_M * A_M / r2, 5.0 * p[2] * p[2] / r2
    across = base * (1.0 + flat * (1.0 - sine2)) + TURN_RADPS * TURN_RADPS
    along = base * (1.0 + flat * (3.0 - sine2))
    return (
        drag * u[0] + across * p[0] + 2.0 * TURN_RADPS * v[1],
        drag * u[1] + across * p[1] - 2.0 * TURN_RADPS * v[0],
        drag * u[2] + along * p[2],
    )


@part
def ahead(p: Three, by: float, v: Three) -> Three:
    """P + by * v."""
    return p[0] + by * v[0], p[1] + by * v[1], p[2] + by * v[2]


@kernel
def step(p: Three, v: Three, h: float, body: float, wind: Three, earth: int) -> tuple[Three, Three]:
    """One Runge-Kutta step of h seconds; body: mass per drag."""
    half = 0.5 / body
    a1 = acceleration(p, v, half * density_kgpm3(height_m(p, earth)), wind, earth)
    p2, v2 = ahead(p, 0.5 * h, v), ahead(v, 0.5 * h, a1)
    k = half * density_kgpm3(height_m(p2, earth))
    a2 = acceleration(p2, v2, k, wind, earth)
    p3, v3 = ahead(p, 0.5 * h, v2), ahead(v, 0.5 * h, a2)
    a3 = acceleration(p3, v3, k, wind, earth)
    p4, v4 = ahead(p, h, v3), ahead(v, h, a3)
    a4 = acceleration(p4, v4, half * density_kgpm3(height_m(p4, earth)), wind, earth)
    p = ahead(ahead(ahead(ahead(p, h / 6.0, v), h / 3.0, v2), h / 3.0, v3), h / 6.0, v4)
    v = ahead(ahead(ahead(ahead(v, h / 6.0, a1), h / 3.0, a2), h / 3.0, a3), h / 6.0, a4)
    return p, v


@part
def slopes(p: Three, v: Three, k: float, wind: Three, earth: int, gp: Floats, gv: Floats) -> None:
    """Derivatives of `acceleration` by place, gp (3, 3), and by velocity, gv (3, 3)."""
    u = (v[0] - wind[0], v[1] - wind[1], v[2] - wind[2])
    speed = max(math.sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2]), 1e-3)
    r = math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2])
    up = (p[0] / r, p[1] / r, p[2] / r) if earth else (0.0, 0.0, 1.0)
    pull = GM_M3PS2 / (r * r * r) if earth else 0.0
    for a in range(3):
        for b in range(3):
            same = 1.0 if a == b else 0.0
            gp[a, b] = k * speed * u[a] * up[b] / SCALE_M - pull * (same - 3.0 * up[a] * up[b])
            gv[a, b] = -k * (speed * same + u[a] * u[b] / speed)
    if earth:
        gv[0, 1] += 2.0 * TURN_RADPS
        gv[1, 0] -= 2.0 * TURN_RADPS


@part
def spread(gp: Floats, gv: Floats, h: float, f: Floats) -> None:
    """Phi = exp(A h) to second order: blocks pp, pv, vp, vv into f[:4]; gp and gv may be f[5] and f[6]."""
    for a in range(3):
        for b in range(3):
            same = 1.0 if a == b else 0.0
            gvgp = gv[a, 0] * gp[0, b] + gv[a, 1] * gp[1, b] + gv[a, 2] * gp[2, b]
            gvgv = gv[a, 0] * gv[0, b] + gv[a, 1] * gv[1, b] + gv[a, 2] * gv[2, b]
            f[0, a, b] = same + 0.5 * h * h * gp[a, b]
            f[1, a, b] = h * same + 0.5 * h * h * gv[a, b]
            f[2, a, b] = h * gp[a, b] + 0.5 * h * h * gvgp
            f[3, a, b] = same + h * gv[a, b] + 0.5 * h * h * (gvgv + gp[a, b])


@part
def carry(p: Floats, f: Floats, rows: int) -> None:
    """P <- Phi P by columns (rows: 0), or P <- P Phi^T by rows (1); Phi: f[:4], and f[4, :2] is room."""
    for c in range(6):
        for a in range(3):
            near, far = 0.0, 0.0
            for b in range(3):
                one, other = (p[c, b], p[c, 3 + b]) if rows else (p[b, c], p[3 + b, c])
                near += f[0, a, b] * one + f[1, a, b] * other
                far += f[2, a, b] * one + f[3, a, b] * other
            f[4, 0, a], f[4, 1, a] = near, far
        for a in range(3):
            if rows:
                p[c, a], p[c, 3 + a] = f[4, 0, a], f[4, 1, a]
            else:
                p[a, c], p[3 + a, c] = f[4, 0, a], f[4, 1, a]


@kernel
def fall(x: Floats, p: Floats, mode: Floats, dt: float, earth: int, f: Floats) -> None:
    """Predict mean x (6,) and covariance p (6, 6) by dt seconds, in place; f (7, 3, 3) is room. See above.

    Noise: the mode's own, and that of a drag which is known to DRAG_SIGMA only.
    """
    count = min(math.ceil(abs(dt) / STEP_S), STEPS_MAX)
    if count == 0:
        return
    h = dt / count
    wind = (mode[WIND], mode[WIND + 1], mode[WIND + 2])
    place, speed = (x[0], x[1], x[2]), (x[3], x[4], x[5])
    for _ in range(count):
        height = height_m(place, earth)
        if height < GROUND_M:
            speed = (0.0, 0.0, 0.0)
            break
        there, then = step(place, speed, h, mode[FALL], wind, earth)
        middle, between = ahead(place, 0.5, ahead(there, -1.0, place)), ahead(speed, 0.5, ahead(then, -1.0, speed))
        k = 0.5 / mode[FALL] * density_kgpm3(height_m(middle, earth))
        slopes(middle, between, k, wind, earth, f[5], f[6])
        spread(f[5], f[6], h, f)
        carry(p, f, 0)
        carry(p, f, 1)
        drag = k * (between[0] * between[0] + between[1] * between[1] + between[2] * between[2])
        q = mode[NOISE] + DRAG_TIME_S * (DRAG_SIGMA * drag) ** 2
        for a in range(3):
            p[a, a] += q * h * h * h / 3.0
            p[a, 3 + a] += q * h * h / 2.0
            p[3 + a, a] += q * h * h / 2.0
            p[3 + a, 3 + a] += q * h
        place, speed = there, then
    for a in range(3):
        x[a], x[3 + a] = place[a], speed[a]
        for b in range(3):
            p[b, a], p[3 + b, 3 + a] = p[a, b], p[3 + a, 3 + b]
            p[3 + b, a] = p[a, 3 + b]
