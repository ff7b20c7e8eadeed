"""How well a sensor sees: range, hills and the Doppler notch, against their definitions."""

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from tocsin.geo.distance import travel
from tocsin.geo.frames import ecef_from_geodetic
from tocsin.geo.terrain import ridges, skyline
from tocsin.messages import Floats
from tocsin.models.ground import pack, unpack
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.kernels import sensing
from tocsin.tracking.kernels.columns import Sensors
from tocsin.tracking.tables import sensors_of

OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
LATITUDE, LONGITUDE = 0.9, 0.4
RIDGE = ridges([([(0.895, 0.404), (0.905, 0.404)], 600.0, 1500.0)], step_m=500.0)
RADAR = Sensor("radar", "radar", latitude_rad=LATITUDE, longitude_rad=LONGITUDE, altitude_m=50.0, max_range_m=100_000.0)
AROUND = np.full(2, np.nan)


def _visible(sensors: Sensors, x: Floats, p: Floats, sector: Floats) -> float:
    pd, _ = sensing.visible(sensors, 0, x, p, 1, sector)
    return pd


visible: Any = njit(**OPTIONS)(_visible)


def site(ground: bool = False, **columns: object) -> Sensors:
    names = RADAR.__slots__
    made = {name: getattr(RADAR, name) for name in names} | columns
    settings_ = Settings(
        frame=Frame("earth", 3, LATITUDE, LONGITUDE),
        sensors=(Sensor(**made),),
        ground=pack(RIDGE) if ground else None,
    )
    return sensors_of(settings_)


def state(azimuth: float, ground_m: float, altitude_m: float) -> Floats:
    latitude, longitude, _ = travel(LATITUDE, LONGITUDE, azimuth, ground_m)
    return np.concatenate([ecef_from_geodetic(float(latitude), float(longitude), altitude_m), np.zeros(3)])


HILLS = site(ground=True)
LINE = skyline(unpack(pack(RIDGE)) or RIDGE, LATITUDE, LONGITUDE, 50.0, 100_000.0, 500.0, 720)


@given(st.floats(0.0, 6.28), st.floats(1_000.0, 90_000.0), st.floats(60.0, 3_000.0))
@settings(max_examples=60, deadline=None)
def test_behind_a_hill_nothing_is_seen(azimuth: float, ground_m: float, altitude_m: float) -> None:
    x = state(azimuth, ground_m, altitude_m)
    lowest = float(LINE.lowest_m(azimuth, ground_m))
    seen = visible(HILLS, x, np.eye(6), AROUND)
    free = visible(site(), x, np.eye(6), AROUND)
    if abs(altitude_m - lowest) > 60.0 and min(azimuth % 0.0087, 0.0087 - azimuth % 0.0087) < 0.003:
        assert seen == (free if altitude_m > lowest else 0.0)
    assert seen in (0.0, free)


def test_there_is_something_behind_the_hill() -> None:
    east = 0.5 * math.pi
    assert visible(HILLS, state(east, 40_000.0, 800.0), np.eye(6), AROUND) == 0.0
    assert visible(HILLS, state(east, 40_000.0, 8_000.0), np.eye(6), AROUND) == 0.9
    assert visible(HILLS, state(-east, 40_000.0, 800.0), np.eye(6), AROUND) == 0.9


@given(st.floats(5_000.0, 95_000.0))
@settings(max_examples=30, deadline=None)
def test_detection_falls_with_the_fourth_power_of_range(range_m: float) -> None:
    sensors = site(reference_range_m=50_000.0, altitude_m=5_000.0)
    x = state(1.0, range_m, 5_000.0 + range_m**2 / 2.0 / 6.37e6)
    found = visible(sensors, x, np.eye(6), AROUND)
    slant = float(np.linalg.norm(x[:3] - sensors.place[0]))
    snr = (math.log(1e-6) / math.log(0.9) - 1.0) * (50_000.0 / slant) ** 4
    np.testing.assert_allclose(found, 1e-6 ** (1.0 / (1.0 + snr)), rtol=1e-9)


@given(st.floats(-60.0, 60.0), st.floats(0.1, 30.0))
@settings(max_examples=30, deadline=None)
def test_in_the_notch_it_sees_as_far_as_the_radial_speed_is_known(rate: float, sigma: float) -> None:
    sensors = site(doppler_notch_mps=20.0)
    x = state(1.0, 30_000.0, 3_000.0)
    los = (x[:3] - sensors.place[0]) / np.linalg.norm(x[:3] - sensors.place[0])
    x[3:] = rate * los
    speeds = rate + sigma * np.linspace(-8.0, 8.0, 20_001)
    weight = np.exp(-0.5 * np.linspace(-8.0, 8.0, 20_001) ** 2)
    slow = float((weight * (np.abs(speeds) < 20.0)).sum() / weight.sum())
    found = visible(sensors, x, sigma**2 * np.eye(6), AROUND)
    np.testing.assert_allclose(found, 0.9 * (1.0 - 0.95 * slow), atol=2e-3)
