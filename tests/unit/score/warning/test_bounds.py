"""Bounds that hold at least as often as they say, and are the published ones."""

import numpy as np
import pytest

from tocsin.score.warning.bounds import quantile, rate, resampled, share


def test_nothing_counted_still_leaves_a_highest_rate() -> None:
    found = rate(0, 10.0)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.3689, abs=1e-4)  # Garwood 1936: 3.689 for none


def test_poisson_bounds_are_garwoods() -> None:
    found = rate(10, 1.0)
    assert (found.low, found.high) == pytest.approx((4.795, 18.390), abs=1e-3)


def test_share_bounds_are_those_of_clopper_and_pearson() -> None:
    found = share(1, 20)
    assert (found.low, found.high) == pytest.approx((0.00127, 0.24873), abs=1e-5)
    assert share(0, 20).low == 0.0
    assert share(20, 20).high == 1.0


def test_bounds_hold_at_least_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    held = [one.low <= 0.7 <= one.high for one in (rate(int(n), 10.0) for n in rng.poisson(7.0, 2000))]
    assert np.mean(held) >= 0.95
    held = [one.low <= 0.1 <= one.high for one in (share(int(n), 40) for n in rng.binomial(40, 0.1, 2000))]
    assert np.mean(held) >= 0.95


def test_alerts_that_come_in_bursts_from_few_aircraft_have_wider_bounds() -> None:
    counts = np.zeros(500, np.int64)
    counts[:3] = 20
    burst, plain = resampled(counts, 60.0), rate(60, 60.0)
    assert burst.value == plain.value == 1.0
    assert burst.high - burst.low > 3.0 * (plain.high - plain.low)


def test_a_bootstrap_repeats_itself() -> None:
    counts = np.array([0, 1, 0, 5, 2])
    assert resampled(counts, 3.0) == resampled(counts, 3.0)


def test_without_exposure_there_is_no_rate() -> None:
    assert np.isnan(rate(0, 0.0).value)
    assert np.isnan(share(0, 0).high)
    assert np.isnan(resampled(np.zeros(0, np.int64), 1.0).value)


def test_a_quantile_never_lies_between_a_number_and_endless() -> None:
    assert quantile(np.array([1.0, 2.0, np.inf]), 0.5) == 2.0
    assert quantile(np.array([1.0, np.inf]), 0.9) == np.inf
    assert np.isnan(quantile(np.zeros(0), 0.5))
