"""A radar whose line lags by 8 s still corrects the picture, and nothing that was shown is rewritten."""

from dataclasses import replace

import numpy as np

from tests.tracks import SECOND_NS, flat, ns, scan, sensor, tracker_of
from tocsin.messages import Floats, Notice, Picture, Scan
from tocsin.tracking.tracker import Tracker

LAG_S = 8.0


def lagging(one: Scan, lag_s: float) -> Scan:
    """The same, received so much later."""
    detections = replace(one.detections, received_ns=one.detections.received_ns + ns(lag_s))
    return replace(one, received_ns=one.received_ns + ns(lag_s), detections=detections)


def watched(seconds: int, lag_s: float, **tracking: float) -> tuple[Tracker, list[Picture], list[Notice]]:
    """A coarse sensor in time, a fine one whose line lags; 1 Hz each, a Tick each second."""
    rng = np.random.default_rng(9)
    coarse = sensor("coarse", sigma={"east_m": 200.0, "north_m": 200.0, "up_m": 1.0}, detection_probability=0.6)
    tracker = Tracker(flat(coarse, sensor("fine"), **({"hold_s": 0.2} | tracking)))  # type: ignore[arg-type]
    on_the_way: list[Scan] = []
    pictures: list[Picture] = []
    notices: list[Notice] = []
    for k in range(seconds):
        place = truth(100.0 + k)
        blurred = place + 200.0 * rng.standard_normal((1, 2))
        tracker.advance(scan("coarse", 100.0 + k, blurred if rng.random() < 0.6 else np.zeros((0, 2))))
        on_the_way.append(lagging(scan("fine", 100.0 + k, place + 10.0 * rng.standard_normal((1, 2))), lag_s))
        while on_the_way and on_the_way[0].received_ns <= ns(100.9 + k):
            tracker.advance(on_the_way.pop(0))
        notices += tracker.tick(ns(101.0 + k))
        pictures.append(tracker.picture(ns(101.0 + k)))
    return tracker, pictures, notices


def truth(time_s: float) -> Floats:
    return np.array([[60.0 * (time_s - 100.0), 1_000.0]])


def error_m(picture: Picture) -> float:
    return float(np.hypot(*(picture.position_m[:, :2] - truth(picture.time_ns / SECOND_NS)).T).min())


def test_a_radar_whose_line_lags_by_8_s_still_corrects_the_picture() -> None:
    _, alone, _ = watched(60, 1_000.0)
    tracker, helped, _ = watched(60, LAG_S)
    assert np.mean([error_m(picture) for picture in helped[20:]]) < 0.6 * np.mean([error_m(p) for p in alone[20:]])
    assert tracker.refusals() == ()
    counters = tracker.counters()
    assert counters["late detections"] == 60 - int(LAG_S)
    assert counters["stretches worked again"] > 40


def test_nothing_that_was_shown_is_rewritten_and_its_number_stays() -> None:
    _, pictures, notices = watched(60, LAG_S)
    kept = [(picture.position_m.copy(), picture.track.copy()) for picture in pictures]
    assert all((p.position_m == x).all() and (p.track == n).all() for p, (x, n) in zip(pictures, kept, strict=True))
    first = next(picture for picture in pictures if len(picture))
    followed = [picture.track.tolist() for picture in pictures if picture.time_ns >= first.time_ns + ns(6.0)]
    assert all(int(first.track[0]) in numbers for numbers in followed)
    assert len({(one.subject, one.text) for one in notices}) == len(notices), "nothing is told twice"


def test_what_became_clear_by_hindsight_is_told_as_hindsight() -> None:
    tracker = tracker_of(sensor("quick", detection_probability=0.3, clutter_per_scan=20.0), sensor("slow"), hold_s=0.2)
    told: list[Notice] = []
    for k in range(20):
        tracker.advance(scan("quick", 100.0 + k, truth(100.0 + k) if k > 13 else np.zeros((0, 2))))
        told += tracker.tick(ns(101.0 + k))
        if k == 14:
            assert [one.text for one in told] == []
            for late in range(3, 12):
                tracker.advance(lagging(scan("slow", 100.0 + late, truth(100.0 + late)), 14.9 - late))
    assert [one.text for one in told] == ["confirmed, as known now"]
    assert told[0].time_ns < ns(113.0)


