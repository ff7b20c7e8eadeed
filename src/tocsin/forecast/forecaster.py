"""The forecaster: Picture in, Forecast out. Its state is what each track has done lately; the rest is drawn anew."""

import hashlib
from dataclasses import dataclass, fields

import msgspec
import numpy as np

from tocsin.errors import StateError
from tocsin.forecast.areas import Areas, areas_of, laid, level
from tocsin.forecast.arrival import chances, entries, times
from tocsin.forecast.courses import Courses
from tocsin.forecast.futures import PATHS, Starts, futures
from tocsin.forecast.legs import law_of
from tocsin.messages import HORIZONS_S, Flags, Floats, Forecast, Ints, Picture, TrackState, freeze
from tocsin.settings import Settings

SEED = 1
DUMP_FORMAT = 1
GOAL_MIN = 0.05  # a smaller chance is no news
RENEWED_MAX = 100  # tracks drawn anew for one picture: an eighth of a second of one core
CALM = 0.1  # how urgent a track is that threatens nothing, beside one that is about to enter
SOON = HORIZONS_S.index(600.0)
SECOND_NS = 1_000_000_000
UPPER = np.triu_indices(6)
SAID = ("place", "chance", "enters", "quantile_s", "inside")


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What was said of one track, when: a row for each place that it may enter."""

    made_ns: int
    place: Ints
    chance: Floats
    enters: Floats
    quantile_s: Floats
    inside: Flags

    @classmethod
    def none(cls) -> "Said":
        """Nothing."""
        whole, part = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(0, whole, np.zeros((0, 6)), part, np.zeros((0, 7)), np.zeros(0, dtype=np.bool_))


class Forecaster:
    """Which places are in danger, and when. Owned by one caller.

    At most RENEWED_MAX tracks are drawn anew for each picture: new ones first, then by danger and age. What is said of
    the others is aged: their arrivals come nearer.
    """

    def __init__(self, settings: Settings) -> None:
        self.frame = settings.frame
        self.areas: Areas = areas_of(settings.places, settings.frame)
        self.courses = Courses(len(self.areas))
        self.said: dict[int, Said] = {}

    def forecast(self, picture: Picture) -> Forecast:
        """Chances and times of entry for all confirmed tracks, coasting ones included."""
        rows = np.flatnonzero((picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING))
        place, velocity, _ = laid(self.frame, picture.position_m[rows], picture.velocity_mps[rows])
        number = picture.track[rows]
        self.courses.follow(number, picture.time_ns, place, velocity, self.areas)
        laws = tuple(law_of(picture.classes[k]) for k in picture.class_index[rows].tolist())
        weight = self.courses.weights(np.array([law.seeks for law in laws]), place, self.areas)
        circling = self.courses.circling()
        due = self._due(number, picture.time_ns)
        sigma = _sigmas(picture.covariance[rows[due]], level(self.frame, picture.position_m[rows[due]]))
        middle = np.where(circling[:, None], self.courses.centre, place)
        starts = Starts(
            number[due],
            middle[due],
            velocity[due],
            *sigma,
            self.courses.flown_m[due],
            circling[due],
            tuple(laws[k] for k in due.tolist()),
        )
        self._renew(starts, weight[due], picture.time_ns)
        self.said = {track: self.said[track] for track in number.tolist() if track in self.said}
        made = self._made(picture.time_ns, number, weight, circling)
        freeze(made)
        return made

    def _due(self, number: Ints, time_ns: int) -> Ints:
        """(d,) rows of the tracks to draw anew, ascending."""
        urgency = np.full(len(number), np.inf)
        for row, track in enumerate(number.tolist()):
            said = self.said.get(track)
            if said is not None:
                age_s = (time_ns - said.made_ns) / SECOND_NS
                urgency[row] = age_s * (CALM + said.chance[:, SOON].max(initial=0.0))
        due = np.argsort(-urgency, kind="stable")[:RENEWED_MAX]
        return np.asarray(np.sort(due[urgency[due] > 0.0]).astype(np.int64))

    def _renew(self, starts: Starts, weight: Floats, time_ns: int) -> None:
        if not len(starts.number):
            return
        ways = futures(starts, self.areas, weight, SEED, time_ns // SECOND_NS)
        track, place, count = entries(ways, self.areas)
        chance, quantile_s = chances(count), times(count)
        enters, inside = count.sum(axis=1) / PATHS, count[:, 0] > PATHS // 2
        bounds = np.searchsorted(track, np.arange(len(starts.number) + 1)).tolist()
        for k, number in enumerate(starts.number.tolist()):
            of = slice(bounds[k], bounds[k + 1])
            self.said[number] = Said(time_ns, place[of], chance[of], enters[of], quantile_s[of], inside[of])

    def _made(self, time_ns: int, number: Ints, weight: Floats, circling: Flags) -> Forecast:
        none = Said.none()
        said = [self.said.get(track, none) for track in number.tolist()]
        pairs = [len(one.place) for one in said]
        age_s = np.repeat([(time_ns - one.made_ns) / SECOND_NS for one in said], pairs)[:, None]
        likely_track, likely = np.nonzero(weight[:, :-1] >= GOAL_MIN)
        return Forecast(
            time_ns,
            self.areas.names,
            np.repeat(number, pairs),
            np.concatenate([none.place, *(one.place for one in said)]).astype(np.int32),
            np.concatenate([none.chance, *(one.chance for one in said)]),
            np.concatenate([none.enters, *(one.enters for one in said)]),
            np.maximum(np.concatenate([none.quantile_s, *(one.quantile_s for one in said)]) - age_s, 0.0),
            np.concatenate([none.inside, *(one.inside for one in said)]),
            number[likely_track],
            likely.astype(np.int32),
            weight[likely_track, likely],
            number[circling],
        )

    def digest(self) -> bytes:
        """Equal digests: equal forecasts from now on, for equal pictures."""
        return hashlib.sha256(self.dump()).digest()

    def dump(self) -> bytes:
        """Everything; `load` continues bit for bit."""
        known = {one.name: getattr(self.courses, one.name) for one in fields(self.courses) if one.name != "goals"}
        columns = {name: _packed(column) for name, column in known.items()}
        said = [
            (track, one.made_ns, [_packed(getattr(one, name)) for name in SAID]) for track, one in self.said.items()
        ]
        return msgspec.msgpack.encode({"format": DUMP_FORMAT, "columns": columns, "said": said})

    @classmethod
    def load(cls, settings: Settings, dumped: bytes) -> "Forecaster":
        """The forecaster that `dump` wrote. Raises StateError when this version cannot read it."""
        made = cls(settings)
        try:
            parts = msgspec.msgpack.decode(dumped)
            if parts["format"] != DUMP_FORMAT:
                message = f"a forecaster's dump of format {parts['format']}, this tocsin reads {DUMP_FORMAT}: replay"
                raise StateError(message)
            for name, packed in parts["columns"].items():
                setattr(made.courses, name, _unpacked(packed))
            for track, made_ns, columns in parts["said"]:
                made.said[track] = Said(made_ns, *map(_unpacked, columns))
        except (msgspec.MsgspecError, KeyError, ValueError, TypeError, AttributeError) as error:
            message = f"this forecaster's dump cannot be read ({error}): replay from the start of the ledger instead"
            raise StateError(message) from error
        return made


def _packed(column: np.ndarray) -> tuple[str, list[int], bytes]:
    return column.dtype.str, list(column.shape), column.tobytes()


def _unpacked(packed: tuple[str, list[int], bytes]) -> np.ndarray:
    dtype, shape, data = packed
    return np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape).copy()


def _sigmas(covariance: Floats, axes: Floats) -> tuple[Floats, Floats]:
    """Sigma along the ground, of place (n,) and velocity (n,), one coordinate's mean; covariance (n, 21)."""
    whole = np.zeros((len(covariance), 6, 6))
    whole[:, UPPER[0], UPPER[1]] = covariance
    whole = np.maximum(whole, whole.transpose(0, 2, 1)) + np.minimum(whole, whole.transpose(0, 2, 1))
    whole[:, np.arange(6), np.arange(6)] /= 2.0
    level_place, level_velocity = (
        (axes[:, :, :, None] * block[:, None] * axes[:, :, None, :]).sum(axis=(1, 2, 3)) / 2.0
        for block in (whole[:, :3, :3], whole[:, 3:, 3:])
    )
    return np.sqrt(np.maximum(level_place, 0.0)), np.sqrt(np.maximum(level_velocity, 0.0))
