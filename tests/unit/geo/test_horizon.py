"""The 4/3-earth horizon against published ranges, and units against their definitions."""

import numpy as np
import pytest

from tocsin.geo import units
from tocsin.geo.horizon import horizon_m, lowest_height_m


@pytest.mark.parametrize(
    ("antenna_m", "target_m", "expected_km"),
    [(10, 30, 36), (30, 30, 45), (100, 30, 64), (10, 100, 54), (30, 300, 94), (100, 1000, 172)],
)
def test_a_low_target_hides_behind_the_earth(antenna_m: float, target_m: float, expected_km: float) -> None:
    assert float(horizon_m(antenna_m, target_m)) / 1000.0 == pytest.approx(expected_km, abs=0.6)


def test_the_lowest_height_seen_is_the_inverse_of_the_horizon() -> None:
    heights = np.linspace(0.0, 5_000.0, 40)
    assert lowest_height_m(25.0, horizon_m(25.0, heights)) == pytest.approx(heights, abs=1e-6)
    assert lowest_height_m(25.0, 10_000.0) == 0.0
    assert horizon_m(-3.0, -8.0) == 0.0


@pytest.mark.parametrize(
    ("computed", "expected"),
    [
        (100 * units.KNOT_MPS, 185_200 / 3600),
        (360 * units.FLIGHT_LEVEL_M, 10_972.8),
        (1_000 * units.FOOT_PER_MINUTE_MPS, 5.08),
        (185 * units.KILOMETRE_PER_HOUR_MPS, 51.38888888888889),
        (360 * units.DEGREE_RAD, units.TURN_RAD),
    ],
)
def test_units_are_their_definitions(computed: float, expected: float) -> None:
    assert computed == pytest.approx(expected, rel=1e-12)
