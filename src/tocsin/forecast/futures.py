"""Many ways that each track may go on: paths of straight legs, turns and circles, drawn by lot with a fixed seed.

Random numbers are keyed by (seed, track, tick): the same track at the same time has the same futures, whatever else
is in the picture, and a replay gives the same bits.
"""

from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np

from tocsin.forecast.areas import Areas
from tocsin.forecast.legs import Legs
from tocsin.messages import Flags, Floats, Ints

PATHS: Final = 256  # of each track: a chance is known to within 3 points
LEGS: Final = 10  # of each path; what has not arrived after them flies its last course on
HORIZON_S: Final = 3600.0  # paths end here
UNIFORM: Final = 5  # random numbers for each leg
NORMAL: Final = 3
NARROW: Final = 3.0  # sigmas of its course within which a mover may be heading for its goal already


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """Where n tracks are and how they came there, in the plane of `areas`."""

    number: Ints  # (n,) track numbers
    place: Floats  # (n, 2) m
    velocity: Floats  # (n, 2) m/s
    place_sigma: Floats  # (n,) m, of one coordinate
    velocity_sigma: Floats  # (n,) m/s, of one coordinate
    flown_m: Floats  # (n,) on the leg so far
    circling: Flags  # (n,) True: goes around `place`
    laws: tuple[Legs, ...]  # of each track


@dataclass(frozen=True, slots=True, eq=False)
class Futures:
    """`path` (n, PATHS, LEGS + 2, 4): seconds from now, east, north, and when it flies on from there, of each knot.

    `knots` (n, PATHS): how many of them count; a path that arrived ends there.
    """

    path: Floats
    knots: Ints


class _Lots(NamedTuple):
    """Random numbers (n, PATHS, LEGS, UNIFORM) and (n, PATHS, LEGS, NORMAL), and one for each track (n,)."""

    uniform: Floats
    normal: Floats
    offset: Floats


class _Law(NamedTuple):
    """The columns of Legs, each (n, 1)."""

    short_m: Floats
    long_m: Floats
    long_share: Floats
    turn_rad: Floats
    aim: Floats
    seeks: Floats
    circles: Floats
    circle_s: Floats
    slack: Floats
    swerve_rad: Floats
    final_m: Floats


def futures(starts: Starts, areas: Areas, weight: Floats, seed: int, tick: int) -> Futures:
    """Draw all paths. `weight` (n, g + 1): chance of each goal, "elsewhere" last; rows sum to 1."""
    n = len(starts.number)
    lots, law = _lots(seed, starts.number, tick), _law(starts.laws)
    goal = _goals(weight, lots.offset)
    seeks = goal < len(areas)
    aim = np.concatenate([areas.middle, np.zeros((1, 2))])[goal]
    speed = np.hypot(*starts.velocity.T)[:, None]
    sigma = starts.velocity_sigma[:, None]
    swerve = np.hypot(law.swerve_rad, np.minimum(sigma / np.maximum(speed, 1.0), np.pi / 2))
    u, z = lots.uniform[:, :, 0], lots.normal[:, :, 0]
    at = starts.place[:, None] + starts.place_sigma[:, None, None] * z[..., :2]
    course = np.arctan2(*starts.velocity.T)[:, None] + swerve * z[..., 2]
    cruise = np.maximum(speed + sigma * lots.normal[:, :, 1, 2], 0.2 * speed + 0.1)
    circling = starts.circling[:, None]
    length, pause = _rest(law, starts.flown_m[:, None], u), np.where(circling, _drawn(law.circle_s, u[..., 4]), 0.0)
    off, away = _seen(at, aim, course)
    already = seeks & ~circling & (u[..., 3] < law.aim) & (np.abs(off) < NARROW * swerve)
    course, length = np.where(already, course + off, course), np.where(already, away, length)
    path = np.empty((n, PATHS, LEGS + 2, 4))
    knots = np.full((n, PATHS), LEGS + 2, dtype=np.int64)
    time = np.zeros((n, PATHS))
    for m in range(LEGS):
        u, z = lots.uniform[:, :, m], lots.normal[:, :, m]
        arrives = already
        if m > 0 or starts.circling.any():
            turned, drawn, stop, straight = _next(law, at, aim, course, seeks, u, z)
            new = circling if m == 0 else np.True_
            course, length = np.where(new, turned, course), np.where(new, drawn, length)
            arrives = np.where(new, straight, arrives)
            pause = pause if m == 0 else stop
        pace = cruise * np.maximum(1.0 + law.slack * z[..., 1], 0.3)
        _put(path, m, time, at, pause)
        time = time + pause + length / pace
        at = at + length[..., None] * np.stack([np.sin(course), np.cos(course)], axis=-1)
        knots[arrives & (knots == LEGS + 2)] = m + 2
    _put(path, LEGS, time, at, np.zeros_like(time))
    ahead = HORIZON_S * cruise
    at = at + ahead[..., None] * np.stack([np.sin(course), np.cos(course)], axis=-1)
    _put(path, LEGS + 1, time + HORIZON_S, at, np.zeros_like(time))
    return Futures(path, knots)


