"""Fans the live picture out to every open map. A slow map skips frames and then gets a snapshot; it delays nobody.

Each client has one slot for the newest frame, never a queue. A frame is encoded once for all clients of a rate, in a
thread of its own; when encoding is behind, pictures are skipped, never piled up.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Notice, Picture
from tocsin.server.frames import Frame, Shown, Stream, shown
from tocsin.server.plain import notices
from tocsin.settings import Frame as SiteFrame

RATES_HZ = (4, 1)
CLIENTS_MAX = 1_000
NOTICES_WAITING_MAX = 200
SEEN_S = 1.0
TOGETHER = 25  # clients woken at once: 500 sends in one turn of the event loop would stall it
GOING_AWAY = 1001  # RFC 6455 section 7.4.1
SIGNED_OUT = 4401  # from 4000 on they are free for applications (section 7.4.2)


@dataclass(eq=False, slots=True)
class Client:
    """One open map."""

    session: bytes
    rate_hz: int
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    closed: tuple[int, str] | None = None
    skipped: int = 0
    frames: int = 0
    _frame: Frame | None = None
    _seq: int = -1
    _plain: dict[str, bytes] = field(default_factory=dict)
    _notices: deque[Notice] = field(default_factory=lambda: deque(maxlen=NOTICES_WAITING_MAX))

    def show(self, frame: Frame) -> None:
        """The newest frame; one that still waits is skipped."""
        self.skipped += self._frame is not None
        self._frame = frame
        self.ready.set()

    def tell(self, kind: str, message: bytes) -> None:
        """The newest message of its kind (health, static)."""
        self._plain[kind] = message
        self.ready.set()

    def note(self, said: tuple[Notice, ...]) -> None:
        """Decisions, in order; a client that is far behind loses the oldest, which the ledger still has."""
        self._notices.extend(said)
        self.ready.set()

    def close(self, code: int, reason: str) -> None:
        """Ask the sender to close the socket with this code."""
        self.closed = code, reason
        self.ready.set()

    async def next(self) -> list[bytes]:
        """What to send now; waits until there is something. Empty when the client is to be closed."""
        await self.ready.wait()
        self.ready.clear()
        if self.closed:
            return []
        messages = [self._plain.pop(kind) for kind in list(self._plain)]
        if self._notices:
            messages.append(msgspec.msgpack.encode(notices(self._notices)))
            self._notices.clear()
        if self._frame is not None:
            frame, self._frame = self._frame, None
            messages.append(frame.delta if frame.seq == self._seq + 1 else frame.snapshot)
            self._seq = frame.seq
            self.frames += 1
        return messages


class Full(Exception):
    """There are as many maps open as this server serves."""


@dataclass(slots=True)
class Hub:
    """All open maps. Everything but `_encode` runs in the event loop.

    `static` makes the static message for the names that a picture's columns index. `seen` is given a picture each
    second, in the encoding thread, also when no map is open.
    """

    frame: SiteFrame
    now_ns: Callable[[], int]
    static: Callable[[tuple[str, ...], tuple[str, ...]], Mapping[str, object]]
    seen: Callable[[Shown], None]
    clients: set[Client] = field(default_factory=set)
    skipped_pictures: int = 0
    frames: int = 0
    bytes_last: int = 0
    closed_clients_skipped: int = 0
    _streams: dict[int, Stream] = field(default_factory=dict)
    _newest: dict[int, Frame] = field(default_factory=dict)
    _due_ns: dict[int, int] = field(default_factory=dict)
    _seen_due_ns: int = 0
    _waiting: tuple[Picture, bool, float] | None = None
    _encoding: bool = False
    _named: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    _plain: dict[str, bytes] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="frames"))

    def join(self, session: bytes, rate_hz: int) -> Client:
        """A new map. Raises Full."""
        if len(self.clients) >= CLIENTS_MAX:
            raise Full
        client = Client(session, min(RATES_HZ, key=lambda rate: abs(rate - rate_hz)))
        self.clients.add(client)
        if "static" not in self._plain:
            self._name((), ())
        for kind, message in self._plain.items():
            client.tell(kind, message)
        if client.rate_hz in self._newest:
            client.show(self._newest[client.rate_hz])
        return client

    def leave(self, client: Client) -> None:
        """The map was closed."""
        self.clients.discard(client)
        self.closed_clients_skipped += client.skipped
        if all(other.rate_hz != client.rate_hz for other in self.clients):
            self._newest.pop(client.rate_hz, None)  # nobody is served with it: it would be old when somebody joins

    def skipped(self) -> int:
        """Frames skipped for slow clients, all together."""
        return self.closed_clients_skipped + sum(client.skipped for client in self.clients)

    def close_session(self, session: bytes, reason: str) -> None:
        """Close the maps of a session that has ended."""
        for client in self.clients:
            if client.session == session:
                client.close(SIGNED_OUT, reason)

    def close_all(self, reason: str) -> None:
        """The server stops."""
        for client in self.clients:
            client.close(GOING_AWAY, reason)
        self._pool.shutdown(wait=False)

    def show(self, picture: Picture, *, live: bool, speed: float) -> None:
        """The newest picture, to be encoded and sent."""
        self.skipped_pictures += self._waiting is not None
        self._waiting = (picture, live, speed)
        if not self._encoding:
            self._encoding = True
            task = asyncio.get_running_loop().create_task(self._encode_waiting())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def tell(self, message: Mapping[str, object]) -> None:
        """Health, or whatever else has a newest state: each map gets it, a new one at once."""
        kind = str(message["kind"])
        self._plain[kind] = msgspec.msgpack.encode(message)
        for client in self.clients:
            client.tell(kind, self._plain[kind])

    def note(self, said: tuple[Notice, ...]) -> None:
        """Decisions, to every map."""
        for client in self.clients:
            client.note(said)

    async def _encode_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting is not None:
                (picture, live, speed), self._waiting = self._waiting, None
                rates = self._rates_due()
                if not rates and self.now_ns() < self._seen_due_ns:
                    continue
                ready, frames = await loop.run_in_executor(self._pool, self._encode, picture, live, speed, rates)
                if (ready.sensors, ready.classes) != self._named:
                    self._name(ready.sensors, ready.classes)
                await self._send(frames)
        finally:
            self._encoding = False

    def _rates_due(self) -> list[int]:
        """The rates whose turn it is and that anybody asked for; a sixteenth early is not too early."""
        now_ns = self.now_ns()
        wanted = {client.rate_hz for client in self.clients}
        due = [rate for rate in RATES_HZ if rate in wanted and now_ns >= self._due_ns.get(rate, 0)]
        for rate in due:
            self._due_ns[rate] = now_ns + SECOND_NS // rate * 15 // 16 if rate < max(RATES_HZ) else now_ns
        return due

    def _encode(self, picture: Picture, live: bool, speed: float, rates: list[int]) -> tuple[Shown, dict[int, Frame]]:
        """In the encoding thread: nothing else touches the streams."""
        ready = shown(picture, self.frame, sent_ns=self.now_ns(), live=live, speed=speed)
        if ready.sent_s * SECOND_NS >= self._seen_due_ns:
            self._seen_due_ns = round((ready.sent_s + SEEN_S) * SECOND_NS)
            self.seen(ready)
        return ready, {rate: self._streams.setdefault(rate, Stream()).next(ready) for rate in rates}

    async def _send(self, frames: Mapping[int, Frame]) -> None:
        if not frames:
            return
        self._newest |= frames
        self.frames += len(frames)
        self.bytes_last = max(len(frame.delta) for frame in frames.values())
        for index, client in enumerate(list(self.clients)):
            if client.rate_hz in frames:
                client.show(frames[client.rate_hz])
            if index % TOGETHER == TOGETHER - 1:
                await asyncio.sleep(0)

    def _name(self, sensors: tuple[str, ...], classes: tuple[str, ...]) -> None:
        self._named = (sensors, classes)
        self.tell(self.static(sensors, classes))
