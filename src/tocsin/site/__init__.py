"""Reads the site file (TOML): what stands where, which feeds come in, how to serve and keep.

Degrees in the file, radians inside. Every error names the line, what came, what was expected and what to write
instead; all of them come in one SiteError, in the order of the file. Scenario files hold the same tables, so `parse`
also serves them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import radians
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from tocsin.delivery.declared import Delivery
from tocsin.errors import InputError, SiteError
from tocsin.geo.geotiff import terrain
from tocsin.messages import MEASURED
from tocsin.models.ground import pack
from tocsin.settings import (
    Alerting,
    Corridor,
    Frame,
    Ground,
    Launch,
    Learning,
    Place,
    Releasing,
    Retention,
    Sensor,
    Settings,
    Tracking,
    Watching,
)
from tocsin.site import rules as rule_files
from tocsin.site.lines import Lines, explain
from tocsin.site.problems import problems
from tocsin.site.tables import (
    AlertingTable,
    CapTable,
    FeedTable,
    LaunchTable,
    LedgerTable,
    LineTable,
    MapTable,
    PlaceTable,
    SchemeTable,
    ScoreTable,
    SensorTable,
    ServerTable,
    SiteFile,
    TerrainTable,
)
from tocsin.site.ways_out import delivery
from tocsin.site.zones import Scheme, scheme, whole
from tocsin.wire import rules_digest

HERE = Path()
PMTILES = b"PMTiles\x03"  # how such a file begins (PMTiles specification, version 3, section 3.1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """A site file, read: what thinking may know (`settings`) and what only the edge needs."""

    settings: Settings = field(default_factory=Settings)
    title: str = ""
    timezone: str = "UTC"
    lines: tuple[LineTable, ...] = ()
    feeds: tuple[FeedTable, ...] = ()
    server: ServerTable = field(default_factory=ServerTable)
    ledger: LedgerTable = field(default_factory=LedgerTable)
    retention: Retention = field(default_factory=Retention)
    schemes: tuple[Scheme, ...] = ()  # of zones: the current one, and those that subscribers still name
    delivery: Delivery = field(default_factory=Delivery)
    cap: CapTable = field(default_factory=CapTable)  # its paths are whole
    map_file: str = ""  # PMTiles of the region, for the screen; its path is whole
    score: ScoreTable = field(default_factory=ScoreTable)
    rules_file: str = ""  # by which stages are decided (settings.alerting); "": as tocsin comes

    @property
    def rules(self) -> str:
        """Which rules of alerting these are, in words."""
        of = self.rules_file or "as tocsin comes"
        return f"rules of alerting: {of}, SHA-256 {rules_digest(self.settings.alerting)}"


def read(path: Path) -> Site:
    """The site of a TOML file. Raises SiteError with every problem in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}. Give the path of a site file in TOML (UTF-8)"
        raise SiteError(message) from error
    return parse(text, str(path), folder=path.parent)


