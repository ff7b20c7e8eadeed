"""What targets say of themselves: believed as far as it can be, refused with its reason where it cannot."""

from collections.abc import Mapping, Sequence

import numpy as np

from tests.tracks import INTERPRETED, flat, follow, ns, scan, sensor, tracker_of
from tocsin.messages import Floats, Picture, Scan, SensorHealth, TrackState
from tocsin.settings import Sensor, Settings, Tracking
from tocsin.tracking.tracker import Tracker

ADSB = sensor("adsb", reporting="event", clutter_per_scan=1e-3)
SECOND = sensor("second", reporting="event", clutter_per_scan=1e-3)
RADAR = Sensor(
    "radar",
    "radar",
    east_m=0.0,
    north_m=0.0,
    max_range_m=60_000.0,
    sigma={"range_m": 60.0, "azimuth_rad": 0.002},
    detection_probability=0.9,
    clutter_per_scan=2.0,
)


def said(name: str, time_s: float, places: Sequence[tuple[float, float]], who: Sequence[str], **more: object) -> Scan:
    """Reports of themselves."""
    return scan(name, time_s, np.array(places), survey=False, texts={"identity": tuple(who)}, **more)  # type: ignore[arg-type]


def radar_turn(time_s: float, places: Floats, rng: np.random.Generator, pd: float = 0.9) -> Scan:
    """One look of RADAR all around."""
    places = places[rng.random(len(places)) < pd]
    clutter = rng.uniform(-40_000.0, 40_000.0, (rng.poisson(2.0), 2))
    e, n = np.concatenate([places, clutter]).T
    r = np.hypot(e, n) + 60.0 * rng.standard_normal(len(e))
    a = np.arctan2(e, n) + 0.002 * rng.standard_normal(len(e))
    return scan("radar", time_s, np.zeros((len(r), 0)), range_m=np.maximum(r, 1.0), azimuth_rad=a)


def again(time_s: float, values: Mapping[str, Floats]) -> Scan:
    """The same turn at another time."""
    nothing = np.zeros((len(values["range_m"]), 0))
    return scan("radar", time_s, nothing, range_m=values["range_m"], azimuth_rad=values["azimuth_rad"])


def refused(tracker: Tracker) -> dict[str, int]:
    """Refusals by reason."""
    counted: dict[str, int] = {}
    for refusal in tracker.refusals():
        reason = refusal.reason.removeprefix("tracking: ")
        counted[reason] = counted.get(reason, 0) + refusal.count
    return counted


def confirmed(picture: Picture) -> list[str | None]:
    return [picture.identity[i] for i in np.flatnonzero(picture.state == TrackState.CONFIRMED)]


def test_what_one_squitter_tells_two_receivers_counts_once() -> None:
    tracker = tracker_of(ADSB, SECOND)
    for k in range(10):
        place = [(20_000.0 + 100.0 * k, 5_000.0)]
        tracker.advance(said("adsb", 100.0 + k, place, ["icao:1"]))
        tracker.advance(said("second", 100.002 + k, place, ["icao:1"]))
    tracker.tick(ns(111.0))
    picture = tracker.picture(ns(110.0))
    assert refused(tracker) == {"copy of one report": 10}
    assert confirmed(picture) == ["icao:1"]
    assert picture.detections.tolist() == [10]


def test_one_identity_in_two_places_stays_in_the_first_and_the_other_is_refused() -> None:
    tracker = tracker_of(ADSB)
    scans = []
    for k in range(20):
        here, there = (20_000.0 + 100.0 * k, 5_000.0), (-20_000.0 - 100.0 * k, 0.0)
        scans.append(said("adsb", 100.0 + k, [here, there] if k > 5 else [here], ["icao:1"] * (2 if k > 5 else 1)))
    last = follow(tracker, scans)[-1]
    assert confirmed(last) == ["icao:1"]
    assert last.position_m[0, 0] > 0.0
    assert refused(tracker) == {"one identity in two places": 14}


