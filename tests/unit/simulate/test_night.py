"""A whole night: the same again, in order of arrival, with a truth to compare with, and as files."""

import hashlib
from pathlib import Path

import arro3.io
import msgspec
import numpy as np
import pytest

from tests.simulated import RADAR, scenario, whole
from tocsin import site, wire
from tocsin.simulate import tables
from tocsin.simulate.night import night as play
from tocsin.simulate.night import truth
from tocsin.simulate.scenario import Scenario

NETWORK = """
[[network]]
name = "Ears"
output = "position"
area_deg = [[36.9, -7.1], [36.9, -6.9], [37.1, -6.9], [37.1, -7.1]]
spacing_m = 3000
"""
TRAFFIC = """
[[mover]]
kind = "one-way-attack drone"
name = "raid"
count = 5
start_s = -10
spacing_s = 4
route_deg = [[36.95, -7.05], [37.02, -6.97], [37.2, -6.7]]

[[mover]]
kind = "airliner"
count = 3
start_s = -600
until_s = 60
route_deg = [[36.0, -8.0], [38.0, -6.0]]
"""


@pytest.fixture
def evening() -> Scenario:
    return scenario(TRAFFIC + RADAR.replace("clutter_per_scan = 0", "clutter_per_scan = 5") + NETWORK, 60)


def digest(night: Scenario, seed: int) -> str:
    every = hashlib.sha256()
    for scan in play(night, seed):
        every.update(wire.encode(scan))
    return every.hexdigest()


def test_the_same_seed_gives_the_same_bytes(evening: Scenario) -> None:
    assert digest(evening, 1) == digest(evening, 1)
    assert digest(evening, 1) != digest(evening, 2)


def test_scans_come_in_order_of_arrival_after_what_they_tell(evening: Scenario) -> None:
    last = 0
    for scan in play(evening):
        assert scan.received_ns >= last
        last = scan.received_ns
        assert (scan.detections.received_ns == scan.received_ns).all()
        assert (scan.detections.time_ns <= scan.received_ns).all()
        assert (scan.detections.sweep < len(scan.sweeps.sensor)).all()
        assert (scan.detections.sweep >= 0).all()
        assert set(scan.sensors) <= {sensor.name for sensor in evening.settings.sensors}


def test_the_truth_counts_its_targets_from_one(evening: Scenario) -> None:
    slabs = list(truth(evening))
    numbers = np.concatenate([slab.target for slab in slabs])
    assert set(numbers.tolist()) <= set(range(1, 9))
    times = np.concatenate([slab.time_ns for slab in slabs])
    assert (np.unique(np.diff(np.unique(times))) == 10**9).all()
    assert len(np.unique(np.stack((times, numbers)), axis=1)[0]) == len(times)


def test_a_night_as_files_can_be_read_again(evening: Scenario, tmp_path: Path) -> None:
    shares: list[float] = []
    written = tables.write(evening, tmp_path, 4, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    rows = arro3.io.read_parquet(str(tmp_path / "detections.parquet")).read_all()
    assert rows.num_rows == written.detections
    assert written.detections == sum(len(scan.detections) for scan in play(evening, 4))
    received = rows["received"].combine_chunks().cast(tables.WHOLE).to_numpy()
    assert (np.diff(received) >= 0).all()
    azimuth = [value for value in rows["azimuth_deg"].to_pylist() if value is not None]
    assert 180.0 < max(azimuth) <= 360.0
    again = site.read(tmp_path / "site.toml").settings
    assert [sensor.name for sensor in again.sensors] == [sensor.name for sensor in evening.settings.sensors]
    assert dict(again.sensors[0].sigma) == pytest.approx(dict(evening.settings.sensors[0].sigma), rel=1e-6)
    targets = arro3.io.read_parquet(str(tmp_path / "truth.parquet")).read_all()
    assert targets.num_rows == written.truth
    assert set(targets["class"].to_pylist()) == {"one-way-attack drone", "airliner"}


def test_an_empty_turn_is_a_row_without_measurements(tmp_path: Path) -> None:
    tables.write(scenario(RADAR, 60), tmp_path)
    rows = arro3.io.read_parquet(str(tmp_path / "detections.parquet")).read_all()
    assert 13 <= rows.num_rows <= 15
    assert set(rows["range_m"].to_pylist()) == {None}
    assert rows["scan"].to_pylist() == sorted(set(rows["scan"].to_pylist()))


def test_the_demo_has_something_to_show_within_half_a_minute() -> None:
    file = Path("scenarios/demo-night.toml")
    night = whole(file.read_text(encoding="utf-8"), str(file))
    assert len([sensor for sensor in night.settings.sensors if sensor.kind == "radar"]) == 6
    first: dict[str, float] = {}
    for scan in play(night):
        age_s = (scan.received_ns - night.start_ns) / 1e9
        if age_s > 30:
            break
        if len(scan.detections):
            first.setdefault(scan.feed, age_s)
    assert len(first) == 8
    flying = next(iter(truth(night)))
    kinds = [flying.traits.kind[mover] for mover in flying.mover]
    assert {"airliner", "bird", "one-way-attack drone", "helicopter", "light aircraft", "multirotor"} <= set(kinds)


def test_a_night_can_be_turned_into_other_bytes(evening: Scenario) -> None:
    scan = next(iter(play(evening)))
    assert msgspec.msgpack.decode(wire.encode(scan))
