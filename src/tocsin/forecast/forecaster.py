"""The forecaster: Picture in, Forecast out. Its state is what each track has done lately, and what was said of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

import msgspec
import numpy as np

from tocsin.ends import Cone, Outlook
from tocsin.errors import StateError
from tocsin.forecast.areas import Areas, areas_of, laid, level
from tocsin.forecast.arrival import chances, entries, straight_s, times
from tocsin.forecast.calibration import Calibration, kinds, usual
from tocsin.forecast.cones import cones
from tocsin.forecast.courses import Courses, Seen
from tocsin.forecast.ends import landing, origin
from tocsin.forecast.falls import MOST, Fall, chance_of, entered, fall_of, falling, wind_of
from tocsin.forecast.futures import PATHS, SPEED, Starts, futures
from tocsin.forecast.legs import Legs, law_of
from tocsin.geo.units import SECOND_NS
from tocsin.messages import HORIZONS_S, QUANTILES, Flags, Floats, Forecast, Ints, Picture, TrackState, freeze
from tocsin.settings import Settings

DUMP_FORMAT = 3
GOAL_MIN = 0.05  # a smaller chance is no news
RENEWED_MAX = 100  # tracks drawn anew for one picture
CALM = 0.1  # how urgent a track is that threatens nothing, beside one that is about to enter
NEAR_S: Final = 300.0  # nearer than this to a place: drawn anew at each Tick
SOON: Final = 0.02  # with at least this chance
WAITS_S: Final = 8  # others are drawn anew so often, each in a second of its own
SIGMAS: Final = 4.0  # but at once when it is so far from where it was going
TURNED: Final = 0.1  # or its velocity changed by so much of itself
HALF_HOUR: Final = HORIZONS_S.index(1800.0)
TEN_MIN: Final = HORIZONS_S.index(600.0)
INSIDE_S: Final = 0.0  # who enters at once is inside
EARLY: Final = QUANTILES.index(0.10)
IMPACT_MIN: Final = 0.5  # a computed impact: from this chance of a ring on
ORIGIN_RAD: Final = np.radians(10.0)  # a first leg known no better tells no origin
UPPER = np.triu_indices(6)
SAID = ("place", "chance", "enters", "quantile_s", "inside")


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What was said of one track, when: a row for each place that it may enter. `of`: where it was, and as what."""

    made_ns: int
    place: Ints
    chance: Floats
    enters: Floats
    quantile_s: Floats
    inside: Flags
    of: tuple[float, float, float, float, float, float, int] = (0.0,) * 6 + (0,)  # place, velocity, sigmas, class

    @classmethod
    def none(cls) -> "Said":
        """Nothing."""
        whole, part = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(0, whole, np.zeros((0, 6)), part, np.zeros((0, 7)), np.zeros(0, dtype=np.bool_))

    def soonest_s(self) -> float:
        """When it may first enter anything, as of then."""
        likely = self.quantile_s[self.chance[:, HALF_HOUR] >= SOON, EARLY]
        return float(likely.min(initial=np.inf))


