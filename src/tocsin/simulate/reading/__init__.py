"""Reads a scenario out of the TOML file that also holds the site's own tables.

The caller has parsed the TOML and the site in it (`[site]`, `[frame]`, `[[sensor]]`, `[[place]]`, `[[line]]`); `read`
takes the tables named in TABLES. Degrees in the file, radians inside.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tocsin.errors import InputError, SiteError
from tocsin.geo import geotiff
from tocsin.geo.terrain import Terrain, ridges
from tocsin.geo.units import SECOND_NS
from tocsin.settings import Settings
from tocsin.simulate.network import Town, stations
from tocsin.simulate.reading.entry import Entry, Where
from tocsin.simulate.reading.movers import TIME_S_MAX, Surroundings, mover
from tocsin.simulate.reading.sensing import READERS, fault, network, sensing
from tocsin.simulate.scenario import Clutter, RadarSensing, Scenario, Sensing, Weather

Tables = Mapping[str, object]

TABLES = ("scenario", "weather", "terrain", "mover", "network", "town", "clutter", "sensing", "fault")


def read(table: Tables, where: Where, settings: Settings, folder: Path = Path()) -> Scenario:
    """The scenario in parsed TOML. `where` gives `file:line` of a key; `settings` is the site in the same file.

    Files that the scenario names are looked for in `folder`. Raises SiteError with every problem found, each with its
    line, what came and what was expected.
    """
    found: list[str] = []

    def several(name: str) -> list[Entry]:
        return _entries(table, name, where, found)

    if settings.frame.kind != "earth":
        found.append(f'{where(("frame", "kind"))}: scenarios happen on the earth; write kind = "earth"')
    scenario = _head(_only(table, "scenario", where, found), settings)
    weather = _weather(_only(table, "weather", where, found))
    terrain = _terrain(_only(table, "terrain", where, found), folder) if "terrain" in table else None
    networks = tuple(network(entry) for entry in several("network"))
    own = [sensor.name for sensor in settings.sensors]
    for index, one in enumerate(networks):
        if one.name in own:
            line = where(("network", index, "name"))
            found.append(f"{line}: {one.name!r} is already the name of a sensor; give the network one of its own")
        own.append(one.name)
    added = tuple(sensor for one in networks for sensor in stations(one, weather.sound_mps, weather.wind_mps, terrain))
    names = tuple(dict.fromkeys((*own, *(sensor.name for sensor in added))))
    around = Surroundings(names, weather, terrain)
    movers = tuple(mover(entry, index, around) for index, entry in enumerate(several("mover")))
    carriers = tuple(dict.fromkeys(one.name for one in movers))
    told = dict(pair for entry in several("sensing") if (pair := sensing(entry, settings.sensors, carriers)))
    ways = _explained(settings, told, where, found)
    _above_ground(settings, terrain, where, found)
    faults = tuple(fault(entry, names, scenario.duration_s) for entry in several("fault"))
    towns = tuple(_town(entry) for entry in several("town"))
    clutter = tuple(_clutter(entry, scenario.duration_s) for entry in several("clutter"))
    if found:
        raise SiteError("\n".join(found))
    return replace(
        scenario,
        settings=replace(settings, sensors=(*settings.sensors, *added)),
        weather=weather,
        terrain=terrain,
        movers=movers,
        networks=networks,
        towns=towns,
        clutter=clutter,
        sensing=ways,
        faults=faults,
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


def _head(entry: Entry, settings: Settings) -> Scenario:
    scenario = Scenario(
        name=entry.word("name"),
        story=entry.word("story", ""),
        start_ns=round(entry.moment("start", datetime(2031, 1, 1, tzinfo=UTC)).timestamp()) * SECOND_NS,
        duration_s=entry.number("duration_s", None, 1.0, TIME_S_MAX),
        seed=entry.whole("seed", 1),
        truth_every_s=entry.number("truth_every_s", 1.0, 0.1, 3600.0),
        settings=settings,
    )
    entry.done()
    return scenario


def _weather(entry: Entry) -> Weather:
    weather = Weather(
        entry.number("temperature_c", 10.0, -60.0, 60.0),
        entry.angle("wind_from_deg", 0.0, 0.0, 360.0),
        entry.number("wind_mps", 0.0, 0.0, 60.0),
        entry.number("pressure_hpa", 1013.25, 900.0, 1080.0),
    )
    entry.done()
    return weather


def _terrain(entry: Entry, folder: Path) -> Terrain | None:
    """[terrain]: a GeoTIFF's heights, or ridges = [{ points_deg = [...], height_m = 300, width_m = 800 }]."""
    name, step_m = entry.word("geotiff", ""), entry.number("step_m", 250.0, 10.0, 5_000.0)
    lines = []
    for ridge in entry.tables("ridges"):
        height_m, width_m = ridge.number("height_m", None, 1.0, 9_000.0), ridge.number("width_m", None, 50.0, 50_000.0)
        lines.append((ridge.points("points_deg", 2), height_m, width_m))
        ridge.done()
    entry.done()
    if not all(points and height_m and width_m for points, height_m, width_m in lines):
        return None  # told already
    if bool(name) == bool(lines):
        entry.wrong("geotiff", "give either geotiff = a file or ridges = [{ ... }], one of the two")
        return None
    try:
        return geotiff.terrain((folder / name).read_bytes()) if name else ridges(lines, step_m)
    except (OSError, InputError, SiteError) as error:
        entry.wrong("geotiff" if name else "ridges", str(error))
        return None


