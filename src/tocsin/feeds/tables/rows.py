"""Rows of a detections table into Scans: checked, refused with the row and the value that is wrong, sorted, grouped.

Order: by arrival (`received`, or `time` where that is null), then time, sensor, scan and row. Rows of one sensor and
scan form a sweep; rows without a scan belong to no survey: their silence says nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from tocsin.feeds.cutting import pieces
from tocsin.feeds.draft import REFUSED_BYTES_KEPT
from tocsin.feeds.tables.columns import MEASUREMENTS, NUMBERS
from tocsin.feeds.tables.turns import sweeps
from tocsin.messages import Detections, Flags, Floats, Indices, Ints, Refusal, Scan, freeze


@dataclass(frozen=True, slots=True)
class Block:
    """n rows of a table, in its own units. `row` numbers them in the whole table, from 1; a scan of -1 is null.

    `numbers` maps names of messages to values, `present` to where they are not null: a NaN that is present was written.
    """

    row: Ints
    time_ns: Ints
    time_present: Flags
    received_ns: Ints
    sensor: Sequence[str | None]
    scan: Ints
    numbers: Mapping[str, Floats]
    present: Mapping[str, Flags]
    words: Mapping[str, Sequence[str | None]]

    def __len__(self) -> int:
        return len(self.row)


class _Fault(NamedTuple):
    """Rows that cannot be used, and why; `value` shows what a row holds."""

    reason: str
    rows: Flags
    heading: str
    expected: str
    value: Callable[[int], object]


def checked(feed: str, block: Block) -> tuple[Block, list[Refusal]]:
    """The usable rows, sorted, with azimuths in [0, 360) and longitudes in [-180, 180); and what was refused."""
    good = np.ones(len(block), dtype=np.bool_)
    refusals = []
    for fault in _faults(block):
        bad = fault.rows & good
        if bad.any():
            good &= ~bad
            refusals.append(_refusal(feed, block, fault, int(np.argmax(bad)), int(bad.sum())))
    kept = _taken(block, np.flatnonzero(good))
    names = sorted({str(name) for name in kept.sensor})
    rank = {name: index for index, name in enumerate(names)}
    sensor = np.array([rank[str(name)] for name in kept.sensor], dtype=np.int64)
    ordered = _taken(kept, np.lexsort((kept.row, kept.scan, sensor, kept.time_ns, kept.received_ns)))
    numbers = dict(ordered.numbers)
    for name, turn in (("azimuth_rad", 0.0), ("longitude_rad", -180.0)):
        if name in numbers:
            numbers[name] = np.mod(numbers[name] - turn, 360.0) + turn
    return replace(ordered, numbers=numbers), refusals


def _faults(block: Block) -> Iterator[_Fault]:
    years = "a timestamp between the years 1678 and 2262"
    yield _Fault("detections: time missing", ~block.time_present, "time", years, lambda _: "null")
    nameless = np.array([not name for name in block.sensor], dtype=np.bool_)
    yield _Fault("detections: sensor missing", nameless, "sensor", "the name of a sensor", lambda _: "null")
    scan = block.scan
    yield _Fault("detections: out of range", scan < -1, "scan", "a number from 0, or null", lambda i: scan[i])
    for column in NUMBERS:
        values = block.numbers.get(column.name)
        if values is None:
            continue
        present = block.present[column.name]
        yield _Fault(
            "detections: not a finite number",
            present & ~np.isfinite(values),
            column.heading,
            "a number, or null (an empty cell in CSV) where it was not measured",
            values.__getitem__,
        )
        outside = present & ~((values >= column.lowest) & (values <= column.highest))
        bounds = f"{column.lowest:g} to {column.highest:g}"
        yield _Fault("detections: out of range", outside, column.heading, bounds, values.__getitem__)


def _refusal(feed: str, block: Block, fault: _Fault, index: int, count: int) -> Refusal:
    """One refusal for all rows with this fault: it shows the first one."""
    detail = f"row {block.row[index]}, {fault.heading} is {fault.value(index)}; expected {fault.expected}"
    shown: dict[str, object] = {"row": int(block.row[index]), "sensor": block.sensor[index]}
    shown |= {name: float(values[index]) for name, values in block.numbers.items() if block.present[name][index]}
    data = str(shown).encode()
    return Refusal(int(block.time_ns[index]), feed, fault.reason, detail, data[:REFUSED_BYTES_KEPT], len(data), count)


def _taken(block: Block, index: Ints) -> Block:
    """Some rows of a block, in this order."""
    positions = index.tolist()
    return Block(
        row=block.row[index],
        time_ns=block.time_ns[index],
        time_present=block.time_present[index],
        received_ns=block.received_ns[index],
        sensor=[block.sensor[i] for i in positions],
        scan=block.scan[index],
        numbers={name: values[index] for name, values in block.numbers.items()},
        present={name: values[index] for name, values in block.present.items()},
        words={name: [values[i] for i in positions] for name, values in block.words.items()},
    )


def joined(blocks: Sequence[Block]) -> Block:
    """Blocks after each other as one. A column that one of them lacks is null there."""
    if len(blocks) == 1:
        return blocks[0]
    numbers = dict.fromkeys(name for block in blocks for name in block.numbers)
    words = dict.fromkeys(name for block in blocks for name in block.words)
    sizes = [len(block) for block in blocks]
    nan = [np.full(size, np.nan) for size in sizes]
    null = [np.zeros(size, dtype=np.bool_) for size in sizes]
    none: list[list[str | None]] = [[None] * size for size in sizes]
    pairs = list(enumerate(blocks))
    return Block(
        row=np.concatenate([block.row for block in blocks]),
        time_ns=np.concatenate([block.time_ns for block in blocks]),
        time_present=np.concatenate([block.time_present for block in blocks]),
        received_ns=np.concatenate([block.received_ns for block in blocks]),
        sensor=[name for block in blocks for name in block.sensor],
        scan=np.concatenate([block.scan for block in blocks]),
        numbers={name: np.concatenate([block.numbers.get(name, nan[i]) for i, block in pairs]) for name in numbers},
        present={name: np.concatenate([block.present.get(name, null[i]) for i, block in pairs]) for name in numbers},
        words={name: [word for i, block in pairs for word in block.words.get(name, none[i])] for name in words},
    )


def scans(feed: str, block: Block, span_ns: int) -> Iterator[Scan]:
    """A checked block as Scans that each reach over at most `span_ns` of arrival (0: one Scan)."""
    if not len(block):
        return
    whole = scan(feed, block)
    if not span_ns:
        yield whole
        return
    # cut after the sweeps are known: a turn that is told in pieces is still one turn
    received = np.maximum.accumulate(whole.detections.received_ns)
    yield from pieces(whole, np.flatnonzero(np.diff((received - received[:1]) // span_ns)) + 1)


def scan(feed: str, block: Block) -> Scan:
    """One Scan of checked rows."""
    names = tuple(sorted({str(name) for name in block.sensor}))
    rank = {name: index for index, name in enumerate(names)}
    sensor = np.array([rank[str(name)] for name in block.sensor], dtype=np.int32)
    azimuth = "azimuth_rad"  # still in degrees here
    angle = (
        np.where(block.present[azimuth], np.radians(block.numbers[azimuth]), np.nan)
        if azimuth in block.numbers
        else None
    )
    told, sweep = sweeps(sensor, block.scan, block.time_ns, angle)
    measured = np.zeros(len(block), dtype=np.bool_)
    for column in MEASUREMENTS:
        if column.name in block.present:
            measured |= block.present[column.name]
    found = np.flatnonzero(measured)
    out = Scan(
        feed=feed,
        received_ns=int(block.received_ns.max()),
        sensors=names,
        sweeps=told,
        detections=_detections(block, sweep, found),
    )
    freeze(out)
    return out


def _detections(block: Block, sweep: Indices, index: Ints) -> Detections:
    values = {}
    for column in NUMBERS:
        if column.name in block.numbers and block.present[column.name][index].any():
            values[column.name] = block.numbers[column.name][index] * column.scale
    positions = index.tolist()
    texts = {name: tuple(words[i] for i in positions) for name, words in block.words.items()}
    return Detections(
        sweep=sweep[index],
        time_ns=block.time_ns[index],
        received_ns=block.received_ns[index],
        values=values,
        texts={name: words for name, words in texts.items() if any(word is not None for word in words)},
    )
