"""Recorded flights as detections: the tables that the air traffic community exchanges.

Two dialects, told apart by their headings and turned into SI here: `timestamp, icao24, latitude, longitude` with
altitudes in feet, knots and feet per minute (the traffic library); `time, icao24, lat, lon` in metres and metres per
second (OpenSky state vectors). A NaN is null. All are self-reports: one source, "adsb FEED", and no survey.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from arro3.core import Array, DataType, RecordBatch

from tocsin.errors import InputError
from tocsin.feeds.tables.arrow import ROWS, floats, guarded, is_any, nanoseconds, words
from tocsin.feeds.tables.rows import Block
from tocsin.geo.units import FOOT_M, FOOT_PER_MINUTE_MPS, KNOT_MPS
from tocsin.messages import Flags, Floats, Ints, Refusal

MOVING_MPS: Final = 5.0  # an aircraft this fast that reports the same place twice reported it once
UNITS_NS: Final = ((1e11, 1_000_000_000), (1e14, 1_000_000), (1e17, 1_000))  # seconds, milli, micro; else nanoseconds


@dataclass(frozen=True, slots=True)
class Dialect:
    """The headings of one way to write flights, and its units. `seen`: when the position was really heard."""

    name: str
    time: str
    latitude: str
    longitude: str
    pressure_altitude: str
    altitude: str
    speed: str
    track: str
    climb: str
    seen: str
    length_m: float
    speed_mps: float
    climb_mps: float


DIALECTS: Final = (
    Dialect(
        "traffic",
        "timestamp",
        "latitude",
        "longitude",
        "altitude",
        "geoaltitude",
        "groundspeed",
        "track",
        "vertical_rate",
        "last_position",
        FOOT_M,
        KNOT_MPS,
        FOOT_PER_MINUTE_MPS,
    ),
    Dialect(
        "opensky",
        "time",
        "lat",
        "lon",
        "baroaltitude",
        "geoaltitude",
        "velocity",
        "heading",
        "vertrate",
        "lastposupdate",
        1.0,
        1.0,
        1.0,
    ),
)


def dialect(headings: Sequence[str]) -> Dialect | None:
    """The dialect with these headings, if it is one."""
    for one in DIALECTS:
        if {one.time, "icao24", one.latitude, one.longitude} <= set(headings):
            return one
    return None


class Reader:
    """Batches of one table into blocks; remembers each aircraft's last place, to see what is only repeated."""

    def __init__(self, feed: str, one: Dialect, arrival_ns: int | None = None) -> None:
        self._feed, self._dialect, self._arrival_ns = feed, one, arrival_ns
        self._places: dict[str, tuple[float, float]] = {}

    def block(self, batch: RecordBatch, row: Ints) -> tuple[Block, list[Refusal]]:
        """The rows that tell a new place, in the units of a detections table (degrees)."""
        one = self._dialect
        columns = _Columns(batch)
        time_ns, time_present = columns.time(one.time)
        seen_ns, seen_present = columns.time(one.seen)
        # A position is as old as it was heard, not as the row: state vectors repeat the last one for 15 s and more.
        time_ns = np.where(seen_present & (seen_ns <= time_ns), seen_ns, time_ns)
        received_ns = time_ns if self._arrival_ns is None else np.full_like(time_ns, self._arrival_ns)
        latitude, longitude = columns.number(one.latitude), columns.number(one.longitude)
        speed_mps = columns.number(one.speed) * one.speed_mps
        track_rad = np.radians(columns.number(one.track))
        address = columns.words("icao24")
        numbers = {
            "latitude_rad": latitude,
            "longitude_rad": longitude,
            "pressure_altitude_m": columns.number(one.pressure_altitude) * one.length_m,
            "altitude_m": columns.number(one.altitude) * one.length_m,
            "velocity_east_mps": speed_mps * np.sin(track_rad),
            "velocity_north_mps": speed_mps * np.cos(track_rad),
            "velocity_up_mps": columns.number(one.climb) * one.climb_mps,
        }
        nowhere = np.isnan(latitude) | np.isnan(longitude)
        nameless = np.array([not name for name in address], dtype=np.bool_)
        again = self._again(address, latitude, longitude, speed_mps) & ~nowhere & ~nameless
        refusals = [
            *self._refused("flights: no position", "latitude or longitude is null", row[nowhere]),
            *self._refused("flights: no address", "icao24 is null", row[nameless & ~nowhere]),
            *self._refused("flights: position told before", "a moving aircraft at the very same place", row[again]),
        ]
        index = np.flatnonzero(~nowhere & ~nameless & ~again)
        keep = index.tolist()
        numbers = {name: values[index] for name, values in numbers.items()}
        block = Block(
            row=row[index],
            time_ns=time_ns[index],
            time_present=time_present[index],
            received_ns=received_ns[index],
            sensor=[f"adsb {self._feed}"] * len(keep),
            scan=np.full(len(keep), -1, dtype=np.int64),
            numbers=numbers,
            present={name: ~np.isnan(values) for name, values in numbers.items()},
            words={
                "identity": [f"icao:{str(address[i]).strip().lower()}" for i in keep],
                "callsign": _stripped(columns.words("callsign"), keep),
                "squawk": _stripped(columns.words("squawk"), keep),
            },
        )
        return block, refusals

    def _again(self, address: Sequence[str | None], latitude: Floats, longitude: Floats, speed_mps: Floats) -> Flags:
        again = np.zeros(len(address), dtype=np.bool_)
        moving = (speed_mps > MOVING_MPS).tolist()
        for i, (name, *place) in enumerate(zip(address, latitude.tolist(), longitude.tolist(), strict=True)):
            if name:
                here = (place[0], place[1])
                again[i] = moving[i] and self._places.get(name) == here
                self._places[name] = here
        return again

    def _refused(self, reason: str, detail: str, row: Ints) -> Iterator[Refusal]:
        if len(row):
            yield Refusal(0, self._feed, reason, f"row {row[0]}: {detail}", count=len(row))


