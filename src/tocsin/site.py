"""Reads the site file (TOML): what stands where, which feeds come in, how to serve and keep.

The only place with pydantic. Degrees in the file, radians inside. Every error names the line, what came, what was
expected and what to write instead; all of them come in one SiteError, in the order of the file.
Scenario files hold the same tables, so `parse` also serves them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import radians
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shapely import LinearRing, is_valid_reason
from shapely.geometry import Polygon

from tocsin.errors import SiteError
from tocsin.messages import MEASURED
from tocsin.settings import Frame, Place, Sensor, Settings, Tracking, Watching
from tocsin.site_errors import Lines, explain

Name = Annotated[str, Field(min_length=1, max_length=80)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Probability = Annotated[float, Field(gt=0, le=1)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Azimuth = Annotated[float, Field(ge=0, le=360)]
Port = Annotated[int, Field(ge=1, le=65535)]
Point = tuple[Latitude, Longitude]
BORDER_POINTS_MIN = 2
ZONE_POINTS_MIN = 3


class Table(BaseModel):
    """A TOML table: unknown keys are errors, so that a misspelt key cannot pass for a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class SiteTable(Table):
    """[site]: what the site is called and whose clock it shows."""

    name: Name = "unnamed"
    title: str = ""
    timezone: str = "UTC"


class FrameTable(Table):
    """[frame]: "earth" (ECEF) or "local" (flat metres)."""

    kind: Literal["earth", "local"] = "earth"
    dimensions: Literal[2, 3] = 3
    latitude_deg: Latitude = 0.0
    longitude_deg: Longitude = 0.0
    altitude_m: Finite = 0.0


class SensorTable(Table):
    """[[sensor]]: DESIGN's table of sensors. All but name, kind, place and sigmas have defaults."""

    name: Name
    kind: Literal["radar", "direction", "position", "track", "report"]
    sources: tuple[str, ...] = ()
    latitude_deg: Latitude | None = None
    longitude_deg: Longitude | None = None
    altitude_m: Finite | None = None
    east_m: Finite | None = None
    north_m: Finite | None = None
    up_m: Finite = 0.0
    sigma_range_m: Positive | None = None
    sigma_azimuth_deg: Positive | None = None
    sigma_elevation_deg: Positive | None = None
    sigma_range_rate_mps: Positive | None = None
    sigma_position_m: Positive | None = None
    sigma_latitude_deg: Positive | None = None
    sigma_longitude_deg: Positive | None = None
    sigma_altitude_m: Positive | None = None
    sigma_pressure_altitude_m: Positive | None = None
    sigma_east_m: Positive | None = None
    sigma_north_m: Positive | None = None
    sigma_up_m: Positive | None = None
    sigma_velocity_mps: Positive | None = None
    sigma_velocity_east_mps: Positive | None = None
    sigma_velocity_north_mps: Positive | None = None
    sigma_velocity_up_mps: Positive | None = None
    detection_probability: Probability = 0.9
    clutter_per_scan: NotNegative = 1.0
    min_range_m: NotNegative = 0.0
    max_range_m: Positive | None = None
    period_s: Positive | None = None
    propagation_mps: Positive = 299_792_458.0
    reporting: Literal["turn", "dwell", "event"] | None = None
    multiplicity: Literal["one", "several"] = "one"
    authenticated: bool = False
    path_link: str = ""
    path_power: str = ""
    path_clock: str = ""
    path_owner: str = ""
    azimuth_from_deg: Azimuth | None = None
    azimuth_to_deg: Azimuth | None = None
    elevation_min_deg: Annotated[float, Field(ge=-90, le=90)] = -90.0
    elevation_max_deg: Annotated[float, Field(ge=-90, le=90)] = 90.0
    doppler_notch_mps: NotNegative = 0.0
    resolution_range_m: NotNegative = 0.0
    resolution_azimuth_deg: Annotated[float, Field(ge=0, le=360)] = 0.0


class PlaceTable(Table):
    """[[place]]: a site (a point and its ring), a zone (outline) or a border sector (line)."""

    name: Name
    kind: Literal["site", "zone", "border"]
    title: str = ""
    latitude_deg: Latitude | None = None
    longitude_deg: Longitude | None = None
    points_deg: tuple[Point, ...] = ()
    ring_m: NotNegative = 0.0
    action_time_s: NotNegative = 0.0
    parent: str = ""
    scheme: str = ""


class LineTable(Table):
    """[[line]]: a river or a road, drawn on the map because the base map has none."""

    name: Name
    kind: Literal["river", "border", "road", "other"] = "other"
    points_deg: tuple[Point, ...]


class FeedTable(Table):
    """[[feed]]: one source of bytes. `rate_max`: its declared packets a second; above it, it is shed first."""

    name: Name
    format: str
    transport: Literal["udp", "tcp-client", "tcp-server", "http", "file", "directory"]
    host: str = "127.0.0.1"
    port: Port | None = None
    group: str = ""
    path: str = ""
    rate_max: Positive = 5000.0


