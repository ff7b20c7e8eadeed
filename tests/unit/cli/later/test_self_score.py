"""A live system scores its own night: what it showed, and what it would have shown of those who tell nothing."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.ledgers.evidence import Clock, open_ledger
from tests.scans import ADSB, RADAR, START_NS, Flight, radar_turn, self_reports, settings
from tocsin.cli import main
from tocsin.live.evidence import item_record, step_records
from tocsin.messages import Item, Tick
from tocsin.pipeline import State, advance

SECONDS = 150


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def keep(folder: Path, telling: int) -> Path:
    """A radar and four aircraft, of which so many tell of themselves."""
    state, clock, rng = State.of(settings(RADAR, ADSB)), Clock(START_NS), np.random.default_rng(1)
    flights = [Flight((20_000.0 * k, 30_000.0, 5_000.0), (200.0, 0.0, 0.0), f"icao:00000{k}") for k in range(4)]
    with open_ledger(folder, clock) as ledger:
        for second in range(SECONDS):
            if second % 60 == 0:
                ledger.dump(clock(), state.dump())
            items: list[Item] = [Tick(clock())]
            if second and second % 4 == 0:
                items.insert(0, radar_turn(flights, second // 4 - 1, rng))
            if second and telling:
                items.insert(0, self_reports(flights[:telling], second - 0.2, rng))
            for item in items:
                ledger.submit([item_record(item), *step_records(advance(state, item))])
            clock.pass_s(1)
        ledger.submit([]).result()
        ledger.keep()
    return folder


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
    assert "note:" in capsys.readouterr().out


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
