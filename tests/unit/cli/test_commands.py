"""Every command: help with an example, and errors that are one line and teach."""

from pathlib import Path

import pytest

from tocsin.cli import COMMANDS, main
from tocsin.cli.scenarios import load
from tocsin.errors import SiteError

SITE = """
[[feed]]
name = "posts"
format = "detections"
transport = "http"
"""


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command_names_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(name, "--help") == 0
    example = capsys.readouterr().out.rpartition("example:\n")[2].strip()
    assert example.startswith(f"tocsin {name} ") or example == f"tocsin {name}"


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--help") == 0
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("    ")}
    assert set(COMMANDS) <= listed


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("nowhere.pcap",), "nowhere.pcap is not there; give a recording, a folder of recordings or a ledger"),
        (("junk.bin",), "junk.bin: no known recording by its first bytes; say --format (detections, "),
        (("junk.bin", "--format", "asterx", "--framing", "stream"), "format 'asterx' is not known; use one of "),
        (("table.csv", "--speed", "0"), "'0' is no speed; give a number from 0.25 to 60"),
        (("table.csv", "--start", "yesterday"), "'yesterday' is no time; write 2031-02-11T01:40:00Z"),
        (("table.csv",), "nothing says where 'north' stands: give --site with a [[sensor]]"),
        (("empty.csv",), "no detection in it"),
        (("table.csv", "--site", "gone.toml"), "gone.toml: cannot be read"),
    ],
)
def test_replay_says_what_it_needs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("junk.bin").write_bytes(b"nothing that anybody knows")
    heading = "time,sensor,range_m,azimuth_deg\n"
    Path("empty.csv").write_text(heading + "2031-02-11T01:40:00Z,north,-5,10\n")
    Path("table.csv").write_text(heading + "2031-02-11T01:40:00Z,north,5000,10\n")
    assert _run("replay", *more) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("site.toml", "--link", "ann=boss"), "--link ann=boss: write NAME=ROLE with a role of public, viewer"),
        (("site.toml", "--token", "radars"), "--token radars: no such HTTP feed in site.toml; there are: posts"),
        (("zone.toml",), "zone.toml:2: timezone = 'Europe/Rigga' is not known; write timezone = 'Europe/Riga'"),
        (("full.toml",), "the ledger's folder cannot be made"),
    ],
)
def test_serve_says_what_is_wrong_before_it_begins(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("site.toml").write_text(SITE)
    Path("zone.toml").write_text('[site]\ntimezone = "Europe/Rigga"\n')
    Path("full.toml").write_text('[ledger]\nfolder = "site.toml/inside"\n')
    assert _run("serve", *more) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", [("verify",), ("backup", "-o", "copy"), ("restore", "to")])
def test_a_folder_without_a_ledger_is_said_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(command[0], "here", *command[1:]) == 2
    assert "here holds no ledger" in capsys.readouterr().err


def test_a_file_of_heads_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("verify", str(tmp_path), "--head", str(tmp_path / "heads.txt")) == 2
    assert "heads.txt" in capsys.readouterr().err


def test_scenarios_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    _, by_name = load("demo-night")
    copy = tmp_path / "mine.toml"
    copy.write_text("[scenario]\n")
    with pytest.raises(SiteError, match=r"mine\.toml"):
        load(str(copy))
    assert by_name.duration_s > 0
    assert by_name.settings.sensors


def test_a_scenario_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(SiteError, match=r"no-such-night: no such file, .*demo-night"):
        load("no-such-night")