class _Columns:
    """Columns by heading; one that is absent is all null."""

    def __init__(self, batch: RecordBatch) -> None:
        self._batch, self._names = batch, set(batch.schema.names)

    def number(self, name: str) -> Floats:
        if name not in self._names:
            return np.full(self._batch.num_rows, np.nan)
        values = floats(name, self._batch.column(name))[0]
        values[np.isinf(values)] = np.nan
        return values

    def time(self, name: str) -> tuple[Ints, Flags]:
        """Timestamps, or numbers whose size tells their unit."""
        n = self._batch.num_rows
        if name not in self._names:
            return np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
        column = self._batch.column(name)
        if is_any(column, "timestamp"):
            return nanoseconds(name, column)
        values, _ = floats(name, column)
        present = np.isfinite(values) & (np.abs(values) < 9.2e18)
        scale = np.ones(n)
        for end, unit_ns in reversed(UNITS_NS):
            scale[np.abs(values) < end] = unit_ns
        # In two steps: a float64 of nanoseconds since 1970 is only good to 256 ns, and thousandths would be lost.
        whole = np.where(present, np.floor(values), 0.0)
        rest = np.where(present, values - whole, 0.0)
        return whole.astype(np.int64) * scale.astype(np.int64) + np.round(rest * scale).astype(np.int64), present

    def words(self, name: str) -> list[str | None]:
        if name not in self._names:
            return [None] * self._batch.num_rows
        column = self._batch.column(name)
        if is_any(column, "numeric"):
            # Codes that a table program took for numbers: 1000.0 was the squawk 1000, 17 was 0017.
            return [None if np.isnan(value) else f"{value:04.0f}" for value in floats(name, column)[0]]
        return words(name, column)


def _stripped(values: Sequence[str | None], keep: Sequence[int]) -> list[str | None]:
    return [(value.strip() or None) if value else None for value in (values[i] for i in keep)]


class _Row(msgspec.Struct):
    """One flight row in JSON. pandas writes times as milliseconds."""

    icao24: str | None = None
    timestamp: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    geoaltitude: float | None = None
    groundspeed: float | None = None
    track: float | None = None
    vertical_rate: float | None = None
    last_position: float | None = None
    callsign: str | None = None
    squawk: str | None = None


def json_batches(data: bytes) -> Iterator[RecordBatch]:
    """Rows of the traffic dialect written as JSON: a list of objects, one object for each column, or one on each line.

    Raises:
        InputError: it is not JSON, or a value has the wrong type; says which.
    """
    rows = guarded(lambda: _rows(data), "JSON")
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        columns: dict[str, Any] = {
            name: Array(
                [getattr(row, name) for row in part],
                type=DataType.utf8() if name in ("icao24", "callsign", "squawk") else DataType.float64(),
            )
            for name in _Row.__struct_fields__
        }
        yield RecordBatch.from_pydict(columns)


def _rows(data: bytes) -> list[_Row]:
    text = data.strip()
    if text.startswith(b"["):
        return msgspec.json.decode(text, type=list[_Row])
    try:
        whole: Mapping[str, Mapping[str, Any]] = msgspec.json.decode(text, type=dict[str, dict[str, Any]])
    except msgspec.DecodeError:
        return msgspec.json.Decoder(_Row).decode_lines(text)
    names = [name for name in _Row.__struct_fields__ if name in whole]
    if "icao24" not in names:
        raise InputError("expected rows with icao24, timestamp, latitude and longitude")
    keys = whole["icao24"]
    return [msgspec.convert({name: whole[name].get(key) for name in names}, _Row) for key in keys]
