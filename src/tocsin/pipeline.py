"""`advance`: the whole system in one function. Only this module knows the order of the stages.

    Scan  -> tracking                    Tick -> report: picture, health -> forecast -> alerts, digest
    Order -> whoever it concerns         hurry: a Tick between two, for what cannot wait

Time comes in with the item, never from a clock; so the same function runs live, in replay and in tests, and a replay
is a test and evidence. The runner alone owns the state; what comes out is read-only.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isnan

import msgspec

from tocsin import wire
from tocsin.alerts.board import LEAP_NS, Board
from tocsin.alerts.haste import Haste
from tocsin.alerts.release.desk import Desk
from tocsin.alerts.release.releases import Releases
from tocsin.ends import Outlook
from tocsin.errors import OrderRefused, SettingError, StateError
from tocsin.forecast.forecaster import Forecaster
from tocsin.messages import (
    Alert,
    Answer,
    Explanation,
    Health,
    Item,
    Notice,
    Order,
    Picture,
    PlaceHealth,
    Scan,
    SensorHealth,
    Statement,
    Step,
    Tick,
)
from tocsin.models.account import SensorAccount
from tocsin.models.moving import place_now
from tocsin.models.young import Young
from tocsin.settings import BOUNDS, Settings
from tocsin.tracking.arriving.young import young
from tocsin.tracking.handwork.book import Book
from tocsin.tracking.learning.doubt import WORDS, learnt
from tocsin.tracking.tracker import Tracker
from tocsin.tracking.unseen.observation import Coverage
from tocsin.tracking.watch import Watch

DUMP_FORMAT = 2
# So many are worked in at once, whether or not somebody asks. More than one second's: a second cut between two feeds
# is worked twice, because the rows of the other feed then came after their place was passed.
SCANS_WAITING, ROWS_WAITING = 1_024, 32_768
HURRY_NS = 250_000_000  # so much of the picture's time between two Ticks at least
OUTLOOK_MAX = 30  # tracks whose areas are shown unasked; each costs two milliseconds
ANSWERS_KEPT = 10_000  # an order's key is remembered this long; the oldest is forgotten first
# What an order may do, and who may give it (server.roles holds the table that the edge checks).
ACTIONS: Mapping[str, str] = {
    "set": "change one number of settings.BOUNDS; subject: its name, arguments: value",
    "mark": "call a track something; subject: its number, arguments: mark",
    "merge": "say that two tracks are one thing; subject: the number that stays, arguments: with (the other number)",
    "split": "take merging back, or say how many fly there; subject: a number, arguments: count",
    "classify": "say what a track is; subject: its number, arguments: class (nothing takes it back)",
    "note": "write a note into the evidence; subject: what it is about, arguments: text",
    "acknowledge": "say that an annunciation was seen; subject: its id, arguments: seen (how often it had sounded)",
    "shelve": "be quiet about an annunciation for a while; subject: its id, arguments: minutes",
    "release": "confirm a public alert, as one of two; subject: its identifier, arguments: also (more, with spaces)",
    "cancel": "take back what was sent in error; subject: the identifier of a released public statement",
    "end": "all clear by authority, proof or not; subject: a place, arguments: event",
    "sign": "sign a new standing order; subject: its name, arguments: what it allows",
    "countersign": "sign a standing order as its second person; subject: its name",
    "stop": "stop a standing order; subject: its name",
    "duty": "come on duty or go off: who is on duty is asked to release; subject: on or off",
    "cue": "a launch was reported; subject: by whom",
    "halt": "stop an exercise, because a place is really at warning; subject: that place",
}
RELEASING = frozenset(ACTIONS) - {"set", "mark", "note", "merge", "split", "classify"}
MARKS = ("", "unknown", "friend", "neutral", "suspect", "hostile")


@dataclass(slots=True)
class State:
    """All that the system remembers between items. `declared`: the digest of the site that it began with."""

    settings: Settings
    declared: bytes
    tracker: Tracker
    watch: Watch
    coverage: Coverage
    forecaster: Forecaster
    board: Board
    releases: Releases
    now_ns: int = 0
    marks: dict[int, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    sensors: dict[str, SensorHealth] = field(default_factory=dict)
    places: dict[str, PlaceHealth] = field(default_factory=dict)
    book: Book = field(default_factory=Book)  # what people said of tracks by hand
    waiting: list[Scan] = field(default_factory=list)  # heard, and worked in together by `catch_up`
    haste: Haste = field(init=False)  # this and the next decide nothing, and are not kept
    heard_ns: int = 0  # when the newest scan came
    rows_waiting: int = 0

    def __post_init__(self) -> None:
        self.haste = Haste(self.settings.places, self.settings.alerting, self.settings.frame)

    def catch_up(self) -> None:
        """Work in what waits. When that is done changes no bit; whoever asks what is known does it first."""
        if self.waiting:
            scans, self.waiting, self.rows_waiting = self.waiting, [], 0
            self.tracker.advance_all(scans)

    @classmethod
    def of(cls, settings: Settings) -> "State":
        """A state that has seen nothing."""
        settings = wire.decode_settings(wire.encode_settings(settings))  # as a dump would give them back: 30 is 30.0
        watch = Watch.of(settings.sensors, settings.watching)
        tracker = Tracker(settings)
        return cls(
            settings,
            declared(settings),
            tracker,
            watch,
            Coverage.of(settings, tracker.state.unseen),
            Forecaster(settings),
            Board(settings.places, settings.alerting, settings.sensors),
            Releases(settings),
        )

    def renewed(self, settings: Settings) -> "State":
        """A state by other settings that knows nothing of the sky, and gives out no track number a second time."""
        self.catch_up()
        state = State.of(settings)
        state.tracker.number_from(self.tracker.next_number)
        state.now_ns, state.answers = self.now_ns, dict(self.answers)
        state.releases = self.releases.renewed(state.settings)
        return state

    def dump(self) -> bytes:
        """Everything; `load` continues bit for bit."""
        self.catch_up()
        parts = {
            "format": DUMP_FORMAT,
            "settings": wire.encode_settings(self.settings),
            "declared": self.declared,
            "tracker": self.tracker.dump(),
            "watch": self.watch.dump(),
            "forecaster": self.forecaster.dump(),
            "board": self.board.dump(),
            "releases": self.releases.dump(),
            "now_ns": self.now_ns,
            "marks": sorted(self.marks.items()),
            "answers": list(self.answers.values()),
            "sensors": list(self.sensors.values()),
            "places": list(self.places.values()),
            "book": self.book.dump(),
        }
        return msgspec.msgpack.encode(parts, order="deterministic")

    @classmethod
    def load(cls, dumped: bytes) -> "State":
        """The state that `dump` wrote. Raises StateError when this version cannot read it."""
        try:
            parts = msgspec.msgpack.decode(dumped, type=_Dumped)
        except msgspec.MsgspecError as error:
            message = f"this dump cannot be read: {error}; replay from the start of the ledger instead"
            raise StateError(message) from error
        if parts.format != DUMP_FORMAT:
            message = f"a dump of format {parts.format}, this tocsin reads {DUMP_FORMAT}: replay from the start instead"
            raise StateError(message)
        settings = wire.decode_settings(parts.settings)
        tracker = Tracker.load(settings, parts.tracker)
        return cls(
            settings,
            parts.declared,
            tracker,
            Watch.load(settings.sensors, settings.watching, parts.watch),
            Coverage.of(settings, tracker.state.unseen),
            Forecaster.load(settings, parts.forecaster),
            Board.load(settings.places, settings.alerting, parts.board, settings.sensors),
            Releases.load(settings, parts.releases),
            parts.now_ns,
            dict(parts.marks),
            {answer.key: answer for answer in parts.answers},
            {health.sensor: health for health in parts.sensors},
            {health.place: health for health in parts.places},
            Book.load(parts.book),
        )

    def digest(self) -> bytes:
        """SHA-256 over all that decides what happens next; equal digests mean equal futures."""
        self.catch_up()
        known = hashlib.sha256(self.tracker.digest())
        known.update(self.watch.dump())
        known.update(self.forecaster.digest())
        known.update(self.board.dump())
        known.update(self.releases.dump())
        known.update(wire.encode_settings(self.settings))
        marks, answers = sorted(self.marks.items()), list(self.answers.values())
        rest = (marks, answers, list(self.sensors.values()), list(self.places.values()), self.book.dump())
        known.update(msgspec.msgpack.encode(rest, order="deterministic"))
        return known.digest()


class _Dumped(msgspec.Struct):
    format: int
    settings: bytes
    declared: bytes
    tracker: bytes
    watch: bytes
    forecaster: bytes
    board: bytes
    releases: bytes
    now_ns: int
    marks: list[tuple[int, str]]
    answers: list[Answer]
    sensors: list[SensorHealth]
    places: list[PlaceHealth]
    book: tuple[list[tuple[int, int]], list[tuple[int, str]], list[tuple[int, int]]] = ([], [], [])


def declared(settings: Settings) -> bytes:
    """The digest of a site's settings: two that are equal were declared alike."""
    plain = wire.decode_settings(wire.encode_settings(settings))
    return hashlib.sha256(wire.encode_settings(plain)).digest()


