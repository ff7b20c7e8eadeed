"""Sealed minutes as Parquet files that any tool reads, and the steps that move them there.

A segment holds a range of entries without gaps. Its file is written and synced before an entry with its SHA-256 and
its range is committed, and only after that commit are the rows deleted: a crash leaves either a file that no entry
names (the next sealing writes it again) or rows that a file holds too (deleted at the next start). Segments are read
only when their digest is the one that was committed: a Parquet reader given damaged bytes may end the whole process.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import arro3.io
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema

from tocsin.errors import BrokenChain
from tocsin.ledger.chain import Row
from tocsin.ledger.disk import format
from tocsin.ledger.disk.durable import Step, make_folder, nothing, write_durably
from tocsin.ledger.plan import Record, Statement

MINUTE_NS = 60_000_000_000
ROWS_MAX = 100_000  # of one segment: bounds what a reader must hold
BYTES_MAX = 64_000_000
PIECE_ROWS, PIECE_BYTES, PAUSE_S = 500, 500_000, 0.0002  # encoded or decoded without a pause: about 3 ms
_FIELDS = (
    Field("number", DataType.int64(), nullable=False),
    Field("time_ns", DataType.int64(), nullable=False),
    Field("kind", DataType.string(), nullable=False),
    Field("format", DataType.int32(), nullable=False),
    Field("body_sha256", DataType.binary(), nullable=True),
    Field("hash", DataType.binary(), nullable=False),
    Field("body", DataType.binary(), nullable=True),
)
_SCHEMA = Schema(_FIELDS)
COLUMNS = tuple(field.name for field in _FIELDS)


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of sealed entries, as the entry of kind "segment" or "retention" names it.

    `file` is relative to the ledger's folder, `deleted` counts the entries whose body is gone.
    """

    first: int
    last: int
    from_ns: int
    to_ns: int
    file: str
    sha256: str
    bytes: int
    last_hash: str
    deleted: int = 0


def encode(rows: Sequence[Row]) -> bytes:
    """Rows as Parquet. A body's digest is left out where the body is there: it costs 32 bytes and can be computed."""
    file = BytesIO()
    arro3.io.write_parquet(
        RecordBatchReader.from_batches(_SCHEMA, _batches(rows)),
        file,
        compression="zstd(3)",
        column_dictionary_enabled=dict.fromkeys(("number", "time_ns", "body_sha256", "hash", "body"), False),
        column_encoding={"number": "delta_binary_packed", "time_ns": "delta_binary_packed"},
        column_max_statistics_size=dict.fromkeys(("hash", "body"), 1),
        max_row_group_size=ROWS_MAX,
        skip_arrow_metadata=True,
    )
    return file.getvalue()


def _batches(rows: Sequence[Row]) -> Iterator[RecordBatch]:
    """A few rows at a time: the writer takes them with the interpreter's lock held, and the watch must go on."""
    at = 0
    while at < len(rows):
        end, size = at, 0
        while end < len(rows) and end - at < PIECE_ROWS and size < PIECE_BYTES:
            size += len(rows[end][6] or b"")
            end += 1
        piece = [(*row[:4], row[4] if row[6] is None else None, *row[5:]) for row in rows[at:end]]
        columns: Iterable[Any] = zip(*piece, strict=True)
        arrays = [Array(list(column), field.type) for column, field in zip(columns, _FIELDS, strict=True)]
        yield RecordBatch.from_arrays(arrays, schema=_SCHEMA)
        time.sleep(PAUSE_S)
        at = end


def decode(data: bytes) -> list[Row]:
    """Rows of a segment whose digest was checked: damaged bytes may end the process."""
    rows: list[Row] = []
    for batch in arro3.io.read_parquet(BytesIO(data), batch_size=PIECE_ROWS):
        piece: Iterable[Any] = zip(*(batch[name].to_pylist() for name in COLUMNS), strict=True)
        rows.extend(piece)
    return rows


def read(folder: Path, segment: Segment) -> list[Row]:
    """The rows of a segment. Raises BrokenChain when the file is not the one that was committed, FileNotFoundError."""
    data = (folder / segment.file).read_bytes()
    found = sha256(data).hexdigest()
    if found != segment.sha256:
        message = (
            f"{segment.file} was changed: it has SHA-256 {found}, the ledger holds {segment.sha256}. "
            f"`tocsin verify` says what is left; restore the file from a backup"
        )
        raise BrokenChain(message)
    return decode(data)


def cut(rows: Iterable[Row], segment_ns: int = MINUTE_NS) -> Iterator[list[Row]]:
    """Whole minutes of rows, the last one (not over yet) left out. Bounded in rows and bytes.

    Times may step back a little at a boundary, or jump at a start: a segment is a stretch of numbers, never of times.
    """
    piece: list[Row] = []
    size = floor_ns = 0
    for row in rows:
        over = not floor_ns - segment_ns <= row[1] < floor_ns + segment_ns
        if piece and (over or len(piece) >= ROWS_MAX or size >= BYTES_MAX):
            yield piece
            piece, size = [], 0
        if not piece:
            floor_ns = row[1] - row[1] % segment_ns
        piece.append(row)
        size += len(row[6] or b"")


def write(folder: Path, rows: Sequence[Row], *, generation: int = 0, step: Step = nothing) -> Segment:
    """Write one segment's file, durably. `generation` keeps the name of a file with deleted bodies apart."""
    times = [row[1] for row in rows]
    first, last = rows[0][0], rows[-1][0]
    day = datetime.fromtimestamp(times[0] // 1_000_000_000, UTC).strftime("%Y-%m-%d")
    name = f"{first:012d}-{last:012d}" + (f".{generation}" if generation else "") + ".parquet"
    make_folder(folder / format.SEGMENTS)
    make_folder(folder / format.SEGMENTS / day)
    data = encode(rows)
    write_durably(folder / format.SEGMENTS / day / name, data, step)
    return Segment(
        first=first,
        last=last,
        from_ns=min(times),
        to_ns=max(times),
        file=f"{format.SEGMENTS}/{day}/{name}",
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        last_hash=rows[-1][5].hex(),
        deleted=sum(row[6] is None for row in rows),
    )


def record(segment: Segment, time_ns: int) -> tuple[Record, Statement]:
    """The entry that names a new segment, and the row of the index for the same transaction."""
    body = json.dumps(asdict(segment)).encode()
    values = (*asdict(segment).values(),)
    sql = f"INSERT INTO segments({', '.join(asdict(segment))}) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
    return Record(format.SEGMENT, time_ns, body), (sql, values)


def seal(
    folder: Path,
    rows: Iterable[Row],
    commit: Callable[[Segment], None],
    *,
    segment_ns: int = MINUTE_NS,
    step: Step = nothing,
) -> int:
    """Move whole minutes of rows to files; `commit` makes a segment's entry durable. Returns how many were made."""
    made = 0
    for piece in cut(rows, segment_ns):
        segment = write(folder, piece, step=step)
        commit(segment)
        step("committed")
        made += 1
    return made