class ServerTable(Table):
    """[server]: loopback unless configured otherwise; beyond loopback only with TLS."""

    host: str = "127.0.0.1"
    port: Port = 8000
    tls_certificate: str = ""
    tls_key: str = ""


class RetentionTable(Table):
    """[retention]: how long inputs stay. What an alert, order or incident rests on is never deleted."""

    days: Positive = 30.0
    bytes: Annotated[int, Field(ge=10_000_000)] = 50_000_000_000


class LedgerTable(Table):
    """[ledger]: where the evidence lies."""

    folder: str = "tocsin-ledger"


class TrackingTable(Table):
    """[tracking]: settings.Tracking, where a site needs other values."""

    confirm_existence: Annotated[float, Field(ge=0.5, le=0.999)] = Tracking().confirm_existence
    release_existence: Annotated[float, Field(ge=0.05, le=0.9)] = Tracking().release_existence
    hold_s: Annotated[float, Field(ge=0, le=2)] = Tracking().hold_s


class WatchingTable(Table):
    """[watching]: settings.Watching, where a site needs other values."""

    stale_periods: Annotated[float, Field(ge=1, le=10)] = Watching().stale_periods
    expired_periods: Annotated[float, Field(ge=2, le=20)] = Watching().expired_periods
    expired_floor_s: Annotated[float, Field(ge=1, le=60)] = Watching().expired_floor_s


class SiteFile(Table):
    """The whole file."""

    site: SiteTable = SiteTable()
    frame: FrameTable = FrameTable()
    sensor: tuple[SensorTable, ...] = ()
    place: tuple[PlaceTable, ...] = ()
    line: tuple[LineTable, ...] = ()
    feed: tuple[FeedTable, ...] = ()
    server: ServerTable = ServerTable()
    ledger: LedgerTable = LedgerTable()
    retention: RetentionTable = RetentionTable()
    tracking: TrackingTable = TrackingTable()
    watching: WatchingTable = WatchingTable()


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
    retention: RetentionTable = field(default_factory=RetentionTable)


def read(path: Path) -> Site:
    """The site of a TOML file. Raises SiteError with every problem in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}. Give the path of a site file in TOML (UTF-8)"
        raise SiteError(message) from error
    return parse(text, str(path))


def parse(text: str, name: str = "site file", ignore: tuple[str, ...] = ()) -> Site:
    """The site in TOML `text`; top-level tables named in `ignore` (a scenario's own) are left to their reader."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{name}: this is no TOML: {error}. Each line is `key = value`, a [table] or an [[entry]]"
        raise SiteError(message) from error
    lines = Lines(text, name)
    kept = {key: value for key, value in table.items() if key not in ignore}
    return from_table(kept, lines)


def from_table(table: Mapping[str, Any], lines: Lines) -> Site:
    """The site of a parsed table; `lines` tells where each key stands."""
    try:
        file = SiteFile.model_validate(table)
    except ValidationError as error:
        raise SiteError(explain(error, lines, SiteFile)) from error
    problems = _problems(file, lines)
    if problems:
        raise SiteError("\n".join(problems))
    settings = Settings(
        site=file.site.name,
        frame=Frame(
            kind=file.frame.kind,
            dimensions=file.frame.dimensions,
            latitude_rad=radians(file.frame.latitude_deg),
            longitude_rad=radians(file.frame.longitude_deg),
            altitude_m=file.frame.altitude_m,
        ),
        sensors=tuple(_sensor(sensor) for sensor in file.sensor),
        places=tuple(_place(place) for place in file.place),
        tracking=Tracking(**file.tracking.model_dump()),
        watching=Watching(**file.watching.model_dump()),
    )
    title = file.site.title or file.site.name
    return Site(settings, title, file.site.timezone, file.line, file.feed, file.server, file.ledger, file.retention)


def _radians(value: float | None) -> float:
    return float("nan") if value is None else radians(value)


def _metres(value: float | None) -> float:
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


def _sensor(table: SensorTable) -> Sensor:
    sigma: dict[str, float] = {}
    for key, columns in _SIGMAS.items():
        value = getattr(table, key)
        if value is not None:
            sigma |= dict.fromkeys(columns, radians(value) if key.endswith("_deg") else value)
    unknown = set(sigma) - set(MEASURED)
    if unknown:  # a programming error, not a user's
        raise SiteError(f"no measured column is called {sorted(unknown)}")
    return Sensor(
        name=table.name,
        kind=table.kind,
        sources=table.sources,
        latitude_rad=_radians(table.latitude_deg),
        longitude_rad=_radians(table.longitude_deg),
        altitude_m=_metres(table.altitude_m),
        east_m=_metres(table.east_m),
        north_m=_metres(table.north_m),
        up_m=table.up_m,
        sigma=sigma,
        detection_probability=table.detection_probability,
        clutter_per_scan=table.clutter_per_scan,
        min_range_m=table.min_range_m,
        max_range_m=table.max_range_m or _RANGES_M[table.kind],
        period_s=table.period_s or _PERIODS_S[table.kind],
        propagation_mps=table.propagation_mps,
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
    )


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
    )


