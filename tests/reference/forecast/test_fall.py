"""What falls: the forecast's equations against the tracker's, there and back, and its areas against many throws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.skies import picture
from tocsin.ends import Outlook
from tocsin.forecast.falls import LOW_M
from tocsin.forecast.forecaster import Forecaster
from tocsin.forecast.kernels.fall import grounds
from tocsin.geo.distance import geodesic, travel
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, geodetic_from_ecef
from tocsin.messages import QUANTILES, Floats, Forecast, Picture
from tocsin.score.warning import entries
from tocsin.settings import Frame, Place, Settings
from tocsin.tracking.kernels.ballistic.fall import step

LATITUDE, LONGITUDE = math.radians(49.0), math.radians(31.0)
FRAME = Frame(latitude_rad=LATITUDE, longitude_rad=LONGITUDE)
CLASSES = ("unknown", "ballistic rocket")
BODY = 8_000.0


def thrown(speed: float, climb: float, east: float, height: float = 1_000.0) -> Floats:
    """A state: up from the origin, so steep, towards the east or north."""
    flat = speed * math.cos(climb)
    enu = np.array([flat * math.sin(east), flat * math.cos(east), speed * math.sin(climb)])
    here = ecef_from_geodetic(LATITUDE, LONGITUDE, height)
    return np.concatenate([here, ecef_vector_from_enu(enu, LATITUDE, LONGITUDE)])


@settings(max_examples=15, deadline=None)
@given(st.floats(200.0, 900.0), st.floats(0.3, 1.2), st.floats(0.0, 6.2), st.floats(3_000.0, 12_000.0))
def test_it_comes_down_where_the_tracker_says(speed: float, climb: float, east: float, body: float) -> None:
    state, wind = thrown(speed, climb, east), np.zeros((1, 3))
    end = grounds(state[None], np.array([body]), wind, 1, 0.0, 0.5, 2_400)[0]
    place, velocity, time_s = tuple(state[:3]), tuple(state[3:]), 0.0
    while geodetic_from_ecef(np.array(place))[2] > 0.0:
        place, velocity = step(place, velocity, 0.25, body, (0.0, 0.0, 0.0), 1)
        time_s += 0.25
    assert end[3] == pytest.approx(time_s, abs=0.6)
    assert np.hypot(*(end[:2] - place[:2])) < 1.0 * speed
    back = grounds(np.concatenate([end[:3], velocity])[None], np.array([body]), wind, 1, -1e9, -0.5, 1)
    assert np.isnan(back[0, 0])  # one step back is not yet the launch


def seen(state: Floats, sigma_m: float, sigma_mps: float) -> Picture:
    """A picture of one rocket."""
    covariance = np.zeros((1, 21))
    covariance[:, [0, 6, 11]], covariance[:, [15, 18, 20]] = sigma_m**2, sigma_mps**2
    return picture(
        10**18,
        [7],
        position_m=state[None, :3],
        velocity_mps=state[None, 3:],
        covariance=covariance,
        born_ns=np.array([10**18 - 120 * 10**9]),
        class_index=np.ones(1, np.int32),
        classes=CLASSES,
    )


def forecast(state: Floats, places: tuple[Place, ...], sigma_m: float = 50.0, sigma_mps: float = 5.0) -> Forecast:
    """What is said of one rocket."""
    return Forecaster(Settings(frame=FRAME, places=places)).forecast(seen(state, sigma_m, sigma_mps))


def outlook(state: Floats, sigma_m: float = 50.0, sigma_mps: float = 5.0) -> Outlook:
    """Its areas."""
    forecaster, shown = Forecaster(Settings(frame=FRAME)), seen(state, sigma_m, sigma_mps)
    forecaster.forecast(shown)
    return forecaster.outlook(shown, {7: ()})


def test_the_areas_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    state = thrown(600.0, 0.7, 1.0, 3_000.0)
    landing = outlook(state).impacts[0]
    many = state + np.column_stack([50.0 * rng.standard_normal((400, 3)), 5.0 * rng.standard_normal((400, 3))])
    winds = ecef_vector_from_enu(
        np.column_stack([10.0 * rng.standard_normal((400, 2)), np.zeros(400)]), LATITUDE, LONGITUDE
    )
    ends = grounds(many, BODY * np.exp(0.25 * rng.standard_normal(400)), winds, 1, 0.0, 0.5, 2_400)
    latitude, longitude, _ = geodetic_from_ecef(ends[:, :3])
    length, bearing, _ = geodesic(*landing.place, latitude, longitude)
    along, across = length * np.cos(bearing - landing.bearing_rad), length * np.sin(bearing - landing.bearing_rad)
    sigmas = np.hypot(along / landing.sigma_m[0], across / landing.sigma_m[1])
    assert 0.4 < (sigmas <= 1.1774).mean() < 0.62
    assert 0.84 < (sigmas <= 2.146).mean() < 0.97
    early, likely, late = ((one - 10**18) / 1e9 for one in landing.time_ns)
    assert early < np.median(ends[:, 3]) < late
    assert likely == pytest.approx(np.median(ends[:, 3]), rel=0.05)


def test_it_was_launched_from_where_it_flew_up() -> None:
    state = thrown(700.0, 0.8, 2.0, 0.5)
    up = grounds(state[None], np.array([BODY]), np.zeros((1, 3)), 1, -1e9, 20.0, 1)
    assert np.isnan(up).all()
    place, velocity = tuple(state[:3]), tuple(state[3:])
    for _ in range(80):
        place, velocity = step(place, velocity, 0.25, BODY, (0.0, 0.0, 0.0), 1)
    launch = outlook(np.concatenate([place, velocity]), 20.0, 2.0).launches[0]
    away = float(geodesic(*launch.place, LATITUDE, LONGITUDE)[0])
    assert away < 2.5 * launch.sigma_m[0]
    assert launch.time_ns[1] < 10**18


def test_what_comes_down_in_a_ring_is_an_attack_under_way_and_what_flies_over_is_none() -> None:
    state = thrown(600.0, 0.7, 0.0, 3_000.0)
    landing = outlook(state).impacts[0]
    under = travel(LATITUDE, LONGITUDE, 0.0, 8_000.0)
    places = (
        Place("hit", "site", (landing.place,), ring_m=6_000.0),
        Place("flown over", "site", ((float(under[0]), float(under[1])),), ring_m=2_000.0),
    )
    said = forecast(state, places)
    by_name = {said.places[k]: row for row, k in enumerate(said.place.tolist())}
    assert said.inside[by_name["hit"]]
    assert said.enters[by_name["hit"]] > 0.8
    assert "flown over" not in by_name or said.enters[by_name["flown over"]] < 0.05


def test_a_rocket_just_launched_is_a_fan_of_small_chances() -> None:
    state = thrown(900.0, 0.9, 0.0, 5_000.0)
    landing = outlook(state, 500.0, 60.0).impacts[0]
    ring = Place("town", "site", (landing.place,), ring_m=2_000.0)
    said = forecast(state, (ring,), 500.0, 60.0)
    assert 0.01 < said.enters[0] < 0.5
    assert not said.inside[0]


@pytest.mark.parametrize(("speed", "climb"), [(600.0, 0.7), (330.0, 0.6)], ids=["high", "low"])
def test_a_ring_is_entered_over_its_edge_and_low_and_so_before_the_impact(speed: float, climb: float) -> None:
    state = thrown(speed, climb, 0.0, 10.0)
    landing = outlook(state, 5.0, 0.5).impacts[0]
    said = forecast(state, (Place("hit", "site", (landing.place,), ring_m=2_500.0),), 5.0, 0.5)
    place, velocity, time_s, entered_s = tuple(state[:3]), tuple(state[3:]), 0.0, math.nan
    while (at := geodetic_from_ecef(np.array(place)))[2] > 0.0:
        near = float(geodesic(*landing.place, at[0], at[1])[0]) < 2_500.0
        if math.isnan(entered_s) and near and at[2] < LOW_M:
            entered_s = time_s
        place, velocity = step(place, velocity, 0.25, BODY, (0.0, 0.0, 0.0), 1)
        time_s += 0.25
    assert entered_s < time_s - 2.0
    assert said.quantile_s[0, QUANTILES.index(0.5)] == pytest.approx(entered_s, abs=0.12 * time_s)


def test_low_is_as_low_as_the_score_has_it() -> None:
    assert LOW_M == entries.LOW_M
