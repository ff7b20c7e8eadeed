"""Faults change what arrives, only while they last and only of their sensor."""

import numpy as np
import pytest

from tests.simulated import RADAR, scenario
from tocsin.messages import Scan
from tocsin.simulate.night import night as play

TRAFFIC = """
[[mover]]
kind = "airliner"
count = 20
altitude_m = 8000
route_deg = [[36.8, -7.6], [37.4, -6.6]]
speed_mps = 200
spread_m = 9000
"""
FAULT = '[[fault]]\nsensor = "Radar"\nfrom_s = 20\nto_s = 60\nkind = "{}"\n'


def scans(fault: str = "") -> list[Scan]:
    return list(play(scenario(TRAFFIC + RADAR + fault, 80)))


def values(some: list[Scan], name: str) -> np.ndarray:
    return np.concatenate([scan.detections.values[name] for scan in some if len(scan.detections)])


WELL = scans()


def during(some: list[Scan]) -> list[Scan]:
    start = 1_928_540_400 * 10**9
    return [scan for scan in some if 20 <= (scan.received_ns - start) / 1e9 < 60]


def test_a_bias_shifts_what_is_measured() -> None:
    ill = scans(FAULT.format("bias") + "range_m = 500\nazimuth_deg = 1\n")
    assert values(during(ill), "range_m") - values(during(WELL), "range_m") == pytest.approx(500.0)
    turned = values(during(ill), "azimuth_rad") - values(during(WELL), "azimuth_rad")
    assert np.mod(turned, 2 * np.pi) == pytest.approx(np.radians(1.0))
    assert np.array_equal(values(ill[:40], "range_m"), values(WELL[:40], "range_m"))


def test_a_wrong_clock_shifts_times_and_nothing_else() -> None:
    ill = during(scans(FAULT.format("clock") + "clock_s = -3.5\n"))
    for a, b in zip(ill, during(WELL), strict=True):
        assert a.received_ns == b.received_ns
        assert (b.detections.time_ns - a.detections.time_ns == 3_500_000_000).all()
        assert (b.sweeps.end_ns - a.sweeps.end_ns == 3_500_000_000).all()


def test_loss_silence_and_doubles() -> None:
    lost = during(scans(FAULT.format("loss") + "share = 0.4\n"))
    assert len(lost) / len(during(WELL)) == pytest.approx(0.6, abs=0.12)
    assert not during(scans(FAULT.format("silent")))
    double = during(scans(FAULT.format("duplicate") + "share = 1\n"))
    assert len(double) == 2 * len(during(WELL))
    assert all(
        np.array_equal(a.detections.time_ns, b.detections.time_ns)
        for a, b in zip(double[::2], double[1::2], strict=True)
    )


def test_late_scans_come_later_and_in_order_of_arrival() -> None:
    late = scans(FAULT.format("late") + "delay_s = 5\nshare = 0.5\n")
    arrival = np.array([scan.received_ns for scan in late])
    assert (np.diff(arrival) >= 0).all()
    assert len(late) == len(WELL)
    delay = np.array([(scan.received_ns - scan.sweeps.end_ns[0]) / 1e9 for scan in late])
    assert (delay > 1.0).sum() > 30
    assert np.quantile(delay, 0.99) > 5.0


def test_a_jammed_sector_is_blind_and_clutter_grows() -> None:
    limit = np.median(values(during(WELL), "azimuth_rad"))
    sector = f"share = 1\nazimuth_from_deg = 0\nazimuth_to_deg = {np.degrees(limit)}\n"
    jammed = during(scans(FAULT.format("jammed") + sector))
    azimuth = values(jammed[8:], "azimuth_rad")  # the first sectors that came then were looked at before
    assert len(azimuth) > 50
    assert (azimuth > limit - 0.02).all()
    noisy = RADAR.replace("clutter_per_scan = 0", "clutter_per_scan = 10")
    night = scenario(noisy + FAULT.format("clutter") + "factor = 10\n", 80)
    counts = [sum(len(scan.detections) for scan in part) for part in (list(play(night)), during(list(play(night))))]
    assert counts[1] == pytest.approx(10 * 10 * 10, rel=0.2)
    assert counts[0] - counts[1] == pytest.approx(10 * 10, rel=0.5)


def test_another_sensor_sees_what_it_saw_before() -> None:
    second = RADAR.replace('"Radar"', '"Other"')
    both = list(play(scenario(TRAFFIC + RADAR + second + FAULT.format("silent"), 80)))
    alone = list(play(scenario(TRAFFIC + RADAR + second, 80)))
    ours = [[scan for scan in some if scan.feed == "Other"] for some in (both, alone)]
    assert len(ours[0]) == len(ours[1])
    assert np.array_equal(values(ours[0], "range_m"), values(ours[1], "range_m"))
