"""What a track rests on: the sensors that made it lately, and how many independent paths they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Picture
from tocsin.models.paths import FADES_S, Paths
from tocsin.settings import Sensor

ENOUGH = 1.2  # of Picture.witness_recent: two detections within a minute; one may be chance
SHARE = 0.2  # and one of five turns: who looks forty times a minute, through rain, meets two by chance as well


@dataclass(frozen=True, slots=True)
class Rest:
    """Of one track. `names`: a sensor for each path. `witnesses`: every sensor, with its number of detections."""

    names: tuple[str, ...] = ()
    witnesses: tuple[tuple[str, int], ...] = ()


NOTHING = Rest()


class Rests:
    """Counts independent paths by what the site declares of its sensors. Remembers what it was asked; no state."""

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self._paths = Paths(sensors)
        self._index = {sensor.name: k for k, sensor in enumerate(sensors)}
        turns = [FADES_S / one.period_s if one.reporting == "turn" and one.period_s > 0.0 else 0.0 for one in sensors]
        self._turns = dict(zip(self._index, turns, strict=True))  # how many `recent` holds of who never misses

    def of(self, picture: Picture, tracks: Sequence[int]) -> Mapping[int, Rest]:
        """What each of these tracks rests on; of those that nothing is told of, nothing."""
        asked = sorted(set(tracks))
        if not asked or not len(picture.witness_track):
            return {}
        first = np.searchsorted(picture.witness_track, asked, side="left").tolist()
        last = np.searchsorted(picture.witness_track, asked, side="right").tolist()
        return {
            track: self._rest(picture, track, slice(a, b))
            for track, a, b in zip(asked, first, last, strict=True)
            if b > a
        }

    def _rest(self, picture: Picture, track: int, rows: slice) -> Rest:
        born_ns = picture.born_ns[picture.track == track]
        age_s = float(picture.time_ns - born_ns[0]) / SECOND_NS if len(born_ns) else np.inf
        could = 1.0 - np.exp(-age_s / FADES_S)
        names = [picture.sensors[k] for k in picture.witness_sensor[rows].tolist()]
        recent = picture.witness_recent[rows].tolist()
        sure = [
            self._index[name]
            for name, much in zip(names, recent, strict=True)
            if name in self._index and much >= max(ENOUGH, SHARE * self._turns[name] * could)
        ]
        paths = self._paths.of(sure)
        counts = picture.witness_detections[rows].tolist()
        witnesses = sorted(zip(names, counts, strict=True), key=lambda one: (-one[1], one[0]))
        return Rest(tuple(self._paths.sensors[k].name for k in paths), tuple(witnesses))
