"""The thinking thread: takes items, thinks, keeps, and shows only what is kept.

One loop for the live feeds and for playback. Each batch of items is one submission to the ledger; what came of it is
published when that is durable. An item on which thinking fails is set aside as a refusal, the state is made anew from
the ledger, and the watch goes on (a single bad message has stopped whole centres before).
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from tocsin import wire
from tocsin.alerts.release.desk import Desk
from tocsin.ends import Outlook
from tocsin.errors import LedgerError, LedgerFull
from tocsin.geo.units import SECOND_NS
from tocsin.ledger.disk.format import DUMP
from tocsin.ledger.plan import Committed, Record
from tocsin.live.clock import Clock
from tocsin.live.evidence import POISON, Evidence, item_record
from tocsin.live.intake.queues import REFUSED_BYTES, Bell, Receipt
from tocsin.live.intake.sequencer import empty_scan
from tocsin.live.process.watchdog import notify
from tocsin.live.thinking import Anew, Thinking
from tocsin.messages import Alert, Answer, Health, Item, Notice, Order, Picture, Refusal, Scan, Statement, Step, Tick

LOOK_S, LOOK_S_MAX = 0.25, 0.5  # between two pictures; seldomer, up to the second, where a turn takes half of the time
# A dump at least each minute; sooner, so that a look at the past need not think long, while dumps stay the lesser half
# of what is kept.
DUMP_NS, DUMP_NS_MIN = 60 * SECOND_NS, 5 * SECOND_NS
THOUGHT_S_MAX = 0.25
PING_S = 1.0
BACK_NS = 2 * SECOND_NS  # time that turned back by more makes what was known unusable: it would refuse all as too late
ORDERS_MAX = 1_000
ASIDE_FAILURES = 3  # a source that made thinking fail so often within ASIDE_S is not listened to for so long
ASIDE_S = 60.0
THINKING = "thinking:"  # how the reason of such refusals begins


class Source(Protocol):
    """Where items come from: the sequencer or a playback."""

    @property
    def clock(self) -> Clock:
        """What paces it."""
        ...

    @property
    def bell(self) -> Bell:
        """Wakes who waits in `take`."""
        ...

    def take(self, wait_s: float) -> Sequence[Item | Anew]:
        """Items that are due, waiting at most so long."""
        ...

    def rest(self) -> list[Item]:
        """What still waits when the watch stops."""
        ...

    @property
    def taken_ns(self) -> int:
        """All that was received before it has been taken."""
        ...

    def receipts(self) -> list[Receipt]:
        """Who waits to hear that what was taken is durable."""
        ...

    def begin(self, time_ns: int) -> None:
        """The ledger's last item is from `time_ns`."""
        ...

    def checkpoint(self, dump: bytes) -> None:
        """This is what is known now."""
        ...


@dataclass(frozen=True, slots=True)
class Published:
    """What may be shown, because it is kept."""

    notices: tuple[Notice, ...] = ()
    health: Health | None = None
    alerts: tuple[Alert, ...] = ()
    statements: tuple[Statement, ...] = ()
    desk: Desk | None = None
    outlook: Outlook | None = None
    picture: Picture | None = None
    pace: float = 1.0  # of the clock that the picture's time is from
    anew: bool = False


@dataclass(slots=True)
class RunnerFigures:
    """How thinking fares. Written by the thinking thread, read by any. `error` is the last one, at `error_s`."""

    items: int = 0
    detections: int = 0
    batches: int = 0
    failures: int = 0
    aside: int = 0
    restores: int = 0
    hurried: int = 0
    inputs_not_kept: int = 0
    thought_ns: int = 0
    turned_s: float = field(default_factory=time.monotonic)  # when the loop last came round
    error: str = ""
    error_s: float = 0.0
    turns_s: deque[float] = field(default_factory=lambda: deque(maxlen=1_000))
    latencies_s: deque[float] = field(default_factory=lambda: deque(maxlen=1_000))

    def say(self, error: str) -> None:
        """Something went wrong: shown for some minutes."""
        self.error, self.error_s = error, time.monotonic()


def between_looks_s(turn_s: float) -> float:
    """Seconds from one picture to the next, when a turn takes so many.

    A turn costs something for each feed and each picture, however little has come: with more in each, all is cheaper,
    and what cannot be had four times a second is had twice.
    """
    return min(LOOK_S_MAX, max(LOOK_S, 2.0 * turn_s))


@dataclass(slots=True)
class _Dumped:
    """The last dump, and what came after it: real seconds of thinking, bytes kept."""

    time_ns: int = 0
    bytes: int = 0
    thought_s: float = 0.0
    kept: int = 0

    def again(self, now_ns: int) -> bool:
        """Whether it is time for another."""
        passed_ns = now_ns - self.time_ns
        much = self.thought_s > THOUGHT_S_MAX and self.kept > self.bytes
        return passed_ns >= DUMP_NS or (passed_ns >= DUMP_NS_MIN and much)


