"""The sequencer: arrival order, ticks between what came before and after, decoders that fail."""

import threading

from tests.skies import SECOND_NS, START_NS, HandClock, Rows
from tocsin.live.clock import Jump
from tocsin.live.intake.queues import Bell, Receipt, SourceQueue
from tocsin.live.intake.sequencer import Sequencer
from tocsin.live.thinking import Anew
from tocsin.messages import Packet, Scan, Tick


def made(*names: str, rate_hz: float = 1_000.0) -> tuple[HandClock, Sequencer]:
    clock, bell = HandClock(), Bell()
    queues = {name: SourceQueue(name, rate_hz, bell) for name in names}
    return clock, Sequencer(clock, queues, {name: Rows(name) for name in names}, bell)


def told(items: list[object]) -> list[object]:
    return [item.time_ns if isinstance(item, Tick) else (item.feed, len(item.detections)) for item in items]  # type: ignore[attr-defined]


def test_each_source_gives_one_scan_in_the_order_of_first_arrival() -> None:
    clock, sequencer = made("a", "b")
    for name, at_ms in (("b", 1), ("a", 2), ("b", 3)):
        sequencer.queues[name].offer(Packet(START_NS + at_ms * 1_000_000, b"."))
    clock.time_ns += 30_000_000
    assert told(list(sequencer.take(0.0))) == [("b", 2), ("a", 1)]


def test_what_came_before_a_second_comes_before_its_tick_however_late_thinking_is() -> None:
    clock, sequencer = made("a", "b")
    for name, at_ms in (("a", 900), ("b", 950), ("a", 1_100), ("a", 2_500)):
        sequencer.queues[name].offer(Packet(START_NS + at_ms * 1_000_000, b"."))
    clock.time_ns += 2_700_000_000
    assert told(list(sequencer.take(0.0))) == [
        ("a", 1),
        ("b", 1),
        START_NS + SECOND_NS,
        ("a", 1),
        START_NS + 2 * SECOND_NS,
        ("a", 1),
    ]


def test_what_comes_is_gathered_until_somebody_waits_for_an_answer() -> None:
    clock, sequencer = made("a")
    clock.time_ns += 1
    sequencer.queues["a"].offer(Packet(START_NS, b"."))
    threading.Timer(0.05, lambda: sequencer.queues["a"].offer(Packet(START_NS, b"."))).start()
    receipt = Receipt()
    threading.Timer(0.1, lambda: sequencer.queues["a"].take_in(Packet(START_NS, b"."), receipt)).start()
    assert told(list(sequencer.take(60.0))) == [("a", 3)]
    assert sequencer.receipts() == [receipt]


def test_silence_still_ticks() -> None:
    clock, sequencer = made("a")
    clock.time_ns += 2 * SECOND_NS
    assert told(list(sequencer.take(0.0))) == [START_NS + SECOND_NS, START_NS + 2 * SECOND_NS]


def test_a_restart_ticks_no_second_twice() -> None:
    _, sequencer = made("a")
    sequencer.begin(START_NS + 3 * SECOND_NS)
    assert sequencer.ticks.next_ns == START_NS + 4 * SECOND_NS


def test_a_decoder_that_fails_is_a_refusal_with_its_bytes_and_stops_nobody() -> None:
    clock, sequencer = made("a", "b")
    sequencer.queues["a"].offer(Packet(START_NS, b"oh!"))
    sequencer.queues["b"].offer(Packet(START_NS + 1, b"fine"))
    clock.time_ns += 30_000_000
    bad, good = sequencer.take(0.0)
    assert isinstance(bad, Scan)
    assert isinstance(good, Scan)
    assert (bad.refusals[0].reason, bad.refusals[0].data, bad.refusals[0].count) == ("decoder: failed", b"oh!", 1)
    assert len(good.detections) == 4
    assert sequencer.failures == {"a": 1}


def test_what_was_shed_comes_with_the_next_scan_of_its_source() -> None:
    clock, sequencer = made("a", rate_hz=1.0)
    for _ in range(1_500):
        sequencer.queues["a"].offer(Packet(START_NS, b"."))
    clock.time_ns += 30_000_000
    (item,) = sequencer.take(0.0)
    assert isinstance(item, Scan)
    assert len(item.detections) + item.refusals[0].count == 1_500


def test_a_refusal_alone_is_a_scan_without_detections() -> None:
    clock, sequencer = made("a", rate_hz=1.0)
    for _ in range(1_500):
        sequencer.queues["a"].offer(Packet(START_NS, b"."))
    sequencer.queues["a"].take(START_NS + 1)
    sequencer.queues["a"].offer(Packet(START_NS + 1, b"x" * 70_000_000))
    clock.time_ns += 30_000_000
    (item,) = sequencer.take(0.0)
    assert isinstance(item, Scan)
    assert (len(item.detections), item.refusals[0].count) == (0, 1)


def test_a_jump_back_of_the_clock_begins_anew_once() -> None:
    clock, sequencer = made("a")
    clock.time_ns -= 3_600 * SECOND_NS
    sequencer.turn_back(Jump(START_NS, -3_600 * SECOND_NS))
    (anew,) = sequencer.take(0.0)
    assert isinstance(anew, Anew)
    assert anew.time_ns == clock.time_ns
    clock.time_ns += SECOND_NS
    assert told(list(sequencer.take(0.0))) == [clock.time_ns]
