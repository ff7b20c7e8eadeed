"""Parquet, Arrow IPC and CSV as columns of NumPy. Files are opened elsewhere: here come bytes.

A table is read as a whole, because a score needs all of it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import numpy as np
from arro3.core import ChunkedArray, DataType, Field, RecordBatchReader, Schema
from arro3.core import Table as ArrowTable
from arro3.io import infer_csv_schema, read_csv, read_ipc, read_ipc_stream, read_parquet

from tocsin.errors import InputError
from tocsin.messages import Floats, Ints

T = TypeVar("T")
PARQUET_SIZE_MIN: Final = 12
LISTED_MAX: Final = 30  # names of columns in an error


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The columns of one table; `name` is how errors call it."""

    name: str
    arrow: ArrowTable

    def __len__(self) -> int:
        return self.arrow.num_rows

    def __contains__(self, column: str) -> bool:
        return column in self.arrow.column_names

    def numbers(self, column: str) -> Floats:
        """A column as float64; NaN where it is null, or all over when there is no such column."""
        if column not in self:
            return np.full(len(self), np.nan)
        found = self.arrow.column(column)
        if not _is(found, "numeric", "null"):
            raise self._wrong(column, found, "numbers", float)
        if _is(found, "null"):
            return np.full(len(self), np.nan)
        return _float64(found)

    def integers(self, column: str, absent: int | None = None) -> Ints:
        """A column as int64. Nulls become `absent`; without one they are an error, as is a missing column."""
        found = self._found(column, absent)
        if found is None:
            return np.full(len(self), absent or 0, np.int64)
        if not _is(found, "integer", "null"):
            raise self._wrong(column, found, "integers", int)
        return self._int64(column, found, absent)

    def times_ns(self, column: str, absent: int | None = None) -> Ints:
        """A column of timestamps, or integers that are nanoseconds since 1970, as int64 ns UTC. Zoneless is UTC."""
        found = self._found(column, absent)
        if found is None:
            return np.full(len(self), absent or 0, np.int64)
        if _is(found, "timestamp"):
            stamps = found
            found = guarded(lambda: stamps.cast(DataType.timestamp("ns")).cast(DataType.int64()), self.name)
        elif not _is(found, "integer", "null"):
            expected = "times (timestamps in UTC, or integers of nanoseconds since 1970)"
            raise self._wrong(column, found, expected, datetime.fromisoformat)
        return self._int64(column, found, absent)

    def words(self, column: str) -> list[str | None]:
        """A column of text; None where it is null, or all over when there is no such column."""
        if column not in self:
            return [None] * len(self)
        found = self.arrow.column(column)
        if not _is(found, "null", "dictionary", "string", "large_string", "string_view"):
            raise self._wrong(column, found, "text", str)
        return [None if word is None else str(word) for word in found.to_pylist()]

    def flags(self, column: str) -> list[bool | None]:
        """A column of true and false; None where it is null, or all over when there is no such column."""
        if column not in self:
            return [None] * len(self)
        found = self.arrow.column(column)
        if not _is(found, "null", "boolean"):
            raise self._wrong(column, found, "true or false", str)
        return [None if flag is None else bool(flag) for flag in found.to_pylist()]

    def require(self, *columns: str) -> None:
        """Raises InputError when one of these columns is missing."""
        missing = [column for column in columns if column not in self]
        if missing:
            there = ", ".join(self.arrow.column_names[:LISTED_MAX])
            raise InputError(f"{self.name} has no column {', '.join(missing)}; it has {there}")

    def _found(self, column: str, absent: int | None) -> ChunkedArray | None:
        if absent is None:
            self.require(column)
        elif column not in self or _is(self.arrow.column(column), "null"):
            return None
        return self.arrow.column(column)

    def _int64(self, column: str, found: ChunkedArray, absent: int | None) -> Ints:
        if not len(self):
            return np.zeros(0, np.int64)
        if not found.null_count:
            whole = guarded(lambda: found.cast(DataType.int64()), f"{self.name}, column {column}")
            return np.asarray(whole.to_numpy(), np.int64)
        values: list[int | None] = list(found.to_pylist())
        if absent is None:
            raise InputError(f"{self.name}: {column} is null in row {values.index(None) + 1}; each row needs one")
        return np.array([absent if value is None else value for value in values], np.int64)

    def _wrong(self, column: str, found: ChunkedArray, expected: str, parse: Callable[[str], object]) -> InputError:
        held = str(found.type).strip().removeprefix("arro3.core.DataType<").removesuffix(">")
        if _is(found, "string"):  # one cell of a CSV file makes a whole column text: name it
            for row, cell in enumerate(found.to_pylist(), 1):
                if cell is None:
                    continue
                try:
                    parse(cell)
                except ValueError:
                    held += f" ({cell!r} in row {row})"
                    break
        return InputError(f"{self.name}: column {column} holds {held}; expected {expected}")


