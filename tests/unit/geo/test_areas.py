"""Sites, zones and border sectors."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tocsin.errors import SiteError
from tocsin.geo.areas import Area, area
from tocsin.geo.distance import distance_m, travel


def corners(*degrees: tuple[float, float]) -> list[tuple[float, float]]:
    return [(float(np.radians(lat)), float(np.radians(lon))) for lat, lon in degrees]


def at(*degrees: tuple[float, float]) -> NDArray[np.float64]:
    return np.radians(np.asarray(degrees, dtype=np.float64)).T


def test_a_site_has_a_ring_measured_on_the_ellipsoid() -> None:
    plant = area("site", corners((54.0, 18.0)), ring_m=20_000.0)
    bearings = np.linspace(0.0, 6.2, 60)
    lat, lon, _ = travel(np.radians(54.0), np.radians(18.0), bearings, 20_000.0)
    assert np.abs(plant.distance_m(lat, lon) - 20_000.0).max() < 1e-3
    nearer = travel(np.radians(54.0), np.radians(18.0), bearings, 19_999.99)[:2]
    further = travel(np.radians(54.0), np.radians(18.0), bearings, 20_000.01)[:2]
    assert plant.inside(*nearer).all()
    assert not plant.inside(*further).any()
    assert plant.distance_to_ring_m(*further) == pytest.approx(np.full(60, 0.01), abs=1e-3)


@pytest.mark.parametrize(
    ("ring", "within", "without"),
    [
        ([(54.0, 18.0), (54.0, 18.5), (54.3, 18.5), (54.3, 18.0)], (54.1, 18.2), (54.1, 18.6)),
        ([(65.0, 179.5), (65.0, -179.5), (65.4, -179.5), (65.4, 179.5)], (65.2, -179.9), (65.2, 179.0)),
        ([(88.0, 0.0), (88.0, 90.0), (88.0, 180.0), (88.0, -90.0)], (89.9, 45.0), (86.0, 45.0)),
    ],
    ids=["coast", "antimeridian", "pole"],
)
def test_a_zone_knows_its_inside(
    ring: list[tuple[float, float]], within: tuple[float, float], without: tuple[float, float]
) -> None:
    city = area("zone", corners(*ring))
    assert city.inside(*at(within, without)).tolist() == [True, False]
    assert city.distance_m(*at(within))[0] == 0.0
    assert city.distance_m(*at(without))[0] > 1_000.0


def test_distances_across_a_wide_zone_stay_within_the_stated_error() -> None:
    wide = area("zone", corners((52.0, 16.0), (52.0, 20.0), (55.0, 20.0), (55.0, 16.0)))
    rng = np.random.default_rng(2)
    lat, lon, _ = travel(wide.latitude_rad, wide.longitude_rad, rng.uniform(0, 6.28, 300), rng.uniform(0, 350e3, 300))
    east, north = wide.plane(lat, lon)
    there = wide.geodetic(east, north)
    assert distance_m(lat, lon, *there).max() < 1e-3
    flat = np.hypot(np.diff(east), np.diff(north))
    true = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    assert (np.abs(flat / true - 1.0) < 5e-4).all()


def test_a_border_sector_knows_its_sides_and_its_distance() -> None:
    river = area("border", corners((53.0, 14.0), (53.5, 14.0), (53.5, 14.0), (54.0, 14.5)))
    assert river.side(*at((53.2, 14.1), (53.2, 13.9), (53.9, 14.1))).tolist() == [1.0, -1.0, -1.0]
    assert river.side(*at((53.2, 14.1)).reshape(2, 1, 1)).shape == (1, 1)
    expected = distance_m(*at((53.2, 14.1)).ravel(), *at((53.2, 14.0)).ravel())
    assert river.distance_m(*at((53.2, 14.1)))[0] == pytest.approx(float(expected), rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "pairs", "words"),
    [
        ("circle", [(1.0, 1.0)], "expected one of site, zone, border"),
        ("site", [(1.0, 1.0), (1.0, 1.1)], "exactly 1"),
        ("zone", [(1.0, 1.0), (1.0, 1.1), (1.0, 1.0)], "at least 3"),
        ("border", [(1.0, 1.0)], "at least 2"),
        ("zone", [(1.0, 1.0), (1.01, 1.01), (1.0, 1.01), (1.01, 1.0)], "without crossing"),
        ("zone", [(1.0, 1.0), (1.01, 1.0), (1.0, 1.0), (1.01, 1.0)], "no clear inside"),
        ("border", [(0.0, 0.0), (0.0, 2.0)], "cut it into smaller ones"),
    ],
)
def test_a_shape_that_cannot_be_says_why(kind: str, pairs: list[tuple[float, float]], words: str) -> None:
    with pytest.raises(SiteError, match=words):
        area(kind, pairs)


def test_an_area_is_a_value() -> None:
    assert isinstance(area("site", corners((1.0, 2.0))), Area)
