"""Arrow columns as NumPy arrays, and the files they come in.

arro3 gives no array of a column that has nulls, and lists are thirty times slower: numbers are therefore copied
straight from Arrow's memory, whose layout is a public promise (Arrow C data interface: buffer 0 validity, 1 values).
"""

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path as Path  # noqa: PLC0414 - the tables around it name paths without touching files
from typing import Any, Final, TypeVar

import numpy as np
from arro3.core import Array, DataType, RecordBatch, RecordBatchReader
from arro3.io import read_ipc, read_ipc_stream, read_parquet

from tocsin.errors import InputError
from tocsin.feeds.transport.probe import check
from tocsin.messages import Flags, Floats, Ints

ROWS: Final = 65_536  # rows at once: a few MB, whatever the size of the file
T = TypeVar("T")
Source = Path | bytes  # a file, or the content of a text


class _ArrowArray(ctypes.Structure):
    """The head of struct ArrowArray."""

    _fields_ = (
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    )


_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


def floats(name: str, column: Array) -> tuple[Floats, Flags]:
    """A numeric column as float64, and where it is not null (elsewhere NaN)."""
    if not is_any(column, "numeric", "null"):
        raise InputError(f"column {name} holds {_type(column)}; expected numbers")
    values, present = _copy(guarded(lambda: column.cast(DataType.float64()), name), ctypes.c_double)
    numbers = values.astype(np.float64, copy=False)
    numbers[~present] = np.nan
    return numbers, present


def integers(name: str, column: Array) -> tuple[Ints, Flags]:
    """An integer column as int64, and where it is not null (elsewhere -1)."""
    if not is_any(column, "integer", "null"):
        raise InputError(f"column {name} holds {_type(column)}; expected integers")
    values, present = _copy(guarded(lambda: column.cast(DataType.int64()), name), ctypes.c_int64)
    numbers = values.astype(np.int64, copy=False)
    numbers[~present] = -1
    return numbers, present


def nanoseconds(name: str, column: Array) -> tuple[Ints, Flags]:
    """A column of timestamps, or of integers that are nanoseconds since 1970, as int64 ns UTC. Zoneless is UTC."""
    if is_any(column, "timestamp"):
        column = guarded(lambda: column.cast(DataType.timestamp("ns")).cast(DataType.int64()), name)
    elif not is_any(column, "integer", "null"):
        raise InputError(f"column {name} holds {_type(column)}; expected timestamps (ns, UTC)")
    return integers(name, column)


def words(name: str, column: Array) -> list[str | None]:
    """A column of text."""
    if not is_any(column, "null", "dictionary", "string", "large_string", "string_view"):
        raise InputError(f"column {name} holds {_type(column)}; expected text")
    values: list[str | None] = list(guarded(column.to_pylist, name))
    return values


def is_any(column: Array, *kinds: str) -> bool:
    """Whether a column is of one of these kinds, as arro3 calls them ("numeric", "timestamp", "string", ...)."""
    return any(getattr(DataType, f"is_{kind}")(column.type) for kind in kinds)


def _type(column: Array) -> str:
    return str(column.type).removeprefix("arro3.core.DataType<").removesuffix(">\n").removesuffix(">")


def _copy(column: Array, kind: type[ctypes.c_double] | type[ctypes.c_int64]) -> tuple[np.ndarray, Flags]:
    """Values and validity of a column of 8-byte numbers. `capsules` keeps Arrow's memory alive while it is copied."""
    capsules = column.__arrow_c_array__()
    array = _ArrowArray.from_address(_pointer(capsules[1], b"arrow_array"))
    first, last = array.offset, array.offset + array.length
    if not array.length:
        return np.empty(0, dtype=kind), np.empty(0, dtype=np.bool_)
    values = np.ctypeslib.as_array((kind * last).from_address(array.buffers[1]))[first:].copy()
    if not array.null_count or not array.buffers[0]:
        return values, np.ones(array.length, dtype=np.bool_)
    bits = np.ctypeslib.as_array((ctypes.c_uint8 * ((last + 7) // 8)).from_address(array.buffers[0]))
    return values, np.unpackbits(bits, bitorder="little")[first:last].astype(np.bool_)


def guarded(read: Callable[[], T], what: str) -> T:
    """Call a reader. Its errors, and the panics of its Rust code, become an InputError."""
    try:
        return read()
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{what}: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3 raises it from BaseException and exports no name
            raise
        raise InputError(f"{what}: {error}") from error


def container(head: bytes) -> str | None:
    """Which Arrow container these first bytes open: "parquet", "arrow", "arrow stream", or none."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"ARROW1\0\0"):
        return "arrow"
    return "arrow stream" if head.startswith(b"\xff\xff\xff\xff") and len(head) > 8 else None


def batches(path: Path, kind: str) -> Iterator[RecordBatch]:
    """The record batches of a Parquet or Arrow IPC file: at least one, maybe empty.

    Raises:
        InputError: the file is damaged.
    """
    check(path, kind)

    def open_reader() -> RecordBatchReader:
        if kind == "parquet":
            return read_parquet(str(path), batch_size=ROWS)
        return read_ipc(str(path)) if kind == "arrow" else read_ipc_stream(str(path))

    reader = guarded(open_reader, path.name)
    none = True
    while (batch := guarded(lambda: next(reader, None), path.name)) is not None:
        none = False
        # Arrow files may hold batches of any length.
        for start in range(0, max(batch.num_rows, 1), ROWS):
            yield batch.slice(start, min(ROWS, batch.num_rows - start))
    if none:
        fields = [reader.schema.field(index) for index in range(len(reader.schema))]
        columns: dict[str, Any] = {field.name: Array([], type=field.type) for field in fields}
        yield guarded(lambda: RecordBatch.from_pydict(columns), path.name)
