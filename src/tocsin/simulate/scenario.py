"""A scenario: what flies, what listens, what fails, and when. `reading.read` makes one from TOML tables.

Angles in radians, lengths in metres, times in seconds from the scenario's start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.geo.terrain import Terrain
from tocsin.messages import Floats
from tocsin.settings import Settings
from tocsin.simulate.bodies.ballistics import Aim, Launch
from tocsin.simulate.network import Network, Points, Town

ENDS = ("vanish", "dive", "land")
FAULTS = ("bias", "clock", "loss", "duplicate", "late", "silent", "clutter", "jammed")


@dataclass(frozen=True, slots=True)
class Weather:
    """The air of the night. Sound travels with it; pressure altitudes are read from it; shells drift in it."""

    temperature_c: float = 10.0
    wind_from_rad: float = 0.0
    wind_mps: float = 0.0
    pressure_hpa: float = 1013.25

    @property
    def sound_mps(self) -> float:
        """Speed of sound in still dry air (Cramer, JASA 93, 1993; linear near 0 degrees Celsius)."""
        return 331.3 + 0.606 * self.temperature_c


@dataclass(frozen=True, slots=True)
class Mover:
    """So many of one kind, on one route. Lists run along the route; `altitude_m` is above the ground or, where the
    kind flies by the barometer, above the sea.

    `wander_m`: no route but random flight within that distance of its first point. `loiter`: (point, seconds, radius).
    `launch`, `aim`: what is thrown from the first point of its route to the last. `only_for`: a phantom that these
    sensors alone report, and truth does not hold.
    """

    name: str
    kind: str
    count: int
    start_s: float
    until_s: float  # individuals start at random between start_s and until_s; equal: one every spacing_s
    spacing_s: float
    route: Points
    altitude_m: tuple[float, ...]
    speed_mps: tuple[float, ...]
    spread_m: float = 0.0
    wander_m: float = 0.0
    loiter: tuple[tuple[int, float, float], ...] = ()
    weave_rad: float = 0.0
    weave_s: float = 30.0
    from_ground: bool = False
    end: str = "vanish"
    transmits: float = 0.0
    callsign: str = ""
    identity: str = ""
    only_for: tuple[str, ...] = ()
    launch: Launch | None = None
    aim: Aim | None = None
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class RadarSensing:
    """How a radar works, beyond what the site file says of it."""

    sensor: str
    range_1m2_m: float = 0.0  # 1 m2 is seen every second time from here; 0: from 0.6 of the longest range
    sectors: int = 16  # messages a turn
    plots: float = 1.0  # mean plots of a target that is seen
    clutter_near: float = 0.3  # the share of clutter that lies within a quarter of the range
    delay_s: float = 0.1  # from the end of a look until its last byte came
    jitter_s: float = 0.03


@dataclass(frozen=True, slots=True)
class AirborneSensing:
    """A radar in an aircraft. It reports positions; one that the site declares as a radar reports ranges and azimuths,
    with the sigmas declared there, and the site knows its path.
    """

    radar: RadarSensing
    carrier: str  # the mover that carries it
    sigma_range_m: float
    sigma_azimuth_rad: float
    sigma_altitude_m: float


@dataclass(frozen=True, slots=True)
class ReceiverSensing:
    """An ADS-B receiver."""

    sensor: str
    rate_hz: float = 1.0  # positions a second of one aircraft
    loss: float = 0.1  # the share of positions that is not received
    delay_s: float = 0.1
    jitter_s: float = 0.03


@dataclass(frozen=True, slots=True)
class RadioSensing:
    """A direction finder that hears control and video links."""

    sensor: str
    delay_s: float = 0.3


@dataclass(frozen=True, slots=True)
class FlashSensing:
    """A sensor high above that sees the flash of a launch, and only that."""

    sensor: str
    delay_s: float = 20.0
    jitter_s: float = 15.0


@dataclass(frozen=True, slots=True)
class PeopleSensing:
    """People who call or type what they hear and see, from where they are, in their own words."""

    sensor: str
    area: Points
    people: int  # who would report at all
    delay_s: float = 45.0  # the median time until a report is in
    wrong: float = 0.25  # the share that calls it something else
    false_hz: float = 0.0  # reports of nothing at all


Sensing = RadarSensing | AirborneSensing | ReceiverSensing | RadioSensing | FlashSensing | PeopleSensing


@dataclass(frozen=True, slots=True)
class Clutter:
    """A place that gives radars false plots: rain that the wind moves, wind turbines, a motorway."""

    latitude_rad: float
    longitude_rad: float
    radius_m: float
    plots: float  # mean number in one turn of each radar that sees all of it
    from_s: float
    to_s: float
    east_mps: float
    north_mps: float
    height_m: float


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with one sensor for a while."""

    kind: str
    sensor: str
    from_s: float
    to_s: float
    range_m: float = 0.0
    azimuth_rad: float = 0.0
    clock_s: float = 0.0
    share: float = 0.0
    delay_s: float = 0.0
    factor: float = 1.0
    azimuth_from_rad: float = float("nan")
    azimuth_to_rad: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A flight that really was: `knots` (k, 6) ECEF positions and velocities, a second apart from `start_s` (whole)."""

    name: str
    kind: str
    start_s: float
    knots: Floats
    identity: str = ""  # empty: it does not transmit
    callsign: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A night before it happens. `settings` are the site's, with the stations that networks added."""

    name: str
    story: str
    start_ns: int
    duration_s: float
    seed: int
    truth_every_s: float
    settings: Settings
    weather: Weather = field(default_factory=Weather)
    terrain: Terrain | None = None
    movers: tuple[Mover, ...] = ()
    networks: tuple[Network, ...] = ()
    towns: tuple[Town, ...] = ()
    clutter: tuple[Clutter, ...] = ()
    sensing: Mapping[str, Sensing] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    recorded: tuple[Recorded, ...] = ()
