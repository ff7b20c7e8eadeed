"""`tocsin track`: a table written by hand becomes tracks that lie on the truth."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tocsin.cli import main

BEGUN = datetime(2031, 2, 11, 1, 40, tzinfo=UTC)
TURNS, PERIOD_S = 40, 2.0
EAST_MPS, NORTH_MPS = 80.0, -30.0
SENSORS = """
[frame]
kind = "local"
dimensions = 2

[[sensor]]
name = "mics"
kind = "position"
sigma_position_m = 20
period_s = 2
max_range_m = 15000

[[sensor]]
name = "friend"
kind = "position"
sigma_position_m = 20
"""


def _place(time_s: float) -> tuple[float, float]:
    return -6000.0 + EAST_MPS * time_s, 2000.0 + NORTH_MPS * time_s


def _moment(time_s: float) -> str:
    return (BEGUN + timedelta(seconds=time_s)).isoformat()


def _table(folder: Path, heading: str = "time,sensor,scan,east_m,north_m", friend: bool = False) -> Path:
    chance = np.random.default_rng(4)
    lines = [heading]
    for turn in range(TURNS):
        time_s = turn * PERIOD_S
        for sensor, scan, after_s in (("mics", str(turn), 0.0), ("friend", "", 0.5)):
            if sensor == "friend" and not friend:
                continue
            east, north = np.array(_place(time_s + after_s)) + 20.0 * chance.standard_normal(2)
            lines.append(f"{_moment(time_s + after_s)},{sensor},{scan},{east:.3f},{north:.3f}")
    (folder / "sensors.toml").write_text(SENSORS)
    path = folder / "detections.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def _track(table: Path, *more: str) -> tuple[int, list[dict[str, str]]]:
    out = table.parent / "tracks.csv"
    with pytest.raises(SystemExit) as ended:
        main(["track", str(table), "--sensors", str(table.parent / "sensors.toml"), "-o", str(out), *more])
    if not out.exists():
        return int(ended.value.code or 0), []
    with out.open(newline="") as file:
        return int(ended.value.code or 0), list(csv.DictReader(file))


def _errors_m(rows: list[dict[str, str]]) -> list[float]:
    found = []
    for row in rows:
        time_s = (datetime.fromisoformat(row["time"]) - BEGUN).total_seconds()
        east, north = _place(time_s)
        found.append(float(np.hypot(float(row["east_m"]) - east, float(row["north_m"]) - north)))
    return found


@pytest.mark.parametrize("every", [(), ("--every", "2")])
def test_one_target_is_one_track_that_lies_on_the_truth(tmp_path: Path, every: tuple[str, ...]) -> None:
    code, rows = _track(_table(tmp_path), *every)
    confirmed = [row for row in rows if row["state"] == "confirmed"]
    assert code == 0
    assert {row["track"] for row in confirmed} == {"1"}
    assert len(confirmed) >= TURNS - 4
    assert np.median(_errors_m(confirmed)) < 40.0
    last = confirmed[-1]
    assert abs(float(last["velocity_east_mps"]) - EAST_MPS) < 15.0
    assert abs(float(last["velocity_north_mps"]) - NORTH_MPS) < 15.0


def test_a_picture_after_a_scan_holds_that_scan(tmp_path: Path) -> None:
    _, rows = _track(_table(tmp_path))
    assert rows[-1]["time"] == rows[-1]["last_detection"]
    assert datetime.fromisoformat(rows[-1]["time"]) == BEGUN + timedelta(seconds=(TURNS - 1) * PERIOD_S)


def test_rows_without_a_scan_number_do_not_make_the_others_late(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, rows = _track(_table(tmp_path, friend=True))
    assert code == 0
    assert "refused" not in capsys.readouterr().out
    assert len({row["time"] for row in rows}) == len([row for row in rows if row["track"] == "1"])
    assert np.median(_errors_m([row for row in rows if row["state"] == "confirmed"])) < 40.0


def test_what_is_refused_is_said_with_its_row_its_value_and_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = _table(tmp_path)
    lines = table.read_text().splitlines()
    lines[5] = f"{_moment(8.0)},mics,4,NaN,1"
    table.write_text("\n".join(lines) + "\n")
    code, _ = _track(table)
    said = capsys.readouterr().out
    assert code == 0
    assert "refused: 1 x detections: not a finite number: row 5, east_m is nan; expected" in said


def test_a_table_of_which_nothing_can_be_used_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = _table(tmp_path)
    table.write_text(table.read_text().replace("mics", "mice"))
    code, rows = _track(table)
    assert (code, rows) == (1, [])
    assert "no detection could be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("heading", "more", "said"),
    [
        ("when,sensor,scan,east_m,north_m", (), "detections.csv: no known recording"),
        ("time,senser,scan,east_m,north_m", (), "no column sensor; there are: time, senser"),
        ("time,sensor,scan,x,y", (), "no column that measures; there are: time, sensor, scan, x, y; expected some of"),
        ("time,sensor,scan,east_m,north_m", ("--every", "nan"), "--every nan: give seconds above 0"),
        ("time,sensor,scan,east_m,north_m", ("--every", "-2"), "--every -2: give seconds above 0"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_teaches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], heading: str, more: tuple[str, ...], said: str
) -> None:
    code, rows = _track(_table(tmp_path, heading), *more)
    assert (code, rows) == (2, [])
    assert said in capsys.readouterr().err


MODEL = """
[model]
scan_s = 2.0
survival = 0.99
detection_probability = 0.95
clutter_per_m2 = 1e-9
report_existence = 0.5

