"""Tables of truth and tracks for the tests of scores, made as a user's would be: bytes of Parquet or CSV."""

import io
from collections.abc import Mapping, Sequence

import arro3.io
import numpy as np
from arro3.core import Array, DataType, RecordBatch

from tocsin.messages import Floats, Ints
from tocsin.score.alignment import Scene, align
from tocsin.score.rows import Rows
from tocsin.score.tables.arrow import Table, read
from tocsin.score.tables.objects import tracks_of, truth_of

BEGIN_NS = 1_795_372_200_000_000_000  # 2026-11-22T18:30:00Z
SECOND_NS = 1_000_000_000
TIMES = ("time", "until", "last_detection", "decided", "ended", "released", "sent", "received", "seeable", "knowable")

WORDS = ("place", "geometry", "stage", "class", "identity", "state", "parent", "operator")

Columns = Mapping[str, Sequence[object] | np.ndarray]


def parquet(columns: Columns) -> bytes:
    """A Parquet file. Times are seconds since BEGIN_NS, None is null, words are text."""
    out: dict[str, Array] = {}
    for name, values in columns.items():
        listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
        if name in TIMES:
            whole = [None if one is None else BEGIN_NS + round(float(str(one)) * SECOND_NS) for one in listed]
            out[name] = Array(whole, DataType.int64()).cast(DataType.timestamp("ns", tz="UTC"))
        elif name in WORDS or any(isinstance(one, str) for one in listed):
            out[name] = Array(listed, DataType.string())
        elif any(isinstance(one, bool) for one in listed):
            out[name] = Array(listed, DataType.bool())
        elif name in ("track", "target"):
            out[name] = Array(listed, DataType.int64())
        else:
            out[name] = Array([None if one is None else float(str(one)) for one in listed], DataType.float64())
    file = io.BytesIO()
    arro3.io.write_parquet(RecordBatch.from_arrays(list(out.values()), names=list(out)), file)
    return file.getvalue()


def table(name: str, columns: Columns) -> Table:
    """A table, read back from Parquet."""
    return read(name, parquet(columns))


def path(number: int, times_s: Sequence[float] | Floats, east_m: Floats, north_m: Floats) -> dict[str, np.ndarray]:
    """One object in a local frame, with `number` to be named "target" or "track" by `joined`."""
    times = np.asarray(times_s, np.float64)
    shape = np.broadcast_shapes(times.shape, np.shape(east_m), np.shape(north_m))
    return {
        "time": times,
        "number": np.full(len(times), number),
        "east_m": np.broadcast_to(east_m, shape),
        "north_m": np.broadcast_to(north_m, shape),
    }


def joined(what: str, paths: Sequence[Mapping[str, np.ndarray]], **more: Sequence[object]) -> Columns:
    """The columns of a truth ("target") or tracks ("track") table."""
    out: dict[str, Sequence[object] | np.ndarray] = {
        name: np.concatenate([one[name] for one in paths]) for name in ("time", "number", "east_m", "north_m")
    }
    out[what] = out.pop("number")
    return {**out, **more}


def scene(truth: Columns, tracks: Columns, every_s: float | None = None) -> Scene:
    """Local tables, aligned."""
    return align(truth_of(table("truth", truth), "local"), tracks_of(table("tracks", tracks), "local"), every_s)


def rows(step: Ints, number: Ints, position_m: Floats) -> Rows:
    """Rows from any order."""
    return Rows(np.asarray(step, np.int64), np.asarray(number, np.int64), np.asarray(position_m, np.float64))
