"""Compact position reports, there and back."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests import airwaves
from tocsin.feeds.mode_s import cpr
from tocsin.feeds.mode_s.parity import remainder

STEP_DEG = 360.0 / 59 / 131_072  # the coarsest step of an airborne latitude

latitudes = st.floats(-86.9, 86.9)
longitudes = st.floats(-180.0, 179.999)


def frame(latitude: float, longitude: float, odd: bool, surface: bool = False) -> cpr.Frame:
    return cpr.Frame(odd, surface, *airwaves.encoded(latitude, longitude, odd, surface))


def apart(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)


@given(st.floats(-90.0, 90.0))
def test_the_table_of_zone_borders_says_what_the_definition_says(latitude: float) -> None:
    assume(all(abs(abs(latitude) - border) > 1e-9 for border in cpr.BORDERS_DEG))
    assert cpr.longitude_zones(latitude) == airwaves.zones(latitude)


@given(latitudes, longitudes, st.booleans())
def test_an_even_and_an_odd_frame_give_back_the_place(latitude: float, longitude: float, newest_odd: bool) -> None:
    even, odd = frame(latitude, longitude, odd=False), frame(latitude, longitude, odd=True)
    place = cpr.from_pair(even, odd, newest_odd)
    if place is None:  # the two latitudes, rounded, may lie on both sides of a zone's border
        assert min(abs(abs(latitude) - border) for border in cpr.BORDERS_DEG) < 2 * STEP_DEG
        return
    width = 360.0 / max(airwaves.zones(place[0]) - newest_odd, 1) / 131_072
    assert abs(place[0] - latitude) <= STEP_DEG
    assert apart(place[1], longitude) <= width


@given(latitudes, longitudes, st.booleans(), st.booleans(), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
def test_one_frame_and_a_place_nearby_are_enough(
    latitude: float, longitude: float, odd: bool, surface: bool, north: float, east: float
) -> None:
    near = (latitude + north, (longitude + east + 180.0) % 360.0 - 180.0)
    place = cpr.from_near(frame(latitude, longitude, odd, surface), near)
    if place is None or cpr.longitude_zones(place[0]) != cpr.longitude_zones(latitude):
        assert min(abs(abs(latitude) - border) for border in (*cpr.BORDERS_DEG, 90.0)) < 2 * STEP_DEG
        return
    assert abs(place[0] - latitude) <= STEP_DEG
    assert apart(place[1], longitude) <= 360.0 / max(airwaves.zones(place[0]) - odd, 1) / 131_072


@given(st.floats(-80.0, 80.0), longitudes, st.booleans(), st.floats(-0.4, 0.4))
def test_on_the_surface_a_place_nearby_chooses_the_quarter(
    latitude: float, longitude: float, newest_odd: bool, off: float
) -> None:
    even, odd = frame(latitude, longitude, odd=False, surface=True), frame(latitude, longitude, odd=True, surface=True)
    assert cpr.from_pair(even, odd, newest_odd) is None
    place = cpr.from_pair(even, odd, newest_odd, (latitude + off, longitude + off))
    if place is not None:
        assert abs(place[0] - latitude) <= STEP_DEG
        assert apart(place[1], longitude) <= 90.0 / max(airwaves.zones(place[0]) - newest_odd, 1) / 131_072


def test_a_published_pair_gives_its_published_place() -> None:
    # Junzi Sun, The 1090 Megahertz Riddle, 2nd edition, section 5.2: 52.2572 N, 3.91937 E.
    even, odd = cpr.Frame(False, False, 93000, 51372), cpr.Frame(True, False, 74158, 50194)
    assert cpr.from_pair(even, odd, newest_odd=False) == pytest.approx((52.2572021484375, 3.91937255859375))


def test_frames_of_different_zones_give_nothing() -> None:
    border = cpr.BORDERS_DEG[20]
    assert cpr.from_pair(frame(border - 0.01, 5.0, odd=False), frame(border + 0.01, 5.0, odd=True), True) is None


@given(st.binary(min_size=4, max_size=11))
def test_the_parity_table_does_what_long_division_does(message: bytes) -> None:
    assert remainder(airwaves.sealed(message)) == 0
    assert remainder(airwaves.sealed(message, 0x123456)) == 0x123456


@given(st.binary(min_size=11, max_size=11), st.integers(0, 111))
def test_one_flipped_bit_never_passes(message: bytes, bit: int) -> None:
    good = int.from_bytes(airwaves.sealed(message), "big")
    assert remainder((good ^ 1 << bit).to_bytes(14, "big"))
    assert math.log2(1 << bit) == bit
