"""Reading a ledger, from any thread and any process, while it is written.

Every read is a short transaction of its own: a long one would keep the write-ahead log from being reset. Rows may move
to a file between two reads; reading goes on by entry number, so nothing is lost or seen twice.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from tocsin.errors import LedgerError
from tocsin.ledger import archive, chain
from tocsin.ledger.archive import Segment
from tocsin.ledger.chain import Head, Row
from tocsin.ledger.disk import format
from tocsin.messages import Entry

ITEMS = ("scan", "tick", "order")  # what `advance` takes
CACHED = 4  # segments held decoded: a slider is dragged to and fro within a few minutes
_COLUMNS = "SELECT number, time_ns, kind, format, body_sha256, hash, body FROM entries"
_ROWS = f"""{_COLUMNS}
    WHERE number >= ? AND number < ? ORDER BY number LIMIT ?"""
_MARKS = "SELECT number FROM marks WHERE kind = ?"
ALL_SEGMENTS = "SELECT first, last, from_ns, to_ns, file, sha256, bytes, last_hash, deleted FROM segments"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a ledger holds: entries `first` to `last`. Before `whole_ns` bodies were deleted. All 0 when it is empty."""

    first: int
    last: int
    first_ns: int
    last_ns: int
    whole_ns: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An outbox row: the body of `entry` is to be sent on `channel`. `settled`: the entry of its receipt, 0 before."""

    key: str
    entry: int
    channel: str
    settled: int


def connect(folder: Path, *, write: bool = False, vfs: str | None = None) -> apsw.Connection:
    """Open the store's database. No memory map: a bad disk shall be an error, not a signal that ends the process."""
    path = folder / format.STORE
    if not write and not path.is_file():
        message = f"{folder} holds no ledger: there is no file {format.STORE} in it"
        raise LedgerError(message)
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE if write else apsw.SQLITE_OPEN_READONLY
    connection = apsw.Connection(str(path), flags=flags, vfs=vfs)
    connection.set_busy_timeout(10_000)
    connection.execute("PRAGMA mmap_size = 0")
    return connection


