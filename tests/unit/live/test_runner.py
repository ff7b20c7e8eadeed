"""The thinking loop over a real ledger: shown only when kept, poison set aside, a restart goes on where it was."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.skies import POISON, SECOND_NS, START_NS, Counting, HandClock, scan
from tocsin import wire
from tocsin.errors import LedgerError
from tocsin.ledger.plan import Committed, Record
from tocsin.ledger.store import Ledger
from tocsin.live.evidence import Evidence, item_record
from tocsin.live.intake.queues import Bell, Receipt
from tocsin.live.lookback import LookBack
from tocsin.live.runner import Published, Runner, _acknowledge
from tocsin.live.thinking import Anew
from tocsin.messages import Item, Order, Refusal, Scan, Step, Tick

Batch = list[Item | Anew]


class Script:
    """A source that gives what the test says, batch by batch."""

    def __init__(self, *batches: Sequence[Item | Anew]) -> None:
        self.clock, self.bell = HandClock(), Bell()
        self.batches = list(batches)
        self.left: list[Item] = []
        self.began: int | None = None
        self.dumps: list[bytes] = []
        self.waiting: list[Receipt] = []
        self.taken_ns = 0
        self.done = threading.Event()

    def take(self, wait_s: float) -> Sequence[Item | Anew]:
        if self.batches:
            batch = self.batches.pop(0)
            for item in batch:
                self.clock.time_ns = item.received_ns if not isinstance(item, Tick | Order | Anew) else item.time_ns
            return batch
        self.done.set()
        self.bell.wait(wait_s)
        return []

    def receipts(self) -> list[Receipt]:
        waiting, self.waiting = self.waiting, []
        return waiting

    def rest(self) -> list[Item]:
        return self.left

    def begin(self, time_ns: int) -> None:
        self.began = time_ns

    def checkpoint(self, dump: bytes) -> None:
        self.dumps.append(dump)


@contextmanager
def evidence(folder: Path) -> Iterator[Evidence]:
    with Ledger.open(folder, b"{}", lambda: START_NS, keep_s=0) as ledger:
        found = Evidence(ledger)
        yield found
        found.close()


def play(
    kept: Evidence,
    source: Script,
    thinking: Counting,
    *,
    resume: bool = True,
    during: Callable[[Runner], None] | None = None,
) -> tuple[Runner, list[Published]]:
    """Run until the script is played, then stop."""
    published: list[Published] = []
    runner = Runner(source, kept, thinking, published.append, resume=resume)
    failed: list[BaseException] = []

    def think() -> None:
        try:
            runner.run(lambda: None)
        except BaseException as error:  # noqa: BLE001  handed to the test
            failed.append(error)
            source.done.set()

    thread = threading.Thread(target=think)
    thread.start()
    source.done.wait()
    if during is not None:
        during(runner)
    runner.stop()
    thread.join()
    if failed:
        raise failed[0]
    return runner, published


def second(k: float) -> int:
    return START_NS + round(k * SECOND_NS)


def seconds(count: int, rows: int = 1) -> list[Batch]:
    """A scan in the middle of each second, and its tick."""
    return [[scan("a", second(k + 0.5), rows), Tick(second(k + 1))] for k in range(count)]


def kinds(kept: Evidence) -> list[str]:
    return [entry.kind for entry in kept.reader.entries()]


def order(key: str, action: str = "note") -> Order:
    return Order(second(1), key, "ann", "supervisor", action, "", {})


def test_each_item_is_kept_with_what_was_decided_and_the_digest(tmp_path: Path) -> None:
    with evidence(tmp_path) as kept:
        play(kept, Script([scan("a", second(0.5)), Tick(second(1))]), Counting())
        found = kinds(kept)
    assert found[:3] == ["start", "anew", "dump"], "a replay needs the state that a process goes on from"
    rest = [kind for kind in found[3:] if kind != "dump"]
    assert rest == ["scan", "tick", "notice", "digest"]


def test_nothing_is_published_before_it_is_kept(tmp_path: Path) -> None:
    held: list[Future[Committed]] = []

    class Slow(Evidence):
        def submit(self, records: list[Record]) -> "Future[Committed]":  # noqa: ARG002  it keeps none of them
            future: Future[Committed] = Future()
            held.append(future)
            return future

    source = Script([scan("a", second(0.5)), Tick(second(1))])
    receipt = Receipt()
    source.waiting.append(receipt)
    with Ledger.open(tmp_path, b"{}", lambda: START_NS, keep_s=0) as ledger:
        published: list[Published] = []
        runner = Runner(source, Slow(ledger), Counting(), published.append, resume=False)
        answer = runner.order(order("k1"))
        thread = threading.Thread(target=runner.run, args=(lambda: None,))
        thread.start()
        source.done.wait()
        assert published == []
        assert not answer.done()
        assert not receipt.done()
        runner.stop()
        while thread.is_alive():
            for future in [future for future in held if not future.done()]:
                future.set_result(Committed(1, 1))
            thread.join(0.01)
        assert answer.result().accepted
        assert receipt.result()
        assert [len(one.notices) for one in published if one.notices] == [1]
        assert any(one.picture is not None for one in published)


def test_an_order_is_answered_when_it_is_durable(tmp_path: Path) -> None:
    with evidence(tmp_path) as kept:

        def during(runner: Runner) -> None:
            assert runner.order(order("k1")).result().accepted
            assert {"order", "answer"} <= set(kinds(kept))

        play(kept, Script(), Counting(), during=during)


def test_a_poison_scan_is_set_aside_and_the_watch_goes_on_as_if_it_had_never_been(tmp_path: Path) -> None:
    thinking = Counting()
    good = [scan("a", second(0.1), 2), scan("b", second(0.3), 3)]
    batch: Batch = [good[0], scan(POISON, second(0.2), 7), good[1], Tick(second(1))]
    with evidence(tmp_path) as kept:
        runner, published = play(kept, Script(batch), thinking)
        found = kinds(kept)
        refusals = [item.refusals for item in scans_of(kept) if item.refusals]
    assert thinking.seen == {"a": 2, "b": 3, POISON: 0}, "what was half worked in is taken back"
    assert thinking.refused == {"thinking: failed on this": 7}
    assert (runner.figures.failures, runner.figures.restores) == (1, 1)
    assert found.count("poison") == 1
    assert found.count("scan") == 3
    assert isinstance(refusals[0][0], Refusal)
    assert "ZeroDivisionError" in refusals[0][0].detail
    assert any(notice.kind == "tick" for one in published for notice in one.notices)


def scans_of(kept: Evidence) -> list[Scan]:
    found = [
        wire.decode(entry.kind, entry.format, entry.body or b"")
        for entry in kept.reader.entries()
        if entry.kind == "scan"
    ]
    return [item for item in found if isinstance(item, Scan)]


def test_a_source_that_poisons_again_and_again_is_not_listened_to(tmp_path: Path) -> None:
    batch = [scan(POISON, second(0.01 * k)) for k in range(40)]
    thinking = Counting()
    with evidence(tmp_path) as kept:
        runner, _ = play(kept, Script(*[[item] for item in batch], [scan("a", second(0.9))]), thinking)
    assert runner.figures.failures == 3
    assert thinking.refused == {"thinking: failed on this": 3, "thinking: source set aside": 37}
    assert thinking.seen["a"] == 1


def test_a_poison_order_is_refused_and_leaves_no_trace_in_what_is_known(tmp_path: Path) -> None:
    thinking = Counting()
    with evidence(tmp_path) as kept:

        def during(runner: Runner) -> None:
            answer = runner.order(order("k1", POISON)).result()
            assert not answer.accepted
            assert "had no effect" in answer.reason
            assert runner.order(order("k2")).result().accepted

        play(kept, Script([scan("a", second(0.5))]), thinking, during=during)
    assert thinking.answers == {"k2": True}


def test_a_restart_knows_what_was_known_and_ticks_on(tmp_path: Path) -> None:
    before, after = Counting(), Counting()
    with evidence(tmp_path) as kept:
        play(kept, Script(*seconds(70, 2)), before)
    source = Script()
    source.clock.time_ns = second(75)
    with evidence(tmp_path) as kept:
        play(kept, source, after)
        assert "anew" not in kinds(kept)[2:], "a restart is not a new beginning"
    assert (after.seen, after.ticks) == (before.seen, before.ticks) == ({"a": 140}, 70)
    assert source.began == second(70)


class Large(Counting):
    """Its dumps are a hundred times what it is told in a minute."""

    def dump(self) -> bytes:
        return super().dump() + b" " * 2_000_000

    def advance(self, item: Item) -> Step:
        return replace(super().advance(item), digest=b"")


def test_while_much_is_thought_dumps_come_when_as_much_was_kept_as_they_are_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.live.runner.THOUGHT_S_MAX", -1.0)
    counts = []
    for name, thinking in (("small", Counting()), ("large", Large())):
        with evidence(tmp_path / name) as kept:
            source = Script(*seconds(50))
            play(kept, source, thinking)
            counts.append(len(source.dumps))
    assert counts[0] >= 9  # each five seconds, and at the end
    assert counts[1] == 2  # the first at once, the last at the end: what it keeps itself does not count


def test_a_restart_without_a_dump_at_the_end_replays_the_items_since(tmp_path: Path) -> None:
    thinking = Counting()
    with evidence(tmp_path) as kept:
        play(kept, Script([scan("a", second(0.5), 2), Tick(second(1))]), Counting())
        last = max(entry.number for entry in kept.reader.entries() if entry.kind == "dump")
        known = kept.reader.entry(last).body
        kept.submit([item_record(scan("a", second(2), 5))]).result()
    with evidence(tmp_path) as kept:
        play(kept, Script(), thinking)
    assert known is not None
    assert thinking.seen == {"a": 7}


def test_an_item_on_which_a_restart_fails_is_left_out(tmp_path: Path) -> None:
    thinking = Counting()
    with evidence(tmp_path) as kept:
        play(kept, Script([scan("a", second(0.5), 2)]), Counting())
        poison = [item_record(scan(POISON, second(1), 4)), item_record(scan("b", second(2), 1))]
        kept.submit(poison).result()
    with evidence(tmp_path) as kept:
        play(kept, Script(), thinking)
    assert thinking.seen == {"a": 2, "b": 1}


def test_what_waits_at_a_stop_is_thought_and_kept(tmp_path: Path) -> None:
    source, thinking = Script([Tick(second(1))]), Counting()
    source.left = [scan("a", second(1.5), 4)]
    with evidence(tmp_path) as kept:
        play(kept, source, thinking)
        again = Counting()
        kept.restore(again, lambda: None)
    assert again.seen == {"a": 4}


def test_a_leap_back_begins_anew_and_the_past_is_found_in_both_runs(tmp_path: Path) -> None:
    thinking = Counting()
    script = Script(*seconds(10), [Anew(second(0), "leap")], *seconds(3))
    with evidence(tmp_path) as kept:
        _, published = play(kept, script, thinking, resume=False)
        pictures = [len(LookBack(kept.reader, Counting()).picture_at(second(at))) for at in (2, 9)]
    assert thinking.seen == {"a": 3}
    assert sum(one.anew for one in published) == 1
    assert pictures == [2, 9]


def test_a_clock_that_was_ahead_when_the_ledger_was_written_begins_anew(tmp_path: Path) -> None:
    with evidence(tmp_path) as kept:
        play(kept, Script([scan("a", second(3_600)), Tick(second(3_600))]), Counting())
    source, thinking = Script(), Counting()
    with evidence(tmp_path) as kept:
        play(kept, source, thinking)
    assert thinking.seen == {}
    assert source.began == START_NS


def test_a_restart_after_the_site_file_was_edited_follows_the_site_file(tmp_path: Path) -> None:
    with evidence(tmp_path) as kept:
        play(kept, Script(*seconds(70, 2)), Counting())
    source, thinking = Script(), Counting(edited=True)
    source.clock.time_ns = second(75)
    with evidence(tmp_path) as kept:
        play(kept, source, thinking)
        assert "anew" in kinds(kept)[2:], "the evidence says that what follows does not follow from what was"
    assert thinking.seen == {}
    assert source.began == second(70)


def test_the_past_is_what_was_known_then(tmp_path: Path) -> None:
    with evidence(tmp_path) as kept:
        play(kept, Script(*seconds(130)), Counting())
        assert [len(LookBack(kept.reader, Counting()).picture_at(second(at))) for at in (1, 5, 64, 130)] == [
            1,
            5,
            64,
            130,
        ]
        with pytest.raises(LedgerError, match="nothing is kept"):
            LookBack(kept.reader, Counting()).picture_at(second(-100))
        assert kept.bounds_ns() == (START_NS, second(130))


def test_playing_the_past_forward_loads_no_dump_again(tmp_path: Path) -> None:
    with evidence(tmp_path) as kept:
        play(kept, Script(*seconds(50)), Counting())
        thinking = Counting()
        back = LookBack(kept.reader, thinking)
        assert [len(back.picture_at(second(at))) for at in range(5, 45)] == list(range(5, 45))
        assert thinking.begun == 1
        assert len(back.picture_at(second(6))) == 6
        assert thinking.begun == 2
        assert [len(back.picture_at(second(at))) for at in (6.7, 7.4, 7.6, 53.0)] == [7, 7, 8, 50]
        with pytest.raises(LedgerError, match="nothing is kept"):
            back.picture_at(second(60))


def test_how_things_stood_is_as_it_was_decided_then_also_right_behind_a_dump(tmp_path: Path) -> None:
    with evidence(tmp_path) as kept:
        play(kept, Script(*seconds(130)), Counting())
        back = LookBack(kept.reader, Counting())
        ticks = []
        for at in (1, 5, *range(58, 66), 61, 130):
            health = back.stood_at(second(at)).health
            assert health is not None
            assert health.time_ns == second(at)
            ticks.append(health.counters["ticks"])
        assert ticks == [1, 5, *range(58, 66), 61, 130]
        assert back.stood_at(second(0)).health is None, "nothing had been decided"
        with pytest.raises(LedgerError, match="nothing is kept"):
            back.stood_at(second(-100))


def test_a_ledger_that_fails_ends_the_watch(tmp_path: Path) -> None:
    class Broken(Evidence):
        broken = False

        def submit(self, records: list[Record]) -> "Future[Committed]":
            if not self.broken:
                return super().submit(records)
            future: Future[Committed] = Future()
            future.set_exception(LedgerError("the disk is gone"))
            return future

    with Ledger.open(tmp_path, b"{}", lambda: START_NS, keep_s=0) as ledger:
        kept = Broken(ledger)

        def during(_runner: Runner) -> None:
            Broken.broken = True
            source.batches = [[Tick(second(1))], [Tick(second(2))]]
            source.done.clear()
            source.bell.ring()
            source.done.wait()

        source = Script()
        with pytest.raises(LedgerError, match="the disk is gone"):
            play(kept, source, Counting(), during=during)
        kept.close()


@pytest.mark.parametrize(("outcome", "heard"), [(Committed(1, 2), True), (Committed(0, 0, 1), False), (None, False)])
def test_a_sender_hears_whether_its_bytes_are_durable(outcome: Committed | None, heard: bool) -> None:
    receipt, done = Receipt(), Future[Committed]()
    if outcome is None:
        done.set_exception(LedgerError("the disk is gone"))
    else:
        done.set_result(outcome)
    _acknowledge(receipt, done)
    assert receipt.result() is heard
