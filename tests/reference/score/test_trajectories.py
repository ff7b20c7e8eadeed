"""Trajectory GOSPA equals the linear programme of the paper, written out for every target, track and step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tocsin.score import trajectories
from tocsin.score.near import near
from tocsin.score.rows import Rows
from tocsin.score.trajectories import TrajectoryGospa, trajectory_gospa

STEPS = 7


def textbook(x: np.ndarray, y: np.ndarray, c: float, p: float, switch: float) -> float:
    """Garcia-Fernandez et al. 2020, the linear programme. x (n, STEPS), y (m, STEPS) on a line; NaN where absent."""
    n, m = len(x), len(y)
    if not n or not m:
        return float((c**p / 2 * (np.isfinite(x).sum() + np.isfinite(y).sum())) ** (1 / p))
    size = STEPS * (n + 1) * (m + 1)
    w = np.arange(size).reshape(STEPS, n + 1, m + 1)
    change = size + np.arange((STEPS - 1) * n * m).reshape(STEPS - 1, n, m)
    cost = np.zeros(size + change.size)
    cost[change] = switch**p / 2
    equal, one, below = [], [], []
    for k in range(STEPS):
        for i in range(n + 1):
            for j in range(m + 1):
                here, there = i < n and np.isfinite(x[i, k]), j < m and np.isfinite(y[j, k])
                both = min(abs(x[i, k] - y[j, k]), c) ** p if here and there else None
                cost[w[k, i, j]] = both if both is not None else c**p / 2 * (here + there)
        equal += [w[k, i, :] for i in range(n)] + [w[k, :, j] for j in range(m)]
        one += [1.0] * (n + m)
        if k:
            for sign in (1.0, -1.0):
                below += [
                    ((w[k, i, j], sign), (w[k - 1, i, j], -sign), (change[k - 1, i, j], -1.0))
                    for i in range(n)
                    for j in range(m)
                ]
    a = np.zeros((len(equal), len(cost)))
    for row, columns in enumerate(equal):
        a[row, columns] = 1.0
    b = np.zeros((len(below), len(cost)))
    for row, entries in enumerate(below):
        for column, value in entries:
            b[row, column] += value
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * len(cost)
    for k in range(STEPS):
        bounds[w[k, n, m]] = (0.0, 0.0)
    found = linprog(cost, A_ub=b, b_ub=np.zeros(len(b)), A_eq=a, b_eq=one, bounds=bounds, method="highs")
    assert found.fun is not None, found.message
    return float(max(found.fun, 0.0) ** (1 / p))


def rows(x: np.ndarray) -> Rows:
    number, step = np.nonzero(np.isfinite(x))
    return Rows(step, number, x[number, step][:, None])


def ours(x: np.ndarray, y: np.ndarray, c: float, p: float, switch: float) -> TrajectoryGospa:
    a, b = rows(x), rows(y)
    return trajectory_gospa(a, b, STEPS, near(a, b, c), switch, p)


VALUE = st.one_of(st.just(float("nan")), st.floats(-2, 2, width=16))


def paths(most: int) -> st.SearchStrategy[np.ndarray]:
    path = st.lists(VALUE, min_size=STEPS, max_size=STEPS)
    return st.lists(path, max_size=most).map(lambda rows: np.array(rows, dtype=float).reshape(-1, STEPS))


@settings(max_examples=40)
@given(paths(3), paths(4), st.sampled_from([1.0, 2.0]), st.sampled_from([0.3, 1.0, 3.0]), st.sampled_from([0.8, 1.5]))
def test_it_is_the_least_cost_of_the_whole_programme(
    x: np.ndarray, y: np.ndarray, p: float, switch: float, c: float
) -> None:
    found = ours(x, y, c, p, switch)
    assert found.total == pytest.approx(textbook(x, y, c, p, switch), abs=1e-6)
    assert found.total**p == pytest.approx(found.localisation + found.missed + found.false + found.switches, abs=1e-6)


def wandering(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A few targets that meet for a long time, and tracks that swap them, come late, stop, and have holes."""
    rng = np.random.default_rng(seed)
    steps, n, m = int(rng.integers(40, 150)), int(rng.integers(1, 5)), int(rng.integers(1, 6))
    x = np.cumsum(rng.normal(0, 0.15, (n, steps)), 1) + rng.uniform(-1.5, 1.5, (n, 1))
    y = x[rng.integers(0, n, m)]
    for path in y:
        for at in rng.integers(0, steps, int(rng.integers(0, 3))):
            path[at:] = x[rng.integers(0, n), at:]
        begin, end = np.sort(rng.choice(steps, 2, replace=False))
        path[: begin * int(rng.integers(0, 2))] = np.nan
        path[end : end + int(rng.integers(0, 30))] = np.nan
    return x, y + rng.normal(0, 0.1, y.shape)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("margin", [1, 8])
def test_windows_around_changes_give_what_the_whole_run_gives(
    seed: int, margin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = wandering(seed)
    a, b = rows(x), rows(y)
    pairs = near(a, b, 0.8)
    monkeypatch.setattr(trajectories, "MARGIN", margin)
    windows = trajectory_gospa(a, b, x.shape[1], pairs, 1.0)
    monkeypatch.setattr(trajectories, "MARGIN", 10**9)
    whole = trajectory_gospa(a, b, x.shape[1], pairs, 1.0)
    assert windows.total == pytest.approx(whole.total, abs=1e-6)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(3, 9))
def test_what_is_too_much_to_be_solved_whole_is_bounded_from_both_sides(seed: int, solved_max: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = (np.where(rng.random((3, STEPS)) < 0.9, rng.normal(0.0, 1.0, (3, STEPS)), np.nan) for _ in range(2))
    exact = textbook(x, y, 1.5, 2.0, 0.7) ** 2
    before = trajectories.SOLVED_MAX, trajectories.MARGIN
    trajectories.SOLVED_MAX, trajectories.MARGIN = solved_max, 1
    try:
        found = ours(x, y, 1.5, 2.0, 0.7)
    finally:
        trajectories.SOLVED_MAX, trajectories.MARGIN = before
    assert found.total**2 >= exact - 1e-6
    assert found.total**2 - found.slack <= exact + 1e-6
    assert found.slack_m >= 0.0
