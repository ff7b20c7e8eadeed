"""Did it cross, where, for how long, did it turn back."""

import numpy as np
import pytest

from tocsin.errors import InputError
from tocsin.geo.areas import Area, area
from tocsin.geo.distance import geodesic
from tocsin.geo.units import DEGREE_RAD, SECOND_NS
from tocsin.score.questions.borders import Crossing, compared, crossings
from tocsin.score.tables.objects import NEVER, Objects

RIVER: Area = area("border", [(latitude * DEGREE_RAD, -7.4 * DEGREE_RAD) for latitude in (37.0, 37.2, 37.4)])
EAST, WEST = 1, -1
DEGREE_M = 88_800.0  # of longitude there


def flown(*paths: list[tuple[float, float]], sigma_m: float = 0.0) -> Objects:
    """Objects by (latitude, metres east of the river), a second apart."""
    number = np.repeat(np.arange(len(paths)), [len(path) for path in paths])
    step = np.concatenate([np.arange(len(path)) for path in paths])
    at = np.array([row for path in paths for row in path])
    place = np.column_stack([at[:, 0] * DEGREE_RAD, (-7.4 + at[:, 1] / DEGREE_M) * DEGREE_RAD, np.zeros(len(at))])
    nothing, words = np.full((len(at), 3), np.nan), ("",) * len(paths)
    sigma = np.full((len(at), 3), sigma_m)
    time_ns = step.astype(np.int64) * SECOND_NS
    names = np.arange(len(paths)) + 1
    none = np.zeros((0, 3, 3))
    return Objects("earth", time_ns, number, names, place, nothing, sigma, none, time_ns, words, words)


def line(*east_m: float) -> list[tuple[float, float]]:
    return [(37.1 + 0.0004 * k, one) for k, one in enumerate(east_m)]


def test_one_that_flies_over_for_good_has_crossed_once() -> None:
    (one,) = crossings(flown(line(-500, -300, -100, 100, 300, 500)), RIVER)
    assert (one.to, one.back_ns) == (EAST, NEVER)
    assert abs(one.time_ns / SECOND_NS - 2.5) < 0.05
    where_m, _, _ = geodesic(one.latitude_rad, one.longitude_rad, 37.101 * DEGREE_RAD, -7.4 * DEGREE_RAD)
    assert where_m < 20.0


def test_one_that_comes_back_was_over_there_for_so_long_and_turned_back() -> None:
    out, back = crossings(flown(line(-400, -200, 200, 400, 200, -200, -400)), RIVER)
    assert (out.to, back.to) == (EAST, WEST)
    assert abs(out.stay_s - 3.0) < 0.05
    assert np.isnan(back.stay_s)


def test_one_that_follows_the_river_and_sways_over_it_has_not_crossed() -> None:
    assert crossings(flown(line(*[120.0, -120.0] * 20)), RIVER) == []


def test_a_place_that_is_not_known_well_enough_is_no_crossing() -> None:
    there = line(-400, -200, 200, 400)
    assert len(crossings(flown(there), RIVER)) == 1
    assert crossings(flown(there, sigma_m=250.0), RIVER) == []


def test_who_goes_round_the_end_of_the_line_has_not_crossed_it() -> None:
    around = [(37.41, -2000.0), (37.43, -500.0), (37.43, 500.0), (37.41, 2000.0), (37.3, 2000.0)]
    assert crossings(flown(around), RIVER) == []


def test_nothing_flew_and_nothing_crossed() -> None:
    assert crossings(flown([(37.1, 0.0)]), RIVER) == []
    assert compared([], []) == ([], [])


def test_a_border_is_on_the_earth() -> None:
    local = Objects(**{**{name: getattr(flown(line(0.0)), name) for name in Objects.__slots__}, "frame": "local"})
    with pytest.raises(InputError, match="local frame"):
        crossings(local, RIVER)


def test_each_crossing_is_answered_once_and_the_rest_was_said_for_nothing() -> None:
    true = crossings(flown(line(-400, -200, 200, 400)), RIVER)
    said = crossings(flown(line(-460, -260, 140, 340), line(-400, -200, 200, 400), line(400, -400)), RIVER)
    (told,), idle = compared(true, said)
    assert told.said is not None
    assert told.said.number == 1
    assert told.off_m < 1.0
    assert sorted((one.number, one.to) for one in idle) == [(0, EAST), (2, WEST)]


@pytest.mark.parametrize(
    ("true", "said", "answer"),
    [
        ((50, 100), (52, 100), "right"),
        ((50, 100), (None, 100), "wrong"),  # it was seen, and did not come back in the picture
        ((50, 100), (None, 40), "lost"),  # the track ended over there
        ((None, 100), (None, 95), "right"),
        ((None, 200), (None, 95), "lost"),
        ((None, 100), (60, 100), "wrong"),
    ],
)
def test_did_it_turn_back(true: tuple[int | None, int], said: tuple[int | None, int], answer: str) -> None:
    one, two = (
        Crossing(0, 10, 0.65, -0.13, EAST, NEVER if back is None else back * SECOND_NS, last * SECOND_NS)
        for back, last in (true, said)
    )
    (told,), _ = compared([one], [two])
    assert told.turned_back == answer
