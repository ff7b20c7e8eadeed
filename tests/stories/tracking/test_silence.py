"""What silence says: nothing behind a hill, and much of a sensor that reports at a declared rate."""

import numpy as np

from tests.tracks import follow, ns, scan, sensor, tracker_of
from tocsin.geo.terrain import ridges
from tocsin.messages import Detections, Scan, Sweeps, TrackState
from tocsin.models.ground import pack
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking.tracker import Tracker

LATITUDE, LONGITUDE = 0.9, 0.4
RADAR = Sensor(
    "radar",
    "radar",
    latitude_rad=LATITUDE,
    longitude_rad=LONGITUDE,
    altitude_m=50.0,
    max_range_m=100_000.0,
    sigma={"range_m": 50.0, "azimuth_rad": 0.002, "elevation_rad": 0.003},
)
RIDGE = ridges([([(0.895, 0.404), (0.905, 0.404)], 900.0, 1500.0)], step_m=500.0)


def turn(time_s: float, range_m: float | None) -> Scan:
    """A turn with a plot due east, 700 m up, or with none."""
    n, time_ns = int(range_m is not None), ns(time_s)
    one, nan, times = np.full(1, time_ns), np.full(1, np.nan), np.full(n, time_ns)
    sweeps = Sweeps(np.zeros(1, np.int32), one - one, one, one, nan, nan, np.ones(1, np.bool_))
    r = range_m or 1.0
    measured = {"range_m": r, "azimuth_rad": np.pi / 2, "elevation_rad": 650.0 / r - r / 17.0e6}
    values = {name: np.full(n, value) for name, value in measured.items()}
    return Scan("made", time_ns, ("radar",), sweeps, Detections(np.zeros(n, np.int32), times, times, values))


def flight(ground: bool) -> list[tuple[float, int]]:
    """Existence and state after each turn: seen in front of the ridge for 10 turns, then behind it for 8."""
    tracker = Tracker(
        Settings(
            frame=Frame("earth", 3, LATITUDE, LONGITUDE),
            sensors=(RADAR,),
            tracking=Tracking(hold_s=0.0),
            ground=pack(RIDGE) if ground else None,
        )
    )
    pictures = follow(tracker, [turn(100.0 + 4.0 * k, 5_000.0 + 1_000.0 * k if k < 11 else None) for k in range(19)])
    return [(float(p.existence.max(initial=0.0)), int(p.state.max(initial=0))) for p in pictures]


def test_a_drone_that_flies_behind_a_ridge_is_not_held_to_be_gone() -> None:
    open_, behind = flight(ground=False), flight(ground=True)
    assert open_[10][0] > 0.9
    assert behind[10][0] > 0.9
    assert open_[-1][1] == TrackState.LOST
    assert behind[-1][0] > 0.5
    assert behind[-1][1] != TrackState.LOST


def test_the_silence_of_a_sensor_with_a_declared_rate_speaks() -> None:
    rng = np.random.default_rng(5)
    for rate, gone in ((0.0, False), (0.5, True)):
        tracker = tracker_of(sensor(reporting="event", clutter_per_scan=0.001, report_rate_hz=rate))
        places = [np.array([[60.0 * k, 0.0]]) + 10.0 * rng.standard_normal((1, 2)) for k in range(10)]
        follow(tracker, [scan("lab", 100.0 + k, place, survey=False) for k, place in enumerate(places)])
        said = [notice.text for k in range(40) for notice in tracker.tick(ns(110.0 + k))]
        assert ("lost" in said) == gone


def test_a_pause_as_long_as_is_usual_ends_nothing() -> None:
    tracker = tracker_of(sensor(reporting="event", clutter_per_scan=0.001, report_rate_hz=0.5))
    follow(tracker, [scan("lab", 100.0 + 2 * k, np.array([[60.0 * k, 0.0]]), survey=False) for k in range(12)])
    tracker.tick(ns(124.0))
    assert tracker.picture(ns(124.0)).state.tolist() == [TrackState.CONFIRMED]
