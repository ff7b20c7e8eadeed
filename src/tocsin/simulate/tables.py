"""A night as files: detections, truth, sensors and places, with the columns of docs/reference/tables.md.

Rows are written slab by slab, so that a long night needs no more memory than a short one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import arro3.io
import numpy as np
from arro3.core import Array, ChunkedArray, DataType, RecordBatch, RecordBatchReader

from tocsin.geo.units import DEGREE_RAD
from tocsin.messages import ATTRIBUTES, MEASURED, TEXTS, Floats, Ints
from tocsin.simulate.night import Slab, Truth, slabs
from tocsin.simulate.scenario import Scenario
from tocsin.simulate.sensors.batch import Batch, nanoseconds
from tocsin.simulate.site_file import Row, heading, place_rows, sensor_rows, site_file

NUMBERS = tuple(name for name in (*MEASURED, *ATTRIBUTES) if name not in ("east_m", "north_m", "up_m"))
NULL_ROWS = 65_536
FLOAT, TEXT, TIME, WHOLE = DataType.float64(), DataType.string(), DataType.timestamp("ns", tz="UTC"), DataType.int64()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and how much of it."""

    detections: int
    truth: int
    files: tuple[Path, ...]


def write(
    scenario: Scenario, folder: Path, seed: int | None = None, progress: Callable[[float], None] | None = None
) -> Written:
    """Simulate the night into `folder`: detections.parquet, truth.parquet, sensors.parquet, places.parquet, site.toml.

    `progress` is called with the share of the night that is done. Files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = {"detections": 0, "truth": 0}
    truths: list[RecordBatch] = []
    turns: dict[str, tuple[int, bool, float]] = {}

    def detections() -> Iterator[RecordBatch]:
        for slab in slabs(scenario, seed):
            batch = _detections(slab, scenario.start_ns, turns)
            truths.append(_truth(slab.truth))
            count["detections"] += batch.num_rows
            count["truth"] += truths[-1].num_rows
            if progress is not None:
                progress(slab.to_s / scenario.duration_s)
            yield batch

    files = tuple(folder / f"{name}.parquet" for name in ("detections", "truth", "sensors", "places"))
    _write(files[0], detections())
    _write(files[1], truths)
    _write(files[2], [_records(sensor_rows(scenario.settings))])
    _write(files[3], [_records(place_rows(scenario.settings))])
    site = folder / "site.toml"
    site.write_text(site_file(scenario.settings), encoding="utf-8")
    return Written(count["detections"], count["truth"], (*files, site))


def _write(path: Path, batches: Iterable[RecordBatch]) -> None:
    every = iter(batches)
    first = next(every)

    def all_of_them() -> Iterator[RecordBatch]:
        yield first
        yield from every

    reader = RecordBatchReader.from_batches(first.schema, all_of_them())
    arro3.io.write_parquet(reader, str(path), compression="zstd(3)")


def _records(rows: list[Row]) -> RecordBatch:
    """Rows of words and numbers as a table; what a row lacks is null."""
    columns: dict[str, Array] = {}
    for key in dict.fromkeys(key for row in rows for key in row):
        values = [row.get(key) for row in rows]
        columns[key] = Array(values, FLOAT if any(isinstance(value, float) for value in values) else TEXT)
    return RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _times(time_ns: Ints) -> Array:
    return Array(time_ns).cast(TIME)


def _nulls(kind: DataType, count: int) -> Array:
    return Array([None] * count, kind)


def _detections(slab: Slab, start_ns: int, turns: dict[str, tuple[int, bool, float]]) -> RecordBatch:
    """All sensors of a slab, sorted by arrival."""
    parts = [part for batch in slab.batches for part in (batch, *_empty_turns(batch, turns))]
    of_row = [batch.sweep_scan[batch.row_sweep] for batch in parts]
    received = nanoseconds(np.concatenate([b.received_s[k] for b, k in zip(parts, of_row, strict=True)]), start_ns)
    time_ns = nanoseconds(np.concatenate([batch.time_s for batch in parts]), start_ns)
    order = np.lexsort((time_ns, received))
    chosen = Array(order.astype(np.int64))
    columns = {
        "time": _times(time_ns[order]),
        "sensor": _joined([_sensor_names(b) for b in parts], chosen),
        "scan": _joined([_scan_numbers(b) for b in parts], chosen),
        "received": _times(received[order]),
    }
    for name in NUMBERS:
        column, unit = heading(name)
        columns[column] = _joined([_numbers(b, name, unit) for b in parts], chosen)
    for name in TEXTS:
        columns[name] = _joined([_words(b, name) for b in parts], chosen)
    return RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _joined(parts: list[Array], chosen: Array) -> Array:
    return ChunkedArray(parts, parts[0].type).combine_chunks().take(chosen)


def _numbers(batch: Batch, name: str, unit: float) -> Array:
    values = batch.values.get(name)
    return _nulls(FLOAT, len(batch.time_s)) if values is None else Array(values / unit)


def _words(batch: Batch, name: str) -> Array:
    words = batch.texts.get(name)
    return _nulls(TEXT, len(batch.time_s)) if words is None else Array(list(words), TEXT)


def _sensor_names(batch: Batch) -> Array:
    index = batch.sweep_sensor[batch.row_sweep].astype(np.int64)
    return Array(list(batch.sensors), TEXT).take(Array(index))


def _scan_numbers(batch: Batch) -> Array:
    """The turn that a row belongs to; null where silence says nothing."""
    if not batch.survey:
        return _nulls(WHOLE, len(batch.time_s))
    return Array(batch.sweep_number[batch.row_sweep].astype(np.int64))


def _empty_turns(batch: Batch, turns: dict[str, tuple[int, bool, float]]) -> Iterator[Batch]:
    """A turn without any detection becomes a row without measurements: it says that the sensor looked."""
    if not batch.survey or not len(batch.sweep_number):
        return
    busy = np.zeros(len(batch.sweep_number), dtype=np.bool_)
    busy[batch.row_sweep] = True
    empty: list[tuple[int, int, float]] = []
    for sweep, (sensor, number) in enumerate(
        zip(batch.sweep_sensor.tolist(), batch.sweep_number.tolist(), strict=True)
    ):
        name = batch.sensors[sensor]
        before = turns.get(name)
        if before is not None and before[0] != number:
            if not before[1]:
                empty.append((sensor, before[0], before[2]))
            before = None
        some = bool(busy[sweep]) or (before is not None and before[1])
        turns[name] = (number, some, float(batch.sweep_end_s[sweep]))
    if empty:
        sensor_of, number_of, end_of = zip(*empty, strict=True)
        end_s, row = np.array(end_of), np.arange(len(empty))
        yield Batch(
            feed=batch.feed,
            sensors=batch.sensors,
            received_s=end_s,
            sweep_scan=row,
            sweep_sensor=np.array(sensor_of, dtype=np.int32),
            sweep_number=np.array(number_of, dtype=np.int64),
            sweep_start_s=end_s,
            sweep_end_s=end_s,
            sweep_from_rad=np.full(len(empty), np.nan),
            sweep_to_rad=np.full(len(empty), np.nan),
            survey=True,
            row_sweep=row,
            time_s=end_s,
            values={},
        )


def _truth(truth: Truth) -> RecordBatch:
    mover = Array(truth.mover)
    degrees: Mapping[str, Floats] = {"latitude_deg": truth.latitude_rad, "longitude_deg": truth.longitude_rad}
    speeds = zip(("east", "north", "up"), truth.velocity_mps.T, strict=True)
    return RecordBatch.from_pydict(
        {
            "time": _times(truth.time_ns),
            "target": Array(truth.target),
            **{name: Array(value / DEGREE_RAD) for name, value in degrees.items()},
            "altitude_m": Array(truth.altitude_m),
            **{f"velocity_{name}_mps": Array(np.ascontiguousarray(value)) for name, value in speeds},
            "class": Array(list(truth.traits.kind), TEXT).take(mover),
            "identity": Array(list(truth.traits.identity), TEXT).take(mover),
        }
    )
