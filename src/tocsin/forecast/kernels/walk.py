"""Many ways that each track may go on, leg by leg. In NumPy: many times as slow."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Columns of `law`: the fields of legs.Legs, in order.
SHORT, LONG, LONG_SHARE, TURN, AIM, SEEKS, CIRCLES, CIRCLE, SLACK, SWERVE, FINAL = range(11)
UNIFORM = 5  # random numbers of each leg: straight at the goal, long or short, how long, circles, how long
NORMAL = 3  # and: its turn, its pace, aside of its goal; of the first: east, north, course; of the second, last: speed
SLOWEST = 0.3  # of its usual pace


@njit(cache=True)
def drawn(mean: float, uniform: float) -> float:
    """Exponential with this mean."""
    return -mean * math.log1p(-uniform)


@njit(cache=True)
def rest(law: Floats, flown_m: float, u: Floats) -> float:
    """What is left of a leg of which `flown_m` is flown: a leg that has held for long is likely a long one."""
    long = law[LONG_SHARE] * math.exp(-flown_m / law[LONG])
    short = (1.0 - law[LONG_SHARE]) * math.exp(-flown_m / law[SHORT])
    share = long / max(long + short, 1e-300)
    return drawn(law[LONG] if u[0] < share else law[SHORT], u[1])


@njit(cache=True)
def turned(law: Floats, course: float, towards: float, away: float, u: Floats, z: Floats) -> tuple[float, float, float]:
    """Course, length and time in a circle before it, of a new leg: straight to a goal `away`, or by a turn.

    `towards`: how far off the course the goal lies; without a goal it is infinitely far away.
    """
    course += (towards + math.pi) % (2.0 * math.pi) - math.pi
    circles = u[3] < law[CIRCLES] and away > law[FINAL]
    pause = drawn(law[CIRCLE], u[4]) if circles else 0.0
    if away < math.inf and (u[0] < law[AIM] or away < law[FINAL]):
        return course, away, pause
    length = drawn(law[LONG] if u[1] < law[LONG_SHARE] else law[SHORT], u[2])
    return course + law[TURN] * z[0], length, pause


@njit(cache=True)
def put(knot: Floats, time: float, x: float, y: float, leaves: float) -> None:
    """Write one knot (4,)."""
    knot[0], knot[1], knot[2], knot[3] = time, x, y, leaves


@njit(cache=True)
def widen(box: Floats, path: Floats, knots: int) -> None:
    """Make a box (4,) hold the first knots of a path (m, 4) as well."""
    for k in range(knots):
        box[0], box[1] = min(box[0], path[k, 1]), max(box[1], path[k, 1])
        box[2], box[3] = min(box[2], path[k, 2]), max(box[3], path[k, 2])


@njit(cache=True)
def walk(
    start: Floats,
    circling: Ints,
    law: Floats,
    goal: Ints,
    aimed: Floats,
    middle: Floats,
    spread: Floats,
    first: Ints,
    corner: Floats,
    heading: Ints,
    block: Ints,
    uniform: Floats,
    normal: Floats,
    horizon: float,
    path: Floats,
    knots: Ints,
    box: Floats,
) -> None:
    """Fill path (n, N, m + 2, 4): seconds, east, north, and when it flies on, of each knot; knots (n, N); box (n, 4).

    start (n, 8): east, north, sigma m; course, sigma rad; speed, sigma m/s; m flown on this leg. law (n, 11).
    goal (n, N): below g a place, below g + c a corridor, else elsewhere; aimed (n, g): that it flies at it already.
    middle (g, 2), spread (g,): where those who seek it aim, and how far beside. first (c + 1,), corner (k, 3):
    corridors as lines of east, north, half their width; heading (n, c, 2): next corner, and the step to the following.
    block (n,) chooses random numbers: uniform (b, N, m, UNIFORM), normal (b, N, m, NORMAL). box: where any path comes.
    """
    places, corridors, legs = middle.shape[0], first.shape[0] - 1, uniform.shape[2]
    for i in range(goal.shape[0]):
        lines = law[i]
        box[i, 0], box[i, 1], box[i, 2], box[i, 3] = math.inf, -math.inf, math.inf, -math.inf
        for j in range(goal.shape[1]):
            u, z, g = uniform[block[i], j], normal[block[i], j], goal[i, j]
            x, y = start[i, 0] + start[i, 2] * z[0, 0], start[i, 1] + start[i, 2] * z[0, 1]
            course, cruise = start[i, 3] + start[i, 4] * z[0, 2], start[i, 5] + start[i, 6] * z[1, 2]
            cruise = max(cruise, 0.2 * start[i, 5] + 0.1)
            follows = places <= g < places + corridors
            at, step = 0, 0
            if follows:
                at, step = heading[i, g - places, 0], heading[i, g - places, 1]
            length, pause = rest(lines, start[i, 7], u[0]), 0.0
            new, arrives = circling[i] == 1 or follows, False
            if circling[i] == 1:
                pause = drawn(lines[CIRCLE], u[0, 4])
            elif g < places and u[0, 3] < aimed[i, g]:
                east = middle[g, 0] + spread[g] * z[2, 0] - x
                north = middle[g, 1] + spread[g] * z[2, 1] - y
                course, length, arrives = math.atan2(east, north), math.hypot(east, north), True
            time, count = 0.0, 0
            for m in range(legs):
                if follows and (at < first[g - places] or at >= first[g - places + 1]):
                    follows = False  # its end: from here on it goes elsewhere
                if new and follows:
                    aside = corner[at, 2] * z[m, 2]
                    east = corner[at, 0] + aside * math.cos(course) - x
                    north = corner[at, 1] - aside * math.sin(course) - y
                    course, length, at = math.atan2(east, north), math.hypot(east, north), at + step
                elif new:
                    away, towards = math.inf, 0.0
                    if g < places:
                        east, north = middle[g, 0] - x, middle[g, 1] - y
                        away, towards = math.hypot(east, north), math.atan2(east, north) - course
                    course, length, circles = turned(lines, course, towards, away, u[m], z[m])
                    arrives = length == away
                    pause = circles if m > 0 else pause
                put(path[i, j, m], time, x, y, time + pause)
                pace = 1.0 if m == 0 else max(1.0 + lines[SLACK] * z[m, 1], SLOWEST)  # it is seen how it flies now
                time += pause + length / (cruise * pace)
                x, y, new, count = x + length * math.sin(course), y + length * math.cos(course), True, m + 1
                if arrives or time >= horizon:
                    break
            put(path[i, j, count], time, x, y, time)
            if not arrives and time < horizon:  # flies its last course on
                ahead, count = horizon * cruise, count + 1
                x, y, time = x + ahead * math.sin(course), y + ahead * math.cos(course), time + horizon
                put(path[i, j, count], time, x, y, time)
            knots[i, j] = count + 1
            widen(box[i], path[i, j], count + 1)
