"""What the server needs from the running system, and all that it knows of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from tocsin.alerts.release.desk import Desk
from tocsin.delivery.atom import Posted
from tocsin.ends import Outlook
from tocsin.messages import Alert, Answer, Explanation, Health, Order, Picture, Statement
from tocsin.models.account import SensorAccount
from tocsin.settings import Frame, Settings

Point = tuple[float, float]  # longitude, latitude in degrees, as maps have it


@dataclass(frozen=True, slots=True)
class Line:
    """A river or a road for the map: the base map has none."""

    name: str
    kind: str
    geometry: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """How the process itself fares. All for showing; nothing is decided by it.

    `counters` only grow, `gauges` go up and down; a name may carry one label: "queue_shed_total|source=radar west".
    `starting` is what is still being prepared ("" when all is): its text, done and of how many.
    `troubles` are sentences for a person: what is wrong and what to do.
    """

    counters: Mapping[str, float] = field(default_factory=dict)
    gauges: Mapping[str, float] = field(default_factory=dict)
    latency: Mapping[str, float] = field(default_factory=dict)
    starting: tuple[str, int, int] = ("", 0, 0)
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A scenario that may be played here: its file's name, the site that it is on, how long it lasts."""

    name: str
    title: str
    about: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class Scenes:
    """Scenarios to pick from, where everything is simulated anyway. `now` is the name of the one that plays.

    `listed` is slow. `begin` takes a name and a seed (None: as it stands in the file) and raises SiteError for an
    unknown one; the instance then ends this night and begins that one under the same address.
    """

    now: str
    listed: Callable[[], Sequence[Scene]]
    begin: Callable[[str, int | None], None]


@dataclass(frozen=True, slots=True)
class Stood:
    """How everything stood at a past moment: None where nothing had been decided yet, or nobody releases anything."""

    health: Health | None
    alerts: tuple[Alert, ...]
    desk: Desk | None


@dataclass(frozen=True, slots=True)
class Station:
    """The running system, as the server sees it. Times are int64 ns UTC.

    `clock_ns` is the server's own UTC, `scene_ns` the moment that the map shows (another one in playback).
    `control` takes (action, value) and raises SettingError; None when live. `order` resolves when the answer is
    durable. `offer` hands bytes to an HTTP feed: None when its queue is full, else resolves to whether they are
    durable; it raises KeyError for an unknown feed.
    `picture_at` is slow: it is called in a worker thread, and raises LedgerError where nothing is kept. So is
    `explain_at`, which takes a track's number and a time, and `account_at`, which takes a sensor's name (KeyError: none
    such) and a time; None where there is no ledger to think again from.
    `desk` is the newest one that is durable; None before the first.
    """

    title: str
    mode: str  # live, demo or replay
    timezone: str
    lines: tuple[Line, ...]
    settings: Settings
    clock_ns: Callable[[], int]
    scene_ns: Callable[[], int]
    order: Callable[[Order], "Future[Answer]"]
    offer: Callable[[str, bytes], "Future[bool] | None"]
    bounds_ns: Callable[[], tuple[int, int]]
    picture_at: Callable[[int], Picture]
    figures: Callable[[], Figures]
    control: Callable[[str, float | None], None] | None = None
    explain_at: Callable[[int, int], Explanation] | None = None
    account_at: Callable[[str, int], SensorAccount] | None = None
    stood_at: Callable[[int], Stood] | None = None  # slow, like picture_at: as it was decided then
    deliveries: Callable[[], Mapping[str, object]] = dict  # channels, legs, alerts: what /api/latency answers
    desk: Callable[[], Desk | None] = lambda: None
    # the words of a statement in each language, slow; raises DocumentRefused; None: no documents are made here
    texts: Callable[[Statement], Sequence[Mapping[str, object]]] | None = None
    others: Callable[[], Sequence[Mapping[str, object]]] = tuple  # other authorities' alerts: /api/others
    posted: Callable[[], Sequence[Posted]] = tuple  # what the public feed holds, expired or not
    picture_later: Callable[[int], Picture] | None = None  # slow, like picture_at: as it is known now
    event_from: Callable[[int, int], Mapping[str, object]] | None = None  # slow: time, 1 or -1; see live.past.events
    # slow: what stage changes until a time rest on, the newest first, so many of them at most
    grounds_at: Callable[[int, int], Sequence[Mapping[str, object]]] | None = None
    receipts_of: Callable[[str], Sequence[Mapping[str, object]]] | None = None  # slow: a statement's identifier
    outlook: Callable[[], Outlook | None] = lambda: None  # of the newest Tick
    outlook_at: Callable[[tuple[int, ...], int], Outlook] | None = None  # slow: tracks, and a time; as explain_at
    silent: Callable[[], Collection[str]] = tuple  # sensors that nobody hears now
    changed: Callable[[], Settings | None] = lambda: None  # the settings as orders have changed them
    map_file: str = ""  # PMTiles of the user's own region
    scenes: Scenes | None = None  # None: no scenario can be begun here
    rules_file: str = ""  # the name of the file of the rules in force; "": as tocsin comes
    reports: str = ""  # the folder with the pages of scores and threshold curves; "": none

    def settings_now(self) -> Settings:
        """As orders have changed them."""
        return self.changed() or self.settings

    @property
    def frame(self) -> Frame:
        """Where states live."""
        return self.settings.frame
