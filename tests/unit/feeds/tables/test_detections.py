"""The detections table: what comes out of it, and errors that teach."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import InputError
from tocsin.feeds.tables.detections import Detections, scans
from tocsin.messages import Packet, Scan

START_NS = 1_780_000_000_000_000_000
UTC_NS = pa.timestamp("ns", "UTC")
Save = Callable[[pa.Table, Path], None]


def parquet(table: pa.Table, path: Path) -> None:
    pyarrow.parquet.write_table(table, path)


def arrow(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


def arrow_stream(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def csv(table: pa.Table, path: Path) -> None:
    pyarrow.csv.write_csv(table, path)


every_container = pytest.mark.parametrize("save", [parquet, arrow, arrow_stream, csv])


def radar(**columns: Sequence[Any]) -> pa.Table:
    """Rows of two radars: two turns of one, one turn of the other, and a turn in which nothing was seen."""
    given: dict[str, Any] = {
        "time": pa.array([START_NS, START_NS + 1, START_NS + 4 * 10**9, START_NS + 2, START_NS + 8 * 10**9], UTC_NS),
        "sensor": ["north", "north", "north", "south", "north"],
        "scan": pa.array([1, 1, 2, 1, 3], pa.int64()),
        "range_m": pa.array([1000.0, 2000.0, 1100.0, 5e4, None], pa.float64()),
        "azimuth_deg": pa.array([0.0, 90.0, 350.0, 180.0, None], pa.float64()),
        "identity": pa.array([None, "icao:4ca7b3", None, None, None], pa.string()),
    }
    return pa.table({**given, **columns})


def read(table: pa.Table, folder: Path, save: Save = parquet, span_s: float = 0.0) -> list[Scan]:
    path = folder / "table"
    save(table, path)
    return list(scans(path, "file", span_s))


def refused(found: Sequence[Scan]) -> dict[str, tuple[int, str]]:
    return {one.reason: (one.count, one.detail) for scan in found for one in scan.refusals}


@every_container
def test_a_table_becomes_sweeps_and_detections(tmp_path: Path, save: Save) -> None:
    (scan,) = read(radar(), tmp_path, save)
    rows, sweeps = scan.detections, scan.sweeps
    assert not scan.refusals
    assert scan.sensors == ("north", "south")
    assert list(zip(sweeps.sensor, sweeps.number, strict=True)) == [(0, 1), (1, 1), (0, 2), (0, 3)]
    assert sweeps.survey.all()
    assert rows.time_ns.tolist() == [START_NS, START_NS + 1, START_NS + 2, START_NS + 4 * 10**9]
    assert rows.sweep.tolist() == [0, 0, 1, 2]
    assert np.degrees(rows.values["azimuth_rad"]) == pytest.approx([0.0, 90.0, 180.0, 350.0])
    assert rows.texts == {"identity": (None, "icao:4ca7b3", None, None)}
    assert set(rows.values) == {"range_m", "azimuth_rad"}


def test_rows_without_a_scan_are_no_survey(tmp_path: Path) -> None:
    (scan,) = read(radar(scan=pa.nulls(5, pa.int64())), tmp_path)
    assert not scan.sweeps.survey.any()
    assert scan.sweeps.number.tolist() == [-1, -1]


def test_sigmas_and_attributes_come_along(tmp_path: Path) -> None:
    table = radar(azimuth_deg_sigma=[0.1] * 5, time_sigma_s=[0.2] * 5, class_confidence=[0.5] * 5)
    (scan,) = read(table.append_column("class", pa.array(["bird"] * 5)), tmp_path)
    assert np.degrees(scan.detections.values["azimuth_rad_sigma"]) == pytest.approx(0.1)
    assert scan.detections.values["class_confidence"] == pytest.approx(0.5)
    assert scan.detections.texts["class"] == ("bird",) * 4


@pytest.mark.parametrize(
    ("columns", "reason", "says"),
    [
        (
            {"range_m": [1.0, float("nan"), 1.0, 1.0, 1.0]},
            "not a finite number",
            "row 2, range_m is nan; expected a number",
        ),
        ({"range_m": [1.0, 1.0, float("inf"), 1.0, 1.0]}, "not a finite number", "row 3, range_m is inf"),
        (
            {"azimuth_deg": [0.0, 400.0, 0.0, 0.0, 0.0]},
            "out of range",
            "row 2, azimuth_deg is 400.0; expected -180 to 360",
        ),
        ({"range_m": [1.0, 1.0, 1.0, -5.0, 1.0]}, "out of range", "row 4, range_m is -5.0; expected 0 to 1e+08"),
        ({"range_m_sigma": [0.0, 1.0, 1.0, 1.0, 1.0]}, "out of range", "row 1, range_m_sigma is 0.0"),
        ({"scan": [1, 1, -7, 1, 1]}, "out of range", "row 3, scan is -7"),
        ({"sensor": ["a", None, "a", "a", "a"]}, "sensor missing", "row 2, sensor is null"),
        ({"time": pa.array([None, 1, 2, 3, 4], UTC_NS)}, "time missing", "row 1, time is null"),
    ],
)
@pytest.mark.parametrize("save", [parquet, csv])
def test_a_row_that_cannot_be_is_refused_by_its_number(
    tmp_path: Path, save: Save, columns: Mapping[str, Any], reason: str, says: str
) -> None:
    found = read(radar(**columns), tmp_path, save)
    ((name, (number, detail)),) = refused(found).items()
    assert (name, number) == (f"detections: {reason}", 1)
    assert detail.startswith(says)
    assert sum(len(scan.detections) for scan in found) >= 3


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"range_m": ["far"] * 5}, "column range_m holds Utf8; expected numbers"),
        ({"time": [1.5] * 5}, "column time holds Float64; expected timestamps"),
        ({"scan": [0.5] * 5}, "column scan holds Float64; expected integers"),
        ({"sensor": [7] * 5}, "column sensor holds Int64; expected text"),
    ],
)
def test_a_column_of_the_wrong_type_is_an_error_that_names_it(
    tmp_path: Path, columns: Mapping[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read(radar(**columns), tmp_path)


def test_missing_columns_are_named_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column sensor; there are: time, name"):
        read(pa.table({"time": pa.array([1], UTC_NS), "name": ["x"]}), tmp_path)
    with pytest.raises(InputError, match="no column that measures; there are: time, sensor; expected some of range_m"):
        read(pa.table({"time": pa.array([1], UTC_NS), "sensor": ["x"]}), tmp_path)


def test_an_unknown_column_is_told_with_the_likely_one(tmp_path: Path) -> None:
    found = read(radar(azimut_deg=[0.0] * 5), tmp_path)
    assert refused(found)["detections: unknown column"][1].endswith("did you mean azimuth_deg?")


def test_angles_are_brought_into_their_turn(tmp_path: Path) -> None:
    table = radar(azimuth_deg=[-90.0, 360.0, 0.0, 1.0, 2.0], longitude_deg=[181.0, 360.0, -180.0, 0.0, 1.0])
    values = read(table, tmp_path)[0].detections.values
    assert np.degrees(values["azimuth_rad"]) == pytest.approx([270.0, 0.0, 1.0, 0.0, 2.0])
    assert np.degrees(values["longitude_rad"]) == pytest.approx([-179.0, 0.0, 0.0, -180.0, 1.0])


@settings(max_examples=25)
@given(order=st.permutations(range(5)))
def test_any_order_of_rows_gives_the_same_scan(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    folder = tmp_path_factory.getbasetemp()
    (scan,), (same,) = read(radar(), folder, csv), read(radar().take(order), folder, csv)
    assert scan.detections.time_ns.tolist() == same.detections.time_ns.tolist()
    assert scan.detections.values["range_m"].tolist() == same.detections.values["range_m"].tolist()


def test_rows_come_in_the_order_of_arrival(tmp_path: Path) -> None:
    """A detection that was delayed by 10 s is played when it came, not when it was measured."""
    received = pa.array([START_NS + 10 * 10**9, None, None, None, None], UTC_NS)
    found = read(radar(received=received), tmp_path, span_s=1.0)
    assert [scan.received_ns - START_NS for scan in found] == [2, 4 * 10**9, 10 * 10**9]
    assert found[-1].detections.time_ns.tolist() == [START_NS]


def long_table(n: int, step_ns: int = 1_000_000) -> pa.Table:
    return pa.table(
        {
            "time": pa.array(START_NS + np.arange(n) * step_ns, UTC_NS),
            "sensor": ["north"] * n,
            "range_m": np.linspace(1.0, 2.0, n),
        }
    )


@pytest.mark.parametrize("save", [parquet, csv])
def test_a_large_table_comes_in_chunks(tmp_path: Path, save: Save) -> None:
    found = read(long_table(200_000), tmp_path, save)
    assert len(found) >= 4
    assert max(len(scan.detections) for scan in found) <= 65_536
    times = np.concatenate([scan.detections.time_ns for scan in found])
    assert (np.diff(times) > 0).all()
    assert len(times) == 200_000


def test_a_large_table_out_of_order_is_sorted_as_a_whole(tmp_path: Path) -> None:
    table = long_table(150_000)
    (scan,) = read(table.take(np.random.default_rng(1).permutation(150_000)), tmp_path)
    assert (np.diff(scan.detections.time_ns) > 0).all()
    assert len(scan.detections) == 150_000


def test_csv_says_which_cell_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "time,sensor,range_m,report\n"
        '2026-05-28T20:26:40.5Z,north,1000,"two\nlines, and ""quotes"""\n'
        "2026-05-28 22:26:41+02:00,north,far,\n"
        "28.5.2026,north,1000,\n"
        "\n"
        "1780000002000000000,north,3000,\n"
        "2026-05-28T20:26:43Z,north\n"
    )
    (scan,) = scans(path, "file")
    assert scan.detections.time_ns.tolist() == [START_NS + 500_000_000, START_NS + 2_000_000_000]
    assert scan.detections.texts["report"] == ('two\nlines, and "quotes"', None)
    found = refused([scan])
    assert found["detections: cell unreadable"] == (
        2,
        "row 2, range_m is 'far'; expected a number, or nothing where there is none",
    )
    assert found["detections: wrong number of cells"] == (1, "row 5 has 2 cells; the heading names 4 columns")


