"""A radar in an aircraft: what it sees is placed from where it was, not from where it was said to stand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.simulated import scenario
from tocsin import site
from tocsin.geo.frames import ecef_from_geodetic
from tocsin.messages import Detections, Floats, Scan, Tick
from tocsin.pipeline import State, advance
from tocsin.settings import Settings
from tocsin.simulate import tables
from tocsin.simulate.carriers import told
from tocsin.simulate.night import night, truth
from tocsin.simulate.scenario import Scenario

SECOND_NS = 1_000_000_000
NOTHING = np.zeros(0, dtype=np.int64)
EMPTY = Detections(NOTHING.astype(np.int32), NOTHING, NOTHING)
ALOFT = """
[[sensor]]
name = "Watcher"
kind = "radar"
latitude_deg = 37.5
longitude_deg = -7.0
altitude_m = 9000
sigma_range_m = 60
sigma_azimuth_deg = 0.1
sigma_elevation_deg = 0.3
detection_probability = 0.95
clutter_per_scan = 1
max_range_m = 200000
period_s = 10

[[sensing]]
sensor = "Watcher"
physics = "airborne radar"
carrier = "orbit"
range_1m2_m = 400000

[[place]]
name = "town"
kind = "site"
latitude_deg = 37.3
longitude_deg = -7.0
ring_m = 5000
action_time_s = 60

[[mover]]
name = "orbit"
kind = "airliner"
altitude_m = 9000
speed_mps = 230
start_s = -10
route_deg = [[37.5, -7.5], [37.5, -5.0]]

[[mover]]
name = "drone"
kind = "one-way-attack drone"
count = 3
altitude_m = 400
speed_mps = 50
start_s = -300
until_s = -290
spread_m = 6000
route_deg = [[37.1, -7.6], [37.1, -6.0]]
"""


def play(made: Scenario, settings: Settings) -> State:
    state = State.of(settings)
    items: list[tuple[int, int, Scan | Tick]] = [(scan.received_ns, 0, scan) for scan in night(made)]
    end = round(made.duration_s)
    items += [(made.start_ns + s * SECOND_NS, 1, Tick(made.start_ns + s * SECOND_NS)) for s in range(1, end + 1)]
    for _, _, item in sorted(items, key=lambda one: one[:2]):
        advance(state, item)
    return state


def off_m(made: Scenario, state: State) -> Floats:
    """How far each confirmed track is from the nearest drone, at the end."""
    at = made.start_ns + round(made.duration_s) * SECOND_NS
    picture = state.tracker.picture(at)
    here = picture.position_m[picture.state == 1]
    last = [part for part in truth(made) if len(part)][-1]
    mine = last.time_ns == last.time_ns.max()
    flying = ecef_from_geodetic(last.latitude_rad[mine], last.longitude_rad[mine], last.altitude_m[mine])
    return np.asarray(np.linalg.norm(here[:, None] - flying[None], axis=2).min(axis=1))


@pytest.fixture(scope="module")
def flight() -> Scenario:
    return scenario(ALOFT, 150)


def test_an_airborne_radar_that_flies_along_sees_a_drone_where_it_is(flight: Scenario) -> None:
    moved, fixed = play(flight, told(flight)), play(flight, flight.settings)
    assert len(off_m(flight, moved)) >= 3
    assert np.median(off_m(flight, moved)) < 400.0
    assert np.median(off_m(flight, fixed)) > 3_000.0


def test_when_it_is_stopped_and_goes_on_changes_nothing(flight: Scenario) -> None:
    settings = told(flight)
    tracker = State.of(settings).tracker
    again = State.of(settings).tracker
    scans = list(night(flight))
    for number, scan in enumerate(scans):
        for one in (tracker, again):
            one.advance(scan)
            one.tick(scan.received_ns)
        if number == len(scans) // 2:
            again = type(again).load(settings, again.dump())
    assert again.digest() == tracker.digest()


def test_a_place_that_only_the_aircraft_looks_at_is_seen_while_it_looks(flight: Scenario) -> None:
    state = play(flight, told(flight))
    assert state.tracker.state.unseen.placed_ns > flight.start_ns
    sight = state.tracker.state.unseen.region.sight
    began = State.of(told(flight)).tracker.state.unseen.region.sight
    assert len(sight.cell)
    assert not np.array_equal(sight.cell, began.cell)


def test_its_detections_may_come_in_one_scan_or_in_many(flight: Scenario) -> None:
    scans = list(night(flight))[:80]
    one, many = State.of(told(flight)).tracker, State.of(told(flight)).tracker
    for scan in scans:
        one.advance(scan)
        many.advance(scan)
        many.advance(replace(scan, sweeps=scan.sweeps, detections=EMPTY))
    end_ns = scans[-1].received_ns + SECOND_NS
    one.tick(end_ns)
    many.tick(end_ns)
    assert one.digest() == many.digest()


def test_its_path_goes_through_a_site_file(flight: Scenario, tmp_path: Path) -> None:
    tables.write(flight, tmp_path)
    back = site.read(tmp_path / "site.toml").settings.sensors[0]
    meant = told(flight).sensors[0]
    assert [row[0] for row in back.path] == [row[0] for row in meant.path]
    assert np.allclose(np.array(back.path)[:, 1:], np.array(meant.path)[:, 1:], atol=1e-2, rtol=0.0)