def _town(entry: Entry) -> Town:
    town = Town(entry.points("area_deg", 3), entry.number("noise_db", None, 0.0, 120.0))
    entry.done()
    return town


def _clutter(entry: Entry, duration_s: float) -> Clutter:
    latitude, longitude = entry.point("centre_deg")
    from_s = entry.number("from_s", 0.0, 0.0, duration_s)
    made = Clutter(
        latitude,
        longitude,
        radius_m=entry.number("radius_m", None, 100.0, 200_000.0),
        plots=entry.number("plots", None, 0.0, 10_000.0),
        from_s=from_s,
        to_s=entry.number("to_s", duration_s, from_s, duration_s),
        east_mps=entry.number("east_mps", 0.0, -60.0, 60.0),
        north_mps=entry.number("north_mps", 0.0, -60.0, 60.0),
        height_m=entry.number("height_m", 2_000.0, 0.0, 12_000.0),
    )
    entry.done()
    return made


def _explained(settings: Settings, told: dict[str, Sensing], where: Where, found: list[str]) -> dict[str, Sensing]:
    """Every sensor of the site has a way to work; a radar needs none to be told."""
    for index, sensor in enumerate(settings.sensors):
        if sensor.kind == "radar":
            told.setdefault(sensor.name, RadarSensing(sensor.name))
        elif sensor.name not in told:
            line = where(("sensor", index))
            ways = ", ".join(name for name, (kind, _) in READERS.items() if kind == sensor.kind) or "none yet"
            advice = f'write [[sensing]] with sensor = "{sensor.name}" and physics = one of: {ways}'
            found.append(f"{line}: nothing says how {sensor.kind} sensor {sensor.name!r} works; {advice}")
    return told


def _above_ground(settings: Settings, terrain: Terrain | None, where: Where, found: list[str]) -> None:
    """An antenna stands on the ground or over it."""
    for index, sensor in enumerate(settings.sensors):
        ground_m = 0.0 if terrain is None else float(terrain.height_m(sensor.latitude_rad, sensor.longitude_rad))
        if sensor.altitude_m < ground_m:
            line = where(("sensor", index, "altitude_m"))
            advice = f"the ground there is at {ground_m:.0f} m; give the antenna's own altitude_m"
            found.append(f"{line}: sensor {sensor.name!r} is below ground at {sensor.altitude_m:g} m; {advice}")
