"""The picture says which sensors lately made a track, so that an alert knows what it rests on."""

from collections.abc import Sequence

import numpy as np

from tests.tracks import follow, ns, scan, sensor, tracker_of
from tocsin.messages import Picture, Scan
from tocsin.tracking.tracker import Tracker

ONE, OTHER = sensor("one"), sensor("other")
THERE, FLIES = np.array([[3_000.0, 2_000.0]]), np.array([[50.0, 0.0]])


def witnesses(picture: Picture) -> dict[str, int]:
    """Detections of the first track by sensor."""
    first = picture.witness_track == picture.track[0]
    names = [picture.sensors[k] for k in picture.witness_sensor[first].tolist()]
    return dict(zip(names, picture.witness_detections[first].tolist(), strict=True))


def turns(begin_s: float, count: int, names: Sequence[str]) -> list[Scan]:
    """Both look at the same thing, one after the other."""
    return [scan(names[k % len(names)], begin_s + k, THERE + (begin_s + k) * FLIES) for k in range(count)]


def test_both_radars_that_see_it_are_its_witnesses() -> None:
    tracker = tracker_of(ONE, OTHER)
    pictures = follow(tracker, turns(0.0, 20, ("one", "other")))
    found = witnesses(pictures[-1])
    assert set(found) == {"one", "other"}
    assert min(found.values()) >= 7
    assert (np.diff(pictures[-1].witness_track) >= 0).all()


def test_who_saw_it_long_ago_is_no_witness_any_more() -> None:
    tracker = tracker_of(ONE, OTHER)
    follow(tracker, turns(0.0, 10, ("one", "other")))
    pictures = follow(tracker, turns(10.0, 60, ("one",)))
    last = pictures[-1]
    recent = dict(zip(last.witness_sensor.tolist(), last.witness_recent.tolist(), strict=True))
    assert recent[1] < 2.5
    assert recent[0] > 20.0
    later = follow(tracker, turns(70.0, 280, ("one",)))[-1]
    assert set(witnesses(later)) == {"one"}


def test_a_dump_remembers_the_witnesses() -> None:
    tracker = tracker_of(ONE, OTHER)
    follow(tracker, turns(0.0, 15, ("one", "other")))
    other = Tracker.load(tracker.settings, tracker.dump())
    for one in turns(15.0, 6, ("one", "other")):
        for each in (tracker, other):
            each.advance(one)
    for each in (tracker, other):
        each.tick(ns(21.0))
    assert tracker.digest() == other.digest()
    assert witnesses(tracker.picture(ns(21.0))) == witnesses(other.picture(ns(21.0)))