class Forecaster:
    """Which places are in danger, and when. Owned by one caller.

    Drawn anew are tracks that are new, near to a place, or not where they were going; others take turns. What was said
    of those that wait is aged: their arrivals come nearer. At most RENEWED_MAX for each picture, by danger and age.
    """

    def __init__(self, settings: Settings, calibration: Calibration | None = None) -> None:
        self.calibration = calibration or usual()
        self.frame = settings.frame
        self.areas: Areas = areas_of(settings.places, settings.frame, settings.corridors)
        self.courses = Courses(len(self.areas))
        self.said: dict[int, Said] = {}
        self.falls: dict[int, Fall] = {}
        self.wind = wind_of(settings.sensors)

    def forecast(self, picture: Picture) -> Forecast:
        """Chances and times of entry for all confirmed tracks, coasting ones included."""
        rows = np.flatnonzero((picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING))
        laws = tuple(law_of(picture.classes[k]) for k in picture.class_index[rows].tolist())
        now = self._seen(picture, rows, laws)
        self.courses.follow(now, picture.time_ns, self.areas)
        seeks = np.array([law.seeks for law in laws])
        weight, aimed, heading = self.courses.weights(now, seeks, self.areas)
        kind = picture.class_index[rows].tolist()
        fall = falling(picture, rows)
        due = self._due(now, kind, picture.time_ns)
        due = due[~np.isin(rows[due], fall)]
        starts = _starts(now, self.courses, aimed, heading, laws, due)
        as_seen = np.column_stack([now.place, now.velocity, now.place_sigma, now.velocity_sigma])[due].tolist()
        of = [(*row, kind[k]) for row, k in zip(as_seen, due.tolist(), strict=True)]
        self._renew(starts, weight[due], of, picture.time_ns)
        self._fall(picture, fall)
        known = now.number.tolist()
        self.said = {track: self.said[track] for track in known if track in self.said}
        made = self._made(picture.time_ns, now.number, weight, self.courses.circling())
        freeze(made)
        return made

    def outlook(self, picture: Picture, tracks: Mapping[int, tuple[str, ...]]) -> Outlook:
        """Where these tracks may be, come down, and came from; what it does not follow is left out. Changes no bit.

        `tracks`: with each the places that it endangers, as `Outlook.tracks` has them.
        """
        shown = (picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING)
        known = np.isin(picture.track, self.courses.number)
        wanted = np.isin(picture.track, np.array([*tracks], dtype=np.int64))
        rows = np.flatnonzero(shown & known & wanted)
        courses = self.courses.some(np.searchsorted(self.courses.number, picture.track[rows]))
        falls = {track: self.falls[track] for track in tracks if track in self.falls}
        flies: Ints = np.flatnonzero(~np.isin(courses.number, list(falls))).astype(np.int64)
        ahead: tuple[Cone, ...] = ()
        if len(flies):
            laws = tuple(law_of(picture.classes[k]) for k in picture.class_index[rows].tolist())
            now = self._seen(picture, rows, laws)
            weight, aimed, heading = courses.weights(now, np.array([law.seeks for law in laws]), self.areas)
            starts = _starts(now, courses, aimed, heading, laws, flies)
            ways = futures(starts, self.areas, weight[flies], picture.time_ns // SECOND_NS)
            ahead = cones(self.frame, starts.number.tolist(), ways)
        come = [row for row in flies.tolist() if courses.began[row, 3] <= ORIGIN_RAD]
        return Outlook(
            picture.time_ns,
            tuple(tracks.items()),
            tuple(landing(self.frame, n, one.made_ns, one.impact) for n, one in falls.items() if one.impact),
            tuple(landing(self.frame, n, one.made_ns, one.launch) for n, one in falls.items() if one.launch),
            tuple(origin(self.frame, courses, row) for row in come),
            ahead,
        )

    def _seen(self, picture: Picture, rows: Ints, laws: tuple[Legs, ...]) -> Seen:
        """These tracks in the plane."""
        place, velocity, _ = laid(self.frame, picture.position_m[rows], picture.velocity_mps[rows])
        sigmas = _sigmas(picture.covariance[rows], level(self.frame, picture.position_m[rows]))
        law = np.array([(law.swerve_rad, law.aim, law.turn_rad) for law in laws]).reshape(-1, 3)
        return Seen(picture.track[rows], place, velocity, *sigmas, *law.T)

    def _due(self, now: Seen, kind: list[int], time_ns: int) -> Ints:
        """(d,) rows of the tracks to draw anew, ascending."""
        known = [(row, self.said[track]) for row, track in enumerate(now.number.tolist()) if track in self.said]
        urgency = np.full(len(now.number), np.inf)
        if known:
            row = np.array([row for row, _ in known], dtype=np.int64)
            age_s = np.array([time_ns - said.made_ns for _, said in known]) / SECOND_NS
            nearest_s = np.array([said.soonest_s() for _, said in known]) - age_s
            was = np.array([said.of[:6] for _, said in known])
            off = np.hypot(*(was[:, :2] + was[:, 2:4] * age_s[:, None] - now.place[row]).T)
            changed = np.hypot(*(was[:, 2:4] - now.velocity[row]).T)
            moved = off > SIGMAS * np.hypot(was[:, 4], now.place_sigma[row]) + TURNED * age_s * np.hypot(*was[:, 2:4].T)
            moved |= changed > SIGMAS * np.hypot(was[:, 5], now.velocity_sigma[row]) + TURNED * np.hypot(*was[:, 2:4].T)
            moved |= np.array([said.of[6] != kind[row] for row, said in known], dtype=np.bool_)
            turn = (time_ns // SECOND_NS + now.number[row]) % WAITS_S == 0
            due = moved | (nearest_s < NEAR_S) | turn | (age_s >= WAITS_S + 1.0)
            danger = np.array([said.chance[:, TEN_MIN].max(initial=0.0) for _, said in known])
            urgency[row] = np.where(due, age_s * (CALM + np.where(moved, 1.0, danger)), 0.0)
        due = np.argsort(-urgency, kind="stable")[:RENEWED_MAX]
        return np.asarray(np.sort(due[urgency[due] > 0.0]).astype(np.int64))

    def _renew(self, starts: Starts, weight: Floats, of: list[tuple[float, ...]], time_ns: int) -> None:
        if not len(starts.number):
            return
        ways = futures(starts, self.areas, weight, time_ns // SECOND_NS)
        track, place, soonest = entries(ways, self.areas)
        kind = kinds(starts.state[:, SPEED], np.array([law.seeks for law in starts.laws]))[track]
        straight = straight_s(starts, track, place, self.areas)
        raw, quantile_s = chances(soonest), times(soonest, straight, kind, self.calibration)
        enters = self.calibration.chance(np.isfinite(soonest).sum(axis=1) / PATHS, kind)
        inside = soonest[:, PATHS // 2] <= INSIDE_S
        chance = np.where(inside[:, None], raw, self.calibration.chance(raw, kind))
        bounds = np.searchsorted(track, np.arange(len(starts.number) + 1)).tolist()
        for k, number in enumerate(starts.number.tolist()):
            rows = slice(bounds[k], bounds[k + 1])
            columns = (place[rows], chance[rows], enters[rows], quantile_s[rows], inside[rows])
            self.said[number] = Said(time_ns, *columns, of[k])  # type: ignore[arg-type]

    def _fall(self, picture: Picture, rows: Ints) -> None:
        """Where tracks that fall come down, and the chance that it is in a place: no path leads them there."""
        tracks = picture.track[rows].tolist()
        self.falls = {track: fall for track, fall in self.falls.items() if track in tracks}
        made = [self.falls[track].made_ns if track in self.falls else -1 for track in tracks]
        for k in np.argsort(made, kind="stable")[:MOST].tolist():
            fall = fall_of(picture, int(rows[k]), self.frame, self.wind)
            self.falls[tracks[k]] = fall
            self.said[tracks[k]] = self._struck(fall)

    def _struck(self, fall: Fall) -> Said:
        """What a fall says of places: within, with which chance, and when. "Inside": more likely than not."""
        none = Said.none()
        if fall.impact is None or not len(self.areas):
            return Said(fall.made_ns, none.place, none.chance, none.enters, none.quantile_s, none.inside)
        chance = chance_of(fall.impact, self.areas)
        place = np.flatnonzero(chance > 0.0).astype(np.int64)
        chance = chance[place]
        when = entered(fall, fall.impact, self.areas)[place]
        soon = [np.interp(HORIZONS_S, row, QUANTILES, left=0.0, right=1.0) for row in when]
        by = chance[:, None] * np.array(soon).reshape(-1, len(HORIZONS_S))
        return Said(fall.made_ns, place, by, chance, when, chance >= IMPACT_MIN)

    def _made(self, time_ns: int, number: Ints, weight: Floats, circling: Flags) -> Forecast:
        none = Said.none()
        said = [self.said.get(track, none) for track in number.tolist()]
        pairs = [len(one.place) for one in said]
        age_s = np.repeat([(time_ns - one.made_ns) / SECOND_NS for one in said], pairs)
        places = len(self.areas)
        likely_track, likely = np.nonzero(weight[:, :places] >= GOAL_MIN)
        along_track, along = np.nonzero(weight[:, places:-1] >= GOAL_MIN)
        return Forecast(
            time_ns,
            self.areas.names,
            np.repeat(number, pairs),
            np.concatenate([none.place, *(one.place for one in said)]).astype(np.int32),
            _aged(np.concatenate([none.chance, *(one.chance for one in said)]), age_s),
            np.concatenate([none.enters, *(one.enters for one in said)]),
            np.maximum(np.concatenate([none.quantile_s, *(one.quantile_s for one in said)]) - age_s[:, None], 0.0),
            np.concatenate([none.inside, *(one.inside for one in said)]),
            number[likely_track],
            likely.astype(np.int32),
            weight[likely_track, likely],
            number[circling],
            self.areas.corridors,
            number[along_track],
            along.astype(np.int32),
            weight[along_track, places + along],
        )

    def digest(self) -> bytes:
        """Equal digests: equal forecasts from now on, for equal pictures."""
        return hashlib.sha256(self.dump()).digest()

    def dump(self) -> bytes:
        """Everything; `load` continues bit for bit."""
        known = {one.name: getattr(self.courses, one.name) for one in fields(self.courses) if one.name != "goals"}
        columns = {name: _packed(column) for name, column in known.items()}
        said = [
            (track, one.made_ns, [_packed(getattr(one, name)) for name in SAID], one.of)
            for track, one in self.said.items()
        ]
        falls = msgspec.to_builtins(list(self.falls.items()))
        return msgspec.msgpack.encode({"format": DUMP_FORMAT, "columns": columns, "said": said, "falls": falls})

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
            for track, made_ns, columns, of in parts["said"]:
                place, chance, enters, quantile_s, inside = map(_unpacked, columns)
                made.said[track] = Said(made_ns, place, chance, enters, quantile_s, inside, tuple(of))
            made.falls = dict(msgspec.convert(parts["falls"], list[tuple[int, Fall]]))
        except (msgspec.MsgspecError, KeyError, ValueError, TypeError, AttributeError) as error:
            message = f"this forecaster's dump cannot be read ({error}): replay from the start of the ledger instead"
            raise StateError(message) from error
        return made


def _starts(now: Seen, courses: Courses, aimed: Floats, heading: Ints, laws: tuple[Legs, ...], rows: Ints) -> Starts:
    """Where these rows fly on from."""
    circling = courses.circling()
    middle = np.where(circling[:, None], courses.centre, now.place)
    often = np.maximum(courses.leg_s, 20.0) / 20.0
    speed_sigma = now.velocity_sigma / np.sqrt(np.minimum(often, 4.0))
    speed, surge = courses.pace(now, np.array([law.surge_mps2 for law in laws]))
    state = (middle, now.place_sigma, courses.course, courses.sigma, speed, speed_sigma, courses.flown_m)
    return Starts(
        now.number[rows],
        np.column_stack(state)[rows],
        circling[rows],
        aimed[rows],
        heading[rows],
        surge[rows],
        tuple(laws[k] for k in rows.tolist()),
    )


def _packed(column: np.ndarray) -> tuple[str, list[int], bytes]:
    return column.dtype.str, list(column.shape), column.tobytes()


def _unpacked(packed: tuple[str, list[int], bytes]) -> np.ndarray:
    dtype, shape, data = packed
    return np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape).copy()


def _aged(chance: Floats, age_s: Floats) -> Floats:
    """Chances (q, 6) of entry within each of HORIZONS_S from now, of what was said age_s (q,) ago."""
    horizon = np.array(HORIZONS_S)
    step = np.append(np.diff(horizon), 1.0)
    more = np.diff(chance, axis=1, append=chance[:, -1:])
    return np.asarray(chance + more * np.minimum(age_s[:, None] / step, 1.0))


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
