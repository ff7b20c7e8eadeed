"""A copy of a ledger that is being written, and the way back.

The database is copied by SQLite's own backup in one read transaction, then the files that the copy names: so a backup
is the ledger as it was at one commit, and everything that was acknowledged before is in it. A second backup into the
same folder copies only new files. Both ways end with a verification of what was written.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import apsw

from tocsin.errors import LedgerError
from tocsin.ledger import verify
from tocsin.ledger.archive import Segment
from tocsin.ledger.chain import Head
from tocsin.ledger.disk import format
from tocsin.ledger.disk.durable import PART, make_folder, place, sync_folder, write_durably
from tocsin.ledger.reader import ALL_SEGMENTS, Reader, connect

_OURS = (format.SEGMENTS, format.STORE + PART, format.HEAD)
TRIES = 5  # retention may replace a file while it is copied: then the copy of the database is made again


@dataclass(frozen=True, slots=True)
class Report:
    """What was copied, and what a verification of the copy found."""

    source: Path
    target: Path
    files_copied: int
    files_there: int
    bytes_copied: int
    verified: verify.Report

    @property
    def whole(self) -> bool:
        """Is the copy a whole ledger?"""
        return self.verified.whole

    def lines(self) -> list[str]:
        """The report for people."""
        copied = f"{self.files_copied} files copied ({self.bytes_copied} bytes), {self.files_there} were there"
        return [f"{self.source} -> {self.target}: {copied}", *self.verified.lines()]


def backup(folder: Path | str, target: Path | str) -> Report:
    """Copy a ledger, running or not, into a folder that is empty or holds an older backup of it.

    Raises LedgerError when the folder holds another ledger, or a file that was changed.
    """
    folder, target = Path(folder), Path(target)
    make_folder(target)
    _refuse_other(folder, target)
    part = target / (format.STORE + PART)
    segments, copied = _copy_all(folder, target, part)
    size = part.stat().st_size
    place(part, target / format.STORE)
    _remove_strangers(target, segments)
    _write_head(target)
    new = [size for size in copied if size]
    report = verify.verify(target)
    return Report(folder, target, len(new), len(copied) - len(new), size + sum(new), report)


def restore(source: Path | str, folder: Path | str, heads: Sequence[Head] = ()) -> Report:
    """Copy a backup to a folder that holds no ledger, after verifying it. Raises LedgerError when it is not whole."""
    source, folder = Path(source), Path(folder)
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty: move it away, or give another folder; nothing is overwritten"
        raise LedgerError(message)
    found = verify.verify(source, heads)
    if found.fault:
        message = f"{source} is not whole, nothing was restored: {verify.describe(found.fault)}"
        raise LedgerError(message)
    return backup(source, folder)


def _refuse_other(folder: Path, target: Path) -> None:
    """Never write a copy over something that it does not continue."""
    if not (target / format.STORE).exists():
        strange = [path.name for path in target.iterdir() if path.name not in _OURS]
        if strange:
            message = (
                f"{target} holds {strange[0]!r} and no ledger: give an empty folder, or an older backup of this one"
            )
            raise LedgerError(message)
        return
    ours, theirs = Reader(folder), Reader(target)
    try:
        head = theirs.head()
        continues = ours.name == theirs.name and head.number <= ours.head().number
        if not (continues and ours.hash_of(head.number) == head.hash):
            message = (
                f"{folder} does not continue the backup in {target} (ledger {theirs.name}, entry {head.number}): "
                f"keep that backup and give another folder"
            )
            raise LedgerError(message)
    finally:
        ours.close()
        theirs.close()


def _copy_all(folder: Path, target: Path, part: Path) -> tuple[list[Segment], list[int]]:
    """The database and the files it names, and how many bytes of each file were copied."""
    for _ in range(TRIES):
        _copy_database(folder, part)
        segments = _segments_of(part)
        with suppress(FileNotFoundError):
            return segments, [_copy_file(folder, target, segment) for segment in segments]
    message = f"a file of {folder} is missing: run `tocsin verify` on it; the backup was not finished"
    raise LedgerError(message)


def _copy_database(folder: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    source = connect(folder)
    copy = apsw.Connection(str(part))
    try:
        with copy.backup("main", source, "main") as running:
            running.step(-1)  # all at once: a write of another connection would make it begin again
        copy.execute("PRAGMA journal_mode = DELETE")  # one plain file: readable from a medium that cannot be written
    finally:
        copy.close()
        source.close()


def _segments_of(database: Path) -> list[Segment]:
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        rows: list[tuple[Any, ...]] = connection.execute(ALL_SEGMENTS).fetchall()
        return [Segment(*row) for row in rows]
    finally:
        connection.close()


def _copy_file(folder: Path, target: Path, segment: Segment) -> int:
    """Copy a file that the target does not have; returns its bytes. Raises LedgerError, FileNotFoundError."""
    copy = target / segment.file
    if copy.is_file() and sha256(copy.read_bytes()).hexdigest() == segment.sha256:
        return 0
    data = (folder / segment.file).read_bytes()
    if sha256(data).hexdigest() != segment.sha256:
        message = f"{folder / segment.file} was changed: run `tocsin verify` on {folder}; the backup was not finished"
        raise LedgerError(message)
    make_folder(copy.parent.parent)
    make_folder(copy.parent)
    write_durably(copy, data)
    return len(data)


def _remove_strangers(target: Path, segments: Sequence[Segment]) -> None:
    """Files that retention replaced since the last backup: their bodies were to go from here too."""
    kept = {target / segment.file for segment in segments}
    for path in (target / format.SEGMENTS).rglob("*.parquet*"):
        if path not in kept:
            path.unlink()
            sync_folder(path.parent)


def _write_head(target: Path) -> None:
    reader = Reader(target)
    try:
        write_durably(target / format.HEAD, reader.head().text().encode())
    finally:
        reader.close()
