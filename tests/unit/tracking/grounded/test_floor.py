"""Nothing flies below the ground: a Gaussian whose mean is below it becomes the part that is above."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.geo.distance import travel
from tocsin.geo.frames import ecef_from_geodetic, geodetic_from_ecef
from tocsin.geo.horizon import horizon_m
from tocsin.messages import Floats
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.grounded.floor import bulge_m, lift
from tocsin.tracking.tables import sensors_of

LATITUDE, LONGITUDE, FLOOR_M = np.radians(47.0), np.radians(8.0), -150.0
FLOORS = np.array([FLOOR_M])
ONE = np.zeros(1, dtype=np.int64)


def state(height_m: float, sigma_m: float) -> tuple[Floats, Floats]:
    """One component of one mode; its height hangs together with its place along the ground."""
    x, p = np.zeros((1, 1, 6)), np.zeros((1, 1, 6, 6))
    x[0, 0, :3] = ecef_from_geodetic(LATITUDE, LONGITUDE, height_m)
    x[0, 0, 3:] = 20.0
    p[0, 0, :3, :3] = np.diag([50.0**2, 80.0**2, 60.0**2])
    up = upwards()
    p[0, 0, :3, :3] += sigma_m**2 * up[:, None] * up
    p[0, 0, 3:, 3:] = 9.0 * np.eye(3)
    return x, p


def upwards() -> Floats:
    flat = np.cos(LATITUDE)
    return np.array([flat * np.cos(LONGITUDE), flat * np.sin(LONGITUDE), np.sin(LATITUDE)])


def height_of(x: Floats) -> float:
    return float(geodetic_from_ecef(x[0, 0, :3])[2])


def test_what_flies_above_the_ground_is_left_alone() -> None:
    x, p = state(40.0, 600.0)
    before = x.copy(), p.copy()
    lift(x, p, ONE, ONE, FLOORS)
    assert (x == before[0]).all()
    assert (p == before[1]).all()


@given(st.floats(-14_000.0, -151.0), st.floats(50.0, 3000.0))
def test_moments_are_those_of_the_part_above_the_ground(height_m: float, sigma_m: float) -> None:
    x, p = state(height_m, sigma_m)
    up = upwards()
    sigma = float(np.sqrt(up @ p[0, 0, :3, :3] @ up))
    lift(x, p, ONE, ONE, FLOORS)
    heights = FLOOR_M + np.linspace(0.0, 12.0 * sigma, 400_001)
    log = -0.5 * ((heights - height_m) / sigma) ** 2
    weight = np.exp(log - log.max())
    mean = float((heights * weight).sum() / weight.sum())
    assert height_of(x) == pytest.approx(mean, abs=0.02 * sigma + 1.0)
    assert np.linalg.eigvalsh(p[0, 0]).min() > 0.0
    spread = float(np.sqrt((weight * (heights - mean) ** 2).sum() / weight.sum()))
    assert float(np.sqrt(up @ p[0, 0, :3, :3] @ up)) == pytest.approx(spread, rel=0.25)


def test_what_hangs_together_with_the_height_follows_it() -> None:
    x, p = state(-3000.0, 500.0)
    east = np.array([-np.sin(LONGITUDE), np.cos(LONGITUDE), 0.0])
    up = upwards()
    p[0, 0, :3, :3] += 200.0**2 * (east[:, None] * up + up[:, None] * east) + 200.0**2 * east[:, None] * east
    before = x.copy()
    lift(x, p, ONE, ONE, FLOORS)
    moved = x[0, 0, :3] - before[0, 0, :3]
    assert moved @ up > 2800.0
    assert moved @ east == pytest.approx(200.0**2 / (500.0**2 + 60.0**2) * (moved @ up), rel=0.2)


def test_what_a_radar_sees_is_above_its_horizon() -> None:
    radar = Sensor("radar", "radar", latitude_rad=LATITUDE, longitude_rad=LONGITUDE, altitude_m=30.0)
    tables = sensors_of(Settings(frame=Frame("earth", 3, LATITUDE, LONGITUDE), sensors=(radar,)))
    for away_m, altitude_m in ((10e3, 0.0), (60e3, 50.0), (90e3, 800.0)):
        latitude, longitude, _ = travel(LATITUDE, LONGITUDE, 1.0, away_m)
        needed = bulge_m(ecef_from_geodetic(latitude, longitude, altitude_m).reshape(1, 3), ONE, tables)[0]
        sees = horizon_m(30.0, altitude_m) > away_m
        assert (altitude_m > needed) == sees
    x = ecef_from_geodetic(LATITUDE, LONGITUDE + 0.02, 0.0).reshape(1, 3)
    assert bulge_m(x, np.array([-1]), tables)[0] == -np.inf  # no sensor
