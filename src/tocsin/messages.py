"""READ FIRST: the frozen records that stages pass on.

    feeds        tracking             ledger, server
    bytes ->     Scan    ->    Picture, Health  ->  Entry, the live map
                 Tick, Order  (time passing; what a named person did)

A stage knows these nouns and never another stage. Arrays are read-only (see `freeze`), times are int64 nanoseconds
UTC, angles radians, lengths metres, speeds metres per second. NaN means "not measured"; a column that nobody measured
is absent. Places are given in the site's frame: ECEF metres on the earth, or east, north, up in a `local` frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Bytes8 = NDArray[np.uint8]
Flags = NDArray[np.bool_]

NOTHING: Mapping[str, Floats] = MappingProxyType({})
NO_TEXTS: Mapping[str, tuple[str | None, ...]] = MappingProxyType({})
NO_CLASSES: Floats = np.zeros((0, 0))
NO_COUNTS: Mapping[str, int] = MappingProxyType({})
NO_INTS, NO_INDICES, NO_FLOATS = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0)

# What a detection may carry as numbers. Each may also come as `<name>_sigma`, which overrides the sensor's own sigma.
MEASURED: tuple[str, ...] = (
    "range_m",  # slant range from the sensor
    "azimuth_rad",  # from true north at the sensor, clockwise
    "elevation_rad",  # above the sensor's local horizontal
    "range_rate_mps",  # positive when the target recedes
    "latitude_rad",  # WGS 84, geodetic
    "longitude_rad",
    "altitude_m",  # above the WGS 84 ellipsoid
    "pressure_altitude_m",  # above 1013.25 hPa: never mixed with altitude_m
    "east_m",  # in a `local` frame
    "north_m",
    "up_m",
    "velocity_east_mps",
    "velocity_north_mps",
    "velocity_up_mps",
)
# Numbers that are no measurement of place.
ATTRIBUTES: tuple[str, ...] = ("time_sigma_s", "class_confidence", "amplitude_db")
# What a detection may carry as words. `source_track`: the track number that another tracker gave ("25/100:1234").
TEXTS: tuple[str, ...] = ("identity", "callsign", "squawk", "class", "report", "source_track")


@dataclass(frozen=True, slots=True)
class Packet:
    """Bytes as a transport moved them: one datagram, or a piece of a stream of any length. `origin` says from where."""

    received_ns: int
    data: bytes
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that came and could not be used: kept with its reason, counted, shown; never dropped silently.

    `reason` is short and stable, so that it can be counted ("asterix: truncated record"); `detail` teaches: what came,
    what was expected, what to do. `data` holds the first 4,096 offending bytes, `length` how many there were.
    """

    time_ns: int
    feed: str
    reason: str
    detail: str
    data: bytes = b""
    length: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class SensorStatus:
    """What a sensor or its feed says of itself: its place, its turn, its edition. Absent values are None."""

    time_ns: int
    sensor: str
    period_s: float | None = None
    latitude_rad: float | None = None
    longitude_rad: float | None = None
    altitude_m: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sweeps:
    """When, and where, sensors looked: s rows. A sweep may have no detection; that is information too.

    `sensor` indexes Scan.sensors. `number` tells the sweeps of one sensor apart (a turn, a scan number; -1 unknown).
    The sector looked at runs clockwise from `azimuth_from_rad` to `azimuth_to_rad`; NaN means all around.
    `survey` is False where silence says nothing (ADS-B, people): "not a survey".
    """

    sensor: Indices
    number: Ints
    start_ns: Ints
    end_ns: Ints
    azimuth_from_rad: Floats
    azimuth_to_rad: Floats
    survey: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """n detections as columns, in the order in which they came.

    `sweep` indexes the sweeps of the same Scan, `time_ns` is when it was measured, `received_ns` when its last byte
    came. `values` maps names of MEASURED (and `<name>_sigma`) and ATTRIBUTES to n numbers, `texts` maps names of TEXTS
    to n words or None.
    """

    sweep: Indices
    time_ns: Ints
    received_ns: Ints
    values: Mapping[str, Floats] = field(default_factory=lambda: NOTHING)
    texts: Mapping[str, tuple[str | None, ...]] = field(default_factory=lambda: NO_TEXTS)

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A batch from one feed. How a stretch of input is cut into scans changes no bit of the picture.

    `sensors` are names as the site knows them or, for a source that the site does not name, as the feed prints them
    ("asterix 25/11"). `raw_sha256` is the digest of the bytes that were decoded (empty when there were none), so that
    an outside recording can be matched with the evidence.
    """

    feed: str
    received_ns: int
    sensors: tuple[str, ...]
    sweeps: Sweeps
    detections: Detections
    statuses: tuple[SensorStatus, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    raw_sha256: bytes = b""
    raw_length: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passing, once a second. It alone ages sensors, tracks and *seen clear*: total silence turns places blind."""

    time_ns: int


