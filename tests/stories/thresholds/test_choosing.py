"""An officer chooses a rule with open eyes: a night replayed by a grid of rule files, the curve, the file, the site."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.ledgers.evidence import Clock, open_ledger
from tests.simulated import RADAR, whole
from tocsin import site
from tocsin.cli import main
from tocsin.cli.thresholds import grid
from tocsin.live.evidence import item_record, step_records
from tocsin.messages import Item, Tick
from tocsin.pipeline import State, advance
from tocsin.simulate.night import night as scans_of
from tocsin.wire import rules_digest

SECOND_NS = 1_000_000_000
PLANT = """
[[place]]
name = "plant"
kind = "site"
latitude_deg = 37.0
longitude_deg = -6.9
ring_m = 3000
action_time_s = 60
"""
NIGHT = """
[scenario]
name = "small"
start = 2031-02-11T01:40:00Z
duration_s = 200
seed = 3
[[mover]]
name = "the drone"
kind = "one-way-attack drone"
route_deg = [[37.0, -6.77], [37.0, -6.9]]
altitude_m = 400
speed_mps = 55
"""
GRID = """
[[rule]]
name = "ours"
kind = "stages"
bounds = [0.5, 1, 1.9]
quiet_s = 240
"""
TEXT = NIGHT + PLANT + RADAR


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.toml").write_text(TEXT)
    (tmp_path / "grid.toml").write_text(GRID)
    return tmp_path


def rules_of(path: Path) -> dict[str, dict[str, float]]:
    return {one["name"]: one for one in json.loads(path.read_text())["rules"]}


def test_an_officer_replays_a_night_chooses_a_rule_and_puts_it_in_force(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("thresholds", folder / "small.toml", "--rules", folder / "grid.toml", "-o", folder, "--false-max", "100")
    assert run(*words) == 0
    drawn = rules_of(folder / "thresholds.json")
    assert [drawn[f"ours: bounds = {bound}"]["missed"] for bound in ("0.5", "1", "1.9")] == [0, 0, 0]
    sooner, usual, later = (drawn[f"ours: bounds = {bound}"]["lead_median_s"] for bound in ("0.5", "1", "1.9"))
    assert sooner >= usual > later > 20.0
    page = (folder / "thresholds.html").read_text()
    assert page.count("<circle") >= 3
    assert "Lead against false" in page
    assert 'rules = "rule.toml"' in capsys.readouterr().out

    (folder / "site.toml").write_text('[alerting]\nrules = "rule.toml"\n' + PLANT)
    chosen = site.read(folder / "site.toml")
    assert chosen.settings.alerting.quiet_s == 240.0
    curve = json.loads((folder / "rule.curve.json").read_text())
    assert curve["rules_sha256"] == rules_digest(chosen.settings.alerting)
    assert len(curve["rules"]) == 3  # the line that it was chosen from
    run("doctor", folder / "site.toml")
    said = capsys.readouterr().out
    assert curve["rules_sha256"] in said
    assert "its curve lies beside it" in said


def test_the_same_night_as_tables_and_as_evidence_is_warned_of_alike(folder: Path) -> None:
    assert run("simulate", folder / "small.toml", "-o", folder / "night") == 0
    grid = folder / "grid.toml"
    assert run("thresholds", folder / "night", "--rules", grid, "-o", folder / "tables") == 0
    assert run("thresholds", folder / "small.toml", "--rules", grid, "-o", folder / "scenario") == 0
    kept(folder / "ledger")
    truth = folder / "night/truth.parquet"
    assert run("thresholds", folder / "ledger", "--truth", truth, "--rules", grid, "-o", folder / "evidence") == 0
    found = [rules_of(folder / where / "thresholds.json") for where in ("tables", "scenario", "evidence")]
    for name in found[0]:
        leads = [one[name]["lead_median_s"] for one in found]
        assert max(leads) - min(leads) <= 4.0, name  # arrivals and ticks differ by a look
        assert [one[name]["missed"] for one in found] == [0, 0, 0]


def kept(ledger: Path) -> None:
    """The night as a live system would have kept it."""
    scenario = whole(TEXT)
    state, clock = State.of(scenario.settings), Clock(scenario.start_ns)
    with open_ledger(ledger, clock) as held:
        held.dump(clock(), state.dump())
        tick_ns = scenario.start_ns
        items: list[Item] = []
        for scan in scans_of(scenario):
            while tick_ns <= scan.received_ns:
                items.append(Tick(tick_ns))
                tick_ns += SECOND_NS
            items.append(scan)
        for item in items:
            held.submit([item_record(item), *step_records(advance(state, item))])
        held.submit([]).result()
        held.keep()


def test_a_ledger_without_a_truth_says_what_to_give(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(folder / "ledger")
    assert run("thresholds", folder / "ledger", "--rules", folder / "grid.toml", "-o", folder / "out") == 2
    assert "give what really flew by --truth" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rule]]\nkind = "stages"\nquiets_s = 3\n', "r.toml:3: unknown key 'quiets_s'; did you mean 'quiet_s'?"),
        (
            '[[rule]]\nkind = "stages"\nbounds = [0]\n',
            "r.toml:3: bounds = [0]; expected a factor of all chances",
        ),
        ('[[rule]]\nkind = "stages"\nfile = "none.toml"\n', "r.toml:3: these rules cannot be used"),
        (
            '[[rule]]\nkind = "stages"\n[[rule.threat]]\nname = "bird"\npaths = [2, 9]\n',
            "r.toml:5: paths = 9: expected less than or equal to 4 (2 to 4)",
        ),
        ('[[rule]]\nkind = "magic"\n', "r.toml:2: kind = 'magic'; expected ring and time or stages"),
        ("quiets_s = 3\n", "r.toml:1: unknown key 'quiets_s'"),
    ],
)
def test_a_grid_that_cannot_be_says_where_and_why(
    folder: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "r.toml").write_text(text)
    assert run("thresholds", folder / "small.toml", "--rules", folder / "r.toml", "-o", folder / "out") == 2
    assert said in capsys.readouterr().err


def test_a_rule_file_is_a_grid_of_one_and_one_class_may_be_varied(folder: Path) -> None:
    (folder / "plant.toml").write_text("margin_s = 60\n")
    plain, staged = grid.read(folder / "plant.toml")
    assert (plain, [one.name for one in staged], staged[0].rules.margin_s) == ((), ["plant"], 60.0)
    (folder / "grid.toml").write_text(
        '[[rule]]\nkind = "stages"\nfile = "plant.toml"\n[[rule.threat]]\nname = "bird"\nthreat = [0, 0.2]\n'
        '[[rule]]\nname = "plain"\nwithin_s = [60, 120]\n'
    )
    plain, staged = grid.read(folder / "grid.toml")
    assert [one.name for one in plain] == ["plain: within_s = 60", "plain: within_s = 120"]
    assert [one.name for one in staged] == ["stages: bird.threat = 0", "stages: bird.threat = 0.2"]
    assert all(one.rules.margin_s == 60.0 for one in staged)
    assert tomllib.loads(staged[1].text())["threat"][10]["threat"] == 0.2
