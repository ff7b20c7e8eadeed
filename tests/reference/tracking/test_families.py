"""Families: alternatives of one thing, against an enumeration of which of them is there and what each gave."""

from itertools import product
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from tests.reference.tracking.textbook import associations
from tests.tracks import flat, sensor
from tocsin.messages import Floats, Ints
from tocsin.models.model import usual
from tocsin.tracking import arrays
from tocsin.tracking.kernels import clusters
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Rules, Scratch
from tocsin.tracking.kernels.directions import families
from tocsin.tracking.kernels.merging import families as merging
from tocsin.tracking.tables import rules_of

SITE = flat(sensor())
RULES = rules_of(SITE, usual(SITE.frame))._replace(negligible=0.0)


def _associate(bank: Bank, s: Scratch, n: int, m: int, rules: Rules, counters: Ints) -> None:
    clusters.associate(bank, s, n, m, rules, counters)


def _gather_kin(bank: Bank, s: Scratch, n: int) -> None:
    families.gather_kin(bank, s, n, True)


def _log_volume(p: Floats) -> float:
    return merging.log_volume(p)


OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
associate: Any = njit(**OPTIONS)(_associate)
gather_kin: Any = njit(**OPTIONS)(_gather_kin)
log_volume: Any = njit(**OPTIONS)(_log_volume)


@st.composite
def looks(draw: st.DrawFn) -> tuple[list[int], Floats, Floats, Floats]:
    """Family of each candidate, existence (n,), detection probability (n,), weights of pairs (n, m)."""
    n, m = draw(st.integers(1, 5)), draw(st.integers(0, 3))
    family = draw(st.lists(st.integers(1, 3), min_size=n, max_size=n))
    r = np.array(draw(st.lists(st.floats(0.05, 0.9), min_size=n, max_size=n)))
    pd = np.array(draw(st.lists(st.floats(0.1, 0.95), min_size=n, max_size=n)))
    for each in set(family):
        here = np.array(family) == each
        r[here] /= max(r[here].sum(), 1.0)
    cells = draw(st.lists(st.one_of(st.none(), st.floats(-3.0, 3.0)), min_size=n * m, max_size=n * m))
    like = np.array([0.0 if e is None else 10.0**e for e in cells]).reshape(n, m)
    return family, r, pd, like * (r * pd)[:, None]


def enumerated(family: list[int], r: Floats, pd: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Of each candidate: the probability that it is there and was missed (n,), and of each of its pairs (n, m)."""
    n, m = w.shape
    each = [[i for i in range(n) if family[i] == one] for one in sorted(set(family))]
    missed, pair, total = np.zeros(n), np.zeros((n, m)), 0.0
    for there in product(*[[-1, *members] for members in each]):
        none = np.prod([1.0 - r[members].sum() for one, members in zip(there, each, strict=True) if one < 0])
        living = [one for one in there if one >= 0]
        for chosen in associations([np.flatnonzero(w[i] > 0.0).tolist() for i in living]):
            parts = [r[i] * (1.0 - pd[i]) if j < 0 else w[i, j] for i, j in zip(living, chosen, strict=True)]
            weight = float(none * np.prod(parts))
            total += weight
            for i, j in zip(living, chosen, strict=True):
                if j < 0:
                    missed[i] += weight
                else:
                    pair[i, j] += weight
    return missed / total, pair / total


@given(looks())
@settings(max_examples=80, deadline=None)
def test_one_of_a_family_is_there_at_most(look: tuple[list[int], Floats, Floats, Floats]) -> None:
    family, r, pd, w = look
    n, m = w.shape
    s = arrays.new_scratch(8, 8, 64, 1)
    i, j = np.nonzero(w)
    s.first[: n + 1] = np.searchsorted(i, np.arange(n + 1))
    s.pair_row[: len(j)], s.pair_w[: len(j), 0] = j, w[i, j]
    s.row_rate[:, c.RATE_OTHER] = 1.0
    s.chance[:n, c.CHANCE_EXISTENCE], s.chance[:n, c.CHANCE_MISS] = r, pd
    s.kin[:n, 0] = [family.index(one) for one in family]
    associate(arrays.new_bank(8, 1, 1), s, n, m, RULES, np.zeros(c.COUNTERS, dtype=np.int64))
    missed, pair = enumerated(family, r, pd, w)
    found = np.zeros((n, m))
    found[i, j] = s.pair_w[: len(j), 1]
    np.testing.assert_allclose(found, pair, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(s.miss[:n, 1] * r * (1.0 - pd) / s.miss[:n, 0], missed, rtol=1e-7, atol=1e-10)


def test_what_a_family_has_beyond_one_is_taken_from_all_of_it_and_from_no_other() -> None:
    bank, s = arrays.new_bank(6, 1, 1), arrays.new_scratch(8, 8, 8, 1)
    bank.tag[:6, c.FAMILY] = [7, 0, 9, 7, 9, 0]
    s.slot[:6] = np.arange(6)
    s.chance[:6, c.CHANCE_EXISTENCE] = [0.9, 0.9, 0.3, 0.6, 0.3, 0.8]
    gather_kin(bank, s, 6)
    assert s.kin[:6, 0].tolist() == [0, 1, 2, 0, 2, 5]
    np.testing.assert_allclose(s.chance[:6, c.CHANCE_EXISTENCE], [0.6, 0.9, 0.3, 0.4, 0.3, 0.8])


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_volume_of_a_covariance_leaves_out_what_has_no_variance(seed: int, flat_frame: bool) -> None:
    a = np.random.default_rng(seed).standard_normal((6, 8)) * np.array([[1e3, 1e3, 300.0, 50.0, 50.0, 3.0]]).T
    p = a @ a.T
    kept = [0, 1, 3, 4] if flat_frame else list(range(6))
    for axis in set(range(6)) - set(kept):
        p[axis, :] = p[:, axis] = 0.0
    known = np.linalg.slogdet(p[np.ix_(kept, kept)])[1]
    assert abs(log_volume(p.copy()) - known) < 1e-6
