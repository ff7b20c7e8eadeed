"""The tables of a site file, as a user writes them: degrees, names, defaults, bounds.

The only place with pydantic. docs/reference/site.md is made from these docstrings and fields.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tocsin.settings import Alerting, Launch, Learning, Releasing, Retention, Tracking, Watching

Name = Annotated[str, Field(min_length=1, max_length=80)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Probability = Annotated[float, Field(gt=0, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Azimuth = Annotated[float, Field(ge=0, le=360)]
Port = Annotated[int, Field(ge=1, le=65535)]
Launched = Literal["drones", "missiles", "ballistic"]
Point = tuple[Latitude, Longitude]
Waypoint = tuple[AwareDatetime, Finite, Finite, Finite]  # degrees and metres on the earth, else east, north, up


class Table(BaseModel):
    """A TOML table: unknown keys are errors, so that a misspelt key cannot pass for a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Named(Table):
    """A table that is one of several, told apart by its name."""

    name: Name


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


class SensorTable(Named):
    """[[sensor]]: DESIGN's table of sensors. All but name, kind, place and sigmas have defaults."""

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
    temperature_c: Annotated[float, Field(ge=-70, le=60)] | None = None
    temperature_sigma_c: Positive = 5.0
    wind_mps: Annotated[float, Field(ge=0, le=100)] = 0.0
    wind_from_deg: Azimuth = 0.0
    wind_sigma_mps: Positive = 3.0
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
    reference_range_m: NotNegative = 0.0
    report_rate_hz: NotNegative = 0.0
    new_identities_per_min: Positive = 60.0
    fed_by: tuple[str, ...] = ()
    decorrelation_s: NotNegative = 10.0
    path: tuple[Waypoint, ...] = ()
    moves: bool = False
    confusion: dict[str, dict[str, Annotated[float, Field(ge=0, le=1)]]] = Field(default_factory=dict)


class ActionTable(Table):
    """[[place.actions]]: what the people of a place do before something arrives, and how long it takes them."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    time_s: Positive


class PlaceTable(Named):
    """[[place]]: a site (a point and its ring), a zone (outline) or a border sector (line)."""

    kind: Literal["site", "zone", "border"]
    title: str = ""
    latitude_deg: Latitude | None = None
    longitude_deg: Longitude | None = None
    points_deg: tuple[Point, ...] = ()
    ring_m: NotNegative = 0.0
    action_time_s: NotNegative = 0.0
    actions: tuple[ActionTable, ...] = ()
    parent: str = ""
    scheme: str = ""
    residents: NotNegative | None = None
    release_by: tuple[Name, ...] = ()


class SchemeTable(Named):
    """[[scheme]]: a version of the zones, as GeoJSON beside the site file. Those of the current one are places."""

    geojson: str
    current: bool = False
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""


class LineTable(Named):
    """[[line]]: a river or a road, drawn on the map because the base map has none.

    `corridor_m`: movers are known to follow it, this far apart from side to side; 0: they are not.
    """

    kind: Literal["river", "border", "road", "other"] = "other"
    points_deg: tuple[Point, ...]
    corridor_m: NotNegative = 0.0


class LaunchTable(Named):
    """[[launch]]: a region from which things are launched. They are likelier to begin there."""

    points_deg: tuple[Point, ...]
    groups: Annotated[tuple[Launched, ...], Field(min_length=1)] = ("missiles", "ballistic")
    per_hour: Annotated[float, Field(gt=0, le=1000)] = Launch("", ()).per_hour


class FeedTable(Named):
    """[[feed]]: one source of bytes. `rate_max`: its declared packets a second; above it, it is shed first."""

    format: str
    transport: Literal["udp", "tcp-client", "tcp-server", "http", "file", "directory"]
    host: str = "127.0.0.1"
    port: Port | None = None
    group: str = ""
    path: str = ""
    rate_max: Positive = 5000.0


class TerrainTable(Table):
    """[terrain]: a GeoTIFF of heights, beside the site file, that hides what is behind its hills."""

    geotiff: str = ""
    coarser: Annotated[int, Field(ge=1, le=100)] = 1


class MapTable(Table):
    """[map]: a map of the region, drawn below everything: PMTiles of vector tiles, beside the site file."""

    pmtiles: str = ""


class DeliveryTable(Table):
    """[delivery]: whether anything is sent at all, and whom the dead-man message reaches."""

    instance: Literal["off", "actual", "exercise"] = "off"
    outside_url: str = ""
    outside_s: Annotated[float, Field(ge=5, le=3600)] = 60.0
    outside_secret_file: str = ""
    outside_secret_env: str = ""


class ChannelTable(Named):
    """[[channel]]: one way out. docs/how-to/channels.md shows one of each kind."""

    kind: Literal["webhook", "mqtt", "email", "feed", "cot", "siren", "command"]
    audience: tuple[Literal["public", "staff"], ...] = ()
    status: tuple[Literal["actual", "exercise", "test"], ...] = ()
    places: tuple[str, ...] = ()
    scheme: str = ""
    stages: tuple[Literal["watch", "warning", "under way", "all clear"], ...] = ()
    url: str = ""
    test_url: str = ""
    read_back: str = ""
    user: str = ""
    secret: str = Field(default="", repr=False)
    secret_file: str = ""
    secret_env: str = ""
    certificates: str = ""
    topic: str = "tocsin"
    sender: str = ""
    to: tuple[str, ...] = ()
    test_to: tuple[str, ...] = ()
    argv: tuple[str, ...] = ()
    country: str = ""
    device: Annotated[int, Field(ge=0, le=255)] = 1
    register_first: Annotated[int, Field(ge=0, le=65_000)] = 0
    lease_s: Annotated[float, Field(ge=3, le=120)] = 15.0
    longest_s: Annotated[float, Field(ge=10, le=3600)] = 300.0
    current_a_min: NotNegative = 0.0
    battery_v_min: NotNegative = 0.0
    silent_test_utc: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")] = ""
    timeout_s: Annotated[float, Field(ge=0.1, le=60)] = 10.0
    check_s: Annotated[float, Field(ge=1, le=600)] = 30.0
    at_once: Annotated[int, Field(ge=1, le=64)] = 4


class ReleaseTable(Table):
    """[release]: who says what to the public, in the order of asking."""

    people: tuple[Name, ...] = ()
    same_person: tuple[tuple[Name, ...], ...] = ()
    answer_s: Annotated[float, Field(ge=5, le=300)] = Releasing().answer_s


class ReviewTable(Table):
    """[[cap.reviewed]]: a person whose work it is has read the words of a language and signs them."""

    language: str
    person: Name
    date: date
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class OtherTable(Named):
    """[[cap.other]]: another authority's CAP feed, for the list beside the map."""

    url: str
    certificates: str = ""
    trusted: str = ""
    period_s: Annotated[float, Field(ge=10, le=3600)] = 60.0


