"""Calibration: a forecast that knows the odds is right, one that does not is found out, whatever is repeated."""

import numpy as np
import pytest
from scipy.stats import norm

from tests.flown import BEGIN_NS, SECOND_NS
from tests.nights import DRONE, Flight, places, truth
from tocsin.score.tables.objects import Objects
from tocsin.score.tables.warning import HORIZONS_MIN, QUANTILES, UNKNOWN, Forecasts
from tocsin.score.warning.calibration import chances, intervals
from tocsin.score.warning.entries import Stays, stays

SITE = places((0.0, 0.0))
Z = norm.ppf(np.array(QUANTILES) / 100.0)
END_NS = BEGIN_NS + 10**6 * SECOND_NS


def forecast(rows: list[tuple[float, int, float, float]]) -> tuple[Forecasts, np.ndarray]:
    """Rows of (seconds, target, median seconds to entry, sigma of its logarithm), lognormal."""
    time_s, target, median_s, sigma = (np.array(column) for column in zip(*rows, strict=True))
    quantile_s = median_s[:, None] * np.exp(sigma[:, None] * Z)
    chance = norm.cdf(np.log(60.0 * np.array(HORIZONS_MIN) / median_s[:, None]) / sigma[:, None])
    n = len(rows)
    time_ns = BEGIN_NS + np.round(time_s * 1e9).astype(np.int64)
    whose = target.astype(np.int64)
    return Forecasts(time_ns, whose, np.full(n, UNKNOWN), np.zeros(n, np.int64), chance, quantile_s), whose


def arrivals(after_s: np.ndarray) -> Stays:
    """Target k enters the only place `after_s[k]` seconds after the beginning; infinite: never."""
    there = np.flatnonzero(np.isfinite(after_s))
    when = BEGIN_NS + np.round(after_s[there] * 1e9).astype(np.int64)
    zero = np.zeros(len(there), np.int64)
    return Stays(there, zero, when, when + SECOND_NS, zero + BEGIN_NS, np.ones(len(there), np.bool_))


def nobody(targets: int) -> Objects:
    """So many targets of which the truth tells nothing but a place far away."""
    nothing, whole = np.full((targets, 3), np.nan), np.arange(targets)
    words = ("",) * targets
    time_ns = np.full(targets, BEGIN_NS)
    place, none = np.zeros((targets, 3)), np.zeros((0, 3, 3))
    return Objects("earth", time_ns, whole, whole, place, nothing, nothing, none, time_ns, words, words)


def drawn(spread: float, seed: int = 1) -> tuple[Forecasts, np.ndarray, Stays]:
    """Targets whose entry is drawn from what is forecast, with sigma 0.3 said and `spread` true."""
    rng = np.random.default_rng(seed)
    median_s = rng.uniform(30.0, 1700.0, 4000)
    found, target = forecast([(0.0, k, float(m), 0.3) for k, m in enumerate(median_s)])
    return found, target, arrivals(median_s * np.exp(spread * rng.normal(size=4000)))


def test_intervals_of_a_forecast_that_knows_the_odds_hold_as_often_as_they_say() -> None:
    for one in intervals(*drawn(0.3), END_NS):
        assert one.held.of >= 200
        assert one.held.low - 0.01 <= one.expected <= one.held.high + 0.01
        assert one.width_median_s > 0.0


def test_a_forecast_that_is_too_sure_is_found_out() -> None:
    assert all(one.held.high < one.expected for one in intervals(*drawn(0.6), END_NS))


def test_a_target_that_is_forecast_each_second_is_one_target() -> None:
    found, target = forecast([(float(k), 0, 890.0 - k, 0.1) for k in range(300)])
    counted = intervals(found, target, arrivals(np.array([890.0])), END_NS)
    assert sum(one.held.of for one in counted) == 2  # one target in one bin, two intervals


def test_forecasts_too_close_to_the_end_are_left_out_whatever_came_of_them() -> None:
    found, target = forecast([(0.0, 0, 600.0, 0.3)])
    assert all(
        not one.held.of for one in intervals(found, target, arrivals(np.array([500.0])), BEGIN_NS + 600 * SECOND_NS)
    )
    early = chances(found, target, nobody(1), arrivals(np.array([500.0])), SITE, BEGIN_NS + 599 * SECOND_NS)
    assert (int(early.count.sum()), early.left_out) == (0, 1)
    assert np.isnan(early.error)


def test_who_is_inside_and_comes_back_later_is_no_entry_that_was_forecast() -> None:
    when = BEGIN_NS + np.array([0, 500]) * SECOND_NS
    zero = np.zeros(2, np.int64)
    stayed = Stays(zero, zero, when, when + 100 * SECOND_NS, zero + BEGIN_NS, np.array([True, False]))
    inside, target = forecast([(50.0, 0, 400.0, 0.3)])
    assert not any(one.held.of for one in intervals(inside, target, stayed, END_NS))
    outside, target = forecast([(150.0, 0, 350.0, 0.3)])
    assert sum(one.held.of for one in intervals(outside, target, stayed, END_NS)) == 2


def test_chances_that_are_right_have_a_small_error() -> None:
    found, target, came = drawn(0.3)
    result = chances(found, target, nobody(4000), came, SITE, END_NS)
    assert int(result.count.sum()) == 4000
    assert result.error < 0.03
    assert result.brier < 0.1


def test_chances_that_are_always_halves_have_a_brier_score_of_a_quarter() -> None:
    found, target, came = drawn(0.3)
    found.chance[:] = 0.5
    assert chances(found, target, nobody(4000), came, SITE, END_NS).brier == pytest.approx(0.25)


def test_one_that_is_inside_already_is_no_forecast() -> None:
    flight = truth(Flight(0, DRONE, 0, 2000, 0.0, 0.0, 0.0))
    found, target = forecast([(100.0, 0, 60.0, 0.3)])
    assert not chances(found, target, flight, stays(flight, SITE), SITE, END_NS).count.any()


def test_skill_is_over_flying_straight_on() -> None:
    # One flies straight in after 300 s, one turns away before the ring, of which straight flight knows nothing.
    straight = Flight(0, DRONE, 0, 700, -16_000.0, 0.0, 50.0)
    turning = [Flight(1, DRONE, 0, 100, -16_000.0, 4e5, 50.0), Flight(1, DRONE, 101, 700, -11_000.0, 4e5, -50.0)]
    away = [Flight(2, DRONE, 0, 100, -16_000.0, 0.0, 50.0), Flight(2, DRONE, 101, 700, -11_000.0, 0.0, -50.0)]
    flown = truth(straight, *turning, *away)
    found, target = forecast([(10.0, k, 300.0, 0.3) for k in range(3)])
    found.chance[:, HORIZONS_MIN.index(10)] = [1.0, 0.0, 0.5]
    result = chances(found, target, flown, stays(flown, SITE), SITE, END_NS)
    assert result.brier_straight == pytest.approx(1.0 / 3.0)
    assert result.skill == pytest.approx(1.0 - 0.25)


def test_a_forecast_about_nothing_counts_as_one_that_never_came() -> None:
    found, _ = forecast([(0.0, 0, 300.0, 0.1)])
    result = chances(found, np.array([UNKNOWN]), nobody(1), arrivals(np.array([300.0])), SITE, END_NS)
    assert result.brier == pytest.approx(1.0, abs=1e-6)
    assert np.isnan(result.skill)
