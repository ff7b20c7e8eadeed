"""Direction finders, launch flashes, airborne radars and people."""

import numpy as np
import pytest

from tests.simulated import column, played, scenario
from tocsin.geo.distance import distance_m
from tocsin.simulate.night import night as play

FINDER = """
[[sensor]]
name = "Finder"
kind = "direction"
latitude_deg = 37.0
longitude_deg = -7.0
altitude_m = 40
sigma_azimuth_deg = 2
max_range_m = 20000
period_s = 1
detection_probability = 0.9
clutter_per_scan = 0

[[sensing]]
sensor = "Finder"
physics = "radio"
"""
SWARM = '[[mover]]\nkind = "multirotor"\ncount = 30\naltitude_m = 120\nroute_deg = [[37.05, -7.0]]\nwander_m = 500\n'


def test_a_direction_finder_hears_who_has_a_radio_link() -> None:
    azimuth = column(played(scenario(SWARM + FINDER, 60)), "azimuth_rad")
    assert 0.7 * 30 * 0.9 < len(azimuth) / 60 < 30 * 0.9
    assert np.abs(np.angle(np.exp(1j * azimuth))).max() < np.radians(20)
    silent = SWARM.replace("multirotor", "one-way-attack drone")
    assert not len(column(played(scenario(silent + FINDER, 60)), "azimuth_rad"))
    noisy = FINDER.replace("clutter_per_scan = 0", "clutter_per_scan = 2")
    assert len(column(played(scenario(noisy, 200)), "azimuth_rad")) == pytest.approx(400, rel=0.2)


FLASH = """
[[sensor]]
name = "Eye"
kind = "position"
sigma_position_m = 2500

[[sensing]]
sensor = "Eye"
physics = "launch flash"
delay_s = 20
jitter_s = 10

[[mover]]
kind = "ballistic rocket"
count = 40
start_s = 15
spacing_s = 2
route_deg = [[50.0, 30.0], [51.0, 31.0]]
"""


def test_a_launch_is_seen_from_above_once_and_late() -> None:
    scans = [scan for scan in play(scenario(FLASH, 150)) if len(scan.detections)]
    rows = sum(len(scan.detections) for scan in scans)
    assert 25 < rows <= 40
    for scan in scans:
        delay = (scan.received_ns - scan.detections.time_ns) / 1e9
        assert ((delay >= 20.0) & (delay <= 30.0)).all()
        assert set(scan.detections.texts["class"]) == {"ballistic rocket"}
    latitude, longitude = (column(played(scenario(FLASH, 150)), name) for name in ("latitude_rad", "longitude_rad"))
    away = distance_m(latitude, longitude, *np.radians((50.0, 30.0)))
    assert np.sqrt(np.mean(away**2) / 2) == pytest.approx(2_500.0, rel=0.3)


AIRBORNE = """
[[sensor]]
name = "Watcher"
kind = "position"
period_s = 10
max_range_m = 250000
detection_probability = 0.9
clutter_per_scan = 0

[[sensing]]
sensor = "Watcher"
physics = "airborne radar"
carrier = "orbit"
range_1m2_m = 900000
sigma_range_m = 100
sigma_azimuth_deg = 0.3

[[mover]]
name = "orbit"
kind = "airliner"
altitude_m = 9000
start_s = {start}
route_deg = [[37.5, -7.5], [37.5, -6.5], [37.5, -7.5]]

[[mover]]
kind = "cruise missile"
count = 10
altitude_m = 50
spread_m = 3000
route_deg = [[36.3, -7.2], [36.8, -7.0]]
"""


def test_an_airborne_radar_sees_low_flyers_far_away_and_reports_where_they_are() -> None:
    slabs = played(scenario(AIRBORNE.format(start=-10), 100))
    target, time_s = column(slabs, "target").astype(int), column(slabs, "time_s")
    latitude, longitude, sigma = (
        column(slabs, name) for name in ("latitude_rad", "longitude_rad", "longitude_rad_sigma")
    )
    assert len(target) == pytest.approx(0.9 * 10 * 10, rel=0.2)
    assert 0 not in target  # it does not see itself
    truth = {}
    for slab in slabs:
        for row in range(len(slab.truth)):
            key = int(slab.truth.mover[row]), int(slab.truth.time_ns[row] // 10**9)
            truth[key] = slab.truth.latitude_rad[row], slab.truth.longitude_rad[row]
    start = 1_928_540_400
    off = [
        float(distance_m(latitude[row], longitude[row], *truth[target[row], start + round(time_s[row])]))
        for row in range(len(target))
        if (target[row], start + round(time_s[row])) in truth
    ]
    assert len(off) > 60
    assert np.sqrt(np.mean(np.square(off))) < 1_200.0
    assert (sigma * 6.371e6 * np.cos(latitude) > 100.0).all()


def test_an_airborne_radar_on_the_ground_sees_nothing() -> None:
    slabs = played(scenario(AIRBORNE.format(start=60), 60))
    assert not len(column(slabs, "time_s"))


def test_an_airborne_radar_does_not_see_through_hills() -> None:
    ridge = "[terrain]\nridges = [{ points_deg = [[37.0, -7.8], [37.0, -6.4]], height_m = 3000, width_m = 1500 }]\n"
    open_sky = AIRBORNE.format(start=-10).replace("[36.3, -7.2], [36.8, -7.0]", "[36.9, -7.2], [36.9, -6.9]")
    seen, hidden = (column(played(scenario(text, 60)), "target") for text in (open_sky, ridge + open_sky))
    assert len(seen) > 40
    assert not len(hidden)


PEOPLE = """
[[sensor]]
name = "Calls"
kind = "report"

[[sensing]]
sensor = "Calls"
physics = "people"
area_deg = [[36.95, -7.05], [36.95, -6.95], [37.05, -6.95], [37.05, -7.05]]
people = {people}
wrong = {wrong}
false_hz = {false}
"""
RAID = (
    '[[mover]]\nkind = "one-way-attack drone"\ncount = 3\nspacing_s = 10\nroute_deg = [[36.95, -7.1], [37.05, -6.9]]\n'
)


def test_people_report_late_from_where_they_are_and_each_thing_once() -> None:
    scans = play(scenario(RAID + PEOPLE.format(people=60, wrong=0.3, false=0), 400))
    rows = [scan for scan in scans if len(scan.detections)]
    names = [name for scan in rows for name in scan.detections.texts["class"]]
    words = [word for scan in rows for word in scan.detections.texts["report"]]
    assert 30 < len(names) <= 180
    assert 0.6 < names.count("one-way-attack drone") / len(names) < 0.95
    assert all(", going " in str(word) for word in words)
    delay = np.concatenate([(scan.received_ns - scan.detections.time_ns) / 1e9 for scan in rows])
    assert np.median(delay) == pytest.approx(45.0, rel=0.4)
    for scan in rows:
        assert set(scan.detections.values) >= {"latitude_rad", "longitude_rad", "time_sigma_s", "class_confidence"}


def test_some_reports_are_of_nothing_at_all() -> None:
    slabs = played(scenario(PEOPLE.format(people=100, wrong=0, false=0.1), 1_000))
    assert len(column(slabs, "time_s")) == pytest.approx(100, abs=40)
    assert (column(slabs, "target") == -1).all()
