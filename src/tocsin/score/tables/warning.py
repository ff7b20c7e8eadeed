"""Places, alerts, forecasts and what was knowable, as any system writes them (docs/reference/tables.md)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from tocsin.errors import InputError, SiteError
from tocsin.geo.areas import Area, area
from tocsin.geo.units import DEGREE_RAD
from tocsin.messages import Floats, Ints
from tocsin.score.tables.arrow import Table
from tocsin.score.tables.objects import NEVER

STAGES: Final = ("quiet", "watch", "warning", "under way")
ENDED: Final = ("all clear",)  # an event, no stage: the row before it ends
OPEN: Final = np.iinfo(np.int64).max  # an alert that nobody ended
HORIZONS_MIN: Final = (1, 2, 5, 10, 20, 30)
QUANTILES: Final = (5, 10, 25, 50, 75, 90, 95)
UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Protected places. `operator` says whose screen shows them ("" for all of them where nobody says)."""

    names: tuple[str, ...]
    areas: tuple[Area, ...]
    parent: tuple[str, ...]
    operator: tuple[str, ...]

    def index(self, table: Table) -> Ints:
        """For each row of another table, which of the places its column `place` names. Raises InputError for others."""
        known = {name: number for number, name in enumerate(self.names)}
        table.require("place")
        found = []
        for row, name in enumerate(table.words("place"), 1):
            if name not in known:
                raise InputError(f"{table.name}: row {row} names the place {name!r}, which the places do not have")
            found.append(known[name])
        return np.array(found, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Alerts:
    """One row for each stage that a place was put in. Times are ns UTC, NEVER where it did not happen.

    `level` indexes STAGES. `track` is the track that it rests on, UNKNOWN where nobody says.
    """

    place: Ints
    level: Ints
    decided_ns: Ints
    ended_ns: Ints
    released_ns: Ints
    sent_ns: Ints
    received_ns: Ints
    track: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """One row for each time, object and place. `target` (of the truth) or else `track` says whose, UNKNOWN if not told.

    `chance` (n, 6) is the probability of entry within HORIZONS_MIN, `quantile_s` (n, 7) when, given entry; NaN: not
    told.
    """

    time_ns: Ints
    target: Ints
    track: Ints
    place: Ints
    chance: Floats
    quantile_s: Floats

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass(frozen=True, slots=True, eq=False)
class Knowable:
    """When each target could have been seen, and when the best use of that would have warned of it at a place."""

    target: Ints
    place: Ints
    seeable_ns: Ints
    knowable_ns: Ints


def places_of(table: Table) -> Places:
    """The places table: `geometry` is well-known text, longitude latitude, degrees. Raises InputError."""
    table.require("place", "geometry")
    names = [name or "" for name in table.words("place")]
    if not names:
        raise InputError(f"{table.name} has no row: warnings are scored for places")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{table.name}: the place {twice!r} is there twice; each needs a name of its own")
    ring_m = np.nan_to_num(table.numbers("ring_m"))
    areas = [
        _area(table.name, name, text, float(ring))
        for name, text, ring in zip(names, table.words("geometry"), ring_m, strict=True)
    ]
    parent, operator = ([word or "" for word in table.words(column)] for column in ("parent", "operator"))
    return Places(tuple(names), tuple(areas), tuple(parent), tuple(operator))


def _area(table: str, name: str, text: str | None, ring_m: float) -> Area:
    if not text:
        raise InputError(f"{table}: place {name!r} has no geometry; expected well-known text such as POINT (21.7 57.1)")
    try:
        shape = shapely.from_wkt(text)
    except shapely.errors.ShapelyError as error:
        raise InputError(f"{table}: place {name!r}: {error}; expected text such as POINT (21.7 57.1)") from error
    kinds = {"Point": "site", "Polygon": "zone", "LineString": "border"}
    if shape.geom_type not in kinds or shape.is_empty:
        raise InputError(f"{table}: place {name!r} is {text[:40]!r}; expected POINT, POLYGON or LINESTRING")
    outline = shape.exterior if isinstance(shape, shapely.Polygon) else shape
    pairs = [(y * DEGREE_RAD, x * DEGREE_RAD) for x, y in shapely.get_coordinates(outline).tolist()]
    if shape.geom_type == "Point" and ring_m <= 0.0:
        raise InputError(f"{table}: place {name!r} is a point without a ring_m: nothing can enter it")
    try:
        return area(kinds[shape.geom_type], pairs, ring_m)
    except SiteError as error:
        raise InputError(f"{table}: place {name!r}: {error}") from error


def alerts_of(table: Table, places: Places) -> Alerts:
    """The alerts table. Raises InputError for places, stages or times that cannot be."""
    table.require("place", "stage", "decided")
    place, stages = places.index(table), table.words("stage")
    level = np.zeros(len(table), np.int64)
    for row, stage in enumerate(stages):
        if stage in STAGES:
            level[row] = STAGES.index(stage)
        elif stage not in ENDED:
            expected = ", ".join((*STAGES, *ENDED))
            raise InputError(f"{table.name}: row {row + 1} has the stage {stage!r}; expected {expected}")
    decided_ns, ended_ns = table.times_ns("decided"), table.times_ns("ended", OPEN)
    wrong = np.flatnonzero(ended_ns < decided_ns)
    if len(wrong):
        raise InputError(f"{table.name}: row {wrong[0] + 1} ended before it was decided; are both UTC?")
    released_ns, sent_ns, received_ns = (table.times_ns(name, NEVER) for name in ("released", "sent", "received"))
    track = table.integers("track", UNKNOWN)
    kept = np.flatnonzero(level > 0)
    columns = (place, level, decided_ns, ended_ns, released_ns, sent_ns, received_ns, track)
    return Alerts(*(column[kept] for column in columns))


def forecasts_of(table: Table, places: Places) -> Forecasts:
    """The forecasts table. Raises InputError for chances outside 0..1, times before now, or an unknown place."""
    table.require("time", "place")
    if "target" not in table and "track" not in table:
        raise InputError(f"{table.name} has neither track nor target: whose forecasts are these?")
    chance = np.column_stack([table.numbers(f"p_{minutes}min") for minutes in HORIZONS_MIN])
    quantile_s = np.column_stack([table.numbers(f"t{percent:02d}_s") for percent in QUANTILES])
    for name, values, high in (("a chance", chance, 1.0), ("a time to entry", quantile_s, np.inf)):
        row, column = np.nonzero(~np.isnan(values) & ~((values >= 0.0) & (values <= high)))
        if len(row):
            raise InputError(f"{table.name}: row {row[0] + 1} has {name} of {values[row[0], column[0]]:g}")
    target, track = (table.integers(name, UNKNOWN) for name in ("target", "track"))
    return Forecasts(table.times_ns("time"), target, track, places.index(table), chance, quantile_s)


def knowable_of(table: Table, places: Places) -> Knowable:
    """The table of what was knowable: `target`, `place`, `knowable`, and `seeable` where that is known."""
    seeable_ns, knowable_ns = table.times_ns("seeable", NEVER), table.times_ns("knowable", NEVER)
    return Knowable(table.integers("target"), places.index(table), seeable_ns, knowable_ns)