class Reader:
    """One read connection, safe to share between threads: reads take turns. Raises LedgerError without a ledger."""

    def __init__(self, folder: Path | str, vfs: str | None = None) -> None:
        self.folder = Path(folder)
        self._connection = connect(self.folder, vfs=vfs)
        self._lock = threading.RLock()
        self._cache: OrderedDict[str, list[Row]] = OrderedDict()
        try:
            self.name = format.check(self._connection, str(folder))
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._connection.close()

    def ask(self, query: str, *values: int | str) -> list[tuple[Any, ...]]:
        """All rows of one SQL query: for the other parts of the ledger."""
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except UnicodeDecodeError as error:
            message = f"a text in {self.folder}/{format.STORE} is none any more ({error}): run `tocsin verify`"
            raise LedgerError(message) from error

    def head(self) -> Head:
        """The newest entry's place in the chain (number 0 and the zero hash when there is none)."""
        rows = self.ask("SELECT number, time_ns, hash FROM entries ORDER BY number DESC LIMIT 1")
        return Head(self.name, *rows[0]) if rows else Head(self.name, 0, 0, chain.GENESIS)

    def bounds(self) -> Bounds:
        """First and last entry and their times, and since when everything is still there."""
        query = """SELECT min(first), max(last), min(from_ns), max(to_ns), min(whole_ns) FROM (
            SELECT first, last, from_ns, to_ns, iif(deleted = 0, from_ns, NULL) AS whole_ns FROM segments
            UNION ALL SELECT min(number), max(number), min(time_ns), max(time_ns), min(time_ns) FROM entries)"""
        return Bounds(*(value or 0 for value in self.ask(query)[0]))

    def segments(self, where: str = "", *values: int) -> list[Segment]:
        """All segments, or those of which the SQL condition `where` holds, in order."""
        return [Segment(*row) for row in self.ask(f"{ALL_SEGMENTS} {where} ORDER BY first", *values)]

    def sealed(self) -> int:
        """The last entry that a segment holds."""
        return int(self.ask("SELECT coalesce(max(last), 0) FROM segments")[0][0])

    def place(self, number: int, rows_max: int = 1000) -> Segment | list[Row]:
        """Where entry `number`, or the next one there is, lies: a segment, or some rows (none at the end)."""
        with self._lock, self._connection:
            found = self.ask(f"{ALL_SEGMENTS} WHERE last >= ? ORDER BY first LIMIT 1", number)
            segment = Segment(*found[0]) if found else None
            if segment and segment.first <= number:
                return segment
            rows: list[Row] = self.ask(_ROWS, number, segment.first if segment else chain.NUMBER_MAX, rows_max)
        return segment if segment and not rows else rows

    def rows(self, first: int = 1) -> Iterator[Row]:
        """Rows from entry `first` on, from files and the database. Raises BrokenChain on a changed file."""
        while rows := self._rows_at(first):
            yield from rows
            first = rows[-1][0] + 1

    def entries(self, first: int = 1, last: int = chain.NUMBER_MAX) -> Iterator[Entry]:
        """Entries `first` to `last` (or to the end), with the hash that each follows."""
        before = self.hash_of(first - 1)
        for row in self.rows(first):
            if row[0] > last:
                return
            yield chain.entry(row, before)
            before = row[5]

    def entry(self, number: int) -> Entry:
        """One entry. Raises LedgerError when there is none of that number."""
        return chain.entry(self._row(number), self.hash_of(number - 1))

    def hash_of(self, number: int) -> bytes:
        """The hash of one entry, which the next one follows from. Raises LedgerError when there is no such entry."""
        if number <= 0:
            return chain.GENESIS
        if ends := self.segments("WHERE last = ?", number):
            return bytes.fromhex(ends[0].last_hash)
        return self._row(number)[5]

    def items_between(self, from_ns: int, to_ns: int, kinds: Collection[str] = ITEMS) -> Iterator[Entry]:
        """Entries of these kinds with from_ns <= time_ns < to_ns, in the order in which they were decided on."""
        query = """SELECT first, last FROM segments WHERE to_ns >= ?1 AND from_ns < ?2
            UNION ALL SELECT min(number), max(number) FROM entries WHERE time_ns >= ?1 AND time_ns < ?2
            ORDER BY 1"""
        seen = 0
        for first, last in self.ask(query, from_ns, to_ns):
            if last is not None:  # rows that a file holds already are still in the database for a while
                yield from self._chosen(max(first, seen + 1), last, from_ns, to_ns, kinds)
                seen = max(seen, last)

    def last_dump_before(self, time_ns: int) -> Entry | None:
        """The newest state kept at or before a time: load it, then advance through the items after its number."""
        found = self.ask(f"{_MARKS} AND time_ns <= ? ORDER BY number DESC LIMIT 1", format.DUMP, time_ns)
        return self.entry(found[0][0]) if found else None

    def last_start_before(self, number: int) -> Entry | None:
        """The start, with its fingerprint, of the process that wrote entry `number`."""
        found = self.ask(f"{_MARKS} AND number <= ? ORDER BY number DESC LIMIT 1", format.START, number)
        return self.entry(found[0][0]) if found else None

    def waiting_outbox(self) -> list[Waiting]:
        """What was decided and not yet settled by a receipt, oldest first: to be sent (again) after a start."""
        return [Waiting(*row) for row in self.ask("SELECT * FROM outbox WHERE settled = 0 ORDER BY entry, key")]

    def marked(self, kind: str, from_ns: int, to_ns: int = 2**62) -> list[Entry]:
        """Entries of one kind of format.MARKED with from_ns <= time_ns < to_ns, oldest first; `before` may be empty."""
        numbers = self.ask(f"{_MARKS} AND time_ns >= ? AND time_ns < ? ORDER BY number", kind, from_ns, to_ns)
        # those that are not sealed yet in one query: one by one each would read a thousand rows
        query = f"{_COLUMNS} WHERE number IN ({_MARKS} AND time_ns >= ? AND time_ns < ?)"
        rows: dict[int, Row] = {row[0]: row for row in self.ask(query, kind, from_ns, to_ns)}
        return [chain.entry(rows[number], b"") if number in rows else self.entry(number) for (number,) in numbers]

    def pins(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """(entry, first, last) of what rests on entries in this range."""
        rows = self.ask("SELECT entry, first, last FROM pins WHERE first <= ? AND last >= ?", last, first)
        return [(entry, low, high) for entry, low, high in rows]

    def _chosen(self, first: int, last: int, from_ns: int, to_ns: int, kinds: Collection[str]) -> Iterator[Entry]:
        if first > last:
            return
        before = self.hash_of(first - 1)
        for row in self.rows(first):
            if row[0] > last:
                return
            if from_ns <= row[1] < to_ns and row[2] in kinds:
                yield chain.entry(row, before)
            before = row[5]

    def _row(self, number: int) -> Row:
        rows = self._rows_at(number)
        if not rows or rows[0][0] != number:
            message = f"there is no entry {number} in {self.folder}: the last one is {self.head().number}"
            raise LedgerError(message)
        return rows[0]

    def _rows_at(self, number: int) -> list[Row]:
        for _ in range(3):
            place = self.place(number)
            if isinstance(place, list):
                return place
            with suppress(FileNotFoundError):  # retention may have put another file in its place since we asked
                return self._load(place)[max(0, number - place.first) :]
        message = f"the file that holds entry {number} is missing from {self.folder}: restore it from a backup"
        raise LedgerError(message)

    def _load(self, segment: Segment) -> list[Row]:
        with self._lock:
            if segment.sha256 not in self._cache:
                self._cache[segment.sha256] = archive.read(self.folder, segment)
            self._cache.move_to_end(segment.sha256)
            if len(self._cache) > CACHED:
                self._cache.popitem(last=False)
            return self._cache[segment.sha256]
