"""The evidence store: what goes in is durable before it is acknowledged, what went in can be read at any time.

    with Ledger.open(folder, fingerprint, clock) as ledger:
        ledger.submit([Record("scan", now, body, input=True), Record("notice", now, words)]).result()
        reader = ledger.reader()                # read from any thread, while the ledger writes
        reader.items_between(start, end)

One process writes (a lock file says which), any number may read.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from tocsin.errors import BrokenChain, LedgerError
from tocsin.ledger import archive, chain
from tocsin.ledger.archive import Segment
from tocsin.ledger.chain import Fault, Head
from tocsin.ledger.disk import format
from tocsin.ledger.disk.durable import PART, Step, make_folder, nothing, write_durably
from tocsin.ledger.disk.reserve import Reserve
from tocsin.ledger.plan import Committed, Record, Statement
from tocsin.ledger.reader import Reader, connect
from tocsin.ledger.retention import Sweep
from tocsin.ledger.writer import Limits, Writer
from tocsin.settings import Retention

KEEP_S = 2.0  # between rounds of housekeeping: small against the minute that is sealed
TAIL = 1000  # entries checked at a start: enough to see a torn end, quick enough for any size


@dataclass(frozen=True, slots=True)
class Status:
    """What health shows of the ledger. `full`: inputs are refused. `trouble`: what is wrong, in words, or ""."""

    head: int
    waiting: int
    commits: int
    full: bool
    refused: int
    reserve_bytes: int
    trouble: str


class Ledger:
    """The one writer of a folder. Made by `open`."""

    def __init__(self, folder: Path, lock: int, writer: Writer, reserve: Reserve, clock: Callable[[], int]) -> None:
        self.folder = folder
        self._lock = lock
        self._writer = writer
        self._reserve = reserve
        self._clock = clock
        self._reader = Reader(folder)
        self._retention = Retention()
        self._keep_lock = threading.Lock()
        self._trouble = ""
        self._closing = threading.Event()
        self._keeper: threading.Thread | None = None

    @classmethod
    def open(
        cls,
        folder: Path | str,
        fingerprint: bytes,
        clock: Callable[[], int],
        *,
        retention: Retention | None = None,
        limits: Limits | None = None,
        free_bytes: Callable[[], int] | None = None,
        keep_s: float = KEEP_S,
        vfs: str | None = None,
    ) -> Self:
        """Open or make a ledger for writing, and write the entry of this start (fingerprint.encode).

        `clock` gives int64 ns UTC for the ledger's own entries. `keep_s` 0: the owner calls `keep` himself. `vfs` and
        `free_bytes` let a test hand in a disk of its own. Raises NewerLedger, BrokenChain, LedgerError.
        """
        folder, limits = Path(folder), limits or Limits()
        lock = _lock(folder)
        try:
            connection = connect(folder, write=True, vfs=vfs)
            head = _prepare(connection, folder, limits)
            reserve = Reserve(folder / format.RESERVE, limits.reserve_bytes, free_bytes)
            reserve.grow()
            ledger = cls(folder, lock, Writer(connection, head, reserve, clock, limits), reserve, clock)
        except BaseException:
            os.close(lock)
            raise
        ledger._retention = retention or Retention()
        try:
            ledger._recover()
            ledger.submit([Record(format.START, clock(), fingerprint)]).result()
        except BaseException:
            ledger.close()
            raise
        if keep_s > 0:
            ledger._keeper = threading.Thread(target=ledger._keep_on, args=(keep_s,), name="ledger-keeper", daemon=True)
            ledger._keeper.start()
        return ledger

    def submit(self, records: Sequence[Record]) -> "Future[Committed]":
        """One transaction for all of these (others may share it). The future resolves after the commit, never before.

        Its callbacks run in the writing thread: keep them short. It fails with LedgerFull when the disk had no room,
        with LedgerError when the store failed. Waits while too much is queued.
        """
        return self._writer.submit(records)

    def dump(self, time_ns: int, state: bytes) -> "Future[Committed]":
        """Keep a state to go on from. Submit it between the items before and after it."""
        return self._writer.submit([Record(format.DUMP, time_ns, state)])

    def head(self) -> Head:
        """The newest durable entry's place in the chain."""
        return self._writer.head

    def reader(self) -> Reader:
        """A new read connection: one for each purpose; close it after use."""
        return Reader(self.folder)

    def status(self) -> Status:
        """What health shows."""
        writer = self._writer
        return Status(
            head=writer.head.number,
            waiting=writer.waiting(),
            commits=writer.commits,
            full=writer.full,
            refused=writer.refused,
            reserve_bytes=self._reserve.left(),
            trouble=writer.trouble or self._trouble,
        )

    def keep(self, step: Step = nothing) -> None:
        """One round of housekeeping: seal whole minutes, copy the head, delete what is too old. Blocks; any thread.

        Nothing is sealed while the disk is full: the room that is left is for decisions.
        """
        with self._keep_lock:
            if self._writer.full:
                return
            head = self.head().number  # not what comes meanwhile: a busy night must not keep old bodies from going
            rows = takewhile(lambda row: row[0] <= head, self._reader.rows(self._reader.sealed() + 1))
            if archive.seal(self.folder, rows, self._commit_segment, step=step):
                self._write_head()
            Sweep(self.folder, self._reader, self._commit, self._clock(), step).run(self._retention)

    def close(self) -> None:
        """Make everything durable that was submitted, copy the head and give the folder back."""
        self._closing.set()
        if self._keeper:
            self._keeper.join()
        self._reader.close()
        self._writer.close()  # the last one: it empties the write-ahead log
        if not self._writer.trouble:
            self._write_head()
        os.close(self._lock)

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _keep_on(self, every_s: float) -> None:
        while not self._closing.wait(every_s):
            try:
                self.keep()
                self._trouble = ""
            except Exception as error:  # noqa: BLE001 - evidence must go on being written; health shows what is wrong
                self._trouble = f"sealing or deleting old entries failed: {error}"

    def _commit(self, records: Sequence[Record], also: Sequence[Statement]) -> None:
        self._writer.submit(records, also).result()

    def _commit_segment(self, segment: Segment) -> None:
        record, statement = archive.record(segment, self._clock())
        self._commit([record], [statement])
        self._writer.trim(segment.last)

    def _recover(self) -> None:
        """End what a crash left half done: rows that a file holds too, half a file, files whose bodies were to go."""
        for path in (self.folder / format.SEGMENTS).rglob("*" + PART):
            path.unlink()
        self._writer.trim(self._reader.sealed())
        Sweep(self.folder, self._reader, self._commit, self._clock()).remove_old_files()

    def _write_head(self) -> None:
        write_durably(self.folder / format.HEAD, self._writer.head.text().encode())


