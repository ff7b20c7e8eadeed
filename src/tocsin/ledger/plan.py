"""What one transaction will write: entries with their place in the chain, the outbox, pins."""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import apsw

from tocsin.errors import LedgerError
from tocsin.ledger import chain
from tocsin.ledger.disk import format

Statement = tuple[str, tuple[int | str | bytes, ...]]
KIND_BYTES_MAX = 64
INT64 = 1 << 63
_NUMBERS = struct.Struct("<qi")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Where the body of a record is to be sent once it is durable. The same key twice is one effect: the first one."""

    key: str
    channel: str


@dataclass(frozen=True, slots=True)
class Record:
    """An entry to be. `input` is True for what sensors sent: only that may be refused when the disk is full.

    `rests_on` holds ranges (first, last) of entries that may never be deleted because of this one; last 0 means "up to
    this entry". `outbox` says where to send the body, so what is sent is itself evidence; `settles` is the key of an
    outbox row that this record (a receipt) closes.
    """

    kind: str
    time_ns: int
    body: bytes
    format: int = 1
    input: bool = False
    rests_on: tuple[tuple[int, int], ...] = ()
    outbox: tuple[Outgoing, ...] = ()
    settles: str = ""


@dataclass(frozen=True, slots=True)
class Committed:
    """What became durable of one submission: entries `first` to `last` (0, 0: none). `refused` inputs found no room."""

    first: int
    last: int
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Lost:
    """Inputs that the full disk had no room for."""

    count: int = 0
    first_ns: int = INT64
    last_ns: int = -INT64

    def add(self, time_ns: int) -> "Lost":
        """One more."""
        return Lost(self.count + 1, min(self.first_ns, time_ns), max(self.last_ns, time_ns))


def check(record: Record) -> None:
    """Refuse what the store could not keep as given, while its maker is still there. Raises LedgerError."""
    try:
        _NUMBERS.pack(record.time_ns, record.format)
        fits = 0 < len(record.kind.encode()) <= KIND_BYTES_MAX and type(record.body) is bytes
    except (struct.error, AttributeError):
        fits = False
    if not fits:
        message = (
            f"a record of kind {record.kind!r} cannot be kept: expected a kind of 1 to {KIND_BYTES_MAX} bytes, "
            f"an int64 time in nanoseconds, an int format and bytes; came time {record.time_ns!r}, "
            f"format {record.format!r}, body {type(record.body).__name__}"
        )
        raise LedgerError(message)


class Plan:
    """The rows of one transaction, in order. With `refuse` inputs are left out and counted, and the count is said."""

    def __init__(self, head: chain.Head, unsaid: Lost, clock: Callable[[], int], *, refuse: bool) -> None:
        self.unsaid = unsaid
        self.refused = 0
        self._refuse = refuse
        self._clock = clock
        self._ledger = head.ledger
        self._number = head.number
        self._time_ns = head.time_ns
        self._hash = head.hash
        self._entries: list[tuple[int, int, str, int, bytes, bytes, bytes]] = []
        self._others: list[Statement] = []

    def add(self, records: Sequence[Record], also: Sequence[Statement]) -> Committed:
        """Give records their numbers. `also`: statements for the same transaction."""
        before, refused_before = self._number, self.refused
        first = 0
        for record in records:
            if self._refuse and record.input:
                self.unsaid = self.unsaid.add(record.time_ns)
                self.refused += 1
                continue
            if self.unsaid.count:
                self._say_refused()
            self._entry(record)
            first = first or self._number
        self._others += also
        last = self._number if self._number > before else 0
        return Committed(first, last, self.refused - refused_before)

    def head(self) -> chain.Head:
        """The head after this transaction."""
        return chain.Head(self._ledger, self._number, self._time_ns, self._hash)

    def write(self, connection: apsw.Connection) -> None:
        """Execute it, inside a transaction that the caller began and ends."""
        connection.executemany("INSERT INTO entries VALUES(?, ?, ?, ?, ?, ?, ?)", self._entries)
        for sql, values in self._others:
            connection.execute(sql, values)

    def _say_refused(self) -> None:
        """Before any later entry: a replay must know that the state had seen more than is kept."""
        lost, self.unsaid = self.unsaid, Lost()
        body = {"count": lost.count, "first_ns": lost.first_ns, "last_ns": lost.last_ns, "reason": "the disk was full"}
        self._entry(Record(format.REFUSED, self._clock(), json.dumps(body).encode()))

    def _entry(self, record: Record) -> None:
        number = self._number = self._number + 1
        kind, time_ns, body = record.kind, record.time_ns, record.body
        digest = sha256(body).digest()
        self._hash = chain.link(self._hash, number, time_ns, kind, record.format, digest)
        self._time_ns = time_ns
        self._entries.append((number, time_ns, kind, record.format, digest, self._hash, body))
        if kind in format.MARKED:
            self._others.append(("INSERT INTO marks VALUES(?, ?, ?)", (number, kind, time_ns)))
        for first, last in record.rests_on:
            self._others.append(("INSERT OR IGNORE INTO pins VALUES(?, ?, ?)", (number, first, last or number)))
        for going in record.outbox:
            sql = "INSERT OR IGNORE INTO outbox(key, entry, channel) VALUES(?, ?, ?)"
            self._others.append((sql, (going.key, number, going.channel)))
        if record.settles:
            self._others.append(("UPDATE outbox SET settled = ? WHERE key = ?", (number, record.settles)))
