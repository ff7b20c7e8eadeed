"""One frozen dataclass per stage. Each number has its unit in its name, its bounds and its reason beside it.

Settings are state: at run time a change is an `Order`, checked against BOUNDS, and kept in the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_SIGMAS: Mapping[str, float] = MappingProxyType({})
NO_CONFUSION: Mapping[str, Mapping[str, float]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Frame:
    """Where states live: "earth" (ECEF metres) or "local" (flat east, north, up metres, of 2 or 3 dimensions).

    The origin is where the earth frame's local east-north-up is drawn for display; it moves no track.
    """

    kind: str = "earth"
    dimensions: int = 3
    latitude_rad: float = 0.0
    longitude_rad: float = 0.0
    altitude_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Ground:
    """Heights of the ground on a grid (models.ground): whole metres above the ellipsoid, from the south-west on."""

    south_rad: float
    west_rad: float
    step_rad: tuple[float, float]
    rows: int
    columns: int
    heights: bytes  # int16, little endian, zlib


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor as the site declares it. Angles in radians. Place: geodetic on the earth, or metres in a local frame.

    `kind`: radar, direction, position, track (another tracker's output) or report (a person). `sources` are the names
    that feeds give it ("asterix 25/11"). `sigma` maps a measured column (messages.MEASURED) to its standard deviation.
    """

    name: str
    kind: str
    sources: tuple[str, ...] = ()
    latitude_rad: float = float("nan")
    longitude_rad: float = float("nan")
    altitude_m: float = float("nan")
    east_m: float = float("nan")
    north_m: float = float("nan")
    up_m: float = 0.0
    sigma: Mapping[str, float] = field(default_factory=lambda: NO_SIGMAS)
    detection_probability: float = 0.9
    clutter_per_scan: float = 1.0  # expected false detections in one full scan of the whole coverage
    min_range_m: float = 0.0
    max_range_m: float = 250_000.0
    period_s: float = 4.0
    propagation_mps: float = 299_792_458.0  # sound: 340
    temperature_c: float = float("nan")  # of the air, for the speed of sound; NaN: propagation_mps, off by 10 m/s
    temperature_sigma_c: float = 5.0  # a thermometer some kilometres and an hour away
    wind_mps: float = 0.0
    wind_from_rad: float = 0.0  # where it blows from, clockwise from north
    wind_sigma_mps: float = 3.0  # each way: with nothing declared, most winds near the ground
    reporting: str = "turn"  # turn (rotates), dwell (looks somewhere, says so), event (silence says nothing)
    multiplicity: str = "one"  # or "several" detections per target
    authenticated: bool = False
    path_link: str = ""
    path_power: str = ""
    path_clock: str = ""
    path_owner: str = ""
    azimuth_from_rad: float = float("nan")  # field of view, clockwise; NaN: all around
    azimuth_to_rad: float = float("nan")
    elevation_min_rad: float = -1.5707963267948966
    elevation_max_rad: float = 1.5707963267948966
    doppler_notch_mps: float = 0.0  # slower radial speeds than this are not seen
    resolution_range_m: float = 0.0
    resolution_azimuth_rad: float = 0.0
    reference_range_m: float = 0.0  # detection_probability holds there and falls farther out as R^-4; 0: everywhere
    report_rate_hz: float = 0.0  # of an event sensor: how often it reports what it has; 0: its silence says nothing
    new_identities_per_min: float = 60.0  # more than this is a flood: what it brings anew begins no track
    fed_by: tuple[str, ...] = ()  # of a track source: the sensors that feed it, so that nothing is counted twice
    decorrelation_s: float = 10.0  # of a track source: a filter's errors are those of its last few updates
    # how often it calls a thing of one class something else: true class -> class said -> probability; see classes.toml
    confusion: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: NO_CONFUSION)
    # of one that moves: time ns, and the three numbers of its place as above; straight between rows, still beyond them
    path: tuple[tuple[int, float, float, float], ...] = ()
    moves: bool = False  # it tells its place itself, in its status messages; `path` holds until then


