"""A recording, or a folder of them, as scans in the order in which they came in.

What a file is follows from its content (`table.sniff`), unless the caller knows better. Files without times of arrival
are given those of their own measurements, so that they can be played. What a transport could not use is not lost: it
comes as a Scan of refusals.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.errors import InputError
from tocsin.feeds import table
from tocsin.feeds.cutting import pieces
from tocsin.feeds.draft import Decoder, Draft
from tocsin.feeds.tables import detections
from tocsin.feeds.transport import directory, files, pcap
from tocsin.messages import Packet, Refusal, Scan

BATCH_NS = 100_000_000  # packets of so long are decoded at once: one call of compiled code for many
BATCH_PACKETS = 512
PIECE_NS = 250_000_000  # a table's rows are played in pieces of so long
CAPTURES = ("pcap", "pcapng")


@dataclass(frozen=True, slots=True)
class Recording:
    """One file and how to read it. `start_ns` is when it began, for files that do not say.

    `others` are captures of the same feed beside it: their datagrams are merged before they are decoded, so that what
    two networks recorded twice counts once, and a recorder's next file goes on where the last one ended.
    """

    path: Path
    format: str
    framing: str
    reason: str
    start_ns: int
    others: tuple[Path, ...] = ()

    @property
    def untimed(self) -> bool:
        """Its packets carry no time of arrival."""
        return self.framing not in (*CAPTURES, "final")

    def scans(self) -> Iterator[Scan]:
        """Its scans, in order of reception. Raises InputError when it cannot be read at all."""
        if self.framing == "table":
            yield from detections.scans(self.path, self.path.name, PIECE_NS / 1e9)
            return
        refused: list[Refusal] = []
        waiting = Draft(self.path.name).scan()
        newest_ns = 0
        for scan in self._decoded(refused.append):
            for piece in self._timed(scan, newest_ns):
                if piece.received_ns == 0:  # nothing in it has a time yet: it goes with the first one that has
                    waiting = _with(waiting, piece)
                    continue
                newest_ns = piece.received_ns
                yield _with(piece, waiting)
                waiting = replace(waiting, statuses=(), refusals=())
        last = replace(waiting, received_ns=newest_ns or self.start_ns, refusals=(*waiting.refusals, *refused))
        if last.refusals or last.statuses:
            yield last

    def _decoded(self, refuse: Callable[[Refusal], None]) -> Iterator[Scan]:
        decoder = self._decoder()
        for batch in _batches(self._packets(refuse)):
            yield decoder.decode(batch)
        rest = decoder.flush()
        if len(rest.sweeps.sensor) or rest.statuses or rest.refusals:
            yield rest

    def _decoder(self) -> Decoder:
        options: dict[str, Any] = {}
        if self.untimed and self.format in ("beast", "avr", "sbs"):
            options["untimed"] = True
        return table.FORMATS[self.format](self.path.name, **options)

    def _packets(self, refuse: Callable[[Refusal], None]) -> Iterator[Packet]:
        if self.framing in CAPTURES:
            paths = (self.path, *self.others)
            return directory.merged(
                paths, _first_ns, lambda one: pcap.packets(one, refuse), lambda one: one.received_ns
            )
        return files.packets(self.path, self.framing, self.start_ns, refuse)

    def _timed(self, scan: Scan, newest_ns: int) -> Iterator[Scan]:
        """Pieces of a scan with their times of arrival, never before the last one.

        Where the file has none, each row came in when it was measured. 0: nothing tells the time yet.
        """
        if not self.untimed:
            yield replace(scan, received_ns=max(scan.received_ns, newest_ns))
        elif not len(scan.detections):
            heard = scan.sweeps.end_ns
            yield replace(scan, received_ns=max(int(heard.max()), newest_ns) if len(heard) else newest_ns)
        else:
            received = np.maximum.accumulate(np.maximum(scan.detections.time_ns, newest_ns))
            rows = replace(scan.detections, received_ns=received)
            timed = replace(scan, detections=rows, received_ns=int(received[-1]))
            yield from pieces(timed, np.flatnonzero(np.diff((received - received[0]) // PIECE_NS)) + 1)


def _with(scan: Scan, told: Scan) -> Scan:
    """A scan with what another one told beside it."""
    statuses, refusals = (*told.statuses, *scan.statuses), (*told.refusals, *scan.refusals)
    return replace(scan, statuses=statuses, refusals=refusals)


def _batches(packets: Iterable[Packet]) -> Iterator[Sequence[Packet]]:
    batch: list[Packet] = []
    for packet in packets:
        if batch and (len(batch) >= BATCH_PACKETS or packet.received_ns - batch[0].received_ns >= BATCH_NS):
            yield batch
            batch = []
        batch.append(packet)
    if batch:
        yield batch


def look(path: Path, format_name: str = "", framing: str = "", start_ns: int | None = None) -> Recording:
    """What a file is. `format_name` and `framing` override what its content says.

    Raises:
        InputError: nothing fits, or the name of a format is not known.
    """
    guess = table.sniff(files.head(path))
    if guess is not None and guess.framing in CAPTURES and not format_name:
        guess = _inside(path, guess)
    if guess is None and not (format_name and framing):
        known = ", ".join(table.FORMATS)
        raise InputError(f"{path.name}: no known recording by its first bytes; say --format ({known}) and --framing")
    reason = guess.reason if guess else "as told"
    name = format_name or (guess.format if guess else "")
    if name not in table.FORMATS:
        raise InputError(f"{path.name}: format {name!r} is not known; use one of {', '.join(table.FORMATS)}")
    # copied files keep their modification time as often as not: it is the best guess, and --start knows better
    begun_ns = path.stat().st_mtime_ns if start_ns is None else start_ns
    return Recording(path, name, framing or (guess.framing if guess else ""), reason, begun_ns)


def _inside(path: Path, capture: table.Guess) -> table.Guess | None:
    """The format of a capture's payloads, by the first that fits one."""
    packets = pcap.packets(path, lambda _refusal: None)
    for packet, _ in zip(packets, range(100), strict=False):
        inner = table.sniff(packet.data)
        if inner is not None and inner.format:
            return table.Guess(inner.format, capture.framing, f"{capture.reason}; in it {inner.reason}")
    return None


def scans(path: Path, format_name: str = "", framing: str = "", start_ns: int | None = None) -> Iterator[Scan]:
    """The scans of a file, or of all files of a folder merged by time."""
    if not path.exists():
        raise InputError(f"{path} is not there; give a recording, a folder of recordings or a ledger")
    if path.is_file():
        return look(path, format_name, framing, start_ns).scans()
    found = _together([look(one, format_name, framing, start_ns) for one in directory.files(path)])

    def first_ns(one: Recording) -> int | None:
        first = next(one.scans(), None)
        return None if first is None else first.received_ns

    return directory.merged(found, first_ns, Recording.scans, lambda scan: scan.received_ns)


def _together(found: Sequence[Recording]) -> list[Recording]:
    """Captures of one format become one recording; every other file has a decoder of its own."""
    captures: dict[str, Recording] = {}
    alone = list[Recording]()
    for one in found:
        if one.framing not in CAPTURES:
            alone.append(one)
        elif one.format in captures:
            first = captures[one.format]
            captures[one.format] = replace(first, others=(*first.others, one.path))
        else:
            captures[one.format] = one
    return [*captures.values(), *alone]


def _first_ns(capture: Path) -> int | None:
    """When a capture's first datagram came."""
    packets = pcap.packets(capture, lambda _refusal: None)
    first = next(packets, None)
    return None if first is None else first.received_ns