class Runner:
    """Owns the state. `run` is the thinking thread's; `order`, `stop` and the figures are anybody's."""

    def __init__(
        self,
        source: Source,
        evidence: Evidence,
        thinking: Thinking,
        publish: Callable[[Published], None],
        *,
        resume: bool,
    ) -> None:
        self.figures = RunnerFigures()
        self._source, self._evidence, self._thinking, self._publish = source, evidence, thinking, publish
        self._resume = resume
        self._orders: deque[tuple[Order, Future[Answer]]] = deque()
        self._stopping = threading.Event()
        self._kept: Future[Committed] = Future()
        self._kept.set_result(Committed(0, 0))
        self._broken: BaseException | None = None
        self._failed: dict[str, list[float]] = {}
        self._unshown_ns: int | None = None
        self._look_due_s = self._pinged_s = 0.0
        self._dumped = _Dumped()

    def stop(self) -> None:
        """Finish: think through what waits, keep it, end."""
        self._stopping.set()
        self._source.bell.call()

    def order(self, order: Order) -> "Future[Answer]":
        """Give an order; the future resolves when the answer is durable."""
        future: Future[Answer] = Future()
        if self._stopping.is_set() or len(self._orders) >= ORDERS_MAX:
            future.set_result(
                Answer(order.time_ns, order.key, accepted=False, reason="stopping or overloaded: try again")
            )
            return future
        self._orders.append((order, future))
        self._source.bell.call()
        return future

    def run(self, begun: Callable[[], None]) -> None:
        """Think until stopped; `begun` is called when the past is known. Raises LedgerError when nothing is kept."""
        self._source.begin(self._restore() if self._resume else self._begin())
        begun()
        notify("READY=1\nSTATUS=watching")
        while not self._stopping.is_set():
            self._turn(self._source.take(max(0.0, min(LOOK_S, self._look_due_s - time.monotonic()))))
        notify("STOPPING=1")
        self._turn(self._source.rest())
        self._dump()
        with contextlib.suppress(LedgerFull):  # it has been an alarm for as long as it is so
            self._keep([]).result()

    def _begin(self) -> int:
        now_ns = self._source.clock.now_ns()
        return self._evidence.begin_anew(self._thinking, now_ns, "nothing was known before")

    def _restore(self) -> int:
        last_ns, now_ns = self._evidence.restore(self._thinking, self._ping), self._source.clock.now_ns()
        if last_ns == 0:
            return self._begin()
        if self._thinking.changed():
            # tracks made by other sensors' numbers would be wrong by them: the sky is learnt anew in seconds
            return self._evidence.begin_anew(
                self._thinking, last_ns, "the site file was changed", self._thinking.renewed()
            )
        if last_ns <= now_ns + BACK_NS:
            self.figures.thought_ns = last_ns
            self._dump()  # what this process goes on from: a replay loads it, too
            return last_ns
        reason = f"the clock was {(last_ns - now_ns) / SECOND_NS:.1f} s ahead of now when this ledger was last written"
        return self._evidence.begin_anew(self._thinking, now_ns, reason, self._thinking.renewed())

    def _turn(self, batch: Sequence[Item | Anew]) -> None:
        if self._broken is not None:
            raise self._broken
        began_s = time.monotonic()
        self._answer_orders()
        if batch:
            self._think(batch)
        for receipt in self._source.receipts():
            self._kept.add_done_callback(partial(_acknowledge, receipt))
        self._look(ticked=any(isinstance(item, Tick) for item in batch))
        self._hurry()
        self._keep(self._evidence.grounds.due())
        turn_s = time.monotonic() - began_s
        self.figures.turns_s.append(turn_s)
        self._dumped.thought_s += turn_s
        if self._dumped.again(self.figures.thought_ns):
            self._dump()
        self._ping()

    def _ping(self) -> None:
        now_s = self.figures.turned_s = time.monotonic()
        if now_s - self._pinged_s >= PING_S:
            self._pinged_s = now_s
            notify("WATCHDOG=1")

    def _think(self, batch: Sequence[Item | Anew]) -> None:
        records: list[Record] = []
        steps: list[Step] = []
        self._ahead(batch)
        for item in batch:
            if isinstance(item, Anew):
                self._publish_steps(self._keep(records), steps)
                records, steps = [], []
                self._start_anew(item)
                continue
            step = self._advance(item, records, steps)
            if step:
                decided = self._evidence.records(step)
                self._ground(item, step, len(records), decided)
                records += [item_record(item), *decided]
                steps.append(step)
        self._publish_steps(self._keep(records), steps)
        self.figures.batches += 1

    def _ahead(self, batch: Sequence[Item | Anew]) -> None:
        """Send items together, up to where time begins anew; not while any of them may be set aside yet."""
        items: list[Item] = []
        for item in batch:
            if isinstance(item, Anew) or (isinstance(item, Scan) and self._recent(item.feed)):
                break
            items.append(item)
        if items:
            self._thinking.ahead(items)

    def _advance(self, item: Item, records: list[Record], steps: list[Step]) -> Step | None:
        """Work one item in. None when it was set aside; `records` and `steps` so far are then kept and emptied."""
        if isinstance(item, Scan):
            if self._is_aside(item.feed) and not _says_so(item):
                item = self._refused(
                    item, f"{THINKING} source set aside", "its scans made thinking fail; it is tried again"
                )
            self._count(item)
        try:
            step = self._thinking.advance(item)
        except Exception as error:  # noqa: BLE001  a bad message must never stop the watch
            self._publish_steps(self._keep(records), steps)
            records.clear()
            steps.clear()
            self._set_aside(item, error)
            return None
        self.figures.items += 1
        self.figures.thought_ns = step.time_ns
        return step

    def _ground(self, item: Item, step: Step, index: int, decided: list[Record]) -> None:
        """Note what an item, record `index` of the next submission, tells of the grounds of decisions."""
        if isinstance(item, Scan):
            self._evidence.grounds.scan(index, item)
        elif step.alerts:
            self._evidence.grounds.decided(index, step, decided, self._thinking)

    def _count(self, scan: Scan) -> None:
        self.figures.detections += len(scan.detections)
        if self._unshown_ns is None:
            self._unshown_ns = scan.received_ns

    def _keep(self, records: list[Record]) -> "Future[Committed]":
        if records:
            self._dumped.kept += sum(len(record.body) for record in records)
            self._kept = self._evidence.submit(records)
            self._evidence.grounds.submitted(self._kept)
            self._kept.add_done_callback(self._kept_or_not)
        return self._kept

    def _kept_or_not(self, done: "Future[Committed]") -> None:
        error = done.exception()
        if isinstance(error, LedgerFull):
            self.figures.say(str(error))
        elif error is not None:
            self._broken = error
            self._source.bell.call()
        else:
            self.figures.inputs_not_kept += done.result().refused

    def _publish_steps(self, kept: "Future[Committed]", steps: list[Step]) -> None:
        """Show what was decided as soon as it is durable. On a full disk it is shown all the same: alarms must go."""
        notices = tuple(notice for step in steps for notice in step.notices)
        statements = tuple(said for step in steps for said in step.statements)
        last = next((step for step in reversed(steps) if step.health), None)
        desk = self._thinking.desk() if last or any(step.answers for step in steps) else None
        if notices or statements or last or desk:
            published = Published(notices, statements=statements, desk=desk)
            if last:
                outlook = self._outlook(last)
                published = replace(published, health=last.health, alerts=last.alerts, outlook=outlook)
            kept.add_done_callback(lambda done: self._publish(published) if _durable(done) else None)

    def _outlook(self, step: Step) -> Outlook | None:
        try:
            return self._thinking.outlook(step.picture)
        except Exception as error:  # noqa: BLE001  it is for showing alone, and changes nothing
            self.figures.failures += 1
            self.figures.say(f"the areas of the forecast could not be made: {type(error).__name__}: {error}")
            return None

    def _hurry(self) -> None:
        """Decide at once what cannot wait for the next second."""
        try:
            tick = self._thinking.hurry(self._source.taken_ns)
        except Exception as error:  # noqa: BLE001  asking changes nothing: the next second decides
            self.figures.failures += 1
            self.figures.say(f"it could not be told what is urgent: {type(error).__name__}: {error}")
            return
        if tick is not None:
            self.figures.hurried += 1
            self._think([tick])

    def _look(self, *, ticked: bool) -> None:
        """Show what is known, LOOK_S after the last time; with a Tick sooner, so that the two are worked as one."""
        now_s = time.monotonic()
        if now_s < self._look_due_s - (LOOK_S / 2 if ticked else 0.0):
            return
        every_s = between_looks_s(self.figures.turns_s[-1] if self.figures.turns_s else 0.0)
        self._look_due_s = now_s + every_s if ticked else max(self._look_due_s + every_s, now_s)
        pace = self._source.clock.pace  # before the time: a frame that says "paused" is of the moment that stands still
        try:
            picture = self._thinking.look(self._source.clock.now_ns())
        except Exception as error:  # noqa: BLE001  looking changes nothing: the next one may do
            self.figures.failures += 1
            self.figures.say(f"the picture could not be made: {type(error).__name__}: {error}")
            return
        oldest_ns, self._unshown_ns = self._unshown_ns, None

        def show(done: "Future[Committed]") -> None:
            if _durable(done):
                if oldest_ns is not None:
                    self.figures.latencies_s.append(-self._source.clock.seconds_until(oldest_ns))
                self._publish(Published(picture=picture, pace=pace))

        self._kept.add_done_callback(show)

    def _answer_orders(self) -> None:
        while self._orders:
            order, future = self._orders.popleft()
            try:
                step = self._thinking.advance(order)
            except Exception as error:  # noqa: BLE001  as in _advance
                self._set_aside(order, error)
                text = f"this order made thinking fail and had no effect: {type(error).__name__}: {error}"
                future.set_result(Answer(order.time_ns, order.key, accepted=False, reason=text))
                continue
            kept = self._keep([item_record(order), *self._evidence.records(step)])
            self._publish_steps(kept, [step])
            self._look_due_s = 0.0  # who gave the order sees its effect at once
            kept.add_done_callback(partial(_answer, future, step.answers[0]))

    def _dump(self) -> None:
        """Keep what is known. Where that fails the watch goes on: a restart then has more items to work in."""
        self._dumped = _Dumped(self.figures.thought_ns)
        if self._evidence.ledger.status().full:
            return  # what room is reserved is for decisions: dumps would eat it within minutes
        try:
            dump = self._thinking.dump()
        except Exception as error:  # noqa: BLE001  whatever it is, it must be seen, and must not end the watch
            self.figures.failures += 1
            self.figures.say(f"what is known could not be kept: {type(error).__name__}: {error}")
            return
        self._keep([Record(DUMP, self.figures.thought_ns, dump)])
        self._source.checkpoint(dump)
        self._dumped.bytes, self._dumped.kept = len(dump), 0  # what came after it, not itself

    def _start_anew(self, anew: Anew) -> None:
        """Time leapt back: know what was known then, or nothing."""
        self.figures.thought_ns = anew.time_ns
        self._dumped = _Dumped(anew.time_ns)
        self._evidence.begin_anew(self._thinking, anew.time_ns, anew.reason, anew.dump)
        self._keep([]).add_done_callback(lambda _: self._publish(Published(anew=True)))

    def _is_aside(self, source: str) -> bool:
        return self._recent(source) >= ASIDE_FAILURES

    def _recent(self, source: str) -> int:
        """How often thinking failed on it lately."""
        now_s = time.monotonic()
        return sum(now_s - when < ASIDE_S for when in self._failed.get(source, ()))

    def _set_aside(self, item: Item, error: Exception) -> None:
        """Keep the item apart and make the state anew without it: it may have been half worked in."""
        self.figures.failures += 1
        self.figures.say(f"thinking failed on a {wire.kind(item)}: {type(error).__name__}: {error}")
        record = item_record(item)
        with contextlib.suppress(LedgerFull):
            self._keep([Record(POISON, record.time_ns, record.body, record.format, input=True)]).result()
        self._evidence.restore(self._thinking, self._ping)
        self.figures.restores += 1
        if not isinstance(item, Scan) or _says_so(item):
            return
        self._failed.setdefault(item.feed, []).append(time.monotonic())
        del self._failed[item.feed][:-ASIDE_FAILURES]
        reason, detail = (
            f"{THINKING} failed on this",
            f"{type(error).__name__}: {error}. It is kept whole as a poison entry",
        )
        refused = self._refused(item, reason, detail)
        self._think([refused])

    def _refused(self, scan: Scan, reason: str, detail: str) -> Scan:
        """A scan that says nothing but that another one was refused."""
        self.figures.aside += 1
        body = wire.encode(scan)
        count = max(1, len(scan.detections))
        refusal = Refusal(scan.received_ns, scan.feed, reason, detail, body[:REFUSED_BYTES], len(body), count)
        return empty_scan(scan.feed, scan.received_ns, (*scan.refusals, refusal))


def _says_so(scan: Scan) -> bool:
    """Whether this scan only says that another one was refused: it is not refused again."""
    return any(refusal.reason.startswith(THINKING) for refusal in scan.refusals)


def _durable(done: "Future[Committed]") -> bool:
    error = done.exception()
    return error is None or isinstance(error, LedgerFull)


def _acknowledge(receipt: Receipt, done: "Future[Committed]") -> None:
    """What a full disk had no room for is not acknowledged: its sender keeps it and comes again."""
    receipt.set_result(done.exception() is None and not done.result().refused)


def _answer(future: "Future[Answer]", answer: Answer, done: "Future[Committed]") -> None:
    error = done.exception()
    if error is None:
        future.set_result(answer)
    else:
        future.set_exception(LedgerError(f"the order could not be kept and counts for nothing: {error}"))
