"""What is thrown comes down where it was aimed, within its scatter, and nowhere that it cannot reach."""

import numpy as np
import pytest

from tests.simulated import scenario
from tocsin.errors import SiteError
from tocsin.geo.distance import distance_m
from tocsin.simulate.bodies.ballistics import Aim
from tocsin.simulate.night import truth

ROCKET = """
[weather]
wind_mps = 12
wind_from_deg = 250

[[mover]]
kind = "ballistic rocket"
count = 20
start_s = {start}
route_deg = [[50.0, 30.0], [52.0, 32.0]]
"""
MORTAR = """
[[mover]]
kind = "artillery or mortar round"
count = 40
start_s = 5
spacing_s = 1
route_deg = [[50.0, 30.0], [50.04, 30.02]]
"""


@pytest.mark.parametrize(("text", "target", "scatter_m"), [(ROCKET, (52.0, 32.0), 320), (MORTAR, (50.04, 30.02), 40)])
def test_impacts_lie_around_the_target(text: str, target: tuple[float, float], scatter_m: float) -> None:
    slabs = list(truth(scenario(text.format(start=5), 460)))
    latitude, longitude, altitude, mover = (
        np.concatenate([getattr(slab, name) for slab in slabs])
        for name in ("latitude_rad", "longitude_rad", "altitude_m", "mover")
    )
    last = np.array([np.flatnonzero(mover == number)[-1] for number in range(mover.max() + 1)])
    away = distance_m(latitude[last], longitude[last], *np.radians(target))
    assert np.abs(altitude[last]).max() < 1.0
    assert scatter_m / 2 < np.sqrt(np.mean(away**2) / 2) < scatter_m * 2


def test_a_rocket_rises_to_space_and_comes_down_fast() -> None:
    slabs = list(truth(scenario(ROCKET.format(start=0), 460)))
    altitude = np.concatenate([slab.altitude_m for slab in slabs])
    speed = np.concatenate([np.sqrt((slab.velocity_mps**2).sum(-1)) for slab in slabs])
    assert 60_000 < altitude.max() < 140_000
    assert speed.max() > 1_200


def test_the_aim_makes_up_for_the_wind_and_the_turning_earth() -> None:
    night = scenario(ROCKET.format(start=0), 10)
    mover = night.movers[0]
    assert isinstance(mover.aim, Aim)
    assert mover.launch is not None
    length, bearing = mover.launch.impacts(mover.aim.azimuth_rad, np.array([mover.aim.burn_s]), 0.0)
    assert length[0] == pytest.approx(float(distance_m(*np.radians((50.0, 30.0)), *np.radians((52.0, 32.0)))), abs=2.0)
    assert abs(mover.aim.azimuth_rad - bearing[0]) > 1e-3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("[50.9, 30.0]", "the target is 100.1 km away; this one reaches [0-9.]+ km"),
        ("[50.04, 30.0], [50.05, 30.0]", "route_deg has 3 points; what is thrown has two"),
    ],
)
def test_a_target_out_of_reach_is_an_error_with_its_line(change: str, words: str) -> None:
    with pytest.raises(SiteError, match=rf"night.toml:\d+: {words}"):
        scenario(MORTAR.replace("[50.04, 30.02]", change))


def test_truth_of_a_launch_starts_on_the_launcher() -> None:
    slabs = list(truth(scenario(MORTAR, 30)))
    start = next(slab for slab in slabs if len(slab))
    assert distance_m(start.latitude_rad[0], start.longitude_rad[0], *np.radians((50.0, 30.0))) < 400.0
    assert start.velocity_mps[0, 2] > 150.0
