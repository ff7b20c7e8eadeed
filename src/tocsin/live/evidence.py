"""What the runner writes into the ledger and reads back: items, decisions, digests and dumps, in their order."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from tocsin import wire
from tocsin.errors import StateError
from tocsin.ledger.disk.format import ANEW, DUMP, STATEMENT
from tocsin.ledger.plan import Committed, Outgoing, Record
from tocsin.ledger.reader import ITEMS, Reader
from tocsin.ledger.store import Ledger
from tocsin.live.past.grounds import Grounds
from tocsin.live.thinking import Thinking
from tocsin.messages import Alert, Answer, Entry, Item, Notice, Order, Statement, Step, Tick

DIGEST = "digest"  # 32 bytes: the state after a Tick, which a replay must meet
POISON = "poison"  # an item on which thinking failed, whole, for who mends it; it is no input
TOGETHER = 32  # items that are worked in with one question
FAILING_MAX = 10  # items that a restored state may fail on before it is given up


def time_of(item: Item) -> int:
    """When an item came."""
    return item.time_ns if isinstance(item, Tick | Order) else item.received_ns


def item_record(item: Item) -> Record:
    """An item as evidence. What sensors sent may be refused when the disk is full; what people ordered may not."""
    return Record(wire.kind(item), time_of(item), wire.encode(item), wire.FORMAT, input=not isinstance(item, Order))


Rows = Callable[[Statement], tuple[Outgoing, ...]]


def nowhere(_statement: Statement) -> tuple[Outgoing, ...]:
    """The rows of a statement where nothing is sent."""
    return ()


def unseen(_step: Step) -> None:
    """Nobody looks at steps."""


def step_records(step: Step, rows: Rows = nowhere) -> list[Record]:
    """What was decided, with the outbox rows of what is released, and the digest of what was known."""
    changed = (alert for alert in step.alerts if alert.stage != alert.before)
    decided: list[Notice | Answer | Alert] = [*step.notices, *step.answers, *changed]
    records = [Record(wire.kind(one), one.time_ns, wire.encode(one), wire.FORMAT) for one in decided]
    for said in step.statements:
        body = wire.encode(said)
        records.append(Record(STATEMENT, said.time_ns, body, wire.FORMAT, outbox=rows(said)))
    if step.digest:
        records.append(Record(DIGEST, step.time_ns, step.digest, input=True))
    return records


@dataclass(slots=True)
class Evidence:
    """The ledger as the runner sees it. `reader` is for the past, which other threads look up meanwhile."""

    ledger: Ledger
    rows: Rows = nowhere  # where statements are sent
    see: Callable[[Step], None] = unseen  # told of each step before it is kept
    rules: str = ""  # which rules of alerting are in force, in words: what begins anew says by which
    grounds: Grounds = field(default_factory=Grounds)
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = self.ledger.reader()

    def close(self) -> None:
        """Give the reading connection back; the ledger is its owner's to close."""
        self.reader.close()

    def records(self, step: Step) -> list[Record]:
        """What is kept of a step."""
        self.see(step)
        return step_records(step, self.rows)

    def submit(self, records: list[Record]) -> "Future[Committed]":
        """One transaction; the future resolves when it is durable."""
        return self.ledger.submit(tuple(records))  # a copy: the writer reads it later, in its own thread

    def restore(self, thinking: Thinking, alive: Callable[[], None]) -> int:
        """Make `thinking` know what the ledger's last dump and the items since tell. Returns the time of the last item.

        An item on which thinking fails is left out, and the rest worked in again: it has been decided on once, and
        must not keep the watch from starting. `alive` is called between items.
        """
        with closing(self.ledger.reader()) as reader:
            dump = reader.last_dump_before(2**62)
            try:
                thinking.begin(dump.body if dump else None)
            except StateError as error:
                return self.begin_anew(thinking, dump.time_ns if dump else 0, str(error))
            return self._work_in(thinking, reader, dump, alive)

    def begin_anew(self, thinking: Thinking, time_ns: int, reason: str, dump: bytes | None = None) -> int:
        """Know nothing, or what `dump` knew, and say so in the evidence: a replay goes on from the dump after it."""
        thinking.begin(dump)
        reason = f"{reason}; {self.rules}" if self.rules else reason
        self.submit([Record(ANEW, time_ns, reason.encode()), Record(DUMP, time_ns, thinking.dump())])
        return time_ns

    def _work_in(self, thinking: Thinking, reader: Reader, dump: Entry | None, alive: Callable[[], None]) -> int:
        left_out: set[int] = set()
        last_ns = 0
        while len(left_out) <= FAILING_MAX:
            last_ns = dump.time_ns if dump else 0
            failed = 0
            since = (one for one in items(reader, dump.number + 1 if dump else 1) if one[0] not in left_out)
            while not failed and (some := list(islice(since, TOGETHER))):
                alive()
                last_ns, failed = _worked(thinking, some)
            if not failed:
                return last_ns
            left_out.add(failed)
            thinking.begin(dump.body if dump else None)
        return self.begin_anew(thinking, last_ns, "thinking failed on too many of the items since the last dump")

    def bounds_ns(self) -> tuple[int, int]:
        """From when to when a picture can be asked for."""
        bounds = self.reader.bounds()
        return max(bounds.first_ns, bounds.whole_ns), bounds.last_ns


def _worked(thinking: Thinking, some: Sequence[tuple[int, Item]]) -> tuple[int, int]:
    """Work these in; the time of the last one, and the number of the one on which thinking failed (0: none)."""
    thinking.ahead([item for _, item in some])
    for number, item in some:
        try:
            thinking.advance(item)
        except Exception:  # noqa: BLE001  whatever thinking did on it: see the docstring of restore
            return time_of(item), number
    return time_of(some[-1][1]), 0


def items(reader: Reader, first: int) -> Iterator[tuple[int, Item]]:
    """Items from entry `first` on, up to where what follows does not follow from them."""
    for entry in reader.entries(first):
        if entry.kind == ANEW:
            return
        if entry.kind in ITEMS and entry.body is not None:
            yield entry.number, wire.decode(entry.kind, entry.format, entry.body)
