"""What a moving radar measured as a place: the same place and the same doubt as one that stands there would give."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.geo.frames import ecef_from_geodetic, enu_from_polar
from tocsin.models.moving import stand_at, told_at
from tocsin.models.sensing import axes_at
from tocsin.settings import Frame, Sensor
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Rows
from tocsin.tracking.moving.carried import laid_down

SECOND_NS = 1_000_000_000
START_NS = 1_900_000_000 * SECOND_NS
PATH = ((START_NS, 0.6, 3.1, 8_000.0), (START_NS + 100 * SECOND_NS, 0.61, 3.2, 9_000.0))
CARRIED = Sensor("W", "radar", latitude_rad=0.6, longitude_rad=3.1, altitude_m=8_000.0, path=PATH)
MASK = (1 << c.RANGE) | (1 << c.AZIMUTH) | (1 << c.ELEVATION)


def row(range_m: float, azimuth: float, elevation: float, mask: int) -> Rows:
    z, var = np.zeros((1, c.QUANTITIES)), np.ones((1, c.QUANTITIES))
    z[0, [c.RANGE, c.AZIMUTH, c.ELEVATION]] = range_m, azimuth, elevation
    var[0, [c.RANGE, c.AZIMUTH, c.ELEVATION]] = 50.0**2, 0.002**2, 0.004**2
    return Rows(
        mask=np.array([mask]),
        z=z,
        var=var,
        axes=np.zeros((1, 3, 3)),
        place=np.zeros((1, 4)),
        time=np.array([START_NS]),
        clutter=np.ones(1),
        prior=np.ones(1),
        word=np.zeros((1, 4), dtype=np.int64),
        strength=np.ones(1),
        said=np.zeros((1, 2)),
    )


@settings(max_examples=40, deadline=None)
@given(st.floats(1e3, 3e5), st.floats(0.0, 6.28), st.floats(-0.4, 0.4), st.floats(-1.2, 1.2), st.booleans())
def test_a_place_with_the_same_doubt(
    range_m: float, azimuth: float, elevation: float, latitude: float, risen: bool
) -> None:
    mask = MASK if risen else MASK & ~(1 << c.ELEVATION)
    rows = row(range_m, azimuth, elevation, mask)
    site, axes = ecef_from_geodetic(latitude, 1.0, 9_000.0)[None], axes_at(latitude, 1.0)[None]
    laid_down(rows, np.array([True]), site, axes)
    flat = (1 << c.EAST) | (1 << c.NORTH)
    assert rows.mask[0] == (flat | (1 << c.UP) if risen else flat)
    at = site[0] + enu_from_polar(range_m, azimuth, elevation) @ axes[0]
    assert np.allclose(rows.z[0, c.EAST : c.UP + 1], at, atol=1e-5 * range_m)
    # the covariance by the polar map's derivatives, taken by differences
    steps = np.eye(3) * [1.0, 1e-6, 1e-6]
    slopes = [
        (enu_from_polar(*(np.array([range_m, azimuth, elevation]) + d)) - enu_from_polar(range_m, azimuth, elevation))
        @ axes[0]
        / d.max()
        for d in steps
    ]
    want = sum(s**2 * np.outer(g, g) for s, g in zip((50.0, 0.002, 0.004), slopes, strict=True))
    own = rows.axes[0]
    have = sum(v * np.outer(a, a) for v, a in zip(rows.var[0, c.EAST : c.UP + 1], own, strict=True))
    assert np.allclose(own @ own.T, np.eye(3), atol=1e-9)
    assert np.allclose(have, want, rtol=1e-3, atol=1e-3 * float(np.abs(want).max()))
    # densities: per metre across, and per metre up where the elevation counts
    across = range_m * np.cos(elevation)
    assert np.isclose(rows.clutter[0], 1.0 / (across * range_m if risen else across))


def test_a_range_rate_lies_along_the_ray_and_an_altitude_stays() -> None:
    rows = row(50e3, 1.0, 0.1, MASK | (1 << c.RANGE_RATE) | (1 << c.ALTITUDE))
    rows.z[0, c.RANGE_RATE], rows.var[0, c.RANGE_RATE] = -80.0, 4.0
    laid_down(rows, np.array([True]), np.zeros((1, 3)), np.eye(3)[None])
    assert rows.mask[0] & (1 << c.ALTITUDE)
    assert rows.mask[0] & (1 << c.VELOCITY_EAST)
    assert not rows.mask[0] & (1 << c.RANGE_RATE)
    velocity = rows.z[0, c.VELOCITY_EAST : c.VELOCITY_UP + 1]
    assert np.isclose(velocity @ rows.axes[0, 0], -80.0)
    assert rows.var[0, c.VELOCITY_EAST] == 4.0


def test_rows_of_others_are_left_alone() -> None:
    rows = row(50e3, 1.0, 0.1, MASK)
    before = [column.copy() for column in rows]
    laid_down(rows, np.array([False]), np.zeros((1, 3)), np.eye(3)[None])
    assert all(np.array_equal(a, b) for a, b in zip(rows, before, strict=True))


def test_a_path_is_straight_between_its_rows_and_still_beyond_them() -> None:
    times = START_NS + np.array([-50, 0, 25, 100, 1000]) * SECOND_NS
    told = told_at(CARRIED, times)
    assert np.allclose(told[:, 2], [8_000.0, 8_000.0, 8_250.0, 9_000.0, 9_000.0])
    assert np.allclose(told[2, :2], [0.6025, 3.125])
    place, axes, height = stand_at(CARRIED, Frame(), times)
    assert np.allclose(place[2], ecef_from_geodetic(0.6025, 3.125, 8_250.0))
    assert np.allclose(axes[2], axes_at(0.6025, 3.125))
    assert height[2] == 8_250.0
    flat, east, up = stand_at(CARRIED, Frame("local"), times)
    assert np.array_equal(flat, told)
    assert np.array_equal(east[0], np.eye(3))
    assert up[2] == 8_250.0
