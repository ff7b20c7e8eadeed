"""Direction finders on wheels and wings: a bearing is taken from where its sensor was when it measured."""

from dataclasses import replace

import numpy as np

from tests.sound.listening import Source, post, told
from tests.tracks import ns
from tocsin.messages import Scan, TrackState
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.tracker import Tracker

EMITTER = Source((6_000.0, 9_000.0, 400.0), (-30.0, 10.0, 0.0))
CAR, PLANE = (25.0, 0.0), (0.0, 180.0)  # m/s east, north


def finder(name: str, at: tuple[float, float], velocity: tuple[float, float]) -> Sensor:
    """A radio direction finder that drives straight on from 100 s."""
    radio: dict[str, object] = {
        "sigma": {"azimuth_rad": 0.01, "elevation_rad": 0.01},
        "max_range_m": 60_000.0,
        "clutter_per_scan": 0.02,
        "propagation_mps": 299_792_458.0,
        "reporting": "event",
    }
    end = (at[0] + 60.0 * velocity[0], at[1] + 60.0 * velocity[1])
    return post(name, at, **radio, path=((ns(100.0), *at, 4.0), (ns(160.0), *end, 4.0)))


def bearings(finders: list[Sensor], time_s: float, rng: np.random.Generator) -> Scan:
    """What each of them measures of the emitter, where it is then."""
    rows = []
    for index, one in enumerate(finders):
        share = (time_s - 100.0) / 60.0
        place = (1.0 - share) * np.array(one.path[0][1:]) + share * np.array(one.path[1][1:])
        e, n, u = EMITTER.at(time_s) - place
        noise = 0.01 * rng.standard_normal(2)
        rows.append((index, float(np.arctan2(e, n) + noise[0]), float(np.arctan2(u, np.hypot(e, n)) + noise[1])))
    return told(finders, rows, time_s, survey=False)


def hunt(finders: list[Sensor], known: list[Sensor]) -> Tracker:
    """The finders as they drive, to a tracker that takes them for `known`."""
    tracker, rng = Tracker(Settings(frame=Frame("local", 3), sensors=tuple(known))), np.random.default_rng(7)
    for k in range(40):
        tracker.advance(bearings(finders, 100.0 + k, rng))
        tracker.tick(ns(100.5 + k))
    return tracker


def off_m(tracker: Tracker) -> list[float]:
    """How far each confirmed track is from the emitter on the map."""
    picture = tracker.picture(ns(139.0))
    found = picture.position_m[picture.state == TrackState.CONFIRMED]
    return [float(np.linalg.norm(place[:2] - EMITTER.at(139.0)[:2])) for place in found]


def test_two_that_move_fix_an_emitter_where_it_is() -> None:
    finders = [finder("car", (-15_000.0, 0.0), CAR), finder("plane", (0.0, -18_000.0), PLANE)]
    off = off_m(hunt(finders, finders))
    assert len(off) == 1
    assert off[0] < 600.0


def test_taken_for_two_that_stand_they_would_mislead() -> None:
    finders = [finder("car", (-15_000.0, 0.0), CAR), finder("plane", (0.0, -18_000.0), PLANE)]
    off = off_m(hunt(finders, [replace(one, path=()) for one in finders]))
    assert not off or min(off) > 1_500.0


def test_one_that_moves_and_one_that_stands_are_neighbours() -> None:
    stands = replace(finder("mast", (0.0, -18_000.0), (0.0, 0.0)), path=())
    moves = finder("plane", (-15_000.0, 0.0), PLANE)
    tracker, rng = Tracker(Settings(frame=Frame("local", 3), sensors=(stands, moves))), np.random.default_rng(7)
    still = replace(stands, path=((ns(100.0), 0.0, -18_000.0, 4.0), (ns(160.0), 0.0, -18_000.0, 4.0)))
    for k in range(40):
        tracker.advance(bearings([still, moves], 100.0 + k, rng))
        tracker.tick(ns(100.5 + k))
    assert len(off_m(tracker)) == 1
    assert off_m(tracker)[0] < 600.0


def test_how_it_is_stopped_and_goes_on_changes_nothing() -> None:
    finders = [finder("car", (-15_000.0, 0.0), CAR), finder("plane", (0.0, -18_000.0), PLANE)]
    site, rng = Settings(frame=Frame("local", 3), sensors=tuple(finders)), np.random.default_rng(7)
    one, other = Tracker(site), Tracker(site)
    for k in range(20):
        scan = bearings(finders, 100.0 + k, rng)
        for tracker in (one, other):
            tracker.advance(scan)
            tracker.tick(ns(100.5 + k))
        if k == 12:
            other = Tracker.load(site, other.dump())
    assert one.digest() == other.digest()
