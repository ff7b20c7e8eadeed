"""Listening posts and direction finders: what is heard is in the past, and one bearing is no place."""

from collections.abc import Sequence

import numpy as np

from tests.sound.listening import Source, grid, hear, post, told
from tests.tracks import INTERPRETED, ns
from tests.tracks import scan as position_scan
from tests.tracks import sensor as position_sensor
from tocsin.messages import Floats, Picture, TrackState
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.tracker import Tracker


def tracker_of(sensors: Sequence[Sensor]) -> Tracker:
    return Tracker(Settings(frame=Frame("local", 3), sensors=tuple(sensors)))


def night(
    tracker: Tracker, posts: Sequence[Sensor], sources: Sequence[Source], seconds: int, seed: int
) -> list[Picture]:
    """The picture of each second from 100 s on."""
    rng, pictures = np.random.default_rng(seed), []
    for k in range(seconds):
        tracker.advance(hear(posts, sources, 100.0 + k, rng))
        tracker.tick(ns(100.4 + k))
        pictures.append(tracker.picture(ns(100.0 + k)))
    return pictures


def confirmed(picture: Picture) -> Floats:
    """Places of tracks that are confirmed; a station or two may have missed them lately."""
    return picture.position_m[np.isin(picture.state, (TrackState.CONFIRMED, TrackState.COASTING))]


def test_a_drone_that_listening_posts_hear_is_on_the_map_within_seconds_where_it_is_not_where_it_was_heard() -> None:
    posts = grid(4)
    drone = Source((-3_000.0, -2_500.0, 350.0), (85.0, 30.0, 0.0))
    here, there = [], []
    for seed in range(2 if INTERPRETED else 8):
        pictures = night(tracker_of(posts), posts, [drone], 40, seed)
        assert any(len(confirmed(picture)) for picture in pictures[:8])
        for k in range(25, 40):
            found = confirmed(pictures[k])
            assert len(found) >= 1
            middle = np.array([0.0, 0.0, 4.0])
            own = [np.linalg.norm(found - drone.at(100.0 + k), axis=1).min()]
            own += [np.linalg.norm(found - drone.heard(middle, 100.0 + k), axis=1).min()]
            here.append(own[0])
            there.append(own[1])
    assert np.median(here) < 300.0
    assert np.median(here) < 0.5 * np.median(there)


def test_where_the_bearings_of_two_drones_cross_nothing_stays() -> None:
    posts = grid(4)
    drones = [
        Source((-2_000.0, 1_500.0, 300.0), (40.0, 0.0, 0.0)),
        Source((2_000.0, -1_200.0, 500.0), (-45.0, 0.0, 0.0)),
    ]
    for seed in range(1 if INTERPRETED else 4):
        tracker = tracker_of(posts)
        last = night(tracker, posts, drones, 30, seed)[-1]
        found = confirmed(last)
        off = np.array([[np.linalg.norm(place - drone.at(129.0)) for drone in drones] for place in found])
        assert len(found) == 2
        assert sorted(off.argmin(axis=1)) == [0, 1]
        assert off.min(axis=1).max() < 800.0
        assert tracker.counters()["births where directions cross"] > 2  # there were some


def test_a_jet_is_refused_as_a_direction_of_sound_with_the_reason() -> None:
    posts, radar = grid(3), position_sensor("radar", max_range_m=40_000.0, reporting="dwell")
    jet = Source((-9_000.0, 0.0, 600.0), (420.0, 0.0, 0.0))
    tracker = tracker_of([*posts, radar])
    rng = np.random.default_rng(5)
    refused: dict[str, int] = {}
    for k in range(30):
        time_s = 100.0 + k
        at = jet.at(time_s)
        tracker.advance(position_scan("radar", time_s, (at + 10.0 * rng.standard_normal(3))[None]))
        rows = []
        for index, one in enumerate(posts):  # the noise comes from behind it, where it has been
            place = np.array([one.east_m, one.north_m, one.up_m])
            e, n, u = at - 8.0 * np.array(jet.velocity_mps) - place
            if k > 8 and np.hypot(e, n) < one.max_range_m:
                rows.append((index, float(np.arctan2(e, n)), float(np.arctan2(u, np.hypot(e, n)))))
        tracker.advance(told(posts, rows, time_s + 0.1))
        tracker.tick(ns(time_s + 0.5))
        for refusal in tracker.refusals():
            refused[refusal.reason] = refused.get(refusal.reason, 0) + refusal.count
    picture = tracker.picture(ns(129.1))
    assert refused.get("tracking: sound of something too fast", 0) > 10
    assert len(confirmed(picture)) == 1  # the radar's
    assert np.linalg.norm(confirmed(picture)[0] - jet.at(129.1)) < 300.0