@dataclass(frozen=True, slots=True)
class Place:
    """A protected place: a site (a point and its ring), a zone (a polygon) or a border sector (a line).

    `geometry`: (latitude_rad, longitude_rad) pairs; one pair for a site, a closed ring for a zone, a line for a border.
    """

    name: str
    kind: str
    geometry: tuple[tuple[float, float], ...]
    ring_m: float = 0.0
    action_time_s: float = 0.0
    parent: str = ""
    scheme: str = ""
    title: str = ""
    residents: float = float("nan")  # people who live in the area that an alert for it reaches; NaN: nobody said
    release_by: tuple[str, ...] = ()  # who may release for it, in the order of asking; (): as its parent
    actions: tuple[tuple[str, float], ...] = ()  # what its people may do in time, and the seconds that it takes


@dataclass(frozen=True, slots=True)
class Corridor:
    """A way that movers are known to follow: a river, a valley, a road. A line of (latitude_rad, longitude_rad)."""

    name: str
    geometry: tuple[tuple[float, float], ...]
    width_m: float = 4_000.0  # from side to side


@dataclass(frozen=True, slots=True)
class Launch:
    """A region from which things are launched: an outline of (latitude_rad, longitude_rad), once around."""

    name: str
    geometry: tuple[tuple[float, float], ...]
    groups: tuple[str, ...] = ("missiles", "ballistic")  # of models.groups
    per_hour: float = 0.1  # expected launches, of all its groups together


@dataclass(frozen=True, slots=True)
class Tracking:
    """The tracker's numbers. Rates, not steps: predict(a + b) = predict(a) then predict(b)."""

    confirm_existence: float = 0.9  # a track is shown as confirmed from here
    release_existence: float = 0.5  # and loses that only below here: hysteresis against flicker
    prune_existence: float = 1e-4  # below this a component is given back to the unseen
    gate: float = 20.0  # squared Mahalanobis distance; loses 5e-5 of 3-D detections
    hold_s: float = 0.2  # how long a look waits for looks of other sensors
    late_s: float = 30.0  # later than this is refused, with its reason
    again_rows_per_s: float = (
        50_000.0  # so many detections may be worked again for late ones, so that a Tick is in time
    )
    components_max: int = 200_000  # a cap, counted when it cuts
    identity_speed_mps_max: float = 1000.0  # nothing that tells its identity flies faster: a jump is refused
    own_output: tuple[str, ...] = ()  # names under which our own tracks go out: what returns is refused as a loop


@dataclass(frozen=True, slots=True)
class Watching:
    """When a sensor is stale or expired, and when a place is blind."""

    stale_periods: float = 1.5
    expired_periods: float = 3.0
    expired_floor_s: float = 15.0  # for "event" sensors: a quiet sky is not a dead receiver before this
    clock_offset_s_max: float = 1.0  # beyond it a sensor neither advances nor holds the watermark


@dataclass(frozen=True, slots=True)
class Learning:
    """What is learnt of the sensors, and how fast. What is learnt counts from the next Tick on."""

    clutter: bool = True  # false detections, per sensor and cell
    detection: bool = True  # the detection probability, per sensor and cell
    registration: bool = True  # offsets in range, azimuth, elevation and clock
    weighting: bool = True  # a sensor that is further off than it says counts for less
    half_life_s: float = 1200.0  # of what was counted, in event time: 10 to 30 min, weather's pace
    prior: float = 4.0  # the declared values weigh as much as so many detections in a cell
    rise_per_minute: float = 2.0  # how fast clutter may be believed to grow: a raid is no clutter


@dataclass(frozen=True, slots=True)
class Threat:
    """What one class of things means to places. `name`: as in the table of classes."""

    name: str
    threat: float  # the chance that one of these, not known by name, means harm
    warn_chance: float  # p*: a warning from this chance of entry in time, while there is time left
    warn_chance_late: float  # p* when there is none left
    flight_s: float  # the longest that one which was lost may still fly
    paths: int = 2  # independent paths that a public alert needs
    fast: bool = False  # always in the fast lane: no time for two people
    detections: int = 4  # of a track, before it counts as a danger; see alerts.danger
    at_launch: bool = False  # a warning as soon as it is thrown, however long it flies: waiting tells no more


