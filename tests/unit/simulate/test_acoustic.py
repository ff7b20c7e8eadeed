"""Listening stations: bearings as old as the sound, false ones, coarse positions, and what cannot be heard."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.simulated import column, played, scenario
from tocsin.geo.frames import ecef_vector_from_enu, enu_vector_from_ecef, half_turn, polar_from_enu
from tocsin.messages import Floats
from tocsin.simulate.chance import stream
from tocsin.simulate.flight.movers import Flight
from tocsin.simulate.network import hearing_range_m
from tocsin.simulate.scenario import Scenario
from tocsin.simulate.sensors.acoustic import Listening
from tocsin.simulate.sensors.batch import Batch
from tocsin.simulate.tables import write

EARS = """
[[network]]
name = "Ears"
output = "{output}"
area_deg = [[36.95, -7.05], [36.95, -6.95], [37.05, -6.95], [37.05, -7.05]]
spacing_m = 2500
max_range_m = 7000
noise_db = 30
false_hz = {false}
sigma_azimuth_deg = 3
"""
DRONE = """
[[mover]]
kind = "{kind}"
route_deg = [[36.98, -7.03], [37.02, -6.97], [37.2, -6.7]]
speed_mps = {speed}
altitude_m = 200
"""


def heard(night: Scenario) -> Iterator[tuple[Flight, Listening, Batch]]:
    flight = Flight(night, 3)
    ears = Listening(night.networks[0], night.settings.sensors, night, flight.traits, stream(3, "Ears"))
    for begin in np.arange(0.0, night.duration_s, 10.0):
        flight.advance(float(begin + 10.0))
        yield flight, ears, ears.observe(flight.sky, float(begin), float(begin + 10.0), night.start_ns)


def bearing_errors(night: Scenario, delayed: float) -> Floats:
    """Measured less true bearing to where the source was when the sound left it (0: to where it is now)."""
    found = []
    for flight, ears, batch in heard(night):
        assert batch.target is not None
        station = batch.sweep_sensor[batch.row_sweep]
        at, emitted = ears._at_m[station], batch.time_s
        position = at
        for _ in range(6):
            position, *_ = flight.sky.at(np.maximum(emitted, flight.sky.first_s), batch.target)
            emitted = batch.time_s - delayed * np.sqrt(((position - at) ** 2).sum(-1)) / night.weather.sound_mps
        enu = enu_vector_from_ecef(position - at, ears.latitude[station], ears.longitude[station])
        found.append(half_turn(batch.values["azimuth_rad"] - polar_from_enu(enu)[1]))
    return np.concatenate(found)


def test_a_bearing_points_to_where_the_sound_came_from() -> None:
    night = scenario(EARS.format(output="direction", false=0) + DRONE.format(kind="one-way-attack drone", speed=51), 60)
    then, now = bearing_errors(night, 1.0), bearing_errors(night, 0.0)
    assert len(then) > 200
    assert np.std(then) == pytest.approx(np.radians(3), rel=0.15)
    assert np.std(now) > 1.2 * np.std(then)


def test_the_first_bearing_waits_for_the_sound() -> None:
    start = DRONE.format(kind="one-way-attack drone", speed=51) + "start_s = 20\n"
    slabs = played(scenario(EARS.format(output="direction", false=0) + start, 60))
    first = column(slabs, "time_s").min()
    assert 20.0 < first < 26.0


def test_false_bearings_come_at_the_declared_rate_from_everywhere() -> None:
    night = scenario(EARS.format(output="direction", false=0.15), 100)
    slabs = played(night)
    target, azimuth = column(slabs, "target"), column(slabs, "azimuth_rad")
    expected = 0.15 * len(night.settings.sensors) * 100
    assert (target == -1).all()
    assert abs(len(target) - expected) < 4 * np.sqrt(expected)
    assert np.histogram(azimuth, 4, (0, 2 * np.pi))[0].min() > expected / 6


@pytest.mark.parametrize(("kind", "speed", "hums"), [("bird", 15, 0), ("cruise missile", 310, 0), ("airliner", 200, 1)])
def test_birds_are_silent_and_a_shock_is_no_hum(kind: str, speed: float, hums: int) -> None:
    slabs = played(scenario(EARS.format(output="direction", false=0) + DRONE.format(kind=kind, speed=speed), 30))
    assert (len(column(slabs, "time_s")) > 0) == hums


def test_a_centre_reports_coarse_positions_and_that_it_is_alive() -> None:
    text = EARS.format(output="position", false=0) + "sigma_position_m = 400\n"
    night = scenario(text + DRONE.format(kind="one-way-attack drone", speed=51), 90)
    assert [sensor.kind for sensor in night.settings.sensors] == ["position"]
    slabs = played(night)
    assert len(column(slabs, "latitude_rad")) > 40
    silent = played(scenario(text, 60))
    assert sum(len(statuses) for slab in silent for statuses in slab.batches[0].statuses.values()) >= 6


def test_a_network_that_dwells_says_when_it_heard_nothing() -> None:
    text = EARS.format(output="direction", false=0) + 'reporting = "dwell"\n'
    night = scenario(text, 20)
    for slab in played(night):
        batch = slab.batches[0]
        assert batch.survey
        assert len(batch.sweep_sensor) == 10 * len(night.settings.sensors)
        assert not len(batch.time_s)


def test_silence_of_each_station_is_a_row_of_the_table_and_reaches_as_far_as_a_small_engine_is_heard(
    tmp_path: Path,
) -> None:
    night = scenario(EARS.format(output="direction", false=0) + 'reporting = "dwell"\n', 30)
    written = write(night, tmp_path)
    assert written.detections == 29 * len(night.settings.sensors)  # the last second is not over
    reaches = {sensor.reference_range_m for sensor in night.settings.sensors}
    assert len(reaches) == 1
    assert 3_500.0 < reaches.pop() < 6_500.0
    windy = replace(night.networks[0], noise_db=50.0)
    assert hearing_range_m(windy, 10.0) < 0.3 * hearing_range_m(night.networks[0], 0.0)


def test_the_wind_carries_the_sound() -> None:
    windy = "\n[weather]\nwind_mps = 30\nwind_from_deg = 270\n"
    night = scenario(windy + EARS.format(output="direction", false=0), 20)
    _, ears, _ = next(heard(night))
    enu = np.array([[-1000.0, 0.0, 0.0], [1000.0, 0.0, 0.0]])  # a source in the west is up the wind
    away = ecef_vector_from_enu(enu, ears.latitude[:1], ears.longitude[:1])
    speed = ears._sound_mps(away, np.array([1000.0, 1000.0]), np.array([0, 0]))
    assert speed - night.weather.sound_mps == pytest.approx([30.0, -30.0], abs=0.01)
