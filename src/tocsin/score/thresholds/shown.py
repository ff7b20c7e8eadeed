"""What a system showed, as rules read it: rows of tracks, or of the truth where the best that could be is asked for."""

from dataclasses import dataclass, fields, replace

import numpy as np

from tocsin.errors import InputError
from tocsin.geo.units import DEGREE_RAD
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.tables.arrow import Table

CONFIRMED = ("confirmed", "coasting")


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """n rows, sorted by track, then time. Angles in radians, velocities east and north.

    `kind` indexes `kinds` (words; "" where no class is told). `existence` is 1 where a table has none. `confirmed` is
    False for tracks that a picture shows as tentative or lost.
    """

    time_ns: Ints
    track: Ints
    latitude_rad: Floats
    longitude_rad: Floats
    altitude_m: Floats
    velocity_mps: Floats  # (n, 2)
    existence: Floats
    confirmed: Flags
    named: Flags  # has an identity
    kind: Ints
    kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.time_ns)

    def chosen(self, rows: Flags | Ints) -> "Shown":
        """Some of the rows, in their order."""
        names = (one.name for one in fields(self) if one.name != "kinds")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


def shown_of(table: Table, number: str = "track") -> Shown:
    """The rows of a tracks table, as known then. With `number` "target", those of a truth table.

    Raises InputError for a local frame and for no velocities: places are on the earth, and a rule looks ahead.
    """
    table.require("time", number, "latitude_deg", "longitude_deg")
    latitude, longitude = table.numbers("latitude_deg") * DEGREE_RAD, table.numbers("longitude_deg") * DEGREE_RAD
    velocity = np.column_stack((table.numbers("velocity_east_mps"), table.numbers("velocity_north_mps")))
    kept = np.isfinite(latitude) & np.isfinite(longitude) & np.isfinite(velocity).all(axis=1)
    if len(table) and not kept.any():
        raise InputError(f"{table.name}: no row has a place and a velocity; a rule that looks ahead needs both")
    lag = table.numbers("lag")
    kept &= ~(lag > 0.0)  # what was smoothed afterwards warned nobody
    states = table.words("state") if "state" in table else None
    existence = table.numbers("existence")
    words = [word or "" for word in table.words("class")]
    kinds = tuple(dict.fromkeys(("", *words)))
    index = {word: place for place, word in enumerate(kinds)}
    track, time_ns = table.integers(number), table.times_ns("time")
    rows = np.flatnonzero(kept)
    rows = rows[np.lexsort((time_ns[rows], track[rows]))]
    confirmed = np.ones(len(table), np.bool_) if states is None else np.array([one in CONFIRMED for one in states])
    return Shown(
        time_ns[rows],
        track[rows],
        latitude[rows],
        longitude[rows],
        table.numbers("altitude_m")[rows],
        velocity[rows],
        np.where(np.isnan(existence), 1.0, existence)[rows],
        confirmed.astype(np.bool_)[rows],
        np.array([bool(word) for word in table.words("identity")], np.bool_)[rows],
        np.array([index[word] for word in words], np.int64)[rows],
        kinds,
    )
