"""Another system's alerts, from a plain rule of ring and time, scored from tables that people write by hand."""

import json
from pathlib import Path

import pytest

from tocsin.cli import main

BEGIN = "2031-02-11T01:{:02d}:{:02d}Z"
RING_M, SPEED_MPS, START_M = 3_000.0, 50.0, 33_000.0
DEGREE_M = 110_946.0  # of latitude at 37 degrees north
WITHIN_S = 300.0  # the rule: warn of who would be inside so soon


def at(second: float) -> str:
    """A time of the night."""
    minutes, rest = divmod(round(second), 60)
    return BEGIN.format(minutes, rest)


def away_m(second: float) -> float:
    return START_M - SPEED_MPS * second


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """A drone flies straight at the plant, and an airliner passes the port; the rule warns of both."""
    flown = ["time,target,latitude_deg,longitude_deg,velocity_north_mps,velocity_east_mps,class"]
    for second in range(0, 650, 5):
        north = 37.0 + away_m(second) / DEGREE_M
        flown.append(f"{at(second)},1,{north:.7f},-7.0,{-SPEED_MPS},0,one-way-attack drone")
        flown.append(f"{at(second)},2,37.5,{-7.0 + second * 0.002:.7f},0,180,airliner")
    (tmp_path / "truth.csv").write_text("\n".join(flown) + "\n")
    tracks = [",".join(line.split(",")[:-1]) for line in flown]
    (tmp_path / "tracks.csv").write_text("\n".join(tracks).replace("target", "track") + "\n")
    (tmp_path / "places.csv").write_text(
        "place,kind,geometry,ring_m,action_time_s\n"
        "plant,site,POINT (-7.0 37.0),3000,60\nport,site,POINT (-6.5 37.5),3000,60\n"
    )
    due_s = (START_M - RING_M) / SPEED_MPS - WITHIN_S
    (tmp_path / "alerts.csv").write_text(
        "place,stage,decided,released,released_by,sent,received,ended,reason,track\n"
        f"plant,warning,{at(due_s)},{at(due_s + 10)},A,{at(due_s + 11)},{at(due_s + 15)},{at(640)},in 300 s,1\n"
        f"port,warning,{at(20)},,,,,{at(120)},in 300 s,2\n"
    )
    return tmp_path


def run(folder: Path, **tables: str) -> int:
    names = {"places": "places.csv", "alerts": "alerts.csv", **tables}
    words = ["score", folder / "truth.csv", folder / "tracks.csv", "-o", folder / "score.html"]
    for option, name in names.items():
        words += [f"--{option}", folder / name]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def test_a_rule_of_ring_and_time_gets_its_lead_its_delay_and_its_false_alarm(night: Path) -> None:
    assert run(night) == 0
    rows = json.loads((night / "score.json").read_text())["warnings"]["rows"]
    assert rows["warning.drone.missed"] == 0.0
    assert rows["warning.drone.lead_median_s"] == pytest.approx(WITHIN_S, abs=2.0)
    assert rows["warning.drone.delay_p90_s"] == pytest.approx(
        300.0, abs=2.0
    )  # the drone's first row stands for knowable
    assert rows["false.staff_warning.count"] == 1
    assert rows["false.public_warning.count"] == 0
    assert rows["chain.sent_to_received.median_s"] == pytest.approx(4.0)
    page = (night / "score.html").read_text()
    assert "airliner" in page
    assert "<svg" in page


def test_what_was_knowable_may_be_handed_in(night: Path) -> None:
    (night / "knowable.csv").write_text(f"target,place,seeable,knowable\n1,plant,{at(100)},{at(280)}\n")
    assert run(night, knowable="knowable.csv") == 0
    rows = json.loads((night / "score.json").read_text())["warnings"]["rows"]
    assert rows["warning.drone.delay_p90_s"] == pytest.approx(20.0, abs=2.0)


def test_alerts_of_another_night_are_refused_and_stray_ones_left_out(
    night: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (night / "alerts.csv").read_text().splitlines()
    stray = "plant,warning,2031-03-11T01:00:00Z,,,,,2031-03-11T01:01:00Z,late,1"
    (night / "alerts.csv").write_text("\n".join([*lines, stray]) + "\n")
    assert run(night) == 0
    assert "1 alerts are of a time that the truth does not tell of" in capsys.readouterr().out
    (night / "alerts.csv").write_text("\n".join([lines[0], stray]) + "\n")
    assert run(night) == 2
    assert "have no time in common" in capsys.readouterr().err
