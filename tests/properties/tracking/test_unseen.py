"""The field of the unseen: time passes alike in one piece or many, looks only thin, motion loses nothing inside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scans import RADAR, SECOND_NS, START_NS
from tests.scans import settings as site
from tocsin.models.groups import GROUPS
from tocsin.models.model import usual
from tocsin.tracking.kernels.columns import Looks
from tocsin.tracking.unseen.field import STEP_NS, Unseen
from tocsin.tracking.unseen.motion import TAIL, climbing, jumps, spread

SITE = site(RADAR)
ANGLE = st.floats(0.0, 2.0 * np.pi)


def new() -> Unseen:
    unseen = Unseen.of(SITE, usual(SITE.frame))
    unseen.beat(START_NS)
    return unseen


def looks(sectors: list[tuple[float, float]], first_ns: int = START_NS) -> tuple[Looks, int, int]:
    n = len(sectors)
    ints = np.zeros(n, dtype=np.int64)
    return Looks(first_ns + np.arange(n), ints, ints, ints, ints + 1, np.array(sectors).reshape(-1, 2), ints), 0, n


@settings(max_examples=20)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.tuples(ANGLE, ANGLE))
def test_time_in_one_piece_is_time_in_many(seconds: list[int], sector: tuple[float, float]) -> None:
    one, many = new(), new()
    for unseen in (one, many):
        unseen.look(*looks([sector]))
        unseen.beat(START_NS + STEP_NS)
        unseen.add(RADAR_AT, np.array([0.5]))
    whole = STEP_NS * (1 + sum(seconds) // 5)
    one.beat(START_NS + whole)
    for second in np.cumsum(seconds):
        many.beat(START_NS + STEP_NS + int(second) * SECOND_NS)
    many.beat(START_NS + whole)
    assert np.array_equal(one.shares, many.shares)


@settings(max_examples=20)
@given(st.lists(st.tuples(ANGLE, ANGLE), min_size=1, max_size=12), st.integers(0, 12))
def test_how_looks_are_handed_over_changes_no_bit(sectors: list[tuple[float, float]], cut: int) -> None:
    one, two = new(), new()
    one.look(*looks(sectors))
    two.look(*looks(sectors[:cut]))
    two.look(*looks(sectors[cut:], START_NS + len(sectors[:cut])))
    assert one.digest() == two.digest()
    for unseen in (one, two):
        unseen.beat(START_NS + STEP_NS)
    assert one.digest() == two.digest()


@settings(max_examples=20)
@given(st.lists(st.tuples(ANGLE, ANGLE), min_size=1, max_size=8))
def test_looking_never_raises_anything_and_leaves_what_it_did_not_see(sectors: list[tuple[float, float]]) -> None:
    unlooked, looked = new(), new()
    looked.look(*looks(sectors))
    for unseen in (unlooked, looked):
        unseen.beat(START_NS + STEP_NS)
    assert (looked.shares <= unlooked.shares).all()
    sight = looked.region.sight
    turned = looked.last[0] > 0  # bins of which at least half was swept
    (cells,) = np.nonzero((looked.shares < unlooked.shares).any(axis=0).ravel())
    assert np.isin(cells, sight.cell).all()
    full = sight.cell[turned[sight.bin] & (sight.part() == 1.0)]
    most = 1.0 - 0.5 * RADAR.detection_probability
    assert (looked.shares.reshape(len(GROUPS), -1)[:, full] <= most).all()


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(1.0, 1_500.0), st.floats(2_000.0, 5_000.0))
def test_motion_loses_nothing_inside(seed: int, speed: float, cell: float) -> None:
    law = jumps(speed, 20.0, cell)
    assert law[0] + 2.0 * law[1:].sum() == pytest.approx(1.0)
    assert (law >= 0.0).all()
    layer = np.zeros((3, 120, 120), dtype=np.float32)
    layer[:, 50:70, 50:70] = np.random.default_rng(seed).random((3, 20, 20))
    assert spread(layer, law, 0.0).sum() == pytest.approx(layer.sum(), rel=1e-5)


@settings(max_examples=20)
@given(st.floats(5.0, 300.0), st.floats(2_000.0, 5_000.0))
def test_two_steps_are_one_of_twice_the_length(speed: float, cell: float) -> None:
    once, twice = jumps(speed, 10.0, cell, 4.0), jumps(speed, 10.0, cell, 8.0)
    sides = np.concatenate([once[:0:-1], once])
    both = np.convolve(sides, sides)[2 * (len(once) - 1) :]
    n = min(len(both), len(twice))
    assert both[:n] == pytest.approx(twice[:n], abs=10.0 * TAIL)


def test_a_group_keeps_its_heights() -> None:
    for group in GROUPS:
        law, share = climbing(group), np.array(group.heights)
        assert (share[:, None] * law).sum(axis=0) == pytest.approx(share)
        assert climbing(group, 2.0 * 5.0) == pytest.approx((law[:, :, None] * law[None]).sum(axis=1))


def test_dump_and_load_continue_bit_for_bit() -> None:
    unseen = new()
    unseen.look(*looks([(0.0, 1.0)]))
    unseen.add(RADAR_AT, np.array([0.25]))
    again = new()
    again.load(unseen.dump())
    assert again.digest() == unseen.digest()
    for one in (unseen, again):
        one.beat(START_NS + 3 * STEP_NS)
    assert again.digest() == unseen.digest()


RADAR_AT = np.array([new().read.origin])
