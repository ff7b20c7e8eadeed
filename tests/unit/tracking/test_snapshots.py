"""A snapshot is a copy: later work does not change it, and going back to it is going back in every bit."""

import numpy as np

from tests.tracks import flat, ns, scan, sensor
from tocsin.tracking.late.snapshots import changed, kept
from tocsin.tracking.tracker import Tracker


def bits(tracker: Tracker) -> list[bytes]:
    snapshot = tracker.state.copy()
    return [column.tobytes() for column in (*snapshot.bank, *snapshot.parts["mixture"][:3], snapshot.parts["counted"])]


def test_a_snapshot_stays_as_it_was_and_can_be_gone_back_to() -> None:
    tracker = Tracker(flat(sensor(clutter_per_scan=3.0)))
    rng = np.random.default_rng(1)
    scans = [scan("lab", 100.0 + k, rng.uniform(-2e3, 2e3, (20, 2))) for k in range(8)]
    for one in scans[:4]:
        tracker.advance(one)
    tracker.tick(ns(103.5))
    then, snapshot = bits(tracker), tracker.state.copy()
    for one in scans[4:]:
        tracker.advance(one)
    tracker.tick(ns(108.0))
    assert bits(tracker) != then
    for _ in range(2):
        tracker.state.restore(snapshot)
        assert bits(tracker) == then


def test_which_snapshots_are_kept_depends_on_no_history_and_leaves_one_of_each_age() -> None:
    for now in range(1000, 1100):
        held = [second for second in range(now - 60, now + 1) if kept(second, now)]
        assert len(held) <= 14
        for late_s in (1, 2, 5, 8, 20, 30):
            ages = [now - second for second in held if now - second >= late_s]
            assert min(ages) <= 1.5 * late_s + 2
        assert all(kept(second, then) for second in held for then in range(second, now))


def test_a_snapshot_is_made_after_looks_and_none_while_nothing_comes() -> None:
    assert [second for second in range(11, 40) if changed(second, 10)] == [11, 12]
    assert [second for second in range(13, 40) if changed(second, 12)] == [13, 16]


def test_tables_of_identities_are_copied_when_somebody_writes_to_them_and_not_before() -> None:
    tracker = Tracker(flat(sensor()))
    tracker.advance(scan("lab", 100.0, np.zeros((3, 2))))
    copy = tracker.state.identities.copy()
    assert copy.heard is tracker.state.identities.heard
    before = copy.heard.copy()
    tracker.advance(scan("lab", 103.0, np.full((3, 2), 500.0)))
    tracker.tick(ns(104.0))
    assert (copy.heard == before).all()
    assert (tracker.state.identities.heard != before).any()


def test_going_back_to_a_full_bank_leaves_room_and_an_index_for_all_of_it() -> None:
    tracker = Tracker(flat(sensor(clutter_per_scan=1e-3), hold_s=0.0))
    rng = np.random.default_rng(2)
    for k in range(2):
        tracker.advance(scan("lab", 100.0 + k, rng.uniform(-2e4, 2e4, (700, 2))))
        tracker.tick(ns(100.5 + k))
    tracker.tick(ns(103.0))
    late = scan("lab", 101.7, np.array([[3e4, 3e4]]), received_s=103.0)
    tracker.advance(late)
    tracker.tick(ns(104.0))
    assert tracker.counters()["late detections"] == 1
    assert len(tracker.state.bank.mu) >= tracker.counters()["components"] + 1024
    assert len(tracker._index.half) == len(tracker.state.bank.mu)
