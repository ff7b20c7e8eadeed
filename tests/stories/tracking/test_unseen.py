"""What is given up returns to the unseen, and where nobody looks things begin sooner than where everybody did."""

import numpy as np

from tests.scans import RADAR, SECOND_NS, START_NS, Flight, radar_turn, settings
from tocsin.messages import Scan, Tick
from tocsin.pipeline import State, advance
from tocsin.tracking.kernels.columns import Looks

FLIGHT = Flight((20_000.0, 10_000.0, 3_000.0), (-150.0, 30.0, 0.0))


def play(turns: int, *, flights_until: int, clutter: float = 2.0, state: State | None = None) -> State:
    state = state or State.of(settings(RADAR))
    rng = np.random.default_rng(5)
    items: list[tuple[int, Scan | Tick]] = []
    for turn in range(turns):
        scan = radar_turn([FLIGHT] if turn < flights_until else [], turn, rng, clutter=clutter)
        items.append((scan.received_ns, scan))
    times = [START_NS + second * SECOND_NS for second in range(1, 4 * turns + 1)]
    items += [(time_ns, Tick(time_ns)) for time_ns in times]
    for _, item in sorted(items, key=lambda pair: pair[0]):
        advance(state, item)
    return state


def test_pruned_tracks_give_their_mass_back() -> None:
    tracker = play(20, flights_until=10).tracker
    assert tracker.counters()["recycled"] == tracker.counters()["pruned"] > 0
    unseen = tracker.state.unseen
    assert unseen.given.sum() + unseen.read.given.sum() > 0.0
    assert np.isfinite(unseen.read.ratio).all()


def test_a_track_that_was_given_up_where_it_was_lost_is_expected_there() -> None:
    state = State.of(settings(RADAR))
    unseen = state.tracker.state.unseen
    at = FLIGHT.ecef_m(0.0)
    unseen.beat(START_NS)
    before = unseen.read.total.copy()
    unseen.add(at[None], np.array([0.9]))
    unseen.beat(START_NS + 5 * SECOND_NS)
    (raised,) = np.nonzero(unseen.read.total > 10.0 * before)
    assert 0 < len(raised) < 30


def test_well_watched_airspace_has_less_unseen_than_its_borders() -> None:
    unseen = play(20, flights_until=0).tracker.state.unseen
    inside = unseen.groups_at(Flight((30e3, 0.0, 5e3), (0, 0, 0)).ecef_m(0.0))
    outside = unseen.groups_at(Flight((149e3, 0.0, 9e3), (0, 0, 0)).ecef_m(0.0))
    assert (inside < outside).all()
    assert inside.sum() < 0.05 * outside.sum()
    assert unseen.read.total.min() < 0.11
    assert unseen.read.total.max() > 0.9


def test_a_sector_in_which_a_radar_has_stopped_seeing_is_thinned_no_more() -> None:
    tracker = State.of(settings(RADAR)).tracker
    plan, unseen = tracker.state.learner.plan, tracker.state.unseen
    blinded = tracker.state.learner.learned.pd_ratio.copy()
    sectors = int(plan.table[0, 3])
    blinded[np.arange(len(blinded)) % sectors < sectors // 2] = 0.01  # from north by east to south
    looked = np.ones(1, dtype=np.int64)
    unseen.beat(START_NS)
    for step in range(1, 5):
        around = Looks(looked * START_NS, 0 * looked, 0 * looked, 0 * looked, looked, np.full((1, 2), np.nan), looked)
        unseen.look(around, 0, 1)
        unseen.beat(START_NS + 5 * step * SECOND_NS, blinded, plan.table)
    east, west = (unseen.groups_at(Flight((side * 50e3, 0.0, 5e3), (0, 0, 0)).ecef_m(0.0)) for side in (1.0, -1.0))
    assert (west < 0.1 * east).all()
