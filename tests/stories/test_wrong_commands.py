"""What cannot be done as asked is said in one readable line or two, with exit code 2, before anything has begun."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from tests.running import site
from tocsin import cli
from tocsin.ledger.disk.format import STORE
from tocsin.ledger.store import Ledger

WRONG = """
[site]
name = "wrong"

[[sensor]]
name = "north"
kind = "radar"
latitude_deg = 97.0
longitude_deg = 21.0
sigma_range = 30
sigma_azimuth_deg = 0.1

[[place]]
name = "plant"
kind = "site"
latitude_deg = 57.0
longitude_deg = 21.0
"""
TABLE = "time,sensor,range_m,azimuth_deg\n0,north,1000,10\n4,north,1100,10\n"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says on its way to exit code 2."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    assert ended.value.code == 2
    text = capsys.readouterr().err
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize(
    "command",
    [
        ["serve", "{site}"],
        ["replay", "{table}", "--site", "{site}"],
        ["track", "{table}", "--sensors", "{site}", "-o", "{folder}/tracks.csv"],
    ],
)
def test_a_wrong_site_file_is_explained_with_its_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    path, table = tmp_path / "site.toml", tmp_path / "detections.csv"
    path.write_text(WRONG)
    table.write_text(TABLE)
    text = refused(capsys, *(word.format(site=path, table=table, folder=tmp_path) for word in command))
    assert f"{path}:8" in text, "the line of the latitude"
    assert "97" in text
    assert "sigma_range_m" in text, "the key that was probably meant"
    assert not (tmp_path / "tracks.csv").exists()
    assert not (tmp_path / "tocsin-ledger").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["serve", "{nothing}"],
        ["replay", "{nothing}"],
        ["replay", "{nothing}", "--site", "{nothing}"],
        ["track", "{nothing}", "--sensors", "{nothing}", "-o", "{nothing}.csv"],
        ["simulate", "{nothing}", "-o", "{nothing}-out"],
        ["demo", "{nothing}"],
        ["verify", "{nothing}"],
        ["verify", "{nothing}", "--head", "{nothing}"],
        ["backup", "{nothing}", "-o", "{nothing}-out"],
        ["restore", "{nothing}", "{nothing}-out"],
        ["score", "{nothing}", "{nothing}", "-o", "{nothing}.html"],
    ],
)
def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    nothing = str(tmp_path / "nothing")
    assert nothing in refused(capsys, *(word.format(nothing=nothing) for word in command))


@pytest.mark.parametrize(
    "text", ["", "[[sensor]\n", "\0\1\2", "[[feed]]\nname = 'x'\nformat = 'morse'\ntransport='udp'"]
)
def test_a_file_that_is_no_site_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path, table = tmp_path / "site.toml", tmp_path / "detections.csv"
    path.write_text(text)
    table.write_text("nothing that tocsin reads")
    assert "tocsin replay: " in refused(capsys, "replay", str(table), "--site", str(path))


def test_a_port_that_is_taken_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = site(tmp_path)
    found = re.search(r"port = (\d+)", path.read_text())
    assert found is not None
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(found[1])))
        taken.listen()
        text = refused(capsys, "serve", str(path))
    assert f"127.0.0.1:{found[1]} cannot be taken" in text


def newer(folder: Path) -> None:
    """A ledger as tocsin 9 writes it."""
    with Ledger.open(folder, json.dumps({}).encode(), lambda: 1, keep_s=0):
        pass
    with apsw.Connection(str(folder / STORE)) as connection:
        connection.execute("UPDATE about SET value = '9' WHERE name = 'format'")
        connection.execute("UPDATE about SET value = '9.0.0' WHERE name IN ('needs', 'written_by')")


@pytest.mark.parametrize("command", [["verify"], ["replay"]])
def test_a_newer_ledger_is_refused_with_the_version_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    newer(tmp_path)
    assert "Install tocsin 9.0.0 or newer" in refused(capsys, *command, str(tmp_path))


def test_a_server_does_not_touch_a_newer_ledger(tmp_path: Path) -> None:
    path, _ = site(tmp_path)
    (tmp_path / "ledger").mkdir()
    newer(tmp_path / "ledger")
    before = (tmp_path / "ledger" / STORE).read_bytes()
    environment = dict(os.environ) | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-m", "tocsin", "serve", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert "Install tocsin 9.0.0 or newer" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "ledger" / STORE).read_bytes() == before


def test_help_lists_the_commands_and_imports_nothing_heavy() -> None:
    asked = "import sys; from tocsin import cli\ntry:\n cli.main(['--help'])\nfinally:\n print('loaded:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told, _, loaded = done.stdout.partition("loaded:")
    assert [name for name in cli.COMMANDS if name not in told] == []
    heavy = {"numpy", "numba", "pydantic", "fastapi", "asyncio", "shapely", "scipy"}
    assert heavy & {name.partition(".")[0] for name in loaded.split()} == set()


@pytest.mark.parametrize("arguments", [["--port", "99999"], ["--port", "0"], ["--speed", "1000"], ["--speed", "nan"]])
@pytest.mark.parametrize("command", [["demo"], ["replay", "recording"]])
def test_a_number_out_of_its_bounds_is_named_with_them(
    capsys: pytest.CaptureFixture[str], command: list[str], arguments: list[str]
) -> None:
    text = refused(capsys, *command, *arguments)
    assert repr(arguments[1]) in text
    assert "from " in text


@pytest.mark.parametrize(
    "command",
    [
        ["simulate", "demo-night", "-o", "{file}"],
        ["backup", "{folder}", "-o", "{file}"],
        ["restore", "{folder}", "{file}"],
    ],
)
def test_a_file_where_a_folder_should_be_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    newest, file = tmp_path / "ledger", tmp_path / "file"
    with Ledger.open(newest, json.dumps({}).encode(), lambda: 1, keep_s=0):
        pass
    file.write_text("already here")
    assert str(file) in refused(capsys, *(word.format(folder=newest, file=file) for word in command))
    assert file.read_text() == "already here"
