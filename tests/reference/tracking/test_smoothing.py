"""The way back against a stacked state, matrices and all, and against Kim's smoother as his paper writes it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.tracking.textbook import linear_motion
from tocsin.messages import Floats, Ints
from tocsin.models.model import Mode, Model
from tocsin.settings import Frame, Settings, Tracking
from tocsin.tracking import arrays
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Rules
from tocsin.tracking.kernels.smoothing.backward import divide, smooth
from tocsin.tracking.smoothing.smoother import new_room
from tocsin.tracking.tables import rules_of

SECOND_NS = 1_000_000_000
UP = np.array([0.0, 0.0, 1.0])


def _rules(*modes: Mode, switching_hz: float = 0.0) -> Rules:
    return rules_of(Settings(frame=Frame("local", 3), tracking=Tracking()), Model(modes, switching_hz=switching_hz))


def _moved(mode: Mode, dt: float) -> tuple[Floats, Floats]:
    return linear_motion(mode.slowing, mode.slowing_up, mode.turn, mode.noise, mode.noise_up, UP, dt)


def _chain(times_s: Floats, existence: Floats, x: Floats, p: Floats, mu: Floats) -> Bank:
    bank = arrays.new_bank(len(times_s), mu.shape[1])
    bank.x[:], bank.p[:], bank.mu[:] = x, p, mu
    bank.num[:, c.EXISTENCE] = existence
    bank.tag[:, c.TIME] = np.round(times_s * SECOND_NS).astype(np.int64)
    return bank


def _smooth(chain: Bank, predicted: Floats, rules: Rules, between: Ints | None = None) -> None:
    n = len(predicted)
    chain.share[:], chain.num[:, c.LIFE] = rules.stationary, rules.survival_s
    flags = np.zeros(n, dtype=np.int64) if between is None else between
    out = Bank._make(column.copy() for column in chain)
    smooth(chain, predicted.copy(), flags, np.array([0, n]), rules, new_room(chain.mu.shape[1]), out)
    for column, smoothed in zip(chain, out, strict=True):
        column[:] = smoothed


@given(seed=st.integers(0, 10_000), steps=st.integers(2, 7))
def test_the_way_back_is_the_last_block_of_a_stacked_state(seed: int, steps: int) -> None:
    """Misses and several detections, moments matched on the whole stack at once; the target never dies."""
    rng = np.random.default_rng(seed)
    mode = Mode("steady", float(rng.uniform(0.1, 5.0)), float(rng.uniform(0.1, 5.0)), turn=float(rng.choice([0, 0.1])))
    h = np.eye(3, 6)
    x, p = rng.normal(0.0, 100.0, 6), np.diag(rng.uniform(1.0, 400.0, 6))
    times, kept = [0.0], [(x.copy(), p.copy())]
    for _ in range(steps):
        dt = float(rng.uniform(0.5, 4.0))
        times.append(times[-1] + dt)
        f, q = _moved(mode, dt)
        x = np.concatenate([f @ x[:6], x])
        row = f @ p[:6]
        p = np.block([[row[:, :6] @ f.T + q, row], [row.T, p]])
        s = h @ p[:6, :6] @ h.T + 25.0 * np.eye(3)
        gain = p[:, :6] @ h.T @ np.linalg.inv(s)
        shares = rng.dirichlet(np.ones(3))  # missed, and two detections
        off = [np.zeros(3), rng.normal(0.0, 10.0, 3), rng.normal(0.0, 10.0, 3)]
        means = [x + gain @ nu for nu in off]
        covs = [p, p - gain @ s @ gain.T, p - gain @ s @ gain.T]
        x = np.sum([w * m for w, m in zip(shares, means, strict=True)], axis=0)
        p = np.sum(
            [w * (v + np.outer(m - x, m - x)) for w, m, v in zip(shares, means, covs, strict=True)],
            axis=0,
        )
        kept.append((x[:6].copy(), p[:6, :6].copy()))
    n = len(kept)
    chain = _chain(
        np.array(times), np.ones(n), np.array([[k[0]] for k in kept]), np.array([[k[1]] for k in kept]), np.ones((n, 1))
    )
    _smooth(chain, np.ones(n), _rules(mode))
    for k in range(n):
        block = slice(6 * (n - 1 - k), 6 * (n - k))
        np.testing.assert_allclose(chain.x[k, 0], x[block], rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(chain.p[k, 0], p[block, block], rtol=1e-6, atol=1e-5)


@given(seed=st.integers(0, 10_000), survival=st.floats(0.5, 1.0), steps=st.integers(1, 8))
def test_existence_goes_back_by_the_masses_that_ended(seed: int, survival: float, steps: int) -> None:
    """A component holds how likely it ended l + 1 scans ago; alive l scans ago: alive now, or ended since."""
    rng = np.random.default_rng(seed)
    r, ended = float(rng.uniform(0.05, 1.0)), np.zeros(0)
    existence, predicted = [r], [-1.0]
    for _ in range(steps):
        ended = np.concatenate([[(1.0 - survival) * r], ended])
        r *= survival
        predicted.append(r)
        there = float(rng.uniform(0.0, 1.0))  # whatever the scan says of "it is there"
        absent = (1.0 - there) / max(1.0 - r, 1e-12)
        r, ended = (there, ended * absent) if predicted[-1] < 1.0 else (r, ended)
        existence.append(r)
    n = len(existence)
    x = rng.normal(size=(n, 1, 6))
    chain = _chain(np.arange(float(n)), np.array(existence), x, np.tile(np.eye(6), (n, 1, 1, 1)), np.ones((n, 1)))
    _smooth(chain, np.array(predicted), _rules(Mode("steady", 1.0, 1.0)))
    for back in range(n):
        alive = existence[-1] + ended[:back].sum()
        assert chain.num[n - 1 - back, c.EXISTENCE] == pytest.approx(alive, abs=1e-9)


@given(seed=st.integers(0, 10_000))
def test_two_modes_go_back_as_kim_writes_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    modes = (Mode("quiet", 0.5, 0.2, share=0.7), Mode("agile", 40.0, 5.0, slowing=0.05, share=0.3))
    rate, dt = 0.1, float(rng.uniform(0.5, 5.0))
    spread = rng.normal(size=(2, 2, 6, 6))
    x, mu = rng.normal(0.0, 30.0, (2, 2, 6)), rng.dirichlet(np.ones(2), 2)
    p = spread @ spread.swapaxes(-1, -2) + np.eye(6)
    stay, share = np.exp(-rate * dt), np.array([0.7, 0.3])
    switch = stay * np.eye(2) + (1.0 - stay) * share
    joint = mu[0][:, None] * switch / (mu[0] @ switch) * mu[1]
    means, covs = np.zeros((2, 2, 6)), np.zeros((2, 2, 6, 6))
    for i in range(2):
        for j in range(2):
            f, q = _moved(modes[j], dt)
            ahead, grown = f @ x[0, i], f @ p[0, i] @ f.T + q
            gain = p[0, i] @ f.T @ np.linalg.inv(grown)
            means[i, j] = x[0, i] + gain @ (x[1, j] - ahead)
            covs[i, j] = p[0, i] + gain @ (p[1, j] - grown) @ gain.T
    chain = _chain(np.array([0.0, dt]), np.ones(2), x, p, mu)
    _smooth(chain, np.ones(2), _rules(*modes, switching_hz=rate))
    np.testing.assert_allclose(chain.mu[0], joint.sum(axis=1), rtol=1e-6)
    for i in range(2):
        weight = joint[i] / joint[i].sum()
        mean = weight @ means[i]
        away = means[i] - mean
        cov = np.einsum("j,jab->ab", weight, covs[i]) + np.einsum("j,ja,jb->ab", weight, away, away)
        np.testing.assert_allclose(chain.x[0, i], mean, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(chain.p[0, i], cov, rtol=1e-5, atol=1e-4)


def test_a_time_in_between_changes_nothing_at_the_looks() -> None:
    rng = np.random.default_rng(5)
    mode = Mode("steady", 2.0, 2.0)
    x, p = rng.normal(0.0, 30.0, (3, 1, 6)), np.tile(np.diag([9.0, 9, 9, 4, 4, 4]), (3, 1, 1, 1))
    whole = _chain(np.array([0.0, 4.0, 8.0]), np.array([0.9, 0.95, 0.9]), x, p, np.ones((3, 1)))
    predicted = np.array([-1.0, 0.88, 0.93])
    index = np.array([0, 0, 1, 2])
    asked = Bank._make(column[index].copy() for column in whole)
    asked.tag[1, c.TIME] = round(1.7 * SECOND_NS)
    _smooth(whole, predicted, _rules(mode))
    _smooth(asked, predicted[index], _rules(mode), np.array([0, 1, 0, 0]))
    np.testing.assert_allclose(asked.x[[0, 2, 3]], whole.x, rtol=1e-9, atol=1e-9)
    assert whole.p[0, 0, 0, 0] < asked.p[1, 0, 0, 0] + whole.p[1, 0, 0, 0], "between two looks it is less sure"


@given(seed=st.integers(0, 10_000))
def test_division_by_a_covariance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spread = rng.normal(size=(6, 6)) * rng.uniform(0.1, 1e3, 6)[:, None]
    p, b = spread @ spread.T + np.diag(rng.uniform(0.1, 10.0, 6)), rng.normal(size=(6, 6))
    out = b.copy()
    divide(p, out, np.zeros((6, 6)))
    np.testing.assert_allclose(p @ out, b, rtol=1e-5, atol=1e-5 * np.abs(p).max() * np.abs(out).max())
    p[2] = p[:, 2] = b[2] = 0.0  # a frame of two dimensions: no height, and none of its variance
    out = b.copy()
    divide(p, out, np.zeros((6, 6)))
    assert not out[2].any()
    assert np.isfinite(out).all()
