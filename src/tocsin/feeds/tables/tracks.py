"""The tracks table (docs/reference/tables.md): pictures as rows of Parquet, Arrow IPC or CSV.

Each row is a track at the time of its picture. East, north and up are those of the place of the track itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from arro3.core import Array, DataType, RecordBatch, RecordBatchReader
from arro3.io import write_csv, write_ipc, write_parquet

from tocsin.errors import InputError
from tocsin.feeds.tables.arrow import ROWS, Path, guarded
from tocsin.geo.frames import geodetic_from_ecef
from tocsin.geo.units import DEGREE_RAD
from tocsin.messages import Floats, Picture, TrackState

STATES: Final = tuple(state.name.lower() for state in TrackState)
UPPER: Final = np.triu_indices(6)
VELOCITY: Final = ("velocity_east_mps", "velocity_north_mps", "velocity_up_mps")
SIGMA: Final = ("sigma_east_m", "sigma_north_m", "sigma_up_m")
WRITERS: Final[dict[str, Callable[..., None]]] = {
    ".parquet": write_parquet,
    ".arrow": write_ipc,
    ".ipc": write_ipc,
    ".feather": write_ipc,
    ".csv": write_csv,
}


def write(pictures: Iterable[Picture], path: Path, *, covariance: bool = False) -> int:
    """Write pictures to a file as they come; the suffix chooses the format. How many rows were written.

    All pictures must be of one frame. With `covariance` the columns covariance_0 to covariance_20 hold the upper
    triangle, row by row, of that of (position, velocity), in metres and seconds, east, north, up.

    Raises:
        InputError: a suffix that is none of .parquet, .arrow, .csv; no picture at all; the file cannot be written.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"{path.name}: expected a name that ends in .parquet, .arrow or .csv")
    count = 0

    def counted() -> Iterator[RecordBatch]:
        nonlocal count
        for batch in batches(pictures, covariance=covariance):
            count += batch.num_rows
            yield batch

    every = counted()
    first = next(every, None)
    if first is None:
        raise InputError(f"{path.name}: there is no picture to write")
    reader = RecordBatchReader.from_batches(first.schema, _again(first, every))
    options: dict[str, Any] = {"compression": "zstd(3)"} if writer is write_parquet else {}
    guarded(lambda: writer(reader, str(path), **options), path.name)
    return count


def batches(pictures: Iterable[Picture], *, covariance: bool = False) -> Iterator[RecordBatch]:
    """Record batches of about 65,536 rows; at least one where there is a picture."""
    waiting, rows = list[Picture](), 0
    for picture in pictures:
        waiting.append(picture)
        rows += len(picture)
        if rows >= ROWS:
            yield _batch(waiting, covariance)
            waiting, rows = [], 0
    if waiting:
        yield _batch(waiting, covariance)


def _again(first: RecordBatch, rest: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
    yield first
    yield from rest


def _batch(pictures: Sequence[Picture], covariance: bool) -> RecordBatch:
    sizes = [len(picture) for picture in pictures]
    position, velocity, spread = _local(pictures)
    columns: dict[str, Any] = {
        "time": time_column(np.repeat([picture.time_ns for picture in pictures], sizes)),
        "track": _joined(pictures, "track"),
        **position,
        **{name: number_column(velocity[:, axis]) for axis, name in enumerate(VELOCITY)},
        "existence": number_column(_joined(pictures, "existence")),
        **{name: number_column(np.sqrt(spread[:, axis, axis])) for axis, name in enumerate(SIGMA)},
    }
    if covariance:
        upper = spread[:, UPPER[0], UPPER[1]]
        columns |= {f"covariance_{number}": number_column(upper[:, number]) for number in range(21)}
    classes = [picture.classes[index] if index >= 0 else None for picture in pictures for index in picture.class_index]
    states = [STATES[state] for picture in pictures for state in picture.state]
    columns |= {
        "class": word_column(classes),
        "class_confidence": number_column(_joined(pictures, "class_confidence")),
        "identity": word_column([word for picture in pictures for word in picture.identity]),
        "state": word_column(states),
        "last_detection": time_column(_joined(pictures, "last_detection_ns")),
        "continues": _numbers(_joined(pictures, "continues")),
        "group_min": _joined(pictures, "group_min").astype(np.int64),
        "lag": number_column(np.repeat([picture.lag_s for picture in pictures], sizes)),
    }
    return RecordBatch.from_pydict(columns)


def _local(pictures: Sequence[Picture]) -> tuple[dict[str, Any], Floats, Floats]:
    """Place columns, velocities (n, 3) and covariances (n, 6, 6), both in east, north, up."""
    frames = {picture.frame for picture in pictures}
    if len(frames) > 1:
        raise InputError(f"pictures of the frames {' and '.join(sorted(frames))} cannot share a table")
    position, velocity = _joined(pictures, "position_m"), _joined(pictures, "velocity_mps")
    spread = np.zeros((len(position), 6, 6))
    spread[:, UPPER[0], UPPER[1]] = spread[:, UPPER[1], UPPER[0]] = _joined(pictures, "covariance")
    if frames == {"local"}:
        names = ("east_m", "north_m", "up_m")
        return {name: number_column(position[:, axis]) for axis, name in enumerate(names)}, velocity, spread
    latitude, longitude, altitude = geodetic_from_ecef(position)
    columns = {
        "latitude_deg": number_column(latitude / DEGREE_RAD),
        "longitude_deg": number_column(longitude / DEGREE_RAD),
        "altitude_m": number_column(altitude),
    }
    turn = _rotation(latitude, longitude)
    both = np.zeros((len(position), 6, 6))
    both[:, :3, :3] = both[:, 3:, 3:] = turn
    velocity = (turn * velocity[:, None, :]).sum(axis=2)
    return columns, velocity, both @ spread @ both.transpose(0, 2, 1)


def _rotation(latitude: Floats, longitude: Floats) -> Floats:
    """From ECEF to east, north, up at each place: (n, 3, 3)."""
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(latitude), np.cos(latitude), np.sin(longitude), np.cos(longitude)
    zero = np.zeros_like(latitude)
    east = np.stack((-sin_lon, cos_lon, zero), axis=-1)
    north = np.stack((-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat), axis=-1)
    up = np.stack((cos_lat * cos_lon, cos_lat * sin_lon, sin_lat), axis=-1)
    return np.stack((east, north, up), axis=1)


def _joined(pictures: Sequence[Picture], name: str) -> np.ndarray:
    return np.concatenate([getattr(picture, name) for picture in pictures])


def number_column(values: Floats) -> Array:
    """Numbers; a NaN is written as null, which is what tables call "not known"."""
    if not np.isnan(values).any():
        return Array.from_numpy(np.ascontiguousarray(values, dtype=np.float64))
    return Array([None if np.isnan(value) else value for value in values.tolist()], type=DataType.float64())


def _numbers(values: np.ndarray) -> Array:
    """Track numbers; -1 is none."""
    return Array([None if value < 0 else value for value in values.tolist()], type=DataType.int64())


def time_column(values: np.ndarray) -> Array:
    """Times in ns UTC."""
    return Array.from_numpy(np.ascontiguousarray(values, dtype=np.int64)).cast(DataType.timestamp("ns", tz="UTC"))


def word_column(values: Sequence[str | None]) -> Array:
    """Words, or none."""
    return Array(list(values), type=DataType.utf8())