def parse(text: str, name: str = "site file", ignore: tuple[str, ...] = (), folder: Path = HERE) -> Site:
    """The site in TOML `text`; top-level tables named in `ignore` (a scenario's own) are left to their reader."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{name}: this is no TOML: {error}. Each line is `key = value`, a [table] or an [[entry]]"
        raise SiteError(message) from error
    lines = Lines(text, name)
    kept = {key: value for key, value in table.items() if key not in ignore}
    return from_table(kept, lines, folder)


def from_table(table: Mapping[str, Any], lines: Lines, folder: Path = HERE) -> Site:
    """The site of a parsed table; `lines` tells where each key stands."""
    try:
        file = SiteFile.model_validate(table)
    except ValidationError as error:
        raise SiteError(explain(error, lines, SiteFile)) from error
    if found := problems(file, lines):
        raise SiteError("\n".join(found))
    schemes = tuple(_scheme(table, lines, index, folder) for index, table in enumerate(file.scheme))
    zones = tuple(zone for one in schemes if one.current for zone in one.zones)
    places = (*(_place(place) for place in file.place), *zones)
    _names_of(places, lines)
    settings = Settings(
        site=file.site.name,
        frame=Frame(
            kind=file.frame.kind,
            dimensions=file.frame.dimensions,
            latitude_rad=radians(file.frame.latitude_deg),
            longitude_rad=radians(file.frame.longitude_deg),
            altitude_m=file.frame.altitude_m,
        ),
        sensors=tuple(_sensor(sensor, file.frame.kind) for sensor in file.sensor),
        places=places,
        tracking=Tracking(**file.tracking.model_dump()),
        watching=Watching(**file.watching.model_dump()),
        ground=_ground(file.terrain, lines, folder),
        learning=Learning(**file.learning.model_dump()),
        corridors=tuple(_corridor(line) for line in file.line if line.corridor_m > 0.0),
        alerting=_alerting(file.alerting, lines, folder),
        launches=tuple(_launch(table) for table in file.launch),
    )
    title = file.site.title or file.site.name
    retention = Retention(**file.retention.model_dump())
    edge = (file.line, file.feed, file.server, file.ledger)
    out = delivery(file.delivery, file.channel, schemes, places, lines)
    status = "exercise" if out.instance == "exercise" else "actual"
    settings = replace(settings, releasing=Releasing(status, **file.release.model_dump()))
    return Site(
        settings,
        title,
        file.site.timezone,
        *edge,
        retention,
        schemes,
        out,
        _cap(file.cap, folder),
        _map(file.map, lines, folder),
        file.score,
        str(folder / file.alerting.rules) if file.alerting.rules else "",
    )


def _alerting(table: AlertingTable, lines: Lines, folder: Path) -> Alerting:
    """The rules of the file beside the site file. Raises SiteError with what is wrong in it."""
    if not table.rules:
        return Alerting()
    try:
        return rule_files.read(folder / table.rules)
    except SiteError as error:
        raise SiteError(f"{lines.at(('alerting', 'rules'))}: these rules cannot be used:\n{error}") from error


def _map(table: MapTable, lines: Lines, folder: Path) -> str:
    """The map file of the region, beside the site file. Raises SiteError when it is none."""
    if not table.pmtiles:
        return ""
    path = folder / table.pmtiles
    try:
        with path.open("rb") as file:
            sound = file.read(len(PMTILES)) == PMTILES
    except OSError as error:
        message = (
            f"{lines.at(('map', 'pmtiles'))}: {path} cannot be read: {error.strerror}; give a path beside the site file"
        )
        raise SiteError(message) from error
    if not sound:
        message = f"{lines.at(('map', 'pmtiles'))}: {path} is no PMTiles archive of version 3; make one of your region"
        raise SiteError(message)
    return str(path.resolve())


def _cap(table: CapTable, folder: Path) -> CapTable:
    """Files stand beside the site file."""

    def beside(path: str) -> str:
        return str(folder / path) if path else ""

    others = tuple(
        other.model_copy(update={"certificates": beside(other.certificates), "trusted": beside(other.trusted)})
        for other in table.other
    )
    paths = {"profile": beside(table.profile), "keys": beside(table.keys), "wording": tuple(map(beside, table.wording))}
    return table.model_copy(update={**paths, "other": others})


def _scheme(table: SchemeTable, lines: Lines, index: int, folder: Path) -> Scheme:
    try:
        return scheme(folder / table.geojson, table.name, current=table.current, sha256=table.sha256)
    except SiteError as error:
        raise SiteError(f"{lines.at(('scheme', index, 'geojson'))}: {error}") from error


def _names_of(places: tuple[Place, ...], lines: Lines) -> None:
    """Places of the file and zones of its current scheme stand side by side: raises SiteError for a doubled name."""
    names: set[str] = set()
    known = {name for place in places for name in (place.name, whole(place))}
    for place in places:
        if place.name in names:
            raise SiteError(f"{lines.name}: {place.kind} {place.name!r} is there twice; give each place its own name")
        if place.parent and place.parent not in known:
            raise SiteError(
                f"{lines.name}: {place.kind} {place.name!r} has parent {place.parent!r}, which is no place here"
            )
        names.add(place.name)


def _ground(table: TerrainTable, lines: Lines, folder: Path) -> Ground | None:
    """The heights of [terrain]; its file stands beside the site file."""
    if not table.geotiff:
        return None
    try:
        return pack(terrain((folder / table.geotiff).read_bytes()), table.coarser)
    except (OSError, InputError, SiteError) as error:
        where = lines.at(("terrain", "geotiff"))
        raise SiteError(f"{where}: geotiff = {table.geotiff!r} cannot be used: {error}") from error


def _radians(value: float | None) -> float:
    return float("nan") if value is None else radians(value)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


# sigma_... keys of the file and the measured columns that they are for; `sigma_position_m` serves all of a position.
_SIGMAS: Mapping[str, tuple[str, ...]] = {
    "sigma_range_m": ("range_m",),
    "sigma_azimuth_deg": ("azimuth_rad",),
    "sigma_elevation_deg": ("elevation_rad",),
    "sigma_range_rate_mps": ("range_rate_mps",),
    "sigma_position_m": ("east_m", "north_m"),
    "sigma_altitude_m": ("altitude_m", "up_m"),
    "sigma_pressure_altitude_m": ("pressure_altitude_m",),
    "sigma_latitude_deg": ("latitude_rad",),
    "sigma_longitude_deg": ("longitude_rad",),
    "sigma_east_m": ("east_m",),
    "sigma_north_m": ("north_m",),
    "sigma_up_m": ("up_m",),
    "sigma_velocity_mps": ("velocity_east_mps", "velocity_north_mps", "velocity_up_mps"),
    "sigma_velocity_east_mps": ("velocity_east_mps",),
    "sigma_velocity_north_mps": ("velocity_north_mps",),
    "sigma_velocity_up_mps": ("velocity_up_mps",),
}
_PERIODS_S = {"radar": 4.0, "direction": 1.0, "position": 1.0, "track": 4.0, "report": 60.0}
_RANGES_M = {"radar": 250_000.0, "direction": 10_000.0, "position": 400_000.0, "track": 1e6, "report": 20_000.0}
_REPORTING = {"radar": "turn", "direction": "event", "position": "event", "track": "event", "report": "event"}


def _path(table: SensorTable, frame: str) -> tuple[tuple[int, float, float, float], ...]:
    """Places in time; longitudes run on over the antimeridian, so that what lies between two rows does."""
    if not table.path:
        return ()
    numbers = np.array([row[1:] for row in table.path])
    if frame == "earth":
        numbers[:, :2] = np.deg2rad(numbers[:, :2])
        numbers[:, 1] = np.unwrap(numbers[:, 1])
    places = zip(*numbers.T.tolist(), strict=True)
    return tuple((_nanoseconds(row[0]), a, b, c) for row, (a, b, c) in zip(table.path, places, strict=True))


def _nanoseconds(time: datetime) -> int:
    since = time - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000


def _sensor(table: SensorTable, frame: str) -> Sensor:
    path = _path(table, frame)
    sigma: dict[str, float] = {}
    for key, columns in _SIGMAS.items():
        value = getattr(table, key)
        if value is not None:
            sigma |= dict.fromkeys(columns, radians(value) if key.endswith("_deg") else value)
    unknown = set(sigma) - set(MEASURED)
    if unknown:  # a programming error, not a user's
        raise SiteError(f"no measured column is called {sorted(unknown)}")
    place = _radians(table.latitude_deg), _radians(table.longitude_deg), _number(table.altitude_m)
    flat = _number(table.east_m), _number(table.north_m), table.up_m
    if table.moves and not path:  # where it is until it says so itself
        path = ((0, place[0], place[1], place[2] if table.altitude_m is not None else 0.0),)
    if path and frame == "earth":
        place = path[0][1:]
    elif path:
        flat = path[0][1:]
    return Sensor(
        name=table.name,
        kind=table.kind,
        sources=table.sources,
        latitude_rad=place[0],
        longitude_rad=place[1],
        altitude_m=place[2],
        east_m=flat[0],
        north_m=flat[1],
        up_m=flat[2],
        path=path,
        moves=table.moves,
        sigma=sigma,
        detection_probability=table.detection_probability,
        clutter_per_scan=table.clutter_per_scan,
        min_range_m=table.min_range_m,
        max_range_m=table.max_range_m or _RANGES_M[table.kind],
        period_s=table.period_s or _PERIODS_S[table.kind],
        propagation_mps=table.propagation_mps,
        temperature_c=_number(table.temperature_c),
        temperature_sigma_c=table.temperature_sigma_c,
        wind_mps=table.wind_mps,
        wind_from_rad=radians(table.wind_from_deg),
        wind_sigma_mps=table.wind_sigma_mps,
        reporting=table.reporting or _REPORTING[table.kind],
        multiplicity=table.multiplicity,
        authenticated=table.authenticated,
        path_link=table.path_link,
        path_power=table.path_power,
        path_clock=table.path_clock,
        path_owner=table.path_owner,
        azimuth_from_rad=_radians(table.azimuth_from_deg),
        azimuth_to_rad=_radians(table.azimuth_to_deg),
        elevation_min_rad=radians(table.elevation_min_deg),
        elevation_max_rad=radians(table.elevation_max_deg),
        doppler_notch_mps=table.doppler_notch_mps,
        resolution_range_m=table.resolution_range_m,
        resolution_azimuth_rad=radians(table.resolution_azimuth_deg),
        reference_range_m=table.reference_range_m,
        report_rate_hz=table.report_rate_hz,
        new_identities_per_min=table.new_identities_per_min,
        fed_by=table.fed_by,
        decorrelation_s=table.decorrelation_s,
        confusion=table.confusion,
    )


def _corridor(table: LineTable) -> Corridor:
    geometry = tuple((radians(latitude), radians(longitude)) for latitude, longitude in table.points_deg)
    return Corridor(table.name, geometry, table.corridor_m)


def _launch(table: LaunchTable) -> Launch:
    geometry = tuple((radians(latitude), radians(longitude)) for latitude, longitude in table.points_deg)
    return Launch(table.name, geometry, tuple(dict.fromkeys(table.groups)), table.per_hour)


def _place(table: PlaceTable) -> Place:
    points = table.points_deg
    if table.kind == "site" and table.latitude_deg is not None and table.longitude_deg is not None:
        points = ((table.latitude_deg, table.longitude_deg),)
    if table.kind == "zone" and points[0] != points[-1]:
        points = (*points, points[0])
    geometry = tuple((radians(latitude), radians(longitude)) for latitude, longitude in points)
    return Place(
        table.name,
        table.kind,
        geometry,
        table.ring_m,
        table.action_time_s,
        table.parent,
        table.scheme,
        table.title or table.name,
        residents=_number(table.residents),
        release_by=table.release_by,
        actions=tuple((one.name, one.time_s) for one in table.actions),
    )
