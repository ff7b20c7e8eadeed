"""Rows and sweeps -> looks, in order of event time behind the watermark, so that how scans are cut changes no bit.

A look is what one sensor saw at one time in one sector: the unit in which a detection may be missed. It is due at its
end, and worked once the watermark has passed that. The order in which looks are worked, and rows within a look, is made
of the rows alone, (time, sensor, scan, row), and never of the order in which they came. What comes when its place is
passed already waits for the next Tick, which works it in from a snapshot (tracking.late).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Indices, Ints, Sweeps
from tocsin.settings import Sensor
from tocsin.tracking.kernels.columns import NEVER, Looks, Rows
from tocsin.tracking.rows.alike import in_order

SLICES: Final = 32  # a turn whose sectors nobody tells is worked in so many pieces
SWEEP_NS_MAX: Final = 60 * SECOND_NS  # a longer sweep is no sweep: its rows are worked by their own times
ASTRAY_NS: Final = SECOND_NS  # a row so far outside its sweep is worked by its own time
LIVE_PERIODS: Final = 3  # a sensor that was silent for longer is waited for no more

# What makes a look, in the order in which looks are worked. Angles are kept as the integers that have their bits.
# ALONE: 1 where each row is a look of its own. MARK is the row's own number (see `marks_of`), and no part of its look.
DUE, SENSOR, START, FROM, TO, SPAN, SURVEY, ALONE, END, MARK = range(10)
KEY: Final = 10


class Batch(NamedTuple):
    """Looks that are due, with their rows in order. `at` (m,): where the rows stand in their stretch."""

    rows: Rows
    looks: Looks
    at: Ints = np.zeros(0, dtype=np.int64)

    def own(self) -> "Batch":
        """The same with columns that may be written to: a stretch stays as it came, to be worked again."""
        rows = self.rows
        return self._replace(rows=rows._replace(prior=rows.prior.copy(), word=rows.word.copy()))


class Stretch(NamedTuple):
    """Rows with the keys of their looks (m, KEY), and the keys of sweeps (s, KEY), rows or not."""

    rows: Rows
    key: Ints
    sweep_key: Ints

    def __len__(self) -> int:
        return len(self.key) + len(self.sweep_key)

    def first_ns(self) -> int:
        """When the first of it is due."""
        return min(int(key[:, DUE].min()) for key in (self.key, self.sweep_key) if len(key))

    def part(self, rows: Flags, sweeps: Flags) -> "Stretch":
        """Some of it."""
        return Stretch(Rows._make(column[rows] for column in self.rows), self.key[rows], self.sweep_key[sweeps])


class Told(NamedTuple):
    """When, and where, sensors looked, and what of their rows does not depend on what was measured. s sweeps, n rows.

    In order of arrival, of one Scan or of several.
    """

    sweeps: Sweeps
    sensor: Ints  # (s,) the site's index of each sweep's sensor, -1 unknown
    told_ns: Ints  # (s,) when the Scan with the sweep was received
    sweep: Indices | Ints  # (n,) which of the sweeps each row is of
    received_ns: Ints  # (n,)


@dataclass(slots=True)
class Sequencer:
    """Holds rows until their look is over. All but the first four is state.

    `worked_ns`: looks due before it are worked. `settled_ns`: the same at the last Tick; what is due before that and
    comes now is late, wherever a Scan begins or ends. `floor_ns`: nothing is kept of what was before.
    """

    sensors: Sequence[Sensor]
    hold_ns: int
    late_ns: int
    offset_ns: int
    watermark_ns: int = NEVER
    worked_ns: int = NEVER
    settled_ns: int = NEVER
    floor_ns: int = NEVER
    newest_ns: int = NEVER  # the newest trusted time, or that of a Tick
    rows: Rows | None = None
    key: Ints = field(default_factory=lambda: np.zeros((0, KEY), dtype=np.int64))
    sweep_key: Ints = field(default_factory=lambda: np.zeros((0, KEY), dtype=np.int64))
    heard_ns: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # newest time of each sensor
    live: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))  # as of the last Tick
    swept: dict[bytes, int] = field(default_factory=dict)  # keys of sweeps that were let go, and when they were due
    _period_ns: Ints = field(init=False, repr=False)
    _event: Flags = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # the last row is for sensors that the site does not know: index -1
        self._period_ns = np.array([int(s.period_s * SECOND_NS) for s in self.sensors] + [SECOND_NS])
        self._event = np.array([s.reporting == "event" for s in self.sensors] + [True])
        self.heard_ns = np.full(len(self.sensors) + 1, NEVER)
        self.live = np.zeros(len(self.sensors) + 1, dtype=np.bool_)

    def take(self, of: Told, rows: Rows, good: Flags, mark: Ints) -> Flags:
        """Take rows in (those that are `good`); returns which of these came too late to be used.

        `mark` (n,): see `marks_of`.
        """
        sweeps = self._sweep_keys(of)
        slice_ns = np.maximum(self._period_ns // SLICES, 1)[of.sensor]
        key = self._row_keys(of, sweeps, slice_ns, rows.time)
        key[:, MARK] = mark
        told, told_sweeps = self._advance(of, sweeps, key, rows.time, good)
        too_late = good & (key[:, END] < np.maximum(told - self.late_ns, self.floor_ns))
        self._keep(rows, key, good & ~too_late)
        recent = sweeps[:, END] >= np.maximum(told_sweeps - self.late_ns, self.floor_ns)
        news = [row for row in sweeps[(sweeps[:, SURVEY] == 1) & recent] if row.tobytes() not in self.swept]
        if news:  # a piece of a cut scan tells its sweeps again: once is enough
            self.sweep_key = distinct(np.stack([*self.sweep_key, *news]))
        return too_late

    def pass_time(self, time_ns: int) -> None:
        """A Tick moves the watermark too, so that a look is over though nothing more comes."""
        self.newest_ns = max(self.newest_ns, time_ns)
        self.watermark_ns = max(self.watermark_ns, time_ns - self.hold_ns)

    def waits(self, time_ns: int) -> bool:
        """Would a Tick at this time let rows be worked that wait for company? Changes no bit."""
        return bool((self.key[:, DUE] < time_ns - self.hold_ns).any())

    def settle(self, time_ns: int) -> None:
        """A Tick is over: what comes from now on for before is late. Says anew which sensors are waited for."""
        self.settled_ns = self.worked_ns
        self.live = (time_ns - self.heard_ns) <= LIVE_PERIODS * self._period_ns
        self.live[-1] = False  # those that the site does not know

    def forget(self, floor_ns: int) -> None:
        """Nothing is kept any more of what was before."""
        self.floor_ns = floor_ns
        self.swept = {key: due_ns for key, due_ns in self.swept.items() if due_ns >= floor_ns}

    def held(self) -> Stretch:
        """All that waits, in order of arrival."""
        return Stretch(EMPTY if self.rows is None else self.rows, self.key, self.sweep_key)

    def release(self) -> Stretch | None:
        """All that is due and whose place is not passed; None when there is nothing."""
        return self._release(self.worked_ns, self.watermark_ns)

    def release_late(self) -> Stretch | None:
        """All whose place is passed; None when there is nothing."""
        return self._release(NEVER, self.worked_ns)

    def _release(self, since_ns: int, limit_ns: int) -> Stretch | None:
        swept = (self.sweep_key[:, DUE] >= since_ns) & (self.sweep_key[:, DUE] < limit_ns)
        rows, key = self._due_rows(since_ns, limit_ns)
        if len(key) == 0 and not swept.any():
            return None
        sweeps, self.sweep_key = self.sweep_key[swept], self.sweep_key[~swept]
        self.remember(sweeps)
        return Stretch(rows, key, sweeps)

    def remember(self, sweep_key: Ints) -> None:
        """These sweeps were let go: told again, they are no news."""
        self.swept.update((row.tobytes(), int(row[DUE])) for row in sweep_key)

    def _due_rows(self, since_ns: int, limit_ns: int) -> tuple[Rows, Ints]:
        if self.rows is None:
            return EMPTY, self.key
        due = (self.key[:, DUE] >= since_ns) & (self.key[:, DUE] < limit_ns)
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

    def _sweep_keys(self, of: Told) -> Ints:
        """A key for each sweep. SURVEY: 1 it surveys, 0 it is an open stretch of time, -1 each row stands alone."""
        sweeps, sensor = of.sweeps, of.sensor
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

    def _row_keys(self, of: Told, sweeps: Ints, slice_ns: Ints, time: Ints) -> Ints:
        """A key for each row: its sweep's, or that of a slice of time, or its own."""
        key = sweeps.take(of.sweep, axis=0)
        astray = (time < key[:, START] - ASTRAY_NS) | (time > key[:, END] + ASTRAY_NS)
        alone = key[:, SURVEY] == -1
        sliced = (key[:, SURVEY] == 0) | ((key[:, SURVEY] == 1) & astray)
        if (alone | sliced).any():
            self._loosen(key, alone, sliced, slice_ns[of.sweep], time)
        key[:, ALONE] = alone
        key[:, DUE] = key[:, END]
        return key

    @staticmethod
    def _loosen(key: Ints, alone: Flags, sliced: Flags, width: Ints, time: Ints) -> None:
        """Rows of no sweep: a look of its own each, or one with all of the same slice of time. `width` (n,): ns."""
        begin = time // width * width
        key[:, START] = np.where(alone, time, np.where(sliced, begin, key[:, START]))
        key[:, END] = np.where(alone, time, np.where(sliced, begin + width, key[:, END]))
        loose = alone | sliced
        whole = np.array([np.nan]).view(np.int64)[0]
        key[loose, FROM], key[loose, TO], key[loose, SPAN] = whole, whole, 0
        key[loose, SURVEY] = 0

    def _advance(self, of: Told, sweeps: Ints, key: Ints, time: Ints, good: Flags) -> tuple[Ints, Ints]:
        """Move the watermark; returns what it was just after each row came, and just before each sweep was told.

        Row by row, without what `_hear` adds: so "too late" is a property of the rows, not of the messages.
        """
        ceiling = np.where(of.told_ns > 0, of.told_ns + self.offset_ns, np.iinfo(np.int64).max)
        ends = np.where((sweeps[:, SURVEY] == 1) & (sweeps[:, END] <= ceiling), sweeps[:, END], NEVER)
        swept = np.maximum.accumulate(np.concatenate([[NEVER], ends]))
        received, sweep = of.received_ns, of.sweep
        trusted = good & ((time <= received + self.offset_ns) | (received <= 0))
        own = np.where(trusted, np.minimum(time, key[:, END]), NEVER)
        upto = np.maximum.accumulate(sweep) if len(sweep) else sweep
        times = np.maximum(own, swept[upto + 1])
        known = np.maximum.accumulate(np.concatenate([[self.newest_ns], times]))
        first = np.searchsorted(upto, np.arange(len(sweeps)))
        told_sweeps = np.maximum(known[first], swept[:-1]) - self.hold_ns
        self.newest_ns = int(max(known[-1], swept[-1]))
        self.watermark_ns = max(self.watermark_ns, self.newest_ns - self.hold_ns)
        if self.hold_ns > 0:
            self._hear(sweeps[:, SENSOR], ends, of.told_ns)
            self._hear(key[:, SENSOR], own, received)
        return known[1:] - self.hold_ns, told_sweeps

    def _hear(self, sensor: Ints, times: Ints, received: Ints) -> None:
        """Once every live sensor is past a time, what was before it is held no longer.

        A sensor that says nothing less than `offset_ns` after it was measured is waited for by nobody: its line or its
        clock lags, and what it says will be late whatever is done.
        """
        on_time = (received <= times + self.offset_ns) | (received <= 0)
        np.maximum.at(self.heard_ns, sensor, np.where(on_time, times, NEVER))
        if self.live.any():
            self.watermark_ns = max(self.watermark_ns, int(self.heard_ns[self.live].min()))


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
    said=np.zeros((0, 2)),
)
_FACTORS: Final = np.random.default_rng(1_993).integers(-(2**63), 2**63, 64) | 1  # any odd numbers do, if fixed
_MASK, _TIME, _STRENGTH, _SAID, _Z, _VAR = 0, 1, 2, 3, 8, 32  # which of them are whose


