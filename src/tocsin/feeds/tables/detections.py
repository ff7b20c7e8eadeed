"""The detections table (docs/reference/tables.md) from Parquet, Arrow IPC or CSV, and tables of recorded flights.

A file is read in chunks of 65,536 rows where it is in the order of arrival; else it is read whole and sorted.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice
from typing import Final

import numpy as np
from arro3.core import RecordBatch

from tocsin.errors import InputError
from tocsin.feeds.draft import Draft
from tocsin.feeds.tables import flights, rows
from tocsin.feeds.tables.arrow import Path, Source, batches, container, floats, integers, nanoseconds, words
from tocsin.feeds.tables.columns import HEADINGS, MEASUREMENTS, NUMBERS, WORDS
from tocsin.feeds.tables.csv_rows import Piece, pieces
from tocsin.feeds.transport.files import head, open_plain
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints, Packet, Refusal, Scan

DOCUMENT_BYTES_MAX: Final = 67_108_864
JSON_BYTES_MAX: Final = 1_073_741_824
SORTED_ROWS_MAX: Final = 20_000_000  # about 4 GB of columns: a larger table must come sorted

Part = tuple[rows.Block, list[Refusal]]


def scans(path: Path, feed: str, span_s: float = 0.0) -> Iterator[Scan]:
    """The Scans of a table file, in the order of arrival, each over at most `span_s` (0: as the file is read).

    Raises:
        InputError: not a table, or one without the needed columns; says what is there and what was expected.
    """
    source = _opened(path)
    span_ns = round(span_s * SECOND_NS)
    if len(list(islice(_parts(source, feed), 2))) == 2 and not _ordered(_parts(source, feed)):
        yield from _sorted(path, feed, span_ns, _parts(source, feed))
        return
    for block, refusals in _parts(source, feed):
        yield from _finished(feed, block, refusals, span_ns)


class Detections:
    """Decoder of text tables that come whole: each packet is one document (an HTTP body). Larger ones come as files."""

    def __init__(self, feed: str, *, document_bytes_max: int = DOCUMENT_BYTES_MAX) -> None:
        self.feed = feed
        self._limit = document_bytes_max
        self._received_ns = 0

    def decode(self, packets: Sequence[Packet]) -> Scan:
        """The rows of all packets. A packet that is no table is refused, and the others go on."""
        draft = Draft(self.feed, packets, self._received_ns)
        self._received_ns = draft.received_ns
        blocks = list[rows.Block]()
        for packet in packets:
            blocks += self._document(draft, packet)
        told = draft.scan()
        if not blocks or not len(together := rows.joined(blocks)):
            return told
        return replace(
            rows.scan(self.feed, together),
            received_ns=told.received_ns,
            refusals=told.refusals,
            raw_sha256=told.raw_sha256,
            raw_length=told.raw_length,
        )

    def flush(self) -> Scan:
        """Nothing is ever left: documents come whole."""
        return Draft(self.feed, received_ns=self._received_ns).scan()

    def _document(self, draft: Draft, packet: Packet) -> list[rows.Block]:
        """The checked rows of one document."""
        if not packet.data:
            return []
        if len(packet.data) > self._limit:
            detail = f"{len(packet.data)} bytes; at most {self._limit}: send it in parts, or replay it as a file"
            draft.refused("detections: too long", detail, packet.data)
            return []
        try:
            parts = list(_parts(packet.data, self.feed, packet.received_ns))
        except InputError as error:
            draft.refused("detections: not a table", str(error), packet.data)
            return []
        if not parts:
            return []
        block, faults = rows.checked(self.feed, rows.joined([block for block, _ in parts]))
        for refusal in (*(one for _, refusals in parts for one in refusals), *faults):
            draft.counted(refusal)
        return [block]


def _opened(path: Path) -> Source:
    """JSON is read whole, all else from its path."""
    start = head(path, 64)
    if container(start) or start.lstrip()[:1] not in (b"[", b"{"):
        return path
    with open_plain(path) as file:
        data = file.read(JSON_BYTES_MAX + 1)
    if len(data) > JSON_BYTES_MAX:
        raise InputError(f"{path.name} holds more than {JSON_BYTES_MAX} bytes of JSON; convert it to Parquet")
    return data


def _parts(source: Source, feed: str, arrival_ns: int | None = None) -> Iterator[Part]:
    """The blocks of a table, unchecked. `arrival_ns` is when rows without `received` came (None: at their own time)."""
    read: Callable[[RecordBatch, Ints], Part] | None = None
    if kind := container(source[:16] if isinstance(source, bytes) else head(source, 16)):
        if isinstance(source, bytes):
            # Damaged ones would end the process, and only a file can be tried out first: see transport.probe.
            raise InputError(f"a {kind} table is read from files only; send CSV, or JSON rows of flights")
        found = _numbered(batches(source, kind))
    else:
        found = _texts(source, feed)
    for batch, row, refusals in found:
        if read is None:
            names = list(batch.schema.names)
            dialect = flights.dialect(names)
            read = flights.Reader(feed, dialect, arrival_ns).block if dialect else _Table(feed, names, arrival_ns).block
        block, more = read(batch, row)
        yield block, [*refusals, *more]


def _texts(source: Source, feed: str) -> Iterator[Piece]:
    if isinstance(source, bytes) and source.lstrip()[:1] in (b"[", b"{"):
        return _numbered(flights.json_batches(source))
    return _csv(source, feed)


def _csv(source: Source, feed: str) -> Iterator[Piece]:
    with io.BytesIO(source) if isinstance(source, bytes) else open_plain(source) as file:
        yield from pieces(file, feed, _kinds, trusted=not isinstance(source, bytes))


def _kinds(headings: Sequence[str]) -> Mapping[str, str]:
    """What the columns of a CSV file hold."""
    one = flights.dialect(headings)
    if one is None:
        kinds = dict.fromkeys((column.heading for column in NUMBERS), "number")
        return kinds | {"time": "time", "received": "time", "scan": "integer"}
    numbers = (
        one.latitude,
        one.longitude,
        one.pressure_altitude,
        one.altitude,
        one.speed,
        one.track,
        one.climb,
        one.seen,
    )
    return dict.fromkeys(numbers, "number") | {one.time: "time" if one.time == "timestamp" else "number"}


def _numbered(found: Iterator[RecordBatch]) -> Iterator[Piece]:
    first = 1
    for batch in found:
        yield Piece(batch, np.arange(first, first + batch.num_rows, dtype=np.int64), [])
        first += batch.num_rows


class _Table:
    """Batches of a detections table into blocks."""

    def __init__(self, feed: str, headings: Sequence[str], arrival_ns: int | None) -> None:
        missing = [name for name in ("time", "sensor") if name not in headings]
        if missing:
            raise InputError(f"no column {' and no column '.join(missing)}; there are: {', '.join(headings)[:500]}")
        self._numbers = [column for column in NUMBERS if column.heading in headings]
        self._words = [name for name in WORDS if name in headings]
        if not any(column in MEASUREMENTS for column in self._numbers):
            raise InputError(
                f"no column that measures; there are: {', '.join(headings)[:500]}; expected some of "
                f"{', '.join(column.heading for column in MEASUREMENTS)}"
            )
        self._arrival_ns = arrival_ns
        self._unknown = [_unknown(feed, name) for name in headings if name not in HEADINGS]

    def block(self, batch: RecordBatch, row: Ints) -> Part:
        time_ns, present = nanoseconds("time", batch.column("time"))
        received_ns = time_ns if self._arrival_ns is None else np.full(len(time_ns), self._arrival_ns, dtype=np.int64)
        names = batch.schema.names
        if "received" in names:
            told_ns, told = nanoseconds("received", batch.column("received"))
            received_ns = np.where(told, told_ns, received_ns)
        numbers, given = {}, {}
        for column in self._numbers:
            numbers[column.name], given[column.name] = floats(column.heading, batch.column(column.heading))
        unknown, self._unknown = self._unknown, []
        block = rows.Block(
            row=row,
            time_ns=time_ns,
            time_present=present,
            received_ns=received_ns,
            sensor=words("sensor", batch.column("sensor")),
            scan=integers("scan", batch.column("scan"))[0]
            if "scan" in names
            else np.full(len(row), -1, dtype=np.int64),
            numbers=numbers,
            present=given,
            words={name: words(name, batch.column(name)) for name in self._words},
        )
        return block, unknown


def _unknown(feed: str, name: str) -> Refusal:
    near = get_close_matches(name, HEADINGS, 1)
    detail = f"column {name!r} is not known and not used" + (f"; did you mean {near[0]}?" if near else "")
    return Refusal(0, feed, "detections: unknown column", detail, name.encode(), len(name.encode()))


def _ordered(parts: Iterator[Part]) -> bool:
    """Whether each chunk comes after the one before it."""
    newest_ns = -(2**63)
    for block, _ in parts:
        arrival_ns = block.received_ns[block.time_present]
        if len(arrival_ns):
            if int(arrival_ns.min()) < newest_ns:
                return False
            newest_ns = int(arrival_ns.max())
    return True


def _sorted(path: Path, feed: str, span_ns: int, parts: Iterator[Part]) -> Iterator[Scan]:
    found, refusals, total = [], list[Refusal](), 0
    for block, more in parts:
        found.append(block)
        refusals += more
        total += len(block)
        if total > SORTED_ROWS_MAX:
            raise InputError(
                f"{path.name} is not in the order of arrival (received, else time) and has more than {SORTED_ROWS_MAX} "
                "rows; sort it first"
            )
    yield from _finished(feed, rows.joined(found), refusals, span_ns)


def _finished(feed: str, block: rows.Block, refusals: list[Refusal], span_ns: int) -> Iterator[Scan]:
    """Checked and sorted Scans; the refusals go with the first one."""
    good, more = rows.checked(feed, block)
    made = rows.scans(feed, good, span_ns)
    draft = Draft(feed, received_ns=int(good.received_ns[0]) if len(good) else 0)
    for refusal in (*refusals, *more):
        draft.counted(refusal)
    told = draft.scan()
    first = next(made, None)
    if first is not None:
        yield replace(first, refusals=told.refusals)
    elif told.refusals:
        yield told
    yield from made
