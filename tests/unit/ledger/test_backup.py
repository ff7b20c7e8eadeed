"""A copy of a running ledger, a newer copy into the same folder, and the way back."""

import threading
from pathlib import Path

import pytest

from tests.ledgers.evidence import Clock, fill, open_ledger, scan
from tocsin.errors import LedgerError
from tocsin.ledger import backup, verify
from tocsin.ledger.disk import format
from tocsin.ledger.reader import Reader
from tocsin.settings import Retention

MINUTE_DAYS = 1 / 1440


def hashes(folder: Path) -> list[bytes]:
    reader = Reader(folder)
    found = [entry.hash for entry in reader.entries()]
    reader.close()
    return found


def test_a_backup_holds_all_that_was_acknowledged_and_is_verified(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path / "ledger", clock) as ledger:
        fill(ledger, clock, minutes=3)
        ledger.keep()
        done = ledger.submit([scan(clock())]).result()
        report = backup.backup(ledger.folder, tmp_path / "copy")
        assert report.whole
        assert report.files_copied == 3
        assert report.verified.entries == done.last
        assert "3 files copied" in report.lines()[0]
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["head", "ledger.sqlite", "segments"]


def test_a_second_backup_copies_only_what_is_new_and_drops_what_retention_replaced(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path / "ledger", clock) as ledger:
        fill(ledger, clock, minutes=2)
        ledger.keep()
        backup.backup(ledger.folder, tmp_path / "copy")
        fill(ledger, clock, minutes=1)
        ledger.keep()
        report = backup.backup(ledger.folder, tmp_path / "copy")
        assert (report.files_copied, report.files_there) == (1, 2)
    with open_ledger(tmp_path / "ledger", clock, retention=Retention(days=MINUTE_DAYS)) as ledger:
        ledger.keep()
        report = backup.backup(ledger.folder, tmp_path / "copy")
        assert report.whole
        assert report.verified.deleted > 0
        reader = ledger.reader()
        names = {segment.file for segment in reader.segments()}
        reader.close()
    copied = (tmp_path / "copy" / format.SEGMENTS).rglob("*.parquet")
    assert {path.relative_to(tmp_path / "copy").as_posix() for path in copied} == names


def test_a_running_ledger_is_copied_while_rows_move_and_go(tmp_path: Path) -> None:
    clock = Clock()

    def write() -> None:
        for _ in range(15):
            fill(ledger, clock, minutes=1)
            ledger.keep()

    with open_ledger(tmp_path / "ledger", clock, retention=Retention(days=2 * MINUTE_DAYS)) as ledger:
        thread = threading.Thread(target=write)
        thread.start()
        reports: list[backup.Report] = []
        while thread.is_alive() or not reports:
            acknowledged = ledger.head().number
            reports.append(backup.backup(ledger.folder, tmp_path / f"copy{len(reports) % 2}"))
            assert reports[-1].verified.entries >= acknowledged
        thread.join()
    assert all(report.whole for report in reports)


def test_a_restored_ledger_is_the_same_and_goes_on(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path / "ledger", clock) as ledger:
        fill(ledger, clock, minutes=3)
        ledger.keep()
        backup.backup(ledger.folder, tmp_path / "copy")
    before = hashes(tmp_path / "ledger")
    assert backup.restore(tmp_path / "copy", tmp_path / "again").whole
    assert hashes(tmp_path / "again") == before
    with open_ledger(tmp_path / "again", clock) as ledger:
        fill(ledger, clock, minutes=1)
    assert verify.verify(tmp_path / "again").whole


def test_a_backup_is_read_from_a_medium_that_cannot_be_written(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path / "ledger", clock) as ledger:
        fill(ledger, clock, minutes=2)
        ledger.keep()
        backup.backup(ledger.folder, tmp_path / "copy")
    before = sorted(path.name for path in (tmp_path / "copy").rglob("*"))
    assert verify.verify(tmp_path / "copy").whole
    assert sorted(path.name for path in (tmp_path / "copy").rglob("*")) == before  # no file beside it was needed


def test_nothing_is_restored_over_something(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger") as ledger:
        backup.backup(ledger.folder, tmp_path / "copy")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").write_text("mine")
    with pytest.raises(LedgerError, match="not empty"):
        backup.restore(tmp_path / "copy", tmp_path / "used")
    with pytest.raises(LedgerError, match="holds 'file' and no ledger"):
        backup.backup(tmp_path / "ledger", tmp_path / "used")


def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path / "ledger", clock) as ledger:
        fill(ledger, clock, minutes=2)
        ledger.keep()
        backup.backup(ledger.folder, tmp_path / "copy")
    file = min((tmp_path / "copy").rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(LedgerError, match="is not whole, nothing was restored: entry 1 "):
        backup.restore(tmp_path / "copy", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_damaged_file_stops_a_backup(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path / "ledger", clock) as ledger:
        fill(ledger, clock, minutes=2)
        ledger.keep()
        file = next((tmp_path / "ledger").rglob("*.parquet"))
        data = file.read_bytes()
        file.write_bytes(data[:-9])
        with pytest.raises(LedgerError, match="was changed"):
            backup.backup(ledger.folder, tmp_path / "copy")
        file.unlink()
        with pytest.raises(LedgerError, match="missing"):
            backup.backup(ledger.folder, tmp_path / "copy")
        file.write_bytes(data)
        assert backup.backup(ledger.folder, tmp_path / "copy").whole


def test_a_backup_of_another_history_is_not_overwritten(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path / "ledger", clock) as ledger:
        fill(ledger, clock, minutes=1)
        backup.backup(ledger.folder, tmp_path / "old")
        fill(ledger, clock, minutes=1)
        backup.backup(ledger.folder, tmp_path / "new")
    backup.restore(tmp_path / "old", tmp_path / "again")
    with pytest.raises(LedgerError, match="does not continue the backup"):
        backup.backup(tmp_path / "again", tmp_path / "new")
    with open_ledger(tmp_path / "again", clock) as ledger:
        fill(ledger, clock, minutes=3)
    with pytest.raises(LedgerError, match="does not continue the backup"):
        backup.backup(tmp_path / "again", tmp_path / "new")
    open_ledger(tmp_path / "other").close()
    with pytest.raises(LedgerError, match="does not continue the backup"):
        backup.backup(tmp_path / "other", tmp_path / "new")
