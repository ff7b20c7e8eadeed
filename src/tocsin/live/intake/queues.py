"""One bounded queue per source, with declared shedding.

A source may always use its declared rate; what comes above it is welcome while thinking keeps up, and is the first to
be shed when it does not. So a flood from one source costs the others nothing. Streams are not shed but held back
(TCP then slows the sender). Every packet shed is counted, and the count becomes a Refusal.
"""

import asyncio
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from tocsin.messages import Packet, Refusal

STALL_S = 10.0  # a source within its declared rate survives thinking being away for so long
PACKETS_MIN = 1_000
BYTES_MAX = 64_000_000
OVERHEAD_BYTES = 250  # what a Packet costs in Python beside its data
RATE_BURST_S = 1.0
HELD_BACK_S = 0.01
REFUSED_BYTES = 4_096
Receipt = Future[bool]  # for a sender that waits: whether its packet is durable


@dataclass(slots=True)
class Figures:
    """What one source's queue saw since the start."""

    packets: int = 0
    bytes: int = 0
    shed: int = 0
    lost: int = 0  # of those shed: within the declared rate, which must never happen
    held_back: int = 0
    last_ns: int = 0


class Bell:
    """Wakes the thinking thread: any queue rings it, thinking waits on it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._called = threading.Event()

    def ring(self) -> None:
        """Something has come."""
        self._event.set()

    def call(self) -> None:
        """Somebody waits for an answer."""
        self._called.set()
        self._event.set()

    def gather(self, seconds: float) -> bool:
        """Let more come: return after `seconds`, sooner only when somebody waits for an answer (True)."""
        called = self._called.wait(max(0.0, seconds))
        self._called.clear()
        return called

    def wait(self, seconds: float) -> None:
        """Return when something has come since the last return, or after `seconds`."""
        self._event.wait(max(0.0, seconds))
        self._event.clear()


@dataclass(slots=True)
class SourceQueue:
    """The packets of one source that thinking has not yet taken. `rate_hz` is declared, in packets a second."""

    source: str
    rate_hz: float
    bell: Bell = field(default_factory=Bell)
    figures: Figures = field(default_factory=Figures)
    receipts: list[Receipt] = field(default_factory=list)  # of what was taken; for who makes it durable
    _packets: deque[tuple[Packet, Receipt | None]] = field(default_factory=deque)
    _bytes: int = 0
    _tokens: float = field(init=False)
    _tokens_ns: int = 0
    _refused: dict[str, Refusal] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._tokens = self.rate_hz * RATE_BURST_S

    def __len__(self) -> int:
        return len(self._packets)

    @property
    def capacity(self) -> int:
        """How many packets fit: ten seconds at the declared rate."""
        return max(PACKETS_MIN, round(self.rate_hz * STALL_S))

    def offer(self, packet: Packet) -> bool:
        """Take a packet, or shed it (False). Never waits."""
        with self._lock:
            within_rate = self._spend(packet.received_ns)
            if not self._fits(packet, within_rate=within_rate):
                self._count_shed(packet, within_rate=within_rate)
                return False
            self._accept(packet)
        self.bell.ring()
        return True

    async def offer_or_hold(self, packet: Packet) -> None:
        """Take a packet of a stream as soon as there is room: waiting here stops the reading, and so the sender."""
        while not self.take_in(packet):  # noqa: ASYNC110  room is made by another thread, which knows no event loop
            await asyncio.sleep(HELD_BACK_S)

    def take_in(self, packet: Packet, receipt: Receipt | None = None) -> bool:
        """Take a packet of a sender that can be told to wait; False, and counted, when there is no room now."""
        with self._lock:
            if not self._fits(packet, within_rate=True):
                self.figures.held_back += 1
                return False
            self._accept(packet, receipt)
        if receipt is None:
            self.bell.ring()
        else:
            self.bell.call()
        return True

    def _spend(self, now_ns: int) -> bool:
        passed_s = max(0, now_ns - self._tokens_ns) / 1e9
        self._tokens_ns = now_ns
        self._tokens = min(self.rate_hz * RATE_BURST_S, self._tokens + passed_s * self.rate_hz)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def _fits(self, packet: Packet, *, within_rate: bool) -> bool:
        room = self.capacity if within_rate else max(PACKETS_MIN, round(self.rate_hz * RATE_BURST_S))
        return len(self._packets) < room and self._bytes + len(packet.data) + OVERHEAD_BYTES <= BYTES_MAX

    def _accept(self, packet: Packet, receipt: Receipt | None = None) -> None:
        self._packets.append((packet, receipt))
        self._bytes += len(packet.data) + OVERHEAD_BYTES
        self.figures.packets += 1
        self.figures.bytes += len(packet.data)
        self.figures.last_ns = packet.received_ns

    def _count_shed(self, packet: Packet, *, within_rate: bool) -> None:
        self.figures.shed += 1
        self.figures.lost += within_rate
        reason = "queue: full" if within_rate else "queue: above the declared rate"
        detail = (
            f"packets were shed: they came faster than thinking took them, with {self.rate_hz:g} a second declared. "
            "Raise rate_max of this feed, or find out why it sends so much"
        )
        data = packet.data[:REFUSED_BYTES]
        self._note(Refusal(packet.received_ns, self.source, reason, detail, data, len(packet.data)))

    def refuse(self, refusal: Refusal) -> None:
        """Something that the transport could not use. Those of one reason become one, with their number and length."""
        with self._lock:
            self._note(refusal)
        self.bell.ring()

    def _note(self, refusal: Refusal) -> None:
        first = self._refused.get(refusal.reason)
        if first is None:
            self._refused[refusal.reason] = refusal
        else:
            count, length = first.count + refusal.count, first.length + refusal.length
            self._refused[refusal.reason] = replace(first, count=count, length=length)

    def take(self, before_ns: int) -> tuple[list[Packet], tuple[Refusal, ...]]:
        """All waiting packets that came before `before_ns`, and what was refused since the last time."""
        taken: list[Packet] = []
        with self._lock:
            while self._packets and self._packets[0][0].received_ns < before_ns:
                packet, receipt = self._packets.popleft()
                self.receipts += [receipt] if receipt else []
                self._bytes -= len(packet.data) + OVERHEAD_BYTES
                taken.append(packet)
            refused = tuple(self._refused.values())
            self._refused.clear()
        return taken, refused
