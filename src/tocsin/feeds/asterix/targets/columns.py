"""Records of one category as columns, and what a category makes of them: rows for a Scan, refusals, statuses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.feeds.asterix.kernels.records import ABSENT, extract
from tocsin.feeds.asterix.programs import Program, Programs
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Bytes8, Flags, Floats, Ints

DAY_NS = 86_400 * SECOND_NS
TICK_NS = SECOND_NS // 128  # ASTERIX tells time of day in these: exactly 7,812,500 ns
# A report without a time of its own is taken to be from when it came. A radar sends a plot within half a second of the
# beam, a network adds some; one second covers what is usual.
UNTIMED_SIGMA_S = 1.0

Refuse = Callable[[str, str, Flags], None]  # reason, detail, which records


@dataclass(slots=True)
class Columns:
    """n records of one category. `raw` (columns, n) holds integers as they stood, ABSENT where there was none."""

    program: Program
    raw: Ints
    edition: Ints  # (n,) row of program.editions
    order: Ints  # (n,) the record's number among all that came in this batch
    received_ns: Ints
    source: Ints  # (n,) SAC x 256 + SIC
    length: Ints  # (n,) octets
    octets: Callable[[int], bytes]  # of record i

    def __len__(self) -> int:
        return int(self.raw.shape[1])

    def integer(self, path: str) -> Ints:
        """The integers of a field; ABSENT where it is not there."""
        column: Ints = self.raw[self.program.columns[path]]
        return column

    def has(self, path: str) -> Flags:
        """Where a field is there."""
        return np.not_equal(self.integer(path), ABSENT)

    def flag(self, path: str) -> Flags:
        """Where a field is there and 1."""
        return np.equal(self.integer(path), 1)

    def small(self, path: str, absent: int = 0) -> Ints:
        """The integers, `absent` where it is not there: to put several into one key."""
        column = self.integer(path)
        return np.where(column == ABSENT, absent, column)

    def value(self, path: str) -> Floats:
        """The values in the document's unit; NaN where it is not there."""
        index = self.program.columns[path]
        column = self.raw[index]
        lsb = self.program.lsb[:, index]
        scale = lsb[self.edition] if len(lsb) > 1 else lsb[0]
        return np.where(column == ABSENT, np.nan, column * scale)

    def keep(self, rows: Flags) -> "Columns":
        """Only these records."""
        where = np.flatnonzero(rows)
        return Columns(
            self.program,
            self.raw[:, where],
            self.edition[where],
            self.order[where],
            self.received_ns[where],
            self.source[where],
            self.length[where],
            lambda index: self.octets(int(where[index])),
        )


@dataclass(slots=True)
class Rows:
    """Detections that a category made: columns of n rows, by the names of messages.MEASURED, ATTRIBUTES and TEXTS."""

    order: Ints
    source: Ints
    time_ns: Ints
    received_ns: Ints
    values: dict[str, Floats] = field(default_factory=dict)
    texts: dict[str, list[str | None]] = field(default_factory=dict)


def columns_of(
    programs: Programs, category: int, data: Bytes8, found: Ints, edition: Ints, order: Ints, received_ns: Ints
) -> Columns:
    """Read records whose bounds are known. found (n, 4): start, end, root, items."""
    program = programs.by_category[category]
    raw = np.full((len(program.columns), len(found)), ABSENT, np.int64)
    extract(data, found, programs.nodes, programs.fields, raw)
    source = np.where(raw[0] == ABSENT, 0, raw[0] * 256 + raw[1])
    starts, ends = found[:, 0], found[:, 1]

    def octets(index: int) -> bytes:
        return data[starts[index] : ends[index]].tobytes()

    return Columns(program, raw, edition, order, received_ns, source, ends - starts, octets)


def day_time(of_day_ns: Ints, received_ns: Ints) -> Ints:
    """UTC of a time of day: on the day that puts it nearest to when it came, so midnight is crossed without a leap."""
    difference = of_day_ns - received_ns % DAY_NS
    nearest: Ints = received_ns + (difference + DAY_NS // 2) % DAY_NS - DAY_NS // 2
    return nearest


def timed(columns: Columns, paths: Sequence[str]) -> tuple[Ints, Floats]:
    """When each record was measured, by the first of these times of day that it has, and the sigma (s) of those that
    have none and are given the time at which they came (else NaN).
    """
    of_day = np.full(len(columns), ABSENT, np.int64)
    for path in paths:
        of_day = np.where(of_day == ABSENT, columns.integer(path), of_day)
    untimed = of_day == ABSENT
    time_ns = day_time(np.where(untimed, 0, of_day * TICK_NS), columns.received_ns)
    return np.where(untimed, columns.received_ns, time_ns), np.where(untimed, UNTIMED_SIGMA_S, np.nan)


def measured(values: dict[str, Floats]) -> dict[str, Floats]:
    """Without the columns that nobody measured."""
    return {name: column for name, column in values.items() if not np.isnan(column).all()}


def worded(texts: dict[str, list[str | None]]) -> dict[str, list[str | None]]:
    """Without the columns in which nobody said anything."""
    return {name: words for name, words in texts.items() if words.count(None) < len(words)}
