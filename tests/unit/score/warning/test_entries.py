"""When flights are inside rings: to the moment, between rows, through narrow places, on both sides of a gap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flown import BEGIN_NS, joined, path, table
from tests.nights import DRONE, Flight, places, truth
from tocsin.errors import InputError
from tocsin.score.tables.objects import truth_of
from tocsin.score.tables.warning import Places, places_of
from tocsin.score.warning.entries import stays

SITE = places((0.0, 0.0))


def seconds(time_ns: np.ndarray) -> list[float]:
    return [round((one - BEGIN_NS) / 1e9, 3) for one in time_ns.tolist()]


def test_a_flight_through_a_ring_enters_and_leaves_it() -> None:
    found = stays(truth(Flight(1, DRONE, 0, 100, -2550.0, 0.0, 50.0)), SITE)
    assert seconds(found.enter_ns) == pytest.approx([31.0], abs=0.01)
    assert seconds(found.leave_ns) == pytest.approx([71.0], abs=1.0)
    assert found.first.tolist() == [True]


def test_an_entry_between_two_rows_is_found_to_the_moment() -> None:
    found = stays(truth(Flight(1, DRONE, 0, 100, -2525.0, 0.0, 50.0)), SITE)
    assert seconds(found.enter_ns) == pytest.approx([30.5], abs=0.01)


def test_a_fast_one_that_was_inside_only_between_rows_is_found() -> None:
    narrow = places((0.0, 0.0), ring_m=100.0)
    found = stays(truth(Flight(1, DRONE, 0, 20, -9500.0, 0.0, 1000.0)), narrow)
    assert seconds(found.enter_ns) == pytest.approx([9.4], abs=0.01)


def test_one_that_passes_by_does_not_enter() -> None:
    assert len(stays(truth(Flight(1, DRONE, 0, 100, -2500.0, 1010.0, 50.0)), SITE)) == 0


def test_one_that_begins_inside_enters_at_its_first_row() -> None:
    found = stays(truth(Flight(1, DRONE, 5, 100, 0.0, 0.0, 50.0)), SITE)
    assert found.enter_ns.tolist() == found.begun_ns.tolist() == [BEGIN_NS + 5_000_000_000]


def test_only_the_first_stay_is_an_entry() -> None:
    times = np.arange(0.0, 400.0)
    east = 2000.0 * np.cos(times / 400.0 * 4.0 * np.pi) + 1500.0
    flights = [Flight(1, DRONE, k, k, float(x), 0.0, 0.0) for k, x in zip(times.tolist(), east.tolist(), strict=True)]
    found = stays(truth(*flights), SITE)
    assert len(found) == 2
    assert found.first.tolist() == [True, False]


def shapes(*texts: str) -> Places:
    names = [f"s{k}" for k in range(len(texts))]
    return places_of(table("places", {"place": names, "geometry": texts, "ring_m": [0.0] * len(texts)}))


def test_a_zone_is_entered_at_its_edge_and_a_border_is_crossed() -> None:
    both = shapes(
        "POLYGON ((21.49 56.99, 21.51 56.99, 21.51 57.01, 21.49 57.01, 21.49 56.99))",
        "LINESTRING (21.5 56.9, 21.5 57.1)",
    )
    found = stays(truth(Flight(1, DRONE, 0, 200, -5000.0, 0.0, 50.0)), both)
    edge_m = np.radians(0.01) * 6378137.0 * np.cos(np.radians(57.0))
    assert seconds(found.enter_ns) == pytest.approx([(5000.0 - edge_m) / 50.0, 100.0], abs=0.2)


@settings(max_examples=25)
@given(st.floats(-3000, 3000), st.floats(-3000, 3000), st.floats(-200, 200), st.floats(-200, 200))
def test_stays_are_those_of_looking_each_hundredth_of_a_second(east: float, north: float, ve: float, vn: float) -> None:
    found = stays(truth(Flight(1, DRONE, 0, 60, east, north, ve, vn)), SITE)
    times = np.arange(0.0, 60.0, 0.01)
    away = np.hypot(east + ve * times, north + vn * times)
    inside = away <= 1000.0
    if np.abs(away.min() - 1000.0) < 1.0:
        return  # grazing: the ring on the earth and the one on paper differ by centimetres
    assert len(found) == int(inside.any())
    if inside.any():
        first_s = float(times[np.argmax(inside)])
        slow = max(float(np.hypot(ve, vn)), 0.1)
        assert seconds(found.enter_ns)[0] == pytest.approx(first_s, abs=0.02 + 1.0 / slow)


def test_places_are_on_the_earth_and_so_must_truth_be() -> None:
    local = truth_of(table("truth", joined("target", [path(1, [0.0], np.zeros(1), np.zeros(1))])), "local")
    with pytest.raises(InputError, match="places are on the earth"):
        stays(local, SITE)
