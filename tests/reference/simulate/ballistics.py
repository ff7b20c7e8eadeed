"""The textbook twin of the ballistic kernel: the same equations, one after the other, as vectors."""

import math

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

A_M, F = 6_378_137.0, 1 / 298.257223563
GM_M3PS2, J2, TURN_RADPS = 3.986004418e14, 1.082629821e-3, 7.292115e-5
EARTH_TURN = np.array([0.0, 0.0, TURN_RADPS])


def height_m(position: Vector) -> float:
    """Above the ellipsoid, along the radius from the earth's centre."""
    r = float(np.linalg.norm(position))
    sine = position[2] / r
    b = A_M * (1 - F)
    return r - A_M * b / math.hypot(b * math.sqrt(1 - sine**2), A_M * sine)


def gravity(position: Vector) -> Vector:
    """The field of a flattened earth (Vallado, Fundamentals of Astrodynamics, 4th ed., equation 8-25, J2 term)."""
    x, y, z = position
    r = float(np.linalg.norm(position))
    ratio = 5 * z**2 / r**2
    bulge = 1.5 * J2 * (A_M / r) ** 2
    terms = np.array([x * (1 + bulge * (1 - ratio)), y * (1 + bulge * (1 - ratio)), z * (1 + bulge * (3 - ratio))])
    return -GM_M3PS2 / r**3 * terms


def density_kgpm3(height: float) -> float:
    """U.S. Standard Atmosphere 1976 to 20 km; its isothermal layer carried on."""
    if height <= 11_000:
        return float(1.225 * (1 - 2.25577e-5 * max(height, -1_000.0)) ** 4.25588)
    return float(1.225 * (1 - 2.25577e-5 * 11_000) ** 4.25588 * math.exp(-(height - 11_000) / 6_341.62))


def acceleration(position: Vector, velocity: Vector, mass_per_drag: float, wind: Vector) -> Vector:
    """Everything but thrust, in the frame that turns with the earth."""
    through = velocity - wind
    drag = -0.5 * density_kgpm3(height_m(position)) * np.linalg.norm(through) * through / mass_per_drag
    coriolis = -2 * np.cross(EARTH_TURN, velocity)
    centrifugal = -np.cross(EARTH_TURN, np.cross(EARTH_TURN, position))
    return np.asarray(gravity(position) + drag + coriolis + centrifugal)


def step(
    position: Vector, velocity: Vector, thrust: Vector, mass_per_drag: float, wind: Vector, h: float
) -> tuple[Vector, Vector]:
    """Runge and Kutta's fourth order step for the state (position, velocity)."""

    def slope(state: Vector) -> Vector:
        pull = acceleration(state[:3], state[3:], mass_per_drag, wind)
        return np.concatenate((state[3:], pull + thrust))

    state = np.concatenate((position, velocity))
    k_1 = slope(state)
    k_2 = slope(state + h / 2 * k_1)
    k_3 = slope(state + h / 2 * k_2)
    k_4 = slope(state + h * k_3)
    state = state + h / 6 * (k_1 + 2 * k_2 + 2 * k_3 + k_4)
    return state[:3], state[3:]
