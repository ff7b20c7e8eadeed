"""What falls against a solver of differential equations, against itself cut in two, and against its own covariance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.stats import chi2

from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, geodetic_from_ecef
from tocsin.messages import Floats
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.ballistic.fall import density_kgpm3, fall
from tocsin.tracking.kernels.motion import drift

GM, J2, TURN, A_M = 3.986004418e14, 1.082629821e-3, 7.292115e-5, 6378137.0
LATITUDE_RAD, LONGITUDE_RAD = 0.9, 0.4


def mode(body: float, wind: Floats, noise: float = 0.0) -> Floats:
    row = np.zeros(c.MODE)
    row[c.NOISE] = row[c.NOISE_UP] = noise
    row[c.FALL], row[c.WIND : c.WIND + 3] = body, wind
    return row


def rates(_: float, x: Floats, body: float, wind: Floats) -> Floats:
    """The equation of motion as a textbook writes it, in vectors."""
    p, v = x[:3], x[3:]
    r = float(np.linalg.norm(p))
    height = float(geodetic_from_ecef(p)[2])
    squash = 5.0 * (p[2] / r) ** 2
    gravity = -GM / r**3 * p * (1.0 + 1.5 * J2 * (A_M / r) ** 2 * (np.array([1.0, 1.0, 3.0]) - squash))
    turn = np.array([0.0, 0.0, TURN])
    air = v - wind
    temperature = 288.15 - 0.0065 * height
    density = 1.225 * (temperature / 288.15) ** 4.25588
    if height > 11_000.0:
        density = 0.363918 * np.exp(-(height - 11_000.0) * 9.80665 / (287.053 * 216.65))
    drag = -density * float(np.linalg.norm(air)) / (2.0 * body) * air
    return np.concatenate([v, gravity - np.cross(turn, np.cross(turn, p)) - 2.0 * np.cross(turn, v) + drag])


def launched(speed: float, elevation: float, azimuth: float, height: float) -> Floats:
    enu = speed * np.array(
        [np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)]
    )
    velocity = ecef_vector_from_enu(enu, LATITUDE_RAD, LONGITUDE_RAD)
    return np.concatenate([ecef_from_geodetic(LATITUDE_RAD, LONGITUDE_RAD, height), velocity])


def fallen(x: Floats, p: Floats, row: Floats, dt: float) -> tuple[Floats, Floats]:
    x, p = x.copy(), p.copy()
    drift(x, p, row, dt, 1, np.zeros((7, 3, 3)))
    return x, p


COVARIANCE = np.diag([900.0, 900.0, 900.0, 25.0, 25.0, 25.0])
SPEEDS, ELEVATIONS, AZIMUTHS = st.floats(80.0, 1500.0), st.floats(0.2, 1.4), st.floats(0.0, 6.28)
BODIES, WINDS = st.floats(2000.0, 15_000.0), st.floats(-25.0, 25.0)


@given(SPEEDS, ELEVATIONS, AZIMUTHS, BODIES, WINDS, st.floats(0.1, 25.0))
@settings(max_examples=25, deadline=None)
def test_it_falls_as_a_solver_says(
    speed: float, elevation: float, azimuth: float, body: float, wind: float, dt: float
) -> None:
    air = np.array([wind, -wind / 2.0, wind / 3.0])
    start = launched(speed, elevation, azimuth, 1000.0)
    solved = solve_ivp(rates, (0.0, dt), start, args=(body, air), rtol=1e-10, atol=1e-6).y[:, -1]
    if geodetic_from_ecef(solved[:3])[2] < 0.0:
        return
    found, _ = fallen(start, COVARIANCE, mode(body, air), dt)
    np.testing.assert_allclose(found[:3], solved[:3], atol=3.0)
    np.testing.assert_allclose(found[3:], solved[3:], atol=0.5)


@given(SPEEDS, ELEVATIONS, BODIES, st.floats(0.1, 15.0), st.floats(0.1, 15.0))
@settings(max_examples=40, deadline=None)
def test_to_fall_twice_is_to_fall_once(speed: float, elevation: float, body: float, a: float, b: float) -> None:
    start, row = launched(speed, elevation, 1.0, 3000.0), mode(body, np.zeros(3), noise=1.0)
    once, cov = fallen(start, COVARIANCE, row, a + b)
    twice, cov2 = fallen(*fallen(start, COVARIANCE, row, a), row, b)
    np.testing.assert_allclose(twice[:3], once[:3], atol=2.0)
    np.testing.assert_allclose(twice[3:], once[3:], atol=0.3)
    scale = np.sqrt(np.outer(cov.diagonal(), cov.diagonal()))
    np.testing.assert_allclose(cov2 / scale, cov / scale, atol=0.08)


@given(SPEEDS, ELEVATIONS, BODIES, st.floats(1.0, 20.0))
@settings(max_examples=25, deadline=None)
def test_its_covariance_is_that_of_what_starts_a_little_elsewhere(
    speed: float, elevation: float, body: float, dt: float
) -> None:
    start, row = launched(speed, elevation, 2.0, 5000.0), mode(body, np.zeros(3))
    sigma = np.array([10.0, 10.0, 10.0, 1.0, 1.0, 1.0])
    no_noise = np.array([fallen(start + s * e, COVARIANCE, row, dt)[0] for e in np.diag(sigma) for s in (-1.0, 1.0)])
    slopes = (no_noise[1::2] - no_noise[::2]).T / 2.0
    _, cov = fallen(start, np.diag(sigma**2), row, dt)
    least = slopes @ slopes.T
    scale = np.sqrt(np.outer(cov.diagonal(), cov.diagonal()))
    assert (np.linalg.eigvalsh((cov - least) / scale) > -0.03).all()  # never surer; the drag's own noise comes on top


def test_air_is_that_of_the_standard_atmosphere() -> None:
    # U.S. Standard Atmosphere 1976, table I
    table = {0.0: 1.2250, 5000.0: 0.73643, 11_000.0: 0.36480, 15_000.0: 0.19476, 20_000.0: 0.088910}
    for height, density in table.items():
        assert density_kgpm3(height) == pytest.approx(density, rel=0.01)


def test_what_has_come_down_lies_still() -> None:
    row = mode(8000.0, np.zeros(3), noise=1.0)
    start = launched(300.0, -1.0, 0.0, 500.0)
    x, p = fallen(start, COVARIANCE, row, 600.0)
    assert float(geodetic_from_ecef(x[:3])[2]) > -1500.0
    assert not x[3:].any()
    assert np.isfinite(p).all()


def test_errors_of_a_ballistic_filter_are_as_large_as_it_says() -> None:
    """NEES, filter alone, all seen, truth shaken as the filter believes."""
    rng = np.random.default_rng(5)
    n, steps, dt, noise = 60, 12, 2.0, 1.0
    row = mode(9000.0, np.zeros(3), noise=noise)
    root = np.linalg.cholesky(np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]]) * noise)
    squares = np.zeros((steps, n))
    for i in range(n):
        truth = launched(700.0, 1.0, float(rng.uniform(0.0, 6.28)), 30_000.0)  # thin air: no drag to err in
        x, p = truth + np.sqrt(COVARIANCE.diagonal()) * rng.standard_normal(6), COVARIANCE.copy()
        for k in range(steps):
            truth = fallen(truth, COVARIANCE, row, dt)[0]
            shaken = root @ rng.standard_normal((2, 3))
            truth += shaken.reshape(6)
            fall(x, p, row, dt, 1, np.zeros((7, 3, 3)))
            z, r = truth[:3] + 30.0 * rng.standard_normal(3), 900.0 * np.eye(3)
            gain = p[:, :3] @ np.linalg.inv(p[:3, :3] + r)
            x, p = x + gain @ (z - x[:3]), p - gain @ p[:3]
            p = 0.5 * (p + p.T)
            squares[k, i] = (truth - x) @ np.linalg.solve(p, truth - x)
    mean = squares.mean(axis=1)
    assert (mean > float(chi2.ppf(0.0005, 6 * n)) / n).all()
    assert (mean < float(chi2.ppf(0.9995, 6 * n)) / n).all()
