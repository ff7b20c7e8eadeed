"""Recompute the whole chain over files and rows, and name the first entry that does not fit.

It finds what was edited, deleted, reordered, inserted or cut out. It cannot find alone that the end was cut off, or
that somebody recomputed every hash after a change: both need a head that was copied outside (`heads`), and the report
says when it had none.
"""

import json
import resource
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import apsw

from tocsin.errors import LedgerError
from tocsin.ledger import archive, chain
from tocsin.ledger.archive import Segment
from tocsin.ledger.chain import Fault, Head, Row
from tocsin.ledger.disk import format
from tocsin.ledger.reader import Reader

# What a damaged database makes of reading it: SQLite's own errors, text that is none, columns of another type.
DAMAGE = (apsw.Error, ValueError, TypeError, KeyError)
CHILD_BYTES_MAX = 4_000_000_000  # of address space, for a reader of damaged files


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` found. `fault` is None when everything fits; `deleted` counts bodies that retention deleted."""

    folder: Path
    ledger: str
    entries: int
    segments: int
    deleted: int
    last_ns: int
    heads: int
    fault: Fault | None

    @property
    def whole(self) -> bool:
        """Does everything fit?"""
        return self.fault is None

    def lines(self) -> list[str]:
        """The report for people."""
        said = [f"{self.folder}: ledger {self.ledger}, {self.entries} entries checked, {self.segments} of the files"]
        if self.deleted:
            said.append(f"{self.deleted} bodies were deleted by retention; their digests are there")
        if self.fault:
            said.append(f"BROKEN at {describe(self.fault)}")
        else:
            said.append(f"the chain is whole up to {when(self.last_ns)}" if self.entries else "there is no entry yet")
        if self.heads:
            said.append(f"compared with {self.heads} heads that were copied outside")
        else:
            said.append("no head from outside was given: entries cut off at the end would not show (give --head FILE)")
        return said


@dataclass(slots=True)
class _Walk:
    """What the walk over the chain has seen so far."""

    number: int = 1
    before: bytes = chain.GENESIS
    filed: tuple[int, bytes] = (1, chain.GENESIS)  # number and before, as they were after the last file
    last_ns: int = 0
    files: dict[int, Segment] = field(default_factory=dict)
    named: dict[int, set[str]] = field(default_factory=dict)  # first entry of a segment: digests that entries named
    gone: list[tuple[int, int]] = field(default_factory=list)  # ranges of entries without a body


def verify(
    folder: Path | str, heads: Sequence[Head] = (), progress: Callable[[int, int], None] | None = None
) -> Report:
    """Check a ledger, also one that is being written. `progress` is called with entries done and in all.

    Raises LedgerError where there is no ledger to check, NewerLedger.
    """
    folder = Path(folder)
    reader = Reader(folder)
    try:
        walk = _Walk()
        wanted = {head.number: head for head in (*_own_head(folder), *heads)}
        try:
            fault = _strangers(reader, heads) or _walk_all(reader, walk, wanted, progress)
            fault = fault or _cut_off(walk, wanted) or _unnamed(walk) or _lost_pins(reader, walk) or _structure(reader)
        except (*DAMAGE, LedgerError) as error:
            fault = Fault(walk.number, None, "", f"the database cannot be read there: {error}")
        deleted = sum(last - first + 1 for first, last in walk.gone)
        files = len(walk.files)
        return Report(folder, reader.name, walk.number - 1, files, deleted, walk.last_ns, len(heads), fault)
    finally:
        reader.close()


def read_heads(path: Path | str) -> list[Head]:
    """Heads that were copied outside: a file with one on each line. Raises LedgerError."""
    return [Head.parse(line) for line in Path(path).read_text().splitlines() if line.strip()]


def describe(fault: Fault) -> str:
    """A fault in words: number, kind, time, what does not fit."""
    time = f" of {when(fault.time_ns)}" if fault.time_ns is not None else ""
    kind = f" ({fault.kind})" if fault.kind else ""
    return f"entry {fault.number}{kind}{time}: {fault.what}"


def when(time_ns: int) -> str:
    """A time in ISO 8601 with all its nanoseconds."""
    whole, rest = divmod(time_ns, 1_000_000_000)
    try:
        return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
    except (ValueError, OverflowError):
        return f"{time_ns} ns"


def _walk_all(
    reader: Reader, walk: _Walk, wanted: dict[int, Head], progress: Callable[[int, int], None] | None
) -> Fault | None:
    try:
        return _walk(reader, walk, wanted, progress, rows_max=1000)
    except (*DAMAGE, LedgerError):
        return _walk(reader, walk, wanted, progress, rows_max=1)  # fails again, at the very entry


def _walk(
    reader: Reader,
    walk: _Walk,
    wanted: dict[int, Head],
    progress: Callable[[int, int], None] | None,
    rows_max: int,
) -> Fault | None:
    total = reader.head().number
    while place := reader.place(walk.number, rows_max):
        if isinstance(place, Segment):
            if walk.filed[0] <= place.first < walk.number:
                walk.number, walk.before = walk.filed  # rows that were read have moved to files since: read those
                continue
            rows = _rows_of(reader, place, walk)
        else:
            rows = place
            bare = next((row for row in rows if row[6] is None), None)
            if bare is not None:
                what = "its body was deleted, and no entry says so: retention deletes in files only"
                return Fault(bare[0], bare[1], bare[2], what)
        if isinstance(rows, Fault):
            return rows
        fault = _step(rows, walk, wanted)
        if fault is not None:
            return fault
        if isinstance(place, Segment):
            walk.filed = walk.number, walk.before
        if progress:
            progress(walk.number - 1, total)
    return None


def _rows_of(reader: Reader, segment: Segment, walk: _Walk) -> list[Row] | Fault:
    """The rows of a segment; a Fault where its file is missing, changed or not what the index says."""
    what = f"{segment.file} holds entries {segment.first} to {segment.last}, not {walk.number} onwards"
    if segment.first != walk.number:
        return Fault(walk.number, None, format.SEGMENT, what)
    try:
        data = (reader.folder / segment.file).read_bytes()
    except OSError as error:
        now = reader.place(walk.number)
        if isinstance(now, Segment) and now != segment:
            return _rows_of(reader, now, walk)  # retention put another file in its place meanwhile
        what = f"{segment.file}, which holds entries {segment.first} to {segment.last}, cannot be read: {error}"
        return Fault(walk.number, None, format.SEGMENT, what)
    if sha256(data).hexdigest() != segment.sha256:
        return _find_in_file(reader.folder / segment.file, segment, walk.before)
    rows = archive.decode(data)
    if len(rows) != segment.last - segment.first + 1 or rows[-1][5].hex() != segment.last_hash:
        return Fault(
            walk.number, None, format.SEGMENT, f"{segment.file} holds {len(rows)} entries, the index says other"
        )
    walk.files[segment.first] = segment
    return rows


def _step(rows: list[Row], walk: _Walk, wanted: dict[int, Head]) -> Fault | None:
    found = chain.walk(rows, walk.before, walk.number)
    if isinstance(found, Fault):
        return found
    for row in rows:
        if row[6] is None:
            _extend(walk.gone, row[0])
        if row[2] in {format.SEGMENT, format.RETENTION} and row[6] is not None:
            said = json.loads(row[6])
            walk.named.setdefault(said["first"], set()).add(said["sha256"])
    for number in range(walk.number, found[1]) if wanted else ():
        if number in wanted and wanted[number].hash != rows[number - walk.number][5]:
            row = rows[number - walk.number]
            return Fault(
                number, row[1], row[2], "it is not the entry whose hash was copied outside: history was rewritten"
            )
    walk.before, walk.number = found
    walk.last_ns = rows[-1][1]
    return None


def _extend(ranges: list[tuple[int, int]], number: int) -> None:
    if ranges and ranges[-1][1] == number - 1:
        ranges[-1] = (ranges[-1][0], number)
    else:
        ranges.append((number, number))


def _own_head(folder: Path) -> list[Head]:
    """The head file inside the folder: it shows a carelessly cut end; whoever cuts with care cuts it too."""
    path = folder / format.HEAD
    return read_heads(path) if path.is_file() else []


def _strangers(reader: Reader, heads: Iterable[Head]) -> Fault | None:
    """An outside head of another ledger means that this is not the ledger that was written then."""
    for head in heads:
        if head.ledger != reader.name:
            what = f"the head that was copied outside belongs to ledger {head.ledger}, this one is {reader.name}"
            return Fault(head.number, head.time_ns, "", what)
    return None


def _cut_off(walk: _Walk, wanted: dict[int, Head]) -> Fault | None:
    beyond = [head for number, head in sorted(wanted.items()) if number >= walk.number]
    if not beyond:
        return None
    head = beyond[-1]
    what = f"it is missing: the chain ends before it, but a head of {when(head.time_ns)} names entry {head.number}"
    return Fault(walk.number, None, "", what)


def _unnamed(walk: _Walk) -> Fault | None:
    """Every file must be named, with its digest, by an entry of the chain: the index is only an index."""
    for first, segment in walk.files.items():
        if segment.sha256 not in walk.named.get(first, set()):
            return Fault(first, segment.from_ns, format.SEGMENT, f"no entry names {segment.file} with its digest")
    return None


def _lost_pins(reader: Reader, walk: _Walk) -> Fault | None:
    """What an alert, an order or an incident rests on must be there."""
    for entry, first, last in reader.pins(1, chain.NUMBER_MAX):
        at = bisect_left(walk.gone, first, key=lambda range_: range_[1])
        if at < len(walk.gone) and walk.gone[at][0] <= last:
            number = max(first, walk.gone[at][0])
            return Fault(number, None, "", f"its body was deleted, although entry {entry} rests on {first} to {last}")
    return None


def _structure(reader: Reader) -> Fault | None:
    said = [str(row[0]) for row in reader.ask("PRAGMA integrity_check")]
    return None if said == ["ok"] else Fault(0, None, "", f"the database is damaged outside the entries: {said[0]}")


def _find_in_file(path: Path, segment: Segment, before: bytes) -> Fault:
    """Which entry of a changed file is the first that does not fit. In a child: damaged Parquet may end a process."""
    command = [sys.executable, "-m", "tocsin.ledger.verify", str(path), str(segment.first), before.hex()]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own module, our own arguments
    changed = f"{segment.file}, which holds entries {segment.first} to {segment.last}, was changed"
    try:
        number, time_ns, kind, what = json.loads(done.stdout)
    except ValueError:
        return Fault(segment.first, segment.from_ns, format.SEGMENT, f"{changed}, and no entry in it can be read")
    if not what:
        return Fault(segment.first, segment.from_ns, format.SEGMENT, f"{changed}, though each entry in it still fits")
    return Fault(number, time_ns, kind, f"{what} ({changed})")


def _child(path: str, first: str, before: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES_MAX, CHILD_BYTES_MAX))
    found = chain.walk(archive.decode(Path(path).read_bytes()), bytes.fromhex(before), int(first))
    fault = found if isinstance(found, Fault) else Fault(int(first), None, "", "")
    sys.stdout.write(json.dumps([fault.number, fault.time_ns, fault.kind, fault.what]))


if __name__ == "__main__":
    _child(*sys.argv[1:4])
