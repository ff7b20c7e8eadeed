"""What could be known: the same forecast and the same rules, fed the true past and present of what is seeable.

Every two seconds a picture of what a sensor could see then (a look with a chance of at least a half, and for 30 s after
it), exactly where it is, called what it is. When that would have warned of a target at a place, it was knowable.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.alerts.danger import dangers
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints, Picture, TrackState
from tocsin.models.classes.table import known as classes_known
from tocsin.score.tables.objects import Objects
from tocsin.score.tables.warning import Knowable
from tocsin.settings import Alerting, Settings
from tocsin.simulate.seeable import JOINED_S

ORACLE_NS = 2 * SECOND_NS
SURE = 10  # detections: as many as any rule asks for

Stretch = tuple[Ints, Floats, Floats]  # target, from and until, seconds since the start


@dataclass(slots=True)
class _Seen:
    """When each target, by its number in the truth, could be seen: from and until, ns."""

    begin_ns: Ints
    end_ns: Ints
    rows: dict[int, slice] = field(default_factory=dict)

    @classmethod
    def of(cls, truth: Objects, could: Stretch, start_ns: int) -> "_Seen":
        target, begin_s, end_s = could
        begin, end = (start_ns + np.round(one * SECOND_NS).astype(np.int64) for one in (begin_s, end_s))
        made = cls(begin, end + round(JOINED_S * SECOND_NS))
        for number, name in enumerate(truth.names.tolist()):
            low, high = np.searchsorted(target, (name, name + 1))
            if high > low:
                made.rows[number] = slice(int(low), int(high))
        return made

    def now(self, number: Ints, time_ns: int) -> Flags:
        """Which of these targets can be seen at a time, or could just before."""
        out = np.zeros(len(number), np.bool_)
        for index, one in enumerate(number.tolist()):
            rows = self.rows.get(one)
            if rows is not None:
                out[index] = bool(((self.begin_ns[rows] <= time_ns) & (time_ns <= self.end_ns[rows])).any())
        return out

    def first(self, truth: Objects) -> dict[int, int]:
        """When each target, by its name, was first seeable."""
        return {int(truth.names[number]): int(self.begin_ns[rows].min()) for number, rows in self.rows.items()}


def knowable(
    settings: Settings, rules: Sequence[Alerting], truth: Objects, could: Stretch, start_ns: int, end_ns: int
) -> list[Knowable]:
    """When each target was first seeable, and when each of `rules` would have warned of it at each place."""
    seen = _Seen.of(truth, could, start_ns)
    first = seen.first(truth)
    forecaster = Forecaster(settings)
    found: list[dict[tuple[int, int], tuple[int, int]]] = [{} for _ in rules]
    order = np.argsort(truth.time_ns, kind="stable")
    times, begins = np.unique(truth.time_ns[order], return_index=True)
    last_ns = start_ns - ORACLE_NS
    for time_ns, a, b in zip(times.tolist(), begins.tolist(), [*begins[1:].tolist(), len(order)], strict=True):
        if time_ns - last_ns < ORACLE_NS or time_ns > end_ns:
            continue
        rows = order[a:b]
        rows = rows[seen.now(truth.number[rows], time_ns)]
        if not len(rows):
            continue
        last_ns = time_ns
        rows = rows[np.argsort(truth.number[rows], kind="stable")]
        picture = true_picture(settings, truth, rows, time_ns, first)
        forecast = forecaster.forecast(picture)
        for one, by in zip(rules, found, strict=True):
            known = dangers(forecast, picture, settings.places, one)
            due = (known.in_time >= known.bound) | (known.inside >= one.inside_chance)
            for track, place in zip(known.track[due].tolist(), known.place[due].tolist(), strict=True):
                by.setdefault((track, place), (first[track], time_ns))
    return [_table(by) for by in found]


def _table(found: dict[tuple[int, int], tuple[int, int]]) -> Knowable:
    table = np.array([(*key, *when) for key, when in found.items()], dtype=np.int64).reshape(-1, 4)
    return Knowable(*table.T)


def true_picture(settings: Settings, truth: Objects, rows: Ints, time_ns: int, born: dict[int, int]) -> Picture:
    """The truth as a picture: sure, and exact to a metre."""
    n = len(rows)
    names = classes_known().names
    latitude, longitude, altitude = truth.place[rows].T
    level = np.nan_to_num(truth.velocity_mps[rows])
    kind = np.array([max(_index(names, truth.kind[k]), 0) for k in truth.number[rows].tolist()], dtype=np.int32)
    covariance = np.zeros((n, 21))
    covariance[:, [0, 6, 11]], covariance[:, [15, 18, 20]] = 1.0, 0.01
    track = truth.names[truth.number[rows]].astype(np.int64)
    since = np.array([born[int(one)] for one in track], dtype=np.int64)
    none = np.full(n, -1, dtype=np.int64)
    probability = np.zeros((n, len(names)))
    probability[np.arange(n), kind] = 1.0
    return Picture(
        time_ns=time_ns,
        frame="earth",
        track=track,
        position_m=ecef_from_geodetic(latitude, longitude, altitude),
        velocity_mps=ecef_vector_from_enu(level, latitude, longitude),
        covariance=covariance,
        existence=np.ones(n),
        state=np.full(n, TrackState.CONFIRMED, dtype=np.uint8),
        born_ns=since,
        last_detection_ns=np.full(n, time_ns, dtype=np.int64),
        last_sensor=none.astype(np.int32),
        detections=np.full(n, SURE, dtype=np.int64),
        continues=none,
        continues_probability=np.zeros(n),
        swapped=none,
        group_min=np.ones(n, dtype=np.int32),
        class_index=kind,
        class_confidence=np.ones(n),
        corroborated=np.ones(n, dtype=np.bool_),
        identity=(None,) * n,
        callsign=(None,) * n,
        mark=("",) * n,
        sensors=tuple(sensor.name for sensor in settings.sensors),
        classes=names,
        ended=np.zeros(0, dtype=np.int64),
        class_probability=probability,
    )


def _index(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else -1
