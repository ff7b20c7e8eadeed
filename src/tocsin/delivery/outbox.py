"""The worker that sends what was released: documents once, attempts until received or expired, receipts kept.

    outbox = Outbox(delivery, routes, make_document, keeper, clock)
    outbox.go_on(await keeper.open_rows())     # after a start: what no receipt has settled
    outbox.take(statements)                    # from then on: what the ledger has just committed
    lane.run() of each of outbox.lanes         # supervised

The document is durable before its first send and is never made again: its signature would differ. A full disk alarms,
and statements still go.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tocsin.delivery.carrier import Carrier
from tocsin.delivery.declared import Delivery, Routes
from tocsin.delivery.kept import Document, Receipt
from tocsin.delivery.lane import Desk, Item, Lane
from tocsin.delivery.latency import Latency
from tocsin.messages import Notice, Statement

MADE_MAX = 10_000  # documents remembered; older ones are in the ledger


class Keeper(Protocol):
    """The ledger as the worker sees it. Each call returns when it is durable; False: there was no room."""

    async def document(self, document: Document) -> bool:
        """Keep the bytes of a statement."""
        ...

    async def receipt(self, receipt: Receipt) -> bool:
        """Keep what became of it, and settle its row."""
        ...

    async def notice(self, notice: Notice) -> bool:
        """Keep an alarm, and show it."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """The signed bytes of a statement. `problems` are no reason to be silent: they are said, and it is sent."""

    media_type: str
    body: bytes
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """What a start finds: statements with the channels that no receipt settled, and the documents made of them."""

    rows: Sequence[tuple[Statement, str]] = ()
    documents: Sequence[Document] = ()


@dataclass(slots=True)
class Outbox:
    """Sends what was released, on every channel that serves it. All in the event loop.

    `make` gives the signed bytes of a statement; it is slow, and runs in a thread. `seen` gives when the
    track that decided was first detected and confirmed.
    """

    delivery: Delivery
    routes: Routes
    carriers: Mapping[str, Carrier]
    make: Callable[[Statement], Made]
    keeper: Keeper
    now_ns: Callable[[], int]
    latency: Latency = field(default_factory=Latency)
    seen: Callable[[Statement], tuple[int, int]] = lambda _: (0, 0)
    lanes: dict[str, Lane] = field(default_factory=dict)
    full: bool = False  # the last thing that should have been kept found no room
    broken: str = ""  # why the last document could not be made
    _made: dict[str, Document] = field(default_factory=dict)
    _making: dict[str, "asyncio.Task[Document]"] = field(default_factory=dict)
    _notices: set["asyncio.Task[bool]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        desk = Desk(self.now_ns, self.document, self._settle, self._alarm, random.Random(self.delivery.seed))  # noqa: S311  no secret hangs on it
        self.lanes = {name: Lane(carrier, desk) for name, carrier in self.carriers.items()}

    def go_on(self, found: Open) -> None:
        """After a start: send what is open again, with the documents that there are."""
        for document in found.documents:
            self._made[document.identifier] = document
        for statement, channel in found.rows:
            if channel in self.lanes:
                self.lanes[channel].add(Item(statement, again=True))

    def take(self, statements: Iterable[Statement]) -> None:
        """What was just kept: each goes to its channels."""
        for statement in statements:
            for channel in self.routes.of(statement):
                self.lanes[channel].add(Item(statement))
                self._begin(statement)  # at once, not when its turn comes

    async def document(self, statement: Statement) -> Document:
        """The bytes of a statement, durable. Raises what making them raised; the next call tries again."""
        if statement.identifier in self._made:
            return self._made[statement.identifier]
        return await asyncio.shield(self._begin(statement))

    def troubles(self) -> list[str]:
        """Sentences for a person: which channel fails, since when, and how much waits."""
        found = []
        for name, lane in self.lanes.items():
            seen = lane.figures
            if seen.trouble:
                since_s = (self.now_ns() - seen.since_ns) / 1e9
                waiting = f"{seen.waiting} statements wait on it"
                found.append(f"channel {name} has failed for {since_s:.0f} s, {waiting}: {seen.trouble}")
        if self.full:
            found.append("the disk is full: statements still go out, and what became of them is not kept")
        if self.broken:
            found.append(f"a document could not be made, and its statement waits: {self.broken}")
        return found

    def figures(self) -> tuple[dict[str, float], dict[str, float]]:
        """Counters and gauges, with the channel as their label."""
        counters: dict[str, float] = {}
        gauges: dict[str, float] = {}
        for name, lane in self.lanes.items():
            seen = lane.figures
            counters[f"deliveries_total|channel={name}"] = seen.received
            counters[f"delivery_failures_total|channel={name}"] = seen.failures
            counters[f"deliveries_expired_total|channel={name}"] = seen.expired
            gauges[f"delivery_waiting|channel={name}"] = seen.waiting
            gauges[f"channel_up|channel={name}"] = float(seen.opened and not seen.trouble)
        return counters, gauges

    def _begin(self, statement: Statement) -> "asyncio.Task[Document]":
        if statement.identifier not in self._making:
            task = asyncio.create_task(self._make(statement))
            self._making[statement.identifier] = task
            task.add_done_callback(lambda done: self._end(statement.identifier, done))
        return self._making[statement.identifier]

    def _end(self, identifier: str, done: "asyncio.Task[Document]") -> None:
        del self._making[identifier]
        if not done.cancelled():
            done.exception()  # whoever waits for it has it too

    async def _make(self, statement: Statement) -> Document:
        if statement.identifier in self._made:
            return self._made[statement.identifier]
        try:
            made = await asyncio.to_thread(self.make, statement)
        except Exception as error:
            self.broken = f"{statement.identifier}: {type(error).__name__}: {error}"
            self._alarm(Notice(self.now_ns(), "document", statement.identifier, f"could not be made: {error}"))
            raise
        self.broken = ""
        for problem in made.problems:
            self._alarm(Notice(self.now_ns(), "document", statement.identifier, problem))
        times = self.seen(statement)
        document = Document(self.now_ns(), statement.identifier, made.media_type, made.body, *times)
        self.full = not await self.keeper.document(document)
        self._made[statement.identifier] = document
        while len(self._made) > MADE_MAX:
            del self._made[next(iter(self._made))]
        return document

    async def _settle(self, receipt: Receipt) -> None:
        self.full = not await self.keeper.receipt(receipt)
        self.latency.add(receipt)

    def _alarm(self, notice: Notice) -> None:
        task = asyncio.create_task(self._told(notice))
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)

    async def _told(self, notice: Notice) -> bool:
        return await self.keeper.notice(notice)
