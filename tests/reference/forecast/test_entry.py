"""When a path enters a place: the compiled search against shapely's own geometry."""

import math

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.forecast.kernels.entry import NEVER, arrivals, bound, enter_circle, enter_ring, first_entry, held

numbers = st.floats(-100.0, 100.0)
NONE = np.zeros((0, 2))


@given(numbers, numbers, numbers, numbers, st.floats(0.5, 50.0))
def test_a_circle_is_entered_where_geometry_says(x: float, y: float, dx: float, dy: float, radius: float) -> None:
    share = enter_circle(x, y, dx, dy, radius)
    away = [math.hypot(x + k * dx / 2000.0, y + k * dy / 2000.0) for k in range(2001)]
    if share <= 1.0:
        assert math.hypot(x + share * dx, y + share * dy) <= radius * (1.0 + 1e-6) + 1e-9
        assert all(one >= radius * (1.0 - 1e-9) - 1e-9 for one in away[: math.ceil(share * 2000.0)])
    else:
        assert min(away) >= radius * (1.0 - 1e-9)


@settings(max_examples=200)
@given(st.integers(0, 10_000), numbers, numbers, numbers, numbers)
def test_a_ring_is_entered_where_shapely_says(seed: int, x: float, y: float, dx: float, dy: float) -> None:
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0.0, 2.0 * np.pi, 7))
    corner = (rng.uniform(10.0, 60.0, 7) * np.stack([np.cos(angle), np.sin(angle)])).T
    ring = np.concatenate([corner, corner[:1]])
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid or math.hypot(dx, dy) < 1e-3:
        return
    share = enter_ring(x, y, dx, dy, ring, 0, len(ring))
    way = shapely.LineString([(x, y), (x + dx, y + dy)])
    met = shapely.intersection(way, polygon)
    if shapely.distance(shapely.Point(x, y), polygon.boundary) < 1e-6:
        return  # on the edge both answers are right
    if share <= 1.0:
        at = shapely.Point(x + share * dx, y + share * dy)
        assert shapely.distance(at, polygon) < 1e-6
        assert abs(shapely.distance(shapely.Point(x, y), met) - shapely.distance(shapely.Point(x, y), at)) < 1e-6
    else:
        assert met.is_empty or met.length < 1e-6


@given(st.integers(0, 10_000))
def test_boxes_leave_nothing_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    path = np.empty((2, 5, 6, 4))
    path[..., 0] = np.cumsum(rng.uniform(10.0, 300.0, (2, 5, 6)), axis=-1)
    path[..., 3] = path[..., 0] + rng.uniform(0.0, 5.0, (2, 5, 6))
    path[..., 1:3] = rng.uniform(-100.0, 100.0, (2, 5, 6, 2))
    knots = rng.integers(2, 7, (2, 5))
    middle, reach = rng.uniform(-80.0, 80.0, (3, 2)), rng.uniform(1.0, 30.0, 3)
    first, horizon = np.zeros(4, dtype=np.int64), 600.0
    track, place = np.repeat(np.arange(2), 3), np.tile(np.arange(3), 2)
    late = np.where(rng.random((2, 5)) < 0.5, 0.0, rng.normal(0.0, 1e-3, (2, 5)))
    soonest = np.zeros((6, 5))
    arrivals(path, knots, late, track, place, middle, reach, first, NONE, horizon, np.empty((5, 4)), soonest)
    for q in range(6):
        i, g = int(track[q]), int(place[q])
        times = [
            held(first_entry(path[i, j], int(knots[i, j]), middle[g], float(reach[g]), NONE, 0, 0, horizon), late[i, j])
            for j in range(5)
        ]
        within = sorted(t for t in times if t < horizon)
        assert soonest[q].tolist() == [*within, *[NEVER] * (5 - len(within))]


@given(st.floats(0.0, 3600.0), st.floats(0.0, 0.01))
def test_who_slows_down_comes_later_and_who_speeds_up_sooner(t: float, late: float) -> None:
    assert held(t, 0.0) == t
    assert 0.0 <= held(t, -late) <= t <= held(t, late)
    for one in (late, -late):
        assert held(t + 1.0, one) > held(t, one)  # in the order of their ways


def test_who_waits_at_a_knot_enters_later() -> None:
    path = np.array([[0.0, 0.0, 0.0, 100.0], [110.0, 100.0, 0.0, 110.0]])
    assert first_entry(path, 2, np.array([100.0, 0.0]), 50.0, NONE, 0, 0, 1e9) == 105.0
    assert first_entry(path, 2, np.array([0.0, 0.0]), 50.0, NONE, 0, 0, 1e9) == 0.0
    box = np.empty(4)
    bound(path, 2, 1e9, box)
    assert box.tolist() == [0.0, 100.0, 0.0, 0.0]
