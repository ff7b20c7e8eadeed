"""Scores are what they should be whatever the rows: metrics, blind to order and to names, sums of their parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tocsin.messages import Floats, Ints
from tocsin.score.match import clear, stretches
from tocsin.score.near import near
from tocsin.score.rows import Rows
from tocsin.score.sets import gospa, series
from tocsin.score.siap import siap
from tocsin.score.trajectories import trajectory_gospa

STEPS, C, SWITCH = 6, 1.0, 0.7
PATHS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(0, 3), st.just(STEPS)),
    elements=st.one_of(st.just(float("nan")), st.floats(-1.5, 1.5, width=16)),
)
POINTS = hnp.arrays(np.float64, st.tuples(st.integers(0, 4), st.just(2)), elements=st.floats(-6, 6, width=32))


def rows(paths: Floats, names: Ints | None = None) -> Rows:
    number, step = np.nonzero(np.isfinite(paths))
    return Rows(step, number if names is None else names[number], paths[number, step][:, None])


def distance(x: Floats, y: Floats, p: float = 2.0) -> float:
    a, b = rows(x), rows(y)
    return trajectory_gospa(a, b, STEPS, near(a, b, C), SWITCH, p).total


@settings(max_examples=50)
@given(POINTS, POINTS, POINTS, st.sampled_from([1.0, 2.0]), st.sampled_from([0.5, 1.0, 2.0]))
def test_gospa_is_a_metric_for_every_alpha(x: Floats, y: Floats, z: Floats, p: float, alpha: float) -> None:
    def d(a: Floats, b: Floats) -> float:
        return gospa(a, b, 3.0, p, alpha).total

    assert d(x, y) == pytest.approx(d(y, x))
    assert d(x, x) == 0.0
    assert d(x, z) <= d(x, y) + d(y, z) + 1e-9


@settings(max_examples=25)
@given(PATHS, PATHS, PATHS, st.sampled_from([1.0, 2.0]))
def test_trajectory_gospa_is_a_metric(x: Floats, y: Floats, z: Floats, p: float) -> None:
    assert distance(x, y, p) == pytest.approx(distance(y, x, p), abs=1e-6)
    assert distance(x, x, p) == pytest.approx(0.0, abs=1e-6)
    assert distance(x, z, p) <= distance(x, y, p) + distance(y, z, p) + 1e-6


@settings(max_examples=30)
@given(PATHS, PATHS)
def test_trajectory_gospa_is_gospa_of_each_step_when_switches_cost_nothing_and_never_less(x: Floats, y: Floats) -> None:
    a, b = rows(x), rows(y)
    pairs = near(a, b, C)
    each = series(a, b, STEPS, pairs).total.sum()
    assert trajectory_gospa(a, b, STEPS, pairs, 1e-6).total ** 2 == pytest.approx(each, abs=1e-6)
    assert trajectory_gospa(a, b, STEPS, pairs, SWITCH).total ** 2 >= each - 1e-6


@settings(max_examples=30)
@given(PATHS, PATHS, st.integers(0, 1000))
def test_no_score_hangs_on_the_order_of_rows_or_on_names(x: Floats, y: Floats, seed: int) -> None:
    shuffled = np.random.default_rng(seed)
    names = shuffled.permutation(len(x)) * 7 + 3
    a, b = rows(x), rows(y)
    number, step = np.nonzero(np.isfinite(x))
    order = shuffled.permutation(len(step))
    again = Rows(step[order], names[number[order]], x[number, step][order][:, None])
    pairs, pairs_again = near(a, b, C), near(again, b, C)
    assert np.sort(pairs.distance_m) == pytest.approx(np.sort(pairs_again.distance_m))
    assert series(a, b, STEPS, pairs).total == pytest.approx(series(again, b, STEPS, pairs_again).total)
    totals = [trajectory_gospa(one, b, STEPS, near(one, b, C), SWITCH).total for one in (a, again)]
    assert totals[0] == pytest.approx(totals[1], abs=1e-6)


@settings(max_examples=50)
@given(PATHS, PATHS)
def test_counts_add_up(x: Floats, y: Floats) -> None:
    a, b = rows(x), rows(y)
    pairs = near(a, b, C)
    sets, matched = series(a, b, STEPS, pairs), clear(a, b, pairs)
    assert sets.targets.sum() == matched.truths == np.isfinite(x).sum()
    assert sets.tracks.sum() == matched.tracks == np.isfinite(y).sum()
    assert (sets.paired <= np.minimum(sets.targets, sets.tracks)).all()
    found = siap(a, b, np.arange(STEPS, dtype=float), stretches(a, b, pairs))
    assert 0.0 <= found.completeness <= 1.0
    assert found.longest_segment <= found.longest_track + 1e-12


@settings(max_examples=30)
@given(PATHS)
def test_a_perfect_picture_has_perfect_scores(x: Floats) -> None:
    a = rows(x)
    pairs = near(a, a, C)
    assert series(a, a, STEPS, pairs).total == pytest.approx(np.zeros(STEPS))
    assert distance(x, x) == pytest.approx(0.0, abs=1e-6)
    if len(a.step):
        assert clear(a, a, pairs).recall == 1.0