def measured(rows: Rows) -> Ints:
    """A number for each row of what was measured and its values, (m,)."""
    mark = _mixed(rows.mask) * _FACTORS[_MASK]
    _add(mark, rows.mask, rows.z, _Z)
    return np.asarray(mark)


def _mixed(bits: Ints) -> Ints:
    return np.asarray(bits ^ (bits >> 31))


def _add(mark: Ints, mask: Ints, columns: Floats, factor: int) -> None:
    """Add the quantities that were measured, and no others: they follow from these."""
    anywhere = int(np.bitwise_or.reduce(mask, initial=0))
    everywhere = int(np.bitwise_and.reduce(mask, initial=-1))
    bits = columns.view(np.int64)
    for q in range(columns.shape[1]):  # one after the other: a table in between costs four times as much
        if anywhere >> q & 1:
            mixed = _mixed(bits[:, q]) * _FACTORS[factor + q]
            mark += mixed if everywhere >> q & 1 else mixed * (mask >> q & 1)


def marks_of(rows: Rows, word: Ints) -> Ints:
    """A number for each row that is made of all that was measured, (m,): it puts rows of one time in order, by what
    they say and not by when they came, and says which is which when they are worked again. `word` (m,): of their words.
    """
    mark = word + measured(rows)
    _add(mark, rows.mask, rows.var, _VAR)
    mark += _mixed(rows.time) * _FACTORS[_TIME]
    mark += _mixed(rows.strength.view(np.int64)) * _FACTORS[_STRENGTH]
    for q in range(2):
        mark += _mixed(rows.said[:, q].view(np.int64)) * _FACTORS[_SAID + q]
    return np.asarray(mark ^ (mark >> 29))