def test_numbers_are_given_once_though_another_track_turns_out_to_be_older() -> None:
    tracker = tracker_of(sensor("quick"), sensor("slow"), hold_s=0.2)
    other: Floats = np.array([[-9_000.0, -9_000.0]])
    shown: dict[int, int] = {}
    for k in range(24):
        tracker.advance(scan("quick", 100.0 + k, truth(100.0 + k)))
        if k == 12:
            for late in range(12):
                tracker.advance(lagging(scan("slow", 100.0 + late - 4.0, other + 20.0 * late), 16.5 - late))
        tracker.tick(ns(101.0 + k))
        picture = tracker.picture(ns(101.0 + k))
        for number, east in zip(picture.track.tolist(), picture.position_m[:, 0].tolist(), strict=True):
            side = int(np.sign(east + 4_000.0))
            assert shown.setdefault(number, side) == side, "a number is never another track's"
    assert sorted(shown.items()) == [(1, 1), (2, -1)]
    assert tracker.next_number > 2


def test_an_order_counts_from_the_next_second_on_also_when_it_is_worked_again() -> None:
    tracker, _, _ = watched(20, LAG_S)
    tracker.settings = replace(
        tracker.settings, tracking=replace(tracker.settings.tracking, confirm_existence=0.97, release_existence=0.6)
    )
    again = Tracker.load(tracker.settings, tracker.dump())
    for one in (tracker, again):
        one.advance(lagging(scan("fine", 108.0, truth(108.0)), 13.0))
        one.tick(ns(122.0))
    assert tracker.dump() == again.dump()


def test_a_look_is_not_held_once_every_live_sensor_is_past_its_time() -> None:
    def worked(lag_s: float) -> int:
        tracker = tracker_of(sensor("a"), sensor("b"), hold_s=2.0)
        for k in range(10):
            for name in ("a", "b"):
                tracker.advance(lagging(scan(name, 100.0 + k, truth(100.0 + k)), 0.0 if name == "a" else lag_s))
            tracker.tick(ns(100.0 + k))
        for name in ("a", "b"):
            tracker.advance(lagging(scan(name, 110.5, truth(110.5)), 0.0 if name == "a" else lag_s))
        return tracker.state.looks.watermark_ns

    assert worked(0.0) == ns(110.5), "both are past it: nothing is waited for"
    assert worked(5.0) == ns(110.5), "who lags by more than a second is waited for by nobody"


def test_who_is_behind_is_waited_for_no_longer_than_the_hold() -> None:
    tracker = tracker_of(sensor("a"), sensor("b"), hold_s=2.0)
    for k in range(10):
        tracker.advance(scan("a", 100.0 + k, truth(100.0 + k)))
        tracker.advance(scan("b", 99.5 + k, truth(99.5 + k)))
        tracker.tick(ns(100.0 + k))
    tracker.advance(scan("a", 110.5, truth(110.5)))
    assert tracker.state.looks.watermark_ns == ns(108.5)
    tracker.advance(scan("b", 109.5, truth(109.5)))
    assert tracker.state.looks.watermark_ns == ns(109.5)


def test_work_done_again_is_bounded_and_what_waits_for_it_is_counted_and_not_lost() -> None:
    free, pictures, _ = watched(60, LAG_S)
    bound, fewer, _ = watched(60, LAG_S, again_rows_per_s=0.05)
    assert bound.counters()["late detections put off"] > 0
    assert bound.counters()["stretches worked again"] < free.counters()["stretches worked again"]
    assert bound.refusals() == ()
    for k in range(60, 4000):
        bound.tick(ns(101.0 + k))
    assert len(bound.state.past.waiting) == 0
    assert len(pictures) == len(fewer)
