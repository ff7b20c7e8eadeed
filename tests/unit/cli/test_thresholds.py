"""`tocsin thresholds`: a night's folder and a rule file become a page, and the chosen rule a file beside its curve."""

import json
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from tests.flown import parquet
from tests.nights import DRONE, Flight, degrees
from tocsin.cli import main

RULES = '[[rule]]\nname = "plain"\nwithin_s = [60, 300]\n'
DRONE_IN = Flight(1, DRONE, 0.0, 700.0, 0.0, -31_000.0, 0.0, 50.0)


@pytest.fixture
def night(tmp_path: Path) -> Path:
    folder = tmp_path / "night"
    folder.mkdir()
    times, east, north = DRONE_IN.places()
    latitude, longitude = degrees(east, north)
    flown: dict[str, list[object]] = {
        "time": times.tolist(),
        "target": [1] * len(times),
        "latitude_deg": latitude.tolist(),
        "longitude_deg": longitude.tolist(),
        "velocity_east_mps": [0.0] * len(times),
        "velocity_north_mps": [50.0] * len(times),
        "class": [DRONE] * len(times),
    }
    (folder / "truth.parquet").write_bytes(parquet(flown))
    seen: dict[str, list[object]] = {
        "track" if name == "target" else name: values for name, values in flown.items() if name != "class"
    }
    (folder / "tracks.parquet").write_bytes(parquet(seen))
    middle_latitude, middle_longitude = (float(one) for one in degrees(0.0, 0.0))  # type: ignore[arg-type]
    where: dict[str, list[object]] = {
        "place": ["plant"],
        "geometry": [f"POINT ({middle_longitude:.9f} {middle_latitude:.9f})"],
        "ring_m": [1e3],
    }
    (folder / "places.parquet").write_bytes(parquet(where))
    (tmp_path / "rules.toml").write_text(RULES)
    return folder


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def test_the_chosen_rule_is_a_file_and_its_curve_lies_beside_it(night: Path, tmp_path: Path) -> None:
    out, rules = tmp_path / "bench", tmp_path / "rules.toml"
    assert run("thresholds", night, "--rules", rules, "-o", out, "--false-max", "1000") == 0
    text = (out / "rule.toml").read_text()
    assert tomllib.loads(text)["rule"][0]["within_s"] == 300
    curve = json.loads((out / "rule.curve.json").read_text())
    assert [one["settings"]["within_s"] for one in curve["rules"]] == [60, 300]
    rule = "\n".join(line for line in text.splitlines() if not line.startswith("#")) + "\n"
    assert curve["rule_sha256"] == sha256(rule.encode()).hexdigest()
    assert run("thresholds", night, "--rules", out / "rule.toml", "-o", tmp_path / "again") == 0  # a rule file itself
    assert (out / "thresholds.html").read_text().count("<circle") >= 2


@pytest.mark.parametrize("asked", [("--false-max", "-1"), ("--choose", "nobody")])
def test_where_no_rule_can_be_chosen_the_curve_is_drawn_that_shows_why(
    night: Path, tmp_path: Path, asked: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bench"
    assert run("thresholds", night, "--rules", tmp_path / "rules.toml", "-o", out, *asked) == 2
    assert "no rule" in capsys.readouterr().err
    assert (out / "thresholds.html").is_file()
    assert not (out / "rule.toml").exists()


def test_alerts_of_another_system_are_drawn_beside_the_rules(night: Path, tmp_path: Path) -> None:
    (night / "alerts").mkdir()
    said: dict[str, list[object]] = {"place": ["plant"], "stage": ["warning"], "decided": [450.0], "ended": [700.0]}
    (night / "alerts" / "other.parquet").write_bytes(parquet(said))
    assert run("thresholds", night, "--rules", tmp_path / "rules.toml", "-o", tmp_path / "bench") == 0
    rules = {one["name"]: one for one in json.loads((tmp_path / "bench/thresholds.json").read_text())["rules"]}
    assert rules["other"]["lead_median_s"] == pytest.approx(150.0, abs=1.0)


@pytest.mark.parametrize("lost", ["truth.parquet", "places.parquet", "tracks.parquet"])
def test_a_folder_without_a_table_is_refused_with_its_name(
    night: Path, tmp_path: Path, lost: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (night / lost).unlink()
    assert run("thresholds", night, "--rules", tmp_path / "rules.toml", "-o", tmp_path / "bench") == 2
    assert lost.partition(".")[0] in capsys.readouterr().err


def test_a_rule_that_nobody_has_is_refused_with_the_names_there_are(
    night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("thresholds", night, "--rules", tmp_path / "rules.toml", "-o", tmp_path / "bench", "--choose", "none")
    assert run(*words) == 2
    assert "plain: within_s = 60" in capsys.readouterr().err