def read(name: str, data: bytes) -> Table:
    """A table from the bytes of a Parquet, Arrow IPC (file or stream) or CSV file.

    Raises InputError when they hold none; `name` says which table, in errors. Arrow's reader ends the whole process on
    some damaged binary files, which nothing here can catch: who opens files lets a child read them first (cli/score).
    """
    table = guarded(lambda: _reader(data).read_all(), name)
    names = table.column_names
    if len(set(names)) < len(names):
        raise InputError(f"{name}: a column is named twice; the columns are {', '.join(names[:LISTED_MAX])}")
    return Table(name, table)


def _reader(data: bytes) -> RecordBatchReader:
    if data.startswith(b"PAR1"):
        # the reader panics on a file that is cut off, and a panic prints to the terminal
        end = int.from_bytes(data[-8:-4], "little")
        if len(data) < PARQUET_SIZE_MIN or not data.endswith(b"PAR1") or end > len(data) - PARQUET_SIZE_MIN:
            raise InputError("a Parquet file without its end: it was cut off, or is still being written; copy it again")
        return read_parquet(io.BytesIO(data))
    if data.startswith(b"ARROW1\0\0"):
        return read_ipc(io.BytesIO(data))
    if data.startswith(b"\xff\xff\xff\xff"):
        if int.from_bytes(data[4:8], "little") > len(data):  # the reader would first ask for that much memory
            raise InputError("an Arrow stream that is cut off; copy it again")
        return read_ipc_stream(io.BytesIO(data))
    if not data.strip() or b"\0" in data[:4096]:
        raise InputError("neither Parquet, Arrow IPC nor CSV with a heading")
    data = data.removeprefix(b"\xef\xbb\xbf")
    guessed = infer_csv_schema(io.BytesIO(data), has_header=True)
    stamps = DataType.timestamp("ns", tz="UTC")
    every = (guessed.field(name) for name in guessed.names)
    fields = [Field(one.name, stamps if _is(one, "timestamp") else one.type) for one in every]
    return read_csv(io.BytesIO(data), Schema(fields), has_header=True)


def guarded(call: Callable[[], T], what: str) -> T:
    """Call a reader. Its errors, and the panics of its Rust code, become an InputError."""
    try:
        return call()
    except InputError as error:
        raise InputError(f"{what}: {error}") from error
    except Exception as error:
        raise InputError(f"{what}: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3 raises it from BaseException and exports no name
            raise
        raise InputError(f"{what}: {error}") from error


def _is(column: ChunkedArray | Field, *kinds: str) -> bool:
    return any(getattr(DataType, f"is_{kind}")(column.type) for kind in kinds)


def _float64(column: ChunkedArray) -> Floats:
    """arro3 hands out no array of a column that has nulls: those go by way of a list."""
    if len(column) and not column.null_count:
        return np.array(column.cast(DataType.float64()).to_numpy(), np.float64)
    return np.array([np.nan if value is None else value for value in column.to_pylist()], np.float64)
