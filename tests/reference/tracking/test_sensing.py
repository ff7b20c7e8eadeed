"""Gradients of polar scalars against differences; one scalar after another against all at once."""

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from tests.reference.tracking.textbook import kalman
from tocsin.geo.frames import ecef_from_geodetic, geodetic_from_ecef
from tocsin.messages import Floats
from tocsin.models.sensing import axes_at
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels import sensing

OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
POLAR = (c.RANGE, c.AZIMUTH, c.ELEVATION, c.ALTITUDE, c.RANGE_RATE)  # in the order in which `polar` gives them
LATITUDE, LONGITUDE = 0.9, 0.4
PLACE = ecef_from_geodetic(LATITUDE, LONGITUDE, 120.0)
AXES = axes_at(LATITUDE, LONGITUDE)


def _polar(
    mask: int,
    z: Floats,
    var: Floats,
    x: Floats,
    dt: float,
    earth: int,
    place: Floats,
    axes: Floats,
    h: Floats,
    nu: Floats,
) -> int:
    return sensing.polar(mask, z, var, place, axes, x, dt, earth, h, nu)


def _evaluate(
    mask: int,
    z: Floats,
    var: Floats,
    own: Floats,
    place: Floats,
    axes: Floats,
    dt: float,
    earth: int,
    gate: float,
    x: Floats,
    p: Floats,
    room: Floats,
) -> float:
    return sensing.evaluate(mask, z, var, own, place, axes, dt, earth, gate, x, p, room)


# Parts of kernels can be called from compiled code only.
polar: Any = njit(**OPTIONS)(_polar)
evaluate: Any = njit(**OPTIONS)(_evaluate)


def measure(x: Floats, dt: float) -> Floats:
    """What POLAR would be measured of a state on the earth after dt, as a textbook writes it."""
    place = x[:3] + dt * x[3:]
    d = place - PLACE
    e, n, u = AXES @ d
    r = math.sqrt(e * e + n * n + u * u)
    altitude = float(geodetic_from_ecef(place)[2])
    return np.array([r, math.atan2(e, n), math.atan2(u, math.hypot(e, n)), altitude, float(x[3:] @ d) / r])


@st.composite
def states(draw: st.DrawFn) -> Floats:
    """A target 3 to 100 km away, up to 12 km high, that flies."""
    azimuth, ground = draw(st.floats(-3.1, 3.1)), draw(st.floats(3e3, 1e5))
    up = draw(st.floats(100.0, 12_000.0))
    velocity = np.array([draw(st.floats(-300.0, 300.0)) for _ in range(3)])
    enu = np.array([ground * math.sin(azimuth), ground * math.cos(azimuth), up])
    return np.concatenate([PLACE + enu @ AXES, velocity])


def residuals(x: Floats, z: Floats, dt: float) -> tuple[Floats, Floats]:
    full = np.zeros(c.QUANTITIES)
    full[list(POLAR)] = z
    h, nu = np.zeros((c.QUANTITIES, 6)), np.zeros((c.QUANTITIES, 6))
    mask = sum(1 << q for q in POLAR)
    count = polar(mask, full, np.ones(c.QUANTITIES), x, dt, 1, PLACE, AXES, h, nu)
    assert count == len(POLAR)
    return h[:count], nu[:count, 0]


@given(states(), st.floats(-1.0, 1.0))
@settings(max_examples=60)
def test_residuals_are_measured_minus_expected(x: Floats, dt: float) -> None:
    shift = np.array([30.0, 0.01, -0.01, 100.0, 5.0])
    _, nu = residuals(x, measure(x, dt) + shift, dt)
    np.testing.assert_allclose(nu, shift, rtol=1e-6, atol=1e-6)


@given(states(), st.floats(-1.0, 1.0))
@settings(max_examples=60)
def test_gradients_are_those_of_what_is_measured(x: Floats, dt: float) -> None:
    h, _ = residuals(x, measure(x, dt), dt)
    for a in range(6):
        step = np.zeros(6)
        step[a] = 1.0
        slope = (measure(x + step, dt) - measure(x - step, dt)) / 2.0
        slope[1] = (slope[1] + math.pi / 2) % math.pi - math.pi / 2  # an azimuth may step over north
        scale = np.array([1.0, 1e-5, 1e-5, 1.0, 1.0])
        np.testing.assert_allclose(h[:, a] / scale, slope / scale, rtol=2e-3, atol=2e-2)