class CapTable(Table):
    """[cap]: who speaks, in which languages, with which keys. Without `sender` no CAP document is made."""

    sender: Annotated[str, Field(pattern=r"^[^\s,<&]*$", max_length=200)] = ""
    name: str = ""
    languages: tuple[str, ...] = ("en", "uk", "ro", "pl")
    wording: tuple[str, ...] = ()
    profile: str = ""
    keys: str = ""
    contact: str = ""
    web: str = ""
    test_addresses: tuple[str, ...] = ()
    reviewed: tuple[ReviewTable, ...] = ()
    other: tuple[OtherTable, ...] = ()


class ServerTable(Table):
    """[server]: loopback unless configured otherwise; beyond loopback only with TLS."""

    host: str = "127.0.0.1"
    port: Port = 8000
    names: tuple[str, ...] = ()  # under which it is opened from elsewhere; a request for another name is refused
    tls_certificate: str = ""
    tls_key: str = ""


class RetentionTable(Table):
    """[retention]: how long inputs stay. What an alert, order or incident rests on is never deleted."""

    days: Positive = Retention().days
    dump_days: Positive = Retention().dump_days
    bytes_max: Annotated[int, Field(ge=0)] = Retention().bytes_max


class ScoreTable(Table):
    """[score]: each day the night before is scored against what became known later; the page lies in `reports`."""

    nightly: bool = False
    at_utc: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "13:00"
    pdf: bool = False
    keep: Annotated[int, Field(ge=1, le=10_000)] = 366


class LedgerTable(Table):
    """[ledger]: where the evidence lies."""

    folder: str = "tocsin-ledger"


