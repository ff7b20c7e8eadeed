"""Reading a ledger, from any thread and any process, while it is written.

Every read is a short transaction of its own: a long one would keep the write-ahead log from being reset. Rows may move to
a file between two reads; reading goes on by entry number, so nothing is lost or seen twice.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from tocsin.errors import LedgerError
from tocsin.ledger import archive, chain
from tocsin.ledger.archive import Segment
from tocsin.ledger.chain import Head, Row
from tocsin.ledger.disk import format
from tocsin.ledger.plan import Outgoing
from tocsin.messages import Entry

ITEMS = ("scan", "tick", "order")  # what `advance` takes
ROWS = 1000  # read at once
CACHED = 4  # segments held decoded: a slider is dragged to and fro within a few minutes
_ROW = "SELECT number, time_ns, kind, format, body_sha256, hash, body FROM entries"
_SEGMENT = "SELECT first, last, from_ns, to_ns, file, sha256, bytes, last_hash, deleted FROM segments"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a ledger holds: entries `first` to `last`. Before `whole_ns` bodies were deleted. All 0 when it is empty."""

    first: int
    last: int
    first_ns: int
    last_ns: int
    whole_ns: int


def connect(folder: Path, *, write: bool = False, vfs: str | None = None) -> apsw.Connection:
    """Open the store's database. No memory map: a bad disk shall be an error, not a signal that ends the process."""
    path = folder / format.STORE
    if write:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        connection = apsw.Connection(str(path), flags=flags, vfs=vfs)
    else:
        if not path.is_file():
            raise LedgerError(f"{folder} holds no ledger: there is no file {format.STORE} in it")
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
    connection.set_busy_timeout(10_000)
    connection.execute("PRAGMA mmap_size = 0")
    return connection


