"""A sensor that moves and says itself where it is: no table of places, and what it says is not believed blindly."""

from dataclasses import replace
from math import degrees

import numpy as np
import pytest

from tests.simulated import scenario
from tests.stories.tracking.moving.test_airborne import ALOFT, SECOND_NS, off_m
from tocsin.messages import Scan, Tick
from tocsin.models.moving import told_at
from tocsin.pipeline import State, advance
from tocsin.settings import Frame, Sensor, Settings
from tocsin.simulate.carriers import told
from tocsin.simulate.night import night
from tocsin.simulate.scenario import Scenario
from tocsin.tracking.moving.whereabouts import JUMP, LATE, Whereabouts

MAST = """
[[sensor]]
name = "Mast"
kind = "radar"
latitude_deg = 37.0
longitude_deg = -6.9
altitude_m = 80
sigma_range_m = 40
sigma_azimuth_deg = 0.08
sigma_elevation_deg = 0.2
detection_probability = 0.95
clutter_per_scan = 1
max_range_m = 150000
period_s = 4

[[sensing]]
sensor = "Mast"
physics = "radar"
range_1m2_m = 400000

[[mover]]
name = "liners"
kind = "airliner"
count = 4
altitude_m = 9500
speed_mps = 230
start_s = -300
until_s = -200
spread_m = 30000
route_deg = [[37.3, -7.9], [37.2, -5.5]]
"""


@pytest.fixture(scope="module")
def flight() -> Scenario:
    return scenario(ALOFT, 150)


def unknown(settings: Settings) -> Settings:
    """The site, to whom nobody gave the path of the aircraft: where it began is all that is known."""
    watcher, *others = settings.sensors
    return replace(settings, sensors=(replace(watcher, path=watcher.path[:1], moves=True), *others))


def work(made: Scenario, settings: Settings, scans: list[Scan], stop_s: int = -1) -> State:
    state = State.of(settings)
    items: list[tuple[int, int, Scan | Tick]] = [(scan.received_ns, 0, scan) for scan in scans]
    end = round(made.duration_s)
    items += [(made.start_ns + s * SECOND_NS, 1, Tick(made.start_ns + s * SECOND_NS)) for s in range(1, end + 1)]
    for time_ns, kind, item in sorted(items, key=lambda one: one[:2]):
        advance(state, item)
        if kind == 1 and (time_ns - made.start_ns) // SECOND_NS == stop_s:
            state = State.load(state.dump())
    return state


def test_a_radar_that_tells_its_place_each_turn_needs_no_table_of_places(flight: Scenario) -> None:
    settings, scans = unknown(told(flight)), list(night(flight))
    moved = work(flight, settings, scans)
    silent = work(flight, settings, [replace(scan, statuses=()) for scan in scans])
    assert len(off_m(flight, moved)) >= 3
    assert np.median(off_m(flight, moved)) < 500.0
    assert np.median(off_m(flight, silent)) > 3_000.0


def test_stopped_and_gone_on_it_knows_what_was_told(flight: Scenario) -> None:
    settings, scans = unknown(told(flight)), list(night(flight))
    whole, parted = work(flight, settings, scans), work(flight, settings, scans, stop_s=70)
    assert whole.tracker.digest() == parted.tracker.digest()


def test_whether_a_place_is_told_before_or_after_the_detections_of_its_second_changes_nothing(flight: Scenario) -> None:
    settings, scans = unknown(told(flight)), list(night(flight))
    parted: list[Scan] = []
    for scan in scans:
        nothing = replace(scan.sweeps, **{name: getattr(scan.sweeps, name)[:0] for name in scan.sweeps.__slots__})
        whole = scan.detections
        none = replace(whole, sweep=whole.sweep[:0], time_ns=whole.time_ns[:0], received_ns=whole.received_ns[:0],
                       values={}, texts={})  # fmt: skip
        parted += [replace(scan, statuses=()), replace(scan, sweeps=nothing, detections=none)]
    one, other = work(flight, settings, scans), work(flight, settings, parted)
    assert one.tracker.digest() == other.tracker.digest()


