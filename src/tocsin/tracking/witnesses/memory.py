"""Which sensors' detections made each component lately, and how often.

A detection counts for the component that it more likely is than not. `recent` is their number, fading:

    recent <- e^(-dt / FADES_S) recent + number of detections in dt

so that two within half a minute are worth more than ENOUGH, and one by chance is not. Gathered row by row while looks
are worked, put to use at the next beat; a row for each component and sensor, silent ones are forgotten.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Indices, Ints
from tocsin.models.paths import FADES_S
from tocsin.tracking import arrays
from tocsin.tracking.kernels.columns import Credits
from tocsin.tracking.looks import Batch

FORGOTTEN: Final = 0.05  # three minutes after a single detection
CREDIT_MIN: Final = 0.5
SENSORS_MOST: Final = 1 << 20  # that can be told apart
SENSORS_MAX: Final = 16  # of one component; those that say most are kept

Table = tuple[Ints, Ints, Ints, Floats]  # birth, sensor, detections, recent


@dataclass(slots=True)
class Witnesses:
    """Rows (birth, sensor), sorted. State: all but `pending` is what it was at the last beat."""

    time_ns: int = 0
    birth: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sensor: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    detections: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    recent: Floats = field(default_factory=lambda: np.zeros(0))
    pending: list[tuple[Ints, Ints]] = field(default_factory=list)

    def copy(self) -> "Witnesses":
        """A copy that goes its own way; arrays are never written to."""
        return Witnesses(self.time_ns, self.birth, self.sensor, self.detections, self.recent, list(self.pending))

    def hear(self, batch: Batch, credited: Credits) -> None:
        """Note whose each row was."""
        sure = np.flatnonzero(credited.weight >= CREDIT_MIN)
        if len(sure):
            self.pending.append((credited.birth[sure], batch.looks.sensor[credited.look[sure]]))

    def beat(self, time_ns: int) -> None:
        """What was noted since the last beat counts from now on; what is long ago is forgotten."""
        if not len(self.birth) and not self.pending:
            self.time_ns = time_ns
            return
        keep = np.exp(-max(time_ns - self.time_ns, 0) / SECOND_NS / FADES_S)
        self.time_ns = time_ns
        birth, sensor, detections, recent = self.birth, self.sensor, self.detections, keep * self.recent
        if self.pending:
            key = self._came()
            count = np.ones(len(key), dtype=np.int64)
            if (key[1:] <= key[:-1]).any():  # one look gives births in order, each once
                key, count = np.unique(key, return_counts=True)
            known = birth * SENSORS_MOST + sensor
            at = np.searchsorted(known, key)
            there = at < len(known)
            there[there] = known[at[there]] == key[there]
            detections = detections.copy()
            detections[at[there]] += count[there]
            recent[at[there]] += count[there]
            if not there.all():
                new = np.divmod(key[~there], SENSORS_MOST)
                birth, sensor = np.insert(birth, at[~there], new[0]), np.insert(sensor, at[~there], new[1])
                detections = np.insert(detections, at[~there], count[~there])
                recent = np.insert(recent, at[~there], count[~there])
        self._take(birth, sensor, detections, recent)

    def of(self, birth: Ints) -> tuple[Ints, Indices, Ints, Floats]:
        """For components by their births (n,): row of `birth`, sensor, detections, recent, of each witness."""
        order = np.argsort(birth, kind="stable")
        at = np.searchsorted(birth[order], self.birth)
        found = at < len(birth)
        found[found] = birth[order][at[found]] == self.birth[found]
        row = order[at[found]].astype(np.int64)
        back = np.argsort(row, kind="stable")
        sensor = self.sensor[found][back].astype(np.int32)
        return row[back], sensor, self.detections[found][back], self.recent[found][back]

    def _came(self) -> Ints:
        noted, self.pending = self.pending, []
        return np.concatenate([birth * SENSORS_MOST + sensor for birth, sensor in noted])

    def _take(self, birth: Ints, sensor: Ints, detections: Ints, recent: Floats) -> None:
        """Keep what is not forgotten, and of each component at most SENSORS_MAX. Rows are sorted, each once."""
        good = recent >= FORGOTTEN
        if (birth[SENSORS_MAX:] == birth[:-SENSORS_MAX]).any():
            rank = np.lexsort((sensor, -recent, birth))
            begins = np.searchsorted(birth[rank], birth[rank], side="left")
            good[rank] &= np.arange(len(birth)) - begins < SENSORS_MAX
        if not good.all():
            birth, sensor, detections, recent = birth[good], sensor[good], detections[good], recent[good]
        self.birth, self.sensor, self.detections, self.recent = birth, sensor, detections, recent

    def columns(self) -> list[np.ndarray]:
        """All that decides the future, as of the last beat."""
        return [np.array([self.time_ns], dtype=np.int64), self.birth, self.sensor, self.detections, self.recent]

    def dump(self) -> list[Any]:
        """As plain data. Taken after a beat: nothing is pending then."""
        return [arrays.pack(column) for column in self.columns()]

    def load(self, packed: list[Any]) -> None:
        """Take on what `dump` wrote."""
        time_ns, self.birth, self.sensor, self.detections, self.recent = (arrays.unpack(one) for one in packed)
        self.time_ns, self.pending = int(time_ns[0]), []
