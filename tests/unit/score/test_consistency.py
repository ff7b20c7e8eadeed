"""NEES and NIS: right on average for a filter that knows itself, with bounds that hold as often as they say."""

import numpy as np
import pytest

from tocsin.score.consistency import consistency, independent_squares, mean_bounds, normalised_squares

COVARIANCE = np.array([[4.0, 1.5], [1.5, 2.0]])


def errors(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal([0.0, 0.0], COVARIANCE, count)


def test_it_is_the_square_of_an_error_in_its_own_sigmas() -> None:
    assert normalised_squares(np.array([[6.0]]), np.array([[[4.0]]])) == pytest.approx([9.0])


def test_a_consistent_filter_lies_inside_its_bounds_as_often_as_they_say() -> None:
    steps, each = 2000, 5
    squares = normalised_squares(errors(steps * each, 3), np.broadcast_to(COVARIANCE, (steps * each, 2, 2)))
    found = consistency(squares, 2, np.repeat(np.arange(steps), each), steps)
    assert found.overall == pytest.approx(2.0, abs=0.06)
    assert found.inside == pytest.approx(0.95, abs=0.015)
    assert found.overall_low < found.overall < found.overall_high


def test_a_filter_that_is_too_sure_of_itself_lies_above() -> None:
    squares = normalised_squares(2.0 * errors(500, 4), np.broadcast_to(COVARIANCE, (500, 2, 2)))
    found = consistency(squares, 2, np.arange(500), 500)
    assert found.overall > found.overall_high


def test_a_few_rows_far_off_rule_the_mean_and_not_the_median() -> None:
    squares = normalised_squares(errors(2000, 6), np.broadcast_to(COVARIANCE, (2000, 2, 2)))
    squares[:20] = 1e4
    found = consistency(squares, 2, np.arange(2000), 2000)
    assert found.overall > 50.0
    assert found.median_right == pytest.approx(2.0 * np.log(2.0))
    assert found.median == pytest.approx(found.median_right, rel=0.08)


def test_bounds_are_the_published_ones() -> None:
    # Bar-Shalom, Li and Kirubarajan 2001, section 5.4.2: 50 runs, 2 degrees, 95 %: [1.5, 2.6]
    low, high = mean_bounds(2, np.array([50]))
    assert (float(low[0]), float(high[0])) == pytest.approx((1.48, 2.59), abs=0.005)


def test_sigmas_alone_give_the_right_mean_whatever_the_correlation() -> None:
    sigmas = np.broadcast_to(np.sqrt(np.diag(COVARIANCE)), (4000, 2))
    squares, degrees = independent_squares(errors(4000, 5), sigmas)
    assert degrees == 2
    assert squares.mean() == pytest.approx(2.0, abs=0.1)


def test_an_axis_that_nobody_tells_is_left_out() -> None:
    error, sigma = np.array([[1.0, 2.0, np.nan]]), np.array([[1.0, 1.0, 5.0]])
    squares, degrees = independent_squares(error, sigma)
    assert (squares.tolist(), degrees) == ([5.0], 2)


@pytest.mark.parametrize("covariance", [np.zeros((2, 2)), -np.eye(2), np.full((2, 2), np.nan), np.ones((2, 2))])
def test_a_covariance_that_is_none_is_counted_not_used(covariance: np.ndarray) -> None:
    squares = normalised_squares(np.ones((2, 2)), np.stack((covariance, np.eye(2))))
    found = consistency(squares, 2, np.array([0, 0]), 1)
    assert (found.unusable, found.count.tolist()) == (1, [1])


def test_steps_without_any_have_neither_mean_nor_bounds() -> None:
    found = consistency(np.zeros(0), 3, np.zeros(0, np.int64), 4)
    assert np.isnan(found.mean).all()
    assert np.isnan(found.low).all()
    assert np.isnan(found.overall)
    assert np.isnan(found.inside)
