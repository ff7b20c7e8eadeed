"""When paths first enter places: the only part of a forecast that is too slow in NumPy (measured: 12 times)."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEVER = math.inf
SURGES_S = 480.0  # a change of speed goes on for about so long


@njit(cache=True)
def enter_circle(x: float, y: float, dx: float, dy: float, radius: float) -> float:
    """Share of the way from (x, y) to (x + dx, y + dy) at which a circle about 0 is entered; inf: it is not."""
    c = x * x + y * y - radius * radius
    if c <= 0.0:
        return 0.0
    a, b = dx * dx + dy * dy, x * dx + y * dy
    if b >= 0.0 or b * b < a * c:
        return math.inf
    share = c / (-b + math.sqrt(b * b - a * c))
    return share if share <= 1.0 else math.inf


@njit(cache=True)
def inside(x: float, y: float, corner: Floats, first: int, last: int) -> bool:
    """Is (x, y) in the closed ring of corners first..last - 1? Even-odd rule."""
    odd = False
    for k in range(first, last - 1):
        y0, y1 = corner[k, 1], corner[k + 1, 1]
        if (y0 > y) != (y1 > y) and x < corner[k, 0] + (y - y0) * (corner[k + 1, 0] - corner[k, 0]) / (y1 - y0):
            odd = not odd
    return odd


@njit(cache=True)
def enter_ring(x: float, y: float, dx: float, dy: float, corner: Floats, first: int, last: int) -> float:
    """As `enter_circle`, for a closed ring of corners."""
    if inside(x, y, corner, first, last):
        return 0.0
    best = math.inf
    for k in range(first, last - 1):
        ex, ey = corner[k + 1, 0] - corner[k, 0], corner[k + 1, 1] - corner[k, 1]
        cross = dx * ey - dy * ex
        if cross == 0.0:
            continue
        px, py = corner[k, 0] - x, corner[k, 1] - y
        along, edge = (px * ey - py * ex) / cross, (px * dy - py * dx) / cross
        if 0.0 <= along <= 1.0 and 0.0 <= edge <= 1.0 and along < best:
            best = along
    return best


@njit(cache=True)
def first_entry(
    path: Floats, knots: int, middle: Floats, reach: float, corner: Floats, first: int, last: int, horizon: float
) -> float:
    """Seconds until one path enters one place; path (m, 4) as of futures.Futures, `knots` of it count."""
    for k in range(knots - 1):
        if path[k, 0] >= horizon:
            break
        x, y = path[k, 1] - middle[0], path[k, 2] - middle[1]
        dx, dy = path[k + 1, 1] - path[k, 1], path[k + 1, 2] - path[k, 2]
        share = enter_circle(x, y, dx, dy, reach)
        if share <= 1.0 and last > first:  # the circle around a polygon: look closer
            share = enter_ring(path[k, 1], path[k, 2], dx, dy, corner, first, last)
        if share <= 1.0:
            begin: float = path[k, 3] if share > 0.0 else path[k, 0]
            end: float = path[k + 1, 0]
            return begin + share * (end - begin)
    return NEVER


@njit(cache=True)
def bound(path: Floats, knots: int, horizon: float, box: Floats) -> None:
    """Where a path may be before the horizon: box (4,) is least and most east, least and most north."""
    box[0], box[1], box[2], box[3] = math.inf, -math.inf, math.inf, -math.inf
    for k in range(knots):
        box[0], box[1] = min(box[0], path[k, 1]), max(box[1], path[k, 1])
        box[2], box[3] = min(box[2], path[k, 2]), max(box[3], path[k, 2])
        if path[k, 0] >= horizon:
            break


@njit(cache=True)
def held(t: float, late: float) -> float:
    """When it comes who would come after t at the speed of now, and slows down (or speeds up) for a while."""
    while_s = t / (1.0 + t / SURGES_S)
    return t * (1.0 + late * while_s) if late >= 0.0 else t / (1.0 - late * while_s)


@njit(cache=True)
def arrivals(
    path: Floats,
    knots: Ints,
    late: Floats,
    track: Ints,
    place: Ints,
    middle: Floats,
    reach: Floats,
    first: Ints,
    corner: Floats,
    horizon: float,
    box: Floats,
    soonest: Floats,
) -> None:
    """When the paths of each track first enter each place: fills soonest (q, N) for q pairs, ascending, then NEVER.

    path (n, N, m, 4), knots (n, N), late (n, N): N ways on for each of n tracks; track (q,), ascending, and place (q,):
    the pairs asked for; box (N, 4) is room.
    """
    boxed = -1
    for q in range(track.shape[0]):
        i, g = track[q], place[q]
        if i != boxed:
            for j in range(path.shape[1]):
                bound(path[i, j], knots[i, j], horizon, box[j])
            boxed = i
        enter = 0
        x, y, r = middle[g, 0], middle[g, 1], reach[g]
        for j in range(path.shape[1]):
            if x + r < box[j, 0] or x - r > box[j, 1] or y + r < box[j, 2] or y - r > box[j, 3]:
                continue
            t = first_entry(path[i, j], knots[i, j], middle[g], r, corner, first[g], first[g + 1], horizon)
            t = held(t, late[i, j])
            if t < horizon:
                soonest[q, enter] = t
                enter += 1
        for j in range(enter, path.shape[1]):
            soonest[q, j] = NEVER
        soonest[q, :enter].sort()
