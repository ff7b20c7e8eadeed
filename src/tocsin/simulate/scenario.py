"""A scenario: what flies, what listens, what fails, and when. Read from the same TOML file as the site's own tables.

The caller has parsed the TOML and the site in it (`[site]`, `[frame]`, `[[sensor]]`, `[[place]]`, `[[line]]`); `read`
takes the tables named in TABLES. Degrees in the file, radians inside; times in seconds from the scenario's start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tocsin.errors import SiteError
from tocsin.geo.units import DEGREE_RAD, SECOND_NS
from tocsin.settings import Sensor, Settings
from tocsin.simulate.entry import Entry, Points, Where
from tocsin.simulate.kinds import KINDS
from tocsin.simulate.network import Network, stations

TABLES = ("scenario", "weather", "mover", "network", "sensing", "fault")
ENDS = ("vanish", "dive", "land")
PHYSICS = {"radar": "radar", "ads-b": "position"}  # what a [[sensing]] may be, and the kind of sensor that it is for
FAULTS = ("bias", "clock", "loss", "duplicate", "late", "silent", "clutter", "jammed")
DURATION_S_MAX = 14 * 86_400.0


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


def read(table: Mapping[str, Any], where: Where, settings: Settings) -> Scenario:
    """The scenario in parsed TOML. `where` gives `file:line` of a key; `settings` is the site in the same file.

    Raises SiteError with every problem found, each with its line, what came and what was expected.
    """
    found: list[str] = []
    head = Entry(table.get("scenario", {}), ("scenario",), where, found)
    duration_s = head.number("duration_s", low=1.0, high=DURATION_S_MAX)
    name, story = head.word("name"), head.word("story", "")
    start_ns, seed = _start_ns(head), head.whole("seed", 1)
    truth_every_s = head.number("truth_every_s", 1.0, 0.1, 3600.0)
    head.done()
    if settings.frame.kind != "earth":
        found.append(f"{where(('frame', 'kind'))}: scenarios happen on the earth; write kind = \"earth\"")
    weather = _weather(Entry(table.get("weather", {}), ("weather",), where, found))
    networks = tuple(_network(entry) for entry in _entries(table, "network", where, found))
    settings = replace(settings, sensors=(*settings.sensors, *(s for n in networks for s in stations(n, weather.sound_mps))))
    names = tuple(sensor.name for sensor in settings.sensors)
    for entry, network in zip(_entries(table, "network", where, []), networks, strict=True):
        if names.count(network.name) > 1:
            found.append(f"{where(('network',))}: {network.name!r} is already a sensor; give it a name of its own")
        del entry
    movers = tuple(_mover(entry, names, index) for index, entry in enumerate(_entries(table, "mover", where, found)))
    sensing = {s.sensor: s for s in (_sensing(e, settings.sensors) for e in _entries(table, "sensing", where, found))}
    for index, sensor in enumerate(settings.sensors):
        if sensor.kind == "radar":
            sensing.setdefault(sensor.name, Sensing(sensor.name, "radar"))
        elif sensor.name not in sensing and not any(sensor.name.startswith(n.name) for n in networks):
            found.append(
                f"{where(('sensor', index))}: nothing says how {sensor.kind} sensor {sensor.name!r} works; write "
                f'[[sensing]] with sensor = "{sensor.name}" and physics = one of {", ".join(PHYSICS)}'
            )
    faults = tuple(_fault(entry, names, duration_s) for entry in _entries(table, "fault", where, found))
    if found:
        raise SiteError("\n".join(found))
    return Scenario(
        name, story, start_ns, duration_s, seed, truth_every_s, settings, weather, movers, networks, sensing, faults
    )


def _entries(table: Mapping[str, Any], name: str, where: Where, found: list[str]) -> list[Entry]:
    return [Entry(each, (name, index), where, found) for index, each in enumerate(table.get(name, []))]


def _start_ns(head: Entry) -> int:
    value = head.raw("start", datetime(2031, 1, 1, tzinfo=UTC))
    if not isinstance(value, datetime) or value.tzinfo is None:
        head.wrong("start", f"start = {value!r} is no moment; write a date, a time and Z: 2031-02-11T01:40:00Z")
        return 0
    return round(value.timestamp()) * SECOND_NS


def _weather(entry: Entry) -> Weather:
    weather = Weather(
        entry.number("temperature_c", 10.0, -60.0, 60.0),
        entry.number("wind_from_deg", 0.0, 0.0, 360.0) * DEGREE_RAD,
        entry.number("wind_mps", 0.0, 0.0, 60.0),
        entry.number("pressure_hpa", 1013.25, 900.0, 1080.0),
    )
    entry.done()
    return weather


def _network(entry: Entry) -> Network:
    network = Network(
        name=entry.word("name"),
        output=entry.word("output", "direction", ("direction", "position")),
        area=entry.points("area_deg", 3),
        spacing_m=entry.number("spacing_m", low=100.0, high=100_000.0),
        altitude_m=entry.number("altitude_m", 5.0, -500.0, 9_000.0),
        period_s=entry.number("period_s", 1.0, 0.1, 60.0),
        max_range_m=entry.number("max_range_m", 6_000.0, 100.0, 30_000.0),
        noise_db=entry.number("noise_db", 34.0, 0.0, 120.0),
        false_hz=entry.number("false_hz", 0.01, 0.0, 10.0),
        sigma_azimuth_rad=entry.number("sigma_azimuth_deg", 4.0, 0.01, 60.0) * DEGREE_RAD,
        sigma_elevation_rad=entry.number("sigma_elevation_deg", 6.0, 0.01, 60.0) * DEGREE_RAD,
        sigma_position_m=entry.number("sigma_position_m", 500.0, 1.0, 20_000.0),
        reporting=entry.word("reporting", "event", ("event", "dwell")),
        delay_s=entry.number("delay_s", 0.4, 0.0, 60.0),
    )
    entry.done()
    return network


def _mover(entry: Entry, sensors: tuple[str, ...], index: int) -> Mover:
    kind_name = entry.word("kind", None, KINDS)
    kind = KINDS.get(kind_name, KINDS["light aircraft"])
    wander_m = entry.number("wander_m", 0.0, 0.0, 500_000.0)
    route = entry.points("route_deg", 1 if wander_m else 2)
    start_s = entry.number("start_s", 0.0, -DURATION_S_MAX, DURATION_S_MAX)
    mover = Mover(
        name=entry.word("name", f"{kind_name} {index + 1}"),
        kind=kind_name,
        count=entry.whole("count", 1, 1, 100_000),
        start_s=start_s,
        until_s=entry.number("until_s", start_s, start_s, DURATION_S_MAX),
        spacing_s=entry.number("spacing_s", 0.0, 0.0, 86_400.0),
        route=route,
        altitude_m=_along(entry, "altitude_m", kind.altitude_m, 0.0, kind.ceiling_m, len(route)),
        speed_mps=_along(entry, "speed_mps", kind.speed_mps, max(kind.speed_min_mps, 0.5), kind.speed_max_mps, len(route)),
        spread_m=entry.number("spread_m", 0.0, 0.0, 200_000.0),
        wander_m=wander_m,
        loiter=_loiter(entry, len(route)),
        weave_rad=entry.number("weave_deg", 0.0, 0.0, 60.0) * DEGREE_RAD,
        weave_s=entry.number("weave_s", 30.0, 2.0, 3_600.0),
        from_ground=entry.flag("from_ground", default=False),
        end=entry.word("end", "vanish", ENDS),
        transmits=entry.number("transmits", kind.transmits, 0.0, 1.0),
        callsign=entry.word("callsign", ""),
        only_for=entry.words("only_for", sensors),
    )
    entry.done()
    return mover


def _along(entry: Entry, key: str, default: float, low: float, high: float, points: int) -> tuple[float, ...]:
    """One value for the whole route, or one for each of its points."""
    values = entry.numbers(key, (default,), low, high)
    if len(values) not in (1, points):
        entry.wrong(key, f"{key} has {len(values)} values; expected 1, or one for each of the {points} points of the route")
        return (default,) * points
    return values * points if len(values) == 1 else values


def _loiter(entry: Entry, points: int) -> tuple[tuple[int, float, float], ...]:
    """`loiter = [{ point = 2, seconds = 600, radius_m = 1500 }]`: circle around that point of the route (from 1)."""
    loops: list[tuple[int, float, float]] = []
    for loop in entry.raw("loiter", []):
        whole = isinstance(loop, dict) and set(loop) == {"point", "seconds", "radius_m"}
        if not whole or not all(type(value) in (int, float) and value > 0 for value in loop.values()):
            entry.wrong("loiter", f"loiter holds {loop!r}; expected {{ point = 2, seconds = 600, radius_m = 1500 }}")
        elif loop["point"] > points:
            entry.wrong("loiter", f"loiter names point {loop['point']}; the route has {points}")
        else:
            loops.append((int(loop["point"]) - 1, float(loop["seconds"]), float(loop["radius_m"])))
    return tuple(loops)


def _sensing(entry: Entry, sensors: tuple[Sensor, ...]) -> Sensing:
    kinds = {sensor.name: sensor.kind for sensor in sensors}
    name = entry.word("sensor", None, kinds)
    physics = entry.word("physics", "radar", PHYSICS)
    if name in kinds and kinds[name] != PHYSICS[physics]:
        entry.wrong("physics", f"sensor {name!r} is of kind {kinds[name]}, and {physics} is for {PHYSICS[physics]}")
    sensing = Sensing(
        name,
        physics,
        range_1m2_m=entry.number("range_1m2_m", 0.0, 0.0, 1e6),
        sectors=entry.whole("sectors", 16, 1, 128),
        plots=entry.number("plots", 1.0, 1.0, 20.0),
        clutter_near=entry.number("clutter_near", 0.3, 0.0, 1.0),
        delay_s=entry.number("delay_s", 0.1, 0.0, 60.0),
        jitter_s=entry.number("jitter_s", 0.03, 0.0, 10.0),
        rate_hz=entry.number("rate_hz", 1.0, 0.01, 10.0),
        loss=entry.number("loss", 0.1, 0.0, 1.0),
    )
    entry.done()
    return sensing


def _fault(entry: Entry, sensors: tuple[str, ...], duration_s: float) -> Fault:
    kind = entry.word("kind", None, FAULTS)
    from_s = entry.number("from_s", 0.0, 0.0, duration_s)
    nan = float("nan")
    sector = "azimuth_from_deg" in entry or "azimuth_to_deg" in entry
    fault = Fault(
        kind,
        entry.word("sensor", None, sensors),
        from_s,
        entry.number("to_s", duration_s, from_s, duration_s),
        range_m=entry.number("range_m", 0.0, -50_000.0, 50_000.0),
        azimuth_rad=entry.number("azimuth_deg", 0.0, -180.0, 180.0) * DEGREE_RAD,
        clock_s=entry.number("clock_s", 0.0, -86_400.0, 86_400.0),
        share=entry.number("share", 0.0, 0.0, 1.0),
        delay_s=entry.number("delay_s", 0.0, 0.0, 3_600.0),
        factor=entry.number("factor", 1.0, 0.0, 1_000.0),
        azimuth_from_rad=entry.number("azimuth_from_deg", None, 0.0, 360.0) * DEGREE_RAD if sector else nan,
        azimuth_to_rad=entry.number("azimuth_to_deg", None, 0.0, 360.0) * DEGREE_RAD if sector else nan,
    )
    entry.done()
    return fault
