"""The sweeps of a table: rows of one sensor with one scan number, and how the beam turned while they came.

A table does not say where a radar looked when, but a rotating beam gives itself away: azimuth grows with time through
each scan. Such a scan becomes sectors, so that a miss counts once a turn, when its sector has closed; any other scan is
one look all around.
"""

from dataclasses import dataclass
from math import ceil, pi

import numpy as np

from tocsin.messages import Floats, Indices, Ints, Sweeps

TURN_RAD = 2.0 * pi
SECTORS = 32
BACK_RAD = 0.5  # neighbours may come in the wrong order by so much: two plots of one place, a wide beam
STRAIGHT_RAD = 0.2  # a beam that turns evenly is never farther from its line
ROWS_MIN = 4  # two rows always lie on a line


@dataclass(frozen=True, slots=True, eq=False)
class _Looks:
    """The sweeps of one group, and for each of its rows the index of its sweep among them."""

    start_ns: Ints
    end_ns: Ints
    azimuth_from_rad: Floats
    azimuth_to_rad: Floats
    of_row: Ints


def sweeps(sensor: Indices, number: Ints, time_ns: Ints, azimuth_rad: Floats | None) -> tuple[Sweeps, Indices]:
    """The sweeps of n rows, sorted by their end, and each row's sweep. `azimuth_rad` is NaN where not measured."""
    order = np.lexsort((time_ns, number, sensor))
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (np.diff(sensor[order]) != 0) | (np.diff(number[order]) != 0)
    of_row = np.empty(len(order), dtype=np.int64)
    looks: list[_Looks] = []
    owners: list[Ints] = []
    count = 0
    for rows in np.split(order, np.flatnonzero(fresh)[1:]):
        found = _looks(time_ns[rows], None if azimuth_rad is None or number[rows[0]] < 0 else azimuth_rad[rows])
        of_row[rows] = count + found.of_row
        owners.append(np.full(len(found.start_ns), rows[0]))
        looks.append(found)
        count += len(found.start_ns)
    owner = np.concatenate(owners)
    end_ns = np.concatenate([one.end_ns for one in looks])
    by_end = np.argsort(end_ns, kind="stable")
    rank = np.empty(count, dtype=np.int32)
    rank[by_end] = np.arange(count, dtype=np.int32)
    made = Sweeps(
        sensor=sensor[owner][by_end],
        number=number[owner][by_end],
        start_ns=np.concatenate([one.start_ns for one in looks])[by_end],
        end_ns=end_ns[by_end],
        azimuth_from_rad=np.concatenate([one.azimuth_from_rad for one in looks])[by_end],
        azimuth_to_rad=np.concatenate([one.azimuth_to_rad for one in looks])[by_end],
        survey=number[owner][by_end] >= 0,
    )
    return made, rank[of_row]


def _looks(time_ns: Ints, azimuth_rad: Floats | None) -> _Looks:
    """One group, sorted by time: sectors where the beam turned, else one look all around."""
    beam = None if azimuth_rad is None else _beam(time_ns, azimuth_rad)
    if beam is None:
        nan = np.full(1, np.nan)
        return _Looks(time_ns[:1], time_ns[-1:], nan, nan, np.zeros(len(time_ns), dtype=np.int64))
    start_rad, rate_rad = beam
    first, last = int(time_ns[0]), int(time_ns[-1])
    count = max(1, ceil(rate_rad * (last - first) / (TURN_RAD / SECTORS)))
    edges = first + (np.arange(count + 1) * (last - first)) // count
    angle = np.asarray(start_rad + rate_rad * (edges - first), dtype=np.float64)
    index = np.minimum(np.searchsorted(edges, time_ns, side="right") - 1, count - 1)
    return _Looks(edges[:-1], edges[1:], np.mod(angle[:-1], TURN_RAD), np.mod(angle[1:], TURN_RAD), index)


def _beam(time_ns: Ints, azimuth_rad: Floats) -> tuple[float, float] | None:
    """Where an evenly turning beam pointed at the first row, and its radians a nanosecond; None if it does not turn."""
    seen = np.isfinite(azimuth_rad)
    elapsed, azimuth = (time_ns - time_ns[0])[seen].astype(np.float64), azimuth_rad[seen]
    if len(azimuth) < ROWS_MIN or elapsed[-1] <= elapsed[0]:
        return None
    step = (np.diff(azimuth) + BACK_RAD) % TURN_RAD - BACK_RAD  # clockwise, but for neighbours in the wrong order
    turned = np.concatenate([[0.0], np.cumsum(step)])
    mean_time, mean_turned = elapsed.mean(), turned.mean()
    rate = float(((elapsed - mean_time) * (turned - mean_turned)).sum() / ((elapsed - mean_time) ** 2).sum())
    line = mean_turned + rate * (elapsed - mean_time)
    whole = turned[-1] <= TURN_RAD + BACK_RAD
    if rate <= 0.0 or not whole or float(np.abs(turned - line).max()) > STRAIGHT_RAD:
        return None
    return float(azimuth[0] + mean_turned - rate * mean_time), rate
