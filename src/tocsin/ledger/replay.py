"""Recompute every step from the evidence, and name the first one that comes out otherwise.

The ledger knows no pipeline: two functions are handed in. `load` makes a state of a dump, `advance` works one item in
and gives the records that the live system kept after it. With the same fingerprint each record must be the same bytes,
the digest of the state at each tick included; with another one decisions are compared by `same`, digests not at all,
and the report says so.

Recomputing begins at a dump. After each start it goes on from the dump that follows it; where inputs are missing
(bodies deleted, or refused when the disk was full) it goes on from the next one, and the report names the gap.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar

from tocsin.ledger import fingerprint
from tocsin.ledger.chain import Fault
from tocsin.ledger.disk import format
from tocsin.ledger.plan import Record
from tocsin.ledger.reader import ITEMS, Reader
from tocsin.ledger.verify import describe
from tocsin.messages import Entry

S = TypeVar("S")
DIGEST = "digest"
DECISIONS = (
    "notice",
    "answer",
    "alert",
    "statement",
    DIGEST,
)  # what `advance` decides; other kinds come from elsewhere


@dataclass(frozen=True, slots=True)
class Report:
    """What `replay` found. `fault` is the first step that differs; `other` says how the fingerprints differ."""

    folder: Path
    items: int
    decisions: int
    digests: int
    other: tuple[str, ...]
    gaps: tuple[str, ...]
    fault: Fault | None

    @property
    def same(self) -> bool:
        """Did every step that could be recomputed come out as it was kept?"""
        return self.fault is None

    def lines(self) -> list[str]:
        """The report for people."""
        compared = f"{self.decisions} decisions and {self.digests} digests of the state compared"
        said = [f"{self.folder}: {self.items} items recomputed, {compared}"]
        said += [f"not recomputed: {gap}" for gap in self.gaps]
        if self.other:
            said.append("written under another fingerprint: decisions compared within a tolerance, digests not at all")
            said += [f"  {difference}" for difference in self.other]
        else:
            said.append("one fingerprint: every byte compared")
        said.append(f"DIFFERS at {describe(self.fault)}" if self.fault else "every step came out as it was kept")
        return said


@dataclass(slots=True)
class _Run(Generic[S]):
    load: Callable[[bytes], S]
    advance: Callable[[S, Entry], Sequence[Record]]
    same: Callable[[str, bytes, bytes], bool]
    ours: bytes
    decisions: Collection[str]
    state: S | None = None
    identical: bool = True
    starting: bool = True  # a dump that comes before any item is where the live system went on from
    due: list[Record] = field(default_factory=list)
    since: Entry | None = None
    items: int = 0
    compared: int = 0
    digests: int = 0
    other: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def take(self, entry: Entry) -> Fault | None:
        """Work one entry in. Returns what differs."""
        if entry.kind in self.decisions:
            return self._compare(entry)
        if entry.kind in ITEMS:
            fault = self._unkept()
            if fault is None:
                self._item(entry)
            return fault
        if entry.kind == format.START and entry.body is not None:
            self.starting = True
            self.identical = entry.body == self.ours
            if not self.identical:
                self.other = self.other or fingerprint.differences(entry.body, self.ours)
        elif entry.kind == format.ANEW:
            self.starting = True
        elif entry.kind == format.DUMP and entry.body is not None and (self.starting or self.state is None):
            self.state = self.load(entry.body)
        elif entry.kind == format.REFUSED:
            self._lose(f"inputs were refused before entry {entry.number}: the disk was full")
        return None

    def end(self) -> Fault | None:
        """What is still due when the last entry was taken."""
        return self._unkept()

    def _item(self, entry: Entry) -> None:
        self.starting = False
        self.since = entry
        if entry.body is None:
            self._lose(f"the body of entry {entry.number} was deleted")
        elif self.state is None:
            self._lose(f"there is no dump to go on from before entry {entry.number}")
        else:
            self.due = [record for record in self.advance(self.state, entry) if record.kind in self.decisions]
            self.items += 1

    def _compare(self, entry: Entry) -> Fault | None:
        if self.state is None or self.since is None:
            return None
        if not self.due:
            what = f"it was kept after entry {self.since.number}, recomputing that decides nothing of the kind"
            return Fault(entry.number, entry.time_ns, entry.kind, what)
        record = self.due.pop(0)
        if record.kind == DIGEST == entry.kind and not self.identical:
            return None
        self.digests += entry.kind == DIGEST
        self.compared += entry.kind != DIGEST
        if self._alike(entry, record):
            return None
        kept = b"" if entry.body is None else entry.body
        what = f"recomputing entry {self.since.number} gives another {record.kind}"
        return Fault(entry.number, entry.time_ns, entry.kind, f"{what}: {record.body[:200]!r}, kept was {kept[:200]!r}")

    def _alike(self, entry: Entry, record: Record) -> bool:
        if record.kind != entry.kind or record.time_ns != entry.time_ns:
            return False
        if sha256(record.body).digest() == entry.body_sha256:  # so a decision whose body is gone is compared too
            return True
        return not self.identical and entry.body is not None and self.same(entry.kind, entry.body, record.body)

    def _unkept(self) -> Fault | None:
        if not self.due or self.since is None:
            return None
        record, self.due = self.due[0], []
        what = f"recomputing it gives a {record.kind} that was not kept: {record.body[:200]!r}"
        return Fault(self.since.number, self.since.time_ns, self.since.kind, what)

    def _lose(self, gap: str) -> None:
        if self.state is not None or not self.gaps:
            self.gaps.append(gap)
        self.state = None
        self.due = []


def replay(
    folder: Path | str,
    load: Callable[[bytes], S],
    advance: Callable[[S, Entry], Sequence[Record]],
    ours: bytes,
    *,
    same: Callable[[str, bytes, bytes], bool] = lambda _kind, kept, recomputed: kept == recomputed,
    from_ns: int | None = None,
    decisions: Collection[str] = DECISIONS,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Recompute a ledger whose chain was verified: from its start, or from the last dump before `from_ns`.

    `ours` is this process's encoded fingerprint. `same(kind, kept, recomputed)` compares two bodies within a tolerance.
    Stops at the first difference. Raises LedgerError, and whatever `load` and `advance` raise.
    """
    folder = Path(folder)
    reader = Reader(folder)
    try:
        run = _Run(load, advance, same, ours, decisions)
        first = 1
        dump = reader.last_dump_before(from_ns) if from_ns is not None else None
        if dump is not None:
            first = dump.number
            start = reader.last_start_before(first)
            if start is not None:
                run.take(start)
        fault = None
        total = reader.head().number
        for entry in reader.entries(first):
            fault = run.take(entry)
            if fault:
                break
            if progress and entry.number % 100 == 0:
                progress(entry.number, total)
        fault = fault or run.end()
        return Report(folder, run.items, run.compared, run.digests, tuple(run.other), tuple(run.gaps), fault)
    finally:
        reader.close()
