"""What a listening station hears of a moving source, against time found by bisection and gradients by differences."""

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy.stats import norm

from tests.reference.tracking.textbook import kalman
from tocsin.messages import Floats
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels import gating, sensing
from tocsin.tracking.kernels.sound import retarded as kernels

OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
PLACE: Any = np.array([300.0, -200.0, 12.0])
TURN = np.linalg.qr(np.array([[1.0, 0.2, 0.1], [-0.3, 1.0, 0.2], [0.1, 0.1, 1.0]]))[0].T
AXES = TURN * np.sign(np.linalg.det(TURN))
MASK = (1 << c.AZIMUTH) | (1 << c.ELEVATION) | (1 << c.DIRECTION)
SPEED_SIGMA, WIND_SIGMA, SIGMA = 3.0, 2.0, 0.05


def _retarded(z: Floats, var: Floats, x: Floats, dt: float, h: Floats, nu: Floats) -> int:
    return kernels.retarded(MASK, z, var, PLACE, AXES, x, dt, h, nu)


def _evaluate(z: Floats, var: Floats, dt: float, gate: float, x: Floats, p: Floats, room: Floats) -> float:
    return sensing.evaluate(MASK, z, var, AXES, PLACE, AXES, dt, 0, gate, x, p, room)


retarded: Any = njit(**OPTIONS)(_retarded)
evaluate: Any = njit(**OPTIONS)(_evaluate)


def heard(x: Floats, dt: float, speed: float, wind: Floats) -> tuple[float, float, float]:
    """Azimuth, elevation and age of what is heard `dt` after x: the age by bisection, as the sentence says it."""
    low, high = 0.0, 1e4

    def late(tau: float) -> float:  # how much farther the sound has come than it had to
        left = x[:3] + (dt - tau) * x[3:] + tau * wind  # where it left, carried along by the air
        return speed * tau - float(np.linalg.norm(left - PLACE))

    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if late(middle) > 0.0 else (middle, high)
    e, n, u = AXES @ (x[:3] + (dt - low) * x[3:] + low * wind - PLACE)
    return math.atan2(e, n), math.atan2(u, math.hypot(e, n)), low


@st.composite
def sources(draw: st.DrawFn) -> tuple[Floats, float, float, Floats]:
    """State (6,), dt, speed of sound, wind."""
    azimuth, ground = draw(st.floats(-3.1, 3.1)), draw(st.floats(800.0, 6_000.0))  # overhead, azimuths jump
    up = draw(st.floats(50.0, 2_000.0))
    at = PLACE + np.array([ground * math.sin(azimuth), ground * math.cos(azimuth), up]) @ AXES
    velocity = [draw(st.floats(-150.0, 150.0)) for _ in range(3)]
    wind = draw(st.floats(-12.0, 12.0)) * AXES[0] + draw(st.floats(-12.0, 12.0)) * AXES[1]
    return np.array([*at, *velocity]), draw(st.floats(-1.0, 0.0)), draw(st.floats(310.0, 355.0)), wind


def row(azimuth: float, elevation: float, speed: float, wind: Floats) -> tuple[Floats, Floats]:
    z, var = np.zeros(c.QUANTITIES), np.full(c.QUANTITIES, SIGMA**2)
    z[c.AZIMUTH], z[c.ELEVATION], z[c.RANGE], z[c.VELOCITY_EAST :] = azimuth, elevation, speed, wind
    var[c.RANGE], var[c.VELOCITY_EAST :] = SPEED_SIGMA**2, WIND_SIGMA**2
    return z, var


@given(sources())
@settings(max_examples=60, deadline=None)
def test_residuals_gradients_and_variances_are_those_of_the_sound_that_comes(
    source: tuple[Floats, float, float, Floats],
) -> None:
    x, dt, speed, wind = source
    azimuth, elevation, _ = heard(x, dt, speed, wind)
    z, var = row(azimuth + 0.01, elevation - 0.02, speed, wind)
    h, nu = np.zeros((c.QUANTITIES, 6)), np.zeros((c.QUANTITIES, 6))
    assert retarded(z, var, x, dt, h, nu) == 2
    np.testing.assert_allclose(nu[:2, 0], [0.01, -0.02], atol=1e-7)

    def slope(low: tuple[float, float, float], high: tuple[float, float, float], width: float) -> Floats:
        turn = (high[0] - low[0] + math.pi) % (2.0 * math.pi) - math.pi
        return np.array([turn, high[1] - low[1]]) / width

    for a in range(6):
        step = np.zeros(6)
        step[a] = 0.5
        found = slope(heard(x - step, dt, speed, wind), heard(x + step, dt, speed, wind), 1.0)
        np.testing.assert_allclose(h[:2, a], found, rtol=5e-3, atol=2e-5)
    by_speed = slope(heard(x, dt, speed - 0.5, wind), heard(x, dt, speed + 0.5, wind), 1.0)
    by_wind = [slope(heard(x, dt, speed, wind - 0.5 * w), heard(x, dt, speed, wind + 0.5 * w), 1.0) for w in AXES[:2]]
    known = SIGMA**2 + (by_speed * SPEED_SIGMA) ** 2 + sum((w * WIND_SIGMA) ** 2 for w in by_wind)
    np.testing.assert_allclose(nu[:2, 1], known, rtol=1e-2)


