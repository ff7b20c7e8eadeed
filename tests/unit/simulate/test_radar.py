"""A rotating radar: when the beam passes, how well it measures, what it misses and what it invents."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.simulated import RADAR, column, played, scenario
from tocsin.geo.frames import half_turn
from tocsin.geo.horizon import horizon_m
from tocsin.messages import Floats
from tocsin.simulate.chance import stream
from tocsin.simulate.flight.movers import Flight
from tocsin.simulate.night import night as play
from tocsin.simulate.scenario import RadarSensing, Scenario
from tocsin.simulate.sensors.batch import Batch
from tocsin.simulate.sensors.radar import Radar

AIRLINER = """
[[mover]]
kind = "airliner"
count = {count}
altitude_m = 8000
route_deg = [[36.8, -7.6], [37.4, -6.6]]
speed_mps = 200
spread_m = 9000
"""
STRONG = '[[sensing]]\nsensor = "Radar"\nrange_1m2_m = 900000\n'
SURE = STRONG + RADAR.replace("detection_probability = 0.9", "detection_probability = 1.0")


def watched(night: Scenario, slab_s: float = 10.0) -> Iterator[tuple[Radar, Flight, Batch]]:
    """Each batch of the first radar, with the sky that it looked at."""
    sensor = night.settings.sensors[0]
    flight = Flight(night, 3)
    radar = Radar(
        sensor, RadarSensing(sensor.name, range_1m2_m=900_000.0), night, flight.traits, stream(3, sensor.name)
    )
    for begin in np.arange(0.0, night.duration_s, slab_s):
        flight.advance(float(begin + slab_s))
        yield radar, flight, radar.observe(flight.sky, float(begin), float(begin + slab_s), night.start_ns)


def errors(night: Scenario) -> Floats:
    """What was measured minus what was true when the beam passed: rows of range, azimuth, elevation, range rate."""
    rows = []
    for radar, flight, batch in watched(night):
        assert batch.target is not None
        position, velocity, _ = flight.sky.at(batch.time_s, batch.target)
        stand = radar.stand(flight.sky, batch.time_s)
        distance, azimuth, elevation = stand.polar(position)
        got = batch.values
        off = (
            got["range_m"] - distance,
            half_turn(got["azimuth_rad"] - azimuth),
            got["elevation_rad"] - elevation,
            got["range_rate_mps"] - stand.range_rate(position, velocity),
        )
        rows.append(np.stack(off, axis=-1))
    return np.concatenate(rows)


def test_each_turn_sees_each_target_once_where_the_beam_points() -> None:
    slabs = played(scenario(AIRLINER.format(count=8) + SURE, 120))
    target, time_s, azimuth = (column(slabs, name) for name in ("target", "time_s", "azimuth_rad"))
    for mover in range(8):
        gaps = np.diff(np.sort(time_s[target == mover]))
        assert len(gaps) >= 27
        assert np.abs(gaps - 4.0).max() < 0.2
    # The antenna turns steadily: azimuth less the antenna's own angle is one constant for all plots.
    left = np.exp(1j * (azimuth - 2 * np.pi * time_s / 4.0))
    assert np.abs(np.angle(left / left.mean())).max() < np.radians(0.2) * 5


def test_plots_lie_around_the_truth_as_wide_as_declared() -> None:
    miss = errors(scenario(AIRLINER.format(count=60) + STRONG + RADAR, 200))
    assert len(miss) / (60 * 50) == pytest.approx(0.9, abs=0.02)
    declared = np.array([20.0, np.radians(0.2), np.radians(0.3), 1.0])
    assert miss.std(axis=0) / declared == pytest.approx(np.ones(4), abs=0.06)
    assert np.abs(miss.mean(axis=0)) / declared == pytest.approx(np.zeros(4), abs=0.08)


def test_how_time_is_cut_into_slabs_loses_and_doubles_nothing() -> None:
    night = scenario(AIRLINER.format(count=20) + SURE, 120)
    long = np.concatenate([batch.time_s for *_, batch in watched(night, 10.0)])
    short = np.concatenate([batch.time_s for *_, batch in watched(night, 2.0)])
    assert len(long) == pytest.approx(len(short), abs=1)  # one target in ten thousand is missed
    assert np.abs(np.sort(long)[:500] - np.sort(short)[:500]).max() < 1e-3


def test_sectors_follow_each_other_without_gaps() -> None:
    scans = list(play(scenario(AIRLINER.format(count=5) + RADAR, 40)))
    starts = np.array([scan.sweeps.start_ns[0] for scan in scans])
    ends = np.array([scan.sweeps.end_ns[0] for scan in scans])
    assert (starts[1:] == ends[:-1]).all()
    assert all(scan.received_ns > end for scan, end in zip(scans, ends, strict=True))
    turns = {(int(scan.sweeps.number[0]), float(scan.sweeps.azimuth_from_rad[0])) for scan in scans}
    assert len(turns) == len(scans)
    assert sum(len(scan.statuses) for scan in scans) == pytest.approx(10, abs=1)
    for scan in scans:
        inside = (scan.detections.time_ns >= scan.sweeps.start_ns[0]) & (
            scan.detections.time_ns <= scan.sweeps.end_ns[0]
        )
        assert inside.all()
        assert not scan.detections.time_ns.flags.writeable


@pytest.mark.parametrize(("altitude_m", "seen"), [(10, False), (400, True)])
def test_a_low_target_is_hidden_by_the_horizon(altitude_m: float, seen: bool) -> None:
    route = "route_deg = [[37.55, -7.0], [37.55, -6.0]]\nspeed_mps = 200\n"
    low = f'[[mover]]\nkind = "cruise missile"\naltitude_m = {altitude_m}\n{route}'
    assert float(horizon_m(100.0, 10.0)) < 61_000.0 < float(horizon_m(100.0, 400.0))
    times = column(played(scenario(low + SURE, 60)), "time_s")
    assert bool(len(times)) is seen


def test_a_target_that_flies_across_falls_into_the_doppler_notch() -> None:
    circle = """
