"""Merges the feeds in the order of arrival into batches, one for each picture, with the ticks between them.

It orders nothing by event time: that happens inside tracking, row by row. Everything that was received before a whole
second comes before that second's Tick, however late thinking is, so that overload shifts no tick against the data.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.live.clock import Clock, Jump, Ticks
from tocsin.live.intake.queues import Bell, Receipt, SourceQueue
from tocsin.live.thinking import Anew
from tocsin.messages import Detections, Item, Packet, Refusal, Scan, Sweeps, Tick

COMPANY_S = 0.02  # who waits for an answer waits so long for others: a turn for each post would do nothing but turn
FAILED_BYTES = 4_096


class Decoder(Protocol):
    """Bytes of one feed in, a Scan out; keeps what is cut between packets."""

    def decode(self, packets: Sequence[Packet]) -> Scan:
        """What these packets say. Never raises on any bytes."""
        ...


def empty_scan(feed: str, received_ns: int, refusals: tuple[Refusal, ...] = ()) -> Scan:
    """A Scan that says nothing of the sky: it carries refusals."""
    none = np.zeros(0, np.int64)
    nothing = np.zeros(0, np.float64)
    sweeps = Sweeps(none.astype(np.int32), none, none, none, nothing, nothing, none.astype(np.bool_))
    return Scan(feed, received_ns, (), sweeps, Detections(none.astype(np.int32), none, none), refusals=refusals)


@dataclass(slots=True)
class Sequencer:
    """The live source of items for the runner. `decoders` by the name of their source, as `queues`."""

    clock: Clock
    queues: Mapping[str, SourceQueue]
    decoders: Mapping[str, Decoder]
    bell: Bell
    failures: dict[str, int] = field(default_factory=dict)
    ticks: Ticks = field(init=False)
    taken_ns: int = 0  # all that was received before it has been taken
    _turned_back: Jump | None = None

    def __post_init__(self) -> None:
        self.ticks = Ticks(self.clock.now_ns())

    def begin(self, time_ns: int) -> None:
        """Tick from the first whole second after `time_ns`: a second is not ticked twice over a restart."""
        self.ticks.begin(max(time_ns, self.clock.now_ns()))

    def checkpoint(self, dump: bytes) -> None:
        """Live time is never leapt back through: the ledger keeps the dump."""

    def receipts(self) -> list[Receipt]:
        """Of the packets in the items taken since the last time."""
        found: list[Receipt] = []
        for queue in self.queues.values():
            found += queue.receipts
            queue.receipts.clear()
        return found

    def turn_back(self, jump: Jump) -> None:
        """The clock jumped back so far that everything to come would be too late for what is known."""
        self._turned_back = jump
        self.bell.ring()

    def waiting(self) -> int:
        """Packets that wait in all queues."""
        return sum(len(queue) for queue in self.queues.values())

    def take(self, wait_s: float) -> "list[Item | Anew]":
        """The items that are there after `wait_s`, or at the next Tick, or as soon as somebody waits for an answer.

        Nothing is shown or decided before that, so what comes meanwhile is decoded in one call for each feed: a call
        costs as much as some hundred reports.
        """
        if self._turned_back is not None:
            jump, self._turned_back = self._turned_back, None
            now_ns = self.clock.now_ns()
            self.ticks.begin(now_ns)
            return [Anew(now_ns, f"the system clock jumped back by {-jump.by_ns / SECOND_NS:.1f} s")]
        if self.bell.gather(min(wait_s, self.clock.seconds_until(self.ticks.next_ns))):
            time.sleep(COMPANY_S)
        return self._drain(self.clock.now_ns())

    def _drain(self, now_ns: int) -> "list[Item | Anew]":
        items: list[Item | Anew] = []
        for tick_ns in self.ticks.due(now_ns):
            items += self._scans(tick_ns)
            items.append(Tick(tick_ns))
        items += self._scans(now_ns + 1)
        self.taken_ns = now_ns
        return items

    def rest(self) -> list[Item]:
        """Everything that still waits: for a graceful stop."""
        return list(self._scans(self.clock.now_ns() + SECOND_NS))

    def _scans(self, before_ns: int) -> list[Scan]:
        """What came before `before_ns`: one Scan per source, in the order of their first packets."""
        taken: list[tuple[int, Scan]] = []
        for source, queue in self.queues.items():
            packets, refused = queue.take(before_ns)
            if packets:
                scan = self._decode(source, packets)
                scan = replace(scan, refusals=(*scan.refusals, *refused)) if refused else scan
                taken.append((packets[0].received_ns, scan))
            elif refused:
                taken.append((refused[0].time_ns, empty_scan(source, refused[0].time_ns, refused)))
        taken.sort(key=lambda pair: pair[0])
        return [scan for _, scan in taken]

    def _decode(self, source: str, packets: Sequence[Packet]) -> Scan:
        try:
            return self.decoders[source].decode(packets)
        except Exception as error:  # noqa: BLE001  a decoder must not raise; one that does must not stop the others
            self.failures[source] = self.failures.get(source, 0) + 1
            data = b"".join(packet.data for packet in packets)
            detail = (
                f"the decoder of {source!r} failed on {len(packets)} packets: {type(error).__name__}: {error}. "
                "They are kept here; please report them, a decoder must read or refuse any bytes"
            )
            received_ns = packets[-1].received_ns
            refusal = Refusal(
                received_ns, source, "decoder: failed", detail, data[:FAILED_BYTES], len(data), len(packets)
            )
            return empty_scan(source, received_ns, (refusal,))
