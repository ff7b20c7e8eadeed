"""Where it came from and where it fell, beside where it did."""

import math

import numpy as np

from tocsin.ends import Landing
from tocsin.geo.distance import travel
from tocsin.score.questions.ends import end

LATITUDE, LONGITUDE = 1.02, 0.23


def told(east_m: float, north_m: float, bearing_rad: float = 0.0) -> Landing:
    bearing = math.atan2(east_m, north_m)
    there = travel(LATITUDE, LONGITUDE, bearing, math.hypot(east_m, north_m))
    return Landing(7, (float(there[0]), float(there[1])), (2000.0, 500.0), bearing_rad, (0, 5_000_000_000, 9))


def test_a_place_inside_the_ellipse_is_inside() -> None:
    found = end(told(0.0, 2100.0), LATITUDE, LONGITUDE, 1_000_000_000)
    assert abs(found.off_m - 2100.0) < 1.0
    assert found.inside(0.5)
    assert found.inside(0.9)
    assert found.late_s == 4.0


def test_the_longer_axis_lies_along_its_bearing() -> None:
    assert not end(told(2100.0, 0.0), LATITUDE, LONGITUDE, 0).inside(0.9)
    assert end(told(2100.0, 0.0, math.pi / 2), LATITUDE, LONGITUDE, 0).inside(0.5)


def test_the_area_is_that_of_the_ellipse_of_nine_in_ten() -> None:
    assert abs(end(told(1.0, 0.0), LATITUDE, LONGITUDE, 0).area_km2 - math.pi * 2.0 * 0.5 * 2.1460**2) < 0.01


def test_nine_in_ten_places_lie_inside() -> None:
    rng = np.random.default_rng(1)
    found = [end(told(*row), LATITUDE, LONGITUDE, 0) for row in rng.normal(0.0, (500.0, 2000.0), (2000, 2)).tolist()]
    assert abs(np.mean([one.inside(0.9) for one in found]) - 0.9) < 0.02
    assert abs(np.mean([one.inside(0.5) for one in found]) - 0.5) < 0.04