def test_a_jump_that_nothing_can_make_is_refused_and_after_a_while_of_silence_believed() -> None:
    tracker = tracker_of(ADSB)
    scans = [said("adsb", 100.0 + k, [(20_000.0 + 100.0 * k, 0.0)], ["icao:1"]) for k in range(10)]
    scans += [said("adsb", 116.0 + k, [(-20_000.0 + 100.0 * k, 30_000.0)], ["icao:1"]) for k in range(20)]
    pictures = follow(tracker, scans)
    assert refused(tracker) == {"a jump that nothing can make": 14}
    assert (pictures[22].position_m[:, 0] > 0.0).all()
    assert (pictures[-1].position_m[:, 0] < 0.0).any()


def test_a_radar_that_reads_an_identity_is_believed_before_the_target_that_claims_it() -> None:
    reader = sensor("reader", period_s=4.0)
    tracker = tracker_of(ADSB, reader)
    scans: list[Scan] = []
    for k in range(30):
        scans.append(said("adsb", 100.0 + k, [(30_000.0, 100.0 * k)], ["icao:1"]))
        if k % 4 == 0:
            texts = {"identity": ("icao:1",)}
            scans.append(scan("reader", 100.5 + k, np.array([[-20_000.0, 100.0 * k]]), texts=texts))
    last = follow(tracker, scans)[-1]
    assert refused(tracker)["one identity in two places"] == 29
    named = [i for i, who in enumerate(last.identity) if who == "icao:1" and last.state[i] == TrackState.CONFIRMED]
    assert [float(last.position_m[i, 0]) < 0.0 for i in named] == [True]


def test_a_flood_of_new_identities_withholds_births_and_nothing_else() -> None:
    calm = sensor("adsb", reporting="event", clutter_per_scan=1e-3, new_identities_per_min=10.0)
    tracker = tracker_of(calm, SECOND)
    places = np.stack(np.meshgrid(np.arange(20) - 9.5, np.arange(15) - 7.0), axis=-1).reshape(-1, 2) * 4_000.0
    names = [f"icao:{i}" for i in range(300)]
    scans = []
    for k in range(20):
        shown = 20 if k < 10 else 300
        now = [(float(e) + 100.0 * k, float(n)) for e, n in places[:shown]]
        scans.append(said("adsb", 100.0 + k, now, names[:shown]))
        scans.append(said("second", 100.4 + k, [(45_000.0, 45_000.0 - 50.0 * k)], ["rid:a"]))
    last = follow(tracker, scans)[-1]
    followed = [name for name in confirmed(last) if name]
    assert len(followed) == len(set(followed)) == 51, "20 that were known, the 30 first of the flood, and the other one"
    assert {*names[:20], "rid:a"} < set(followed)
    assert refused(tracker) == {"flood of new identities": 250 * 10}
    health = tracker.noted(
        tuple(SensorHealth(name, "position", "fresh", 0, 1.0, 0.0, 0, 0) for name in ("adsb", "second")), ns(120.0)
    )
    assert ["flood" in one.note for one in health] == [True, False]


def test_aircraft_that_nobody_else_can_look_at_are_shown_as_uncorroborated() -> None:
    tracker = tracker_of(ADSB, RADAR)
    scans = [said("adsb", 100.0 + k, [(90_000.0 + 200.0 * k, 0.0)], ["icao:1"]) for k in range(10)]
    last = follow(tracker, scans)[-1]
    assert confirmed(last) == ["icao:1"]
    assert last.corroborated.tolist() == [False]


def test_an_aircraft_that_a_radar_sees_too_is_corroborated() -> None:
    tracker = tracker_of(ADSB, RADAR)
    rng = np.random.default_rng(3)
    scans = []
    for k in range(30):
        at = np.array([[10_000.0 + 200.0 * k, 20_000.0]])
        scans.append(said("adsb", 100.0 + k, [(float(at[0, 0]), 20_000.0)], ["icao:1"]))
        if k % 4 == 3:
            scans.append(radar_turn(100.5 + k, at + np.array([100.0, 0.0]), rng))
    last = follow(tracker, scans)[-1]
    named = last.identity.index("icao:1")
    assert last.state[named] == TrackState.CONFIRMED
    assert last.corroborated[named]