def advance(state: State, item: Item) -> Step:
    """Work one item in and say what came of it. Settings are part of the state: a change is an Order."""
    match item:
        case Scan():
            return _scan(state, item)
        case Tick():
            return _tick(state, item)
        case Order():
            return _order(state, item)


def look(state: State, time_ns: int) -> Picture:
    """The picture at a time, for showing between ticks. It changes no bit of the state."""
    state.catch_up()
    picture = state.tracker.picture(time_ns)
    if state.marks:
        marks = tuple(state.marks.get(int(number), "") for number in picture.track)
        picture = replace(picture, mark=marks)
    return state.book.laid(picture)


def hurry(state: State, taken_ns: int) -> Tick | None:
    """A Tick that should be worked in now, because something new leaves no time until the next one. Changes no bit.

    `taken_ns`: all that came before it has been worked in. Scans that wait are not read for this (who looks at the
    picture reads them) unless something fast and new flies. The Tick is an item, so a replay need not ask.
    """
    haste, heard_ns = state.haste, state.heard_ns
    if not state.now_ns < taken_ns - HURRY_NS or not state.now_ns or (state.waiting and not haste.watching):
        return None
    if heard_ns == haste.asked_ns and not haste.watching:
        return None
    state.catch_up()
    haste.asked_ns = heard_ns
    urgent = haste.asks(_young(state)) or (haste.watching and state.tracker.state.looks.waits(taken_ns))
    return Tick(taken_ns) if urgent else None


