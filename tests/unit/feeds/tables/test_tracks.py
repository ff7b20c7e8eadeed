"""The tracks table, read back by another library."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from tocsin.errors import InputError
from tocsin.feeds.tables import tracks
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu
from tocsin.messages import Picture, TrackState

START_NS = 1_780_000_000_000_000_000
UPPER = np.triu_indices(6)
LATITUDE, LONGITUDE = math.radians(52.0), math.radians(4.0)


def picture(second: int, n: int = 2, frame: str = "earth") -> Picture:
    """n tracks that fly north-east and climb; 10 m sure to the east, 20 to the north, 30 upwards."""
    enu_mps = np.tile([100.0, 200.0, 5.0], (n, 1))
    local = np.diag([10.0, 20.0, 30.0, 1.0, 2.0, 3.0]) ** 2
    position, velocity, covariance = np.tile([1.0, 2.0, 3.0], (n, 1)), enu_mps, local
    if frame == "earth":
        turn = np.zeros((6, 6))
        turn[:3, :3] = turn[3:, 3:] = ecef_vector_from_enu(np.eye(3), LATITUDE, LONGITUDE).T
        position = ecef_from_geodetic(np.full(n, LATITUDE), np.full(n, LONGITUDE), np.full(n, 1000.0))
        velocity = ecef_vector_from_enu(enu_mps, LATITUDE, LONGITUDE)
        covariance = turn @ local @ turn.T
    whole, real = np.zeros(n, np.int64), np.zeros(n)
    return Picture(
        time_ns=START_NS + second * 10**9,
        frame=frame,
        track=np.arange(1, n + 1),
        position_m=position,
        velocity_mps=velocity,
        covariance=np.tile(covariance[UPPER], (n, 1)),
        existence=real + 0.9,
        state=np.full(n, TrackState.COASTING, np.uint8),
        born_ns=whole,
        last_detection_ns=whole + START_NS,
        last_sensor=np.zeros(n, np.int32),
        detections=whole + 7,
        continues=np.where(np.arange(n) == 0, -1, 77),
        continues_probability=real,
        swapped=whole - 1,
        group_min=np.ones(n, np.int32),
        class_index=np.zeros(n, np.int32),
        class_confidence=real + math.nan,
        corroborated=np.ones(n, np.bool_),
        identity=("icao:4ca7b3", *[None] * n)[:n],
        callsign=(None,) * n,
        mark=("",) * n,
        sensors=("north",),
        classes=("bird",),
        ended=np.zeros(0, np.int64),
    )


READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".parquet": pyarrow.parquet.read_table,
    ".arrow": lambda path: pa.ipc.open_file(path).read_all(),
    ".csv": pyarrow.csv.read_csv,
}


@pytest.mark.parametrize("suffix", READERS)
def test_pictures_become_rows(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tracks{suffix}"
    assert tracks.write((picture(second) for second in range(3)), path, covariance=True) == 6
    table = READERS[suffix](path)
    row = table.slice(0, 1).to_pylist()[0]
    assert {name: row[name] for name in ("track", "identity", "state", "class", "group_min", "lag", "continues")} == {
        "track": 1,
        "identity": "icao:4ca7b3",
        "state": "coasting",
        "class": "bird",
        "group_min": 1,
        "lag": 0.0,
        "continues": None,
    }
    numbers = {
        "latitude_deg": 52.0,
        "longitude_deg": 4.0,
        "altitude_m": 1000.0,
        "velocity_east_mps": 100.0,
        "velocity_north_mps": 200.0,
        "velocity_up_mps": 5.0,
        "sigma_east_m": 10.0,
        "sigma_north_m": 20.0,
        "sigma_up_m": 30.0,
        "existence": 0.9,
        "covariance_0": 100.0,
        "covariance_20": 9.0,
    }
    assert {name: row[name] for name in numbers} == pytest.approx(numbers)
    assert row["covariance_1"] == pytest.approx(0.0, abs=1e-9)
    assert row["class_confidence"] is None
    assert table["continues"].to_pylist()[1] == 77
    assert table["time"].cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_pylist()[::2] == [
        START_NS + second * 10**9 for second in range(3)
    ]


def test_a_local_frame_keeps_its_metres(tmp_path: Path) -> None:
    tracks.write([picture(0, frame="local")], tmp_path / "tracks.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "tracks.parquet")
    assert {
        name: table[name][0].as_py() for name in ("east_m", "north_m", "up_m", "velocity_north_mps", "sigma_up_m")
    } == {
        "east_m": 1.0,
        "north_m": 2.0,
        "up_m": 3.0,
        "velocity_north_mps": 200.0,
        "sigma_up_m": 30.0,
    }
    assert "covariance_0" not in table.column_names


def test_empty_pictures_make_an_empty_table_with_its_columns(tmp_path: Path) -> None:
    assert tracks.write([picture(0, n=0)], tmp_path / "tracks.parquet") == 0
    assert "existence" in pyarrow.parquet.read_table(tmp_path / "tracks.parquet").column_names


def test_what_cannot_be_written_is_an_error_that_teaches(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in .parquet, .arrow or .csv"):
        tracks.write([picture(0)], tmp_path / "tracks.xlsx")
    with pytest.raises(InputError, match="no picture"):
        tracks.write([], tmp_path / "tracks.csv")
    with pytest.raises(InputError, match="earth and local"):
        tracks.write([picture(0), picture(1, frame="local")], tmp_path / "tracks.csv")
    with pytest.raises(InputError, match="No such file"):
        tracks.write([picture(0)], tmp_path / "no folder" / "tracks.csv")


def test_many_pictures_are_written_as_they_come() -> None:
    """No more than about 65,536 rows wait at a time."""
    taken, made = 0, 0

    def pictures() -> Iterator[Picture]:
        nonlocal made
        for second in range(200):
            made += 1000
            yield picture(second, n=1000)

    for batch in tracks.batches(pictures()):
        taken += batch.num_rows
        assert made - taken <= 65_536
    assert taken == 200_000
