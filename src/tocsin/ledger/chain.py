r"""The hash chain over entries. Pure: no database, clock, file or thread.

    hash(n) = SHA-256( "tocsin entry 1\0"  hash(n-1)  number  time_ns  format  len(kind)  kind  SHA-256(body) )

with number and time_ns as int64, format as int32 and the length as uint16, all little-endian, kind in UTF-8, and 32
zero bytes before entry 1. The body itself is not hashed, its digest is: so a body whose time to be kept is over may go
while the chain still verifies. Nothing here is secret: whoever can write the store can recompute the whole chain, and
only a head that was copied outside (see `Head`) shows that.
"""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from tocsin.errors import LedgerError
from tocsin.messages import Entry

GENESIS = bytes(32)
NUMBER_MAX = (1 << 63) - 1
_PREFIX = b"tocsin entry 1\0"
_FIELDS = struct.Struct("<qqiH")

# number, time_ns, kind, format, body_sha256 (None while the body is there), hash, body (None when it was deleted)
Row = tuple[int, int, str, int, bytes | None, bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: small enough to be copied outside each minute, which is what makes truncation provable."""

    ledger: str
    number: int
    time_ns: int
    hash: bytes

    def text(self) -> str:
        """One line of JSON."""
        fields = {"ledger": self.ledger, "number": self.number, "time_ns": self.time_ns, "hash": self.hash.hex()}
        return json.dumps(fields) + "\n"

    @staticmethod
    def parse(line: str) -> "Head":
        """Read one line that `text` made. Raises LedgerError."""
        try:
            raw = json.loads(line)
            return Head(str(raw["ledger"]), int(raw["number"]), int(raw["time_ns"]), bytes.fromhex(raw["hash"]))
        except (ValueError, KeyError, TypeError) as error:
            message = (
                f"this is no ledger head: {line[:200]!r}. Expected one line of JSON as in the file `head` of a ledger"
            )
            raise LedgerError(message) from error


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that does not fit, and what about it does not."""

    number: int
    time_ns: int | None
    kind: str
    what: str


def link(before: bytes, number: int, time_ns: int, kind: str, format: int, body_sha256: bytes) -> bytes:
    """The hash of one entry (32 bytes)."""
    name = kind.encode()
    return sha256(
        b"".join((_PREFIX, before, _FIELDS.pack(number, time_ns, format, len(name)), name, body_sha256))
    ).digest()


def walk(rows: Iterable[Row], before: bytes, number: int) -> tuple[bytes, int] | Fault:
    """Recompute the chain over rows that should begin with entry `number` and follow from the hash `before`.

    Returns the last hash and the next number, or the first Fault. Rows may hold anything: a damaged store is expected.
    """
    for row in rows:
        fault = _fault(row, before, number)
        if fault is not None:
            return fault
        before = row[5]
        number += 1
    return before, number


def _fault(row: Row, before: bytes, expected: int) -> Fault | None:
    number, time_ns, kind, format, body_sha256, kept_hash, body = row
    if number != expected:
        return Fault(expected, None, "", f"it is missing: entry {number} comes where entry {expected} should")
    try:
        digest = body_sha256 if body is None else sha256(body).digest()
        computed = link(before, number, time_ns, kind, format, digest)  # type: ignore[arg-type]  # None is caught below
    except (TypeError, ValueError, AttributeError, struct.error) as error:
        return Fault(number, None, str(kind), f"its columns hold something that no entry holds ({error})")
    if body is not None and body_sha256 is not None and digest != body_sha256:
        return Fault(number, time_ns, kind, "its body was changed: the digest kept beside it is another")
    if computed != kept_hash:
        what = "its hash does not follow from the entry before it and its number, time, kind, format and body"
        return Fault(number, time_ns, kind, what)
    return None


def entry(row: Row, before: bytes) -> Entry:
    """A row as the Entry that others see."""
    number, time_ns, kind, format, body_sha256, kept_hash, body = row
    digest = body_sha256 if body_sha256 is not None else sha256(body or b"").digest()
    return Entry(number, time_ns, kind, format, body, digest, before, kept_hash)
