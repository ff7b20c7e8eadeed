"""Merging duplicates against the textbook: the moments of two Gaussians that stand for one thing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.tracking import arrays
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank
from tocsin.tracking.kernels.merging.duplicates import merge

MODES = 2


def two(seed: int, apart: float) -> Bank:
    """Two components without numbers that claim the same third detection, `apart` sigmas from each other."""
    rng = np.random.default_rng(seed)
    bank = arrays.new_bank(2, MODES)
    for i in range(2):
        for k in range(MODES):
            root = rng.normal(0.0, 30.0, (6, 6))
            bank.p[i, k] = (root[:, None, :] * root[None, :, :]).sum(axis=2) + 100.0 * np.eye(6)
            bank.x[i, k] = 5e6 + apart * i * np.sqrt(bank.p[i, k, 0, 0] / 3.0) * np.eye(6)[0]
        bank.mu[i] = (0.3, 0.7)
        bank.num[i, c.EXISTENCE] = rng.uniform(0.01, 0.45)
        bank.tag[i, [c.ALIVE, c.DETECTIONS, c.LAST, c.TIME]] = 1, 3, 77, 99
    return bank


def merged(bank: Bank) -> tuple[int, int]:
    """How many are alive, and how many mergers were counted."""
    running, counters = arrays.new_running(), np.zeros(c.COUNTERS, dtype=np.int64)
    running[c.ALIVE_COUNT] = 2
    merge(bank, np.arange(2), running, counters, np.zeros((2, 6)), np.zeros((2, 6, 6)))
    assert running[c.ALIVE_COUNT] == bank.tag[:, c.ALIVE].sum()
    return int(bank.tag[:, c.ALIVE].sum()), int(counters[c.C_MERGED])


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.3))
def test_two_that_claim_the_same_become_one_with_their_moments(seed: int, apart: float) -> None:
    bank = two(seed, apart)
    was = Bank._make(column.copy() for column in bank)
    assert merged(bank) == (1, 1)
    r = was.num[:, c.EXISTENCE]
    assert bank.num[0, c.EXISTENCE] == pytest.approx(r.sum())
    share = r[1] / r.sum()
    for k in range(MODES):
        mean = (1.0 - share) * was.x[0, k] + share * was.x[1, k]
        spread = np.zeros((6, 6))
        for i, w in ((0, 1.0 - share), (1, share)):
            away = was.x[i, k] - mean
            spread += w * (was.p[i, k] + np.outer(away, away))
        assert bank.x[0, k] == pytest.approx(mean)
        assert bank.p[0, k] == pytest.approx(spread, rel=1e-6, abs=1e-6)
    assert bank.mu[0] == pytest.approx((0.3, 0.7))


def test_two_far_apart_two_with_numbers_and_two_that_saw_different_things_stay_two() -> None:
    assert merged(two(1, 40.0)) == (2, 0)
    numbered = two(1, 0.0)
    numbered.tag[:, c.NUMBER] = 5, 6
    assert merged(numbered) == (2, 0)
    other = two(1, 0.0)
    other.tag[1, c.LAST] = 78
    assert merged(other) == (2, 0)


def test_what_has_a_number_keeps_it() -> None:
    bank = two(3, 0.0)
    bank.tag[1, c.NUMBER] = 7
    assert merged(bank) == (1, 1)
    assert (bank.tag[0, c.ALIVE], bank.tag[1, c.ALIVE], bank.tag[1, c.NUMBER]) == (0, 1, 7)