def gathered(stretches: Sequence[Stretch]) -> Stretch:
    """Several as one, in no order."""
    if len(stretches) == 1:
        return stretches[0]
    rows = Rows._make(np.concatenate(columns) for columns in zip(*(s.rows for s in stretches), strict=True))
    return Stretch(rows, *(np.concatenate(keys) for keys in list(zip(*stretches, strict=True))[1:]))


def distinct(key: Ints) -> Ints:
    """Each key once, in order: a piece of a cut scan tells its sweeps again."""
    if len(key) < 2:
        return key
    key = key[_sorted(key, np.zeros(len(key), dtype=np.int64))]
    return key[_starts(key)]


def ordered(stretch: Stretch) -> tuple[Batch, Stretch]:
    """A stretch as looks, and itself in the order in which these are worked."""
    rows, keys, sweeps = stretch.rows, stretch.key, distinct(stretch.sweep_key)
    if _one_look(rows.time, keys, sweeps):
        order = np.argsort(keys[:, MARK])  # rows that have the same mark are the same
        if (order[1:] < order[:-1]).any():
            rows, keys = Rows._make(in_order(column, order) for column in rows), keys.take(order, axis=0)
        looks = looks_of(keys[:1], np.array([0, len(keys)]))
        return Batch(rows, looks, np.arange(len(keys))), Stretch(rows, keys, sweeps)
    everything = np.concatenate([keys, sweeps])
    order = _sorted(everything, np.concatenate([rows.time, np.full(len(sweeps), NEVER)]))
    everything = everything.take(order, axis=0)
    is_row = order < len(keys)
    kept = order[is_row]
    if not np.array_equal(kept, np.arange(len(kept))):
        rows, keys = Rows._make(in_order(column, kept) for column in rows), keys.take(kept, axis=0)
    new = _starts(everything)
    before: Ints = np.cumsum(is_row) - is_row  # rows before each
    looks = looks_of(everything[new], np.append(before[new], len(keys)))
    return Batch(rows, looks, np.arange(len(keys))), Stretch(rows, keys, sweeps)