@dataclass(frozen=True, slots=True)
class Order:
    """What a named person did. Authorised at the edge, decided in `advance`, durable before it is answered.

    `action` is one of pipeline.ACTIONS, `subject` what it concerns (a track number, a setting), `arguments` its words.
    `key` is the client's own identifier: the same key twice has one effect.
    """

    time_ns: int
    key: str
    person: str
    role: str
    action: str
    subject: str
    arguments: Mapping[str, str]
    reason: str = ""
    session: str = ""  # of the person who signed in; a machine's token has none, and approves nothing


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an Order: accepted or refused, and why."""

    time_ns: int
    key: str
    accepted: bool
    reason: str


Item = Scan | Tick | Order


class TrackState(IntEnum):
    """How a track stands in the picture. Confirmed by existence, with hysteresis; coasting: not seen when it should."""

    TENTATIVE = 0
    CONFIRMED = 1
    COASTING = 2
    LOST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """All tracks at one time, as columns of n rows, sorted by track number.

    `frame` is "earth" (ECEF) or "local" (east, north, up). `covariance` holds the upper triangle, row by row, of the
    6x6 covariance of (position, velocity) in that frame. `existence` is the probability that something is there.
    `last_sensor` indexes `sensors` (-1: none). `continues` is the lost track that this one probably goes on (-1: none),
    `swapped` a track whose number this one may hold by mistake (-1: none). `group_min`: at least so many fly there.
    `class_index` indexes `classes`; `class_probability` holds the whole distribution (0 columns: nobody thought of it).
    `corroborated` is False where a single self-reporting source is the only witness.
    `mark` is what a named person called it ("" none). `ended` lists numbers that left the picture since the last one.
    `witness_track` and `witness_sensor` (w rows, tracks ascending): whose detections made which track lately, how many
    since it was never long silent, and how many `recent` ones, fading within a minute. `sure`: how many detections of
    the last minutes were more likely the track's own than anything else's or nobody's (no rows: not told).
    """

    time_ns: int
    frame: str
    track: Ints
    position_m: Floats  # (n, 3)
    velocity_mps: Floats  # (n, 3)
    covariance: Floats  # (n, 21)
    existence: Floats
    state: Bytes8
    born_ns: Ints
    last_detection_ns: Ints
    last_sensor: Indices
    detections: Ints
    continues: Ints
    continues_probability: Floats
    swapped: Ints
    group_min: Indices
    class_index: Indices
    class_confidence: Floats
    corroborated: Flags
    identity: tuple[str | None, ...]
    callsign: tuple[str | None, ...]
    mark: tuple[str, ...]
    sensors: tuple[str, ...]
    classes: tuple[str, ...]
    ended: Ints
    lag_s: float = 0.0
    class_probability: Floats = field(default_factory=lambda: NO_CLASSES)  # (n, len(classes))
    witness_track: Ints = field(default_factory=lambda: NO_INTS)
    witness_sensor: Indices = field(default_factory=lambda: NO_INDICES)
    witness_detections: Ints = field(default_factory=lambda: NO_INTS)
    witness_recent: Floats = field(default_factory=lambda: NO_FLOATS)
    sure: Ints = field(default_factory=lambda: NO_INTS)

    def __len__(self) -> int:
        return len(self.track)


HORIZONS_S: tuple[float, ...] = (60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0)
QUANTILES: tuple[float, ...] = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """For tracks and places at one time: the chance and the time of entry into the place's ring. q pairs, p goals.

    `place` and `goal_place` index `places`. `chance` is P(entry within each of HORIZONS_S), `enters` P(entry within the
    hour), `quantile_s` the seconds to entry at each of QUANTILES, given that. Pairs that no future enters are left
    out. A goal is where a track may be meant for; several alike: undecided. `circling`: in circles, `along`: along a
    corridor. Where things fall and whence they came: `ends.Outlook`, made for who looks.
    """

    time_ns: int
    places: tuple[str, ...]
    track: Ints
    place: Indices
    chance: Floats  # (q, 6)
    enters: Floats  # (q,)
    quantile_s: Floats  # (q, 7)
    inside: Flags  # (q,)
    goal_track: Ints
    goal_place: Indices
    goal_chance: Floats
    circling: Ints
    corridors: tuple[str, ...] = ()
    along_track: Ints = field(default_factory=lambda: NO_INTS)
    along_corridor: Indices = field(default_factory=lambda: NO_INDICES)
    along_chance: Floats = field(default_factory=lambda: NO_FLOATS)

    def __len__(self) -> int:
        return len(self.track)


@dataclass(frozen=True, slots=True)
class Reason:
    """One track's part in a decision about a place."""

    track: int
    kind: str  # its class
    danger: float  # that it is there, means harm and enters in time
    arrival_s: tuple[float, float, float]  # 10, 50 and 90 % times of entry, given entry; NaN: not forecast
    held: bool = False  # it was lost, and may still be there
    paths: int = 0  # independent ones that it rests on: sensors that share no link, power, clock, owner (models.paths)
    path_names: tuple[str, ...] = ()  # a sensor for each of them
    undecided: tuple[str, ...] = ()  # places that it may as well be meant for
    witnesses: tuple[tuple[str, int], ...] = ()  # all sensors that made it lately, with their numbers of detections
    existence: float = float("nan")  # that it is there at all; NaN: it was lost


