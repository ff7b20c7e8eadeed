"""Truth and tracks: what flew, and what a system showed, as rows of places in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.errors import InputError
from tocsin.geo.units import DEGREE_RAD
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.tables.arrow import Table

NEVER: Final = np.iinfo(np.int64).min
FAR_M: Final = 1e8  # a quarter of the way to the moon: beyond it a length is a mistake of units
SHOWN: Final = ("confirmed", "coasting")  # states of a track that count as shown; a system without states shows all
PLACES: Final = {"earth": ("latitude_deg", "longitude_deg", "altitude_m"), "local": ("east_m", "north_m", "up_m")}
BOUNDS: Final = {"latitude_deg": (-90.0, 90.0), "longitude_deg": (-180.0, 360.0)}
VELOCITY: Final = ("velocity_east_mps", "velocity_north_mps", "velocity_up_mps")
COVARIANCE: Final = tuple(f"covariance_{index}" for index in range(21))  # upper triangle of 6x6, row by row
SIGMA: Final = ("sigma_east_m", "sigma_north_m", "sigma_up_m")


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """n rows, sorted by object, then time. `number` counts objects from 0; `names[number]` is theirs in the table.

    `place` is (latitude_rad, longitude_rad, altitude_m) on the "earth" and (east, north, up) metres in a "local" frame;
    its third column, velocities (east, north, up) and sigmas are NaN where they are not given. `covariance_m2` is that
    of east, north and up; it is empty where a table has none. `updated_ns` is when a track was last detected (NEVER:
    not told). `kind` and `identity` are words of each object, not of each row. `left_out` says what was not taken, and
    why.
    """

    frame: str
    time_ns: Ints
    number: Ints
    names: Ints
    place: Floats  # (n, 3)
    velocity_mps: Floats  # (n, 3)
    sigma_m: Floats  # (n, 3)
    covariance_m2: Floats  # (n, 3, 3)
    updated_ns: Ints
    kind: tuple[str, ...]
    identity: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.time_ns)

    @property
    def begin(self) -> Ints:
        """(objects + 1,): the rows of object k are begin[k]:begin[k + 1]."""
        return np.searchsorted(self.number, np.arange(len(self.names) + 1))


def frame_of(truth: Table, tracks: Table) -> str:
    """The frame that both tables are in. Raises InputError when there is none."""
    for frame, columns in PLACES.items():
        if all(column in table for table in (truth, tracks) for column in columns[:2]):
            return frame
    said = [f"{table.name} has {_place_columns(table)}" for table in (truth, tracks)]
    expected = "; ".join(", ".join(columns) for columns in PLACES.values())
    raise InputError(f"{' and '.join(said)}: scoring needs the same frame in both ({expected})")


def _place_columns(table: Table) -> str:
    there = [column for columns in PLACES.values() for column in columns if column in table]
    return ", ".join(there) or "no place"


def truth_of(table: Table, frame: str) -> Objects:
    """The truth table. Raises InputError for columns that are missing or values that cannot be."""
    table.require("time", "target", *PLACES[frame][:2])
    return _objects(table, frame, table.integers("target"), np.ones(len(table), np.bool_), [])


def tracks_of(table: Table, frame: str, lag_s: float = 0.0, states: Sequence[str] = SHOWN) -> Objects:
    """The rows of a tracks table that are scored: one lag (0: as known then), and states that count as shown."""
    table.require("time", "track", *PLACES[frame][:2])
    kept = np.ones(len(table), np.bool_)
    left_out: list[str] = []
    if "lag" in table:
        lag = table.numbers("lag")
        other = np.where(np.isnan(lag), 0.0, lag) != lag_s  # not told: as known then
        kept &= ~other
        _note(left_out, other, f"of another lag than {lag_s:g} s")
    elif lag_s:
        raise InputError(f"{table.name} has no column lag, so that lag {lag_s:g} s cannot be scored")
    if "state" in table:
        hidden = np.array([state is not None and state not in states for state in table.words("state")], np.bool_)
        _note(left_out, hidden & kept, f"in other states than {', '.join(states)}")
        kept &= ~hidden
    return _objects(table, frame, table.integers("track"), kept, left_out)


def _note(left_out: list[str], rows: Flags, why: str) -> None:
    if rows.any():
        left_out.append(f"{int(rows.sum())} rows {why}")


def _objects(table: Table, frame: str, number: Ints, kept: Flags, left_out: list[str]) -> Objects:
    place = np.column_stack([_checked(table, column) for column in PLACES[frame]])
    lost = ~np.isfinite(place[:, :2]).all(axis=1)
    _note(left_out, lost & kept, "without a place")
    rows = np.flatnonzero(kept & ~lost)
    time_ns = table.times_ns("time")[rows]
    names, of_row = np.unique(number[rows], return_inverse=True)
    order = np.lexsort((time_ns, of_row))
    rows, time_ns, of_row = rows[order], time_ns[order], of_row[order]
    twice = np.flatnonzero((np.diff(time_ns) == 0) & (np.diff(of_row) == 0))
    if len(twice):
        at = np.datetime64(int(time_ns[twice[0]]), "ns")
        what = f"{table.name}: number {names[of_row[twice[0]]]} is twice at {at}Z"
        raise InputError(f"{what}; score one system's output, at one lag, at a time")
    if frame == "earth":
        place[:, :2] *= DEGREE_RAD
    return Objects(
        frame=frame,
        time_ns=time_ns,
        number=of_row.astype(np.int64),
        names=names,
        place=place[rows],
        velocity_mps=np.column_stack([_checked(table, column) for column in VELOCITY])[rows],
        sigma_m=np.column_stack([_checked(table, column) for column in SIGMA])[rows],
        covariance_m2=_covariance(table, rows),
        updated_ns=table.times_ns("last_detection", NEVER)[rows],
        kind=_first_words(table, "class", rows, of_row, len(names)),
        identity=_first_words(table, "identity", rows, of_row, len(names)),
        left_out=tuple(left_out),
    )


def _covariance(table: Table, rows: Ints) -> Floats:
    """The block of the position, of tables that hold it whole."""
    if COVARIANCE[0] not in table:
        return np.zeros((0, 3, 3))
    table.require(*COVARIANCE)
    full = np.zeros((len(rows), 6, 6))
    upper = np.triu_indices(6)
    for column, i, j in zip(COVARIANCE, *upper, strict=True):
        full[:, i, j] = full[:, j, i] = table.numbers(column)[rows]
    return full[:, :3, :3]


def _checked(table: Table, column: str) -> Floats:
    values = table.numbers(column)
    low, high = BOUNDS.get(column, (-FAR_M, FAR_M))
    wrong = np.flatnonzero(~np.isnan(values) & ~((values >= low) & (values <= high)))
    if len(wrong):
        found = f"{table.name}: {column} is {values[wrong[0]]} in row {wrong[0] + 1}"
        raise InputError(f"{found}; expected {low:g} to {high:g}, or null where there is none")
    return values


def _first_words(table: Table, column: str, rows: Ints, number: Ints, count: int) -> tuple[str, ...]:
    """The first word that an object has in this column, "" where it has none."""
    found = [""] * count
    if column in table:
        words = table.words(column)
        for row, one in zip(reversed(rows.tolist()), reversed(number.tolist()), strict=True):
            found[one] = words[row] or found[one]
    return tuple(found)
