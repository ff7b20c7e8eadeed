"""The tracker's past: what was worked lately, what waits to be worked in, which numbers were shown, what was told."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints, Refusal
from tocsin.settings import Tracking
from tocsin.tracking import arrays
from tocsin.tracking.kernels.columns import NEVER, Rows
from tocsin.tracking.late.history import KEPT, History, Sums, contributions
from tocsin.tracking.late.journal import NOTHING, Journal, Segment, divided
from tocsin.tracking.late.names import Names
from tocsin.tracking.late.told import Told
from tocsin.tracking.looks import EMPTY, KEY, Stretch, gathered, ordered

REFUSALS_KEPT: Final = 2_000  # for those who ask why a detection was not used
SAVED_S: Final = 30.0  # of rows that may be worked again, as many as are allowed in so long are saved up
COUNTERS: Final = ("late detections", "stretches worked again", "detections worked again", "late detections put off")
LATE, STRETCHES, AGAIN, PUT_OFF = range(4)


@dataclass(slots=True)
class Past:
    """What stands outside of looks, so that it is never gone back to. State, but what working again brings back."""

    journal: Journal = field(default_factory=Journal)
    names: Names = field(default_factory=Names)
    told: Told = field(default_factory=Told)
    refused: dict[int, dict[str, int]] = field(default_factory=dict)  # told: see told.refused
    waiting: Stretch = NOTHING  # late, and not worked in yet
    allowed: float | None = None  # rows that may be worked again now
    ticked_ns: int = NEVER
    counted: Ints = field(default_factory=lambda: np.zeros(len(COUNTERS), dtype=np.int64))
    tracking: list[tuple[int, Tracking]] = field(default_factory=list)  # the settings from each second on
    history: History = field(default_factory=History)
    everything: list[np.ndarray] | None = None  # contributions of all tracks, for a table; not part of a dump
    lately: list[Refusal] = field(default_factory=list)  # refused, for those who ask why
    place: int = 2 * NEVER  # see told.Happening
    put_back: Stretch = NOTHING  # of a dump: to be worked before anything else

    def settings_at(self, second: int) -> Tracking:
        """The settings by which a second of event time is worked."""
        return next((tracking for since, tracking in reversed(self.tracking) if since <= second), self.tracking[0][1])

    def admit(self, late: Stretch, time_ns: int, settled_ns: int, rows_per_s: float) -> Stretch:
        """What is to be worked in at this Tick of all that came to a place that was passed.

        What came to a place that was passed since the last Tick is worked in always: it depends on how scans were cut.
        What is late waits until as many rows may be worked again as that costs; nothing is lost by it.
        """
        elapsed_s = max(time_ns - self.ticked_ns, 0) / SECOND_NS if self.ticked_ns != NEVER else SAVED_S
        most = SAVED_S * rows_per_s
        self.allowed = min((most if self.allowed is None else self.allowed) + elapsed_s * rows_per_s, most)
        self.ticked_ns = max(time_ns, self.ticked_ns)
        late, rest = divided(late, settled_ns)
        if len(late):
            self.counted[LATE] += len(late.key)
            self.waiting = ordered(gathered([self.waiting, late]))[1]
        if not len(self.waiting):
            return rest
        cost = self.journal.rows_since(self.journal.before(self.waiting.first_ns()), settled_ns)
        if cost > self.allowed and self.allowed < most:
            self.counted[PUT_OFF] += len(self.waiting.key)
            return rest
        self.allowed = max(self.allowed - cost, 0.0)
        self.counted[STRETCHES] += 1
        self.counted[AGAIN] += cost
        admitted, self.waiting = gathered([self.waiting, rest]), NOTHING
        return admitted

    def enter(self, gone: list[Segment], births: tuple[Ints, Ints], used: Callable[[], set[int]]) -> None:
        """Seconds that can be worked again no more become history. `births` and `used`: see state."""
        made = contributions(gone, births)
        made["track"] = self.names.label(made["track"])
        if self.everything is not None:
            self.everything.append(made)
        self.history.enter(made, lambda: np.unique(self.names.label(np.array(sorted(used()), dtype=np.int64))))

    def made(self, track: int, births: tuple[Ints, Ints]) -> tuple[np.ndarray, dict[int, tuple[int, float]]]:
        """What made the track of a number shown: contributions, oldest first, and their sums for each sensor."""
        lately = self.lately_made(births)
        lately = lately[lately["track"] == track]
        sums = self.history.sums(track)
        for sensor, (count, weight) in Sums.of(lately).told().get(track, {}).items():
            before = sums.get(sensor, (0, 0.0))
            sums[sensor] = before[0] + count, before[1] + weight
        made = np.concatenate([self.history.of(track), lately])
        return made[np.argsort(made["time_ns"], kind="stable")][-KEPT:], sums

    def lately_made(self, births: tuple[Ints, Ints]) -> np.ndarray:
        """The contributions of what may still be worked again, by the numbers shown."""
        lately = contributions(self.journal.segments.values(), births)
        lately["track"] = self.names.label(lately["track"])
        return lately

    def hear_refused(self, refusals: Iterable[Refusal]) -> None:
        """Remember lately refused detections."""
        self.lately = [*self.lately, *refusals][-REFUSALS_KEPT:]

    def pack(self, settled_ns: int) -> dict[str, Any]:
        """For a dump: what was worked before the last Tick, in order, and what was never gone back from."""
        worked, _ = self.journal.divided(settled_ns)
        names, told = self.names, self.told
        return {
            "oldest": self.journal.oldest(),
            "worked": packed(worked),
            "waiting": packed(self.waiting),
            "names": [names.shift, names.upto, sorted(names.apart.items())],
            "told": [told.upto, told.told],
            "refused": [(second, sorted(told.items())) for second, told in sorted(self.refused.items())],
            "history": self.history.pack(),
            "allowed": self.allowed,
            "ticked_ns": self.ticked_ns,
            "counted": arrays.pack(self.counted),
            "tracking": [(since, msgspec.to_builtins(tracking)) for since, tracking in self.tracking],
        }

    def unpack(self, parts: dict[str, Any]) -> None:
        """Take on what `pack` wrote; the journal is to be made anew, by working `put_back`."""
        self.put_back, self.waiting = unpacked(parts["worked"]), unpacked(parts["waiting"])
        shift, upto, apart = parts["names"]
        self.names = Names(shift, upto, dict(apart))
        upto, told = parts["told"]
        self.told = Told(told=[(place, (kind, subject, text)) for place, (kind, subject, text) in told], upto=upto)
        self.refused = {second: dict(told) for second, told in parts["refused"]}
        self.history.unpack(parts["history"])
        self.allowed, self.ticked_ns = parts["allowed"], parts["ticked_ns"]
        self.counted = arrays.unpack(parts["counted"])
        self.tracking = [(since, msgspec.convert(tracking, Tracking)) for since, tracking in parts["tracking"]]

    def digest_of(self) -> list[np.ndarray]:
        """Arrays that say everything that decides the future."""
        names = self.names
        apart = np.array(sorted(names.apart.items()), dtype=np.int64)
        numbers = np.array([names.shift, names.upto, self.ticked_ns, self.journal.oldest()], dtype=np.int64)
        worked = [np.frombuffer(segment.digest()) for segment in self.journal.segments.values()]
        return [apart, numbers, *worked, self.waiting.key, self.waiting.sweep_key]


def packed(stretch: Stretch) -> list[Any]:
    """A stretch as plain data. Numbers that are the same in all rows are written once: most quantities are."""
    return [_columns(column) for column in (*stretch.rows, stretch.key, stretch.sweep_key)]


def _columns(array: np.ndarray) -> dict[str, Any]:
    """An array column by column: those that vary, and one number of each other one."""
    flat = array.reshape(len(array), math.prod(array.shape[1:]))
    bits = flat.view(np.int64)
    varied = np.flatnonzero((bits != bits[:1]).any(axis=0))
    return {
        "shape": list(array.shape),
        "varied": arrays.pack(varied),
        "same": arrays.pack(flat[:1]),
        "columns": arrays.pack(flat[:, varied].T),
    }


def unpacked(columns: list[Any]) -> Stretch:
    """The stretch of plain data."""
    *rows, key, sweeps = (_array(column) for column in columns)
    return Stretch(Rows._make(rows) if len(key) else EMPTY, key.reshape(-1, KEY), sweeps.reshape(-1, KEY))


def _array(packed: dict[str, Any]) -> np.ndarray:
    """The array that `_columns` wrote."""
    same, shape = arrays.unpack(packed["same"]), packed["shape"]
    flat = np.repeat(same, shape[0], axis=0) if len(same) else same
    flat[:, arrays.unpack(packed["varied"])] = arrays.unpack(packed["columns"]).T
    return np.ascontiguousarray(flat.reshape(shape))
