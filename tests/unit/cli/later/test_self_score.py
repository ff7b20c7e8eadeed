"""A live system scores its own night: what it showed, and what it would have shown of those who tell nothing."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.ledgers.evidence import Clock, open_ledger
from tests.ledgers.told import keep
from tests.scans import START_NS
from tocsin import wire
from tocsin.cli import main
from tocsin.cli.later import evidence
from tocsin.cli.later import said as said_of
from tocsin.ledger.plan import Record
from tocsin.ledger.reader import Reader
from tocsin.live.lookback import LookBack
from tocsin.live.thinking import Pipeline
from tocsin.messages import Alert, Reason


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def test_a_night_is_scored_as_shown_and_as_it_would_have_been_without_being_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = keep(tmp_path / "ledger", telling=3)
    assert run("score", "--ledger", ledger, "-o", tmp_path / "night.html") == 0
    said = json.loads((tmp_path / "night.json").read_text())
    assert said["then"]["rows"]["surveillance.targets"] == 3
    assert said["then"]["rows"]["siap.completeness"] > 0.9
    assert said["not_told"]["rows"]["siap.completeness"] > 0.5
    assert any("upper bound" in note for note in said["notes"])
    assert any("aircraft said of themselves" in note for note in said["notes"])
    assert "raised" in said["said"]
    assert "What was said" in (tmp_path / "night.html").read_text()
    assert "note:" in capsys.readouterr().out


def alert(time_s: float, stage: str, before: str, track: int) -> Alert:
    """What a board said."""
    time_ns = START_NS + round(time_s * 1e9)
    reason = Reason(track, "unknown", 0.6, (60.0, 70.0, 80.0))
    three = (60.0, 70.0, 80.0)
    return Alert(time_ns, "plant", "e", stage, before, "due", time_ns, "slow", 0.6, three, "seen clear", (reason,))


def test_what_was_said_about_somebody_who_is_known_was_for_nothing(tmp_path: Path) -> None:
    ledger = keep(tmp_path / "ledger", telling=3)
    found = evidence.night(ledger, None, None)
    with closing(Reader(ledger)) as reader:
        picture = LookBack(reader, Pipeline(found.settings)).picture_at(found.moments[-10].time_ns)
    assert found.flights is not None
    known = {one.identity for one in found.flights.flights}
    told = [int(track) for track, name in zip(picture.track, picture.identity, strict=True) if name in known]
    second = (picture.time_ns - START_NS) / 1e9
    made = [
        alert(second, "warning", "quiet", told[0]),
        alert(second, "quiet", "all clear", told[0]),
        alert(second + 1, "watch", "quiet", 999_999),
    ]
    with open_ledger(ledger, Clock(found.end_ns)) as held:
        held.submit([Record(wire.kind(one), one.time_ns, wire.encode(one), wire.FORMAT) for one in made]).result()
    said = said_of.raised(ledger, found)
    assert [one.stage for one in said if one.time_ns in (made[0].time_ns, made[2].time_ns)] == ["warning", "watch"]
    by_time = {one.time_ns: one.who for one in said}
    assert by_time[made[0].time_ns] in known
    assert by_time[made[2].time_ns] == ""
    assert said_of.record(said, found)["known_warnings"] == 1
    (section,) = said_of.sections(said, found)
    assert "nobody who told of itself" in section.body


def test_a_night_in_which_nobody_told_of_himself_cannot_be_judged_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = keep(tmp_path / "ledger", telling=0)
    assert run("score", "--ledger", ledger, "-o", tmp_path / "night.html") == 2
    assert "no aircraft told of itself" in capsys.readouterr().err
    assert run("score", "--ledger", ledger, "--night", "1999-01-01", "-o", tmp_path / "night.html") == 2
    assert "nothing of this night is kept" in capsys.readouterr().err
    assert run("score", "--ledger", ledger, "--night", "yesterday", "-o", tmp_path / "night.html") == 2
    assert "2031-02-11" in capsys.readouterr().err


def test_without_tables_or_a_ledger_there_is_nothing_to_score(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("score") == 2
    assert "give two tables" in capsys.readouterr().err


def test_a_long_night_with_many_tracks_is_looked_at_less_often() -> None:
    day_ns = 86_400 * 10**9
    assert evidence.apart_s(0, day_ns, 20) == evidence.EVERY_S
    apart_s = evidence.apart_s(0, day_ns, 4_000)
    assert 86_400 / apart_s * 4_000 == pytest.approx(evidence.ROWS_MAX, rel=0.05)
