"""Shedding: the source above its declared rate pays, and only that one; every packet is counted."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tocsin.live.intake.queues import BYTES_MAX, PACKETS_MIN, SourceQueue
from tocsin.messages import Packet, Refusal

SECOND_NS = 1_000_000_000
ALL = 2**62


def packet(at_s: float, data: bytes = b"x" * 100) -> Packet:
    return Packet(round(at_s * SECOND_NS), data)


def test_a_source_within_its_rate_loses_nothing_while_thinking_is_away_for_ten_seconds() -> None:
    queue = SourceQueue("radar", rate_hz=500.0)
    assert all(queue.offer(packet(1 + k / 500)) for k in range(5_000))
    packets, refused = queue.take(ALL)
    assert (len(packets), refused) == (5_000, ())
    assert queue.figures.shed == 0


def test_a_flood_costs_the_source_that_floods_and_no_other() -> None:
    calm, loud = SourceQueue("calm", rate_hz=100.0), SourceQueue("loud", rate_hz=1_000.0)
    for second in range(8):
        for k in range(100):
            assert calm.offer(packet(1 + second + k / 100))
        for k in range(5_000):
            loud.offer(packet(1 + second + k / 5_000))
    assert (calm.figures.shed, calm.figures.lost) == (0, 0)
    assert loud.figures.shed > 25_000
    assert loud.figures.lost == 0, "what was shed lay above the declared rate"
    packets, (refusal,) = loud.take(ALL)
    assert len(packets) + refusal.count == 40_000
    assert refusal.reason == "queue: above the declared rate"
    assert refusal.length == refusal.count * 100


def test_a_flood_is_welcome_while_thinking_keeps_up() -> None:
    queue = SourceQueue("loud", rate_hz=1_000.0)
    taken = 0
    for k in range(50_000):
        queue.offer(packet(1 + k / 5_000))
        if k % 100 == 99:
            taken += len(queue.take(ALL)[0])
    assert taken == 50_000


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(0, 400)), max_size=40), st.floats(1, 50))
def test_every_packet_is_taken_or_refused_once_whatever_the_rhythm(
    rhythm: list[tuple[float, int]], rate: float
) -> None:
    queue = SourceQueue("any", rate_hz=rate)
    offered = taken = refused = 0
    at_s = 1.0
    for pause_s, count in rhythm:
        at_s += pause_s
        for _ in range(count):
            queue.offer(packet(at_s))
        offered += count
        packets, refusals = queue.take(ALL)
        taken += len(packets)
        refused += sum(refusal.count for refusal in refusals)
    assert offered == taken + refused == queue.figures.packets + queue.figures.shed


def test_memory_is_bounded_by_bytes_too() -> None:
    queue = SourceQueue("fat", rate_hz=1e6)
    while queue.offer(packet(1.0, bytes(60_000))):
        pass
    assert len(queue) <= BYTES_MAX / 60_000
    assert queue.take(ALL)[1][0].reason == "queue: full"


def test_only_what_came_before_is_taken() -> None:
    queue = SourceQueue("radar", rate_hz=100.0)
    for at_s in (1.0, 1.5, 2.0):
        queue.offer(packet(at_s))
    assert [p.received_ns for p in queue.take(2 * SECOND_NS)[0]] == [SECOND_NS, 1_500_000_000]
    assert len(queue) == 1


def test_a_stream_is_held_back_and_loses_nothing() -> None:
    queue = SourceQueue("beast", rate_hz=1.0)

    async def send() -> None:
        for k in range(PACKETS_MIN + 50):
            await queue.offer_or_hold(packet(1 + k / 1_000))

    async def both() -> int:
        sender = asyncio.create_task(send())
        while queue.figures.held_back == 0:  # noqa: ASYNC110  the queue tells by counting
            await asyncio.sleep(0)
        taken = len(queue.take(ALL)[0])
        await sender
        return taken + len(queue.take(ALL)[0])

    assert asyncio.run(both()) == PACKETS_MIN + 50
    assert queue.figures.shed == 0


def test_refusals_of_a_transport_are_merged_by_reason() -> None:
    queue = SourceQueue("udp", rate_hz=10.0)
    queue.refuse(Refusal(1, "udp", "udp: dropped by the kernel", "three", count=3))
    queue.refuse(Refusal(2, "udp", "udp: dropped by the kernel", "four", count=4))
    queue.refuse(Refusal(3, "udp", "udp: datagram too long", "one"))
    assert [(refusal.reason, refusal.count) for refusal in queue.take(0)[1]] == [
        ("udp: dropped by the kernel", 7),
        ("udp: datagram too long", 1),
    ]
