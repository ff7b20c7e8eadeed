"""The field's look-up and thinning against a slow textbook form, one cell and one look at a time."""

from math import erf, exp, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scans import RADAR, START_NS
from tests.scans import settings as site
from tocsin.geo.frames import ecef_from_geodetic, geodetic_from_ecef
from tocsin.models.groups import GROUPS
from tocsin.models.model import usual
from tocsin.tracking.kernels.columns import Looks
from tocsin.tracking.kernels.unseen.field import ratio_at
from tocsin.tracking.unseen.field import FLOOR, STEP_NS, Unseen
from tocsin.tracking.unseen.motion import climbing, jumps

SITE = site(RADAR)


def looked() -> Unseen:
    """After one look to the east, and with half an object given back in the north."""
    unseen = Unseen.of(SITE, usual(SITE.frame))
    unseen.beat(START_NS)
    one = np.ones(1, dtype=np.int64)
    unseen.look(Looks(one * START_NS, 0 * one, 0 * one, 0 * one, one, np.array([[0.0, pi]]), one), 0, 1)
    unseen.add(np.array([place(57.4, 21.0, 1_000.0)]), np.array([0.5]))
    unseen.beat(START_NS + STEP_NS)
    return unseen


def place(latitude_deg: float, longitude_deg: float, height_m: float) -> np.ndarray:
    return ecef_from_geodetic(np.radians(latitude_deg), np.radians(longitude_deg), height_m)


FIELD = looked()


@settings(max_examples=60)
@given(st.floats(55.0, 59.0), st.floats(18.0, 24.0), st.floats(0.0, 12_000.0), st.floats(10.0, 5_000.0) | st.none())
def test_the_look_up_is_the_density_of_the_textbook(lat: float, lon: float, height: float, sigma: float | None) -> None:
    at = place(lat, lon, height)
    x, y, z = at
    found = ratio_at(FIELD.read, x, y, z, -1.0 if sigma is None else sigma)
    grid = FIELD.region.grid
    assert grid is not None
    east, north = (float((FIELD.read.axes[a] * (at - FIELD.read.origin)).sum()) for a in (0, 1))
    column, row = (east - grid.west_m) // grid.cell_m, (north - grid.south_m) // grid.cell_m
    inside = 0 <= column < grid.across and 0 <= row < grid.along
    k = int(row * grid.across + column)
    known, share = [], []
    for band in range(3):
        prior = sum(group.share * group.heights[band] for group in GROUPS)
        density = prior
        if inside:
            there = [group.share * group.heights[band] * FIELD.shares[g, band, k] for g, group in enumerate(GROUPS)]
            objects = FIELD.given[band, k] / (FIELD.region.density * grid.cell_m**2)
            density = max(float(sum(there)), FLOOR * prior) + float(objects)
        known.append(density / prior)
        share.append(prior)
    if sigma is None:
        assert found == pytest.approx(sum(r * s for r, s in zip(known, share, strict=True)), rel=1e-5)
        return
    _, _, true_height = geodetic_from_ecef(at)
    low, high = (0.5 + 0.5 * erf((edge - float(true_height)) / (sigma * sqrt(2.0))) for edge in (300.0, 3_000.0))
    expected = low * known[0] + (high - low) * known[1] + (1.0 - high) * known[2]
    spread = max(known) - min(known)  # the sphere and the ellipsoid differ by some 40 m of height at the grid's edge
    assert found == pytest.approx(expected, rel=1e-5, abs=spread * 40.0 / sigma + 1e-9)


def test_one_look_thins_a_cell_as_the_textbook_says() -> None:
    grid, g = FIELD.region.grid, 1
    assert grid is not None
    east = grid.plane(np.radians([57.0]), np.radians([21.5]))
    k = int(grid.cell_at(east)[0])
    seen = 1.0 - RADAR.detection_probability  # all of the cell is seen, once; before that nothing had been
    assert FIELD.shares[g, 1, k] == pytest.approx(seen, rel=1e-4)
    west = grid.plane(np.radians([57.0]), np.radians([20.5]))
    assert FIELD.shares[g, 1, int(grid.cell_at(west)[0])] == pytest.approx(1.0)


def test_jumps_are_skellams_law_by_adding_up_poissons() -> None:
    speed, straight, cell, step = 120.0, 20.0, 3_000.0, 5.0
    a = 0.5 * max(2.0 * speed * step / (pi * cell), speed**2 * straight * step / cell**2)
    poisson = [exp(-a + n * log(a) - float(np.sum(np.log(np.arange(1, n + 1))))) for n in range(30)]
    found = jumps(speed, straight, cell, step)
    for k in range(len(found)):
        assert found[k] == pytest.approx(sum(poisson[n + k] * poisson[n] for n in range(30 - k)), rel=1e-3)


def test_climbing_is_the_exponential_of_its_rates() -> None:
    group, step = GROUPS[1], 5.0
    law = climbing(group, step)
    tiny = climbing(group, step / 64.0)
    many = np.eye(3)
    for _ in range(64):
        many = (many[:, :, None] * tiny[None]).sum(axis=1)
    assert law == pytest.approx(many, rel=1e-5)
