"""How paths are drawn, leg by leg: the compiled walk against one that is told in words."""

import math
from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.forecast.kernels.walk import NORMAL, UNIFORM, walk
from tocsin.messages import Floats, Ints

LEGS, PATHS, HORIZON_S = 4, 3, 3600.0
MIDDLE, SPREAD = np.array([[0.0, 0.0], [30e3, 10e3]]), np.array([300.0, 500.0])
FIRST, CORNER = np.array([0, 3]), np.array([[0.0, 0.0, 2e3], [20e3, 0.0, 2e3], [20e3, 30e3, 1e3]])
CORRIDOR, ELSEWHERE = 2, 3
Knot = tuple[float, float, float, float]


def expected(mean: float, u: float) -> float:
    """A length or time drawn."""
    return -mean * math.log1p(-u)


def told(
    start: Floats, circles: bool, law: Floats, goal: int, aimed: Floats, heading: Ints, u: Floats, z: Floats
) -> Iterator[Knot]:
    """One path's knots."""
    short, long, long_share, turn, aim, _, circle, circle_s, slack, _, final = law.tolist()
    here = complex(start[0] + start[2] * z[0, 0], start[1] + start[2] * z[0, 1])
    course = start[3] + start[4] * z[0, 2]
    cruise = max(start[5] + start[6] * z[1, 2], 0.2 * start[5] + 0.1)
    corners = list(range(heading[0], -1 if heading[1] < 0 else 3, heading[1])) if goal == CORRIDOR else []
    aims = complex(*MIDDLE[goal]) if goal < CORRIDOR else None
    weight = [long_share * math.exp(-start[7] / long), (1.0 - long_share) * math.exp(-start[7] / short)]
    mean = long if u[0, 0] < weight[0] / max(sum(weight), 1e-300) else short
    length, wait, arrives = expected(mean, u[0, 1]), 0.0, False
    time, first = 0.0, not circles and goal != CORRIDOR
    if circles:
        wait = expected(circle_s, u[0, 4])
    elif aims is not None and u[0, 3] < aimed[goal]:
        way = aims + SPREAD[goal] * complex(z[2, 0], z[2, 1]) - here
        course, length, arrives = math.atan2(way.real, way.imag), abs(way), True
    for m in range(LEGS):
        if corners and not first:
            corner = CORNER[corners.pop(0)]
            aside = corner[2] * z[m, 2]
            way = complex(corner[0] + aside * math.cos(course), corner[1] - aside * math.sin(course)) - here
            course, length = math.atan2(way.real, way.imag), abs(way)
        elif not first:
            away = math.inf
            if aims is not None:
                way, away = aims - here, abs(aims - here)
                course = course + math.remainder(math.atan2(way.real, way.imag) - course, 2.0 * math.pi)
                arrives = bool(u[m, 0] < aim or away < final)
            if arrives:
                length = away
            else:
                course, length = course + turn * z[m, 0], expected(long if u[m, 1] < long_share else short, u[m, 2])
            if m > 0:
                wait = expected(circle_s, u[m, 4]) if u[m, 3] < circle and away > final else 0.0
        yield time, here.real, here.imag, time + wait
        pace = max(1.0 + slack * z[m, 1], 0.3) if m else 1.0
        time += wait + length / (cruise * pace)
        here += length * complex(math.sin(course), math.cos(course))
        first = False
        if arrives or time >= HORIZON_S:
            yield time, here.real, here.imag, time
            return
    yield time, here.real, here.imag, time
    here += HORIZON_S * cruise * complex(math.sin(course), math.cos(course))
    yield time + HORIZON_S, here.real, here.imag, time + HORIZON_S


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_paths_are_drawn_as_is_told(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, blocks = 3, 2
    start = np.column_stack(
        [
            rng.uniform(-40e3, 40e3, (n, 2)),
            rng.uniform(0.0, 100.0, n),
            rng.uniform(-math.pi, math.pi, n),
            rng.uniform(0.0, 0.1, n),
            rng.uniform(5.0, 250.0, n),
            rng.uniform(0.0, 3.0, n),
            rng.uniform(0.0, 50e3, n),
        ]
    )
    circling = rng.integers(0, 2, n)
    law = np.array([[5e3, 40e3, 0.5, 0.8, 0.4, 0.5, 0.2, 200.0, 0.05, 0.05, 4e3]] * n)
    goal = rng.integers(0, 4, (n, PATHS))
    aimed = rng.random((n, 2))
    heading = np.array([[[1, 1]], [[1, -1]], [[3, 1]]])
    block = rng.integers(0, blocks, n)
    uniform, normal = rng.random((blocks, PATHS, LEGS, UNIFORM)), rng.standard_normal((blocks, PATHS, LEGS, NORMAL))
    path, knots, box = np.zeros((n, PATHS, LEGS + 2, 4)), np.zeros((n, PATHS), dtype=np.int64), np.zeros((n, 4))
    shapes = (MIDDLE, SPREAD, FIRST, CORNER, heading)
    walk(start, circling, law, goal, aimed, *shapes, block, uniform, normal, HORIZON_S, path, knots, box)
    for i in range(n):
        for j in range(PATHS):
            which = (uniform[block[i], j], normal[block[i], j])
            wanted = list(told(start[i], bool(circling[i]), law[i], int(goal[i, j]), aimed[i], heading[i, 0], *which))
            assert knots[i, j] == len(wanted)
            np.testing.assert_allclose(path[i, j, : len(wanted)], wanted, rtol=1e-9, atol=1e-6)
            assert (path[i, j, : len(wanted), 1] >= box[i, 0]).all()
            assert (path[i, j, : len(wanted), 2] <= box[i, 3]).all()
