"""CSV into record batches: fast where all is well, cell by cell where something is not, to say which cell.

What comes over the network is always read cell by cell: Arrow's reader can end the process (see transport.probe), as it
does for an error text with a NUL in it.

Sources: RFC 4180; ISO 8601 times (UTC unless an offset is written) or integers, which are nanoseconds since 1970.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import IO, Final, NamedTuple

import numpy as np
from arro3.core import Array, DataType, Field, RecordBatch, Schema
from arro3.io import read_csv

from tocsin.errors import InputError
from tocsin.feeds.draft import REFUSED_BYTES_KEPT
from tocsin.feeds.tables.arrow import guarded
from tocsin.messages import Ints, Refusal

PIECE_BYTES: Final = 1_048_576
LINE_BYTES_MAX: Final = 1_048_576
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?\s*(Z|[+-]\d\d:?\d\d)?")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NANOSECONDS_END: Final = 2**63


class Piece(NamedTuple):
    """Some rows: a batch, their numbers in the table from 1, and what was refused on the way."""

    batch: RecordBatch
    row: Ints
    refusals: list[Refusal]


def pieces(
    file: IO[bytes], feed: str, kinds: Callable[[Sequence[str]], Mapping[str, str]], *, trusted: bool
) -> Iterator[Piece]:
    """The rows of a CSV file, in at least one piece.

    `kinds`, of the headings, says what columns hold: "time", "integer", "number"; else text.

    Raises:
        InputError: no heading, a heading twice, or a line without an end.
    """
    heading = file.readline(LINE_BYTES_MAX)
    names = [name.strip() for name in _cells(heading.decode("utf-8-sig", "replace"))]
    if not names or len(set(names)) < len(names) or not all(name.isprintable() for name in names):
        raise InputError(f"the first line must name each column once, in plain text; it is {heading[:200]!r}")
    reader = _Reader(feed, names, kinds(names), trusted)
    none = True
    for lines in _whole_lines(file):
        none = False
        yield reader.read(lines)
    if none:
        yield reader.read(b"")


def _cells(line: str) -> list[str]:
    """The cells of one line.

    Raises:
        InputError: it is not CSV.
    """
    try:
        return next(csv.reader([line]), [])
    except csv.Error as error:
        raise InputError(f"not CSV: {error}; the line is {line[:200]!r}") from error


def _whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Pieces that end where a line ends. A newline between quotes is no end."""
    rest = b""
    while data := file.read(PIECE_BYTES):
        rest += data
        end = rest.rfind(b"\n")
        while end >= 0 and rest.count(b'"', 0, end) % 2:
            end = rest.rfind(b"\n", 0, end)
        if end >= 0:
            yield rest[: end + 1]
            rest = rest[end + 1 :]
        elif len(rest) > LINE_BYTES_MAX:
            raise InputError(f"a line of more than {LINE_BYTES_MAX} bytes; is this CSV, and are its quotes closed?")
    if rest.strip():
        yield rest + b"\n"


