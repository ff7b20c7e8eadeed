"""A night as files: detections, truth, sensors and places, with the columns of docs/reference/tables.md.

Rows are written slab by slab, so that a long night needs no more memory than a short one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import arro3.io
import numpy as np
from arro3.core import Array, ChunkedArray, DataType, RecordBatch, RecordBatchReader

from tocsin.geo.geotiff_out import written
from tocsin.geo.units import DEGREE_RAD
from tocsin.messages import ATTRIBUTES, MEASURED, TEXTS, Floats, Ints
from tocsin.simulate.carriers import coarser, told
from tocsin.simulate.night import Truth, slabs, truth
from tocsin.simulate.scenario import Scenario
from tocsin.simulate.seeable import Stretches
from tocsin.simulate.sensors.batch import Batch, nanoseconds
from tocsin.simulate.site_file import Row, heading, place_rows, sensor_rows, site_file

NUMBERS = tuple(name for name in (*MEASURED, *ATTRIBUTES) if name not in ("east_m", "north_m", "up_m"))
TERRAIN = "terrain.tif"
NULL_ROWS = 65_536
FLOAT, TEXT, TIME, WHOLE = DataType.float64(), DataType.string(), DataType.timestamp("ns", tz="UTC"), DataType.int64()
TRUTH = DataType.bool()


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

    Where the scenario has hills, terrain.tif holds them, and the site file names it. seeable.parquet says when each
    target could be seen (a look with a chance of at least a half). `progress` is called with the share of the night
    that is done. Files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count, settings = {"detections": 0, "truth": 0}, told(scenario, seed)

    def counted(name: str, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
        for batch in batches:
            count[name] += batch.num_rows
            yield batch

    files = tuple(folder / f"{name}.parquet" for name in ("detections", "truth", "sensors", "places", "seeable"))
    could = Stretches()
    _write(files[0], counted("detections", _Arrivals(scenario, seed, progress, could).batches()))
    _write(files[1], counted("truth", (truth_batch(part) for part in truth(scenario, seed))))
    _write(files[2], [_records("name", sensor_rows(settings))])
    _write(files[3], [_records("place", place_rows(scenario.settings))])
    _write(files[4], [seeable_batch(could, scenario.start_ns)])
    hills = folder / TERRAIN
    if scenario.terrain is not None:
        hills.write_bytes(written(scenario.terrain))
        files = (*files, hills)
    site = folder / "site.toml"
    site.write_text(site_file(settings, _terrain(scenario)), encoding="utf-8")
    return Written(count["detections"], count["truth"], (*files, site))


def _terrain(scenario: Scenario) -> tuple[str, int] | None:
    """The file of the heights, and how much coarser a site may keep them; None where there are none."""
    if scenario.terrain is None:
        return None
    return TERRAIN, coarser(scenario.terrain)


def _write(path: Path, batches: Iterable[RecordBatch]) -> None:
    every = iter(batches)
    first = next(every)

    def all_of_them() -> Iterator[RecordBatch]:
        yield first
        yield from every

    reader = RecordBatchReader.from_batches(first.schema, all_of_them())
    arro3.io.write_parquet(reader, str(path), compression="zstd(3)")


def _records(first: str, rows: list[Row]) -> RecordBatch:
    """Rows of words and numbers as a table; what a row lacks is null. The `first` column is there without any row."""
    columns: dict[str, Array] = {}
    for key in dict.fromkeys((first, *(key for row in rows for key in row))):
        values = [row.get(key) for row in rows]
        columns[key] = Array(values, _kind(values))
    return RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _kind(values: list[str | float | bool | None]) -> DataType:
    if any(isinstance(value, bool) for value in values):
        return TRUTH
    return FLOAT if any(isinstance(value, float) for value in values) else TEXT


def _times(time_ns: Ints) -> Array:
    return Array(time_ns).cast(TIME)


def _nulls(kind: DataType, count: int) -> Array:
    return Array([None] * count, kind)


class _Arrivals:
    """The rows of a night, sorted by arrival. What arrives after the end of its slab waits for the next one."""

    def __init__(
        self, scenario: Scenario, seed: int | None, progress: Callable[[float], None] | None, could: Stretches
    ) -> None:
        self._scenario, self._seed, self._progress, self._could = scenario, seed, progress, could
        self._turns: dict[str, tuple[int, bool, float, float]] = {}
        self._waiting: dict[str, Array] = {}
        self._waiting_ns = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))

    def batches(self) -> Iterator[RecordBatch]:
        """One batch of rows for each slab, and what is left at the end."""
        for slab in slabs(self._scenario, self._seed):
            until_ns = int(nanoseconds(np.array(slab.to_s), self._scenario.start_ns))
            self._could.add(slab)
            yield self._sorted([part for b in slab.batches for part in (b, *_empty_turns(b, self._turns))], until_ns)
            if self._progress is not None:
                self._progress(slab.to_s / self._scenario.duration_s)
        yield self._sorted([], np.iinfo(np.int64).max)

    def _sorted(self, parts: list[Batch], until_ns: int) -> RecordBatch:
        start_ns = self._scenario.start_ns
        seconds = [(batch.received_s[batch.sweep_scan[batch.row_sweep]], batch.time_s) for batch in parts]
        received, time_ns = (
            np.concatenate((waiting, *(nanoseconds(pair[i], start_ns) for pair in seconds)))
            for i, waiting in enumerate(self._waiting_ns)
        )
        order = np.lexsort((time_ns, received))
        received, time_ns = received[order], time_ns[order]
        columns = {"time": _times(time_ns), **self._others(parts, Array(order.astype(np.int64)))}
        columns["received"] = _times(received)
        now = int(np.searchsorted(received, until_ns))
        later = len(received) - now
        self._waiting = {name: column.slice(now, later) for name, column in columns.items()}
        self._waiting_ns = (received[now:], time_ns[now:])
        return RecordBatch.from_arrays([column.slice(0, now) for column in columns.values()], names=list(columns))

    def _others(self, parts: list[Batch], chosen: Array) -> dict[str, Array]:
        """Every column but the times: what waited, then the new rows, in the chosen order."""
        made: dict[str, list[Array]] = {
            "sensor": [_sensor_names(batch) for batch in parts],
            "scan": [_scan_numbers(batch) for batch in parts],
        }
        for name in NUMBERS:
            column, unit = heading(name)
            made[column] = [_numbers(batch, name, unit) for batch in parts]
        made |= {name: [_words(batch, name) for batch in parts] for name in TEXTS}
        waiting = self._waiting
        return {
            name: _joined([*([waiting[name]] if waiting else []), *arrays], chosen) for name, arrays in made.items()
        }


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


def _empty_turns(batch: Batch, turns: dict[str, tuple[int, bool, float, float]]) -> Iterator[Batch]:
    """A turn without any detection becomes a row without measurements: it says that the sensor looked.

    It arrives when the turn's last sweep does.
    """
    if not batch.survey or not len(batch.sweep_number):
        return
    busy = np.zeros(len(batch.sweep_number), dtype=np.bool_)
    busy[batch.row_sweep] = True
    empty: list[tuple[int, int, float, float]] = []
    received_s = batch.received_s[batch.sweep_scan]
    for sweep, (sensor, number) in enumerate(
        zip(batch.sweep_sensor.tolist(), batch.sweep_number.tolist(), strict=True)
    ):
        name = batch.sensors[sensor]
        before = turns.get(name)
        if before is not None and before[0] != number:
            if not before[1]:
                empty.append((sensor, before[0], before[2], before[3]))
            before = None
        some = bool(busy[sweep]) or (before is not None and before[1])
        turns[name] = (number, some, float(batch.sweep_end_s[sweep]), float(received_s[sweep]))
    if empty:
        sensor_of, number_of, end_of, received_of = zip(*empty, strict=True)
        end_s, row = np.array(end_of), np.arange(len(empty))
        yield Batch(
            feed=batch.feed,
            sensors=batch.sensors,
            received_s=np.array(received_of),
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


def seeable_batch(could: Stretches, start_ns: int) -> RecordBatch:
    """When targets could be seen, as rows."""
    target, from_s, until_s = could.table()
    begin, end = (_times(nanoseconds(one, start_ns)) for one in (from_s, until_s))
    return RecordBatch.from_pydict({"target": Array(target), "seeable": begin, "until": end})


def truth_batch(part: Truth) -> RecordBatch:
    """A stretch of the truth as rows."""
    mover = Array(part.mover)
    degrees: Mapping[str, Floats] = {"latitude_deg": part.latitude_rad, "longitude_deg": part.longitude_rad}
    speeds = zip(("east", "north", "up"), part.velocity_mps.T, strict=True)
    return RecordBatch.from_pydict(
        {
            "time": _times(part.time_ns),
            "target": Array(part.target),
            **{name: Array(value / DEGREE_RAD) for name, value in degrees.items()},
            "altitude_m": Array(part.altitude_m),
            **{f"velocity_{name}_mps": Array(np.ascontiguousarray(value)) for name, value in speeds},
            "class": Array(list(part.traits.kind), TEXT).take(mover),
            "identity": Array(list(part.traits.identity), TEXT).take(mover),
        }
    )
