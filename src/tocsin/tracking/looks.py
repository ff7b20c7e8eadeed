"""Rows and sweeps -> looks, released in order behind the watermark, so that how scans are cut changes no bit.

A look is what one sensor saw at one time in one sector: the unit in which a detection may be missed. It is due at its
end. The watermark is the running maximum of trusted times, less the holding time; a look is released once the watermark
has passed its end, and a row that comes after that is late. Both are decided row by row, in the order of arrival,
never by where a Scan begins or ends: before each row the sweeps up to its own are taken as told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from tocsin.messages import Flags, Ints, Scan
from tocsin.settings import Sensor
from tocsin.tracking.kernels.columns import NEVER, Looks, Rows

SECOND_NS: Final = 1_000_000_000
SLICES: Final = 32  # a turn whose sectors nobody tells is worked in so many pieces
SWEEP_NS_MAX: Final = 60 * SECOND_NS  # a longer sweep is no sweep: its rows are worked by their own times
ASTRAY_NS: Final = SECOND_NS  # a row so far outside its sweep is worked by its own time

# What makes a look, in the order in which looks are worked. Angles are kept as the integers that have their bits.
DUE, ORDER, SENSOR, START, FROM, TO, SPAN, SURVEY, SERIAL, END = range(10)
KEY: Final = 10


class Batch(NamedTuple):
    """Looks that are due, with their rows in order."""

    rows: Rows
    looks: Looks


@dataclass(slots=True)
class Sequencer:
    """Holds rows until their look is over. All but the first four is state."""

    sensors: Sequence[Sensor]
    hold_ns: int
    late_ns: int
    offset_ns: int
    watermark_ns: int = NEVER
    arrived: int = 0  # rows so far: the last resort in keeping order
    rows: Rows | None = None
    key: Ints = field(default_factory=lambda: np.zeros((0, KEY), dtype=np.int64))
    sweep_key: Ints = field(default_factory=lambda: np.zeros((0, KEY), dtype=np.int64))
    _period_ns: Ints = field(init=False, repr=False)
    _event: Flags = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # the last row is for sensors that the site does not know: index -1
        self._period_ns = np.array([int(s.period_s * SECOND_NS) for s in self.sensors] + [SECOND_NS])
        self._event = np.array([s.reporting == "event" for s in self.sensors] + [True])

    def take(self, scan: Scan, sweep_sensor: Ints, rows: Rows, good: Flags) -> Flags:
        """Take a Scan's rows in (those that are `good`); returns which of these came too late to be used.

        `sweep_sensor` (s,) is the site's index of each sweep's sensor, -1 unknown.
        """
        sweeps = self._sweep_keys(scan, sweep_sensor)
        slice_ns = np.maximum(self._period_ns // SLICES, 1)[sweep_sensor]
        key = self._row_keys(scan, sweeps, slice_ns, rows.time)
        self.arrived += len(key)
        told, told_sweeps = self._advance(scan, sweeps, key, rows.time, good)
        late = key[:, END] < told
        too_late = good & late & (key[:, END] < told - self.late_ns)
        key[late, DUE] = told[late]  # worked in after what is released already, before what is not
        key[late, ORDER] = 1 + key[late, SERIAL]
        key[late, SURVEY] = 0
        distinct = late | (sweeps[scan.detections.sweep, SURVEY] < 0) if len(key) else late
        key[~distinct, SERIAL] = 0
        self._keep(rows, key, good & ~too_late)
        news = sweeps[(sweeps[:, SURVEY] == 1) & (sweeps[:, END] >= told_sweeps)]
        if len(news):
            # each piece of a cut scan tells its sweep again: once is enough
            told_ever = {row.tobytes(): row for row in (*self.sweep_key, *news)}
            self.sweep_key = np.stack(list(told_ever.values()))
        return too_late

    def pass_time(self, time_ns: int) -> None:
        """A Tick moves the watermark too, so that a look is over though nothing more comes."""
        self.watermark_ns = max(self.watermark_ns, time_ns - self.hold_ns)

    def release(self) -> Batch | None:
        """All looks that are due, in order; None when there are none."""
        rows, keys = self._due_rows()
        swept = self.sweep_key[:, DUE] < self.watermark_ns
        sweeps, self.sweep_key = self.sweep_key[swept], self.sweep_key[~swept]
        if len(keys) == 0 and len(sweeps) == 0:
            return None
        everything = np.concatenate([keys, sweeps])
        order = _sorted(everything)
        everything = everything[order]
        is_row = order < len(keys)
        kept = order[is_row]
        if not np.array_equal(kept, np.arange(len(kept))):
            rows = Rows._make(column[kept] for column in rows)
        new = _starts(everything)
        before: Ints = np.cumsum(is_row) - is_row  # rows before each
        return Batch(rows, _looks(everything[new], np.append(before[new], len(keys))))

    def _due_rows(self) -> tuple[Rows, Ints]:
        if self.rows is None:
            return EMPTY, self.key
        due = self.key[:, DUE] < self.watermark_ns
        if not due.any():
            return EMPTY, self.key[:0]
        if due.all():
            rows, keys = self.rows, self.key
            self.rows, self.key = None, self.key[:0]
            return rows, keys
        rows = Rows._make(column[due] for column in self.rows)
        keys = self.key[due]
        self.rows, self.key = Rows._make(column[~due] for column in self.rows), self.key[~due]
        return rows, keys

    def _keep(self, rows: Rows, key: Ints, keep: Flags) -> None:
        if not keep.all():
            rows, key = Rows._make(column[keep] for column in rows), key[keep]
        if len(key) == 0:
            return
        if self.rows is None:
            self.rows, self.key = rows, key
            return
        self.rows = Rows._make(np.concatenate(pair) for pair in zip(self.rows, rows, strict=True))
        self.key = np.concatenate([self.key, key])

    def _sweep_keys(self, scan: Scan, sensor: Ints) -> Ints:
        """A key for each sweep. SURVEY: 1 it surveys, 0 it is an open stretch of time, -1 each row stands alone."""
        sweeps = scan.sweeps
        key = np.zeros((len(sensor), KEY), dtype=np.int64)
        key[:, SENSOR] = sensor
        key[:, START], key[:, END], key[:, DUE] = sweeps.start_ns, sweeps.end_ns, sweeps.end_ns
        sector = np.stack([sweeps.azimuth_from_rad, sweeps.azimuth_to_rad], axis=1).astype(np.float64)
        sector[~np.isfinite(sector).all(axis=1)] = np.nan
        key[:, FROM : TO + 1] = sector.view(np.int64)
        key[:, SPAN] = np.where(np.isnan(sector[:, 0]), 0, self._period_ns[sensor])
        length = sweeps.end_ns - sweeps.start_ns
        surveys = sweeps.survey & (length >= 0) & (length <= SWEEP_NS_MAX) & (sensor >= 0)
        key[:, SURVEY] = np.where(self._event[sensor], -1, np.where(surveys, 1, 0))
        return key

    def _row_keys(self, scan: Scan, sweeps: Ints, slice_ns: Ints, time: Ints) -> Ints:
        """A key for each row: its sweep's, or that of a slice of time, or its own."""
        key = sweeps[scan.detections.sweep]
        astray = (time < key[:, START] - ASTRAY_NS) | (time > key[:, END] + ASTRAY_NS)
        alone = key[:, SURVEY] == -1
        sliced = (key[:, SURVEY] == 0) | ((key[:, SURVEY] == 1) & astray)
        width = slice_ns[scan.detections.sweep]
        begin = time // width * width
        whole = np.array([np.nan]).view(np.int64)[0]
        key[:, START] = np.where(alone, time, np.where(sliced, begin, key[:, START]))
        key[:, END] = np.where(alone, time, np.where(sliced, begin + width, key[:, END]))
        loose = alone | sliced
        key[loose, FROM], key[loose, TO], key[loose, SPAN] = whole, whole, 0
        key[loose, SURVEY] = 0
        key[:, DUE] = key[:, END]
        key[:, SERIAL] = self.arrived + np.arange(len(key))
        return key

    def _advance(self, scan: Scan, sweeps: Ints, key: Ints, time: Ints, good: Flags) -> tuple[Ints, Ints]:
        """Move the watermark; returns what it was just after each row came, and just before each sweep was told."""
        ceiling = scan.received_ns + self.offset_ns if scan.received_ns > 0 else np.iinfo(np.int64).max
        swept = np.where((sweeps[:, SURVEY] == 1) & (sweeps[:, END] <= ceiling), sweeps[:, END], NEVER)
        swept = np.maximum.accumulate(np.concatenate([[NEVER], swept]))
        received, sweep = scan.detections.received_ns, scan.detections.sweep
        trusted = good & ((time <= received + self.offset_ns) | (received <= 0))
        times = np.where(trusted, np.minimum(time, key[:, END]), NEVER)
        upto = np.maximum.accumulate(sweep) if len(sweep) else sweep
        times = np.maximum(times, swept[upto + 1])
        known = np.maximum.accumulate(np.concatenate([[self.watermark_ns + self.hold_ns], times]))
        first = np.searchsorted(upto, np.arange(len(sweeps)))
        told_sweeps = np.maximum(known[first], swept[:-1]) - self.hold_ns
        self.watermark_ns = int(max(known[-1], swept[-1])) - self.hold_ns
        return known[1:] - self.hold_ns, told_sweeps