def _young(state: State) -> Young:
    return young(state.tracker.state, state.tracker.model.classes.names)


def explain(state: State, track: int) -> Explanation:
    """Which detections made a track, with their weights, and what was refused meanwhile. It changes no bit."""
    state.catch_up()
    return state.tracker.explain(track)


def desk(state: State) -> Desk:
    """What the people at the desk see: statements, standing orders, annunciations. It changes no bit."""
    return state.releases.desk()


def outlook(state: State, picture: Picture | None = None, chosen: tuple[int, ...] = ()) -> Outlook:
    """Where the `chosen` tracks, or those that endanger something, may be, come down and came from. Changes no bit."""
    state.catch_up()
    picture = picture or look(state, state.now_ns)
    endangering = state.board.endangering()
    tracks = chosen or tuple(dict.fromkeys((*endangering, *state.forecaster.falls)))
    return state.forecaster.outlook(picture, {track: endangering.get(track, ()) for track in tracks[:OUTLOOK_MAX]})


def account(state: State, sensor: str) -> SensorAccount:
    """What is believed of a sensor of the site, and on what grounds. It changes no bit. Raises KeyError for others."""
    tracker = state.tracker.state
    index = {one.name: s for s, one in enumerate(state.settings.sensors)}[sensor]
    health = state.sensors.get(sensor) or next(one for one in state.watch.seen(state.now_ns) if one.sensor == sensor)
    times, columns = tracker.learner.residuals.of(index)
    place = place_now(tracker.whereabouts.newest()[index], state.settings.frame, state.now_ns)
    return SensorAccount(state.now_ns, health, place, tracker.learner.table(sensor), times, columns)


def _scan(state: State, scan: Scan) -> Step:
    """Hear it. One of two plots costs as much to read as one of hundreds: those between two looks are read together."""
    state.watch.hear(scan)
    state.waiting.append(scan)
    state.heard_ns = max(state.heard_ns, scan.received_ns)
    state.rows_waiting += len(scan.detections)
    if len(state.waiting) >= SCANS_WAITING or state.rows_waiting >= ROWS_WAITING:
        state.catch_up()
    return Step(scan.received_ns)


