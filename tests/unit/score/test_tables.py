"""Tables of truth and tracks: read from what people have, refused with a reason that helps."""

import contextlib
import io
from pathlib import Path

import arro3.io
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flown import BEGIN_NS, SECOND_NS, Columns, parquet, table
from tocsin.errors import InputError
from tocsin.feeds.tables.arrow import container
from tocsin.score.tables.arrow import read
from tocsin.score.tables.objects import COVARIANCE, NEVER, PLACES, SIGMA, VELOCITY, frame_of, tracks_of, truth_of
from tocsin.score.tables.warning import HORIZONS_MIN, QUANTILES

CSV = b"""time,track,latitude_deg,longitude_deg,altitude_m,state
2026-11-22T18:30:00Z,7,57.1,21.5,1000,confirmed
2026-11-22T18:30:02.500Z,7,57.2,21.5,,coasting
2026-11-22T20:30:02.5+02:00,9,57.3,21.5,900,tentative
"""
LOCAL: Columns = {"time": [0.0, 1.0], "track": [5, 5], "east_m": [0.0, 10.0], "north_m": [0.0, 0.0]}


def test_csv_is_read_with_its_times_in_utc() -> None:
    tracks = tracks_of(read("tracks", CSV), "earth")
    assert tracks.time_ns.tolist() == [BEGIN_NS, BEGIN_NS + 2_500_000_000]
    assert tracks.names.tolist() == [7]
    assert tracks.left_out == ("1 rows in other states than confirmed, coasting",)


@pytest.mark.parametrize("write", ["parquet", "ipc", "ipc_stream"])
def test_parquet_and_arrow_files_give_the_same(write: str) -> None:
    original = read("tracks", CSV)
    file = io.BytesIO()
    getattr(arro3.io, f"write_{write}")(original.arrow, file)
    again = read("tracks", file.getvalue())
    assert again.times_ns("time").tolist() == original.times_ns("time").tolist()
    assert again.words("state") == original.words("state")


def test_a_height_that_is_null_stays_unknown() -> None:
    tracks = tracks_of(read("tracks", CSV), "earth")
    assert tracks.place[:, 2].tolist() == pytest.approx([1000.0, float("nan")], nan_ok=True)
    assert (tracks.updated_ns == NEVER).all()


