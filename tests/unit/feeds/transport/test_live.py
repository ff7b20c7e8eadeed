"""UDP and TCP on the loopback, with a clock of our own."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from tocsin.feeds.transport.tcp import TcpClient, TcpServer
from tocsin.feeds.transport.udp import Udp
from tocsin.messages import Packet, Refusal

LOOPBACK = "127.0.0.1"


class Ears:
    """Collects what a transport delivers and refuses; `enough` is set when so many packets came."""

    def __init__(self, wanted: int = 1) -> None:
        self.packets: list[Packet] = []
        self.refusals: list[Refusal] = []
        self.wanted = wanted
        self.enough = asyncio.Event()
        self.refused = asyncio.Event()
        self.ending = b""
        self.ended = asyncio.Event()

    def deliver(self, packet: Packet) -> None:
        self.packets.append(packet)
        if len(self.packets) >= self.wanted:
            self.enough.set()
        if self.ending and self.data.endswith(self.ending):
            self.ended.set()

    def refuse(self, refusal: Refusal) -> None:
        self.refusals.append(refusal)
        self.refused.set()

    async def until(self, ending: bytes) -> None:
        """Wait for data that ends so."""
        self.ending = ending
        if self.data.endswith(ending):
            return
        self.ended.clear()
        await self.ended.wait()

    @property
    def data(self) -> bytes:
        return b"".join(packet.data for packet in self.packets)


def clock() -> Callable[[], int]:
    ticks = count(1_000)
    return lambda: next(ticks)


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind((LOOPBACK, 0))
        return int(sock.getsockname()[1])


def run(story: Awaitable[None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await story

    asyncio.run(bounded())


async def listening(udp: Udp, ears: Ears) -> "asyncio.Task[None]":
    task = asyncio.create_task(udp.run(ears.deliver, ears.refuse))
    await asyncio.sleep(0.02)
    assert not task.done()
    return task


async def stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_datagrams_come_with_the_clock_and_their_path() -> None:
    async def story() -> None:
        ears, port = Ears(3), free_port()
        task = await listening(Udp("box", port, clock()), ears)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((LOOPBACK, 0))
            for part in (b"one", b"", b"three"):
                sender.sendto(part, (LOOPBACK, port))
            await ears.enough.wait()
            path = f"udp {LOOPBACK}:{sender.getsockname()[1]}>{LOOPBACK}:{port}"
        await stopped(task)
        assert ears.packets == [Packet(1000, b"one", path), Packet(1001, b"", path), Packet(1002, b"three", path)]
        assert not ears.refusals

    run(story())


def test_a_group_is_joined_and_heard() -> None:
    async def story() -> None:
        ears, port = Ears(), free_port()
        task = await listening(Udp("box", port, clock(), group="239.255.77.1", interface=LOOPBACK), ears)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK))
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            sender.sendto(b"all", ("239.255.77.1", port))
            await ears.enough.wait()
        await stopped(task)
        assert ears.data == b"all"

    run(story())


def test_what_the_kernel_drops_is_counted() -> None:
    """A slow taker: the buffer fills, and the number of lost datagrams is told with the next one that came."""

    async def story() -> None:
        ears, port = Ears(10**9), free_port()
        gate = asyncio.Event()

        async def slowly(packet: Packet) -> None:
            ears.deliver(packet)
            await gate.wait()

        udp = Udp("box", port, clock(), buffer_bytes=4096)
        task = asyncio.create_task(udp.run(slowly, ears.refuse))
        await asyncio.sleep(0.02)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(200):
                sender.sendto(bytes(500), (LOOPBACK, port))
            gate.set()
            await asyncio.sleep(0.05)
            sender.sendto(b"last", (LOOPBACK, port))
            await ears.refused.wait()
        await ears.until(b"last")
        await stopped(task)
        lost = sum(refusal.count for refusal in ears.refusals)
        assert {refusal.reason for refusal in ears.refusals} == {"udp: dropped by the kernel"}
        assert lost + len(ears.packets) == 201

    run(story())


def test_a_taken_address_is_an_error_at_once() -> None:
    async def story() -> None:
        ears = Ears()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((LOOPBACK, 0))
            with pytest.raises(OSError, match="in use"):
                await Udp("box", other.getsockname()[1], clock()).run(ears.deliver, ears.refuse)

    run(story())


async def serve(port: int, *answers: bytes) -> asyncio.Server:
    """A server that gives each connection the next answer and closes it."""
    left = list(answers)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0))
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, LOOPBACK, port)


def test_a_client_comes_back_after_every_loss() -> None:
    async def story() -> None:
        ears, port, waits = Ears(2), free_port(socket.SOCK_STREAM), list[float]()
        up, tried = asyncio.Event(), asyncio.Event()

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                tried.set()
                await up.wait()
            await asyncio.sleep(0)

        client = TcpClient("box", LOOPBACK, port, clock(), sleep=sleep)
        task = asyncio.create_task(client.run(ears.deliver, ears.refuse))
        await tried.wait()
        async with await serve(port, b"first", b"second", *[b""] * 1000):
            up.set()
            await ears.enough.wait()
            await stopped(task)
        assert ears.data == b"firstsecond"
        assert ears.packets[0].origin != ears.packets[1].origin  # two connections are two streams
        assert {refusal.reason for refusal in ears.refusals} == {"tcp: connection lost"}
        assert 0.5 <= waits[0] <= 1.0 <= waits[1] <= 2.0 <= waits[2] <= 4.0
        assert 0.25 <= waits[3] <= 0.5  # something came: the pauses begin anew

    run(story())


def test_the_same_feed_waits_the_same_times_and_others_do_not() -> None:
    def waits(feed: str) -> list[float]:
        found: list[float] = []

        async def story() -> None:
            async def sleep(seconds: float) -> None:
                found.append(seconds)
                if len(found) == 12:
                    raise asyncio.CancelledError

            ears = Ears()
            client = TcpClient(feed, LOOPBACK, free_port(socket.SOCK_STREAM), clock(), sleep=sleep)
            with pytest.raises(asyncio.CancelledError):
                await client.run(ears.deliver, ears.refuse)

        run(story())
        return found

    assert waits("north") == waits("north") != waits("south")
    assert max(waits("north")) <= 30.0


def test_a_silent_connection_is_made_anew() -> None:
    async def story() -> None:
        ears, port = Ears(), free_port(socket.SOCK_STREAM)

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        async with await asyncio.start_server(silent, LOOPBACK, port):
            client = TcpClient("box", LOOPBACK, port, clock(), idle_s=0.05)
            task = asyncio.create_task(client.run(ears.deliver, ears.refuse))
            await ears.refused.wait()
            await stopped(task)
        assert "silent for 0.05 s" in ears.refusals[0].detail

    run(story())


def test_a_server_takes_so_many_clients_and_turns_others_away() -> None:
    async def story() -> None:
        ears = Ears(2)
        bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        server = TcpServer("box", 0, clock(), clients_max=2)
        task = asyncio.create_task(server.run(ears.deliver, ears.refuse, bound))
        port = await bound
        clients = [await asyncio.open_connection(LOOPBACK, port) for _ in range(3)]
        assert await clients[2][0].read() == b""
        for _, writer in clients[:2]:
            writer.write(b"data")
            await writer.drain()
        await ears.enough.wait()
        assert len({packet.origin for packet in ears.packets}) == 2
        assert [refusal.reason for refusal in ears.refusals] == ["tcp: too many clients"]
        for _, writer in clients:
            writer.close()
        await stopped(task)

    run(story())


def test_a_client_that_breaks_is_told_and_makes_room() -> None:
    async def story() -> None:
        ears = Ears(2)
        bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(TcpServer("box", 0, clock(), clients_max=1).run(ears.deliver, ears.refuse, bound))
        port = await bound
        for data in (b"one", b"two"):
            _, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(data)
            await writer.drain()
            await ears.until(data)
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets
            writer.close()
            ears.refused.clear()
            await ears.refused.wait()
        assert [refusal.reason for refusal in ears.refusals] == ["tcp: client lost"] * 2
        await stopped(task)

    run(story())