class TrackingTable(Table):
    """[tracking]: settings.Tracking, where a site needs other values."""

    confirm_existence: Annotated[float, Field(ge=0.5, le=0.999)] = Tracking().confirm_existence
    release_existence: Annotated[float, Field(ge=0.05, le=0.9)] = Tracking().release_existence
    hold_s: Annotated[float, Field(ge=0, le=2)] = Tracking().hold_s
    late_s: Annotated[float, Field(ge=0, le=120)] = Tracking().late_s
    again_rows_per_s: Annotated[float, Field(ge=0)] = Tracking().again_rows_per_s
    identity_speed_mps_max: Annotated[float, Field(ge=100, le=10_000)] = Tracking().identity_speed_mps_max
    own_output: tuple[str, ...] = Tracking().own_output


class LearningTable(Table):
    """[learning]: settings.Learning, where a site needs other values."""

    clutter: bool = Learning().clutter
    detection: bool = Learning().detection
    registration: bool = Learning().registration
    weighting: bool = Learning().weighting
    half_life_s: Annotated[float, Field(ge=60, le=7200)] = Learning().half_life_s
    prior: Annotated[float, Field(ge=0.5, le=100)] = Learning().prior
    rise_per_minute: Annotated[float, Field(ge=1, le=4)] = Learning().rise_per_minute


class WatchingTable(Table):
    """[watching]: settings.Watching, where a site needs other values."""

    stale_periods: Annotated[float, Field(ge=1, le=10)] = Watching().stale_periods
    expired_periods: Annotated[float, Field(ge=2, le=20)] = Watching().expired_periods
    expired_floor_s: Annotated[float, Field(ge=1, le=60)] = Watching().expired_floor_s


class AlertingTable(Table):
    """[alerting]: which file of rules decides the stages of places; without one, the rules that tocsin comes with."""

    rules: str = ""


class ThreatTable(Named):
    """[[threat]] of a rule file: settings.Threat. What is left out stays as tocsin comes with it."""

    threat: Share | None = None
    warn_chance: Probability | None = None
    warn_chance_late: Probability | None = None
    flight_s: Annotated[float, Field(ge=10, le=86_400)] | None = None
    paths: Annotated[int, Field(ge=2, le=4)] | None = None  # one path alone never makes a public alert
    fast: bool | None = None
    detections: Annotated[int, Field(ge=1, le=20)] | None = None
    at_launch: bool | None = None


class RuleFile(Table):
    """A rule file: settings.Alerting. What is left out stays as tocsin comes with it."""

    threat: tuple[ThreatTable, ...] = ()
    known_threat: Share = Alerting().known_threat
    watch_chance: Annotated[float, Field(ge=0.01, le=0.9)] = Alerting().watch_chance
    inside_chance: Annotated[float, Field(ge=0.05, le=0.95)] = Alerting().inside_chance
    linger: Annotated[float, Field(ge=0.05, le=1)] = Alerting().linger
    margin_s: Annotated[float, Field(ge=0, le=600)] = Alerting().margin_s
    quiet_s: Annotated[float, Field(ge=0, le=3600)] = Alerting().quiet_s
    watch_least_s: Annotated[float, Field(ge=0, le=3600)] = Alerting().watch_least_s
    warning_least_s: Annotated[float, Field(ge=0, le=3600)] = Alerting().warning_least_s
    clear_least_s: Annotated[float, Field(ge=0, le=7200)] = Alerting().clear_least_s
    hold_chance: Annotated[float, Field(ge=0.001, le=0.9)] = Alerting().hold_chance


class SiteFile(Table):
    """The whole file."""

    site: SiteTable = SiteTable()
    frame: FrameTable = FrameTable()
    sensor: tuple[SensorTable, ...] = ()
    place: tuple[PlaceTable, ...] = ()
    scheme: tuple[SchemeTable, ...] = ()
    line: tuple[LineTable, ...] = ()
    launch: tuple[LaunchTable, ...] = ()
    terrain: TerrainTable = TerrainTable()
    map: MapTable = MapTable()
    feed: tuple[FeedTable, ...] = ()
    delivery: DeliveryTable = DeliveryTable()
    channel: tuple[ChannelTable, ...] = ()
    release: ReleaseTable = ReleaseTable()
    cap: CapTable = CapTable()
    server: ServerTable = ServerTable()
    ledger: LedgerTable = LedgerTable()
    retention: RetentionTable = RetentionTable()
    score: ScoreTable = ScoreTable()
    tracking: TrackingTable = TrackingTable()
    watching: WatchingTable = WatchingTable()
    learning: LearningTable = LearningTable()
    alerting: AlertingTable = AlertingTable()
