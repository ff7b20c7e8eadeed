"""A scenario: what flies, what listens, what fails, and when. `reading.read` makes one from TOML tables.

Angles in radians, lengths in metres, times in seconds from the scenario's start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.settings import Settings
from tocsin.simulate.entry import Points
from tocsin.simulate.network import Network

ENDS = ("vanish", "dive", "land")
PHYSICS = {"radar": "radar", "ads-b": "position"}  # what a [[sensing]] may be, and the kind of sensor that it is for
FAULTS = ("bias", "clock", "loss", "duplicate", "late", "silent", "clutter", "jammed")


@dataclass(frozen=True, slots=True)
class Weather:
    """The air of the night. Sound travels with it; pressure altitudes are read from it."""

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
    """So many of one kind, on one route. Lists run along the route; `altitude_m` is above the ground.

    `wander_m`: no route but random flight within that distance of its first point. `loiter`: (point, seconds, radius).
    `only_for`: a phantom that these sensors alone report, and truth does not hold.
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
    only_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sensing:
    """How a declared sensor really works, where that is more than the site file says."""

    sensor: str
    physics: str
    range_1m2_m: float = 0.0  # radar: 1 m2 is seen every second time from here; 0: from 0.6 of the longest range
    sectors: int = 16  # radar: messages a turn
    plots: float = 1.0  # radar: mean plots of a target that is seen
    clutter_near: float = 0.3  # radar: the share of clutter that lies within a quarter of the range
    delay_s: float = 0.1  # from the end of a look until its last byte came
    jitter_s: float = 0.03
    rate_hz: float = 1.0  # ads-b: positions a second of one aircraft
    loss: float = 0.1  # ads-b: the share of positions that is not received


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


@dataclass(frozen=True, slots=True)
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
    movers: tuple[Mover, ...] = ()
    networks: tuple[Network, ...] = ()
    sensing: Mapping[str, Sensing] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
