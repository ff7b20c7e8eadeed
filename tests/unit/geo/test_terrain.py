"""The ground, and what it hides."""

import numpy as np
import pytest

from tocsin.errors import SiteError
from tocsin.geo.distance import travel
from tocsin.geo.horizon import lowest_height_m
from tocsin.geo.terrain import Terrain, ridges, skyline
from tocsin.messages import Floats


def pairs(*degrees: tuple[float, float]) -> list[tuple[float, float]]:
    return [(float(np.radians(lat)), float(np.radians(lon))) for lat, lon in degrees]


def grid(heights: Floats, south: float, west: float, step: float) -> Terrain:
    rad = float(np.radians(step))
    return Terrain(float(np.radians(south)), float(np.radians(west)), (rad, rad), heights)


def test_heights_are_bilinear_and_end_at_the_edge() -> None:
    ground = grid(np.array([[0.0, 10.0], [20.0, 30.0]]), 50.0, 10.0, 1.0)
    at = np.radians([(50.0, 10.0), (50.5, 10.5), (51.0, 11.0), (50.25, 10.0), (49.9, 10.5), (50.5, 11.1)]).T
    assert ground.height_m(*at) == pytest.approx([0.0, 15.0, 30.0, 5.0, 0.0, 0.0], abs=0.05)
    assert np.isnan(ground.height_m(np.nan, 0.2))


def test_a_grid_may_cross_the_antimeridian() -> None:
    ground = grid(np.tile(np.arange(5.0), (3, 1)), -1.0, 178.0, 1.0)
    assert ground.height_m(0.0, np.radians([178.0, 179.5, -179.5, -178.0])) == pytest.approx([0, 1.5, 2.5, 4], abs=0.01)


def test_a_ridge_is_as_high_and_as_wide_as_was_said() -> None:
    ground = ridges([(pairs((50.0, 10.0), (50.0, 10.5)), 400.0, 1_000.0)], step_m=100.0)
    lat, lon, _ = travel(np.radians(50.0), np.radians(10.25), 0.0, np.array([0.0, 1_000.0, 3_000.0]))
    expected = 400.0 * np.exp(-0.5 * np.array([0.0, 1.0, 9.0]))
    assert ground.height_m(lat, lon) == pytest.approx(expected, abs=10.0)
    with pytest.raises(SiteError, match="larger step_m"):
        ridges([(pairs((50.0, 10.0), (58.0, 20.0)), 400.0, 1_000.0)], step_m=30.0)


def test_over_flat_ground_the_skyline_is_the_horizon() -> None:
    flat = grid(np.zeros((2, 2)), 50.0, 10.0, 0.1)
    view = skyline(flat, float(np.radians(50.05)), float(np.radians(10.05)), 30.0, 100_000.0)
    distance = np.linspace(1_000.0, 99_000.0, 50)
    assert view.lowest_m(1.234, distance) == pytest.approx(lowest_height_m(30.0, distance), abs=1.0)


def test_behind_a_ridge_only_what_is_high_enough_is_seen() -> None:
    ground = ridges([(pairs((50.1, 9.5), (50.1, 10.5)), 300.0, 800.0)], step_m=200.0)
    view = skyline(ground, float(np.radians(50.0)), float(np.radians(10.0)), 20.0, 60_000.0, step_m=200.0)
    ridge_m = 11_125.0  # a tenth of a degree of latitude
    assert view.lowest_m(0.0, 5_000.0) < 25.0
    top = (300.0 - ridge_m**2 / (2 * 8_494_667) - 20.0) / ridge_m
    for behind in (15_000.0, 30_000.0, 50_000.0):
        expected = 20.0 + top * behind + behind**2 / (2 * 8_494_667)
        assert view.lowest_m(0.0, behind) == pytest.approx(expected, rel=0.02)
    assert view.lowest_m(np.pi, 30_000.0) < 60.0
    assert np.isnan(view.lowest_m(np.nan, 10.0))
