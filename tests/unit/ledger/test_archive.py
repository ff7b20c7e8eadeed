"""Sealing: whole minutes become files, and a crash at any step leaves a whole ledger."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.ledgers.evidence import DAY_NS, MINUTE_NS, SECOND_NS, START_NS, Clock, fill, open_ledger
from tests.ledgers.housekeeping import MINUTES, PER_MINUTE, SHORT, keep, prepare
from tocsin.errors import BrokenChain, LedgerError
from tocsin.ledger import archive, verify
from tocsin.ledger.chain import Row
from tocsin.ledger.disk import format

STEPS = 3 * 6 + 2 * 7  # three segments are written, two of them lose bodies


def test_whole_minutes_move_to_files_and_the_last_one_stays(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        kept = fill(ledger, clock, minutes=3)
        reader = ledger.reader()
        before = list(reader.entries())
        ledger.keep()
        segments = reader.segments()
        assert [segment.first for segment in segments] == [1, *(segment.last + 1 for segment in segments[:-1])]
        assert len(segments) == 3
        for segment in segments:
            assert segment.to_ns < (segment.from_ns // MINUTE_NS + 1) * MINUTE_NS
            data = (tmp_path / segment.file).read_bytes()
            assert (len(data), sha256(data).hexdigest()) == (segment.bytes, segment.sha256)
            assert segment.file.startswith("segments/2025-06-15/")
        assert list(reader.entries(1, before[-1].number)) == before
        said = [json.loads(entry.body or b"") for entry in reader.entries() if entry.kind == format.SEGMENT]
        assert [one["sha256"] for one in said] == [segment.sha256 for segment in segments]
        reader.close()
        assert len(kept) + 1 == len(before)
    assert verify.verify(tmp_path).whole


def test_rows_that_a_file_holds_leave_the_database(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        fill(ledger, clock, minutes=4, per_minute=300)  # more rows than one commit deletes
        ledger.keep()
        reader = ledger.reader()
        last = reader.sealed()
        waiting = threading.Event()
        while reader.ask("SELECT count(*) FROM entries WHERE number <= ?", last) != [(0,)]:
            waiting.wait(0.01)
        reader.close()


def test_any_tool_reads_a_segment(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        fill(ledger, clock, minutes=2)
        ledger.keep()
        reader = ledger.reader()
        table = pyarrow.parquet.read_table(tmp_path / reader.segments()[0].file)
        assert table.column_names == list(archive.COLUMNS)
        assert table.to_pylist()[1]["body"] == reader.entry(2).body
        reader.close()


def row(number: int, time_ns: int, size: int = 3) -> Row:
    return number, time_ns, "scan", 1, None, bytes(32), b"x" * size


def numbers(times: list[int]) -> list[list[int]]:
    pieces = archive.cut(row(k, time_ns) for k, time_ns in enumerate(times))
    return [[each[0] for each in piece] for piece in pieces]


def test_a_minute_that_is_not_over_is_not_cut() -> None:
    assert numbers([START_NS, START_NS + 59 * SECOND_NS]) == []
    assert numbers([START_NS, START_NS + 59 * SECOND_NS, START_NS + MINUTE_NS]) == [[0, 1]]


def test_times_that_step_back_a_little_make_no_segments_of_their_own() -> None:
    boundary = START_NS + MINUTE_NS
    assert numbers([boundary - 1, boundary, boundary - 5, boundary + 5, boundary + MINUTE_NS]) == [[0], [1, 2, 3]]


def test_a_jump_in_time_ends_a_segment_in_either_direction() -> None:
    assert numbers([START_NS, START_NS - DAY_NS, START_NS - DAY_NS + 1, START_NS + DAY_NS]) == [[0], [1, 2]]


def test_a_segment_is_bounded_in_rows_and_in_bytes() -> None:
    many = [row(k, START_NS) for k in range(archive.ROWS_MAX + 1)]
    assert [len(piece) for piece in archive.cut(many)] == [archive.ROWS_MAX]
    large = [row(k, START_NS, archive.BYTES_MAX // 4) for k in range(9)]
    assert [len(piece) for piece in archive.cut(large)] == [4, 4]


def test_rows_come_back_from_parquet_as_they_were() -> None:
    given: list[Row] = [
        (1, -5, "start", 1, None, bytes(range(32)), b""),
        (2, 2**63 - 1, "ünï", 2**31 - 1, None, bytes(32), bytes(1000)),
        (3, -(2**63), "scan", 0, bytes(range(32)), bytes(32), None),
    ]
    assert archive.decode(archive.encode(given)) == given


def test_the_digest_of_a_body_is_not_kept_twice() -> None:
    given: list[Row] = [(1, 0, "scan", 1, bytes(range(32)), bytes(32), b"body")]
    assert archive.decode(archive.encode(given))[0][4] is None


def test_a_changed_file_is_never_decoded(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        fill(ledger, clock, minutes=2)
        ledger.keep()
        reader = ledger.reader()
        file = tmp_path / reader.segments()[0].file
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        with pytest.raises(BrokenChain, match="was changed"):
            list(reader.entries())
        file.unlink()
        with pytest.raises(LedgerError, match="missing"):
            list(reader.entries())
        reader.close()


def test_a_file_that_does_not_fit_on_the_disk_leaves_no_half_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(handle))

    ledger, _ = prepare(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            ledger.keep()
    assert not list(tmp_path.rglob("*.part"))
    ledger.close()
    check_after_crash(tmp_path)


class Failed(Exception):
    """A fault that a test puts between two steps."""


def fail(name: str) -> None:
    raise Failed(name)


def check_after_crash(folder: Path) -> None:
    """All is there, the next start ends what was begun, and housekeeping goes on."""
    report = verify.verify(folder)
    assert report.whole, report.lines()
    clock = Clock(START_NS + MINUTES * MINUTE_NS)
    with open_ledger(folder, clock, retention=SHORT) as ledger:
        fill(ledger, clock, 1, PER_MINUTE)
        ledger.keep()
        reader = ledger.reader()
        kept = [entry for entry in reader.entries() if entry.kind in {"scan", "notice"}]
        assert len(kept) == (MINUTES + 1) * (PER_MINUTE + 1)
        gone = [entry.time_ns for entry in kept if entry.body is None]
        assert gone
        assert all(entry.body for entry in kept if entry.kind == "notice" or entry.time_ns > clock.now_ns - MINUTE_NS)
        files = {path.relative_to(folder).as_posix() for path in (folder / format.SEGMENTS).rglob("*.parquet")}
        assert files == {segment.file for segment in reader.segments()}
        assert not list(folder.rglob("*.part"))
        reader.close()
    report = verify.verify(folder)
    assert report.whole, report.lines()
    assert report.deleted >= len(gone)


def test_the_steps_of_housekeeping_are_all_ended_once_below(tmp_path: Path) -> None:
    ledger, _ = prepare(tmp_path)
    steps = keep(ledger, -1, fail)
    ledger.close()
    assert len(steps) == STEPS
    assert steps[:6] == ["before writing", "written", "synced", "renamed", "folder synced", "committed"]
    assert steps[-7:] == [*steps[:6], "removed"]


@pytest.mark.parametrize("at", range(STEPS + 1))
def test_a_fault_at_any_step_of_sealing_and_deleting_leaves_a_whole_ledger(tmp_path: Path, at: int) -> None:
    ledger, _ = prepare(tmp_path)
    with pytest.raises(Failed) if at < STEPS else nullcontext():
        keep(ledger, at, fail)
    ledger.close()
    check_after_crash(tmp_path)


@pytest.mark.parametrize("at", [1, 3, 5, STEPS - 4, STEPS - 1])
def test_a_kill_at_a_step_of_sealing_and_deleting_leaves_a_whole_ledger(tmp_path: Path, at: int) -> None:
    command = [sys.executable, "-m", "tests.ledgers.housekeeping", str(tmp_path), str(at)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    check_after_crash(tmp_path)