@pytest.mark.parametrize("text", [b"", b"\x00\x01", b"a,a\n1,2\n", b'"open'], ids=("empty", "binary", "twice", "quote"))
def test_what_is_no_table_is_an_error(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text)
    with pytest.raises(InputError):
        list(scans(path, "file"))


@pytest.mark.parametrize("save", [parquet, arrow, arrow_stream])
@pytest.mark.parametrize("keep", [0.5, 0.98])
def test_a_binary_table_that_was_cut_off_is_an_error(tmp_path: Path, save: Save, keep: float) -> None:
    save(long_table(1000), tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(data[: round(keep * len(data))])
    with pytest.raises(InputError, match="damaged"):
        list(scans(tmp_path / "cut", "file"))


@pytest.mark.parametrize("save", [parquet, arrow, arrow_stream])
def test_a_damaged_binary_table_never_ends_the_process(tmp_path: Path, save: Save) -> None:
    save(radar(), tmp_path / "whole")
    data, rng = (tmp_path / "whole").read_bytes(), np.random.default_rng(5)
    for _ in range(6):
        damaged = bytearray(data)
        for at in rng.integers(8, len(data), 4):
            damaged[at] ^= 1 << int(rng.integers(8))
        (tmp_path / "bad").write_bytes(damaged)
        with suppress(InputError):
            list(scans(tmp_path / "bad", "file"))


def test_binary_tables_are_not_taken_from_a_network(tmp_path: Path) -> None:
    parquet(radar(), tmp_path / "table")
    scan = Detections("box").decode([Packet(1, (tmp_path / "table").read_bytes())])
    assert refused([scan])["detections: not a table"][1].startswith("a parquet table is read from files only")


def test_documents_of_one_call_are_one_scan(tmp_path: Path) -> None:
    csv(radar(), tmp_path / "a")
    arrival_ns = START_NS + 60 * 10**9
    other = b"time,sensor,latitude_deg,longitude_deg\n2026-05-28T20:26:40Z,box,1,2\n"
    documents = [(tmp_path / "a").read_bytes(), b"junk", other]
    scan = Detections("box").decode([Packet(arrival_ns, document) for document in documents])
    assert scan.sensors == ("box", "north", "south")
    assert set(scan.detections.values) == {"range_m", "azimuth_rad", "latitude_rad", "longitude_rad"}
    assert set(scan.detections.received_ns) == {arrival_ns}
    assert set(refused([scan])) == {"detections: not a table"}