def _problems(file: SiteFile, lines: Lines) -> list[str]:
    """What pydantic cannot see: doubled names, missing places, outlines that cross themselves."""
    found: list[str] = []
    for kind, tables in (("sensor", file.sensor), ("place", file.place), ("feed", file.feed)):
        seen: dict[str, int] = {}
        for index, table in enumerate(tables):
            where = lines.at((kind, index, "name"))
            if table.name in seen:
                found.append(f"{where}: {kind} {table.name!r} is there twice; give each {kind} a name of its own")
            seen[table.name] = index
    for index, sensor in enumerate(file.sensor):
        found += _sensor_problems(sensor, file.frame.kind, lines.at(("sensor", index)))
    parents = {place.name for place in file.place}
    for index, place in enumerate(file.place):
        found += _place_problems(place, lines.at(("place", index)), parents)
    for index, feed in enumerate(file.feed):
        found += _feed_problems(feed, lines.at(("feed", index)))
    if file.tracking.release_existence >= file.tracking.confirm_existence:
        where = lines.at(("tracking", "release_existence"))
        found.append(f"{where}: release_existence must be below confirm_existence, or tracks flicker")
    return found


def _sensor_problems(sensor: SensorTable, frame: str, where: str) -> list[str]:
    found: list[str] = []
    if sensor.kind in ("radar", "direction"):
        if frame == "earth" and (sensor.latitude_deg is None or sensor.longitude_deg is None):
            advice = "write latitude_deg = ..., longitude_deg = ..., altitude_m = ..."
            found.append(f"{where}: sensor {sensor.name!r} has no place; {advice}")
        if frame == "local" and (sensor.east_m is None or sensor.north_m is None):
            found.append(f"{where}: sensor {sensor.name!r} has no place; write east_m = ... and north_m = ...")
    needed = {"radar": ("sigma_range_m", "sigma_azimuth_deg"), "direction": ("sigma_azimuth_deg",)}.get(sensor.kind, ())
    found.extend(
        f"{where}: {sensor.kind} {sensor.name!r} has no {key}; write {key} = its standard deviation"
        for key in needed
        if getattr(sensor, key) is None
    )
    if (sensor.azimuth_from_deg is None) != (sensor.azimuth_to_deg is None):
        found.append(
            f"{where}: sensor {sensor.name!r} has half a field of view; write azimuth_from_deg and azimuth_to_deg"
        )
    if sensor.max_range_m is not None and sensor.max_range_m <= sensor.min_range_m:
        found.append(
            f"{where}: sensor {sensor.name!r} has max_range_m <= min_range_m; the far limit must be the larger"
        )
    return found


def _place_problems(place: PlaceTable, where: str, parents: set[str]) -> list[str]:
    name = f"{where}: {place.kind} {place.name!r}"
    found = []
    if place.parent and place.parent not in parents:
        found.append(
            f"{name} has parent {place.parent!r}, which is no place here; name a place of this file or leave it out"
        )
    if place.kind == "site":
        if place.latitude_deg is None or place.longitude_deg is None:
            found.append(f"{name} has no point; write latitude_deg = ... and longitude_deg = ...")
        if not place.ring_m:
            found.append(f"{name} has no ring; write ring_m = the distance in metres inside which it is in danger")
        return found
    needed = ZONE_POINTS_MIN if place.kind == "zone" else BORDER_POINTS_MIN
    distinct = len(set(place.points_deg))
    if distinct < needed:
        found.append(
            f"{name} has {distinct} different points; points_deg = [[latitude, longitude], ...] needs {needed}"
        )
    elif place.kind == "zone":
        polygon = Polygon([(longitude, latitude) for latitude, longitude in place.points_deg])
        if not LinearRing(polygon.exterior).is_simple or not polygon.is_valid:
            found.append(f"{name} crosses itself ({is_valid_reason(polygon)}); give its corners in order, once around")
    return found


def _feed_problems(feed: FeedTable, where: str) -> list[str]:
    found = []
    if feed.transport in ("udp", "tcp-client", "tcp-server") and feed.port is None:
        found.append(f"{where}: feed {feed.name!r} comes by {feed.transport} and has no port; write port = ...")
    if feed.transport in ("file", "directory") and not feed.path:
        found.append(f"{where}: feed {feed.name!r} comes from a {feed.transport} and has no path; write path = ...")
    return found