def _tick(state: State, tick: Tick) -> Step:
    state.catch_up()
    leapt_s = (tick.time_ns - state.now_ns) / 1e9 if state.now_ns else 0.0
    state.now_ns = max(state.now_ns, tick.time_ns)
    notices = list(state.tracker.tick(tick.time_ns))
    if not 0.0 <= leapt_s <= LEAP_NS / 1e9:
        text = f"time went on by {leapt_s:.0f} s at once: none of it counts as quiet, and no alert ends by it"
        notices.append(Notice(tick.time_ns, "clock", "tick", text))
    for refusal in state.tracker.refusals():
        state.watch.refuse(refusal.feed, refusal.reason, refusal.count)
    sensors = state.tracker.noted(
        learnt(state.watch.tick(tick.time_ns), state.tracker.learnt(), state.settings.sensors), tick.time_ns
    )
    fresh = {health.sensor: health.state == "fresh" for health in sensors}
    periods = state.settings.watching.expired_periods
    places = state.coverage.observe(state.tracker.state.unseen, fresh, tick.time_ns, state.places, periods)
    notices += _changes(state, sensors, places, tick.time_ns)
    state.sensors = {health.sensor: health for health in sensors}
    state.places = {health.place: health for health in places}
    health = Health(tick.time_ns, sensors, places, dict(state.watch.refusals), dict(state.tracker.counters()))
    picture = look(state, tick.time_ns)
    state.book.inherit(picture)
    for number in picture.ended:
        state.marks.pop(int(number), None)
    alerts, statements, said = _decide(state, picture, health)
    state.haste.decide(_young(state))
    notices += [_told(alert) for alert in alerts if alert.stage != alert.before]
    notices += said
    return Step(
        tick.time_ns, tuple(notices), picture=picture, health=health, alerts=alerts, statements=statements,
        digest=state.digest(),
    )  # fmt: skip


def _decide(
    state: State, picture: Picture, health: Health
) -> tuple[tuple[Alert, ...], tuple[Statement, ...], tuple[Notice, ...]]:
    """How every place stands now, and what is said of it. Without places nothing is forecast."""
    if not state.settings.places:
        return (), *state.releases.step((), None, picture.time_ns)
    forecast = state.forecaster.forecast(picture)
    alerts = state.board.step(forecast, picture, health)
    return alerts, *state.releases.step(alerts, forecast, picture.time_ns)


def _told(alert: Alert) -> Notice:
    """A change of stage in words, with its reasons."""
    tracks = ", ".join(f"{one.kind} {one.track}{' (lost)' if one.held else ''}" for one in alert.reasons[:5])
    soon = "" if isnan(alert.arrival_s[1]) else f"; first entry likely in {alert.arrival_s[1]:.0f} s"
    because = f"{alert.rule}: {tracks}{soon}" if tracks else alert.rule
    return Notice(alert.time_ns, "stage", alert.place, f"{alert.before} -> {alert.stage}; {because}")


def _changes(
    state: State, sensors: tuple[SensorHealth, ...], places: tuple[PlaceHealth, ...], time_ns: int
) -> list[Notice]:
    """A line of evidence for each sensor and place that now stands otherwise than at the last tick."""
    notices = []
    for health in sensors:
        before = state.sensors.get(health.sensor)
        if before is not None and before.state != health.state:
            notices.append(Notice(time_ns, "sensor", health.sensor, f"{before.state} -> {health.state}"))
        if before is not None and WORDS in health.note and WORDS not in before.note:
            notices.append(Notice(time_ns, "sensor", health.sensor, health.note))
    for place in places:
        was = state.places.get(place.place)
        if was is None or was.observation != place.observation:
            notices.append(Notice(time_ns, "place", place.place, f"{place.observation}: {place.reason}"))
    return notices


def _order(state: State, order: Order) -> Step:
    """Carry an order out once; the same key again gets the first answer and has no second effect."""
    if order.key in state.answers:
        return Step(order.time_ns, answers=(state.answers[order.key],))
    state.catch_up()
    notices: tuple[Notice, ...] = ()
    statements: tuple[Statement, ...] = ()
    try:
        if order.action in RELEASING:
            text, statements, notices = state.releases.order(order, state.board.ending)
        else:
            text = _carry_out(state, order)
    except (OrderRefused, SettingError) as error:
        answer = Answer(order.time_ns, order.key, accepted=False, reason=str(error))
    else:
        answer = Answer(order.time_ns, order.key, accepted=True, reason=text)
        did = Notice(order.time_ns, order.action, order.subject, f"{text} (by {order.person}: {order.reason})")
        notices = (did, *notices)
    state.answers[order.key] = answer
    while len(state.answers) > ANSWERS_KEPT:
        del state.answers[next(iter(state.answers))]
    return Step(order.time_ns, notices, answers=(answer,), statements=statements)


