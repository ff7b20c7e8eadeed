"""When what flew was inside the rings of places: from the truth, between its rows along straight segments."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import shapely

from tocsin.errors import InputError
from tocsin.geo.areas import Area
from tocsin.geo.frames import ecef_from_geodetic
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.alignment import gap_ns
from tocsin.score.tables.objects import Objects
from tocsin.score.tables.warning import Places
from tocsin.score.warning.meeting import share_until

THROWN: Final = ("ballistic rocket", "artillery or mortar round")
LOW_M: Final = 3_000.0  # what is thrown is inside a ring when it falls there; what it passes high above it never enters


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays of targets inside places: from `enter_ns` to `leave_ns`, sorted by target, place, time.

    `first` marks a target's first stay at a place: its entry. `begun_ns` is the target's first row: who was born inside
    could be warned of by nobody.
    """

    target: Ints
    place: Ints
    enter_ns: Ints
    leave_ns: Ints
    begun_ns: Ints
    first: Flags

    def __len__(self) -> int:
        return len(self.target)

    def until(self, end_ns: int) -> "Stays":
        """Those that began by then."""
        kept = self.enter_ns <= end_ns
        return Stays(*(getattr(self, one.name)[kept] for one in fields(self)))


def stays(truth: Objects, places: Places) -> Stays:
    """All stays; of what is thrown, those below LOW_M. Raises InputError for truth in a local frame."""
    if truth.frame != "earth":
        raise InputError("truth is in a local frame; places are on the earth: give latitude_deg and longitude_deg")
    ground_m = ecef_from_geodetic(truth.place[:, 0], truth.place[:, 1], 0.0)
    same = (np.diff(truth.number) == 0) & (np.diff(truth.time_ns) <= gap_ns(truth))
    thrown = np.isin(np.array(truth.kind or ("",)), THROWN)[truth.number]
    high: Flags = thrown & (truth.place[:, 2] > LOW_M)  # where no height is told, everything counts
    same &= ~(high[:-1] & high[1:])
    found = [
        (target, number, enter, leave)
        for number, area in enumerate(places.areas)
        for target, enter, leave in _at_place(truth, ground_m, same, high, area)
    ]
    table = np.array(sorted(found), np.int64).reshape(-1, 4)
    target, place, enter, leave = table.T
    begun = truth.time_ns[truth.begin[:-1]][target] if len(target) else target
    first = np.concatenate(([True], (np.diff(target) != 0) | (np.diff(place) != 0)))[: len(target)]
    return Stays(target, place, enter, leave, begun, first)


def _at_place(truth: Objects, ground_m: Floats, same: Flags, high: Flags, area: Area) -> list[tuple[int, int, int]]:
    """(target, enter, leave) at one place."""
    middle_m = ecef_from_geodetic(area.latitude_rad, area.longitude_rad, 0.0)
    reach_m = area.ring_m + float(np.hypot(*np.abs(shapely.get_coordinates(area.shape)).max(axis=0)))
    away_m = np.linalg.norm(ground_m - middle_m, axis=1)
    leap_m = np.where(same, np.linalg.norm(np.diff(ground_m, axis=0), axis=1), 0.0)
    # no point of a segment is nearer than its nearer end less the segment's length
    close = away_m <= reach_m
    reaches = same & (np.minimum(away_m[:-1], away_m[1:]) - leap_m <= reach_m)
    close[:-1] |= reaches
    close[1:] |= reaches
    rows = np.flatnonzero(close)
    if not len(rows):
        return []
    at = np.column_stack(area.plane(truth.place[rows, 0], truth.place[rows, 1]))
    inside: Flags = np.asarray(shapely.distance(area.shape, shapely.points(at)) <= area.ring_m) & ~high[rows]
    joined = same[rows[:-1]] & (np.diff(rows) == 1)
    crossed, crossing_ns = _crossings(truth.time_ns[rows], at, inside, joined, area)
    out: list[tuple[int, int, int]] = []
    # runs of rows inside that are joined, and segments that cut the ring between two rows outside
    linked = inside[:-1] & inside[1:] & joined
    begins = np.flatnonzero(inside & ~np.concatenate(([False], linked)))
    ends = np.flatnonzero(inside & ~np.concatenate((linked, [False])))
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        entered = begin > 0 and crossed[begin - 1]
        enter = int(crossing_ns[begin - 1]) if entered else int(truth.time_ns[rows[begin]])
        out.append((int(truth.number[rows[begin]]), enter, int(truth.time_ns[rows[end]])))
    for index in np.flatnonzero(crossed & ~inside[1:]).tolist():
        when = int(crossing_ns[index])
        out.append((int(truth.number[rows[index]]), when, when))
    return out


def _crossings(time_ns: Ints, at: Floats, inside: Flags, joined: Flags, area: Area) -> tuple[Flags, Ints]:
    """Which segments that begin outside meet the ring, and when they first do."""
    crossed = np.zeros(len(joined), np.bool_)
    when = np.zeros(len(joined), np.int64)
    begin = np.flatnonzero(joined & ~inside[:-1])
    if not len(begin):
        return crossed, when
    share = share_until(at[begin], at[begin + 1], area)
    meets = np.isfinite(share)
    begin, share = begin[meets], share[meets]
    crossed[begin] = True
    width = time_ns[begin + 1] - time_ns[begin]
    when[begin] = time_ns[begin] + np.round(share * width).astype(np.int64)
    return crossed, when