@dataclass(frozen=True, slots=True)
class Alert:
    """What to tell whom about one place: how it stands now, why, and since when.

    `event`: one id from the first warning to the all clear. `rule`: the sign that decided the last change. `lane`: fast
    where no time is left for two people, else slow, "" where nobody need be told. `chance`: of entry before it is late.
    """

    time_ns: int
    place: str
    event: str
    stage: str  # quiet, watch, warning, under way, all clear
    before: str
    rule: str
    since_ns: int
    lane: str
    chance: float
    arrival_s: tuple[float, float, float]  # of the first to come
    observation: str  # the second axis: seen clear, partly seen, blind
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of one place to one audience: drafted, released by people or a standing order, sent, superseded.

    `identifier` is stable: however often it is sent, it has one effect. `area` are closed rings of (latitude_rad,
    longitude_rad) as they were when it was drafted: a new scheme of zones changes nothing that was said.
    """

    time_ns: int  # since when it stands as it does
    identifier: str
    event: str  # the alert's: one from the first warning to the all clear
    place: str
    audience: str  # public, staff
    status: str  # actual, exercise, test
    kind: str  # alert, update, cancel ("sent in error", and nothing else)
    stage: str  # what it says: watch, warning, under way, all clear
    lane: str  # fast, slow
    state: str  # draft (nobody asked yet), asked (people are asked), released, withdrawn (another one took its place)
    decided_ns: int
    expires_ns: int  # an expiry is no all clear
    released_ns: int = 0
    released_by: tuple[str, ...] = ()  # the people, or the signers of the standing order
    authority: str = ""  # the standing order that released it, "staff" or "test" (nobody need be asked); "": people
    asked: tuple[str, ...] = ()  # who was asked so far; while it is asked, `released_by` are those who have confirmed
    references: tuple[tuple[str, int], ...] = ()  # identifier and released_ns of the unexpired ones of its event
    area: tuple[tuple[tuple[float, float], ...], ...] = ()
    area_km2: float = float("nan")
    people: float = float("nan")  # who live there, where the site says so
    note: str = ""  # why cancelled; what was not observed
    alert: Alert | None = None  # how the place stood when this was decided, with the reasons


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Which detections made a track: n columns, oldest first, the last 200 at most. Sums know of all.

    `weight` is the probability that the detection was this track's; for the one that began it, that something was
    there. `sensor` indexes `sensors`. `measured` maps names of MEASURED to n numbers, NaN where not measured.
    `detections` and `weights` are how many there were of each sensor, and the sum of their weights. `refused` is what
    was refused from 30 s before the first of these detections to 30 s after the last, of any sensor, with its reason.
    """

    track: int
    time_ns: Ints
    sensor: Indices
    weight: Floats
    measured: Mapping[str, Floats]
    sensors: tuple[str, ...]
    detections: Mapping[str, int]
    weights: Mapping[str, float]
    refused: tuple[Refusal, ...] = ()

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass(frozen=True, slots=True)
class SensorHealth:
    """What one sensor is worth now. `state`: "never", "fresh", "stale" (late by a period) or "expired" (by three)."""

    sensor: str
    kind: str
    state: str
    last_ns: int
    rate_hz: float
    clock_offset_s: float
    detections: int
    refused: int
    detection_probability: float = float("nan")
    clutter_per_scan: float = float("nan")
    down_weighted: bool = False
    note: str = ""
    range_bias_m: float = float("nan")  # what its plots have too much, as registration believes it, with its sigma
    azimuth_bias_rad: float = float("nan")
    elevation_bias_rad: float = float("nan")
    time_bias_s: float = float("nan")
    range_bias_m_sigma: float = float("nan")
    azimuth_bias_rad_sigma: float = float("nan")
    elevation_bias_rad_sigma: float = float("nan")
    time_bias_s_sigma: float = float("nan")


