"""What made each track: the detections that it took part of, newest last, and sums for each sensor.

Outside of looks: what may still be worked again is read from the journal, and only what is past that is entered here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

from tocsin.messages import Floats, Ints
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.late.journal import Segment
from tocsin.tracking.looks import SENSOR

KEPT: Final = 200  # contributions to one track; older ones are left in the sums
KEPT_ALL: Final = 200_000  # contributions to all tracks; the oldest are forgotten first
DUMPED: Final = 10  # contributions to one track that a dump holds, so that it stays small: replay brings the rest back
SENSORS_MOST: Final = 1 << 20  # that can be told apart
POLAR: Final = (c.RANGE, c.AZIMUTH, c.ELEVATION, c.RANGE_RATE, c.ALTITUDE)
# One contribution. `mask` as in columns.Rows; `polar`: what POLAR names; `place`: of a position, in the frame.
CONTRIBUTION: Final = np.dtype(
    [
        ("time_ns", "i8"),
        ("track", "i8"),
        ("weight", "f4"),
        ("sensor", "i4"),
        ("mask", "i8"),
        ("polar", "f4", (5,)),
        ("place", "f8", (3,)),
    ]
)
OCTETS: Final = np.dtype((np.void, CONTRIBUTION.itemsize))


def contributions(segments: Iterable[Segment], births: tuple[Ints, Ints]) -> np.ndarray:
    """The contributions of some seconds to tracks, by their numbers inside, (n,) of CONTRIBUTION.

    `births`: births, ascending, and their numbers, for detections from before a track got its number.
    """
    parts = [np.zeros(0, CONTRIBUTION)]
    for segment in segments:
        of = segment.credited()
        if not len(of.row):
            continue
        number = of.number.copy()
        unnamed = np.flatnonzero(number == 0)
        number[unnamed] = _looked_up(of.birth[unnamed], *births)
        told = number > 0
        row, stretch = of.row[told], segment.whole()
        made = np.zeros(len(row), CONTRIBUTION)
        made["time_ns"], made["track"], made["weight"] = stretch.rows.time[row], number[told], of.weight[told]
        made["sensor"], made["mask"] = stretch.key[row, SENSOR], stretch.rows.mask[row]
        z = stretch.rows.z.take(row, axis=0)
        made["polar"], made["place"] = z[:, POLAR], z[:, c.EAST : c.UP + 1]
        parts.append(made)
    return joined(parts)


def joined(parts: list[np.ndarray]) -> np.ndarray:
    """Contributions one after the other, as octets: field by field it takes five times as long."""
    return np.concatenate([part.view(OCTETS) for part in parts]).view(CONTRIBUTION)


def _looked_up(birth: Ints, births: Ints, numbers: Ints) -> Ints:
    """The number of each birth, 0 where it has none."""
    if not len(births):
        return np.zeros(len(birth), dtype=np.int64)
    at = np.minimum(np.searchsorted(births, birth), len(births) - 1)
    return np.where(births[at] == birth, numbers[at], 0)


class Sums(NamedTuple):
    """How many detections of which sensor made which track, (k,), and the sums of their weights."""

    key: Ints  # track * SENSORS_MOST + sensor, ascending, each once
    detections: Ints
    weight: Floats

    @classmethod
    def of(cls, made: np.ndarray) -> "Sums":
        """The sums of contributions."""
        key, at = np.unique(made["track"] * SENSORS_MOST + made["sensor"], return_inverse=True)
        weight = np.zeros(len(key))
        np.add.at(weight, at, made["weight"])
        return cls(key, np.bincount(at, minlength=len(key)).astype(np.int64), weight)

    def and_of(self, made: np.ndarray) -> "Sums":
        """With those of more contributions."""
        more = Sums.of(made)
        key, at = np.unique(np.concatenate([self.key, more.key]), return_inverse=True)
        count, weight = np.zeros(len(key), dtype=np.int64), np.zeros(len(key))
        for part, where in ((self, at[: len(self.key)]), (more, at[len(self.key) :])):
            count[where] += part.detections
            weight[where] += part.weight
        return Sums(key, count, weight)

    def only(self, tracks: Ints) -> "Sums":
        """Those of some tracks."""
        here = np.isin(self.key // SENSORS_MOST, tracks)
        return Sums(self.key[here], self.detections[here], self.weight[here])

    def told(self) -> dict[int, dict[int, tuple[int, float]]]:
        """As track -> sensor -> detections, weight."""
        out: dict[int, dict[int, tuple[int, float]]] = {}
        for key, count, weight in zip(*(column.tolist() for column in self), strict=True):
            track, sensor = divmod(key, SENSORS_MOST)
            out.setdefault(track, {})[sensor] = count, weight
        return out


NONE: Final = Sums(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


@dataclass(slots=True)
class History:
    """Contributions by the numbers shown, and their sums."""

    made: np.ndarray = field(default_factory=lambda: np.zeros(0, CONTRIBUTION))
    _sums: Sums = NONE
    _parts: list[np.ndarray] = field(default_factory=list, repr=False)
    _waiting: int = 0

    def sums(self, track: int) -> dict[int, tuple[int, float]]:
        """Of all that was entered for a track: sensor -> detections, weight."""
        self._whole()
        return self._sums.only(np.array([track])).told().get(track, {})

    def enter(self, made: np.ndarray, used: Callable[[], Ints]) -> None:
        """Take contributions in, by the numbers shown. `used` gives numbers that are somebody's still, sorted."""
        if not len(made):
            return
        self._parts.append(made)
        self._waiting += len(made)
        if self._waiting > max(len(self.made) // 2, KEPT_ALL // 8):
            self._gather(used())

    def _gather(self, used: Ints) -> None:
        made = self._whole()
        kept = np.flatnonzero(np.isin(made["track"], used))
        self.made = made.take(kept[newest(made["track"][kept], KEPT)][-KEPT_ALL:])
        self._sums = self._sums.only(used)

    def _whole(self) -> np.ndarray:
        if self._parts:
            before = len(self.made)
            self.made, self._parts, self._waiting = joined([self.made, *self._parts]), [], 0
            self._sums = self._sums.and_of(self.made[before:])
        return self.made

    def of(self, track: int) -> np.ndarray:
        """What was entered for a track, oldest first."""
        made = self._whole()
        return np.asarray(made[made["track"] == track])

    def pack(self) -> dict[str, Any]:
        """For a dump: the sums, and the last few contributions of each track."""
        made = self._whole()
        sums = [(track, [(s, *of) for s, of in known.items()]) for track, known in self._sums.told().items()]
        return {"made": made[newest(made["track"], DUMPED)].tobytes(), "sums": sums}

    def unpack(self, parts: Mapping[str, Any]) -> None:
        """Take on what `pack` wrote."""
        self.made, self._parts, self._waiting = np.frombuffer(parts["made"], CONTRIBUTION).copy(), [], 0
        sums = [(track * SENSORS_MOST + s, *of) for track, known in parts["sums"] for s, *of in known]
        key, count, weight = zip(*sums, strict=True) if sums else ((), (), ())
        self._sums = Sums(np.array(key, np.int64), np.array(count, np.int64), np.array(weight, np.float64))


def newest(track: Ints, most: int) -> Ints:
    """At most so many of the newest of each track (n,): where they stand, ascending."""
    order = np.argsort(track, kind="stable")
    ordered = track[order]
    end = np.searchsorted(ordered, ordered, side="right")
    return np.sort(order[end - np.arange(len(track)) <= most])