@given(states(), st.integers(0, 1000), st.floats(-0.5, 0.5))
@settings(max_examples=60)
def test_one_scalar_after_another_is_all_at_once(x: Floats, seed: int, dt: float) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(6, 6)) * np.array([[80.0]] * 3 + [[10.0]] * 3)
    p = root @ root.T + np.eye(6)
    sigma = np.array([50.0, 0.002, 0.004, 40.0, 2.0])
    z = measure(x, dt) + sigma * rng.standard_normal(5)
    h, nu = residuals(x, z, dt)
    full, var = np.zeros(c.QUANTITIES), np.ones(c.QUANTITIES)
    full[list(POLAR)], var[list(POLAR)] = z, sigma**2
    mean, cov = x.copy(), p.copy()
    mask = sum(1 << q for q in POLAR)
    room = np.zeros((3, c.QUANTITIES, 6))
    likelihood = evaluate(mask, full, var, np.eye(3), PLACE, AXES, dt, 1, np.inf, mean, cov, room)
    known_mean, known_cov, d2, known = kalman(x, p, h, nu, np.diag(sigma**2))
    np.testing.assert_allclose(mean - x, known_mean - x, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(cov, known_cov, rtol=1e-5, atol=1e-5 * float(np.abs(known_cov).max()))
    np.testing.assert_allclose(likelihood, known, rtol=1e-5, atol=1e-300)
    again = evaluate(mask, full, var, np.eye(3), PLACE, AXES, dt, 1, 0.5 * d2, x.copy(), p.copy(), room)
    assert again == 0.0  # outside the gate


@given(st.integers(0, 1000), st.sampled_from([(0, 1), (0, 1, 2), (2,), (1, 2)]))
@settings(max_examples=40)
def test_a_place_along_the_frames_axes_is_one_update_however_much_of_it_was_measured(
    seed: int, axes: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(6, 6)) * np.array([[80.0]] * 3 + [[10.0]] * 3)
    p, x = root @ root.T + np.eye(6), rng.normal(size=6) * 100.0
    sigma = np.array([20.0, 30.0, 60.0])
    full, var = np.zeros(c.QUANTITIES), np.ones(c.QUANTITIES)
    full[c.EAST : c.UP + 1], var[c.EAST : c.UP + 1] = x[:3] + sigma * rng.standard_normal(3), sigma**2
    chosen = list(axes)
    h, nu = np.eye(6)[chosen], (full[c.EAST : c.UP + 1] - x[:3])[chosen]
    mean, cov, room = x.copy(), p.copy(), np.zeros((3, c.QUANTITIES, 6))
    mask = sum(1 << (c.EAST + a) for a in chosen)
    none = (np.eye(3), np.zeros(3), np.eye(3), 0.0, 0)
    likelihood = evaluate(mask, full, var, *none, np.inf, mean, cov, room)
    known_mean, known_cov, d2, known = kalman(x, p, h, nu, np.diag(sigma[chosen] ** 2))
    np.testing.assert_allclose(mean, known_mean, rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(cov, known_cov, rtol=1e-6, atol=1e-6 * float(np.abs(known_cov).max()))
    np.testing.assert_allclose(likelihood, known, rtol=1e-6, atol=1e-300)
    assert evaluate(mask, full, var, *none, 0.5 * d2, x.copy(), p.copy(), room) == 0.0


@given(st.integers(0, 1000), st.floats(-0.5, 0.5))
@settings(max_examples=40)
def test_positions_along_axes_of_their_own_are_all_at_once(seed: int, dt: float) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(6, 6)) * np.array([[80.0]] * 3 + [[10.0]] * 3)
    p, x = root @ root.T + np.eye(6), rng.normal(size=6) * 100.0
    own = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    z = x[:3] + 50.0 * rng.standard_normal(3)
    v = x[3:] + 5.0 * rng.standard_normal(3)
    sigma = np.array([20.0, 30.0, 60.0, 3.0, 4.0, 5.0])
    full, var = np.zeros(c.QUANTITIES), np.ones(c.QUANTITIES)
    full[c.EAST : c.UP + 1], full[c.VELOCITY_EAST :], var[c.EAST :] = z, v, sigma**2
    h = np.zeros((6, 6))
    h[:3, :3], h[:3, 3:], h[3:, 3:] = own, dt * own, own
    nu = np.concatenate([own @ (z - x[:3] - dt * x[3:]), own @ (v - x[3:])])
    mean, cov, room = x.copy(), p.copy(), np.zeros((3, c.QUANTITIES, 6))
    mask = sum(1 << q for q in range(c.EAST, c.QUANTITIES))
    likelihood = evaluate(mask, full, var, own, np.zeros(3), np.eye(3), dt, 0, np.inf, mean, cov, room)
    known_mean, known_cov, _, known = kalman(x, p, h, nu, np.diag(sigma**2))
    np.testing.assert_allclose(mean, known_mean, rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(cov, known_cov, rtol=1e-6, atol=1e-6 * float(np.abs(known_cov).max()))
    np.testing.assert_allclose(likelihood, known, rtol=1e-6, atol=1e-300)