class _Reader:
    """Reads piece after piece and numbers the rows."""

    def __init__(self, feed: str, names: Sequence[str], kinds: Mapping[str, str], trusted: bool) -> None:
        self._feed, self._names = feed, names
        self._kinds = [kinds.get(name, "text") for name in names]
        self._trusted = trusted
        self._row = 1

    def read(self, lines: bytes) -> Piece:
        if self._trusted and b"\0" not in lines:
            try:
                return self._fast(lines)
            except InputError:
                pass  # the careful reading says which cell it was
        return self._careful(lines)

    def _types(self, whole_times: bool) -> list[DataType]:
        """Of each column; times as they are written: whole numbers, or text that Arrow reads."""
        types = {
            "time": DataType.int64() if whole_times else DataType.timestamp("ns", tz="UTC"),
            "integer": DataType.int64(),
            "number": DataType.float64(),
            "text": DataType.utf8(),
        }
        return [types[kind] for kind in self._kinds]

    def _fast(self, lines: bytes) -> Piece:
        first = _cells(lines.partition(b"\n")[0].decode("utf-8", "replace"))
        times = [cell for cell, kind in zip(first, self._kinds, strict=False) if kind == "time" and cell]
        types = self._types(whole_times=bool(times) and all(cell.isdigit() for cell in times))
        schema = Schema([Field(name, kind) for name, kind in zip(self._names, types, strict=True)])
        reader = guarded(
            lambda: read_csv(io.BytesIO(lines), schema, has_header=False, batch_size=lines.count(b"\n") + 1), "CSV"
        )
        batch = guarded(lambda: next(reader), "CSV")
        rows = np.arange(self._row, self._row + batch.num_rows, dtype=np.int64)
        self._row += batch.num_rows
        return Piece(batch, rows, [])

    def _careful(self, lines: bytes) -> Piece:
        """Row by row, cell by cell: a bad one is refused and the others go on."""
        refusals = list[Refusal]()
        columns: list[list[object]] = [[] for _ in self._names]
        rows = []
        try:
            for cells in csv.reader(io.StringIO(lines.decode("utf-8", "replace"), newline="")):
                if not cells:
                    continue
                row, self._row = self._row, self._row + 1
                values = self._values(row, cells, refusals)
                if values is not None:
                    rows.append(row)
                    for column, value in zip(columns, values, strict=True):
                        column.append(value)
        except csv.Error as error:
            refusals.append(self._refusal("detections: not CSV", f"near row {self._row}: {error}", lines))
        types = self._types(whole_times=True)
        arrays = [Array(column, type=kind) for column, kind in zip(columns, types, strict=True)]
        batch = RecordBatch.from_arrays(arrays, names=self._names)
        return Piece(batch, np.array(rows, dtype=np.int64), refusals)

    def _values(self, row: int, cells: Sequence[str], refusals: list[Refusal]) -> list[object] | None:
        raw = ",".join(cells).encode()
        if len(cells) != len(self._names):
            detail = f"row {row} has {len(cells)} cells; the heading names {len(self._names)} columns"
            refusals.append(self._refusal("detections: wrong number of cells", detail, raw))
            return None
        values = []
        for name, kind, cell in zip(self._names, self._kinds, cells, strict=True):
            try:
                values.append(_value(kind, cell.strip()))
            except ValueError:
                detail = (
                    f"row {row}, {name} is {cell[:100]!r}; expected {_EXPECTED[kind]}, or nothing where there is none"
                )
                refusals.append(self._refusal("detections: cell unreadable", detail, raw))
                return None
        return values

    def _refusal(self, reason: str, detail: str, data: bytes) -> Refusal:
        return Refusal(0, self._feed, reason, detail, data[:REFUSED_BYTES_KEPT], len(data))


_EXPECTED = {
    "time": "a time like 2026-11-22T18:30:00.125Z, or nanoseconds since 1970",
    "integer": "a whole number",
    "number": "a number",
}


def _value(kind: str, cell: str) -> object:
    """One cell; None where it is empty.

    Raises:
        ValueError: it does not hold what its column holds.
    """
    if not cell:
        return None
    if kind == "text":
        return cell
    if kind == "time":
        return nanoseconds(cell)
    if "_" in cell:
        raise ValueError(cell)  # Python reads 1_000, tables do not mean it
    if kind == "number":
        return float(cell)
    value = int(cell)
    if not -NANOSECONDS_END <= value < NANOSECONDS_END:
        raise ValueError(cell)
    return value


def nanoseconds(text: str) -> int:
    """A time as int64 ns since 1970, UTC unless it names an offset.

    Raises:
        ValueError: it is no time, or beyond the years 1678 to 2262.
    """
    if text.isascii() and text.removeprefix("-").isdigit():
        value = int(text)
    else:
        match = TIME.fullmatch(text)
        if match is None:
            raise ValueError(text)
        day, clock, fraction, offset = match.groups()
        moment = datetime.fromisoformat(f"{day}T{clock}{(offset or 'Z')}")
        since = moment - EPOCH
        value = (since // timedelta(seconds=1)) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
    if not -NANOSECONDS_END <= value < NANOSECONDS_END:
        raise ValueError(text)
    return value
