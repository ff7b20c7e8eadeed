"""From fixes that jump to flights that fly: places stay where they were, speeds are those of aircraft."""

from dataclasses import replace

import numpy as np
import pytest

from tocsin.errors import InputError
from tocsin.geo.frames import ecef_from_enu, geodetic_from_ecef
from tocsin.simulate.night import slabs
from tocsin.simulate.recorded.flights import Fixes, flown
from tocsin.simulate.recorded.layout import Layout, half_real, place_weeks
from tocsin.simulate.scenario import Scenario

SECOND_NS = 1_000_000_000
START_NS = 1_500_000_000 * SECOND_NS
AT = np.radians(47.0), np.radians(8.0)


def fixes(
    *flights: tuple[float, float, float], seconds: float = 300.0, noise_m: float = 0.0, every_s: float = 2.5
) -> Fixes:
    """Flights of (east, speed, height), northward, as fixes; the last one of them never tells its height."""
    rng = np.random.default_rng(5)
    times = np.arange(0.3, seconds, every_s)
    parts = []
    for number, (east_m, speed_mps, height_m) in enumerate(flights):
        enu = np.stack(np.broadcast_arrays(east_m, speed_mps * times, height_m), axis=-1)
        enu = enu + noise_m * rng.standard_normal(enu.shape) * np.array([1.0, 1.0, 0.0])
        latitude, longitude, altitude = geodetic_from_ecef(ecef_from_enu(enu, *AT, 0.0))
        parts.append((times, np.full(len(times), number), latitude, longitude, altitude))
    time_s, who, latitude, longitude, altitude = (np.concatenate(part) for part in zip(*parts, strict=True))
    names = tuple(f"icao:00000{number}" for number in range(len(flights)))
    time_ns = START_NS + np.round(time_s * SECOND_NS).astype(np.int64)
    return Fixes(
        time_ns, who.astype(np.int64), latitude, longitude, altitude, names, ("CALL1",) + ("",) * (len(flights) - 1)
    )


def night(said: Fixes, stripped: float = 0.0) -> Scenario:
    return half_real(flown(said, stripped), Layout(radars=1, place_weeks=0.01), 1)


def test_a_flight_is_where_it_was_and_as_fast_as_it_was_though_its_fixes_jump() -> None:
    (one,) = flown(fixes((0.0, 70.0, 900.0), noise_m=8.0)).flights
    assert one.kind == "light aircraft"
    at = one.start_s + np.arange(len(one.knots))
    true = ecef_from_enu(np.stack(np.broadcast_arrays(0.0, 70.0 * at, 900.0), axis=-1), *AT, 0.0)
    off_m = np.sqrt(((one.knots[:, :3] - true) ** 2).sum(axis=1))
    assert np.sqrt((off_m**2).mean()) < 9.0
    speed = np.sqrt((one.knots[:, 3:] ** 2).sum(axis=1))
    assert np.abs(speed - 70.0).max() < 6.0  # the fixes themselves differ by up to 20 m/s


def test_a_gap_ends_a_flight_and_a_jump_is_left_out() -> None:
    whole = fixes((0.0, 230.0, 11_000.0), seconds=600.0)
    second = (whole.time_ns - START_NS) / SECOND_NS
    kept = (second < 200.0) | (second > 400.0)
    whole.latitude_rad[10] += np.radians(0.5)  # 55 km aside
    names = ("time_ns", "aircraft", "latitude_rad", "longitude_rad", "altitude_m")
    found = flown(replace(whole, **{name: getattr(whole, name)[kept] for name in names}))
    assert [one.kind for one in found.flights] == ["airliner", "airliner"]
    assert [round(one.start_s) for one in found.flights] == [1, 401]
    assert found.left_out == {"a jump, or a second fix at the same time": 1}


def test_without_a_height_or_too_short_it_is_no_flight_and_the_night_says_why() -> None:
    said = fixes((0.0, 70.0, 900.0))
    none = replace(said, altitude_m=said.altitude_m * np.nan)
    assert flown(none).left_out == {"no height": 120}
    with pytest.raises(InputError, match="no height"):
        night(none)
    with pytest.raises(InputError, match="flights too short"):
        night(fixes((0.0, 70.0, 900.0), seconds=30.0))


def test_the_night_shows_recorded_flights_to_simulated_sensors_with_their_names_or_without() -> None:
    said = fixes((0.0, 230.0, 9_000.0), (4_000.0, 70.0, 1_500.0), seconds=90.0)
    for stripped, heard in ((0.0, 2), (1.0, 0)):
        scenario = night(said, stripped)
        radar = names = 0
        for slab in slabs(scenario):
            for batch in slab.batches:
                if "range_m" in batch.values:
                    radar += int((batch.target is not None) and (np.asarray(batch.target) >= 0).sum())
                names += len(set(batch.texts.get("identity", ())) - {None})
        assert radar > 25
        assert (names > 0) == (heard > 0)
        assert {one.kind for one in scenario.recorded} == {"airliner", "light aircraft"}


def test_truth_is_the_recording() -> None:
    scenario = night(fixes((0.0, 70.0, 1_500.0), seconds=90.0))
    rows = [part.truth for part in slabs(scenario, watched=False)]
    latitude, longitude = (
        np.concatenate([getattr(one, name) for one in rows]) for name in ("latitude_rad", "longitude_rad")
    )
    knots = scenario.recorded[0].knots
    expected = geodetic_from_ecef(knots[:, :3])
    assert len(latitude) == len(knots)
    assert np.abs(latitude - expected[0]).max() < 1e-12
    assert np.abs(longitude - expected[1]).max() < 1e-12


def test_virtual_places_add_up_to_the_place_weeks_that_were_asked_for() -> None:
    found = flown(fixes((0.0, 230.0, 9_000.0), (40_000.0, 230.0, 9_000.0), seconds=600.0))
    scenario = half_real(found, Layout(radars=2, place_weeks=1.0), 1)
    assert place_weeks(scenario) == pytest.approx(1.0, rel=0.01)
    assert len({place.geometry for place in scenario.settings.places}) == len(scenario.settings.places)
    assert place_weeks(half_real(found, Layout(place_weeks=100.0, places_max=50), 1)) < 0.1
