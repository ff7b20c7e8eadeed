"""What flies keeps to its limits, goes where it should, and arrives exactly there."""

import numpy as np
import pytest

from tests.simulated import scenario
from tocsin.geo.distance import distance_m
from tocsin.geo.frames import ecef_from_geodetic, geodetic_from_ecef
from tocsin.messages import Floats
from tocsin.simulate.bodies.kinds import KINDS
from tocsin.simulate.flight.movers import Flight
from tocsin.simulate.flight.sky import STEP_S

ROUTES = """
[[mover]]
kind = "{kind}"
count = 6
spacing_s = 2
spread_m = 500
route_deg = [[37.0, -7.0], [37.05, -6.9], [37.0, -6.8], [37.06, -6.8], [37.06, -7.0]]
"""


def knots(text: str, duration_s: float = 300.0) -> tuple[Flight, Floats, Floats, Floats]:
    """The flight, and latitude, longitude and altitude of every knot from the start: (knots, movers)."""
    flight = Flight(scenario(text, duration_s), 5)
    flight.advance(1.0)
    path = [places(flight, 0.0)]
    while flight.now_s < duration_s:
        flight.advance(flight.now_s + 1.0)
        path.append(places(flight, flight.now_s - 1.0))
    return flight, *geodetic_from_ecef(np.stack(path))


def places(flight: Flight, time_s: float) -> Floats:
    """Where every mover is: (movers, 3)."""
    n = len(flight.traits.number)
    return flight.sky.at(np.full(n, time_s), np.arange(n))[0]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_limits_are_kept(kind: str) -> None:
    flight, latitude, longitude, altitude = knots(ROUTES.format(kind=kind))
    limit = KINDS[kind]
    step = distance_m(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:]) / STEP_S
    there = np.isfinite(step)
    assert there.any()
    assert np.nanmax(step) <= limit.speed_max_mps * 1.002
    rise = np.diff(altitude, axis=0) / STEP_S
    assert np.nanmax(rise) <= limit.climb_mps + 1e-6
    assert np.nanmin(rise) >= -limit.sink_mps - 1e-6
    position = ecef_from_geodetic(latitude, longitude, altitude)
    pull = np.diff(position, 2, axis=0) / STEP_S**2
    total = np.hypot(limit.turn_mps2, limit.speed_up_mps2) + 2 * (limit.climb_mps + limit.sink_mps)
    flies_on = np.isfinite(latitude[3:]) & np.isfinite(pull[:-1, :, 0])  # in its last step a mover stops where it ends
    assert np.sqrt((pull[:-1] ** 2).sum(-1))[flies_on].max() <= total
    assert np.nanmin(altitude) >= 0.0
    assert flight.traits.kind == (kind,) * 6


def test_a_drone_that_dives_ends_on_its_target() -> None:
    text = '[[mover]]\nkind = "one-way-attack drone"\ncount = 5\nspread_m = 800\nend = "dive"\n'
    flight, latitude, longitude, altitude = knots(text + "route_deg = [[37.0, -7.0], [37.04, -6.95], [37.09, -6.95]]")
    assert flight.ended.all()
    for drone in range(5):
        last = np.flatnonzero(np.isfinite(latitude[:, drone]))[-1]
        target = np.radians((37.09, -6.95))
        assert distance_m(latitude[last, drone], longitude[last, drone], *target) < 0.01
        assert altitude[last, drone] == pytest.approx(0.0, abs=1e-6)
        assert altitude[last - 5, drone] < 150.0


def test_a_circle_is_flown_for_as_long_as_was_said() -> None:
    text = '[[mover]]\nkind = "one-way-attack drone"\nroute_deg = [[37.0, -7.0], [37.03, -7.0], [37.2, -7.0]]\n'
    _, latitude, longitude, _ = knots(text + "loiter = [{ point = 2, seconds = 240, radius_m = 1200 }]", 500.0)
    away = distance_m(latitude[:, 0], longitude[:, 0], *np.radians((37.03, -7.0)))
    circling = np.abs(away - 1200.0) < 150.0
    assert 200 <= circling.sum() <= 300


def test_who_wanders_stays_about() -> None:
    text = '[[mover]]\nkind = "bird"\ncount = 20\nroute_deg = [[37.0, -7.0]]\nwander_m = 3000\n'
    _, latitude, longitude, _ = knots(text)
    assert np.nanmax(distance_m(latitude, longitude, *np.radians((37.0, -7.0)))) < 3_600.0


def test_curves_between_knots_are_smooth_and_their_slope_is_the_velocity() -> None:
    flight, *_ = knots(ROUTES.format(kind="cruise missile"), 50.0)
    mover, time_s = (
        np.zeros(400, dtype=np.int64),
        np.linspace(flight.sky.first_s + 0.01, flight.sky.first_s + 39.0, 400),
    )
    position, velocity, _ = flight.sky.at(time_s, mover)
    little = 1e-3
    ahead, _, _ = flight.sky.at(time_s + little, mover)
    there = np.isfinite(position[:, 0]) & np.isfinite(ahead[:, 0])
    slope = (ahead - position) / little
    assert np.abs(slope - velocity)[there].max() < 0.5
    speed = np.sqrt((velocity**2).sum(-1))[there]
    assert speed.min() > 200.0
    assert speed.max() < 260.0


def test_the_same_seed_flies_the_same_night_and_slabs_do_not_matter() -> None:
    night = scenario(ROUTES.format(kind="one-way-attack drone"), 300)
    once, twice, other = Flight(night, 5), Flight(night, 5), Flight(night, 6)
    for flight, slab in ((once, 10.0), (twice, 5.0), (other, 10.0)):
        while flight.now_s < 60.0:
            flight.advance(flight.now_s + slab)
    assert np.array_equal(places(once, 59.0), places(twice, 59.0), equal_nan=True)
    assert not np.array_equal(places(once, 59.0), places(other, 59.0), equal_nan=True)
