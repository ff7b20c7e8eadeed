"""From the first detection to the last: confirmed, coasting, lost, found again."""

import numpy as np

from tests.tracks import follow, ns, scan, sensor, tracker_of
from tocsin.messages import Floats, Notice, TrackState

NOTHING = np.zeros((0, 2))


def at(k: float, rng: np.random.Generator) -> Floats:
    return np.array([[60.0 * k, 20.0 * k]]) + 10.0 * rng.standard_normal((1, 2))


def test_a_track_is_confirmed_after_a_few_detections_and_keeps_its_number() -> None:
    rng = np.random.default_rng(1)
    pictures = follow(tracker_of(sensor()), [scan("lab", 100.0 + k, at(k, rng)) for k in range(20)])
    assert len(pictures[0]) == 0  # one detection is no track
    assert all(len(p) == 1 and p.state[0] == TrackState.CONFIRMED for p in pictures[6:])
    assert {int(p.track[0]) for p in pictures[6:]} == {1}
    assert float(np.abs(pictures[-1].velocity_mps[0, :2] - (60.0, 20.0)).max()) < 10.0


def test_a_track_that_is_missed_coasts_and_comes_back_with_its_number() -> None:
    rng = np.random.default_rng(2)
    scans = [scan("lab", 100.0 + k, NOTHING if k in (12, 13) else at(k, rng)) for k in range(18)]
    pictures = follow(tracker_of(sensor()), scans)
    assert pictures[13].state[0] == TrackState.COASTING
    assert pictures[16].state[0] == TrackState.CONFIRMED
    assert pictures[16].track[0] == pictures[11].track[0]


def test_a_track_whose_target_vanishes_is_lost_and_says_so() -> None:
    rng = np.random.default_rng(3)
    tracker = tracker_of(sensor())
    follow(tracker, [scan("lab", 100.0 + k, at(k, rng)) for k in range(12)])
    said: list[Notice] = []
    for k in range(12, 24):
        tracker.advance(scan("lab", 100.0 + k, NOTHING))
        said += tracker.tick(ns(100.0 + k) + 1)
    assert [notice.text for notice in said] == ["lost"]
    picture = tracker.picture(ns(123.0))
    assert picture.state.tolist() == [TrackState.LOST]
    tracker.tick(ns(400.0))
    assert tracker.picture(ns(400.0)).ended.tolist() == [1]
    assert len(tracker.picture(ns(400.0))) == 0


def test_a_track_that_is_found_again_says_which_one_it_continues() -> None:
    rng = np.random.default_rng(4)
    gone = range(12, 40)
    scans = [scan("lab", 100.0 + k, NOTHING if k in gone else at(k, rng)) for k in range(50)]
    last = follow(tracker_of(sensor()), scans)[-1]
    living = last.state == TrackState.CONFIRMED
    assert last.continues[living].tolist() == [1]
    assert last.track[living].tolist() == [2]
    assert float(last.continues_probability[living][0]) > 0.5


def test_where_looks_of_two_sensors_overlap_the_last_detection_is_the_latest_one() -> None:
    rng = np.random.default_rng(5)
    tracker = tracker_of(sensor("a"), sensor("b"))
    for k in range(10):
        tracker.advance(scan("b", 100.6 + k, at(k + 0.5, rng), times_s=[100.5 + k]))
        tracker.advance(scan("a", 100.9 + k, at(k + 0.2, rng), times_s=[100.2 + k]))
        tracker.tick(ns(100.95 + k))
    picture = tracker.picture(ns(109.95))
    assert picture.last_detection_ns.tolist() == [ns(109.5)]
    assert [picture.sensors[index] for index in picture.last_sensor] == ["b"]


def test_silence_of_a_sensor_that_does_not_survey_says_nothing() -> None:
    rng = np.random.default_rng(5)
    tracker = tracker_of(sensor(reporting="event", clutter_per_scan=0.001))
    follow(tracker, [scan("lab", 100.0 + k, at(k, rng), survey=False) for k in range(10)])
    tracker.tick(ns(130.0))
    picture = tracker.picture(ns(130.0))
    assert picture.state.tolist() == [TrackState.COASTING]
    assert float(picture.existence[0]) > 0.9
