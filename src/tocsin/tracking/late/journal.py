"""What was worked lately, second by second of event time, and the snapshots from which it can be worked again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Ints, Refusal
from tocsin.tracking.arrays import digest_of
from tocsin.tracking.kernels.columns import NEVER, Credits
from tocsin.tracking.late.snapshots import Snapshot, kept
from tocsin.tracking.looks import DUE, EMPTY, KEY, MARK, Stretch, gathered

FOREVER: Final = 2**62
ROWS_MAX: Final = 1_000_000  # kept to be worked again; beyond it the past becomes shorter


class Credited(NamedTuple):
    """Whose rows were (k,): as kernels.columns.Credits, `row` counted from the beginning of the second."""

    row: Ints
    birth: Ints
    number: Ints
    weight: Floats


@dataclass(slots=True)
class Segment:
    """One second: what was worked, in order, and whose it was."""

    second: int
    stretches: list[Stretch] = field(default_factory=list)
    credits: list[Credited] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    rows: int = 0
    _digest: tuple[int, bytes] = (-1, b"")  # of how many keys, and what

    def digest(self) -> bytes:
        """A digest of what was worked; computed once for each second that is over."""
        size = sum(len(stretch) for stretch in self.stretches)
        if self._digest[0] != size:
            whole = self.whole()
            self._digest = size, digest_of(whole.key, whole.sweep_key)
        return self._digest[1]

    def add(self, stretch: Stretch) -> None:
        """More of this second; what is credited next counts its rows from here."""
        self.stretches.append(stretch)
        self.rows += len(stretch.key)

    def credit(self, stretch: Stretch, row: Ints, credited: Credits) -> None:
        """Whose the rows of the newest stretch were; `row` (k,): where they stand in it."""
        begin = self.rows - len(stretch.key)
        columns = credited.birth.copy(), credited.number.copy(), credited.weight.copy()
        self.credits.append(Credited(row + begin, *columns))

    def whole(self) -> Stretch:
        """All of it."""
        if len(self.stretches) > 1:
            self.stretches = [gathered(self.stretches)]
        return self.stretches[0]

    def credited(self) -> Credited:
        """Whose all of it was."""
        if len(self.credits) > 1:
            self.credits = [Credited._make(np.concatenate(columns) for columns in zip(*self.credits, strict=True))]
        return self.credits[0] if self.credits else nobody()


def nobody() -> Credited:
    """No credit."""
    none = np.zeros(0, dtype=np.int64)
    return Credited(none, none, none, np.zeros(0))


NOTHING: Final = Stretch(EMPTY, np.zeros((0, KEY), dtype=np.int64), np.zeros((0, KEY), dtype=np.int64))


@dataclass(slots=True)
class Journal:
    """Segments in order of time, and snapshots by the second at whose beginning they were made."""

    segments: dict[int, Segment] = field(default_factory=dict)
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    rows: int = 0

    def at(self, second: int, stretch: Stretch) -> Segment:
        """The segment of a second, with another stretch in it."""
        segment = self.segments.get(second)
        if segment is None:
            segment = self.segments[second] = Segment(second)
        segment.add(stretch)
        self.rows += len(stretch.key)
        return segment

    def oldest(self) -> int:
        """The second of the oldest snapshot; nothing before it can be worked again."""
        return min(self.snapshots, default=NEVER)

    def before(self, time_ns: int) -> int:
        """The second of the newest snapshot before a time."""
        return max((second for second in self.snapshots if second * SECOND_NS <= time_ns), default=NEVER)

    def rows_since(self, second: int, until_ns: int = FOREVER) -> int:
        """How many rows would have to be worked again; `until_ns`: of those that were due before that."""
        rows = 0
        for segment in self.segments.values():
            if segment.second >= second:
                whole = (segment.second + 1) * SECOND_NS <= until_ns
                rows += segment.rows if whole else int((segment.whole().key[:, DUE] < until_ns).sum())
        return rows

    def back_to(self, second: int) -> tuple[Snapshot, list[Segment]]:
        """Forget everything from a snapshot's second on; returns the snapshot and what was forgotten."""
        again = [segment for segment in self.segments.values() if segment.second >= second]
        for segment in again:
            del self.segments[segment.second]
            self.rows -= segment.rows
        self.snapshots = {s: snapshot for s, snapshot in self.snapshots.items() if s <= second}
        return self.snapshots[second], again

    def forget(self, horizon: int, now: int) -> list[Segment]:
        """Let go of what nothing can come for any more: all before the newest snapshot at `horizon` or before."""
        oldest = max((second for second in self.snapshots if second <= horizon), default=self.oldest())
        while self.rows_since(oldest) > ROWS_MAX and oldest != max(self.snapshots):
            oldest = min(second for second in self.snapshots if second > oldest)
        self.snapshots = {
            second: snapshot
            for second, snapshot in self.snapshots.items()
            if second == oldest or (second > oldest and kept(second, now))
        }
        gone = [segment for segment in self.segments.values() if segment.second < oldest]
        for segment in gone:
            del self.segments[segment.second]
            self.rows -= segment.rows
        return gone

    def divided(self, time_ns: int) -> tuple[Stretch, Stretch]:
        """All rows and sweeps of the segments: what is due before a time, and the rest. Only few segments have both."""
        parts = [divided(segment.whole(), time_ns) for segment in self.segments.values()] or [(NOTHING, NOTHING)]
        before, rest = ([part for part in side if len(part)] or [NOTHING] for side in zip(*parts, strict=True))
        return gathered(before), gathered(rest)


def owners(segments: Sequence[Segment]) -> tuple[Ints, Ints]:
    """The marks of rows that were most likely somebody's, and whose: the track's number, 0 where it never got one.

    A component's rows are its own before it gets a number, too: they are known by its birth.
    """
    marks, births, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for segment in segments:
        of = segment.credited()
        sure = of.weight > 0.5
        marks.append(segment.whole().key[of.row[sure], MARK])
        births.append(of.birth[sure])
        numbers.append(of.number[sure])
    mark, birth, number = np.concatenate(marks), np.concatenate(births), np.concatenate(numbers)
    known, at = np.unique(birth, return_inverse=True)
    named = np.zeros(len(known), dtype=np.int64)
    np.maximum.at(named, at, number)
    return mark, named[at]


def divided(stretch: Stretch, time_ns: int) -> tuple[Stretch, Stretch]:
    """What is due before a time, and the rest."""
    rows, sweeps = stretch.key[:, DUE] < time_ns, stretch.sweep_key[:, DUE] < time_ns
    if rows.all() and sweeps.all():
        return stretch, NOTHING
    if not rows.any() and not sweeps.any():
        return NOTHING, stretch
    return stretch.part(rows, sweeps), stretch.part(~rows, ~sweeps)
