"""Recorded flights: the dialects of the air traffic community."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from tocsin.errors import InputError
from tocsin.feeds.tables.detections import scans
from tocsin.messages import Scan

TIME_S = 1_780_000_000
ROW: dict[str, Any] = {
    "timestamp": TIME_S * 1000,
    "icao24": "4CA7B3",
    "callsign": "KLM123  ",
    "squawk": "0421",
    "latitude": 52.1,
    "longitude": 4.2,
    "altitude": 30_000.0,
    "geoaltitude": 30_500.0,
    "groundspeed": 480.0,
    "track": 90.0,
    "vertical_rate": 640.0,
}
TOLD = {
    "latitude_rad": math.radians(52.1),
    "longitude_rad": math.radians(4.2),
    "pressure_altitude_m": 9144.0,
    "altitude_m": 9296.4,
    "velocity_east_mps": 480 * 1852 / 3600,
    "velocity_north_mps": 0.0,
    "velocity_up_mps": 640 * 0.3048 / 60,
}


def read(path: Path, data: bytes) -> Scan:
    path.write_bytes(data)
    (scan,) = scans(path, "file")
    return scan


def as_columns(rows: list[dict[str, Any]]) -> str:
    return json.dumps({name: {str(i): row[name] for i, row in enumerate(rows)} for name in rows[0]})


def as_lines(rows: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def reasons(scan: Scan) -> dict[str, int]:
    return {refusal.reason: refusal.count for refusal in scan.refusals}


@pytest.mark.parametrize("write", [json.dumps, as_columns, as_lines])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_json_in_all_its_orientations(tmp_path: Path, write: Any, pack: Any) -> None:  # noqa: ANN401 - two kinds of maker
    rows = [ROW, {**ROW, "timestamp": (TIME_S + 1) * 1000, "latitude": 52.2}]
    scan = read(tmp_path / "flights", pack(write(rows).encode()))
    assert scan.sensors == ("adsb file",)
    assert not scan.sweeps.survey.any()
    assert scan.detections.time_ns.tolist() == [TIME_S * 10**9, (TIME_S + 1) * 10**9]
    assert {name: column[0] for name, column in scan.detections.values.items()} == pytest.approx(TOLD)
    assert {name: column[0] for name, column in scan.detections.texts.items()} == {
        "identity": "icao:4ca7b3",
        "callsign": "KLM123",
        "squawk": "0421",
    }


def test_parquet_with_timestamps(tmp_path: Path) -> None:
    times = pa.array([TIME_S * 10**9], pa.timestamp("ns", "UTC"))
    table = (
        pa.Table.from_pylist([{**ROW, "timestamp": None}]).drop_columns("timestamp").append_column("timestamp", times)
    )
    pyarrow.parquet.write_table(table, tmp_path / "flights")
    (scan,) = scans(tmp_path / "flights", "file")
    assert {name: column[0] for name, column in scan.detections.values.items()} == pytest.approx(TOLD)
    assert scan.detections.time_ns.tolist() == [TIME_S * 10**9]


def test_state_vectors_are_in_metres_and_as_old_as_their_position(tmp_path: Path) -> None:
    text = (
        "time,icao24,lat,lon,velocity,heading,vertrate,callsign,squawk,baroaltitude,geoaltitude,lastposupdate\n"
        f"{TIME_S},4ca7b3,52.1,4.2,{480 * 1852 / 3600},90,{640 * 0.3048 / 60},"
        f"KLM123,421.0,9144,9296.4,{TIME_S - 7.25}\n"
    )
    scan = read(tmp_path / "flights.csv", text.encode())
    assert {name: column[0] for name, column in scan.detections.values.items()} == pytest.approx(TOLD)
    assert scan.detections.time_ns.tolist() == [TIME_S * 10**9 - 7_250_000_000]


def test_csv_with_written_times(tmp_path: Path) -> None:
    text = "timestamp,icao24,latitude,longitude,altitude\n2026-05-28 20:26:40+00:00,4ca7b3,52.1,4.2,30000\n"
    scan = read(tmp_path / "flights.csv", text.encode())
    assert scan.detections.time_ns.tolist() == [TIME_S * 10**9]


def test_a_position_that_is_only_repeated_counts_once(tmp_path: Path) -> None:
    """A receiver network tells the last place again while nobody hears the aircraft: a parked one really is there."""
    moving = [{**ROW, "timestamp": (TIME_S + i) * 1000} for i in range(4)]
    parked = [{**ROW, "icao24": "111111", "groundspeed": 0.0, "timestamp": (TIME_S + i) * 1000} for i in range(4)]
    scan = read(tmp_path / "flights", json.dumps([*moving, *parked]).encode())
    assert scan.detections.texts["identity"].count("icao:4ca7b3") == 1
    assert scan.detections.texts["identity"].count("icao:111111") == 4
    assert reasons(scan) == {"flights: position told before": 3}


def test_rows_without_place_or_name_are_refused(tmp_path: Path) -> None:
    rows = [ROW, {**ROW, "latitude": None}, {**ROW, "icao24": None}, {**ROW, "altitude": None, "icao24": "111111"}]
    scan = read(tmp_path / "flights", json.dumps(rows).encode())
    assert reasons(scan) == {"flights: no position": 1, "flights: no address": 1}
    assert np.isnan(scan.detections.values["pressure_altitude_m"]).tolist() == [False, True]


def test_a_value_of_the_wrong_type_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Expected `float \| null`, got `str` - at `\$\[1\].altitude`"):
        read(tmp_path / "flights", json.dumps([ROW, {**ROW, "altitude": "high"}]).encode())


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_the_size_of_a_number_tells_its_unit(tmp_path: Path, unit: int) -> None:
    scan = read(tmp_path / "flights", json.dumps([{**ROW, "timestamp": TIME_S * unit}]).encode())
    assert scan.detections.time_ns.tolist() == [TIME_S * 10**9]
