"""One channel's queue: warnings before all else, the newest of each event first, attempts with backoff and jitter."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tocsin.delivery.carrier import Carrier, Parcel, Taken
from tocsin.delivery.kept import Document, Receipt
from tocsin.errors import NotDelivered
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Notice, Statement

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
URGENT = ("warning", "under way")


@dataclass(slots=True, eq=False)
class Item:
    """A statement that waits on one channel."""

    statement: Statement
    again: bool = False
    attempts: int = 0
    due_s: float = 0.0  # monotonic

    @property
    def key(self) -> str:
        """The outbox row."""
        return self.statement.identifier


@dataclass(slots=True)
class LaneFigures:
    """How a channel fares. `trouble` is why it fails, since `since_ns`; "": it does not."""

    opened: bool = False
    trouble: str = ""
    since_ns: int = 0
    heard_ns: int = 0  # when the other side last answered
    state: str = ""  # how it was at the last check, in its own words
    received: int = 0
    failures: int = 0
    expired: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What a lane needs from the worker: the time, documents, who keeps receipts, who is told of an alarm."""

    now_ns: Callable[[], int]
    document: Callable[[Statement], Awaitable[Document]]
    settle: Callable[[Receipt], Awaitable[None]]
    alarm: Callable[[Notice], None]
    random: random.Random


