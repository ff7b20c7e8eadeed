"""Many ways that each track may go on: paths of straight legs, turns and circles, drawn by lot with a fixed seed.

Random numbers are keyed by (seed, track, tick): they come from a table of BLOCKS sets, made once, of which the key
chooses one. In each set every number takes each 1/PATHS of its range once (Latin hypercube: McKay, Beckman and
Conover, Technometrics 21, 1979), so that 256 paths tell a chance better than 256 independent draws do. The same track
at the same time has the same futures, whatever else is in the picture, and a replay gives the same bits.
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import Final

import numpy as np
from scipy.special import ndtri, stdtrit

from tocsin.forecast.areas import Areas
from tocsin.forecast.kernels.walk import NORMAL, UNIFORM, walk
from tocsin.forecast.legs import Legs
from tocsin.messages import Flags, Floats, Ints

PATHS: Final = 256  # of each track: a chance is known to within 2 points
LEGS: Final = 10  # of each path; what has not arrived after them flies its last course on
HORIZON_S: Final = 3600.0  # paths end here
BLOCKS: Final = 16  # sets of random numbers
SEED: Final = 1
NOW: Final = ((0, 0), (0, 1), (0, 2), (1, 2))  # of NORMAL: how far off place, course and speed are now
SURGE: Final = (3, 2)  # of NORMAL: how it changes its speed
FREEDOM: Final = 4.0  # a sigma is itself known to a third at best: Student's law, quarters as a normal one has them
SPEED: Final = 5  # a column of Starts.state
MASK: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """Where n tracks are and where they fly, in the plane of `areas`.

    `state` (n, 8): east, north, sigma m of one coordinate; course and sigma rad; speed and sigma m/s; m flown on the
    leg so far. `circling`: goes around that place. `aimed` (n, g): the chance that it flies at a place already, if that
    is its goal. `heading` (n, c, 2): the next corner of each corridor, and the step to the one after it.
    """

    number: Ints  # (n,) track numbers
    state: Floats
    circling: Flags
    aimed: Floats
    heading: Ints
    surge: Floats  # (n, 2) 1/s, mean and sigma: see Futures.late
    laws: tuple[Legs, ...]  # of each track


@dataclass(frozen=True, slots=True, eq=False)
class Futures:
    """`path` (n, PATHS, LEGS + 2, 4): seconds from now, east, north, and when it flies on from there, of each knot.

    `knots` (n, PATHS): how many of them count; a path that arrived ends there. `box` (n, 4): least and most east, least
    and most north of all paths of a track.
    """

    path: Floats
    knots: Ints
    box: Floats
    late: Floats


def futures(starts: Starts, areas: Areas, weight: Floats, tick: int) -> Futures:
    """Draw all paths. `weight` (n, g + c + 1): chance of each place, corridor, and "elsewhere"; rows sum to 1."""
    n = len(starts.number)
    block, offset = _keyed(starts.number, tick)
    law = np.array([_row(one) for one in starts.laws]).reshape(n, -1)
    path = np.empty((n, PATHS, LEGS + 2, 4))
    knots, box = np.empty((n, PATHS), dtype=np.int64), np.empty((n, 4))
    walk(
        np.ascontiguousarray(starts.state),
        starts.circling.astype(np.int64),
        law,
        _goals(weight, offset),
        np.ascontiguousarray(starts.aimed),
        areas.middle,
        areas.spread,
        areas.corridor_first,
        areas.corridor,
        np.ascontiguousarray(starts.heading),
        block,
        *_lots(),
        HORIZON_S,
        path,
        knots,
        box,
    )
    late = starts.surge[:, :1] + starts.surge[:, 1:] * _lots()[1][block, :, SURGE[0], SURGE[1]]
    return Futures(path, knots, box, np.ascontiguousarray(late))


@cache
def _lots() -> tuple[Floats, Floats]:
    """Uniform (BLOCKS, PATHS, LEGS, UNIFORM) and normal (BLOCKS, PATHS, LEGS, NORMAL) numbers."""
    rng = np.random.Generator(np.random.Philox(SEED))
    columns = LEGS * (UNIFORM + NORMAL)
    rank = np.argsort(rng.random((BLOCKS, columns, PATHS)), axis=-1).transpose(0, 2, 1)
    drawn = (rank + rng.random(rank.shape)) / PATHS
    uniform = drawn[..., : LEGS * UNIFORM].reshape(BLOCKS, PATHS, LEGS, UNIFORM)
    normal = ndtri(drawn[..., LEGS * UNIFORM :]).reshape(BLOCKS, PATHS, LEGS, NORMAL)
    share = drawn[..., LEGS * UNIFORM :].reshape(normal.shape)
    for leg, number in NOW:
        normal[:, :, leg, number] = stdtrit(FREEDOM, share[:, :, leg, number]) * ndtri(0.75) / stdtrit(FREEDOM, 0.75)
    return np.ascontiguousarray(uniform), np.ascontiguousarray(normal)


def _keyed(number: Ints, tick: int) -> tuple[Ints, Floats]:
    """A set of random numbers (n,) and one number in [0, 1) (n,) for each (track, tick).

    Mixed by splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
    """
    mixed = _mixed(_mixed(number.astype(np.uint64)) ^ np.uint64(tick & int(MASK)))
    offset = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return (mixed % np.uint64(BLOCKS)).astype(np.int64), offset


def _mixed(key: "np.ndarray[tuple[int], np.dtype[np.uint64]]") -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    key = key + np.uint64(0x9E3779B97F4A7C15)
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@cache
def _row(law: Legs) -> tuple[float, ...]:
    return tuple(float(getattr(law, one.name)) for one in fields(Legs))


def _goals(weight: Floats, offset: Floats) -> Ints:
    """(n, PATHS) goals in proportion to their weights: evenly spaced draws, so that a rare one keeps its share."""
    draw = (np.arange(PATHS) + offset[:, None]) / PATHS
    edges = np.cumsum(weight, axis=1)
    found = [np.searchsorted(edge, row, side="right") for edge, row in zip(edges, draw, strict=True)]
    goal = np.minimum(np.array(found, dtype=np.int64).reshape(-1, PATHS), weight.shape[1] - 1)
    return np.ascontiguousarray(goal)
