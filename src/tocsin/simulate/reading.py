"""Reads a scenario out of the TOML file that also holds the site's own tables.

The caller has parsed the TOML and the site in it (`[site]`, `[frame]`, `[[sensor]]`, `[[place]]`, `[[line]]`); `read`
takes the tables named in TABLES. Degrees in the file, radians inside.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from tocsin.errors import SiteError
from tocsin.geo.units import DEGREE_RAD, SECOND_NS
from tocsin.settings import Sensor, Settings
from tocsin.simulate.entry import Entry, Where
from tocsin.simulate.flight.kinds import KINDS
from tocsin.simulate.network import Network, station_places, stations
from tocsin.simulate.scenario import ENDS, FAULTS, PHYSICS, Fault, Mover, Scenario, Sensing, Weather

Tables = Mapping[str, object]

TABLES = ("scenario", "weather", "mover", "network", "sensing", "fault")
DURATION_S_MAX = 14 * 86_400.0


def read(table: Tables, where: Where, settings: Settings) -> Scenario:
    """The scenario in parsed TOML. `where` gives `file:line` of a key; `settings` is the site in the same file.

    Raises SiteError with every problem found, each with its line, what came and what was expected.
    """
    found: list[str] = []
    head = _only(table, "scenario", where, found)
    duration_s = head.number("duration_s", low=1.0, high=DURATION_S_MAX)
    name, story = head.word("name"), head.word("story", "")
    start = head.moment("start", datetime(2031, 1, 1, tzinfo=UTC))
    seed = head.whole("seed", 1)
    truth_every_s = head.number("truth_every_s", 1.0, 0.1, 3600.0)
    head.done()
    if settings.frame.kind != "earth":
        found.append(f'{where(("frame", "kind"))}: scenarios happen on the earth; write kind = "earth"')
    weather = _weather(_only(table, "weather", where, found))
    networks = tuple(_network(entry) for entry in _entries(table, "network", where, found))
    declared = [sensor.name for sensor in settings.sensors]
    for index, network in enumerate(networks):
        if network.name in declared:
            line = where(("network", index, "name"))
            found.append(f"{line}: {network.name!r} is already the name of a sensor; give the network one of its own")
        declared.append(network.name)
    added = tuple(sensor for network in networks for sensor in stations(network, weather.sound_mps))
    known = settings.sensors
    settings = replace(settings, sensors=(*known, *added))
    names = tuple(dict.fromkeys((*declared, *(sensor.name for sensor in added))))
    movers = tuple(_mover(entry, names, index) for index, entry in enumerate(_entries(table, "mover", where, found)))
    sensing = {s.sensor: s for s in (_sensing(e, settings.sensors) for e in _entries(table, "sensing", where, found))}
    for index, sensor in enumerate(known):
        if sensor.kind == "radar":
            sensing.setdefault(sensor.name, Sensing(sensor.name, "radar"))
        elif sensor.name not in sensing:
            line, ways = where(("sensor", index)), ", ".join(PHYSICS)
            advice = f'write [[sensing]] with sensor = "{sensor.name}" and physics = one of {ways}'
            found.append(f"{line}: nothing says how {sensor.kind} sensor {sensor.name!r} works; {advice}")
    faults = tuple(_fault(entry, names, duration_s) for entry in _entries(table, "fault", where, found))
    if found:
        raise SiteError("\n".join(found))
    return Scenario(
        name,
        story,
        round(start.timestamp()) * SECOND_NS,
        duration_s,
        seed,
        truth_every_s,
        settings,
        weather,
        movers,
        networks,
        sensing,
        faults,
    )


def _entries(table: Tables, name: str, where: Where, found: list[str]) -> list[Entry]:
    """The [[name]] tables of the file."""
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        found.append(f"{where((name,))}: {name!r} must be a list of tables; begin each with [[{name}]]")
        return []
    return [Entry(each, (name, index), where, found) for index, each in enumerate(value)]


def _only(table: Tables, name: str, where: Where, found: list[str]) -> Entry:
    """The one [name] table of the file."""
    value = table.get(name, {})
    if not isinstance(value, dict):
        found.append(f"{where((name,))}: {name!r} must be a table; begin it with [{name}]")
        value = {}
    return Entry(value, (name,), where, found)


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
    try:
        places = station_places(network)[0]
    except SiteError as error:
        entry.wrong("area_deg", f"{error}")
        return replace(network, area=())
    if not len(places) and network.area:
        entry.wrong(
            "spacing_m", f"no station fits into the area {network.spacing_m:g} m apart; give a smaller spacing_m"
        )
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
        speed_mps=_along(
            entry, "speed_mps", kind.speed_mps, max(kind.speed_min_mps, 0.5), kind.speed_max_mps, len(route)
        ),
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
        entry.wrong(
            key, f"{key} has {len(values)} values; expected 1, or one for each of the {points} points of the route"
        )
        return (default,) * points
    return values * points if len(values) == 1 else values


def _loiter(entry: Entry, points: int) -> tuple[tuple[int, float, float], ...]:
    """`loiter = [{ point = 2, seconds = 600, radius_m = 1500 }]`: circle around that point of the route (from 1)."""
    loops: list[tuple[int, float, float]] = []
    for loop in entry.tables("loiter"):
        point = loop.whole("point", None, 1, max(points, 1))
        loops.append((point - 1, loop.number("seconds", None, 1.0, 86_400.0), loop.number("radius_m", None, 10.0, 1e5)))
        loop.done()
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