@dataclass(slots=True)
class Lane:
    """The queue of one carrier. `run` is supervised; `add` may be called before it runs."""

    carrier: Carrier
    desk: Desk
    figures: LaneFigures = field(default_factory=LaneFigures)
    _waiting: dict[str, Item] = field(default_factory=dict)
    _going: dict[str, str] = field(default_factory=dict)  # event: identifier
    _newest: dict[str, Statement] = field(default_factory=dict)  # of each event, seen here
    _refusing: bool = False  # the last attempt failed
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def add(self, item: Item) -> None:
        """A statement to bring. The same identifier twice is one."""
        if item.key in self._waiting or item.key in self._going.values():
            return
        event = item.statement.event
        if event not in self._newest or _age(item.statement) > _age(self._newest[event]):
            self._newest[event] = item.statement
        while len(self._newest) > 10_000:
            del self._newest[next(iter(self._newest))]
        self._waiting[item.key] = item
        self.figures.waiting = len(self._waiting) + len(self._going)
        self._wake.set()

    async def run(self) -> None:
        """Open, then bring what waits, until cancelled. One that cannot be opened is an alarm, and tried again."""
        checking = asyncio.create_task(self._check_on())
        try:
            await self._open()
            while True:
                self._wake.clear()
                item, wait_s = self._next()
                if item is None:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), wait_s)
                    continue
                self._start(item)
        finally:
            for task in (checking, *self._tasks):
                task.cancel()
            await asyncio.gather(checking, *self._tasks, return_exceptions=True)
            self._tasks.clear()
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.carrier.close(), self.carrier.declared.timeout_s)

    async def _open(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self.figures.opened:
            try:
                await asyncio.wait_for(self.carrier.open(), self.carrier.declared.timeout_s)
            except Exception as error:  # noqa: BLE001  whatever it is: the channel is silent, and is tried again
                self._failed(_words(error))
                self._expire()
                await asyncio.sleep(self._jittered(wait_s))
                wait_s = min(LONGEST_WAIT_S, 2 * wait_s)
            else:
                self.figures.opened = True
                self._well("opened")

    async def _check_on(self) -> None:
        declared = self.carrier.declared
        while True:
            await asyncio.sleep(declared.check_s)
            if not self.figures.opened:
                continue
            try:
                said = await asyncio.wait_for(self.carrier.check(), declared.timeout_s)
            except Exception as error:  # noqa: BLE001  as in _open
                self._failed(_words(error))
            else:
                # that somebody is there does not mean that they take what is sent
                if not self._refusing or not self.figures.waiting:
                    self._well(said)

    def _next(self) -> tuple[Item | None, float | None]:
        """The one to bring now; else how long to wait for the next one (None: until somebody comes)."""
        if len(self._going) >= self.carrier.declared.at_once:
            return None, None
        now_s = time.monotonic()
        free = [item for item in self._waiting.values() if item.statement.event not in self._going]
        due = [item for item in free if item.due_s <= now_s]
        if due:
            return min(due, key=self._rank), None
        return None, min((item.due_s - now_s for item in free), default=None)

    def _rank(self, item: Item) -> tuple[int, bool, int]:
        one = item.statement
        urgency = 0 if one.stage in URGENT or one.kind == "cancel" else 1 if one.stage == "all clear" else 2
        return urgency, self._newest[one.event].identifier != one.identifier, -_age(one)

    def _start(self, item: Item) -> None:
        del self._waiting[item.key]
        self._going[item.statement.event] = item.key
        task = asyncio.create_task(self._bring(item), name=f"{self.carrier.declared.name}: {item.key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bring(self, item: Item) -> None:
        back = False
        try:
            back = not await self._attempt(item)
        finally:
            del self._going[item.statement.event]
            if back:
                self._waiting[item.key] = item
            self.figures.waiting = len(self._waiting) + len(self._going)
            self._wake.set()

    async def _attempt(self, item: Item) -> bool:
        """Bring it once. Whether it is settled, one way or another."""
        statement, now_ns = item.statement, self.desk.now_ns()
        if now_ns >= statement.expires_ns:
            self.figures.expired += 1
            reason = (
                f"it expired before it could be sent ({item.attempts} attempts): {self.figures.trouble or 'too late'}"
            )
            self.desk.alarm(Notice(now_ns, "channel", self.carrier.declared.name, f"{statement.identifier}: {reason}"))
            await self._settle(item, "expired", reason, None, 0)
            return True
        if self._superseded(statement):
            newer = self._newest[statement.event].identifier
            await self._settle(item, "superseded", f"{newer} took its place", None, 0)
            return True
        item.attempts += 1
        try:
            document = await self.desk.document(statement)
            sent_ns = self.desk.now_ns()
            parcel = Parcel(statement, document, sent_ns, item.again)
            taken = await asyncio.wait_for(self._hand_over(parcel), self.carrier.declared.timeout_s)
        except Exception as error:  # noqa: BLE001  whatever went wrong, the statement must go out
            perhaps = isinstance(error, TimeoutError) or getattr(error, "perhaps", True)
            item.again = item.again or perhaps
            longest = isinstance(error, NotDelivered) and error.refused
            wait_s = LONGEST_WAIT_S if longest else min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(item.attempts - 1, 10))
            item.due_s = time.monotonic() + self._jittered(wait_s)
            left_s = (statement.expires_ns - self.desk.now_ns()) / SECOND_NS
            item.due_s = min(item.due_s, time.monotonic() + max(left_s, 0.0))  # what expires is said when it does
            self.figures.failures += 1
            self._refusing = True
            self._failed(_words(error))
            return False
        self._refusing = False
        self._well(taken.detail)
        await self._settle(item, "idle" if taken.idle else "received", taken.detail, document, sent_ns)
        return True

    async def _hand_over(self, parcel: Parcel) -> Taken:
        """A test goes to the test address alone, whatever the channel serves else."""
        if parcel.statement.status == "test":
            return Taken(await self.carrier.trial(parcel))
        return await self.carrier.send(parcel)

    def _superseded(self, statement: Statement) -> bool:
        newest = self._newest[statement.event]
        if newest.identifier == statement.identifier:
            return False
        over = newest.kind == "cancel" or newest.stage == "all clear"
        waits = newest.identifier in self._waiting
        return self.carrier.keeps_state or (over and not waits)

    async def _settle(self, item: Item, outcome: str, detail: str, document: Document | None, sent_ns: int) -> None:
        one, now_ns = item.statement, self.desk.now_ns()
        if outcome == "received":
            self.figures.received += 1
        name = self.carrier.declared.name
        receipt = Receipt(
            time_ns=now_ns,
            key=f"{one.identifier}/{name}",
            identifier=one.identifier,
            channel=name,
            outcome=outcome,
            detail=detail[:500],
            attempts=item.attempts,
            event=one.event,
            place=one.place,
            stage=one.stage,
            lane=one.lane,
            status=one.status,
            detection_ns=document.detection_ns if document else 0,
            track_ns=document.track_ns if document else 0,
            decided_ns=one.decided_ns,
            released_ns=one.released_ns,
            document_ns=document.time_ns if document else 0,
            sent_ns=sent_ns,
            received_ns=now_ns if outcome == "received" else 0,
        )
        await self.desk.settle(receipt)

    def _expire(self) -> None:
        """While the channel cannot even be opened: say what is over."""
        now_ns = self.desk.now_ns()
        for item in [one for one in self._waiting.values() if now_ns >= one.statement.expires_ns]:
            self._start(item)

    def _failed(self, reason: str) -> None:
        name, now_ns = self.carrier.declared.name, self.desk.now_ns()
        if not self.figures.trouble:
            self.figures.since_ns = now_ns
            self.desk.alarm(Notice(now_ns, "channel", name, f"fails: {reason}"))
        self.figures.trouble = reason

    def _well(self, said: str) -> None:
        now_ns = self.desk.now_ns()
        if self.figures.trouble:
            lasted_s = (now_ns - self.figures.since_ns) / SECOND_NS
            self.desk.alarm(Notice(now_ns, "channel", self.carrier.declared.name, f"well again after {lasted_s:.0f} s"))
        self.figures.trouble, self.figures.heard_ns, self.figures.state = "", now_ns, said

    def _jittered(self, wait_s: float) -> float:
        return wait_s * self.desk.random.uniform(0.5, 1.0)


def _age(statement: Statement) -> int:
    return statement.released_ns or statement.time_ns


def _words(error: Exception) -> str:
    if isinstance(error, NotDelivered):
        return str(error)
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"{type(error).__name__}: {error}"
