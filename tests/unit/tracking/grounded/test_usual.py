"""A height that nobody measured is what things of its class usually have, and is no evidence of that class."""

import numpy as np
import pytest

from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, geodetic_from_ecef
from tocsin.models.model import Model, usual
from tocsin.settings import Frame, Settings
from tocsin.tracking.grounded.usual import Usual
from tocsin.tracking.kernels.columns import Bank
from tocsin.tracking.state import State

FRAME = Frame("earth", 3, np.radians(47.0), np.radians(8.0))
MODEL: Model = usual(FRAME)
NAMES = MODEL.classes.names
ONE = np.zeros(1, dtype=np.int64)
UP = ecef_vector_from_enu([0.0, 0.0, 1.0], FRAME.latitude_rad, FRAME.longitude_rad)


def bank(height_m: float, sigma_m: float, **kinds: float) -> Bank:
    """One component of known place; its height is known to sigma."""
    made = State.new(Settings(frame=FRAME), MODEL).bank
    made.x[0, :, :3] = ecef_from_geodetic(FRAME.latitude_rad, FRAME.longitude_rad, height_m)
    made.p[0] = np.diag([100.0] * 3 + [9.0] * 3)
    made.p[0, :, :3, :3] += sigma_m**2 * UP[:, None] * UP
    made.mu[0] = 0.0
    made.mu[0, 0] = 1.0
    made.kind[0] = [kinds.get(name.replace(" ", "_"), 0.0) for name in NAMES]
    return made


def height(made: Bank) -> tuple[float, float]:
    """And its sigma."""
    return float(geodetic_from_ecef(made.x[0, 0, :3])[2]), float(np.sqrt(UP @ made.p[0, 0, :3, :3] @ UP))


def test_a_bird_is_where_birds_are() -> None:
    made = bank(3_000.0, 3_000.0, bird=1.0)
    Usual(MODEL, earth=True).suppose(made, ONE)
    row = MODEL.classes.rows[NAMES.index("bird")]
    found, sigma = height(made)
    assert abs(found - row.height_m) < 100.0
    assert sigma == pytest.approx(np.hypot(row.height_sigma_m, 150.0), rel=0.01)


def test_classes_that_disagree_leave_it_open() -> None:
    made = bank(3_000.0, 3_000.0, cruise_missile=0.5, airliner=0.5)
    Usual(MODEL, earth=True).suppose(made, ONE)
    assert height(made) == pytest.approx((3_000.0, np.hypot(3_000.0, 10.0)), rel=1e-3)


def test_a_height_that_was_measured_stays() -> None:
    made = bank(2_000.0, 200.0, bird=1.0)
    Usual(MODEL, earth=True).suppose(made, ONE)
    assert height(made)[0] == pytest.approx(2_000.0, abs=1e-6)


def test_to_suppose_it_twice_is_to_suppose_it_once() -> None:
    made, table = bank(3_000.0, 3_000.0, bird=0.8, multirotor=0.2), Usual(MODEL, earth=True)
    table.suppose(made, ONE)
    once = height(made)
    table.suppose(made, ONE)
    assert height(made) == once


def test_what_the_class_told_is_no_evidence_of_it() -> None:
    made, table = bank(3_000.0, 3_000.0, bird=1.0), Usual(MODEL, earth=True)
    assert table.says_nothing(made.kind[:1], np.array([3_000.0]))[0]
    table.suppose(made, ONE)
    assert table.says_nothing(made.kind[:1], np.array([height(made)[1]]))[0]
    assert not table.says_nothing(made.kind[:1], np.array([200.0]))[0]
