"""What made each track: the detections that it took part of, newest last, and sums for each sensor.

Outside of looks: what may still be worked again is read from the journal, and only what is past that is entered here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tocsin.messages import Ints
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
        made["polar"] = stretch.rows.z[row][:, POLAR]
        made["place"] = stretch.rows.z[row, c.EAST : c.UP + 1]
        parts.append(made)
    return np.concatenate(parts)


def _looked_up(birth: Ints, births: Ints, numbers: Ints) -> Ints:
    """The number of each birth, 0 where it has none."""
    if not len(births):
        return np.zeros(len(birth), dtype=np.int64)
    at = np.minimum(np.searchsorted(births, birth), len(births) - 1)
    return np.where(births[at] == birth, numbers[at], 0)


@dataclass(slots=True)
class History:
    """Contributions by the numbers shown, and sums when asked for: track -> sensor -> detections, weight."""

    made: np.ndarray = field(default_factory=lambda: np.zeros(0, CONTRIBUTION))
    _sums: dict[int, dict[int, tuple[int, float]]] = field(default_factory=dict)
    _parts: list[np.ndarray] = field(default_factory=list, repr=False)
    _waiting: int = 0

    @property
    def sums(self) -> Mapping[int, Mapping[int, tuple[int, float]]]:
        """Sums of all that was entered."""
        self._whole()
        return self._sums

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
        self.made = newest(made[np.isin(made["track"], used)], KEPT)[-KEPT_ALL:]
        still = set(used.tolist())
        self._sums = {track: sums for track, sums in self._sums.items() if track in still}

    def _whole(self) -> np.ndarray:
        if self._parts:
            entered = np.concatenate(self._parts)
            self.made, self._parts, self._waiting = np.concatenate([self.made, entered]), [], 0
            for track, sums in summed(entered).items():
                known = self._sums.setdefault(track, {})
                for sensor, (count, weight) in sums.items():
                    before = known.get(sensor, (0, 0.0))
                    known[sensor] = before[0] + count, before[1] + weight
        return self.made

    def of(self, track: int) -> np.ndarray:
        """What was entered for a track, oldest first."""
        made = self._whole()
        return np.asarray(made[made["track"] == track])

    def pack(self) -> dict[str, Any]:
        """For a dump: the sums, and the last few contributions of each track."""
        last = newest(self._whole(), DUMPED)
        sums = [
            (track, [(sensor, *of) for sensor, of in sorted(known.items())])
            for track, known in sorted(self.sums.items())
        ]
        return {"made": last.tobytes(), "sums": sums}

    def unpack(self, parts: Mapping[str, Any]) -> None:
        """Take on what `pack` wrote."""
        self.made, self._parts = np.frombuffer(parts["made"], CONTRIBUTION).copy(), []
        self._sums = {track: {s: (count, weight) for s, count, weight in known} for track, known in parts["sums"]}


def summed(made: np.ndarray) -> dict[int, dict[int, tuple[int, float]]]:
    """Sums of contributions: track -> sensor -> detections, weight."""
    both = made["track"] * SENSORS_MOST + made["sensor"]
    pairs, at = np.unique(both, return_inverse=True)
    count = np.bincount(at, minlength=len(pairs))
    weight = np.bincount(at, made["weight"], minlength=len(pairs))
    tracks, sensors = np.divmod(pairs, SENSORS_MOST)
    out: dict[int, dict[int, tuple[int, float]]] = {}
    for track, sensor, n, w in zip(tracks.tolist(), sensors.tolist(), count.tolist(), weight.tolist(), strict=True):
        out.setdefault(track, {})[sensor] = n, w
    return out


def newest(made: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the newest contributions of each track, in the order in which they were."""
    order = np.argsort(made["track"], kind="stable")
    track = made["track"][order]
    end = np.searchsorted(track, track, side="right")
    return made[np.sort(order[end - np.arange(len(made)) <= most])]