[[mode]]
name = "steady"
noise = 0.05

[[initial]]
weight = 1.0
mean = [-6000, 2000, 0, 0, 0, 0]
sigma = [500, 500, 0, 100, 100, 0]
"""


def _off(rows: list[dict[str, str]]) -> float:
    """RMS distance of rows from the truth, metres."""
    squares = []
    for row in rows:
        place = _place((datetime.fromisoformat(row["time"]) - BEGUN).total_seconds())
        squares.append((float(row["east_m"]) - place[0]) ** 2 + (float(row["north_m"]) - place[1]) ** 2)
    return float(np.sqrt(np.mean(squares)))


def test_smoothed_rows_stand_beside_and_never_change_what_was_known_then(tmp_path: Path) -> None:
    table = _table(tmp_path)
    (tmp_path / "model.toml").write_text(MODEL)
    model = ("--model", str(tmp_path / "model.toml"))
    _, plain = _track(table, *model)
    _, both = _track(table, *model, "--lag", "5")
    _, whole = _track(table, *model, "--lag", "all")
    assert [row for row in both if float(row["lag"]) == 0.0] == plain
    assert [row for row in whole if float(row["lag"]) == 0.0] == plain
    smoothed = [row for row in both if float(row["lag"]) == 10.0]
    archive = [row for row in whole if row["lag"] == "inf"]
    assert len(smoothed) + len(plain) == len(both)
    assert len(archive) + len(plain) == len(whole)
    assert {row["track"] for row in both} == {"1"}
    assert _off(archive) < _off(smoothed) < _off(plain)


def test_a_score_is_of_one_lag_and_says_what_it_left_out(tmp_path: Path) -> None:
    table = _table(tmp_path)
    _track(table, "--lag", "3")
    truth = ["time,target,east_m,north_m"]
    truth += [f"{_moment(k * PERIOD_S)},1,{_place(k * PERIOD_S)[0]},{_place(k * PERIOD_S)[1]}" for k in range(TURNS)]
    (tmp_path / "truth.csv").write_text("\n".join(truth) + "\n")
    said = {}
    for lag in ("0", "6"):
        page = tmp_path / f"score{lag}.html"
        with pytest.raises(SystemExit) as ended:
            main(["score", str(tmp_path / "truth.csv"), str(tmp_path / "tracks.csv"), "-o", str(page), "--lag", lag])
        assert ended.value.code == 0
        said[lag] = page.with_suffix(".json").read_text()
    assert "rows of another lag than 0 s" in said["0"]
    assert "rows of another lag than 6 s" in said["6"]


@pytest.mark.parametrize("lag", ["0", "-3", "soon", "1.5", "5000"])
def test_a_lag_that_cannot_be_is_refused(tmp_path: Path, lag: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = _track(_table(tmp_path), "--lag", lag)
    assert code == 2
    assert "give pictures from 1 to 1,000, or all" in capsys.readouterr().err


def test_a_model_that_cannot_be_used_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = _table(tmp_path)
    (tmp_path / "model.toml").write_text(MODEL.replace("noise", "noize"))
    assert _track(table, "--model", str(tmp_path / "model.toml"))[0] == 2
    assert "noize" in capsys.readouterr().err
    assert _track(table, "--model", str(tmp_path / "none.toml"))[0] == 2
    assert "give the path of a model" in capsys.readouterr().err
    (tmp_path / "sensors.toml").write_text(
        SENSORS.replace('kind = "local"', 'kind = "earth"').replace("dimensions = 2", "")
    )
    (tmp_path / "model.toml").write_text(MODEL)
    assert _track(table, "--model", str(tmp_path / "model.toml"))[0] == 2
    assert 'kind = "local"' in capsys.readouterr().err
