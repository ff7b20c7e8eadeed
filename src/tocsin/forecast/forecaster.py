"""The forecaster: Picture in, Forecast out. Its state is what each track has done lately; the rest is drawn anew."""

import hashlib
from dataclasses import fields

import msgspec
import numpy as np

from tocsin.errors import StateError
from tocsin.forecast.areas import Areas, areas_of, laid, level
from tocsin.forecast.arrival import chances, entries, times
from tocsin.forecast.courses import Courses
from tocsin.forecast.futures import PATHS, Starts, futures
from tocsin.forecast.legs import law_of
from tocsin.messages import Floats, Forecast, Picture, TrackState, freeze
from tocsin.settings import Settings

SEED = 1
DUMP_FORMAT = 1
GOAL_MIN = 0.05  # a smaller chance is no news
SECOND_NS = 1_000_000_000
UPPER = np.triu_indices(6)


class Forecaster:
    """Which places are in danger, and when. Owned by one caller."""

    def __init__(self, settings: Settings) -> None:
        self.frame = settings.frame
        self.areas: Areas = areas_of(settings.places, settings.frame)
        self.courses = Courses(len(self.areas))

    def forecast(self, picture: Picture) -> Forecast:
        """Chances and times of entry for all confirmed tracks, coasting ones included."""
        rows = np.flatnonzero((picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING))
        place, velocity, _ = laid(self.frame, picture.position_m[rows], picture.velocity_mps[rows])
        number = picture.track[rows]
        self.courses.follow(number, picture.time_ns, place, velocity, self.areas)
        laws = tuple(law_of(picture.classes[k]) for k in picture.class_index[rows].tolist())
        seeks = np.array([law.seeks for law in laws])
        weight = self.courses.weights(seeks, place, self.areas)
        circling = self.courses.circling()
        sigma = _sigmas(picture.covariance[rows], level(self.frame, picture.position_m[rows]))
        middle = np.where(circling[:, None], self.courses.centre, place)
        starts = Starts(number, middle, velocity, *sigma, self.courses.flown_m, circling, laws)
        ways = futures(starts, self.areas, weight, SEED, picture.time_ns // SECOND_NS)
        track, target, count = entries(ways, self.areas)
        likely_track, likely = np.nonzero(weight[:, :-1] >= GOAL_MIN)
        made = Forecast(
            picture.time_ns,
            self.areas.names,
            number[track],
            target.astype(np.int32),
            chances(count),
            count.sum(axis=1) / PATHS,
            times(count),
            count[:, 0] > PATHS // 2,
            number[likely_track],
            likely.astype(np.int32),
            weight[likely_track, likely],
            number[circling],
        )
        freeze(made)
        return made

    def digest(self) -> bytes:
        """Equal digests: equal forecasts from now on, for equal pictures."""
        known = hashlib.sha256()
        for one in fields(self.courses):
            known.update(np.ascontiguousarray(getattr(self.courses, one.name)).tobytes())
        return known.digest()

    def dump(self) -> bytes:
        """Everything; `load` continues bit for bit."""
        columns = {}
        for one in fields(self.courses):
            column = getattr(self.courses, one.name)
            if isinstance(column, np.ndarray):
                columns[one.name] = (column.dtype.str, list(column.shape), column.tobytes())
        return msgspec.msgpack.encode({"format": DUMP_FORMAT, "columns": columns})

    @classmethod
    def load(cls, settings: Settings, dumped: bytes) -> "Forecaster":
        """The forecaster that `dump` wrote. Raises StateError when this version cannot read it."""
        made = cls(settings)
        try:
            parts = msgspec.msgpack.decode(dumped)
            if parts["format"] != DUMP_FORMAT:
                message = f"a forecaster's dump of format {parts['format']}, this tocsin reads {DUMP_FORMAT}: replay"
                raise StateError(message)
            for name, (dtype, shape, data) in parts["columns"].items():
                setattr(made.courses, name, np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape).copy())
        except (msgspec.MsgspecError, KeyError, ValueError, TypeError, AttributeError) as error:
            message = f"this forecaster's dump cannot be read ({error}): replay from the start of the ledger instead"
            raise StateError(message) from error
        return made


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
