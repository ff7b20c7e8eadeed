"""The fan-out: the newest frame for everybody, snapshots for the slow, and nobody waits for anybody."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from tests.skies import START_NS, picture
from tocsin.messages import Notice
from tocsin.server import hub as hubs
from tocsin.server.frames import Shown
from tocsin.server.hub import Client, Full, Hub
from tocsin.settings import Frame


class Bench:
    """A hub with a clock moved by hand."""

    def __init__(self) -> None:
        self.now_ns = START_NS
        self.seen: list[Shown] = []
        self.hub = Hub(Frame(), lambda: self.now_ns, lambda s, c: {"kind": "static", "n": (s, c)}, self.seen.append)

    async def show(self, *tracks: int) -> None:
        """A picture, all the way into the slots."""
        self.now_ns += 1_000_000_000
        self.hub.show(picture(self.now_ns, tracks), live=True, speed=1.0)
        await self.encoded()

    async def encoded(self) -> None:
        """Until nothing waits to be encoded."""
        while self.hub._encoding:  # noqa: ASYNC110  the hub tells nobody when it is idle
            await asyncio.sleep(0)


def run(story: Callable[[Bench], Awaitable[None]]) -> None:
    async def main() -> None:
        bench = Bench()
        await story(bench)
        bench.hub.close_all("end")

    asyncio.run(main())


async def got(client: Client) -> list[dict[str, Any]]:
    return [msgspec.msgpack.decode(message, strict=False) for message in await client.next()]


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    return [message["kind"] for message in messages]


def test_who_joins_gets_what_is_known_then_a_snapshot_then_deltas() -> None:
    async def story(bench: Bench) -> None:
        bench.hub.tell({"kind": "health", "time": 1.0})
        client = bench.hub.join(b"s", 4)
        assert sorted(kinds(await got(client))) == ["health", "static"]
        await bench.show(1)
        assert kinds(await got(client)) == ["static", "snapshot"]
        await bench.show(1, 2)
        (delta,) = await got(client)
        assert (delta["kind"], delta["n"]) == ("delta", 2)
        late = bench.hub.join(b"t", 4)
        snapshot = [message for message in await got(late) if message["kind"] == "snapshot"]
        assert [message["n"] for message in snapshot] == [2]

    run(story)


def test_a_slow_client_skips_frames_and_then_gets_a_snapshot() -> None:
    async def story(bench: Bench) -> None:
        quick, slow = bench.hub.join(b"q", 4), bench.hub.join(b"s", 4)
        await bench.show(1)
        for client in (quick, slow):
            await got(client)
        for k in range(2, 50):
            await bench.show(*range(1, k))
            assert kinds(await got(quick)) == ["delta"]
        (caught_up,) = await got(slow)
        assert (caught_up["kind"], caught_up["n"]) == ("snapshot", 48)
        assert bench.hub.skipped() == 47
        await bench.show(1)
        assert kinds(await got(slow)) == ["delta"], "after the snapshot it is on the stream again"

    run(story)


def test_a_slow_client_holds_one_frame_and_not_a_queue() -> None:
    async def story(bench: Bench) -> None:
        slow = bench.hub.join(b"s", 4)
        for k in range(1, 30):
            await bench.show(k)
            bench.hub.tell({"kind": "health", "time": float(k)})
            bench.hub.note(tuple(Notice(k, "track", str(n), "") for n in range(20)))
        messages = await got(slow)
        assert sorted(kinds(messages)) == ["health", "notice", "snapshot", "static"]
        (notices,) = [message["notices"] for message in messages if message["kind"] == "notice"]
        assert len(notices) == hubs.NOTICES_WAITING_MAX
        assert notices[-1] == {"time": 29 / 1e9, "what": "track", "subject": "19", "text": ""}

    run(story)


def test_a_map_that_wants_one_frame_a_second_gets_one() -> None:
    async def story(bench: Bench) -> None:
        slow, quick = bench.hub.join(b"a", 1), bench.hub.join(b"b", 4)
        counts = {slow: 0, quick: 0}
        for k in range(40):
            bench.now_ns += 250_000_000 - 1_000_000_000
            await bench.show(k + 1)
            for client in counts:
                if client._frame is not None:
                    counts[client] += sum(kind in ("snapshot", "delta") for kind in kinds(await got(client)))
        assert (counts[slow], counts[quick]) == (10, 40)

    run(story)


def test_a_frame_is_encoded_once_for_all() -> None:
    async def story(bench: Bench) -> None:
        clients = [bench.hub.join(bytes([k]), 4) for k in range(100)]
        await bench.show(1)
        frames = {id(client._frame) for client in clients}
        assert len(frames) == 1
        bodies = {id((await client.next())[-1]) for client in clients}
        assert len(bodies) == 1

    run(story)


def test_pictures_that_come_too_fast_are_skipped_not_piled_up() -> None:
    async def story(bench: Bench) -> None:
        bench.hub.join(b"a", 4)
        for k in range(50):
            bench.hub.show(picture(START_NS, [k + 1]), live=True, speed=1.0)
        await bench.encoded()
        assert bench.hub.skipped_pictures == 49
        assert bench.hub.frames == 1

    run(story)


def test_who_signs_out_is_closed_and_nobody_else() -> None:
    async def story(bench: Bench) -> None:
        mine, also_mine, other = (bench.hub.join(key, 4) for key in (b"me", b"me", b"other"))
        bench.hub.close_session(b"me", "signed out")
        assert await mine.next() == []
        assert await also_mine.next() == []
        assert mine.closed == (4401, "signed out")
        assert await other.next() != []

    run(story)


def test_there_is_a_last_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "CLIENTS_MAX", 2)

    async def story(bench: Bench) -> None:
        first = bench.hub.join(b"a", 4)
        bench.hub.join(b"b", 4)
        with pytest.raises(Full):
            bench.hub.join(b"c", 4)
        bench.hub.leave(first)
        bench.hub.join(b"c", 4)

    run(story)


def test_trails_are_fed_when_no_map_is_open() -> None:
    async def story(bench: Bench) -> None:
        for k in range(5):
            await bench.show(k + 1)
        assert len(bench.seen) == 5
        assert bench.hub.frames == 0

    run(story)