def test_a_phantom_where_a_radar_looked_three_times_and_saw_nothing_is_not_confirmed() -> None:
    count = 12 if INTERPRETED else 300
    free = sensor("adsb", reporting="event", clutter_per_scan=1e-3, new_identities_per_min=1e6)
    tracker = tracker_of(free, RADAR)
    rng = np.random.default_rng(4)
    start = rng.uniform(-35_000.0, 35_000.0, (count, 2))
    velocity = rng.uniform(-150.0, 150.0, (count, 2))
    names = [f"icao:{i}" for i in range(count)]
    nobody = np.zeros((0, 2))
    for k in range(40):
        now = start + velocity * k + 10.0 * rng.standard_normal((count, 2))
        tracker.advance(said("adsb", 100.0 + k, [(float(e), float(n)) for e, n in now], names))
        if k % 4 == 3:
            tracker.advance(radar_turn(100.5 + k, nobody, rng))
        tracker.tick(ns(100.6 + k))
        if k >= 11:
            assert [who for who in confirmed(tracker.picture(ns(100.6 + k))) if who] == []
    assert set(refused(tracker)) == {"a claim that independent sensors deny"}


def test_a_recording_that_is_played_again_is_refused() -> None:
    tracker = tracker_of(ADSB)
    rng = np.random.default_rng(5)
    track = [(20_000.0 + 100.0 * k + rng.normal(), 5_000.0 + rng.normal()) for k in range(60)]
    for k, place in enumerate(track):
        tracker.advance(said("adsb", 100.0 + k, [place], ["icao:1"]))
    for k, place in enumerate(track):
        tracker.advance(said("adsb", 400.0 + k, [place], ["icao:1"]))
    tracker.tick(ns(470.0))
    assert refused(tracker)["a recording played again"] >= 40


def test_a_radar_recording_that_is_played_again_is_refused_and_noted() -> None:
    tracker = tracker_of(RADAR)
    rng = np.random.default_rng(6)
    turns = [radar_turn(4.0 * k, np.array([[9_000.0, 50.0 * k]]), rng, pd=1.0).detections.values for k in range(30)]
    for k, values in enumerate((*turns, *turns)):
        tracker.advance(again(1000.0 + 4.0 * k + 1000.0 * (k >= 30), values))
    tracker.tick(ns(3000.0))
    counted = refused(tracker)
    assert set(counted) == {"a recording played again"}
    assert counted["a recording played again"] > 20


def test_tracks_of_others_are_taken_once_in_their_decorrelation_time() -> None:
    other = sensor("other", kind="track", reporting="event", decorrelation_s=10.0)
    tracker = tracker_of(other)
    for k in range(40):
        texts = {"source_track": ("25/100:7",)}
        tracker.advance(scan("other", 100.0 + k, np.array([[100.0 * k, 0.0]]), survey=False, texts=texts))
    tracker.tick(ns(141.0))
    assert tracker.counters()["tracks of others left as correlated"] == 36
    assert refused(tracker) == {}
    assert not tracker.picture(ns(140.0)).corroborated.any()


def test_another_tracker_is_a_witness_only_beside_sensors_that_do_not_feed_it() -> None:
    for fed_by, witness in ((("lab",), False), ((), False), (("their radar",), True)):
        other = sensor("other", kind="track", reporting="event", fed_by=fed_by, decorrelation_s=1.0)
        tracker = tracker_of(other, sensor())
        scans = [scan("other", 100.0 + 2 * k, np.array([[100.0 * k, 0.0]]), survey=False) for k in range(10)]
        assert follow(tracker, scans)[-1].corroborated.tolist() == [witness]


def test_our_own_output_that_returns_is_refused_as_a_loop() -> None:
    other = sensor("other", kind="track", reporting="event")
    settings = Settings(
        frame=flat().frame, sensors=(other,), tracking=Tracking(hold_s=0.0, own_output=("25/100", "asterix 9/9"))
    )
    tracker = Tracker(settings)
    texts = {"source_track": ("25/100:7", "25/10:7", None)}
    tracker.advance(scan("other", 100.0, np.array([[0.0, 0.0], [9e3, 0.0], [0.0, 9e3]]), survey=False, texts=texts))
    tracker.tick(ns(101.0))
    assert refused(tracker) == {"our own output returned": 1}
    tracker.advance(scan("asterix 9/9", 102.0, np.zeros((2, 2)), survey=False))
    assert refused(tracker)["our own output returned"] == 2
