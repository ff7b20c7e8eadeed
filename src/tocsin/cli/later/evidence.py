"""What a ledger tells of a night: the picture as it was known then, what aircraft said of themselves, what was read."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from arro3.core import Array, DataType, RecordBatch
from arro3.core import Table as ArrowTable

from tocsin import wire
from tocsin.errors import InputError, LedgerError
from tocsin.feeds.tables import tracks
from tocsin.geo.frames import ecef_from_geodetic, enu_vector_from_ecef, geodetic_from_ecef
from tocsin.geo.units import DEGREE_RAD, SECOND_NS
from tocsin.ledger.reader import Reader
from tocsin.live.lookback import LookBack
from tocsin.live.thinking import Pipeline
from tocsin.messages import Floats, Ints, Picture, Scan
from tocsin.score.tables.arrow import Table
from tocsin.settings import Sensor, Settings
from tocsin.simulate.recorded.flights import Fixes, Flown, flown
from tocsin.simulate.sensors.stand import Stand, in_sector
from tocsin.tracking.tracker import Tracker

if TYPE_CHECKING:
    from tocsin.pipeline import State

EVERY_S = 2.0
ROWS_MAX = 1_500_000  # of the tracks of all pictures of a night: about a gigabyte while they are scored
DUMPS_TRIED = 6
_DUMPS = "SELECT number FROM marks WHERE kind = 'dump' AND time_ns >= ? AND time_ns <= ? ORDER BY number"
SURVEYS = ("radar", "direction")  # what looks by itself; others are told


@dataclass(frozen=True, slots=True)
class Moment:
    """Where tracks were in one picture: a whole night of whole pictures would not fit into memory."""

    time_ns: int
    track: Ints
    position_m: Floats


@dataclass(slots=True)
class Evidence:
    """A night out of a ledger. `corroborated`: identities that another sensor bore out in any picture of it."""

    settings: Settings
    begin_ns: int
    end_ns: int
    every_s: float = 2.0  # between two pictures
    moments: list[Moment] = field(default_factory=list)
    shown: list[RecordBatch] = field(default_factory=list)  # the pictures as rows of the tracks table
    corroborated: set[str] = field(default_factory=set)
    telling: set[str] = field(default_factory=set)  # sensors by which aircraft tell who and where they are
    silent: int = 0  # pictures that could not be made: nothing is kept of then
    flights: Flown | None = None


def night(folder: Path, begin_ns: int | None, end_ns: int | None, every_s: float | None = None) -> Evidence:
    """Everything of a night. Without `every_s` pictures are EVERY_S apart, or so far that ROWS_MAX rows hold them.

    Raises InputError where the ledger holds nothing of it.
    """
    with closing(Reader(folder)) as reader:
        bounds = reader.bounds()
        first_ns = max(bounds.first_ns, begin_ns or bounds.first_ns)
        last_ns = min(bounds.last_ns, end_ns or bounds.last_ns)
        if not bounds.last or first_ns >= last_ns:
            held = f"{np.datetime64(bounds.first_ns, 'ns')}Z to {np.datetime64(bounds.last_ns, 'ns')}Z"
            raise InputError(
                f"{folder}: nothing of this night is kept; the ledger holds {held if bounds.last else 'nothing'}"
            )
        state = _state(reader, folder)
        found = Evidence(state.settings, first_ns, last_ns)
        found.every_s = every_s or apart_s(first_ns, last_ns, _tracks(reader, first_ns, last_ns))
        found.shown = list(tracks.batches(_pictures(reader, found)))
        found.flights = flown(_fixes(scans(reader, found), found))
    return found


def told(folder: Path, begin_ns: int, end_ns: int) -> Evidence:
    """What aircraft told of themselves, and nothing of what was shown."""
    with closing(Reader(folder)) as reader:
        found = Evidence(_state(reader, folder).settings, begin_ns, end_ns)
        found.flights = flown(_fixes(scans(reader, found), found))
        return found


def apart_s(begin_ns: int, end_ns: int, tracks_there: int) -> float:
    """Seconds between pictures: EVERY_S, more where a night with so many tracks would be more than ROWS_MAX rows."""
    rows = (end_ns - begin_ns) / SECOND_NS / EVERY_S * tracks_there
    return EVERY_S * max(1.0, round(rows / ROWS_MAX, 1))


def _tracks(reader: Reader, begin_ns: int, end_ns: int) -> int:
    """The most tracks in some states that were kept during the night."""
    from tocsin.pipeline import State, look

    kept = reader.ask(_DUMPS, begin_ns, end_ns)
    states = [State.load(reader.entry(number).body or b"") for (number,) in kept[:: max(1, len(kept) // DUMPS_TRIED)]]
    return max((len(look(state, state.now_ns)) for state in states), default=0)


def _state(reader: Reader, folder: Path) -> "State":
    from tocsin.pipeline import State

    dump = reader.last_dump_before(2**62)
    if dump is None or dump.body is None:
        raise InputError(f"{folder}: this ledger holds no state: nothing can be recomputed")
    return State.load(dump.body)


def _pictures(reader: Reader, found: Evidence) -> Iterator[Picture]:
    """As they were known then, at equal steps."""
    back = LookBack(reader, Pipeline(found.settings))
    every_ns = max(round(found.every_s * SECOND_NS), SECOND_NS // 10)
    for time_ns in range(found.begin_ns, found.end_ns + 1, every_ns):
        try:
            picture = back.picture_at(time_ns)
        except LedgerError:
            found.silent += 1
            continue
        found.moments.append(Moment(time_ns, picture.track, picture.position_m))
        borne = np.flatnonzero(picture.corroborated)
        found.corroborated |= {name for row in borne.tolist() if (name := picture.identity[row])}
        yield picture


def scans(reader: Reader, found: Evidence) -> Iterator[Scan]:
    """What came in that night."""
    for entry in reader.items_between(found.begin_ns, found.end_ns + 1, ("scan",)):
        if entry.body is not None:
            scan: Scan = wire.decode(entry.kind, entry.format, entry.body)
            yield scan


def _fixes(came: Iterator[Scan], found: Evidence) -> Fixes:
    """What aircraft told of themselves: identity and position in one row."""
    number: dict[str, int] = {}
    rows: list[tuple[int, int, float, float, float]] = []
    for scan in came:
        got = scan.detections
        if "latitude_rad" not in got.values or "identity" not in got.texts:
            continue
        nothing = np.full(len(got), np.nan)
        geometric = got.values.get("altitude_m", nothing)
        height = np.where(np.isfinite(geometric), geometric, got.values.get("pressure_altitude_m", nothing))
        latitude, longitude = got.values["latitude_rad"], got.values["longitude_rad"]
        for row, name in enumerate(got.texts["identity"]):
            if name and np.isfinite(latitude[row]):
                who = number.setdefault(name, len(number))
                at = (float(latitude[row]), float(longitude[row]), float(height[row]))
                rows.append((int(got.time_ns[row]), who, *at))
                found.telling.add(scan.sensors[int(scan.sweeps.sensor[got.sweep[row]])])
    times = np.array([row[0] for row in rows], np.int64)
    aircraft = np.array([row[1] for row in rows], np.int64)
    place = np.array([row[2:] for row in rows], np.float64).reshape(-1, 3)
    latitude_rad, longitude_rad, height_m = place.T
    nobody = ("",) * len(number)
    return Fixes(times, aircraft, latitude_rad, longitude_rad, height_m, tuple(number), nobody)


def truth(found: Evidence, only: set[str]) -> Table:
    """Flights of these identities as a truth table: what aircraft said, smoothed with what they said later."""
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("time", "target", "knots")}
    words: list[str] = []
    assert found.flights is not None  # noqa: S101  night() makes them
    for index, one in enumerate((one for one in found.flights.flights if one.identity in only), 1):
        second = one.start_s + np.arange(len(one.knots))
        parts["time"].append(found.flights.start_ns + np.round(second * SECOND_NS).astype(np.int64))
        parts["target"].append(np.full(len(second), index, np.int64))
        parts["knots"].append(one.knots)
        words += [one.identity] * len(second)
    times: Ints = np.concatenate([np.zeros(0, np.int64), *parts["time"]])
    target: Ints = np.concatenate([np.zeros(0, np.int64), *parts["target"]])
    knots = np.concatenate([np.zeros((0, 6)), *parts["knots"]])
    latitude, longitude, altitude = geodetic_from_ecef(knots[:, :3])
    velocity = enu_vector_from_ecef(knots[:, 3:], latitude, longitude)
    columns: dict[str, Any] = {
        "time": Array(times).cast(DataType.timestamp("ns", tz="UTC")),
        "target": Array(target),
        "latitude_deg": Array(latitude / DEGREE_RAD),
        "longitude_deg": Array(longitude / DEGREE_RAD),
        "altitude_m": Array(altitude),
        **{
            f"velocity_{name}_mps": Array(np.ascontiguousarray(one))
            for name, one in zip(("east", "north", "up"), velocity.T, strict=True)
        },
        "class": Array(["cooperative aircraft"] * len(words), DataType.string()),
        "identity": Array(words, DataType.string()),
    }
    return Table("what aircraft said", ArrowTable.from_pydict(columns))


def without_telling(folder: Path, found: Evidence) -> Iterator[Picture]:
    """The night worked again by what looks by itself: no sensor that is told, and no identity from the others."""
    kept = tuple(one for one in found.settings.sensors if not _tells(one, found.telling))
    settings = replace(found.settings, sensors=kept)
    tracker = Tracker(replace(settings, tracking=replace(settings.tracking, hold_s=0.0)))
    every_ns, due_ns = round(found.every_s * SECOND_NS), found.begin_ns
    with closing(Reader(folder)) as reader:
        for scan in scans(reader, found):
            while scan.received_ns >= due_ns:
                yield _look(tracker, due_ns)
                due_ns += every_ns
            if not set(scan.sensors) <= found.telling:
                tracker.advance(replace(scan, detections=replace(scan.detections, texts={})))
    while due_ns <= found.end_ns:
        yield _look(tracker, due_ns)
        due_ns += every_ns


def _look(tracker: Tracker, time_ns: int) -> Picture:
    tracker.tick(time_ns)
    tracker.refusals()
    return tracker.picture(time_ns)


def _tells(sensor: Sensor, telling: set[str]) -> bool:
    return sensor.name in telling or bool(telling.intersection(sensor.sources))


def coverage(found: Evidence, flown_: Table) -> Table:
    """When each flight was where a sensor that looks by itself is declared to see at least every second thing.

    A row for each moment: who scores holds it until the next.
    """
    latitude, longitude = (flown_.numbers(f"{name}_deg") * DEGREE_RAD for name in ("latitude", "longitude"))
    altitude, times = flown_.numbers("altitude_m"), flown_.times_ns("time")
    position = ecef_from_geodetic(latitude, longitude, altitude)
    seen = np.zeros(len(times), np.bool_)
    for sensor in found.settings.sensors:
        if sensor.kind in SURVEYS and not _tells(sensor, found.telling) and sensor.detection_probability >= 0.5:
            stand = Stand.of(sensor)
            distance, azimuth, elevation = stand.polar(position)
            here = (distance >= sensor.min_range_m) & (distance <= sensor.max_range_m)
            here &= (elevation >= sensor.elevation_min_rad) & (elevation <= sensor.elevation_max_rad)
            here &= in_sector(azimuth, sensor.azimuth_from_rad, sensor.azimuth_to_rad)
            seen |= here & stand.above_horizon(position, altitude)
    target = flown_.integers("target")[seen]
    stamps = Array(times[seen]).cast(DataType.timestamp("ns", tz="UTC"))
    return Table("coverage", ArrowTable.from_pydict({"target": Array(target), "seeable": stamps, "until": stamps}))