class Reader:
    """One read connection. Safe to share between threads: reads take turns. Raises LedgerError when there is no ledger."""

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

    def head(self) -> Head:
        """The newest entry's place in the chain (number 0 and the zero hash when there is none)."""
        with self._lock:
            row = self._connection.execute(
                "SELECT number, time_ns, hash FROM entries ORDER BY number DESC LIMIT 1"
            ).fetchone()
            segments = self._segments("ORDER BY first DESC LIMIT 1")
        if segments and (row is None or row[0] < segments[0].last):
            newest = segments[0]
            return Head(self.name, newest.last, newest.to_ns, bytes.fromhex(newest.last_hash))
        return Head(self.name, *row) if row else Head(self.name, 0, 0, chain.GENESIS)

    def bounds(self) -> Bounds:
        """First and last entry and their times, and since when everything is still there."""
        with self._lock, self._connection:
            query = "SELECT min(first), min(from_ns), max(to_ns), max(last) FROM segments"
            first, first_ns, last_ns, sealed = self._connection.execute(query).fetchone()
            query = "SELECT min(number), max(number), min(time_ns), max(time_ns) FROM entries WHERE number > ?"
            low, high, low_ns, high_ns = self._connection.execute(query, (sealed or 0,)).fetchone()
            query = "SELECT min(from_ns) FROM segments WHERE deleted = 0"
            whole_ns = self._connection.execute(query).fetchone()[0]
        starts, ends = (
            [t for t in (first_ns, low_ns) if t is not None],
            [t for t in (last_ns, high_ns) if t is not None],
        )
        whole = [t for t in (whole_ns, low_ns) if t is not None]
        if not starts:
            return Bounds(0, 0, 0, 0, 0)
        return Bounds(first or low, high or sealed, min(starts), max(ends), min(whole, default=max(ends)))

    def segments(self, where: str = "", *values: int) -> list[Segment]:
        """All segments, or those of which the SQL condition `where` holds, in order."""
        with self._lock:
            return self._segments(f"{where} ORDER BY first", *values)

    def place(self, number: int) -> Segment | list[Row]:
        """Where entry `number` or, when it is missing, the next one is: a segment, or up to 1,000 rows (none at the end)."""
        with self._lock, self._connection:
            covering = self._segments("WHERE last >= ? ORDER BY first LIMIT 1", number)
            if covering and covering[0].first <= number:
                return covering[0]
            below = covering[0].first if covering else chain.NUMBER_MAX
            query = f"{_ROW} WHERE number >= ? AND number < ? ORDER BY number LIMIT {ROWS}"
            rows = self._connection.execute(query, (number, below)).fetchall()
        return rows if rows or not covering else covering[0]

    def rows(self, first: int = 1) -> Iterator[Row]:
        """Rows from entry `first` on, as they lie in files and in the database. Raises BrokenChain on a changed file."""
        number = first
        while rows := self._rows_at(number):
            yield from rows
            number = rows[-1][0] + 1

    def unsealed(self) -> Iterator[Row]:
        """Rows that no segment holds."""
        with self._lock:
            sealed = self._connection.execute("SELECT max(last) FROM segments").get
        return self.rows((sealed or 0) + 1)

    def entries(self, first: int = 1, last: int | None = None) -> Iterator[Entry]:
        """Entries `first` to `last` (or to the end), with the hash that each follows."""
        before = self.hash_of(first - 1)
        for row in self.rows(first):
            if last is not None and row[0] > last:
                return
            yield chain.entry(row, before)
            before = row[5]

    def entry(self, number: int) -> Entry:
        """One entry. Raises LedgerError when there is none of that number."""
        found = next(self.entries(number, number), None)
        if found is None or found.number != number:
            raise LedgerError(f"there is no entry {number} in {self.folder}: it holds 1 to {self.head().number}")
        return found

    def items_between(self, from_ns: int, to_ns: int, kinds: Collection[str] = ITEMS) -> Iterator[Entry]:
        """Entries of these kinds with from_ns <= time_ns < to_ns, in the order in which they were decided on."""
        with self._lock, self._connection:
            parts = [
                ("SELECT min(first) FROM segments WHERE to_ns >= ?", from_ns),
                ("SELECT min(number) FROM entries WHERE time_ns >= ?", from_ns),
                ("SELECT max(last) FROM segments WHERE from_ns < ?", to_ns),
                ("SELECT max(number) FROM entries WHERE time_ns < ?", to_ns),
            ]
            low, low_row, high, high_row = (self._connection.execute(query, (time,)).get for query, time in parts)
        lows, highs = [n for n in (low, low_row) if n is not None], [n for n in (high, high_row) if n is not None]
        if lows and highs:
            for entry in self.entries(min(lows), max(highs)):
                if from_ns <= entry.time_ns < to_ns and entry.kind in kinds:
                    yield entry

    def last_dump_before(self, time_ns: int) -> Entry | None:
        """The newest state kept at or before a time: load it, then advance through the items after its number."""
        query = "SELECT number FROM dumps WHERE time_ns <= ? ORDER BY number DESC LIMIT 1"
        with self._lock:
            number = self._connection.execute(query, (time_ns,)).get
        return None if number is None else self.entry(number)

    def waiting_outbox(self) -> list[Outgoing]:
        """What was decided and not yet settled by a receipt, oldest first: to be sent (again) after a start."""
        query = "SELECT key, channel, body FROM outbox WHERE settled = 0 ORDER BY entry, key"
        with self._lock:
            return [Outgoing(*row) for row in self._connection.execute(query).fetchall()]

    def pins(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """(entry, first, last) of what rests on entries in this range."""
        with self._lock:
            query = "SELECT entry, first, last FROM pins WHERE first <= ? AND last >= ?"
            return self._connection.execute(query, (last, first)).fetchall()

    def ask(self, query: str, values: tuple[int | str, ...] = ()) -> list[tuple[int | float | str | bytes | None, ...]]:
        """Read from the index tables: for the other parts of the ledger."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def _segments(self, where: str, *values: int) -> list[Segment]:
        return [Segment(*row) for row in self._connection.execute(f"{_SEGMENT} {where}", values).fetchall()]

    def _rows_at(self, number: int) -> list[Row]:
        for _ in range(3):
            place = self.place(number)
            if isinstance(place, list):
                return place
            try:
                rows = self._load(place)
            except FileNotFoundError:
                continue  # retention put another file in its place since we asked
            return rows[max(0, number - place.first) :]
        raise LedgerError(
            f"{place.file} is missing: it holds entries {place.first} to {place.last}. Restore it from a backup"
        )

    def _load(self, segment: Segment) -> list[Row]:
        with self._lock:
            if segment.sha256 in self._cache:
                self._cache.move_to_end(segment.sha256)
            else:
                self._cache[segment.sha256] = archive.read(self.folder, segment)
                if len(self._cache) > CACHED:
                    self._cache.popitem(last=False)
            return self._cache[segment.sha256]

    def hash_of(self, number: int) -> bytes:
        """The hash of one entry: what the next one follows from."""
        if number <= 0:
            return chain.GENESIS
        row = next(iter(self._rows_at(number)), None)
        if row is None or row[0] != number:
            raise LedgerError(f"there is no entry {number} in {self.folder}")
        return row[5]