def _lock(folder: Path) -> int:
    """Take the folder for this process. The kernel gives it back when the process ends, however it ends."""
    try:
        make_folder(folder)
        handle = os.open(folder / format.LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"no ledger can be written in {folder}: {error}. Give a folder that this user may write in"
        raise LedgerError(message) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(handle, 32).decode(errors="replace").strip()
        os.close(handle)
        message = f"{folder} is being written by another process ({holder or 'unknown'}): stop that one"
        raise LedgerError(message) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def _prepare(connection: apsw.Connection, folder: Path, limits: Limits) -> Head:
    """Make or check the store behind a new write connection. Returns the head to go on from."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {limits.checkpoint_pages}")
        connection.execute("PRAGMA journal_size_limit = 64000000")
        connection.execute("PRAGMA cache_size = -16000")
        if not connection.execute("SELECT count(*) FROM sqlite_schema").get:
            format.create(connection, os.urandom(16).hex())
        format.check(connection, str(folder))
        return _check_tail(folder)
    except apsw.Error as error:
        connection.close()
        message = f"{folder}/{format.STORE} cannot be read: {error}. Run `tocsin verify`, then restore a backup"
        raise LedgerError(message) from error
    except BaseException:
        connection.close()
        raise


def _check_tail(folder: Path) -> Head:
    """See that the newest entries follow from each other: nothing is built on a broken end. Raises BrokenChain."""
    reader = Reader(folder)
    try:
        head = reader.head()
        first = max(1, head.number - TAIL + 1, reader.sealed() + 1)
        found = chain.walk(reader.rows(first), reader.hash_of(first - 1), first)
    finally:
        reader.close()
    if isinstance(found, Fault):
        message = (
            f"entry {found.number} of {folder} is broken: {found.what}. Run `tocsin verify`, then restore a backup"
        )
        raise BrokenChain(message)
    return head