def test_only_one_lag_is_scored() -> None:
    both = table("tracks", {**LOCAL, "time": [0.0, 0.0], "lag": [0.0, 5.0]})
    assert len(tracks_of(both, "local")) == 1
    assert tracks_of(both, "local", lag_s=5.0).left_out == ("1 rows of another lag than 5 s",)
    with pytest.raises(InputError, match="no column lag"):
        tracks_of(table("tracks", LOCAL), "local", lag_s=5.0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "neither Parquet, Arrow IPC nor CSV"),
        (b"\0\1\2", "neither Parquet, Arrow IPC nor CSV"),
        (b"time,time\n1,2\n", "a column is named twice"),
        (parquet(LOCAL)[:-9], "without its end"),
        (b"\xff\xff\xff\xff\x10\x00\x00\x00", "tracks: "),
        (b"time,track\n1,2,3\n", "line 2"),
    ],
)
def test_what_is_no_table_is_refused_by_name(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        read("tracks", data)
    assert str(error.value).startswith("tracks: ")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"track": None}, "has no column track; it has time, east_m, north_m"),
        ({"track": [5, None]}, "track is null in row 2"),
        ({"track": [1.5, 2.5]}, "expected integers"),
        ({"time": None}, "has no column time"),
        ({"time": [0.0, None]}, "time is null in row 2"),
        ({"time": [0.0, 0.0]}, "number 5 is twice at 2026-11-22T18:30:00"),
        ({"east_m": ["here", "there"]}, "'here' in row 1.*expected numbers"),
        ({"east_m": [0.0, float("inf")]}, "east_m is inf in row 2"),
        ({"east_m": [0.0, 1e12]}, "expected -1e.08 to 1e.08"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_its_row(changed: dict[str, list[object] | None], said: str) -> None:
    columns: Columns = {name: values for name, values in {**LOCAL, **changed}.items() if values is not None}
    with pytest.raises(InputError, match=said):
        tracks_of(read("tracks", _with_text(columns)), "local")


def _with_text(columns: Columns) -> bytes:
    if columns.get("track") == [1.5, 2.5]:  # the helper would write integers
        return b"time,track,east_m,north_m\n0,1.5,0,0\n1,2.5,0,0\n"
    return parquet(columns)


def test_a_time_in_words_is_named() -> None:
    tracks = read("tracks", b"time,track,east_m,north_m\n2026-11-22T18:30:00Z,1,0,0\nnoon,1,0,0\n")
    with pytest.raises(InputError, match=r"'noon' in row 2.*expected times"):
        tracks_of(tracks, "local")


def test_latitudes_beyond_the_pole_are_refused() -> None:
    wrong: Columns = {"time": [0.0], "target": [1], "latitude_deg": [91.0], "longitude_deg": [0.0]}
    with pytest.raises(InputError, match=r"latitude_deg is 91\.0 in row 1; expected -90 to 90"):
        truth_of(table("truth", wrong), "earth")


def test_rows_without_a_place_are_left_out_and_told() -> None:
    tracks = tracks_of(table("tracks", {**LOCAL, "east_m": [0.0, None]}), "local")
    assert len(tracks) == 1
    assert tracks.left_out == ("1 rows without a place",)


def test_tables_in_different_frames_are_refused() -> None:
    earth: Columns = {"time": [0.0], "target": [1], "latitude_deg": [57.0], "longitude_deg": [21.0]}
    with pytest.raises(InputError, match="truth has latitude_deg, longitude_deg and tracks has east_m, north_m"):
        frame_of(table("truth", earth), table("tracks", LOCAL))
    both = {**LOCAL, "latitude_deg": [57.0, 57.0], "longitude_deg": [21.0, 21.0]}
    assert frame_of(table("truth", earth), table("tracks", both)) == "earth"


def test_words_belong_to_the_object_not_to_the_row() -> None:
    truth = table(
        "truth", {"time": [0, 1], "target": [3, 3], "east_m": [0, 1], "north_m": [0, 0], "class": [None, "bird"]}
    )
    assert truth_of(truth, "local").kind == ("bird",)


def test_an_empty_table_has_no_rows() -> None:
    assert len(tracks_of(read("tracks", b"time,track,east_m,north_m\n"), "local")) == 0


@settings(max_examples=100)
@given(
    st.binary(max_size=300).filter(lambda data: container(data[:16]) is None), st.sampled_from([b"", b"time,track\n"])
)
def test_no_text_does_anything_but_be_read_or_refused(data: bytes, head: bytes) -> None:
    with contextlib.suppress(InputError):
        tracks_of(read("tracks", head + data), "local")


def test_seconds_are_nanoseconds_when_written_as_integers() -> None:
    text = f"time,track,east_m,north_m\n{BEGIN_NS},1,0,0\n{BEGIN_NS + SECOND_NS},1,1,0\n"
    assert tracks_of(read("tracks", text.encode()), "local").time_ns.tolist() == [BEGIN_NS, BEGIN_NS + SECOND_NS]


def test_every_column_that_scores_read_is_promised() -> None:
    promised = (Path(__file__).parents[3] / "docs/reference/tables.md").read_text(encoding="utf-8")
    words = """time target track class identity state lag last_detection place geometry ring_m parent operator stage
    decided ended released sent received seeable knowable"""
    read_ones = [f"p_{minutes}min" for minutes in HORIZONS_MIN] + [f"t{percent:02d}_s" for percent in QUANTILES]
    read_ones += [*PLACES["earth"], *PLACES["local"], *VELOCITY, *SIGMA, COVARIANCE[0], COVARIANCE[-1], *words.split()]
    assert [one for one in read_ones if f"`{one}`" not in promised] == []
