"""Maps that only watch: what a load has to carry, and as little of this machine as can be."""

import asyncio

PING, PONG = 0x89, 0x8A


class Watching(asyncio.BufferedProtocol):
    """A map that only watches: it takes what comes and throws it away, because other machines would draw it.

    Pings are answered (RFC 6455 section 5.5.3); frames of a server carry no mask.
    """

    def __init__(self, request: bytes, room: bytearray) -> None:
        self._request, self._room = request, room
        self._head, self._left, self._ping = b"", 0, 0
        self._answered = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the picture."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  for the type checker
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        """The server ended it."""
        del error
        if not self.gone.done():
            self.gone.set_result(None)

    def get_buffer(self, sizehint: int) -> bytearray:
        """The same room for all: nobody looks at it twice."""
        del sizehint
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """So much came."""
        at = 0
        while at < nbytes:
            skipped = min(self._left, nbytes - at)
            at, self._left = at + skipped, self._left - skipped
            if not self._left and at < nbytes:
                self._head += self._room[at : at + 1]
                at += 1
                self._headed()

    def _headed(self) -> None:
        """One more octet of an answer, a header or a ping's payload."""
        head = self._head
        if not self._answered:
            self._answered = head.endswith(b"\r\n\r\n")
            self._head = b"" if self._answered else head
            return
        if len(head) < 2:
            return
        more = {126: 2, 127: 8}.get(head[1], 0)
        if len(head) < 2 + more:
            return
        length = int.from_bytes(head[2 : 2 + more], "big") if more else head[1]
        if head[0] == PING and len(head) < 2 + length:
            return
        if head[0] == PING:
            self._transport.write(bytes((PONG, 0x80 | length, 0, 0, 0, 0)) + head[2:])
        self._left, self._head = (0 if head[0] == PING else length), b""


def watch(url: str, headers: dict[str, str], count: int, rate: int) -> None:
    """Maps that only watch, in a process of their own."""
    host, _, path = url.removeprefix("ws://").partition("/")
    name, _, port = host.partition(":")
    lines = [f"GET /{path}?rate={rate} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"]
    lines += [f"{key}: {value}" for key, value in headers.items()]
    request, room = "\r\n".join([*lines, "", ""]).encode(), bytearray(1 << 20)

    async def one() -> None:
        _, map_ = await asyncio.get_running_loop().create_connection(lambda: Watching(request, room), name, int(port))
        await map_.gone

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)

    asyncio.run(all_of_them())
