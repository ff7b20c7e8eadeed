"""The compiled flight of rounds and rockets against its textbook twin, an independent integrator and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from tests.reference.simulate import ballistics as book
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu
from tocsin.simulate.bodies import kernels

LATITUDES, LONGITUDES = st.floats(-1.5, 1.5), st.floats(-3.1, 3.1)
SPEEDS = st.tuples(*(st.floats(-2_000.0, 2_000.0),) * 3)


@given(LATITUDES, LONGITUDES, st.floats(0.0, 150_000.0), SPEEDS, SPEEDS, st.floats(500.0, 20_000.0))
def test_one_step_is_the_book_s(
    latitude: float,
    longitude: float,
    height: float,
    speed: tuple[float, float, float],
    push: tuple[float, float, float],
    mass_per_drag: float,
) -> None:
    position = ecef_from_geodetic(latitude, longitude, height)
    velocity, thrust, wind = np.array(speed), np.array(push) / 40.0, np.array(push) / 100.0
    ours = kernels.step(tuple(position), tuple(velocity), tuple(thrust), mass_per_drag, tuple(wind))
    theirs = book.step(position, velocity, thrust, mass_per_drag, wind, kernels.STEP_S)
    assert np.array(ours[0]) == pytest.approx(theirs[0], abs=1e-6)
    assert np.array(ours[1]) == pytest.approx(theirs[1], abs=1e-7)
    assert kernels.height_m(*position) == pytest.approx(book.height_m(position), abs=1e-6)


def flown(elevation: float, speed: float, mass_per_drag: float, burn: float = 0.0) -> tuple[float, np.ndarray]:
    start = ecef_from_geodetic(0.8, 0.4, 50.0)
    ahead = ecef_vector_from_enu((0.0, np.cos(elevation), np.sin(elevation)), 0.8, 0.4)
    knots = np.empty((kernels.FLIGHT_S_MAX + 2, 6))
    seconds, filled = kernels.fly(start, ahead * speed, ahead, 40.0, burn, mass_per_drag, np.zeros(3), 50.0, knots)
    return seconds, knots[:filled]


def test_without_air_a_slow_round_flies_a_parabola() -> None:
    seconds, knots = flown(0.7, 100.0, 1e15)
    down = 9.81 * 1.0  # the local weight, good to a third of a percent
    assert seconds == pytest.approx(2 * 100.0 * np.sin(0.7) / down, rel=5e-3)
    length = np.linalg.norm(knots[-1, :3] - knots[0, :3])
    assert length == pytest.approx(100.0**2 * np.sin(1.4) / down, rel=5e-3)
    assert len(knots) == int(seconds) + 2


@pytest.mark.parametrize(("elevation", "speed", "burn"), [(0.9, 700.0, 0.0), (0.96, 0.0, 50.0)])
def test_a_whole_flight_agrees_with_an_independent_integrator(elevation: float, speed: float, burn: float) -> None:
    seconds, knots = flown(elevation, speed, 9_000.0, burn)
    ahead = ecef_vector_from_enu((0.0, np.cos(elevation), np.sin(elevation)), 0.8, 0.4)
    state, now = knots[0].copy(), 0.0
    for until, push in ((burn, 40.0), (seconds, 0.0)):
        if until > now:

            def slope(_: float, y: np.ndarray, push: float = push) -> np.ndarray:
                return np.concatenate((y[3:], book.acceleration(y[:3], y[3:], 9_000.0, np.zeros(3)) + push * ahead))

            state = solve_ivp(slope, (now, until), state, method="DOP853", rtol=1e-10, atol=1e-6).y[:, -1]
            now = until
    assert np.linalg.norm(state[:3] - knots[-1, :3]) < 5.0
    assert abs(book.height_m(knots[-1, :3]) - 50.0) < 0.5
