"""A Scan in the making: decoders hand in rows, refusals and statuses; `scan()` turns them into read-only columns."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from tocsin.messages import Detections, Floats, Packet, Refusal, Scan, SensorStatus, Sweeps, freeze

REFUSED_BYTES_KEPT = 4096  # messages.Refusal: enough to see what it was, little enough for a flood

Refuse = Callable[[Refusal], None]


class Decoder(Protocol):
    """What every format is to the rest: bytes in, Scan out, without a clock. Never raises, whatever the bytes."""

    def decode(self, packets: Sequence[Packet]) -> Scan:
        """What these packets, after all the earlier ones, say."""
        ...

    def flush(self) -> Scan:
        """What is left at the end of the input: an unfinished message is refused."""
        ...


@dataclass(slots=True)
class _Counted:
    """The first refusal of a reason, and how many bytes and refusals there were: a flood must stay cheap."""

    first: Refusal
    length: int = 0
    count: int = 0


class Draft:
    """Gathers what one call of `decode` finds. Refusals of one reason become one, with their number and length."""

    def __init__(self, feed: str, packets: Sequence[Packet] = (), received_ns: int = 0) -> None:
        self.feed = feed
        self.received_ns = packets[-1].received_ns if packets else received_ns
        self._packets = packets
        self._rows: list[tuple[int, int, int, Mapping[str, float], Mapping[str, str | None]]] = []
        self._sources: dict[str, int] = {}
        self._heard: list[list[int]] = []
        self._refusals: dict[str, _Counted] = {}
        self._statuses: list[SensorStatus] = []

    def heard(self, source: str, time_ns: int) -> int:
        """A good message of `source`: it is alive, even where there is no detection in it. Gives its index."""
        index = self._sources.get(source)
        if index is None:
            index = self._sources[source] = len(self._sources)
            self._heard.append([time_ns, time_ns])
        span = self._heard[index]
        span[0], span[1] = min(span[0], time_ns), max(span[1], time_ns)
        return index

    def detected(
        self,
        source: str,
        time_ns: int,
        received_ns: int,
        values: Mapping[str, float],
        texts: Mapping[str, str | None],
    ) -> None:
        """One detection. `values` and `texts` as in messages.Detections; what is left out is "not measured"."""
        self._rows.append((self.heard(source, time_ns), time_ns, received_ns, values, texts))

    def refused(self, reason: str, detail: str, data: bytes, time_ns: int | None = None) -> None:
        """Something that cannot be used: `reason` short and stable, `detail` teaches."""
        known = self._refusals.get(reason)
        if known is None:
            when = self.received_ns if time_ns is None else time_ns
            first = Refusal(when, self.feed, reason, detail, bytes(data[:REFUSED_BYTES_KEPT]))
            known = self._refusals[reason] = _Counted(first)
        known.length += len(data)
        known.count += 1

    def counted(self, refusal: Refusal) -> None:
        """A refusal made elsewhere: added to the earlier one of its reason. One without a time gets that of arrival."""
        known = self._refusals.get(refusal.reason)
        if known is None:
            first = replace(refusal, time_ns=refusal.time_ns or self.received_ns)
            known = self._refusals[refusal.reason] = _Counted(first)
        known.length += refusal.length
        known.count += refusal.count

    def told(self, status: SensorStatus) -> None:
        """What a source said of itself."""
        self._statuses.append(status)

    def scan(self) -> Scan:
        """The finished, read-only Scan. Each source has one open sweep that is no survey: its silence says nothing."""
        digest = hashlib.sha256()
        for packet in self._packets:
            digest.update(packet.data)
        length = sum(len(packet.data) for packet in self._packets)
        scan = Scan(
            feed=self.feed,
            received_ns=self.received_ns,
            sensors=tuple(self._sources),
            sweeps=open_sweeps(self._heard),
            detections=self._columns(),
            statuses=tuple(self._statuses),
            refusals=tuple(
                replace(known.first, length=known.length, count=known.count) for known in self._refusals.values()
            ),
            raw_sha256=digest.digest() if length else b"",
            raw_length=length,
        )
        freeze(scan)
        return scan

    def _columns(self) -> Detections:
        rows = self._rows
        names = dict.fromkeys(name for row in rows for name in row[3])
        words = dict.fromkeys(name for row in rows for name in row[4])
        values: dict[str, Floats] = {
            name: np.array([row[3].get(name, math.nan) for row in rows], dtype=np.float64) for name in sorted(names)
        }
        return Detections(
            sweep=np.array([row[0] for row in rows], dtype=np.int32),
            time_ns=np.array([row[1] for row in rows], dtype=np.int64),
            received_ns=np.array([row[2] for row in rows], dtype=np.int64),
            values=values,
            texts={name: tuple(row[4].get(name) for row in rows) for name in sorted(words)},
        )


def open_sweeps(spans: Sequence[Sequence[int]]) -> Sweeps:
    """One sweep for each source, from the first to the last time (ns) at which it was heard."""
    n = len(spans)
    times = np.array(spans, dtype=np.int64).reshape(n, 2)
    return Sweeps(
        sensor=np.arange(n, dtype=np.int32),
        number=np.full(n, -1, dtype=np.int64),
        start_ns=np.ascontiguousarray(times[:, 0]),
        end_ns=np.ascontiguousarray(times[:, 1]),
        azimuth_from_rad=np.full(n, np.nan),
        azimuth_to_rad=np.full(n, np.nan),
        survey=np.zeros(n, dtype=np.bool_),
    )
