"""What cannot be used is refused with its reason and counted; it never crashes and never makes a wrong number."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracks import INTERPRETED, flat, ns, scan, sensor, tracker_of
from tocsin.errors import StateError
from tocsin.messages import MEASURED, Detections, Floats, Scan, Sweeps
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking.tracker import Tracker

RADAR = Sensor(
    "radar",
    "radar",
    latitude_rad=0.99,
    longitude_rad=0.36,
    altitude_m=50.0,
    sigma={"range_m": 50.0, "azimuth_rad": 0.002},
)
EARTH = Settings(frame=Frame("earth", 3, 0.99, 0.36), sensors=(RADAR, Sensor("adsb", "position", reporting="event")))


def polar(time_s: float = 100.0, **columns: object) -> Scan:
    """One radar row, all good but for what is given."""
    good = {"range_m": 40_000.0, "azimuth_rad": 1.0}
    values = {name: np.array([value], dtype=np.float64) for name, value in (good | columns).items()}
    one, nan = np.full(1, ns(time_s)), np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan, np.ones(1, np.bool_))
    return Scan("feed", ns(time_s), ("radar",), sweeps, Detections(np.zeros(1, np.int32), one, one, values))


def reasons(tracker: Tracker, one: Scan) -> list[str]:
    tracker.advance(one)
    tracker.tick(int(one.sweeps.end_ns[0]) + ns(10.0))
    return [refusal.reason.removeprefix("tracking: ") for refusal in tracker.refusals()]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"range_m": np.inf}, "not a finite number"),
        ({"range_m": -5.0}, "range out of bounds"),
        ({"range_m": 0.0}, "range out of bounds"),
        ({"range_m": 1e9}, "range out of bounds"),
        ({"azimuth_rad": 7.0}, "angle out of bounds"),
        ({"azimuth_rad": -np.inf}, "not a finite number"),
        ({"elevation_rad": 2.0}, "angle out of bounds"),
        ({"range_rate_mps": 1e6}, "value out of bounds"),
        ({"range_m_sigma": 0.0}, "sigma out of bounds"),
        ({"azimuth_rad_sigma": -1.0}, "sigma out of bounds"),
        ({"azimuth_rad_sigma": np.inf}, "not a finite number"),
        ({"azimuth_rad": np.nan}, "nothing to place it by"),
        ({"range_m": np.nan}, "nothing to place it by"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(columns: dict[str, float], reason: str) -> None:
    tracker = Tracker(EARTH)
    assert reason in reasons(tracker, polar(**columns))
    assert tracker.counters()["components"] == 0


def test_a_good_row_is_not_refused() -> None:
    tracker = Tracker(EARTH)
    assert reasons(tracker, polar(elevation_rad=0.05, range_rate_mps=-100.0, pressure_altitude_m=3000.0)) == []
    assert tracker.counters()["looks"] == 1


def test_an_unknown_sensor_is_refused_once_for_all_its_rows() -> None:
    tracker = tracker_of(sensor())
    tracker.advance(scan("nobody", 100.0, np.zeros((7, 2))))
    (refusal,) = tracker.refusals()
    assert (refusal.reason, refusal.count) == ("tracking: unknown sensor", 7)
    assert "nobody" in refusal.detail
    assert tracker.refusals() == ()


def test_a_row_that_comes_too_late_is_refused() -> None:
    tracker = tracker_of(sensor())
    tracker.advance(scan("lab", 1000.0, np.zeros((1, 2))))
    tracker.advance(scan("lab", 900.0, np.zeros((1, 2)), received_s=1000.0))
    assert [r.reason for r in tracker.refusals()] == ["tracking: later than late_s"]


def test_a_clock_that_runs_ahead_does_not_make_the_others_late() -> None:
    tracker = tracker_of(sensor(), sensor("ahead"), hold_s=0.2)
    tracker.advance(scan("ahead", 5000.0, np.zeros((1, 2)), received_s=100.0))
    tracker.advance(scan("lab", 101.0, np.zeros((1, 2))))
    tracker.tick(ns(102.0))
    assert tracker.refusals() == ()
    assert tracker.counters()["looks"] == 1


def test_components_stop_at_their_cap_and_the_cut_is_counted() -> None:
    tracker = tracker_of(sensor(clutter_per_scan=1e-9), components_max=50, prune_existence=1e-9)
    rng = np.random.default_rng(1)
    for k in range(3):
        tracker.advance(scan("lab", 100.0 + k, rng.uniform(-4e4, 4e4, (200, 2))))
    tracker.tick(ns(104.0))
    counters = tracker.counters()
    assert counters["components"] == 50
    assert counters["components cut at the cap"] > 0


def test_a_million_detections_in_one_scan_are_cut_and_counted() -> None:
    tracker = tracker_of(sensor(clutter_per_scan=1e6))
    one = scan("lab", 100.0, np.random.default_rng(1).uniform(-4e4, 4e4, (1_000_000, 2)))
    tracker.advance(one)
    (refusal,) = tracker.refusals()
    assert refusal.reason == "tracking: too many detections in one batch"
    assert refusal.count == 700_000


def test_all_detections_in_one_place_are_worked_in_bounded_room() -> None:
    tracker = tracker_of(sensor(clutter_per_scan=1e-6), prune_existence=1e-9)
    for k in range(3):
        tracker.advance(scan("lab", 100.0 + k, np.zeros((90 if INTERPRETED else 1000, 2))))
    tracker.tick(ns(105.0))
    picture = tracker.picture(ns(105.0))
    assert np.isfinite(picture.position_m).all()
    assert np.isfinite(picture.existence).all()
    assert tracker.counters()["pairs cut at the cap"] > 0


@given(st.integers(0, 2**31))
@settings(max_examples=25)
def test_noise_of_any_kind_makes_refusals_and_finite_numbers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tracker = Tracker(replace(EARTH, tracking=Tracking(hold_s=0.0)))
    for k in range(4):
        tracker.advance(noise(100.0 + k, rng))
    tracker.tick(ns(110.0))
    picture = tracker.picture(ns(110.0))
    living, bank = tracker.state.living(), tracker.state.bank
    for column in (picture.position_m, picture.covariance, picture.existence, bank.x[living], bank.p[living]):
        assert np.isfinite(column).all()


def noise(time_s: float, rng: np.random.Generator) -> Scan:
    """Rows of numbers that mean nothing, with holes, infinities and absurd sigmas."""
    n = 8
    values: dict[str, Floats] = {}
    for name in MEASURED:
        for column in (name, f"{name}_sigma"):
            if rng.random() < 0.5:
                values[column] = rng.choice([np.nan, np.inf, -np.inf, 0.0, -1.0, 1.0, 1e-9, 1e12, 0.3, 2000.0, 5e4], n)
    two, nan = np.full(2, ns(time_s)), np.full(2, np.nan)
    sweeps = Sweeps(rng.integers(0, 3, 2).astype(np.int32), two, two, two, nan, nan, rng.random(2) < 0.5)
    times = ns(time_s) + rng.choice([0, 10**8, -(10**10), 10**12, -(2**62)], n)
    names = ("radar", "adsb", "nobody")
    return Scan(
        "feed", ns(time_s), names, sweeps, Detections(rng.integers(0, 2, n).astype(np.int32), times, times, values)
    )


def test_a_dump_that_is_none_is_refused_with_what_to_do() -> None:
    for dumped in (b"", b"\xc1", b"\x80", b"\x81\xa6format\x02"):
        with pytest.raises(StateError, match="replay"):
            Tracker.load(flat(sensor()), dumped)
