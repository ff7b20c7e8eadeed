"""The page of a run: whole in itself, well formed, honest where there is nothing to draw."""

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import arro3.io
import numpy as np
import pytest

from tests.flown import Columns, joined, parquet, path
from tests.nights import degrees
from tocsin.cli import main
from tocsin.score.tables.arrow import read

LIFE = np.arange(0.0, 121.0)
VOID = {"meta", "br", "hr", "img", "link"}
NO_MORE: Columns = {}
BEGUN_IN_TRUTH = "first row in the truth"


class Wellformed(HTMLParser):
    """Fails on a tag that is not closed, and gathers what a browser would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.loaded += [str(value) for name, value in attrs if name in ("src", "href", "srcset", "action")]
        if tag == "script" or any(name.startswith("on") for name, _ in attrs):
            self.loaded.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: str) -> list[ET.Element]:
    """The drawings of a page that has been found sound."""
    parser = Wellformed()
    parser.feed(page)
    assert parser.open == []
    assert parser.loaded == []
    assert "url(" not in page
    assert "://" not in page
    drawings = [ET.fromstring(text) for text in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]  # noqa: S314  our own
    for drawing in drawings:
        assert not re.search(r"\b(nan|inf)\b", ET.tostring(drawing, encoding="unicode"))
        assert len(drawing) > 3, "an empty plot"
    return drawings


def scored(folder: Path, truth: Columns, tracks: Columns, *options: str) -> tuple[str, dict[str, dict[str, object]]]:
    (folder / "truth.parquet").write_bytes(parquet(truth))
    (folder / "tracks.parquet").write_bytes(parquet(tracks))
    arguments = [str(folder / name) for name in ("truth.parquet", "tracks.parquet")]
    with pytest.raises(SystemExit) as done:
        main(["score", *arguments, "-o", str(folder / "score.html"), *options])
    assert done.value.code == 0
    return (folder / "score.html").read_text(), json.loads((folder / "score.json").read_text())


def flight(what: str, number: int, north: float = 0.0, more: Columns = NO_MORE) -> Columns:
    return {**joined(what, [path(number, LIFE, 30.0 * LIFE, np.full(121, north))]), **more}


NOTHING = {name: list[object]() for name in ("time", "track", "east_m", "north_m")}
SIGMAS: dict[str, list[object]] = {f"sigma_{axis}_m": [10.0] * 121 for axis in ("east", "north")}


def test_a_run_becomes_one_page_and_its_json(tmp_path: Path) -> None:
    page, record = scored(tmp_path, flight("target", 1), flight("track", 5, 8.0, SIGMAS), "--c", "100")
    assert len(checked(page)) == 6
    assert record["rows"]["siap.completeness"] == 1.0
    assert record["rows"]["errors.across_m.mean"] == -8.0
    assert record["rows"]["nees.mean"] == pytest.approx(0.64)
    assert len(record["series"]["gospa_m"]) == record["scene"]["steps"] == 121  # type: ignore[arg-type]


def test_every_row_of_the_json_is_on_the_page(tmp_path: Path) -> None:
    page, record = scored(tmp_path, flight("target", 1), flight("track", 5, 8.0))
    assert page.count('<td class="meaning">') == len(record["rows"])


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    first = scored(tmp_path, flight("target", 1), flight("track", 5, 8.0))
    assert scored(tmp_path, flight("target", 1), flight("track", 5, 8.0)) == first


@pytest.mark.parametrize(
    ("truth", "tracks", "said"),
    [
        (flight("target", 1), NOTHING, "no track was shown"),
        ({**NOTHING, "target": []}, flight("track", 5), "Nothing flew"),
        (flight("target", 1), flight("track", 5, 9e5), "there are no errors to draw"),
    ],
)
def test_where_there_is_nothing_to_draw_the_page_says_why(
    tmp_path: Path, truth: Columns, tracks: Columns, said: str
) -> None:
    page, _ = scored(tmp_path, {name: one for name, one in truth.items() if name != "track"}, tracks)
    checked(page)
    assert said in page


def test_a_false_track_far_away_does_not_make_the_picture_small(tmp_path: Path) -> None:
    flights = [path(1, LIFE, 30.0 * LIFE, np.zeros(121)), path(2, LIFE, 30.0 * LIFE, np.full(121, 300_000.0))]
    page, _ = scored(tmp_path, flight("target", 1), joined("track", flights))
    checked(page)
    assert "121 rows of tracks lie farther out" in page


def test_one_step_makes_a_page(tmp_path: Path) -> None:
    one = {"time": [3.0], "east_m": [1.0], "north_m": [2.0]}
    page, _ = scored(tmp_path, {**one, "target": [1]}, {**one, "track": [9]})
    checked(page)


def test_words_of_a_table_are_never_markup(tmp_path: Path) -> None:
    evil = "</title><script>alert(1)</script>"
    words: dict[str, list[object]] = {"class": [evil] * 121, "identity": [f'" onload="{evil}'] * 121}
    page, _ = scored(tmp_path, flight("target", 1, more=words), flight("track", 5))
    checked(page)
    assert "<script" not in page


def test_a_long_run_makes_no_long_page(tmp_path: Path) -> None:
    times = np.arange(0.0, 8_000.0)
    wave = 1e4 * np.sin(times / 300.0)
    paths = [path(k, times, 30.0 * times + 500.0 * k, wave) for k in range(3)]
    page, _ = scored(tmp_path, joined("target", paths), joined("track", paths))
    checked(page)
    assert len(page) < 1_000_000


def warned(folder: Path) -> list[str]:
    """Writes tables of warnings of a drone that enters after 60 s; the options that name them."""
    latitude, longitude = degrees(np.array(2800.0), np.array(0.0))
    place: Columns = {
        "place": ["plant <1>"],
        "geometry": [f"POINT ({longitude:.9f} {latitude:.9f})"],
        "ring_m": [1000.0],
    }
    alerts: Columns = {"place": ["plant <1>"], "stage": ["warning"], "decided": [20.0], "ended": [None]}
    forecast: dict[str, list[object]] = {"time": [float(k) for k in range(40)], "place": ["plant <1>"] * 40}
    forecast |= {"track": [5] * 40, "p_10min": [0.9] * 40}
    forecast |= {f"t{q:02d}_s": [float(40 + q)] * 40 for q in (5, 10, 25, 50, 75, 90, 95)}
    options = []
    tables: dict[str, Columns] = {"places": place, "alerts": alerts, "forecasts": forecast}
    for name, columns in tables.items():
        (folder / f"{name}.parquet").write_bytes(parquet(columns))
        options += [f"--{name}", str(folder / f"{name}.parquet")]
    return options


def on_earth(what: str, number: int, seconds: int = 900) -> Columns:
    times = np.arange(0.0, seconds)
    latitude, longitude = degrees(30.0 * times, np.zeros(seconds))
    columns: dict[str, list[object]] = {"time": times.tolist(), what: [number] * seconds}
    columns |= {"latitude_deg": latitude.tolist(), "longitude_deg": longitude.tolist()}
    return columns | {"class": ["one-way-attack drone"] * seconds}


def test_warnings_join_the_page_and_the_json(tmp_path: Path) -> None:
    page, record = scored(tmp_path, on_earth("target", 1), on_earth("track", 5), *warned(tmp_path))
    checked(page)
    rows = record["warnings"]["rows"]
    assert isinstance(rows, dict)
    assert (rows["warning.drone.missed"], rows["warning.drone.lead_median_s"]) == (0, pytest.approx(40.0, abs=0.5))
    assert rows["chance_10min.forecasts"] == 1  # forty forecasts of one track are one
    assert "How early" in page
    assert BEGUN_IN_TRUTH in page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--alerts", "alerts.parquet"], "warnings need both --places and --alerts"),
        (["--forecasts", "forecasts.parquet"], "forecasts are scored with alerts"),
        (["--c", "0"], "expected c > 0"),
        (["--interval", "-1"], "update interval"),
        (["--switch", "-1"], "expected 0"),
        (["--every", "0"], "steps of 0.0 s"),
        (["--lag", "5"], "no column lag"),
    ],
)
def test_what_cannot_be_asked_for_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    (tmp_path / "truth.parquet").write_bytes(parquet(flight("target", 1)))
    (tmp_path / "tracks.parquet").write_bytes(parquet(flight("track", 1)))
    tables = [str(tmp_path / "truth.parquet"), str(tmp_path / "tracks.parquet")]
    with pytest.raises(SystemExit) as done:
        main(["score", *tables, *options])
    assert done.value.code == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["score", str(tmp_path / "none.csv"), str(tmp_path / "none.csv")])
    assert done.value.code == 2
    assert "none.csv cannot be read: No such file" in capsys.readouterr().err


@pytest.mark.parametrize("write", ["write_parquet", "write_ipc", "write_ipc_stream"])
def test_a_damaged_table_is_refused_and_never_ends_the_process(tmp_path: Path, write: str) -> None:
    (tmp_path / "truth.parquet").write_bytes(parquet(flight("target", 1)))
    whole = io.BytesIO()
    getattr(arro3.io, write)(read("tracks", parquet(flight("track", 1))).arrow, whole)
    rng, codes = np.random.default_rng(5), set()
    for _ in range(5):
        damaged = bytearray(whole.getvalue())
        for at in rng.integers(8, len(damaged), 4):
            damaged[at] ^= 1 << int(rng.integers(8))
        (tmp_path / "tracks").write_bytes(damaged)
        with pytest.raises(SystemExit) as done:
            main(["score", str(tmp_path / "truth.parquet"), str(tmp_path / "tracks"), "-o", str(tmp_path / "s.html")])
        codes.add(done.value.code)
    assert codes <= {0, 2}
    assert 2 in codes
