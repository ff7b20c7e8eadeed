"""The frames agree with pyproj to 1 mm, come back to 1e-6 m, and their compiled scalar form says the same."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.geo import frames, kernels

LATITUDES = st.floats(-np.pi / 2, np.pi / 2)
LONGITUDES = st.floats(-np.pi, np.pi)
ALTITUDES = st.floats(-5_000.0, 100_000.0)
METRES = st.floats(-500_000.0, 500_000.0)
PLACES = st.tuples(LATITUDES, LONGITUDES, ALTITUDES)
VECTORS = st.tuples(METRES, METRES, METRES)
TO_ECEF = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


@given(LATITUDES, LONGITUDES, ALTITUDES)
def test_ecef_agrees_with_pyproj_and_comes_back(latitude: float, longitude: float, altitude: float) -> None:
    position = frames.ecef_from_geodetic(latitude, longitude, altitude)
    expected = TO_ECEF.transform(np.degrees(longitude), np.degrees(latitude), altitude)
    assert np.abs(position - expected).max() < 1e-3
    again = frames.ecef_from_geodetic(*frames.geodetic_from_ecef(position))
    assert np.abs(again - position).max() < 1e-6
    assert abs(float(frames.geodetic_from_ecef(position)[2]) - altitude) < 1e-6


@given(PLACES, VECTORS)
def test_enu_agrees_with_pyproj_and_comes_back(
    place: tuple[float, float, float], enu: tuple[float, float, float]
) -> None:
    latitude, longitude, altitude = place
    origin = f"+lat_0={np.degrees(latitude):.17g} +lon_0={np.degrees(longitude):.17g} +h_0={altitude:.17g}"
    oracle = pyproj.Transformer.from_pipeline(f"+proj=topocentric +ellps=WGS84 {origin}")
    position = frames.ecef_from_enu(enu, *place)
    assert np.abs(np.asarray(oracle.transform(*position)) - enu).max() < 1e-3
    again = frames.enu_from_ecef(position, *place)
    assert np.abs(again - enu).max() < 1e-6


@given(METRES, METRES, METRES)
def test_polar_comes_back(east: float, north: float, up: float) -> None:
    distance, azimuth, elevation = frames.polar_from_enu((east, north, up))
    assert 0.0 <= azimuth < 2.0 * np.pi
    assert np.abs(frames.enu_from_polar(distance, azimuth, elevation) - (east, north, up)).max() < 1e-6


@given(PLACES, VECTORS)
def test_the_compiled_scalars_say_the_same(
    place: tuple[float, float, float], vector: tuple[float, float, float]
) -> None:
    (latitude, longitude, _), (x, y, z) = place, vector
    position = frames.ecef_from_geodetic(*place)
    assert kernels.ecef_from_geodetic(*place) == pytest.approx(position, abs=1e-8)
    back = kernels.geodetic_from_ecef(*position.tolist())
    assert kernels.ecef_from_geodetic(*back) == pytest.approx(position, abs=1e-6)
    turned = frames.enu_vector_from_ecef(vector, latitude, longitude)
    assert kernels.enu_vector_from_ecef(x, y, z, latitude, longitude) == pytest.approx(turned, abs=1e-8)
    turned = frames.ecef_vector_from_enu(vector, latitude, longitude)
    assert kernels.ecef_vector_from_enu(x, y, z, latitude, longitude) == pytest.approx(turned, abs=1e-8)
    polar = kernels.polar_from_enu(x, y, z)
    assert polar == pytest.approx([float(p) for p in frames.polar_from_enu(vector)], abs=1e-9)
    assert kernels.enu_from_polar(*polar) == pytest.approx(vector, abs=1e-6)


@given(st.floats(-1e4, 1e4))
def test_angles_wrap_into_their_half_open_turn(angle: float) -> None:
    assert 0.0 <= frames.turn(angle) < 2.0 * np.pi
    assert -np.pi <= frames.half_turn(angle) < np.pi
    assert kernels.half_turn(angle) == pytest.approx(float(frames.half_turn(angle)), abs=1e-12)
    assert np.sin(frames.half_turn(angle)) == pytest.approx(np.sin(angle), abs=1e-9)
