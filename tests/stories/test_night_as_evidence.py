"""The demo night is played and kept; another process recomputes it bit for bit, and any changed bit is named."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

import apsw
import pytest

from tocsin import cli
from tocsin.cli.scenarios import load
from tocsin.geo.units import SECOND_NS
from tocsin.ledger import fingerprint, verify
from tocsin.ledger.disk.format import STORE
from tocsin.ledger.plan import Record
from tocsin.ledger.reader import Reader
from tocsin.ledger.store import Ledger
from tocsin.live.evidence import Evidence
from tocsin.live.intake.queues import Bell
from tocsin.live.playback import Playback, PlaybackClock, Span
from tocsin.live.runner import Runner
from tocsin.live.thinking import Pipeline
from tocsin.messages import Order, Scan
from tocsin.simulate.night import night

SECONDS = 75
OURS = fingerprint.fingerprint()


def play(folder: Path, seconds: int, known_as: dict[str, str]) -> None:
    """Run the beginning of the demo night as `tocsin demo` does, as fast as it goes, with an order in it; seal it."""
    _, scenario = load("demo-night")
    span = Span(scenario.start_ns, scenario.start_ns + seconds * SECOND_NS)

    def beginning() -> Iterator[Scan]:
        return takewhile(lambda scan: scan.received_ns < span.end_ns, night(scenario))

    source = Playback(beginning, span, Bell(), PlaybackClock(span.start_ns, 60.0))
    with Ledger.open(folder, fingerprint.encode(known_as), source.clock.now_ns, keep_s=0) as ledger:
        evidence = Evidence(ledger)
        runner = Runner(source, evidence, Pipeline(scenario.settings), lambda _: None, resume=False)
        begun = threading.Event()
        thread = threading.Thread(target=runner.run, args=(begun.set,), daemon=True)
        thread.start()
        begun.wait()
        said = Order(
            span.start_ns, "order-1", "ann", "supervisor", "set", "tracking.confirm_existence", {"value": "0.8"}
        )
        assert runner.order(said).result().accepted
        while not source.ended:
            thread.join(0.05)
            assert thread.is_alive()
        runner.stop()
        thread.join()
        ledger.keep()
        evidence.close()


pytestmark = pytest.mark.xdist_group("night")  # it is played once


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night") / "ledger"
    play(folder, SECONDS, OURS)
    return folder


def tocsin(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command, in a process of its own."""
    command = [sys.executable, "-m", "tocsin", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def said(capsys: pytest.CaptureFixture[str], arguments: Sequence[str]) -> tuple[int, str]:
    """The command in this process: its exit code and what it printed."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    code = ended.value.code
    assert isinstance(code, int)
    return code, capsys.readouterr().out


def test_another_process_recomputes_the_night_bit_for_bit(played: Path) -> None:
    done = tocsin("verify", str(played), "--replay")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "one fingerprint: every byte compared" in done.stdout
    compared = re.search(r"(\d+) digests of the state compared", done.stdout)
    assert compared, done.stdout
    assert int(compared[1]) >= SECONDS, "one each second, and one for each decision that could not wait for it"
    assert "every step came out as it was kept" in done.stdout
    assert "not recomputed" not in done.stdout


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
def test_a_changed_bit_in_a_file_is_found_and_the_entry_named(
    played: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], share: float
) -> None:
    folder = Path(shutil.copytree(played, tmp_path / "ledger"))
    file = max(folder.glob("segments/**/*.parquet"), key=lambda path: path.stat().st_size)
    octets = bytearray(file.read_bytes())
    octets[int(len(octets) * share)] ^= 1
    file.write_bytes(octets)
    code, text = said(capsys, ["verify", str(folder), "--replay"])
    assert code == 1
    assert "BROKEN at entry " in text
    assert file.name in text
    assert "recomputed" not in text, "what is broken is not recomputed as if it were whole"


@pytest.mark.parametrize("column", ["body", "time_ns", "kind"])
def test_a_changed_row_is_found_and_named(
    played: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str
) -> None:
    folder = Path(shutil.copytree(played, tmp_path / "ledger"))
    connection = apsw.Connection(str(folder / STORE))
    sealed = connection.execute("SELECT max(last) FROM segments").get  # those rows are in a file, and read there
    chosen = "SELECT number, body, time_ns, kind FROM entries WHERE kind = 'tick' AND number > ?"
    rows = list(connection.execute(chosen, (sealed,)))
    number, body, time_ns, kind = rows[len(rows) // 2]
    changed = {"body": bytes([body[0] ^ 1]) + body[1:], "time_ns": time_ns + 1, "kind": f"{kind}s"}[column]
    connection.execute(f"UPDATE entries SET {column} = ? WHERE number = ?", (changed, number))  # noqa: S608  our names
    connection.close()
    code, text = said(capsys, ["verify", str(folder)])
    assert code == 1
    assert f"BROKEN at entry {number}" in text


def test_a_decision_that_nobody_took_is_found_by_recomputing(
    played: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever can write the ledger with right hashes still cannot make thinking come out otherwise."""
    folder = Path(shutil.copytree(played, tmp_path / "ledger"))
    reader = Reader(folder)
    last = next(entry for entry in reader.entries() if entry.kind == "notice")
    reader.close()
    with Ledger.open(folder, fingerprint.encode(OURS), lambda: last.time_ns, keep_s=0) as ledger:
        assert last.body is not None
        ledger.submit([Record("notice", last.time_ns, last.body)]).result()
    assert verify.verify(folder).whole
    code, text = said(capsys, ["verify", str(folder), "--replay"])
    assert code == 1
    assert "DIFFERS at entry " in text


def test_a_night_kept_under_another_fingerprint_is_compared_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play(tmp_path / "ledger", 12, OURS | {"numpy": "1.0.0"})
    code, text = said(capsys, ["verify", str(tmp_path / "ledger"), "--replay"])
    assert code == 0
    assert "written under another fingerprint" in text
    assert f"numpy: 1.0.0 then, {OURS['numpy']} now" in text
    assert " 0 digests of the state compared" in text
