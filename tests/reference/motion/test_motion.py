"""Motion modes against the matrix exponential; predict(a + b) is predict(a), then predict(b)."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.tracking.textbook import linear_motion
from tocsin.messages import Floats
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.motion import drift, glide, move, transition

RATES = st.one_of(st.just(0.0), st.floats(1e-5, 0.3))
TURNS = st.one_of(st.just(0.0), st.floats(1e-5, 0.3), st.floats(-0.3, -1e-5))


@st.composite
def modes(draw: st.DrawFn) -> Floats:
    """One row of Rules.modes."""
    row = np.zeros(c.MODE)
    row[c.NOISE], row[c.NOISE_UP] = draw(st.floats(0.01, 100.0)), draw(st.floats(0.0, 10.0))
    row[c.SLOWING], row[c.SLOWING_UP], row[c.TURN] = draw(RATES), draw(RATES), draw(TURNS)
    return row


def state(seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(6, 6)) * np.array([[50.0]] * 3 + [[8.0]] * 3)
    return rng.normal(size=6) * 100.0, root @ root.T


@given(modes(), st.floats(0.001, 30.0), st.integers(0, 1000))
@settings(max_examples=80)
def test_a_mode_moves_as_its_matrix_exponential(row: Floats, dt: float, seed: int) -> None:
    up = np.random.default_rng(seed).normal(size=3)
    up /= np.linalg.norm(up)
    x, p = state(seed)
    f = np.zeros((7, 3, 3))
    transition(row, dt, up, f)
    known_f, known_q = linear_motion(
        row[c.SLOWING], row[c.SLOWING_UP], row[c.TURN], row[c.NOISE], row[c.NOISE_UP], up, dt
    )
    moved, cov = x.copy(), p.copy()
    move(moved, cov, f)
    np.testing.assert_allclose(moved, known_f @ x, rtol=1e-9, atol=1e-6)
    expected = known_f @ p @ known_f.T + known_q
    np.testing.assert_allclose(cov, expected, rtol=1e-7, atol=1e-7 * float(np.abs(expected).max()))


@given(st.floats(0.0, 50.0), st.floats(-2.0, 30.0), st.integers(0, 1000))
@settings(max_examples=40)
def test_gliding_is_the_mode_without_slowing_and_turn(noise: float, dt: float, seed: int) -> None:
    x, p = state(seed)
    row = np.array([noise, noise, 0.0, 0.0, 0.0])
    known_f, known_q = linear_motion(0.0, 0.0, 0.0, noise, noise, np.array([0.0, 0.0, 1.0]), dt)
    moved, cov = x.copy(), p.copy()
    glide(moved, cov, row[c.NOISE], dt)
    expected = known_f @ p @ known_f.T + known_q
    np.testing.assert_allclose(moved, known_f @ x, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(cov, expected, rtol=1e-9, atol=1e-9 * float(np.abs(expected).max()))


@given(modes(), st.floats(0.01, 20.0), st.floats(0.01, 20.0), st.integers(0, 1000))
@settings(max_examples=80)
def test_to_predict_twice_is_to_predict_once(row: Floats, a: float, b: float, seed: int) -> None:
    x, p = state(seed)
    once, twice = (x.copy(), p.copy()), (x.copy(), p.copy())
    f = np.zeros((7, 3, 3))
    drift(*once, row, a + b, 0, f)
    drift(*twice, row, a, 0, f)
    drift(*twice, row, b, 0, f)
    np.testing.assert_allclose(twice[0], once[0], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(twice[1], once[1], rtol=1e-6, atol=1e-6 * float(np.abs(once[1]).max()))