def test_the_heading_of_a_radar_in_an_aircraft_is_put_right_by_one_that_stands() -> None:
    made = scenario(ALOFT + MAST, 240)
    settings = told(made)
    off, state = np.radians(0.5), State.of(settings)
    items: list[tuple[int, int, Scan | Tick]] = []
    for scan in night(made):
        values = dict(scan.detections.values)
        mine = np.array([scan.sensors[i] == "Watcher" for i in scan.sweeps.sensor])[scan.detections.sweep]
        if "azimuth_rad" in values:
            values["azimuth_rad"] = (values["azimuth_rad"] + off * mine) % (2.0 * np.pi)
        items.append((scan.received_ns, 0, replace(scan, detections=replace(scan.detections, values=values))))
    end = round(made.duration_s)
    items += [(made.start_ns + s * SECOND_NS, 1, Tick(made.start_ns + s * SECOND_NS)) for s in range(1, end + 1)]
    for _, _, item in sorted(items, key=lambda one: one[:2]):
        advance(state, item)
    learnt = state.tracker.learnt()["Watcher"]
    wrong = degrees(learnt["azimuth_bias_rad"] - off)
    assert abs(wrong) < 0.1
    assert abs(wrong) < 4.0 * degrees(learnt["azimuth_bias_rad_sigma"])
    assert degrees(state.tracker.state.learner.learned.applied[0, 1]) > 0.35


SITE = (Sensor("W", "radar", latitude_rad=0.6, longitude_rad=3.1, path=((0, 0.6, 3.1, 8_000.0),), moves=True),)


def say(where: Whereabouts, *rows: tuple[float, float, float]) -> list[str]:
    """Seconds, latitude and longitude told between two Ticks; the reasons for which any was refused."""
    for time_s, latitude, longitude in rows:
        where.fresh.append((round(time_s * SECOND_NS), 0, latitude, longitude, np.nan))
    newest = max(time_s for time_s, _, _ in rows)
    return [one.reason for one in where.settle(int(newest), round(newest * SECOND_NS))]


def test_a_sensor_that_jumps_is_left_where_it_was_and_one_that_comes_late_is_said() -> None:
    where = Whereabouts(SITE, Frame(), SECOND_NS)
    assert say(where, (100.0, 0.6, 3.1), (101.0, 0.60003, 3.1)) == []
    assert say(where, (102.0, 0.7, 3.1)) == [JUMP]
    assert say(where, (103.0, 0.60009, 3.1), (100.5, 0.6, 3.1)) == [LATE]
    assert where.newest()[0].path[-2][1] == 0.60009


def test_it_goes_on_for_a_while_and_then_stands() -> None:
    where = Whereabouts(SITE, Frame(), SECOND_NS)
    say(where, (100.0, 0.6, 3.1), (110.0, 0.6003, 3.1))
    later = told_at(where.newest()[0], np.array([110, 120, 140, 500]) * SECOND_NS)[:, 0]
    assert np.allclose(later, [0.6003, 0.6006, 0.6012, 0.6012])


def test_what_was_told_later_counts_for_no_earlier_second_however_much_is_forgotten() -> None:
    where, other = Whereabouts(SITE, Frame(), SECOND_NS), Whereabouts(SITE, Frame(), SECOND_NS)
    for k in range(400):
        say(where, (100.0 + k, 0.6 + 3e-5 * k, 3.1))
        say(other, (100.0 + k, 0.6 + 3e-5 * k, 3.1))
        other.forget(100 + k - 40)
    assert len(other.told) < 200
    assert where.at(460)[0].path == other.at(460)[0].path
    assert where.at(460)[0].path[-2][0] == 459 * SECOND_NS