def test_two_direction_finders_fix_an_emitter() -> None:
    radio: dict[str, object] = {
        "sigma": {"azimuth_rad": 0.03, "elevation_rad": 0.03},
        "max_range_m": 60_000.0,
        "clutter_per_scan": 0.02,
        "propagation_mps": 299_792_458.0,
        "period_s": 2.0,
        "reporting": "event",
    }
    finders = [post("west", (-15_000.0, 0.0), **radio), post("south", (0.0, -18_000.0), **radio)]
    emitter = Source((6_000.0, 7_000.0, 400.0), (-30.0, 10.0, 0.0))
    rng, tracker = np.random.default_rng(3), tracker_of(finders)
    for k in range(20):
        tracker.advance(hear(finders, [emitter], 100.0 + 2 * k, rng, false_hz=0.0, survey=False))
        tracker.tick(ns(101.0 + 2 * k))
    found = confirmed(tracker.picture(ns(138.0)))
    assert len(found) == 1
    assert np.linalg.norm(found[0, :2] - emitter.at(138.0)[:2]) < 1_500.0


def test_what_one_station_alone_has_heard_for_five_seconds_lies_somewhere_along_its_wedge() -> None:
    alone = [post("alone", (0.0, 0.0)), post("far away", (40_000.0, 0.0))]
    tracker, rng = tracker_of(alone), np.random.default_rng(2)
    drone = Source((200.0, 3_000.0, 300.0), (0.0, 5.0, 0.0))
    for k in range(12):
        tracker.advance(hear(alone, [drone], 100.0 + k, rng, certain=True))
        tracker.tick(ns(100.4 + k))
        if k < 4:
            assert tracker.counters()["births along a direction"] == 0
    counters = tracker.counters()
    assert 3 <= counters["births along a direction"] <= 16
    assert len(confirmed(tracker.picture(ns(111.0)))) == 0  # that it is there is known; where it is, is not


def existences(with_far_post: bool) -> list[float]:
    """How surely a drone is there, second by second: two posts hear it twice, 3 s after it started, and say no more.

    A third one, 5 km off, listens to the end and hears nothing. What the drone gave at first needs 15 s to come there.
    """
    near = [post("west", (-1_000.0, 0.0), reporting="event"), post("south", (800.0, -900.0), reporting="event")]
    far = [post("far", (0.0, 5_300.0))] if with_far_post else []
    tracker, at, found = tracker_of([*near, *far]), np.array([0.0, 200.0, 250.0]), []
    for k in range(26):
        rows = []
        for index, one in enumerate(near):
            e, n, u = at - np.array([one.east_m, one.north_m, one.up_m])
            rows.append((index, float(np.arctan2(e, n)), float(np.arctan2(u, np.hypot(e, n)))))
        tracker.advance(told(near, rows if k in (3, 4) else [], 100.0 + k, survey=False))
        if far:
            tracker.advance(told(far, [], 100.05 + k))
        tracker.tick(ns(100.4 + k))
        living = tracker.state.living()
        found.append(float(tracker.state.bank.num[living, c.EXISTENCE].max(initial=0.0)))
    return found


def test_who_could_not_have_heard_a_drone_yet_says_nothing_by_silence() -> None:
    alone, with_far = existences(with_far_post=False), existences(with_far_post=True)
    assert alone[4] > 0.01
    assert with_far[13] > 0.99 * alone[13]
    assert with_far[25] < 0.1 * alone[25]


def test_a_person_who_points_and_says_where_they_stand_is_taken_as_a_place_along_the_arm() -> None:
    people = Sensor(
        "people", "report", sigma={"east_m": 300.0, "north_m": 300.0}, max_range_m=9_000.0, reporting="event"
    )
    tracker = tracker_of([people])
    at, east, sigma = np.array([[1_000.0, 2_000.0]]), np.array([np.pi / 2]), np.array([0.2])
    tracker.advance(position_scan("people", 100.0, at, survey=False, azimuth_rad=east, azimuth_rad_sigma=sigma))
    tracker.tick(ns(101.0))
    bank, living = tracker.state.bank, tracker.state.living()
    x, p = bank.x[living[0], 0], bank.p[living[0], 0]
    assert abs(x[0] - 4_000.0) < 1.0
    assert abs(x[1] - 2_000.0) < 1.0
    assert 2_500.0 < np.sqrt(p[0, 0]) < 3_500.0
    assert 500.0 < np.sqrt(p[1, 1]) < 900.0
