"""READ FIRST: what the people at the desk see: standing orders, annunciations, and the whole desk at one time."""

from dataclasses import dataclass

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Statement

JUMP_NS = 10 * SECOND_NS  # items may come so much out of order; what is farther ahead of now is of a clock that jumped
WARNED = ("warning", "under way")  # stages that may be public
RANK = {"quiet": 0, "all clear": 0, "watch": 1, "warning": 2, "under way": 3}


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """What two people allow to be released without waiting, where, of what, and until when.

    `state`: "signed" (by one), "in force", "stopped", "over". A name in `places` stands for all places inside it, too.
    With `sensor` one path is enough: that sensor, authenticated, after `detections_min` detections of the track.
    """

    name: str
    places: tuple[str, ...]
    classes: tuple[str, ...]
    chance_min: float  # of the danger from these classes, on enough paths
    area_km2_max: float
    people_max: float
    rate_per_hour: int
    from_ns: int
    until_ns: int
    signers: tuple[str, ...] = ()
    sensor: str = ""
    detections_min: int = 3
    false_alerts_per_year: float = float("nan")  # as measured for this rule
    measured: str = ""  # how, and on what
    state: str = "signed"
    extended: bool = False  # past its end, and held by a warning
    alarmed: int = 0  # how many of its alarms before the end were given
    released: int = 0
    lately_ns: tuple[int, ...] = ()  # its releases of the last hour
    last_ns: int = 0
    stopped_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Annunciation:
    """What asks for attention: a sound, and an acknowledgement. One for each event, or for many places at once.

    `sounds` grows each time that it sounds. `scope`: place, parent (many places of one), site (many anywhere), order.
    """

    id: str
    scope: str
    parent: str
    places: tuple[str, ...]
    stage: str
    text: str
    since_ns: int
    sounded_ns: int
    sounds: int = 1
    asks: bool = True
    live: bool = True
    ended_ns: int = 0
    joined_ns: int = 0  # when a place was promoted to warning or beyond inside it and it did not sound for that yet
    people: tuple[str, ...] = ()  # whom it is for; (): everybody
    acknowledged_by: str = ""
    acknowledged_ns: int = 0
    shelved_by: str = ""
    shelved_until_ns: int = 0
    why_shelved: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who may answer for a statement that waits, and when the next person is asked (0: nobody is left)."""

    identifier: str
    may: tuple[str, ...]
    needs: int
    next_ns: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What a standing order may speak for: its places, their km2 and people together."""

    places: tuple[str, ...]
    area_km2: float
    people: float


@dataclass(frozen=True, slots=True)
class Missing:
    """A place where no standing order in force covers classes that leave no time for two people."""

    place: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it at one time."""

    time_ns: int
    status: str
    halted: str
    duty: tuple[str, ...]
    statements: tuple[Statement, ...]
    waiting: tuple[Waiting, ...]
    standing: tuple[StandingOrder, ...]
    reach: tuple[Reach, ...]  # of each of `standing`
    annunciations: tuple[Annunciation, ...]
    rate: int  # annunciations in the last ten minutes
    rates: tuple[tuple[str, int], ...]  # the same of each person on duty, with those that are for them alone
    flood: bool
    missing: tuple[Missing, ...]