@dataclass(frozen=True, slots=True)
class GroupHealth:
    """A place and one group of things that may come: of how many of its twelve approaches it is clear.

    `undetected` is P(undetected | present within reach) on the worst approach, from the scans that really came.
    """

    group: str
    observation: str
    approaches: int
    undetected: float


@dataclass(frozen=True, slots=True)
class PlaceHealth:
    """Could something near this place have come unseen? "seen clear", "partly seen" or "blind", and why.

    `observation` is the worst over the groups that are threats; `groups` says it for each group by itself.
    """

    place: str
    observation: str
    reason: str
    since_ns: int
    groups: tuple[GroupHealth, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Who looked where, who is silent, what was refused or cut, at one time."""

    time_ns: int
    sensors: tuple[SensorHealth, ...]
    places: tuple[PlaceHealth, ...]
    refusals: Mapping[str, int] = field(default_factory=lambda: NO_COUNTS)
    counters: Mapping[str, int] = field(default_factory=lambda: NO_COUNTS)


@dataclass(frozen=True, slots=True)
class Notice:
    """A decision worth a line of evidence: a track confirmed, a sensor silent, a place blind, a setting changed."""

    time_ns: int
    kind: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of evidence: a message, its hash, the hash before it.

    `hash` covers `before`, the number, time, kind, format and the digest of `body`, so that a body whose time to be
    kept is over may be deleted while the chain still verifies.
    """

    number: int
    time_ns: int
    kind: str
    format: int
    body: bytes | None
    body_sha256: bytes
    before: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """What `advance` made of one item: decisions to keep; at a Tick also picture, health, alerts and a digest."""

    time_ns: int
    notices: tuple[Notice, ...] = ()
    answers: tuple[Answer, ...] = ()
    picture: Picture | None = None
    health: Health | None = None
    alerts: tuple[Alert, ...] = ()
    statements: tuple[Statement, ...] = ()  # those that now stand otherwise
    digest: bytes = b""


def freeze(message: Scan | Picture | Forecast) -> None:
    """Make every array of a message read-only: a stage that writes to what it was handed fails at once."""
    parts = (message.sweeps, message.detections) if isinstance(message, Scan) else (message,)
    for part in parts:
        for name in part.__slots__:
            column = getattr(part, name)
            if isinstance(column, np.ndarray):
                column.setflags(write=False)
    if isinstance(message, Scan):
        for column in message.detections.values.values():
            column.setflags(write=False)
