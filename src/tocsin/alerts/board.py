"""The board: how every place stands, since when, and what holds it there. State; one step for each Tick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from tocsin.alerts.danger import Dangers, dangers, together, undecided
from tocsin.alerts.rests import NOTHING, Rest, Rests
from tocsin.alerts.stages import Signs, Stage, follow
from tocsin.errors import StateError
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert, Flags, Forecast, Health, Ints, Picture, Reason, TrackState
from tocsin.settings import Alerting, Place, Sensor

DUMP_FORMAT = 3
LEAP_NS = 60 * SECOND_NS  # a longer gap between Ticks was lived through by nobody: a clock jumped, or we were down
FAST_S = 300.0  # less than this left to act: no time for two people
REASONS_MAX = 20  # the most dangerous ones are named
WEIGHS = 0.1  # of the greatest danger: what is less endangers nobody, and is no reason unless its class makes it one
NEVER_S = (float("nan"),) * 3


@dataclass(slots=True)
class Held:
    """A dangerous track that was lost: it may still be there."""

    track: int
    kind: str
    lost_ns: int
    until_ns: int  # its longest flight is over then; in time that was lived through, as the next one
    danger: float
    clear_since_ns: int = -1  # the place has been seen clear ever since, without a break
    rest: Rest = NOTHING  # what it rested on when it was last dangerous


@dataclass(frozen=True, slots=True)
class Near:
    """A dangerous track at the last Tick."""

    kind: str
    danger: float
    rest: Rest


@dataclass(slots=True)
class Standing:
    """How one place stands."""

    stage: int = Stage.QUIET
    before: int = Stage.QUIET
    since_ns: int = 0
    stood_ns: int = 0  # the same in time that was lived through
    quiet_ns: int = -1  # likewise, since when nothing was near that warns; -1: it is near now
    event: str = ""
    rule: str = ""
    near: dict[int, Near] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)


class Board:
    """Decides the stages of all places. Owned by one caller.

    All that must have lasted for a while before a stage may fall is counted in time that was lived through, Tick by
    Tick: a clock that jumps, or a restart after an hour, makes nothing quiet and nobody's flight end.
    """

    def __init__(self, places: tuple[Place, ...], rules: Alerting, sensors: Sequence[Sensor] = ()) -> None:
        self.places = places
        self.rules = rules
        self.rests = Rests(sensors)
        self.standing = {place.name: Standing() for place in places}
        self.ending: dict[str, str] = {}  # places that a named authority ends, with the words for why
        self.lived_ns = 0
        self.last_ns = -1  # the last Tick; -1: none yet

    def _live(self, time_ns: int) -> int:
        """Time goes on, by no more than was lived through."""
        gap_ns = time_ns - self.last_ns if self.last_ns >= 0 else 0
        self.lived_ns += gap_ns if 0 <= gap_ns <= LEAP_NS else 0
        self.last_ns = time_ns
        return self.lived_ns

    def step(self, forecast: Forecast, picture: Picture, health: Health) -> tuple[Alert, ...]:
        """Where every place stands now, in the order of the places. `before` differs from `stage` where it changed."""
        known = dangers(forecast, picture, self.places, self.rules)
        n, lived_ns = len(self.places), self._live(picture.time_ns)
        inside = together(known.inside, known.place, n)
        soon, in_time = (together(part, known.place, n) for part in (known.soon, known.in_time))
        due = reached(known, n, 1.0)
        lingering = reached(known, n, self.rules.linger)
        observed = {one.place: one.observation for one in health.places}
        flying = {
            int(number)
            for number, state in zip(picture.track, picture.state, strict=True)
            if state in (TrackState.CONFIRMED, TrackState.COASTING)
        }
        rests = self.rests.of(picture, np.unique(known.track[known.soon + known.inside > 0.0]).tolist())
        continued = {int(number) for number in picture.continues if number >= 0}
        alike = undecided(forecast)
        alerts = []
        for k, place in enumerate(self.places):
            rows: Ints = np.flatnonzero(known.place == k).astype(np.int64)
            standing = self.standing[place.name]
            observation = observed.get(place.name, "blind")
            self._hold(standing, known, rows, rests, picture.time_ns, flying | continued, observation)
            still = bool(lingering[k] or inside[k] >= self.rules.linger * self.rules.inside_chance)
            standing.quiet_ns = -1 if still else lived_ns if standing.quiet_ns < 0 else standing.quiet_ns
            signs = Signs(
                inside=bool(inside[k] >= self.rules.inside_chance),
                due=bool(due[k]),
                coming=bool(soon[k] >= self.rules.watch_chance),
                lingering=still,
                near=bool(soon[k] >= self.rules.linger * self.rules.watch_chance),
                held=bool(standing.held),
                seen_clear=observation == "seen clear",
                settled=self._settled(standing),
                quiet=0 <= standing.quiet_ns <= lived_ns - round(self.rules.quiet_s * SECOND_NS),
                ended=place.name in self.ending,
            )
            self._follow(place.name, standing, signs, picture.time_ns)
            alerts.append(self._alert(place, standing, known, rows, float(in_time[k]), observation, picture, alike))
        self.ending = {}
        return tuple(alerts)

    def endangering(self) -> dict[int, tuple[str, ...]]:
        """Tracks that weigh in places at watch or more, with those places; the most dangerous track first."""
        worst: dict[int, float] = {}
        places: dict[int, tuple[str, ...]] = {}
        for name, standing in self.standing.items():
            if standing.stage < Stage.WATCH:
                continue
            least = WEIGHS * max((near.danger for near in standing.near.values()), default=0.0)
            for track, near in standing.near.items():
                if near.danger >= least:
                    worst[track] = max(worst.get(track, 0.0), near.danger)
                    places[track] = (*places.get(track, ()), name)
        return {track: places[track] for track in sorted(worst, key=lambda track: (-worst[track], track))}

    def _settled(self, standing: Standing) -> bool:
        """Has the stage stood for its least time? It works downwards only."""
        rules = self.rules
        least_s = {Stage.WATCH: rules.watch_least_s, Stage.ALL_CLEAR: rules.clear_least_s, Stage.QUIET: 0.0}
        wanted_s = least_s.get(Stage(standing.stage), rules.warning_least_s)
        return self.lived_ns - standing.stood_ns >= round(wanted_s * SECOND_NS)

    def _follow(self, place: str, standing: Standing, signs: Signs, time_ns: int) -> None:
        before = Stage(standing.stage)
        after, rule = follow(before, signs)
        standing.before = before
        if after == before:
            return
        if after >= Stage.WATCH and (not standing.event or before == Stage.ALL_CLEAR):  # the all clear ended its event
            standing.event = f"{place}@{time_ns}"
        standing.stage, standing.since_ns, standing.stood_ns = after, time_ns, self.lived_ns
        standing.rule = rule if rule != "ended by an authority" else self.ending[place]
        if after == Stage.QUIET:
            standing.event = ""
        if after == Stage.ALL_CLEAR:
            standing.held = {}

    def _hold(
        self,
        standing: Standing,
        known: Dangers,
        rows: Ints,
        rests: Mapping[int, Rest],
        now_ns: int,
        flying: set[int],
        observation: str,
    ) -> None:
        """Tracks that were dangerous and are gone hold the place until it was seen clear, or they must have landed."""
        threats = self.rules.threats
        for track, one in standing.near.items():
            if track not in flying and track not in standing.held and one.danger >= self.rules.hold_chance:
                flight_s = next(threat.flight_s for threat in threats if threat.name == one.kind)
                until_ns = self.lived_ns + round(flight_s * SECOND_NS)
                standing.held[track] = Held(track, one.kind, now_ns, until_ns, one.danger, rest=one.rest)
        for held in standing.held.values():
            clear = observation == "seen clear"
            held.clear_since_ns = -1 if not clear else self.lived_ns if held.clear_since_ns < 0 else held.clear_since_ns
        quiet_ns = round(self.rules.quiet_s * SECOND_NS)
        standing.held = {
            track: held
            for track, held in standing.held.items()
            if track not in flying
            and self.lived_ns < held.until_ns
            and not 0 <= held.clear_since_ns <= self.lived_ns - quiet_ns
        }
        danger = np.maximum(known.soon[rows], known.inside[rows])
        rows, danger = rows[danger > 0.0], danger[danger > 0.0]
        tracks = known.track[rows].tolist()
        standing.near = {
            track: Near(threats[kind].name, chance, rests.get(track, NOTHING))
            for track, kind, chance in zip(tracks, known.kind[rows].tolist(), danger.tolist(), strict=True)
        }

    def _alert(
        self,
        place: Place,
        standing: Standing,
        known: Dangers,
        rows: Ints,
        chance: float,
        observation: str,
        picture: Picture,
        alike: Mapping[int, tuple[str, ...]],
    ) -> Alert:
        threats = self.rules.threats
        rows = rows[known.soon[rows] + known.inside[rows] > 0.0]
        order = rows[np.argsort(-known.soon[rows], kind="stable")][:REASONS_MAX].tolist()
        serious = [q for q in order if known.soon[q] >= min(self.rules.hold_chance, known.bound[q])]
        least = WEIGHS * float(known.soon[order].max(initial=0.0))
        named = [q for q in order if q in serious or known.soon[q] >= least]
        reasons = [
            replace(
                _told(
                    track,
                    threats[known.kind[q]].name,
                    float(known.soon[q]),
                    _three(known, q),
                    standing.near[track].rest,
                ),
                existence=float(picture.existence[known.row[q]]),
                undecided=_others(alike.get(track, ()), place.name),
            )
            for q, track in zip(named, known.track[named].tolist(), strict=True)
        ]
        reasons += [
            replace(_told(held.track, held.kind, held.danger, NEVER_S, held.rest), held=True)
            for held in standing.held.values()
        ]
        first = min(serious or order, key=lambda q: known.arrival_s[q, 0], default=None)
        arrival = NEVER_S if first is None else _three(known, first)
        return Alert(
            time_ns=picture.time_ns,
            place=place.name,
            event=standing.event,
            stage=Stage(standing.stage).name.lower().replace("_", " "),
            before=Stage(standing.before).name.lower().replace("_", " "),
            rule=standing.rule,
            since_ns=standing.since_ns,
            lane=self._lane(place, standing, known, serious),
            chance=chance,
            arrival_s=arrival,
            observation=observation,
            reasons=tuple(reasons),
        )

    def _lane(self, place: Place, standing: Standing, known: Dangers, serious: list[int]) -> str:
        """No time for two people: fast."""
        if standing.stage not in (Stage.WARNING, Stage.UNDER_WAY):
            return ""
        threats = self.rules.threats
        fast = any(threats[known.kind[q]].fast or known.arrival_s[q, 0] - place.action_time_s < FAST_S for q in serious)
        return "fast" if fast else "slow"

    def dump(self) -> bytes:
        """Everything; `load` continues bit for bit."""
        parts = (DUMP_FORMAT, self.standing, self.ending, self.lived_ns, self.last_ns)
        plain = msgspec.to_builtins(parts, str_keys=True, order="deterministic")
        return msgspec.msgpack.encode(plain)

    @classmethod
    def load(cls, places: tuple[Place, ...], rules: Alerting, dumped: bytes, sensors: Sequence[Sensor] = ()) -> "Board":
        """The board that `dump` wrote. Raises StateError when this version cannot read it."""
        made = cls(places, rules, sensors)
        try:
            kind = tuple[int, dict[str, Standing], dict[str, str], int, int]
            version, standing, ending, lived_ns, last_ns = msgspec.msgpack.decode(dumped, type=kind, strict=False)
        except msgspec.MsgspecError as error:
            message = f"this board's dump cannot be read ({error}): replay from the start of the ledger instead"
            raise StateError(message) from error
        if version != DUMP_FORMAT:
            message = f"a board's dump of format {version}, this tocsin reads {DUMP_FORMAT}: replay instead"
            raise StateError(message)
        made.standing.update({name: one for name, one in standing.items() if name in made.standing})
        made.ending, made.lived_ns, made.last_ns = ending, lived_ns, last_ns
        return made


def reached(known: Dangers, places: int, share: float) -> Flags:
    """(places,) does the danger of any class, in time to act, reach its p*, times `share`?"""
    reached = np.zeros(places, dtype=np.bool_)
    for kind in np.unique(known.kind).tolist():
        rows = known.kind == kind
        danger = together(known.in_time[rows], known.place[rows], places)
        bound = np.full(places, np.inf)
        np.minimum.at(bound, known.place[rows], known.bound[rows])
        reached |= danger >= share * bound
    return reached


def _told(track: int, kind: str, danger: float, arrival_s: tuple[float, float, float], rest: Rest) -> Reason:
    names, witnesses = rest.names, rest.witnesses
    return Reason(track, kind, danger, arrival_s, paths=len(names), path_names=names, witnesses=witnesses)


def _others(alike: tuple[str, ...], place: str) -> tuple[str, ...]:
    """Where it may as well be meant for; nothing where this place is not among them."""
    return tuple(name for name in alike if name != place) if place in alike else ()


def _three(known: Dangers, row: int) -> tuple[float, float, float]:
    early, middle, late = known.arrival_s[row].tolist()
    return early, middle, late


def changed(alerts: tuple[Alert, ...]) -> Mapping[str, Alert]:
    """Those that stand otherwise than at the last Tick."""
    return {alert.place: alert for alert in alerts if alert.stage != alert.before}
