"""Where sensors that move say they are: their own status messages become the path that the tracker follows.

Told places are taken in at Ticks, in order of their own time, and count from the next second of event time on; so how
scans are cut changes nothing, and what is worked again later is worked with the places that were known then. Beyond
the last one a sensor goes straight on for AHEAD_S at the pace of the last two, and then stands.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from tocsin.geo.frames import ecef_from_geodetic
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints, Refusal, Scan
from tocsin.settings import Frame, Sensor

AHEAD_S: Final = 30.0
APART_S: Final = 60.0  # told places farther apart in time give no pace
KEPT: Final = 64  # told places of each sensor: a minute of one that tells each second
LOOK_BACK_S: Final = 60  # what follows the field of the unseen looks back so far
FASTEST_MPS: Final = 1_000.0  # nothing that carries a sensor is faster
SLACK_M: Final = 5_000.0  # of the first step: a site file gives a rough place
BAD, JUMP, AHEAD, LATE = (
    "tracking: no place of a sensor",
    "tracking: a sensor that jumps",
    "tracking: a sensor's place of the future",
    "tracking: an older place of a sensor",
)
DETAILS: Final = {
    BAD: "a moving sensor tells latitude and longitude in degrees of the earth; mend its status messages",
    JUMP: "nothing that carries a sensor is faster than 1,000 m/s; it is left where it was",
    AHEAD: "its clock is ahead of the receiver's by more than the site allows",
    LATE: "a newer place is known already",
}

# Second from which on it counts, index of the sensor, its time ns, and the three numbers of a path.
Told = tuple[int, int, int, float, float, float]


@dataclass(slots=True)
class Whereabouts:
    """What moving sensors told. `told` in the order in which it counts; `fresh` came since the last Tick."""

    sensors: tuple[Sensor, ...]
    frame: Frame
    offset_ns: int
    told: list[Told] = field(default_factory=list)
    fresh: list[tuple[int, int, float, float, float]] = field(default_factory=list)
    _moves: frozenset[int] = field(init=False, repr=False)
    _index: dict[str, int] = field(init=False, repr=False)
    _known: tuple[tuple[int, ...], tuple[Sensor, ...]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._moves = frozenset(i for i, sensor in enumerate(self.sensors) if sensor.moves)
        self._index = {name: i for i in sorted(self._moves) for s in [self.sensors[i]] for name in (s.name, *s.sources)}

    def hear(self, scan: Scan) -> None:
        """Take in what sensors say of their place, for the next Tick."""
        for status in scan.statuses if self._moves else ():
            i = self._index.get(status.sensor)
            if i is not None and status.latitude_rad is not None and status.longitude_rad is not None:
                height = math.nan if status.altitude_m is None else status.altitude_m
                self.fresh.append((status.time_ns, i, status.latitude_rad, status.longitude_rad, height))

    def settle(self, second: int, time_ns: int) -> list[Refusal]:
        """A Tick: what came counts from the second after `second` on. Returns what could not be believed."""
        refused = []
        for row in sorted(set(self.fresh), key=lambda one: (one[0], one[1], *map(_ordered, one[2:]))):
            reason = self._take(row, second, time_ns)
            if reason:
                sensor = self.sensors[row[1]].name
                refused.append(Refusal(time_ns, sensor, reason, f"{DETAILS[reason]}; sensor {sensor!r}"))
        self.fresh = []
        return refused

    def _take(self, row: tuple[int, int, float, float, float], second: int, now_ns: int) -> str:
        """Believe one told place, or say why not."""
        time_ns, i, latitude, longitude, height = row
        last = self._last(i)
        if math.isnan(height):
            height = last[3]
        sound = all(map(math.isfinite, (latitude, longitude, height))) and abs(latitude) <= math.pi / 2
        if not sound or abs(longitude) > 2.0 * math.pi or self.frame.kind != "earth":
            return BAD
        if time_ns > now_ns + self.offset_ns:
            return AHEAD
        if time_ns <= last[0]:
            same = (latitude, height) == (last[1], last[3]) and time_ns == last[0]
            return "" if same else LATE
        longitude += 2.0 * math.pi * round((last[2] - longitude) / (2.0 * math.pi))
        first = not any(one[1] == i for one in self.told)
        way = math.dist(ecef_from_geodetic(latitude, longitude, height), ecef_from_geodetic(*last[1:]))
        if not first and way > FASTEST_MPS * (time_ns - last[0]) / SECOND_NS + SLACK_M:
            return JUMP
        self.told.append((second + 1, i, time_ns, latitude, longitude, height))
        return ""

    def _last(self, i: int) -> tuple[int, float, float, float]:
        """The newest place that is known of a sensor; its declared one, of no time, where it has told none."""
        newest = next((row for row in reversed(self.told) if row[1] == i), None)
        if newest is not None:
            return newest[2:]
        sensor = self.sensors[i]
        if sensor.path:
            return 0, *sensor.path[-1][1:]
        height = 0.0 if math.isnan(sensor.altitude_m) else sensor.altitude_m
        return 0, sensor.latitude_rad, sensor.longitude_rad, height

    def at(self, second: int) -> tuple[Sensor, ...]:
        """The site's sensors with the paths that were known in a second of event time."""
        known = [row for row in self.told if row[0] <= second] if self.told else []
        if not known:
            return self.sensors
        mark = (len(self.told), len(known), known[-1][2])
        if self._known is None or self._known[0] != mark:
            paths = {i: _path([row[2:] for row in known if row[1] == i][-KEPT:]) for i in self._moves}
            here = tuple(replace(s, path=paths[i]) if paths.get(i) else s for i, s in enumerate(self.sensors))
            self._known = mark, here
        return self._known[1]

    def newest(self) -> tuple[Sensor, ...]:
        """The site's sensors with all that was told."""
        return self.at(self.told[-1][0]) if self.told else self.sensors

    def forget(self, second: int) -> None:
        """Nothing before a second will be worked again."""
        floor = second - LOOK_BACK_S
        kept: list[Told] = []
        count = dict.fromkeys(self._moves, 0)
        for row in reversed(self.told):
            if row[0] > floor or count[row[1]] < KEPT:
                kept.append(row)
                count[row[1]] += row[0] <= floor
        self.told = kept[::-1]

    def digest_of(self) -> list[Ints]:
        """Arrays that say everything that decides the future."""
        whole = np.array([row[:3] for row in self.told], dtype=np.int64).reshape(-1, 3)
        numbers = np.array([row[3:] for row in self.told]).reshape(-1, 3).view(np.int64)
        fresh = sorted(set(self.fresh), key=lambda one: (one[0], one[1], *map(_ordered, one[2:])))
        waiting = np.array([row[2:] for row in fresh]).reshape(-1, 3).view(np.int64)
        said = np.array([row[:2] for row in fresh], dtype=np.int64).reshape(-1, 2)
        return [whole, numbers, waiting, said]

    def pack(self) -> dict[str, Any]:
        """For a dump."""
        return {"told": self.told, "fresh": sorted(self.fresh, key=lambda one: (one[0], one[1]))}

    def unpack(self, parts: dict[str, Any]) -> None:
        """Take on what `pack` wrote."""
        self.told = [(s, i, t, a, b, h) for s, i, t, a, b, h in parts["told"]]
        self.fresh = [(t, i, a, b, h) for t, i, a, b, h in parts["fresh"]]


def _ordered(value: float) -> float:
    """A number that sorts, for one that may be none."""
    return -math.inf if math.isnan(value) else value


def _path(rows: list[tuple[int, float, float, float]]) -> tuple[tuple[int, float, float, float], ...]:
    """Told places as a path that goes straight on beyond the last."""
    if len(rows) < 2:
        return tuple(rows)
    (before_ns, *before), (last_ns, *last) = rows[-2:]
    apart_s = (last_ns - before_ns) / SECOND_NS
    if not 0.0 < apart_s <= APART_S:
        return tuple(rows)
    share = AHEAD_S / apart_s
    a, b, h = (now + share * (now - then) for then, now in zip(before, last, strict=True))
    return (*rows, (last_ns + round(AHEAD_S * SECOND_NS), a, b, h))
