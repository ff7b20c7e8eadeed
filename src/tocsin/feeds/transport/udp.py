"""Datagrams as they come: unicast and multicast, IPv4 and IPv6.

The kernel drops datagrams when its buffer is full, and says so on Linux (SO_RXQ_OVFL): what was lost on the way in is
counted as a refusal, as everything else is.
"""

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tocsin.feeds.draft import Refuse
from tocsin.messages import Packet, Refusal

Deliver = Callable[[Packet], Awaitable[None] | None]
Clock = Callable[[], int]

SO_RXQ_OVFL: Final = 40  # Linux socket.h; Python names it only since 3.14
DATAGRAM_BYTES_MAX: Final = 65_535
BATCH_MAX: Final = 256  # datagrams at one wake-up: then others have their turn


@dataclass(frozen=True, slots=True)
class Udp:
    """A UDP receiver, on 127.0.0.1 unless told otherwise.

    `group`: a multicast address to join instead, on the `interface` with this address (IPv4) or index (IPv6).
    """

    feed: str
    port: int
    clock: Clock
    host: str = "127.0.0.1"
    group: str = ""
    interface: str = ""
    buffer_bytes: int = 4_194_304  # two seconds of 20,000 datagrams of 100 bytes

    async def run(self, deliver: Deliver, refuse: Refuse) -> None:
        """Receive until cancelled. `deliver` may wait: then the kernel's buffer fills, and drops are counted.

        Raises:
            OSError: the address is taken, or the group cannot be joined.
        """
        loop = asyncio.get_running_loop()
        with self.bound() as sock:
            ready = asyncio.Event()
            loop.add_reader(sock, ready.set)
            dropped = 0
            try:
                while True:
                    await ready.wait()
                    ready.clear()
                    dropped = await self._drain(sock, ready, dropped, deliver, refuse)
            finally:
                loop.remove_reader(sock)

    def bound(self) -> socket.socket:
        """The socket, listening."""
        target = ipaddress.ip_address(self.group or self.host or "0.0.0.0")  # noqa: S104 - asked for by the site file
        family = socket.AF_INET6 if target.version == 6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            if self.group:
                # Several programs may listen to one group.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer_bytes)
            _count_drops(sock)
            sock.bind((self.host if not self.group else self.group, self.port))
            if self.group:
                self._join(sock, target)
        except OSError:
            sock.close()
            raise
        return sock

    def _join(self, sock: socket.socket, group: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
        if isinstance(group, ipaddress.IPv6Address):
            request = group.packed + struct.pack("@I", int(self.interface or 0))
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
        else:
            request = group.packed + ipaddress.IPv4Address(self.interface or "0.0.0.0").packed  # noqa: S104 - any interface
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)

    async def _drain(
        self, sock: socket.socket, ready: asyncio.Event, dropped: int, deliver: Deliver, refuse: Refuse
    ) -> int:
        """Take what waits, at most BATCH_MAX; the number of drops that the kernel counted so far."""
        for _ in range(BATCH_MAX):
            try:
                data, extra, flags, sender = sock.recvmsg(DATAGRAM_BYTES_MAX, 64)
            except BlockingIOError:
                return dropped
            now_ns = self.clock()
            total = _drops(extra, dropped)
            if total != dropped:
                lost = (total - dropped) % 2**32
                detail = f"{lost} datagrams came faster than they were taken; raise buffer_bytes ({self.buffer_bytes})"
                refuse(Refusal(now_ns, self.feed, "udp: dropped by the kernel", detail, count=lost))
                dropped = total
            if flags & socket.MSG_TRUNC:
                detail = f"more than {DATAGRAM_BYTES_MAX} bytes"
                refuse(Refusal(now_ns, self.feed, "udp: datagram too long", detail, data[:4096], len(data)))
                continue
            waited = deliver(Packet(now_ns, data, f"udp {sender[0]}:{sender[1]}>{self.group or self.host}:{self.port}"))
            if waited is not None:
                await waited
        ready.set()
        await asyncio.sleep(0)
        return dropped


def _count_drops(sock: socket.socket) -> None:
    """Ask for the kernel's count of drops; elsewhere than on Linux it does not tell."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)
    except OSError:
        return


def _drops(extra: list[tuple[int, int, bytes]], before: int) -> int:
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == SO_RXQ_OVFL and len(data) >= 4:
            return int(struct.unpack_from("@I", data)[0])
    return before
