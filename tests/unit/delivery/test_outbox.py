"""The worker: what goes first, what is tried again, what is not sent any more, and what is an alarm."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from tests.receivers.statements import Memory, plain, statement
from tests.skies import SECOND_NS, START_NS
from tocsin.delivery import lane
from tocsin.delivery.carrier import Parcel, Taken
from tocsin.delivery.declared import Channel, Delivery, Routes
from tocsin.delivery.outbox import Made, Open, Outbox
from tocsin.errors import NotDelivered
from tocsin.messages import Statement

ALL = Channel("log", "feed", ("public", "staff"), ("test", "actual"), at_once=1, check_s=0.02, timeout_s=5.0)


@dataclass(slots=True)
class Fake:
    """A carrier that fails as told. `fails` maps an identifier to the errors of its next attempts."""

    keeps_state: ClassVar[bool] = False
    declared: Channel = ALL
    sent: list[str] = field(default_factory=list)
    again: list[bool] = field(default_factory=list)
    fails: dict[str, list[Exception]] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    sick: str = ""
    shut: int = 0

    async def open(self) -> None:
        if self.shut > 0:
            self.shut -= 1
            raise NotDelivered("it does not open")

    async def send(self, parcel: Parcel) -> Taken:
        await self.gate.wait()
        name = parcel.statement.identifier
        self.again.append(parcel.again)
        if self.fails.get(name):
            raise self.fails[name].pop(0)
        self.sent.append(name)
        return Taken("taken")

    async def check(self) -> str:
        if self.sick:
            raise NotDelivered(self.sick)
        return "well"

    async def trial(self, _parcel: Parcel) -> str:
        return ""

    async def close(self) -> None:
        pass


class Stateful(Fake):
    """One that shows the newest word only."""

    keeps_state: ClassVar[bool] = True


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "FIRST_WAIT_S", 0.002)
    monkeypatch.setattr(lane, "LONGEST_WAIT_S", 0.01)


@dataclass(slots=True)
class Bench:
    fake: Fake
    keeper: Memory
    outbox: Outbox
    clock: list[int]

    async def until(self, done: Callable[[], bool]) -> None:
        while not done():  # noqa: ASYNC110  the worker is what is waited for
            await asyncio.sleep(0.001)


def work(
    story: Callable[[Bench], object],
    fake: Callable[[], Fake] = Fake,
    make: Callable[[Statement], Made] = plain,
    **memory: object,
) -> Bench:
    async def main() -> Bench:
        clock = [START_NS + 100 * SECOND_NS]
        keeper = Memory(**memory)  # type: ignore[arg-type]
        delivery = Delivery("actual", (ALL,))
        made = fake()
        outbox = Outbox(delivery, Routes(delivery), {"log": made}, make, keeper, lambda: clock[0])
        bench = Bench(made, keeper, outbox, clock)
        running = asyncio.create_task(outbox.lanes["log"].run())
        try:
            await story(bench)  # type: ignore[misc]
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return bench

    return asyncio.run(main())


def test_warnings_go_before_all_else_and_the_newest_of_an_event_first() -> None:
    said = [
        statement(1, event="a", stage="watch", audience="staff"),
        statement(2, event="b", stage="all clear", kind="update"),
        statement(3, event="c", stage="warning"),
        statement(4, event="d", stage="warning"),
        statement(5, event="c", stage="under way", kind="update"),
        statement(6, event="e", kind="cancel", stage="watch"),
    ]

    async def story(bench: Bench) -> None:
        bench.outbox.take(said)
        bench.fake.gate.set()
        await bench.until(lambda: len(bench.keeper.receipts) == 6)

    assert work(story).fake.sent == ["tocsin-6", "tocsin-5", "tocsin-4", "tocsin-3", "tocsin-2", "tocsin-1"]


def test_a_document_is_made_once_and_kept_before_its_first_send_however_often_it_is_tried() -> None:
    made: list[str] = []

    def make(said: Statement) -> Made:
        made.append(said.identifier)
        return plain(said)

    async def story(bench: Bench) -> None:
        lost = [NotDelivered("lost", perhaps=True), TimeoutError(), ValueError("odd")]
        bench.fake.fails = {"tocsin-1": [NotDelivered("not there"), *lost]}
        bench.outbox.take([statement(1)])
        bench.outbox.take([statement(1)])
        await bench.until(lambda: bool(bench.keeper.documents))
        assert bench.fake.sent == []
        bench.fake.gate.set()
        await bench.until(lambda: bool(bench.keeper.receipts))

    bench = work(story, make=make)
    assert made == ["tocsin-1"]
    (receipt,) = bench.keeper.receipts
    assert (receipt.outcome, receipt.attempts, receipt.key) == ("received", 5, "tocsin-1/log")
    assert bench.fake.again == [False, False, True, True, True], "only what was surely not taken is sent without asking"


def test_what_a_start_finds_open_is_sent_with_the_bytes_that_were_kept() -> None:
    from tocsin.delivery.kept import Document  # noqa: PLC0415  only here

    kept = Document(START_NS, "tocsin-1", "x/y", b"the signed bytes")
    carried: list[bytes] = []

    class Watching(Fake):
        async def send(self, parcel: Parcel) -> Taken:
            carried.append(parcel.document.body)
            assert parcel.again
            return Taken("")

    async def story(bench: Bench) -> None:
        bench.outbox.go_on(Open([(statement(1), "log"), (statement(1), "gone")], [kept]))
        await bench.until(lambda: bool(bench.keeper.receipts))

    def never(_: Statement) -> Made:
        raise AssertionError("it was signed before")

    work(story, Watching, never)
    assert carried == [b"the signed bytes"]


def test_what_has_expired_is_not_sent_and_recorded_so_with_an_alarm() -> None:
    async def story(bench: Bench) -> None:
        bench.fake.fails = {"tocsin-1": [NotDelivered("down")] * 1000}
        bench.fake.gate.set()
        bench.outbox.take([statement(1)])
        await bench.until(lambda: bench.outbox.lanes["log"].figures.failures > 2)
        bench.clock[0] = statement(1).expires_ns
        await bench.until(lambda: bool(bench.keeper.receipts))

    bench = work(story)
    (receipt,) = bench.keeper.receipts
    assert (receipt.outcome, receipt.received_ns) == ("expired", 0)
    assert bench.fake.sent == []
    assert any("expired before it could be sent" in notice.text for notice in bench.keeper.notices)


def test_a_channel_of_state_never_shows_an_older_word_after_a_newer_one() -> None:
    async def story(bench: Bench) -> None:
        bench.outbox.take([statement(1), statement(2, kind="update", stage="under way")])
        bench.fake.gate.set()
        await bench.until(lambda: len(bench.keeper.receipts) == 2)

    bench = work(story, Stateful)
    assert bench.fake.sent == ["tocsin-2"]
    assert {one.identifier: one.outcome for one in bench.keeper.receipts} == {
        "tocsin-1": "superseded",
        "tocsin-2": "received",
    }


def test_a_warning_is_not_sent_after_its_all_clear() -> None:
    async def story(bench: Bench) -> None:
        bench.fake.fails = {"tocsin-1": [NotDelivered("down")]}
        bench.fake.gate.set()
        bench.outbox.take([statement(1)])
        await bench.until(lambda: bench.outbox.lanes["log"].figures.failures == 1)
        bench.fake.fails = {"tocsin-1": [NotDelivered("down")] * 3}
        bench.outbox.take([statement(2, kind="update", stage="all clear")])
        await bench.until(lambda: len(bench.keeper.receipts) == 2)

    bench = work(story)
    assert bench.fake.sent == ["tocsin-2"]
    assert bench.keeper.receipts[-1].outcome == "superseded"


def test_a_failing_channel_is_one_alarm_and_its_recovery_is_told() -> None:
    async def story(bench: Bench) -> None:
        bench.fake.fails = {"tocsin-1": [NotDelivered("down")] * 5}
        bench.fake.gate.set()
        bench.outbox.take([statement(1)])
        await bench.until(lambda: bench.outbox.lanes["log"].figures.failures == 2)
        assert any("channel log has failed" in trouble for trouble in bench.outbox.troubles())
        assert bench.outbox.figures()[1]["channel_up|channel=log"] == 0.0
        await bench.until(lambda: bool(bench.keeper.receipts) and len(bench.keeper.notices) == 2)
        assert bench.outbox.troubles() == []
        assert bench.outbox.figures()[1]["channel_up|channel=log"] == 1.0

    bench = work(story)
    assert [notice.text.split(":")[0].split(" after")[0] for notice in bench.keeper.notices] == ["fails", "well again"]


def test_a_silent_channel_is_an_alarm_though_nothing_is_to_be_sent() -> None:
    async def story(bench: Bench) -> None:
        bench.fake.sick = "no answer to our question"
        await bench.until(lambda: bool(bench.keeper.notices))
        assert "no answer to our question" in bench.outbox.troubles()[0]

    (notice,) = work(story).keeper.notices
    assert (notice.kind, notice.subject) == ("channel", "log")


def test_a_channel_that_does_not_open_is_an_alarm_and_is_tried_until_it_does() -> None:
    def shut() -> Fake:
        return Fake(shut=3)

    async def story(bench: Bench) -> None:
        bench.fake.gate.set()
        bench.outbox.take([statement(1)])
        await bench.until(lambda: bool(bench.keeper.receipts))

    bench = work(story, shut)
    assert bench.fake.sent == ["tocsin-1"]
    assert "does not open" in bench.keeper.notices[0].text


def test_on_a_full_disk_statements_still_go_out_and_it_is_an_alarm() -> None:
    async def story(bench: Bench) -> None:
        bench.fake.gate.set()
        bench.outbox.take([statement(1)])
        await bench.until(lambda: bool(bench.keeper.receipts))
        assert any("the disk is full" in trouble for trouble in bench.outbox.troubles())

    assert work(story, full=True).fake.sent == ["tocsin-1"]


def test_a_document_that_cannot_be_made_is_an_alarm_and_is_tried_again() -> None:
    tries: list[str] = []

    def make(said: Statement) -> Made:
        tries.append(said.identifier)
        if len(tries) < 3:
            raise RuntimeError("no key")
        return Made("x/y", b"x", ("Polish is missing",))

    async def story(bench: Bench) -> None:
        bench.fake.gate.set()
        bench.outbox.take([statement(1)])
        await bench.until(lambda: bool(bench.outbox.troubles()))
        await bench.until(lambda: bool(bench.keeper.receipts))

    bench = work(story, make=make)
    assert bench.fake.sent == ["tocsin-1"]
    texts = [notice.text for notice in bench.keeper.notices if notice.kind == "document"]
    assert "no key" in texts[0]
    assert "Polish is missing" in texts
