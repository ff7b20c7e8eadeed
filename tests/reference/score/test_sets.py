"""GOSPA and OSPA equal their definitions, written out over all assignments."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tocsin.errors import SettingError
from tocsin.score.sets import gospa, ospa

POINTS = hnp.arrays(np.float64, st.tuples(st.integers(0, 4), st.just(2)), elements=st.floats(-6, 6, width=32))


def textbook_gospa(x: np.ndarray, y: np.ndarray, c: float, p: float) -> float:
    """Rahmathullah et al. 2017, proposition 1: the least cost over all assignment sets."""
    best = np.inf
    for size in range(min(len(x), len(y)) + 1):
        for chosen in combinations(range(len(x)), size):
            for partner in permutations(range(len(y)), size):
                metres = [float(np.linalg.norm(x[i] - y[j])) for i, j in zip(chosen, partner, strict=True)]
                alone = c**p / 2 * (len(x) + len(y) - 2 * size)
                best = min(best, sum(d**p for d in metres) + alone)
    return float(best ** (1 / p))


def textbook_ospa(x: np.ndarray, y: np.ndarray, c: float, p: float) -> float:
    """Schuhmacher et al. 2008, equation 3."""
    if len(x) > len(y):
        x, y = y, x
    if not len(y):
        return 0.0
    costs = [
        sum(min(c, float(np.linalg.norm(x[i] - y[j]))) ** p for i, j in enumerate(order))
        for order in permutations(range(len(y)), len(x))
    ]
    return float(((min(costs) + c**p * (len(y) - len(x))) / len(y)) ** (1 / p))


@settings(max_examples=50)
@given(POINTS, POINTS, st.sampled_from([1.0, 2.0]))
def test_gospa_is_the_least_cost_over_all_assignments(x: np.ndarray, y: np.ndarray, p: float) -> None:
    found = gospa(x, y, 3.0, p)
    assert found.total == pytest.approx(textbook_gospa(x, y, 3.0, p), abs=1e-9)
    assert found.total**p == pytest.approx(found.localisation + found.missed + found.false)
    assert len(set(found.truth.tolist())) == len(found.truth) == len(set(found.track.tolist()))


def textbook_gospa_of_any_alpha(x: np.ndarray, y: np.ndarray, c: float, p: float, alpha: float) -> float:
    """Rahmathullah et al. 2017, definition 1: every element of the smaller set has a partner."""
    if len(x) > len(y):
        x, y = y, x
    costs = [
        sum(min(c, float(np.linalg.norm(x[i] - y[j]))) ** p for i, j in enumerate(order))
        for order in permutations(range(len(y)), len(x))
    ]
    return float((min(costs) + c**p / alpha * (len(y) - len(x))) ** (1 / p))


@settings(max_examples=50)
@given(POINTS, POINTS, st.sampled_from([1.0, 2.0]), st.sampled_from([0.5, 1.0, 1.5, 2.0]))
def test_gospa_of_any_alpha_is_its_definition(x: np.ndarray, y: np.ndarray, p: float, alpha: float) -> None:
    found = gospa(x, y, 3.0, p, alpha)
    assert found.total == pytest.approx(textbook_gospa_of_any_alpha(x, y, 3.0, p, alpha), abs=1e-9)


@pytest.mark.parametrize(("c", "p", "alpha"), [(0.0, 2.0, 2.0), (1.0, 0.5, 2.0), (1.0, 2.0, 2.1), (1.0, 2.0, 0.0)])
def test_numbers_that_give_no_metric_are_refused(c: float, p: float, alpha: float) -> None:
    with pytest.raises(SettingError, match="expected c > 0, p >= 1 and 0 < alpha <= 2"):
        gospa(np.zeros((1, 2)), np.zeros((1, 2)), c, p, alpha)


@settings(max_examples=50)
@given(POINTS, POINTS)
def test_ospa_is_its_definition(x: np.ndarray, y: np.ndarray) -> None:
    assert ospa(x, y, 3.0) == pytest.approx(textbook_ospa(x, y, 3.0, 2.0), abs=1e-9)


@settings(max_examples=50)
@given(POINTS, POINTS, POINTS)
def test_gospa_is_a_metric(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> None:
    def d(a: np.ndarray, b: np.ndarray) -> float:
        return gospa(a, b, 3.0).total

    assert d(x, y) == pytest.approx(d(y, x))
    assert d(x, x) == 0.0
    assert d(x, z) <= d(x, y) + d(y, z) + 1e-9
