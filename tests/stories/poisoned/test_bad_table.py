"""A table with everything that a table should not hold: each is refused in words, and no wrong number comes out."""

import csv
from pathlib import Path

import pytest

from tocsin.cli import main

SENSORS = """
[frame]
kind = "earth"
latitude_deg = 37.2
longitude_deg = -7.2

[[sensor]]
name = "north"
kind = "radar"
latitude_deg = 37.2
longitude_deg = -7.2
altitude_m = 40
sigma_range_m = 30
sigma_azimuth_deg = 0.2
max_range_m = 80000
period_s = 4
"""
HEAD = "time,sensor,scan,range_m,azimuth_deg,elevation_deg,range_m_sigma"
AT = "2031-02-11T01:42:00Z"
BAD = {
    f"{AT},north,30,nan,90,1,": "range_m is nan; expected a number",
    f"{AT},north,30,inf,90,1,": "not a finite number",
    f"{AT},north,30,-500,90,1,": "range_m is -500.0; expected 0 to",
    f"{AT},north,30,20000,720,1,": "out of range",
    f"{AT},north,30,20000,90,99,": "out of range",
    f"{AT},north,30,20000,90,1,0": "out of range",
    f"{AT},north,30,20000,90,1,-3": "out of range",
    f"{AT},north,30,abc,90,1,": "range_m is 'abc'; expected a number",
    f"{AT},north,30,,90,1,": "nothing to place it by",
    f"{AT},south,30,20000,90,1,": "unknown sensor",
    "yesterday,north,30,20000,90,1,": "unreadable",
}


def test_each_bad_row_is_refused_in_words_and_the_good_ones_make_the_track(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = [
        f"2031-02-11T01:{40 + s // 60:02d}:{s % 60:02d}Z,north,{s // 4},{20000 + 50 * s},90,1,"
        for s in range(0, 120, 4)
    ]
    (tmp_path / "rows.csv").write_text("\n".join([HEAD, *good, *BAD]) + "\n")
    (tmp_path / "sensors.toml").write_text(SENSORS)
    out = tmp_path / "tracks.csv"
    command = ["track", str(tmp_path / "rows.csv"), "--sensors", str(tmp_path / "sensors.toml"), "-o", str(out)]
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 0
    said = "".join(capsys.readouterr())
    told = ("range_m is", "nothing to place it by", "unknown sensor", "unreadable", "not a finite number")
    assert [word for word in told if word not in said] == []
    refused = sum(int(line.split()[1]) for line in said.splitlines() if line.startswith("refused:"))
    assert refused == len(BAD)
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert {row["track"] for row in rows} == {"1"}
    assert not [value for row in rows for value in row.values() if value.lower() in ("nan", "inf", "-inf")]
