"""What must be seen for a place to be clear: for each approach and group, the points where a threat is in time to act.

A site and a zone have twelve approaches of 30 degrees, the first around north; a border has twelve stretches along its
line. The reach of a group is how far it comes while there is just time to act, beyond the place's ring.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.messages import Floats, Ints
from tocsin.models.groups import GROUPS
from tocsin.settings import Place
from tocsin.tracking.unseen.grid import POINTS, Grid, place_reach_m
from tocsin.tracking.unseen.sight import HEIGHTS

APPROACHES: Final = 12
TURN_RAD: Final = 2.0 * np.pi
WATCHED: Final = tuple(index for index, group in enumerate(GROUPS) if group.arrives)  # groups of which a place speaks


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Lines, one for each cell of each (place, approach, watched group, height band), sorted by these: n lines.

    `key` = ((place * APPROACHES + approach) * len(WATCHED) + group) * 3 + band. `cell` counts band * cells + cell;
    `need` has the bits of the points in it that lie within reach (as Sight has them).
    """

    key: Ints
    cell: Ints
    need: Ints
    group: Ints  # index into GROUPS

    def starts(self) -> Ints:
        """Where each key begins."""
        return np.flatnonzero(np.concatenate([[True], self.key[1:] != self.key[:-1]])) if len(self.key) else self.key


def reach_of(places: Sequence[Place], grid: Grid) -> Reach:
    """What must be seen for each of the places."""
    lines = [_of_place(index, place, grid) for index, place in enumerate(places)]
    if not lines:
        nothing = np.zeros(0, dtype=np.int64)
        return Reach(nothing, nothing, nothing, nothing)
    key, cell, need, group = (np.concatenate(column) for column in zip(*lines, strict=True))
    order = np.argsort(key, kind="stable")
    return Reach(key[order], cell[order], need[order], group[order])


def _of_place(index: int, place: Place, grid: Grid) -> tuple[Ints, Ints, Ints, Ints]:
    corners = grid.plane(*np.array(place.geometry).T)
    every = np.arange(grid.cells)
    middle = grid.points(every)[:, POINTS // 2]
    room = place_reach_m(place) + grid.cell_m
    near = (middle >= corners.min(axis=0) - room).all(axis=1) & (middle <= corners.max(axis=0) + room).all(axis=1)
    cells = every[near]
    points = grid.points(cells).reshape(-1, 2)
    away, approach = away_and_approach(place, corners, points)
    # the HEIGHTS bits of point p: sums of distinct powers of two are exact below 2^53
    bits = float((1 << HEIGHTS) - 1) * 2.0 ** (HEIGHTS * (np.arange(len(points)) % POINTS))
    owner = np.repeat(np.arange(len(cells)), POINTS)
    out = []
    for w, g in enumerate(WATCHED):
        group = GROUPS[g]
        inside = away <= place.ring_m + group.reach_m(place.action_time_s)
        wanted = np.bincount(
            approach[inside] * len(cells) + owner[inside], bits[inside], minlength=APPROACHES * len(cells)
        ).astype(np.int64)
        (at,) = np.nonzero(wanted)
        for band in group.arrives:
            key = ((index * APPROACHES + at // len(cells)) * len(WATCHED) + w) * 3 + band
            cell = band * grid.cells + cells[at % len(cells)]
            out.append((key, cell, wanted[at], np.full(len(at), g)))
    key, cell, need, group_ = (np.concatenate(column) for column in zip(*out, strict=True))
    return key, cell, need, group_


def away_and_approach(place: Place, corners: Floats, points: Floats) -> tuple[Floats, Ints]:
    """How far points (n, 2) of the plane are from a place with these corners (k, 2), and on which approach."""
    if place.kind == "border":
        away, along = _from_line(corners, points)
        return away, np.minimum((along * APPROACHES).astype(np.int64), APPROACHES - 1)
    centre = corners[:-1].mean(axis=0) if len(corners) > 1 else corners[0]
    bearing = np.arctan2(points[:, 0] - centre[0], points[:, 1] - centre[1])
    approach = np.floor(bearing / TURN_RAD * APPROACHES + 0.5).astype(np.int64) % APPROACHES
    if len(corners) == 1:
        return np.hypot(*(points - centre).T), approach
    away, _ = _from_line(corners, points)
    return np.where(_inside(corners, points), 0.0, away), approach


def _from_line(corners: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Distance to a line, and how far along it (0 to 1) the nearest point is."""
    best, along = np.full(len(points), np.inf), np.zeros(len(points))
    steps = np.hypot(*np.diff(corners, axis=0).T)
    before = np.concatenate([[0.0], np.cumsum(steps)])
    for k, step in enumerate(steps):
        if step <= 0.0:
            continue
        way = (corners[k + 1] - corners[k]) / step
        s = np.clip(((points - corners[k]) * way).sum(axis=1), 0.0, step)
        away = np.hypot(*(points - corners[k] - s[:, None] * way).T)
        nearer = away < best
        best, along = np.where(nearer, away, best), np.where(nearer, (before[k] + s) / before[-1], along)
    return best, along


def _inside(corners: Floats, points: Floats) -> np.ndarray:
    """Within a ring of corners, by counting its sides that a ray to the east crosses."""
    inside = np.zeros(len(points), dtype=np.bool_)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if ay == by:
            continue
        crosses = (ay > points[:, 1]) != (by > points[:, 1])
        inside ^= crosses & (points[:, 0] < ax + (points[:, 1] - ay) / (by - ay) * (bx - ax))
    return inside