EMPTY: Final = Rows(
    mask=np.zeros(0, dtype=np.int64),
    z=np.zeros((0, 11)),
    var=np.zeros((0, 11)),
    axes=np.zeros((0, 3, 3)),
    place=np.zeros((0, 4)),
    time=np.zeros(0, dtype=np.int64),
    clutter=np.zeros(0),
    prior=np.zeros(0),
    word=np.zeros((0, 4), dtype=np.int64),
    strength=np.zeros(0),
)


def _sorted(key: Ints) -> Ints:
    """The order of keys, the earlier arrival first where they are equal. Columns that are all the same are skipped."""
    varied = [key[:, q] for q in range(KEY - 1, -1, -1) if len(key) and (key[:, q] != key[0, q]).any()]
    return np.lexsort(varied) if varied else np.arange(len(key))


def _starts(key: Ints) -> Flags:
    """Where a new look begins in sorted keys."""
    new = np.ones(len(key), dtype=np.bool_)
    new[1:] = (key[1:] != key[:-1]).any(axis=1)
    return new


def _looks(key: Ints, bounds: Ints) -> Looks:
    """The looks of sorted keys, one each; rows bounds[q] to bounds[q + 1] are theirs."""
    return Looks(
        time=key[:, END].copy(),
        sensor=key[:, SENSOR].copy(),
        first=bounds[:-1].copy(),
        last=bounds[1:].copy(),
        survey=key[:, SURVEY].copy(),
        azimuth=key[:, FROM : TO + 1].copy().view(np.float64),
        span=key[:, SPAN].copy(),
    )