def _put(path: Floats, knot: int, time: Floats, at: Floats, pause: Floats) -> None:
    path[:, :, knot, 0], path[:, :, knot, 1:3], path[:, :, knot, 3] = time, at, time + pause


def _lots(seed: int, number: Ints, tick: int) -> _Lots:
    """Each track has a stream of its own."""
    n = len(number)
    uniform, normal, offset = np.empty((n, PATHS, LEGS, UNIFORM)), np.empty((n, PATHS, LEGS, NORMAL)), np.empty(n)
    for i, one in enumerate(number.tolist()):
        stream = np.random.Generator(np.random.Philox(key=(seed << 64) | one, counter=tick << 64))
        stream.random(out=uniform[i])
        stream.standard_normal(out=normal[i])
        offset[i] = stream.random()
    return _Lots(uniform, normal, offset)


def _law(laws: tuple[Legs, ...]) -> _Law:
    return _Law(*(np.array([getattr(law, f.name) for law in laws]).reshape(-1, 1) for f in fields(Legs)))


def _goals(weight: Floats, offset: Floats) -> Ints:
    """(n, PATHS) goals in proportion to their weights: evenly spaced draws, so that a rare one keeps its share."""
    draw = (np.arange(PATHS) + offset[:, None]) / PATHS
    edges = np.cumsum(weight, axis=1)
    found = [np.searchsorted(edge, row, side="right") for edge, row in zip(edges, draw, strict=True)]
    goal = np.minimum(np.array(found, dtype=np.int64).reshape(-1, PATHS), weight.shape[1] - 1)
    return np.asarray(goal)


def _drawn(mean: Floats, uniform: Floats) -> Floats:
    """Exponential with this mean."""
    return np.asarray(-mean * np.log1p(-uniform))


def _rest(law: _Law, flown_m: Floats, u: Floats) -> Floats:
    """What is left of a leg of which `flown_m` is flown: a leg that has held for long is likely a long one."""
    long = law.long_share * np.exp(-flown_m / law.long_m)
    short = (1.0 - law.long_share) * np.exp(-flown_m / law.short_m)
    share = long / np.maximum(long + short, 1e-300)
    return _drawn(np.where(u[..., 0] < share, law.long_m, law.short_m), u[..., 1])


def _seen(at: Floats, aim: Floats, course: Floats) -> tuple[Floats, Floats]:
    """How far off its course the goal lies, rad (-pi, pi], and how far away, m."""
    ahead = aim - at
    bearing = np.arctan2(ahead[..., 0], ahead[..., 1])
    return (bearing - course + np.pi) % (2.0 * np.pi) - np.pi, np.hypot(ahead[..., 0], ahead[..., 1])


def _next(
    law: _Law, at: Floats, aim: Floats, course: Floats, seeks: Flags, u: Floats, z: Floats
) -> tuple[Floats, Floats, Floats, Flags]:
    """The next leg: its course, its length, the time in a circle before it, and whether it ends at the goal."""
    off, away = _seen(at, aim, course)
    straight = seeks & ((u[..., 0] < law.aim) | (away < law.final_m))
    towards = np.where(seeks, off, 0.0)
    course = course + towards + np.where(straight, 0.0, law.turn_rad * z[..., 0])
    mean_m = np.where(u[..., 1] < law.long_share, law.long_m, law.short_m)
    length = np.where(straight, away, _drawn(mean_m, u[..., 2]))
    circles = (u[..., 3] < law.circles) & (away > law.final_m)
    pause = np.where(circles, _drawn(law.circle_s, u[..., 4]), 0.0)
    return course, length, pause, straight