[[mover]]
kind = "light aircraft"
route_deg = [[37.135, -7.0], [37.0, -7.0], [37.0, -6.9]]
loiter = [{ point = 2, seconds = 300, radius_m = 15000 }]
"""
    open_eyed = column(played(scenario(circle + SURE, 200)), "time_s")
    notched = column(played(scenario(circle + SURE + "doppler_notch_mps = 15", 200)), "time_s")
    assert len(open_eyed) > 40
    assert len(notched) < 10
    hover = circle.replace("light aircraft", "helicopter")
    assert len(column(played(scenario(hover + SURE + "doppler_notch_mps = 15", 200)), "time_s")) > 40


def test_detection_falls_with_range_and_grows_with_size() -> None:
    ring = '[[mover]]\nkind = "{}"\ncount = 80\naltitude_m = 3000\nroute_deg = [[{}, -7.0]]\nwander_m = 3000\n'

    def share(kind: str, latitude: float) -> float:
        return len(column(played(scenario(ring.format(kind, latitude) + RADAR, 40)), "time_s")) / (80 * 10)

    assert share("light aircraft", 37.2) == pytest.approx(0.9, abs=0.04)
    assert share("bird", 37.05) > share("bird", 37.1) > share("bird", 37.25)
    assert share("bird", 37.25) < 0.4


def test_the_number_of_false_plots_is_as_declared() -> None:
    slabs = played(scenario(RADAR.replace("clutter_per_scan = 0", "clutter_per_scan = 20"), 600))
    target, distance = column(slabs, "target"), column(slabs, "range_m")
    turns = 600 / 4
    assert (target == -1).all()
    assert abs(len(target) - 20 * turns) < 4 * np.sqrt(20 * turns)
    assert distance.max() <= 100_000.0 + 5 * 20
    azimuth = column(slabs, "azimuth_rad")
    assert np.histogram(azimuth, 8, (0, 2 * np.pi))[0].min() > 300


def test_close_targets_give_one_plot_and_large_ones_several() -> None:
    pair = '[[mover]]\nkind = "one-way-attack drone"\ncount = 2\nroute_deg = [[37.2, -7.0], [37.6, -7.0]]\n'
    narrow = column(played(scenario(pair + SURE, 100)), "time_s")
    merged = SURE + "resolution_range_m = 1000\nresolution_azimuth_deg = 5\n"
    wide = column(played(scenario(pair + merged, 100)), "time_s")
    assert len(narrow) == pytest.approx(2 * len(wide), abs=2)
    several = SURE.replace("[[sensor]]", "plots = 2.5\n[[sensor]]")
    several += 'multiplicity = "several"\nresolution_range_m = 50\n'
    plots = column(played(scenario(AIRLINER.format(count=20) + several, 100)), "time_s")
    assert len(plots) / (20 * 25) == pytest.approx(2.5, abs=0.15)


def test_a_field_of_view_and_a_phantom() -> None:
    ghost = AIRLINER.format(count=4) + 'only_for = ["Radar"]\n'
    slabs = played(scenario(ghost + SURE, 60))
    assert len(column(slabs, "time_s")) >= 4 * 14
    assert sum(len(slab.truth) for slab in slabs) == 0
    west = SURE + "azimuth_from_deg = 180\nazimuth_to_deg = 360\n"
    azimuth = column(played(scenario(AIRLINER.format(count=20) + west, 600)), "azimuth_rad")
    assert ((azimuth > np.pi - 0.02) | (azimuth < 0.02)).all()
    assert len(azimuth) > 500
