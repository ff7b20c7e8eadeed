"""Smoothed pictures: what later looks tell, no more; and beside lag 0, which they never touch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scans import ADSB, RADAR, Flight, part, radar_turn, self_reports
from tests.scans import settings as earth
from tests.tracks import INTERPRETED, flat, ns, scan, sensor
from tocsin.messages import Floats, Picture, Scan
from tocsin.models.model import Mode, Model, Part
from tocsin.tracking.tracker import Tracker

NOISE, SIGMA_M, LIFE_S = 0.5, 10.0, 1e12
ONE = Part(1.0, np.zeros(6), np.diag([1e4, 1e4, 0.0, 900.0, 900.0, 0.0]))
CLEAN = Model((Mode("steady", NOISE, NOISE),), survival_s=LIFE_S, initial=(ONE,), clutter_per_m2=1e-30)


def _kalman(z: Floats) -> tuple[list[Floats], list[Floats], Floats, Floats]:
    f: Floats = np.kron(np.eye(2), np.array([[1.0, 1.0], [0.0, 1.0]]))
    q: Floats = np.asarray(np.kron(np.eye(2), NOISE * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]])), dtype=np.float64)
    h = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0]])
    x: Floats = np.zeros(4)
    p: Floats = np.diag([1e4, 900.0, 1e4, 900.0])
    xs: list[Floats] = []
    ps: list[Floats] = []
    for k, one in enumerate(z):
        if k:
            x, p = f @ x, f @ p @ f.T + q
        s = h @ p @ h.T + SIGMA_M**2 * np.eye(2)
        gain = p @ h.T @ np.linalg.inv(s)
        x, p = x + gain @ (one - h @ x), p - gain @ s @ gain.T
        xs.append(x)
        ps.append(p)
    return xs, ps, f, q


def _back(xs: list[Floats], ps: list[Floats], f: Floats, q: Floats) -> list[Floats]:
    out = [xs[-1]]
    for x, p in zip(reversed(xs[:-1]), reversed(ps[:-1]), strict=True):
        gain = p @ f.T @ np.linalg.inv(f @ p @ f.T + q)
        out.append(x + gain @ (out[-1] - f @ x))
    return out[::-1]


@given(seed=st.integers(0, 1000), lag=st.integers(1, 6))
@settings(max_examples=5 if INTERPRETED else 25)
def test_lag_l_of_a_clean_target_is_the_batch_smoother_of_all_up_to_l_later(seed: int, lag: int) -> None:
    rng = np.random.default_rng(seed)
    place = np.array([30.0, -20.0]) + np.arange(10)[:, None] * np.array([12.0, 5.0])
    z = place + SIGMA_M * rng.standard_normal((10, 2))
    lab = sensor(detection_probability=0.999999)
    tracker = Tracker(flat(lab, gate=1e6), CLEAN, lag=lag)
    whole = Tracker(flat(lab, gate=1e6), CLEAN, lag=0)
    late: list[Picture] = []
    for k in range(10):
        for one in (tracker, whole):
            one.advance(scan("lab", 1.0 + k, z[k : k + 1]))
            one.tick(ns(1.0 + k) + 1)
        late += tracker.smoothed(ns(1.0 + k))
        whole.smoothed(ns(1.0 + k))
    late += tracker.smoothed_rest()
    xs, ps, f, q = _kalman(z)
    assert [picture.time_ns for picture in late] == [ns(1.0 + k) for k in range(10)]
    for k, picture in enumerate(late):
        want = _back(xs[: k + lag + 1], ps[: k + lag + 1], f, q)[k]
        assert picture.lag_s == lag
        np.testing.assert_allclose(picture.position_m[0, :2], want[[0, 2]], atol=1e-5)
        np.testing.assert_allclose(picture.velocity_mps[0, :2], want[[1, 3]], atol=1e-5)
    for picture, want in zip(whole.smoothed_rest(), _back(xs, ps, f, q), strict=True):
        assert picture.lag_s == float("inf")
        np.testing.assert_allclose(picture.position_m[0, :2], want[[0, 2]], atol=1e-5)


def _night() -> list[Scan]:
    rng = np.random.default_rng(8)
    flights = [Flight((2e4, 3e4, 4e3), (-150.0, 20.0, 0.0)), Flight((-3e4, 1e4, 2e3), (90.0, 90.0, 5.0), "icao:4ca7b3")]
    scans = []
    for turn in range(4 if INTERPRETED else 9):
        scans.append(radar_turn(flights, turn, rng))
        scans += [self_reports(flights[1:], 4.0 * turn + s, rng) for s in range(4)]
    return sorted(scans, key=lambda one: one.received_ns)


def _followed(scans: list[Scan], lag: int | None) -> tuple[Tracker, list[Picture]]:
    tracker = Tracker(earth(RADAR, ADSB), lag=lag)
    late: list[Picture] = []
    due = scans[0].received_ns
    for one in scans:
        while one.received_ns > due:
            tracker.tick(due)
            late += tracker.smoothed(due)
            due += 2_000_000_000
        tracker.advance(one)
    late += tracker.smoothed_rest()
    return tracker, late


def test_smoothing_changes_no_bit_of_what_is_known_now_and_cutting_none_of_it() -> None:
    scans = _night()
    plain, none = _followed(scans, None)
    smoothing, late = _followed(scans, 3)
    assert not none
    assert plain.digest() == smoothing.digest()
    pieces = [part(one, i, i + 1) for one in scans for i in range(len(one.detections))]
    cut, again = _followed(pieces, 3)
    assert cut.digest() == smoothing.digest()
    assert len(late) == len(again) > 5
    for first, second in zip(late, again, strict=True):
        for name in ("track", "position_m", "velocity_mps", "covariance", "existence", "state"):
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert max(len(picture) for picture in late) >= 1
    assert all(picture.lag_s == pytest.approx(6.0) for picture in late)
