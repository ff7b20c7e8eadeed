"""Rivals, components that claim the same past detection, against the sum over all that can be."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.messages import Floats
from tocsin.tracking import arrays
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Scratch
from tocsin.tracking.kernels.rivals.bonds import bind, pass_bonds

PD = 0.9


def solved(existence: Floats, w: Floats, held: list[tuple[int, int]]) -> tuple[Scratch, int]:
    """Candidates with these existences, likelihood ratios w (n, m) and held detections, after the messages."""
    n, m = w.shape
    s, bank = arrays.new_scratch(64, 64, 256, 1), arrays.new_bank(64, 1, 1)
    s.slot[:n] = np.arange(n)
    s.link[: n + m] = np.arange(n + m)
    i, j = np.nonzero(w)
    s.first[: n + 1] = np.searchsorted(i, np.arange(n + 1))
    s.pair_row[: len(j)] = j
    s.pair_w[: len(j), 0] = existence[i] * PD * w[i, j]
    s.chance[:n, c.CHANCE_EXISTENCE], s.chance[:n, c.CHANCE_MISS] = existence, PD
    s.miss[:n, 0] = 1.0 - existence * PD
    for k, rows in enumerate(held):
        bank.tag[k, c.DETECTIONS], bank.tag[k, c.HELD : c.HELD + 2] = 2, rows
    bind(bank, s, n, 3)
    used = pass_bonds(s, np.arange(n), np.zeros(m), 1e-9, 500)
    return s, used


def there(s: Scratch, n: int) -> Floats:
    """Existences after the look, as the update makes them."""
    r, found = s.chance[:n, c.CHANCE_EXISTENCE], np.add.reduceat(s.pair_w[:, 1], s.first[:n])
    found[-1] = s.pair_w[s.first[n - 1] : s.first[n], 1].sum()
    return s.miss[:n, 1] * r * (1.0 - PD) / s.miss[:n, 0] + found


@given(st.lists(st.tuples(st.floats(0.001, 0.32), st.floats(-3.0, 5.0)), min_size=2, max_size=3))
@settings(max_examples=60)
def test_one_of_several_rivals_is_there_or_none(ones: list[tuple[float, float]]) -> None:
    existence, ratio = np.array([r for r, _ in ones]), 10.0 ** np.array([e for _, e in ones])
    s, used = solved(existence, np.diag(ratio), [(7, 20 + k) for k in range(len(ones))])
    weight = existence * (1.0 - PD + PD * ratio)
    np.testing.assert_allclose(there(s, len(ones)), weight / (1.0 - existence.sum() + weight.sum()), rtol=1e-6)
    assert used < 500


def test_four_abreast_fly_straight() -> None:
    straight, aside = [(i, i, i) for i in range(4)], [(0, 1, 2), (1, 2, 3), (2, 1, 0), (3, 2, 1)]
    w, held = np.zeros((8, 4)), []
    for k, (first, second, row) in enumerate(straight + aside):
        w[k, row] = 3000.0
        held.append((20 + second, 10 + first))
    existence = np.full(8, 0.24)
    s, used = solved(existence, w, held)
    after = there(s, 8)
    assert used < 500
    assert after[:4].min() > 0.99
    assert after[4:].max() < 0.01


def test_who_shares_no_detection_is_nobodys_rival() -> None:
    s, _ = solved(np.array([0.3, 0.6]), np.ones((2, 1)), [(1, 2), (3, 0)])
    assert (s.bond[:2] == -1).all()
    assert (s.none[:2] == 0.0).all()
    np.testing.assert_array_equal(s.chance[:2, c.CHANCE_EXISTENCE], [0.3, 0.6])


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_however_sure_rivals_are_what_comes_out_are_chances(data: st.DataObject) -> None:
    n, m = data.draw(st.integers(2, 5)), data.draw(st.integers(1, 3))
    sure = st.one_of(st.floats(1e-9, 1.0), st.floats(0.0, 12.0).map(lambda e: 1.0 - 10.0**-e).filter(lambda r: r > 0.0))
    existence = np.array(data.draw(st.lists(sure, min_size=n, max_size=n)))
    ratio = st.one_of(st.none(), st.floats(-14.0, 14.0))
    cells = data.draw(st.lists(ratio, min_size=n * m, max_size=n * m))
    w = np.array([0.0 if e is None else 10.0**e for e in cells]).reshape(n, m)
    some = st.tuples(st.integers(0, 3), st.integers(4, 7).map(lambda number: number % 7))
    s, _ = solved(existence, w, data.draw(st.lists(some, min_size=n, max_size=n)))
    pairs = s.first[n]
    for chance in (s.chance[:n, c.CHANCE_EXISTENCE], s.miss[:n, 1], s.pair_w[:pairs, 1]):
        assert np.isfinite(chance).all()
        assert chance.min(initial=0.0) >= 0.0
        assert chance.max(initial=0.0) <= 1.0 + 1e-9
    each = np.array([s.pair_w[s.first[i] : s.first[i + 1], 1].sum() for i in range(n)])
    assert (s.miss[:n, 1] + each <= 1.0 + 1e-6).all()
