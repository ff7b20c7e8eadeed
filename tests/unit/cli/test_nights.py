"""`tocsin nights`: many nights as one command, which goes on where it was."""

import argparse
import json
from pathlib import Path

import pytest

from tests.simulated import RADAR
from tocsin.cli import main
from tocsin.cli.nights import seeds

NIGHT = """
[scenario]
name = "small"
start = 2031-02-11T01:40:00Z
duration_s = 60
[[mover]]
name = "one"
kind = "light aircraft"
route_deg = [[37.0, -6.9], [37.0, -6.2]]
altitude_m = 1500
count = 2
spread_m = 3000
"""


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def test_nights_are_played_kept_and_shown_and_not_played_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(NIGHT + RADAR)
    words = ("nights", path, "--seeds", "1-3", "-o", tmp_path / "many", "--workers", "2")
    assert run(*words) == 0
    assert "0 nights were there, 3 played" in capsys.readouterr().out
    assert run(*words) == 0
    assert "3 nights were there, 0 played" in capsys.readouterr().out
    held = json.loads((tmp_path / "many/nights.json").read_text())
    assert held["small"]["nights"] == 3
    mean, low, high, count = held["small"]["scores"]["seeable.siap.completeness"]
    assert 0.0 < low <= mean <= high <= 1.0
    assert count == 3
    assert (tmp_path / "many/nights.html").read_text().count("<circle") >= 3


def test_a_scenario_that_cannot_be_is_refused_before_the_first_night(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(NIGHT.replace("light aircraft", "dragon") + RADAR)
    assert run("nights", path, "-o", tmp_path / "many") == 2
    assert "wrong.toml:8" in capsys.readouterr().err
    assert not (tmp_path / "many").exists()


def test_seeds_are_numbers_and_stretches() -> None:
    assert seeds("1-3,7,2") == [1, 2, 3, 7]
    for wrong in ("", "a", "3-1", "1-", "-1", "1-9999999"):
        with pytest.raises(argparse.ArgumentTypeError):
            seeds(wrong)
