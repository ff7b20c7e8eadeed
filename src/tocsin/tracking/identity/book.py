"""What is known of identities, of their sources and of what was heard: state, and the judgement of each row.

Rows are judged as their looks are released, one after the other in the order of looks, so that how scans are cut
changes no verdict. What is refused is told once for each reason and sensor of a batch.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Ints, Refusal, SensorHealth
from tocsin.settings import Frame, Sensor
from tocsin.tracking import arrays
from tocsin.tracking.identity.witness import claims
from tocsin.tracking.kernels import columns as k
from tocsin.tracking.kernels.columns import NEVER, Bank, Looks, Rows
from tocsin.tracking.kernels.identity import columns as c
from tocsin.tracking.kernels.identity.columns import Book, Sources
from tocsin.tracking.kernels.identity.judge import judge
from tocsin.tracking.looks import Batch, measured

HEARD_MAX = 1 << 15  # rows remembered against recordings that are played again: 44 minutes of 60 aircraft
DENIED = 0.02  # of the odds that a claim begins with: two looks in which nothing was seen
DENIED_NS = 30 * SECOND_NS
REFUSED: Mapping[int, tuple[str, str]] = {
    c.COPY: ("copy of one report", "several receivers heard one squitter: it counts once; nothing is to be done"),
    c.TWO_PLACES: ("one identity in two places", "the other place goes on; find out who sends the second one"),
    c.JUMP: ("a jump that nothing can make", "its track goes on where it was; find out who sends this identity"),
    c.FLOOD: (
        "flood of new identities",
        "its births are withheld until a minute passes without; find who sends, or raise new_identities_per_min",
    ),
    c.REPLAY: ("a recording played again", "the same numbers came before, by one time shift; check that sensor's line"),
    c.DENIED: ("a claim that independent sensors deny", "it begins no track; whose looks deny it is worth a question"),
    c.STRIPPED: ("identity elsewhere at the same time", "the detection is used without its identity"),
}
GOLDEN, MIXED = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9], dtype=np.uint64).view(np.int64)
NOTES: Sequence[tuple[int, str]] = (
    (c.FLOOD_UNTIL, "flood of new identities: births from it are withheld."),
    (c.REPLAYING, "a recording is played again on its line: refused."),
)
COUNTED: Mapping[int, str] = {c.CORRELATED: "tracks of others left as correlated"}


class Identities:
    """Judges rows by who they say they are."""

    def __init__(self, sensors: Sequence[Sensor], frame: Frame, speed_mps: float) -> None:
        declared = sensors or (Sensor("none", "report"),)
        self.names = tuple(sensor.name for sensor in declared)
        self.earth, self.speed_mps = int(frame.kind == "earth"), float(speed_mps)
        self.sources = Sources(
            claims=np.array([int(claims(sensor)) for sensor in declared], dtype=np.int64),
            limit=np.array([sensor.new_identities_per_min for sensor in declared], dtype=np.float64),
            apart=np.array([_apart_ns(sensor) for sensor in declared], dtype=np.int64),
            num=np.zeros((len(declared), c.SOURCE_NUM)),
            tag=_streams(len(declared), c.SOURCE_TAG, c.TOKEN_TIME, c.FLOOD_UNTIL),
        )
        self.book = Book(np.zeros((0, c.BOOK_NUM)), np.zeros((0, c.BOOK_TAG), dtype=np.int64))
        self.heard = np.full((HEARD_MAX, 2), NEVER, dtype=np.int64)
        self.counted = np.zeros(c.VERDICTS, dtype=np.int64)
        self._claimed = bool(self.sources.claims.any())  # else nothing is ever a claim
        self._lent = False  # the tables are a copy's as well: they are copied before they are written to

    def judge(self, batch: Batch, words: int) -> tuple[Batch, tuple[Refusal, ...]]:
        """The batch without what is refused, and why. `words`: how many words there are."""
        rows, looks = batch.rows, batch.looks
        n = len(rows.time)
        if n == 0:
            return batch, ()
        self._own()
        self._grow(words)
        look = np.repeat(np.arange(len(looks.time)), looks.last - looks.first)
        sensor, verdict = looks.sensor[look], np.zeros(n, dtype=np.int64)
        sign = _signature(rows, sensor)
        judge(
            rows.time,
            rows.place,
            rows.word,
            sensor,
            sign,
            self.book,
            self.sources,
            self.heard,
            self.speed_mps,
            self.earth,
            verdict,
        )
        if not verdict.any():
            return batch, ()
        self.counted += np.bincount(verdict, minlength=c.VERDICTS)
        batch = batch.own()
        rows = batch.rows
        withheld = (verdict == c.FLOOD) | (verdict == c.DENIED)
        rows.prior[withheld] = 0.0
        rows.word[verdict == c.STRIPPED, :3:2] = 0
        kept = (verdict == c.TAKEN) | (verdict == c.STRIPPED) | withheld
        return _without(batch, kept), self._refusals(rows.time, sensor, verdict)

    def noted(self, sensors: tuple[SensorHealth, ...], time_ns: int) -> tuple[SensorHealth, ...]:
        """Sensors, with a note where births are withheld or a recording is played again."""
        marked: dict[str, str] = {}
        for column, note in NOTES:
            for s in np.flatnonzero(self.sources.tag[:, column] > time_ns):
                marked[self.names[s]] = f"{note} {marked.get(self.names[s], '')}".strip()
        if not marked:
            return sensors
        return tuple(
            replace(one, note=f"{marked[one.sensor]} {one.note}".strip()) if one.sensor in marked else one
            for one in sensors
        )

    def counters(self) -> dict[str, int]:
        """What was left out without being a mistake of anybody's."""
        return {name: int(self.counted[verdict]) for verdict, name in COUNTED.items()}

    def copy(self) -> "Identities":
        """A copy that shares nothing which is written to: who writes first copies."""
        self._lent = True
        return copy(self)

    def _own(self) -> None:
        """Tables of its own, to write to."""
        if self._lent:
            self.book = Book(self.book.num.copy(), self.book.tag.copy())
            self.sources = self.sources._replace(num=self.sources.num.copy(), tag=self.sources.tag.copy())
            self.heard, self.counted, self._lent = self.heard.copy(), self.counted.copy(), False

    def doubt(self, bank: Bank, slots: int, believed: float, time_ns: int) -> None:
        """Note the identities whose claims independent sensors deny: for a while they begin no other track.

        `slots`: how many are in use.
        """
        if not self._claimed:
            return
        trust = bank.num[:slots, k.TRUST]
        denied = np.flatnonzero((trust > 0.0) & (trust < DENIED * believed) & (bank.tag[:slots, k.ALIVE] == 1))
        words = bank.tag[denied, k.IDENTITY]
        words = words[(words > 0) & (words < len(self.book.tag))]
        if len(words):
            self._own()
            self.book.tag[words, c.DENIED_UNTIL] = time_ns + DENIED_NS

    def state(self) -> tuple[np.ndarray, ...]:
        """All that decides later verdicts, for a digest."""
        used = self._used()
        return (used, self.book.num[used], self.book.tag[used], self.sources.num, self.sources.tag, self.heard)

    def dump(self) -> dict[str, Any]:
        """Everything as plain data."""
        heard = np.flatnonzero(self.heard[:, 1] != NEVER)
        used = self._used()
        book = used, self.book.num[used], self.book.tag[used]
        kept = (*book, self.sources.num, self.sources.tag, heard, self.heard[heard], self.counted)
        return {"arrays": [arrays.pack(array) for array in kept]}

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take on what `dump` wrote."""
        used, num, tag, source_num, source_tag, heard, rows, counted = map(arrays.unpack, dumped["arrays"])
        self._own()
        self.book = Book(np.zeros((0, c.BOOK_NUM)), np.zeros((0, c.BOOK_TAG), dtype=np.int64))
        self._grow(int(used.max()) + 1 if len(used) else 0)
        self.book.num[used], self.book.tag[used] = num, tag
        self.sources = self.sources._replace(num=source_num, tag=source_tag)
        self.heard[:] = NEVER
        self.heard[heard] = rows
        self.counted = counted

    def _used(self) -> Ints:
        """The words of which anything is known."""
        return np.flatnonzero((self.book.tag[:, c.TIME] != NEVER) | (self.book.tag[:, c.TAKEN_TIME] != NEVER))

    def _grow(self, words: int) -> None:
        known = len(self.book.tag)
        if words <= known:
            return
        more = 1 << max(words - 1, 63).bit_length()
        num = np.zeros((more, c.BOOK_NUM))
        tag = _streams(more, c.BOOK_TAG, c.TIME, c.TAKEN_TIME, c.DENIED_UNTIL)
        num[:known], tag[:known] = self.book
        self.book = Book(num, tag)

    def _refusals(self, time: Ints, sensor: Ints, verdict: Ints) -> tuple[Refusal, ...]:
        out = []
        for which, (reason, detail) in REFUSED.items():
            concerned = np.flatnonzero(verdict == which)
            for s in np.unique(sensor[concerned]):
                rows = concerned[sensor[concerned] == s]
                text = f"tracking: {reason}"
                out.append(Refusal(int(time[rows[0]]), self.names[s], text, detail, count=len(rows)))
        return tuple(out)


def _apart_ns(sensor: Sensor) -> int:
    return int(sensor.decorrelation_s * SECOND_NS) if sensor.kind == "track" else 0


def _streams(n: int, width: int, *times: int) -> Ints:
    """Rows of a table that begins with the columns of a stream; `times`: its further columns that hold a time."""
    tag = np.zeros((n, width), dtype=np.int64)
    tag[:, [c.REMEMBERED, c.ORIGINAL, c.REPLAYING, *times]] = NEVER
    return tag


def _signature(rows: Rows, sensor: Ints) -> Ints:
    """A number for each row's stream and values (the multipliers are splitmix64's: Steele et al., OOPSLA 2014)."""
    stream = np.where(rows.word[:, 0] > 0, -rows.word[:, 0], sensor) * GOLDEN
    sign = (stream ^ measured(rows)) * MIXED
    return np.asarray(sign ^ (sign >> 29))


def _without(batch: Batch, kept: Flags) -> Batch:
    """The batch with the kept rows alone; looks that say nothing any more are left out."""
    if kept.all():
        return batch
    rows, looks = batch.rows, batch.looks
    before = np.append(0, np.cumsum(kept))
    first, last = before[looks.first], before[looks.last]
    told = (last > first) | (looks.survey == 1)
    cut = looks._replace(first=first, last=last)
    looks = Looks._make(column[told] for column in cut)
    return Batch(Rows._make(column[kept] for column in rows), looks, batch.at[kept] if len(batch.at) else batch.at)