def _carry_out(state: State, order: Order) -> str:
    match order.action:
        case "set":
            return _set(state, order.subject, order.arguments.get("value", ""), order.arguments.get("seen", ""))
        case "mark":
            return _mark(state, order)
        case "merge":
            other = _track(state, order.arguments.get("with", ""))
            return state.book.merge(_track(state, order.subject), other, look(state, state.now_ns))
        case "split":
            return state.book.split(_track(state, order.subject), _whole(order.arguments.get("count", "1")))
        case "classify":
            track = _unchanged(state, order)
            return state.book.classify(track, order.arguments.get("class", ""), look(state, state.now_ns).classes)
        case "note":
            return order.arguments.get("text", "")
        case _:
            message = f"action {order.action!r} is unknown; expected one of {', '.join(ACTIONS)}"
            raise OrderRefused(message)


def _set(state: State, name: str, value: str, seen: str = "") -> str:
    if name not in BOUNDS:
        message = f"{name!r} may not be changed while running; these may: {', '.join(BOUNDS)}"
        raise SettingError(message)
    lowest, highest, reason = BOUNDS[name]
    try:
        number = float(value)
    except ValueError as error:
        message = f"{name} = {value!r} is no number; give one from {lowest} to {highest}"
        raise SettingError(message) from error
    if not lowest <= number <= highest:
        message = f"{name} = {number} is outside {lowest} to {highest}: {reason}"
        raise SettingError(message)
    stage, key = name.split(".")
    changed = replace(getattr(state.settings, stage), **{key: number})
    tracking = changed if stage == "tracking" else state.settings.tracking
    if tracking.release_existence >= tracking.confirm_existence:
        message = f"{name} = {number}: release_existence must stay below confirm_existence; change the other one first"
        raise SettingError(message)
    before = getattr(getattr(state.settings, stage), key)
    if seen and float(seen) != before:
        message = f"{name} was {seen} when you looked and is {before} now: look again, then give the order anew"
        raise SettingError(message)
    state.settings = replace(state.settings, **{stage: changed})
    state.tracker.settings = state.settings
    state.watch.settings = state.settings.watching
    return f"{name}: {before} -> {number}"


def _mark(state: State, order: Order) -> str:
    mark = order.arguments.get("mark", "")
    if mark not in MARKS:
        message = f"mark {mark!r} is unknown; expected one of {', '.join(MARKS[1:])}, or nothing to take it back"
        raise OrderRefused(message)
    track = _unchanged(state, order)
    state.marks[track] = mark
    return f"track {track}: {mark or 'mark taken back'}"


def _track(state: State, words: str) -> int:
    """The number of a track that is in the picture, or hidden behind another one by hand."""
    numbers = {int(number) for number in state.tracker.picture(state.now_ns).track} | set(state.book.same.values())
    if not words.isdecimal() or int(words) not in numbers:
        message = f"no track {words!r} in the picture now; look it up again, it may have ended"
        raise OrderRefused(message)
    return int(words)


def _unchanged(state: State, order: Order) -> int:
    """The track of an order whose giver saw what is there now: `seen_class` and `seen_mark`, where they were sent."""
    track = _track(state, order.subject)
    mark = order.arguments.get("seen_mark")
    if mark is not None and mark != state.marks.get(track, ""):
        now = state.marks.get(track, "") or "nothing"
        message = f"somebody marked track {track} as {now} while you decided: look again, then give the order anew"
        raise OrderRefused(message)
    picture = look(state, state.now_ns)
    rows = [row for row, number in enumerate(picture.track.tolist()) if number == track]
    seen = order.arguments.get("seen_class")
    if seen is not None and rows and picture.classes[picture.class_index[rows[0]]] != seen:
        now = picture.classes[picture.class_index[rows[0]]]
        message = f"track {track} was {seen} when you looked and is {now} now: look again, then give the order anew"
        raise OrderRefused(message)
    return track


def _whole(words: str) -> int:
    if not words.isdecimal():
        message = f"count = {words!r} is no whole number: say how many fly there"
        raise OrderRefused(message)
    return int(words)