@given(sources(), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_a_direction_of_a_place_well_known_is_the_textbooks_update(
    source: tuple[Floats, float, float, Floats], seed: int
) -> None:
    x, dt, speed, wind = source
    rng = np.random.default_rng(seed)
    azimuth, elevation, _ = heard(x, dt, speed, wind)
    z, var = row(azimuth + SIGMA * rng.normal(), elevation + SIGMA * rng.normal(), speed, wind)
    h, nu = np.zeros((c.QUANTITIES, 6)), np.zeros((c.QUANTITIES, 6))
    retarded(z, var, x, dt, h, nu)
    p = np.diag([4.0, 4.0, 4.0, 1.0, 1.0, 1.0])
    mean, cov, room = x.copy(), p.copy(), np.zeros((3, c.QUANTITIES, 6))
    likelihood = evaluate(z, var, dt, np.inf, mean, cov, room)
    known_mean, known_cov, d2, known = kalman(x, p, h[:2], nu[:2, 0], np.diag(nu[:2, 1]))
    np.testing.assert_allclose(mean, known_mean, atol=1e-6)
    np.testing.assert_allclose(cov, known_cov, atol=1e-6)
    np.testing.assert_allclose(likelihood, known, rtol=1e-6)
    assert evaluate(z, var, dt, 0.5 * d2, x.copy(), p.copy(), room) == 0.0


@given(st.floats(0.2, 1.2), st.floats(0.05, 0.6))
@settings(max_examples=40, deadline=None)
def test_where_range_is_uncertain_the_second_pass_lies_on_the_bearing(off: float, share: float) -> None:
    x = np.concatenate([PLACE + np.array([0.0, 4_000.0, 0.0]) @ AXES, np.zeros(3)])
    z, var = row(off, 0.0, 340.0, np.zeros(3))
    p = np.diag([1.0] * 3 + [0.01] * 3)
    p[:3, :3] += (4_000.0 * share / 0.3) ** 2 * np.outer(AXES[0], AXES[0])
    mean, cov = x.copy(), p.copy()
    evaluate(z, var, 0.0, np.inf, mean, cov, np.zeros((3, c.QUANTITIES, 6)))
    e, n, _ = AXES @ (mean[:3] - PLACE)
    once = x[:3] + 4_000.0 * off * AXES[0]  # what one pass would give, but for the noise
    e1, n1, _ = AXES @ (once - PLACE)
    assert abs(math.atan2(e, n) - off) < abs(math.atan2(e1, n1) - off) + 0.05
    assert np.linalg.eigvalsh(cov).min() > 0.0


def test_something_faster_than_nine_tenths_of_sound_gives_no_direction() -> None:
    x = np.array([2_000.0, 3_000.0, 500.0, 320.0, 0.0, 0.0])
    z, var = row(0.6, 0.1, 340.0, np.zeros(3))
    assert retarded(z, var, x, 0.0, np.zeros((c.QUANTITIES, 6)), np.zeros((c.QUANTITIES, 6))) == 0
    assert evaluate(z, var, 0.0, np.inf, x.copy(), np.eye(6), np.zeros((3, c.QUANTITIES, 6))) == 0.0


def _within(place: Floats, reach: float, x: Floats, p: Floats) -> float:
    return gating.within(place, reach, x, p)


within: Any = njit(**OPTIONS)(_within)


@settings(max_examples=50, deadline=None)
@given(st.floats(100.0, 12_000.0), st.floats(0.0, 6.28), st.floats(10.0, 2_000.0), st.floats(10.0, 2_000.0))
def test_how_likely_a_source_is_within_reach_is_how_much_of_its_error_along_the_line_is(
    far: float, azimuth: float, one: float, two: float
) -> None:
    way = np.array([math.sin(azimuth), math.cos(azimuth), 0.0])
    p = np.zeros((6, 6))
    p[:3, :3] = TURN @ np.diag([one**2, two**2, 100.0]) @ TURN.T
    found = within(PLACE, 6_000.0, np.concatenate([PLACE + far * way, np.zeros(3)]), p)
    assert math.isclose(found, norm.cdf(6_000.0, far, math.sqrt(way @ p[:3, :3] @ way)), abs_tol=1e-6)