@dataclass(frozen=True, slots=True)
class Alerting:
    """The rules of stages: one file, frozen before it is scored. Chances are of entry into a place's ring."""

    threats: tuple[Threat, ...] = (
        Threat("one-way-attack drone", 1.0, 0.5, 0.3, 7200.0),
        Threat("small fixed-wing drone", 0.6, 0.5, 0.3, 3600.0),
        Threat("multirotor", 0.4, 0.6, 0.4, 1800.0),
        Threat("cruise missile", 1.0, 0.3, 0.1, 1800.0, fast=True, detections=3),
        Threat("ballistic rocket", 1.0, 0.02, 0.02, 600.0, fast=True, detections=3, at_launch=True),
        Threat("artillery or mortar round", 1.0, 0.05, 0.05, 120.0, fast=True, detections=3, at_launch=True),
        Threat("fast jet", 0.5, 0.4, 0.2, 3600.0),
        Threat("helicopter", 0.4, 0.5, 0.3, 3600.0),
        Threat("light aircraft", 0.3, 0.6, 0.4, 7200.0),
        Threat("airliner", 0.01, 0.9, 0.9, 7200.0),
        Threat("bird", 0.0, 1.0, 1.0, 600.0),
        Threat("unknown", 0.6, 0.5, 0.3, 3600.0),
    )
    known_threat: float = 0.02  # times the class's threat for who says who it is, and sensors agree
    watch_chance: float = 0.2  # of entry within half an hour
    inside_chance: float = 0.5
    linger: float = 0.5  # bounds fall to this share of themselves on the way down: hysteresis
    margin_s: float = 30.0  # from a decision until people have heard it
    quiet_s: float = 300.0  # nothing near that warns for so long before an all clear
    watch_least_s: float = 60.0
    warning_least_s: float = 120.0
    clear_least_s: float = 600.0  # how long an all clear is shown
    hold_chance: float = 0.1  # a track that was lost with this chance of entry holds the stage


@dataclass(frozen=True, slots=True)
class Releasing:
    """What this instance may say, and who releases it."""

    status: str = "actual"  # or exercise, or test: one for all its life
    people: tuple[str, ...] = ()  # who may release, in the order of asking; (): whoever is on duty
    same_person: tuple[tuple[str, ...], ...] = ()  # accounts that are one person: they never count as two
    answer_s: float = 30.0  # no second answer for so long: the next person is asked


@dataclass(frozen=True, slots=True)
class Retention:
    """How long evidence is kept. What an alert, an order or an incident rests on is never deleted."""

    days: float = 90.0  # inputs older than this lose their body; their digests stay
    dump_days: float = 7.0  # after this one state an hour is left: replaying from it costs at most that hour
    bytes_max: int = 0  # of sealed segments; the oldest inputs go first; 0: no limit


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that `advance` may read."""

    site: str = "unnamed"
    frame: Frame = field(default_factory=Frame)
    sensors: tuple[Sensor, ...] = ()
    places: tuple[Place, ...] = ()
    tracking: Tracking = field(default_factory=Tracking)
    watching: Watching = field(default_factory=Watching)
    learning: Learning = field(default_factory=Learning)
    alerting: Alerting = field(default_factory=Alerting)
    releasing: Releasing = field(default_factory=Releasing)
    ground: Ground | None = None  # hills that sensors cannot see through
    corridors: tuple[Corridor, ...] = ()
    launches: tuple[Launch, ...] = ()


# name: (lowest, highest, why these) for every number that an Order may change while running.
BOUNDS: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "tracking.confirm_existence": (0.5, 0.999, "below 0.5 a track is more likely absent than present"),
        "tracking.release_existence": (0.05, 0.9, "must stay below the confirming value"),
        "watching.stale_periods": (1.0, 10.0, "a sensor cannot be late before its period is over"),
        "watching.expired_periods": (2.0, 20.0, "an expired sensor was late before"),
        "watching.expired_floor_s": (1.0, 60.0, "silence longer than a minute must be seen"),
    }
)
