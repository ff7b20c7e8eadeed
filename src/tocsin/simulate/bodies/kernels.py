"""The flight of one round or rocket, a step after the other: numbers in, numbers out.

Forces in the turning frame of the earth: gravity with its flattening, the centrifugal and Coriolis accelerations, drag
in a standard atmosphere that the wind moves, and a motor's thrust along the launcher. Steps of the classical fourth
order Runge-Kutta method.

Sources: NGA.STND.0036 table 3.1 (gravitational constant, J2, rate of turn); U.S. Standard Atmosphere 1976, equations
33a and 33b for density up to 20 km, whose last layer is carried on above; McCoy, Modern Exterior Ballistics, chapter 8.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tocsin.geo.ellipsoid import A_M, B_M

GM_M3PS2 = 3.986004418e14
J2 = 1.082629821e-3
TURN_RADPS = 7.292115e-5
STEP_S = 0.25
STEPS_IN_SECOND = 4
FLIGHT_S_MAX = 1_500
Floats = NDArray[np.float64]
Three = tuple[float, float, float]


@njit(cache=True)
def height_m(x: float, y: float, z: float) -> float:
    """Height above the ellipsoid along the radius: exact on it, and off by less than 1 m at 100 km."""
    r = math.sqrt(x * x + y * y + z * z)
    sine = z / r
    across, along = B_M * B_M * (1.0 - sine * sine), A_M * A_M * sine * sine
    return r - A_M * B_M / math.sqrt(across + along)


@njit(cache=True)
def density_kgpm3(height: float) -> float:
    """Air: troposphere below 11 km, isothermal above."""
    low = min(max(height, -1_000.0), 11_000.0)
    lapse: float = 1.225 * (1.0 - 2.25577e-5 * low) ** 4.25588
    return lapse * math.exp(-max(height - 11_000.0, 0.0) / 6_341.62)


@njit(cache=True)
def pull(p: Three, v: Three, mass_per_drag: float, wind: Three) -> Three:
    """Acceleration without thrust at a place and velocity, ECEF."""
    x, y, z = p
    r = math.sqrt(x * x + y * y + z * z)
    base = -GM_M3PS2 / r**3
    flat = 1.5 * J2 * (A_M / r) ** 2
    round_off = 1.0 - 5.0 * (z / r) ** 2
    u, w, s = v[0] - wind[0], v[1] - wind[1], v[2] - wind[2]
    drag = -0.5 * density_kgpm3(height_m(x, y, z)) * math.sqrt(u * u + w * w + s * s) / mass_per_drag
    centrifugal = TURN_RADPS**2
    across = base * (1.0 + flat * round_off) + centrifugal
    return (
        drag * u + across * x + 2.0 * TURN_RADPS * v[1],
        drag * w + across * y - 2.0 * TURN_RADPS * v[0],
        drag * s + base * z * (1.0 + flat * (round_off + 2.0)),
    )


@njit(cache=True)
def moved(p: Three, v: Three, by: float) -> Three:
    """P + by * v."""
    return p[0] + by * v[0], p[1] + by * v[1], p[2] + by * v[2]


@njit(cache=True)
def step(p: Three, v: Three, thrust: Three, mass_per_drag: float, wind: Three) -> tuple[Three, Three]:
    """One Runge-Kutta step of STEP_S."""
    h = STEP_S
    a_1 = moved(pull(p, v, mass_per_drag, wind), thrust, 1.0)
    v_2 = moved(v, a_1, 0.5 * h)
    a_2 = moved(pull(moved(p, v, 0.5 * h), v_2, mass_per_drag, wind), thrust, 1.0)
    v_3 = moved(v, a_2, 0.5 * h)
    a_3 = moved(pull(moved(p, v_2, 0.5 * h), v_3, mass_per_drag, wind), thrust, 1.0)
    v_4 = moved(v, a_3, h)
    a_4 = moved(pull(moved(p, v_3, h), v_4, mass_per_drag, wind), thrust, 1.0)
    p = moved(moved(moved(moved(p, v, h / 6.0), v_2, h / 3.0), v_3, h / 3.0), v_4, h / 6.0)
    v = moved(moved(moved(moved(v, a_1, h / 6.0), a_2, h / 3.0), a_3, h / 3.0), a_4, h / 6.0)
    return p, v


@njit(cache=True)
def fly(
    start: Floats,
    speed: Floats,
    ahead: Floats,
    burn_mps2: float,
    burn_s: float,
    mass_per_drag: float,
    wind: Floats,
    target_m: float,
    knots: Floats,
) -> tuple[float, int]:
    """Fly one round until it comes down to `target_m`. Gives the time of flight, and how many knots were filled.

    start, speed, ahead (the launcher's direction), wind: (3,) ECEF. knots: (FLIGHT_S_MAX + 2, 6), filled with position
    and velocity each second from the launch; the last one is the impact. What never comes down flies FLIGHT_S_MAX.
    """
    p, v = (start[0], start[1], start[2]), (speed[0], speed[1], speed[2])
    air = (wind[0], wind[1], wind[2])
    height = height_m(p[0], p[1], p[2])
    knots[0, 0], knots[0, 1], knots[0, 2], knots[0, 3], knots[0, 4], knots[0, 5] = p[0], p[1], p[2], v[0], v[1], v[2]
    for number in range(FLIGHT_S_MAX * STEPS_IN_SECOND):
        # A motor that stops within the step pushes for that part of it.
        push = burn_mps2 * min(max((burn_s - number * STEP_S) / STEP_S, 0.0), 1.0)
        after, faster = step(p, v, (push * ahead[0], push * ahead[1], push * ahead[2]), mass_per_drag, air)
        below = height_m(after[0], after[1], after[2])
        k = number // STEPS_IN_SECOND + 1
        if below <= target_m and below < height:
            share = min(max((height - target_m) / (height - below), 0.0), 1.0)
            for axis in range(3):
                knots[k, axis] = p[axis] + share * (after[axis] - p[axis])
                knots[k, axis + 3] = v[axis]
            return (number + share) * STEP_S, k + 1
        p, v, height = after, faster, below
        if (number + 1) % STEPS_IN_SECOND == 0:
            for axis in range(3):
                knots[k, axis], knots[k, axis + 3] = p[axis], v[axis]
    return float(FLIGHT_S_MAX), FLIGHT_S_MAX + 1


@njit(cache=True)
def impacts(
    start: Floats,
    speeds: Floats,
    aheads: Floats,
    burn_mps2: float,
    burns_s: Floats,
    mass_per_drag: float,
    wind: Floats,
    target_m: float,
) -> Floats:
    """Where n rounds of different speeds (n, 3), directions (n, 3) and burning times (n,) come down: (n, 3)."""
    out = np.empty((len(burns_s), 3))
    knots = np.empty((FLIGHT_S_MAX + 2, 6))
    for i in range(len(burns_s)):
        _, filled = fly(start, speeds[i], aheads[i], burn_mps2, burns_s[i], mass_per_drag, wind, target_m, knots)
        out[i, :] = knots[filled - 1, :3]
    return out
