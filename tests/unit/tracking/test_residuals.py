"""What the sensors' plots were off by lately: what a person would see of a radar that is off, or that is right."""

import numpy as np
import pytest

from tests.radars import Radars
from tests.reference.tracking.test_learning import PLACES, TOLD, polar_of, rows_of, tables
from tests.tracks import ns
from tocsin.messages import Tick
from tocsin.pipeline import State, account, advance
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.explain.residuals import KEPT, Residuals
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.learning.learner import new_tally
from tocsin.tracking.tracker import Tracker


def test_each_plot_is_compared_with_its_track_in_what_the_sensor_measures() -> None:
    learner, sensors, _ = tables()
    position = np.array([20_000.0, 15_000.0, 4_000.0])
    off, aside = np.array([25.0, 0.01, 0.003]), np.array([40.0, -30.0, 5.0])
    z = [polar_of(np.array(PLACES[0]), position) + off, position + aside]
    rows = rows_of([0, TOLD], z, [ns(101.0), ns(101.0)], [True, True])
    tally = new_tally(2)
    tally.tag[:, k.T_LOOK], tally.tag[:, k.T_ROW], tally.num[:, k.T_BEST] = [0, 1], [0, 1], 0.95
    tally.tag[:, k.T_TIME] = ns(100.0)
    tally.x[:, 3] = 100.0
    tally.x[:, :3] = position - [100.0, 0.0, 0.0]  # it flies on for a second
    kept = Residuals()
    applied = learner.learned.applied.copy()
    applied[0, 0] = 10.0
    kept.take(rows, tally, np.array([0, TOLD]), sensors, applied)
    radar, told = kept.of(0)[1], kept.of(TOLD)[1]
    assert np.allclose([radar["range_m"][0], radar["azimuth_rad"][0], radar["elevation_rad"][0]], [15.0, 0.01, 0.003])
    assert set(radar) == {"range_m", "azimuth_rad", "elevation_rad"}
    assert np.allclose([told["east_m"][0], told["north_m"][0], told["up_m"][0]], aside)
    assert set(told) == {"east_m", "north_m", "up_m"}
    kept.take(rows, tally, np.array([0, TOLD]), sensors, applied)
    assert len(kept.of(0)[0]) == 1  # worked again: told once


def test_no_more_are_kept_than_somebody_looks_at() -> None:
    tracker = Radars(1).fly(60).tracker
    times, columns = tracker.state.learner.residuals.of(0)
    assert 20 < len(times) <= KEPT
    assert len(columns["range_m"]) == len(times)
    assert (np.diff(times) >= 0).all()


def test_they_are_no_part_of_the_state() -> None:
    tracker = Radars(1).fly(30).tracker
    again = Tracker.load(tracker.settings, tracker.dump())
    again.state.learner.residuals.lately.clear()
    assert again.digest() == tracker.digest()


def test_the_account_of_a_sensor_changes_nothing_and_knows_no_other() -> None:
    north = Sensor("north", "radar", latitude_rad=0.8, longitude_rad=0.4, altitude_m=50.0)
    state = State.of(Settings(frame=Frame(latitude_rad=0.8, longitude_rad=0.4), sensors=(north,)))
    never = account(state, "north")
    assert never.health.state == "never"
    advance(state, Tick(1_900_000_000 * 10**9))
    before = state.digest()
    told = account(state, "north")
    assert told.place == (0.8, 0.4, 50.0)
    assert told.cells.rings * told.cells.sectors == len(told.cells.looks)
    assert len(told.residual_ns) == 0
    assert state.digest() == before
    with pytest.raises(KeyError):
        account(state, "south")