def _one_look(time: Ints, key: Ints, sweeps: Ints) -> bool:
    """Are these all rows of one look, of one time, whose sweep is the only one?"""
    if len(key) < 2 or len(sweeps) > 1 or key[0, ALONE] == 1 or (time != time[0]).any():
        return False
    if len(sweeps) and (sweeps[0, :MARK] != key[0, :MARK]).any():
        return False
    return all((key[:, q] == key[0, q]).all() for q in range(MARK))


def seconds(stretch: Stretch) -> Iterator[tuple[int, Batch, Stretch]]:
    """A stretch second by second of event time, each with its looks."""
    batch, stretch = ordered(stretch)
    of_look, of_sweep = batch.looks.time // SECOND_NS, stretch.sweep_key[:, DUE] // SECOND_NS
    if of_look[0] == of_look[-1]:
        yield int(of_look[0]), batch, stretch
        return
    begins = np.flatnonzero(np.diff(of_look, prepend=of_look[0] - 1))
    for begin, end in zip(begins, [*begins[1:], len(of_look)], strict=True):
        looks = Looks._make(column[begin:end] for column in batch.looks)
        first, last = int(looks.first[0]), int(looks.last[-1])
        rows = Rows._make(column[first:last] for column in batch.rows)
        looks = looks._replace(first=looks.first - first, last=looks.last - first)
        of = int(of_look[begin])
        piece = Stretch(rows, stretch.key[first:last], stretch.sweep_key[of_sweep == of])
        yield of, Batch(rows, looks, np.arange(last - first)), piece


def _sorted(key: Ints, time: Ints) -> Ints:
    """The order of keys, then of times, then of marks. Columns that are all the same are skipped."""
    if len(key) < 2:
        return np.arange(len(key))
    columns = [time, *(key[:, q] for q in range(MARK - 1, -1, -1))]
    varied = [column for column in columns if (column != column[0]).any()]
    if not varied:
        return np.argsort(key[:, MARK], kind="stable")
    order = np.lexsort(varied)
    same = np.ones(len(key) - 1, dtype=np.bool_)
    for column in varied:
        there = column[order]
        same &= there[1:] == there[:-1]
    return np.lexsort([key[:, MARK], *varied]) if same.any() else order


def _starts(key: Ints) -> Flags:
    """Where a new look begins in sorted keys."""
    new = np.ones(len(key), dtype=np.bool_)
    new[1:] = key[1:, ALONE] == 1
    for q in range(MARK):  # column by column: along rows of nine it takes ten times as long
        new[1:] |= key[1:, q] != key[:-1, q]
    return new


def looks_of(key: Ints, bounds: Ints) -> Looks:
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
