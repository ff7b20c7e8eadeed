"""What is launched: births at a rate where the site says so, motion and looks as of all that is unseen."""

from dataclasses import replace
from math import radians

import numpy as np
import pytest

from tests.scans import LATITUDE_RAD, LONGITUDE_RAD, RADAR, SECOND_NS, START_NS, Flight, radar_turn
from tests.scans import settings as site
from tocsin.messages import Floats
from tocsin.models.groups import GROUPS
from tocsin.models.model import usual
from tocsin.settings import Launch, Settings
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Looks
from tocsin.tracking.tracker import Tracker
from tocsin.tracking.unseen.field import Unseen
from tocsin.tracking.unseen.motion import STEP_S

EAST_M, NORTH_M = 60_000.0, 20_000.0  # where the middle of the region lies from the radar


def region(groups: tuple[str, ...] = ("ballistic",), per_hour: float = 1.0, half_deg: float = 0.08) -> Launch:
    latitude = LATITUDE_RAD + NORTH_M / 6_371_000.0
    longitude = LONGITUDE_RAD + EAST_M / (6_371_000.0 * np.cos(latitude))
    half = radians(half_deg)
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    outline = tuple((latitude + half * a, longitude + half * b) for a, b in corners)
    return Launch("cape", outline, groups, per_hour)


def with_launches(*launches: Launch) -> Settings:
    return replace(site(RADAR), launches=launches)


def new(*launches: Launch) -> Unseen:
    settings = with_launches(*launches)
    unseen = Unseen.of(settings, usual(settings.frame))
    unseen.beat(START_NS)
    return unseen


def there(east_m: float = EAST_M, north_m: float = NORTH_M, height_m: float = 100.0) -> Floats:
    return Flight((east_m, north_m, height_m), (0.0, 0.0, 0.0)).ecef_m(0.0)


def whole_turn(count: int) -> Looks:
    ints = np.zeros(count, dtype=np.int64)
    return Looks(START_NS + ints, ints, ints, ints, ints + 1, np.full((count, 2), np.nan), ints)


def test_what_is_launched_is_expected_there_and_less_farther_on() -> None:
    with_region, without = new(region()), new()
    ballistic = [group.name for group in GROUPS].index("ballistic")
    near, far = with_region.groups_at(there()), with_region.groups_at(there(-60e3, -60e3))
    assert near[ballistic] > 20.0 * without.groups_at(there())[ballistic]
    assert np.allclose(np.delete(near, ballistic), np.delete(without.groups_at(there()), ballistic))
    assert far[ballistic] < 0.3 * near[ballistic]
    lift = with_region.lift(there())
    assert lift[ballistic] > 20.0
    assert (np.delete(lift, ballistic) == 1.0).all()
    assert (without.lift(there()) == 1.0).all()


def test_where_nobody_looks_as_many_are_born_as_die_and_leave() -> None:
    unseen = new(region(("missiles",), 3.0))
    before = unseen.launched.sum()
    unseen.beat(START_NS + 600 * SECOND_NS)
    assert unseen.launched.sum() == pytest.approx(before, rel=0.05)
    assert np.allclose(unseen.undetected()[2], 1.0, rtol=0.05)
    fresh = unseen.region.launching
    grid, motion = unseen.region.grid, unseen.region.motion
    assert grid is not None
    born = fresh.step(np.zeros_like(fresh.free), grid, motion)
    assert born.sum() == pytest.approx(3.0 / 3600.0 * STEP_S, rel=1e-5)
    assert (born[:, 1:] == 0.0).all()


def test_looks_thin_what_was_launched_and_the_next_launches_come() -> None:
    unseen = new(region(("missiles",), 3.0))
    free = unseen.launched.sum()
    unseen.look(whole_turn(1), 0, 1)
    unseen.beat(START_NS + 5 * SECOND_NS)
    seen = unseen.launched.sum()
    assert seen < 0.9 * free
    # the share of all missiles there that is undetected counts those that have just been launched
    middle = unseen.undetected()[2].max()
    assert 0.0 < unseen.undetected()[2].min() < middle <= 1.0
    unseen.beat(START_NS + 900 * SECOND_NS)
    assert unseen.launched.sum() > seen


def test_a_region_smaller_than_a_cell_counts_and_one_off_the_map_does_not() -> None:
    small = new(region(half_deg=0.001)).region.launching
    assert small.rate.sum() == pytest.approx(1.0 / 3600.0)
    assert np.count_nonzero(small.rate) == 1
    off = Launch("off", ((0.1, 0.1), (0.1, 0.11), (0.11, 0.1)), ("drones",), 5.0)
    assert new(off).region.launching.rate.sum() == 0.0


def test_a_dump_and_a_copy_go_on_to_the_same_bits() -> None:
    one = new(region())
    one.look(whole_turn(2), 0, 2)
    one.beat(START_NS + 10 * SECOND_NS)
    two, copy = new(region()), one.copy()
    two.load(one.dump())
    for unseen in (one, two, copy):
        unseen.look(whole_turn(1), 0, 1)
        unseen.beat(START_NS + 25 * SECOND_NS)
    assert one.digest() == two.digest() == copy.digest()
    assert one.digest() != new(region()).digest()


def believed(launches: tuple[Launch, ...], at: tuple[float, float, float]) -> tuple[float, float]:
    """Existence, and the chance that it is a missile or a drone, of something seen three times over a place."""
    tracker = Tracker(with_launches(*launches))
    rng = np.random.default_rng(3)
    for turn in range(3):
        scan = radar_turn([Flight(at, (-160.0, 20.0, 0.0))], turn, rng, pd=1.0, clutter=0.0)
        tracker.advance(scan)
        tracker.tick(scan.received_ns)
    bank, living = tracker.state.bank, tracker.state.living()
    best = living[int(bank.num[living, c.EXISTENCE].argmax())]
    missile = list(tracker.model.classes.names).index("cruise missile")
    return float(bank.num[best, c.EXISTENCE]), float(bank.kind[best, missile])


def test_what_begins_where_missiles_are_launched_is_sooner_believed_and_likelier_a_missile() -> None:
    at = (EAST_M, NORTH_M, 250.0)
    none, some = believed((), at), believed((region(("missiles",), 2.0),), at)
    assert some[0] > none[0]
    assert some[1] > 1.5 * none[1]
