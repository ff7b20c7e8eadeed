"""`tocsin simulate --half-real`: a recording of flights becomes a night that track, score and thresholds take."""

from pathlib import Path

import numpy as np
import pytest

from tocsin.cli import main
from tocsin.geo.distance import travel


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two flights in the columns of the traffic library: feet, knots, degrees."""
    lines = ["timestamp,icao24,callsign,latitude,longitude,altitude,groundspeed,track,vertical_rate"]
    for address, speed_mps, bearing_deg, feet in (("4b1234", 220.0, 80.0, 31_000), ("4b5678", 60.0, 200.0, 3_500)):
        for second in range(0, 120, 4):
            way = travel(np.radians(47.0), np.radians(8.0), np.radians(bearing_deg), speed_mps * second)
            at = f"2026-05-01T10:{second // 60:02d}:{second % 60:02d}Z"
            place = f"{np.degrees(way[0]):.6f},{np.degrees(way[1]):.6f}"
            lines.append(f"{at},{address},SWR1,{place},{feet},{speed_mps / 0.514444:.1f},{bearing_deg},0")
    path = tmp_path_factory.mktemp("flown") / "flights.csv"
    path.write_text("\n".join(lines))
    return path


def test_a_half_real_night_is_simulated_tracked_scored_and_weighed(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night = tmp_path / "night"
    assert run("simulate", "--half-real", recording, "-o", night, "--radars", "1", "--place-weeks", "0.01") == 0
    said = capsys.readouterr().out
    assert "2 recorded flights" in said
    assert "2 with identity" in said
    tracks = night / "tracks.parquet"
    words = ("track", night / "detections.parquet", "--sensors", night / "site.toml", "-o", tracks, "--every", "2")
    assert run(*words) == 0
    seeable = ("--seeable", night / "seeable.parquet")
    assert run("score", night / "truth.parquet", tracks, *seeable, "-o", tmp_path / "score.html") == 0
    assert "could be seen" in (tmp_path / "score.html").read_text()
    rules = tmp_path / "rules.toml"
    rules.write_text("[[rule]]\nwithin_s = [60, 600]\n")
    assert run("thresholds", night, "--rules", rules, "-o", tmp_path / "bench") == 0
    assert "no threat flew" in (tmp_path / "bench/thresholds.html").read_text()


def test_stripped_of_identity_nobody_says_who_he_is(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("simulate", "--half-real", recording, "-o", tmp_path / "bare", "--strip", "1", "--place-weeks", "0.01")
    assert run(*words) == 0
    assert "0 with identity" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--strip", "2"], "--strip 2"),
        (["--place-weeks", "0"], "--place-weeks"),
    ],
)
def test_a_half_real_night_that_cannot_be_is_refused(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run("simulate", "--half-real", recording, "-o", tmp_path / "night", *words) == 2
    assert said in capsys.readouterr().err


def test_a_recording_without_addresses_is_refused_and_neither_is_nothing_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("time,sensor,range_m,azimuth_deg\n2026-05-01T10:00:00Z,a,1000.0,10.0\n")
    assert run("simulate", "--half-real", empty, "-o", tmp_path / "night") == 2
    assert "no aircraft with an identity" in capsys.readouterr().err
    assert run("simulate", "-o", tmp_path / "night") == 2
    assert "name a scenario" in capsys.readouterr().err
