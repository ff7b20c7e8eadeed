"""Geodesics agree with pyproj to 1 mm: near, far, over poles, across the antimeridian, between opposite places."""

import numpy as np
import pyproj
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin.geo.distance import distance_m, geodesic, travel

GEOD = pyproj.Geod(ellps="WGS84")
LATITUDES = st.floats(-np.pi / 2, np.pi / 2)
LONGITUDES = st.floats(-np.pi, np.pi)
BEARINGS = st.floats(0.0, 2.0 * np.pi)


def oracle_m(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> float:
    lon_1, lat_1, lon_2, lat_2 = np.degrees((longitude_1, latitude_1, longitude_2, latitude_2))
    return float(GEOD.inv(lon_1, lat_1, lon_2, lat_2)[2])


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
@example(0.0, 0.0, 0.0, np.pi)
@example(0.0, 0.0, 0.0, 3.12)
@example(0.0, 0.0, 1e-3, np.pi)
@example(np.pi / 2, 0.0, -np.pi / 2, 1.0)
@example(np.pi / 2, 0.0, np.pi / 2, 1.0)
@example(0.5, 3.14, 0.5, -3.14)
@example(1.55, 0.0, 1.55, np.pi)
def test_any_two_places(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> None:
    length, start, end = geodesic(latitude_1, longitude_1, latitude_2, longitude_2)
    assert abs(float(length) - oracle_m(latitude_1, longitude_1, latitude_2, longitude_2)) < 1e-3
    arrived = travel(latitude_1, longitude_1, start, length)
    assert oracle_m(float(arrived[0]), float(arrived[1]), latitude_2, longitude_2) < 1e-3
    back = travel(latitude_2, longitude_2, end + np.pi, length)
    assert oracle_m(float(back[0]), float(back[1]), latitude_1, longitude_1) < 1e-3


@given(LATITUDES, LONGITUDES, st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_nearly_opposite_places(latitude: float, longitude: float, north: float, east: float) -> None:
    other = float(np.clip(north - latitude, -np.pi / 2, np.pi / 2))
    expected = oracle_m(latitude, longitude, other, longitude + np.pi + east)
    assert abs(float(distance_m(latitude, longitude, other, longitude + np.pi + east)) - expected) < 1e-3


@given(LATITUDES, LONGITUDES, BEARINGS, st.floats(0.0, 500_000.0))
def test_going_somewhere(latitude: float, longitude: float, bearing: float, length: float) -> None:
    there = travel(latitude, longitude, bearing, length)
    lon, lat, _ = GEOD.fwd(np.degrees(longitude), np.degrees(latitude), np.degrees(bearing), length)
    assert oracle_m(float(there[0]), float(there[1]), np.radians(lat), np.radians(lon)) < 1e-3
    assert abs(float(distance_m(latitude, longitude, *there[:2])) - length) < 1e-3


def test_rows_of_one_call_do_not_disturb_each_other() -> None:
    rng = np.random.default_rng(5)
    lat_1, lat_2 = rng.uniform(-1.57, 1.57, (2, 500))
    lon_1, lon_2 = rng.uniform(-np.pi, np.pi, (2, 500))
    lat_2[:50] = -lat_1[:50]
    lon_2[:50] = lon_1[:50] + np.pi
    together = distance_m(lat_1, lon_1, lat_2, lon_2)
    expected = GEOD.inv(*np.degrees((lon_1, lat_1, lon_2, lat_2)))[2]
    assert np.abs(together - expected).max() < 1e-3
    assert distance_m(lat_1.reshape(20, 25), lon_1.reshape(20, 25), 0.0, 0.0).shape == (20, 25)
