"""Streams: a client that comes back, and a server with a limit of clients.

Reads are bounded: what is not taken stays in the kernel, and the sender slows down. Nothing is lost here; where a
sender itself drops, its own decoder sees the gap.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tocsin.feeds.draft import Refuse
from tocsin.feeds.transport.udp import Clock, Deliver
from tocsin.messages import Packet, Refusal

READ_BYTES: Final = 65_536
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TcpClient:
    """Reads a stream from a server (a Beast on port 30005), for ever.

    `idle_s`: a connection that is silent so long is taken as half open and made anew. Pauses between attempts double
    from `pause_s` to `pause_s_max`, each shortened by up to a half, so that many clients do not come back at once; the
    shortening is drawn from the feed's name: the same feed waits the same times.
    """

    feed: str
    host: str
    port: int
    clock: Clock
    idle_s: float = 60.0
    connect_s: float = 10.0
    pause_s: float = 0.5
    pause_s_max: float = 30.0
    sleep: Sleep = asyncio.sleep

    async def run(self, deliver: Deliver, refuse: Refuse) -> None:
        """Connect, read, come back, until cancelled. Each lost connection is a refusal with its reason."""
        draw = random.Random(self.feed)  # noqa: S311 - spreads attempts, guards nothing
        pause_s, number = self.pause_s, 0
        while True:
            number += 1
            received, trouble = await self._read_once(number, deliver)
            # A connection that brought something starts the pauses anew.
            pause_s = self.pause_s if received else min(2.0 * pause_s, self.pause_s_max)
            wait_s = pause_s * (1.0 - 0.5 * draw.random())
            detail = f"{self.host}:{self.port}: {trouble}; trying again in {wait_s:.1f} s"
            refuse(Refusal(self.clock(), self.feed, "tcp: connection lost", detail))
            await self.sleep(wait_s)

    async def _read_once(self, number: int, deliver: Deliver) -> tuple[bool, str]:
        """One connection: whether anything came, and why it ended."""
        received = False
        try:
            async with asyncio.timeout(self.connect_s):
                reader, writer = await asyncio.open_connection(self.host, self.port, limit=READ_BYTES)
        except (OSError, TimeoutError) as error:
            return received, f"cannot connect ({str(error) or 'no answer'})"
        # The number tells the streams of two connections apart: an unfinished message of one must not meet the other.
        origin = f"tcp {self.host}:{self.port} #{number}"
        try:
            while True:
                async with asyncio.timeout(self.idle_s):
                    data = await reader.read(READ_BYTES)
                if not data:
                    return received, "closed by the other side"
                received = True
                await _hand_over(deliver, Packet(self.clock(), data, origin))
        except TimeoutError:
            return received, f"silent for {self.idle_s:g} s"
        except OSError as error:
            return received, str(error)
        finally:
            writer.close()


@dataclass(frozen=True, slots=True)
class TcpServer:
    """Lets senders connect (a receiver that pushes its feed). More than `clients_max` at once are turned away."""

    feed: str
    port: int
    clock: Clock
    host: str = "127.0.0.1"
    clients_max: int = 16
    idle_s: float = 300.0

    async def run(self, deliver: Deliver, refuse: Refuse, listening: asyncio.Future[int] | None = None) -> None:
        """Serve until cancelled. `listening` gets the port, once bound (for port 0).

        Raises:
            OSError: the address is taken.
        """
        clients = set[asyncio.Task[None]]()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            host, port = writer.get_extra_info("peername")[:2]
            origin = f"tcp {host}:{port}"
            if len(clients) >= self.clients_max:
                detail = f"{origin} was turned away: {self.clients_max} clients are connected; raise clients_max"
                refuse(Refusal(self.clock(), self.feed, "tcp: too many clients", detail))
                writer.close()
                return
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - asyncio runs handlers as tasks
            clients.add(task)
            try:
                trouble = await self._read(reader, origin, deliver)
                if trouble:
                    refuse(Refusal(self.clock(), self.feed, "tcp: client lost", f"{origin}: {trouble}"))
            finally:
                clients.discard(task)
                writer.close()

        server = await asyncio.start_server(serve, self.host, self.port, limit=READ_BYTES)
        if listening is not None:
            listening.set_result(server.sockets[0].getsockname()[1])
        try:
            await server.serve_forever()
        finally:
            server.close()
            for task in tuple(clients):
                task.cancel()
            await asyncio.gather(*clients, return_exceptions=True)

    async def _read(self, reader: asyncio.StreamReader, origin: str, deliver: Deliver) -> str:
        """One client, until it closes, breaks, or is silent for too long: why, where it did not close."""
        try:
            while True:
                async with asyncio.timeout(self.idle_s):
                    data = await reader.read(READ_BYTES)
                if not data:
                    return ""
                await _hand_over(deliver, Packet(self.clock(), data, origin))
        except TimeoutError:
            return f"silent for {self.idle_s:g} s"
        except OSError as error:
            return str(error)


async def _hand_over(deliver: Deliver, packet: Packet) -> None:
    waited = deliver(packet)
    if waited is not None:
        await waited
