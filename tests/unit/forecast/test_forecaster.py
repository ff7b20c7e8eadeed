"""Which places are in danger, and when: what a forecast must say of plain flights, and what it must never do."""

from collections.abc import Callable
from math import pi, radians

import numpy as np
import pytest

from tests.skies import picture
from tocsin.errors import StateError
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.distance import travel
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu
from tocsin.messages import HORIZONS_S, QUANTILES, Forecast, Picture
from tocsin.settings import Corridor, Frame, Place, Settings

SECOND_NS = 1_000_000_000
START_NS = 1_900_000_000 * SECOND_NS
LATITUDE, LONGITUDE = radians(50.0), radians(30.0)
PLANT = Place("plant", "site", ((LATITUDE, LONGITUDE),), ring_m=5_000.0)
FRAME = Frame(latitude_rad=LATITUDE, longitude_rad=LONGITUDE)
DRONE = "one-way-attack drone"
Path = Callable[[float], tuple[float, float, float]]  # seconds -> metres east and north of the plant, course


def straight(away_m: float, course: float, speed: float = 50.0, aside_m: float = 0.0) -> Path:
    """Towards the plant along `course` from `away_m` away, passing it `aside_m` to the right."""

    def at(time_s: float) -> tuple[float, float, float]:
        along = speed * time_s - away_m
        east = along * np.sin(course) + aside_m * np.cos(course)
        return east, along * np.cos(course) - aside_m * np.sin(course), course

    return at


def seen(time_s: float, *paths: Path, name: str = DRONE, speed: float = 50.0, first: int = 1) -> Picture:
    """The picture of flights along paths."""
    n = len(paths)
    east, north, course = np.array([path(time_s) for path in paths]).reshape(n, 3).T
    latitude, longitude, _ = travel(LATITUDE, LONGITUDE, np.arctan2(east, north), np.hypot(east, north))
    flat = speed * np.stack([np.sin(course), np.cos(course), np.zeros(n)], axis=-1)
    covariance = np.zeros((n, 21))
    covariance[:, [0, 6, 11]], covariance[:, [15, 18, 20]] = 900.0, 4.0
    return picture(
        START_NS + round(time_s * SECOND_NS),
        list(range(first, first + n)),
        position_m=ecef_from_geodetic(latitude, longitude, np.full(n, 500.0)),
        velocity_mps=ecef_vector_from_enu(flat, latitude, longitude),
        covariance=covariance,
        class_index=np.zeros(n, np.int32),
        classes=(name,),
    )


def watched(*paths: Path, until_s: float = 120.0, places: tuple[Place, ...] = (PLANT,), **how: object) -> Forecast:
    """What is forecast after a while of watching."""
    forecaster = Forecaster(Settings(frame=FRAME, places=places))
    said = forecaster.forecast(seen(0.0, *paths, **how))  # type: ignore[arg-type]
    for time_s in np.arange(10.0, until_s + 1.0, 10.0):
        said = forecaster.forecast(seen(float(time_s), *paths, **how))  # type: ignore[arg-type]
    return said


def test_a_drone_that_flies_at_the_plant_is_forecast_to_enter_when_its_way_is_flown() -> None:
    said = watched(straight(41_000.0, 0.3))
    assert said.track.tolist() == [1]
    assert said.chance[0, HORIZONS_S.index(1200.0)] > 0.7
    left_s = (41_000.0 - 120.0 * 50.0 - 5_000.0) / 50.0
    assert said.quantile_s[0, QUANTILES.index(0.25)] < left_s + 60.0
    assert said.quantile_s[0, QUANTILES.index(0.05)] == pytest.approx(left_s, rel=0.12)
    assert said.goal_chance.max() > 0.6


def test_one_that_flies_away_is_no_danger_soon() -> None:
    said = watched(straight(-20_000.0, 0.3))
    assert not len(said) or said.chance[0, HORIZONS_S.index(600.0)] < 0.1


def test_one_that_passes_by_is_less_danger_than_one_that_comes() -> None:
    said = watched(straight(40_000.0, 0.0), straight(40_000.0, 0.0, aside_m=20_000.0))
    chance = {int(track): float(row[3]) for track, row in zip(said.track, said.chance, strict=True)}
    assert chance.get(2, 0.0) < 0.4 < chance[1]


def test_chances_rise_with_time_and_quantiles_are_in_order() -> None:
    said = watched(*(straight(60_000.0, k * pi / 6, aside_m=3_000.0 * k) for k in range(12)))
    assert len(said) > 5
    assert (np.diff(said.chance, axis=1) >= 0.0).all()
    assert (np.diff(said.quantile_s, axis=1) >= 0.0).all()
    assert ((said.chance >= 0.0) & (said.chance <= 1.0)).all()


def test_one_inside_is_inside_now() -> None:
    said = watched(straight(3_000.0, 1.0, speed=0.5), until_s=10.0, speed=0.5, name="multirotor")
    assert said.inside.tolist() == [True]
    assert said.chance[0].tolist() == [1.0] * 6


def test_what_circles_is_called_circling_and_its_arrival_is_later() -> None:
    def round_and_round(time_s: float) -> tuple[float, float, float]:
        angle = 50.0 * time_s / 1_500.0
        return 15_000.0 + 1_500.0 * np.cos(angle), 1_500.0 * np.sin(angle), -angle

    said = watched(round_and_round, straight(15_000.0 + 400.0 * 50.0, 0.0), until_s=400.0)
    assert said.circling.tolist() == [1]
    late = {int(t): float(q[3]) for t, q in zip(said.track, said.quantile_s, strict=True)}
    assert late[1] > late[2]


def test_between_two_places_it_is_undecided_until_it_turns() -> None:
    left = travel(LATITUDE, LONGITUDE, -pi / 2, 12_000.0)
    right = travel(LATITUDE, LONGITUDE, pi / 2, 12_000.0)
    places = tuple(
        Place(name, "site", ((float(at[0]), float(at[1])),), ring_m=3_000.0)
        for name, at in (("left", left), ("right", right))
    )
    said = watched(straight(60_000.0, 0.0), until_s=300.0, places=places)
    goals = dict(zip((places[k].name for k in said.goal_place), said.goal_chance.tolist(), strict=True))
    assert goals["left"] == pytest.approx(goals["right"], rel=0.15)
    assert min(goals.values()) > 0.2


def test_an_airliner_is_not_thought_to_be_meant_for_a_plant() -> None:
    said = watched(straight(60_000.0, 0.0, speed=230.0), speed=230.0, name="airliner")
    assert said.goal_chance.max(initial=0.0) < 0.5


def test_a_zone_is_entered_at_its_border_and_a_line_where_it_is_crossed() -> None:
    def corner(east_m: float, north_m: float) -> tuple[float, float]:
        at = travel(LATITUDE, LONGITUDE, np.arctan2(east_m, north_m), np.hypot(east_m, north_m))
        return float(at[0]), float(at[1])

    square = tuple(corner(*c) for c in ((-8e3, -8e3), (8e3, -8e3), (8e3, 8e3), (-8e3, 8e3), (-8e3, -8e3)))
    zone = Place("zone", "zone", square)
    river = Place("river", "border", (corner(-50e3, -20e3), corner(50e3, -20e3)))
    said = watched(straight(50_000.0, 0.0), places=(zone, river))
    first = {zone_or: q[0] for zone_or, q in zip((said.places[k] for k in said.place), said.quantile_s, strict=True)}
    assert first["river"] == pytest.approx((50_000.0 - 6_000.0 - 20_000.0) / 50.0, rel=0.1)
    assert first["zone"] == pytest.approx((50_000.0 - 6_000.0 - 8_000.0) / 50.0, rel=0.1)


def test_the_same_picture_has_the_same_futures_whatever_else_flies() -> None:
    alone = watched(straight(40_000.0, 0.5))
    among = watched(straight(40_000.0, 0.5), straight(30_000.0, 2.0), straight(70_000.0, 4.0))
    row = np.flatnonzero(among.track == 1)
    assert np.array_equal(among.chance[row], alone.chance)
    assert np.array_equal(among.quantile_s[row], alone.quantile_s)


def test_a_dump_goes_on_bit_for_bit() -> None:
    settings = Settings(frame=FRAME, places=(PLANT,))
    whole, paths = Forecaster(settings), (straight(40_000.0, 0.5), straight(30_000.0, 2.0))
    for time_s in range(0, 60, 10):
        whole.forecast(seen(float(time_s), *paths))
    cut = Forecaster.load(settings, whole.dump())
    assert cut.digest() == whole.digest()
    for time_s in range(60, 120, 10):
        one, other = (f.forecast(seen(float(time_s), *paths)) for f in (whole, cut))
        assert np.array_equal(one.chance, other.chance)
    assert cut.digest() == whole.digest()


def test_a_dump_that_cannot_be_read_says_what_to_do() -> None:
    settings = Settings(frame=FRAME, places=(PLANT,))
    with pytest.raises(StateError, match="replay"):
        Forecaster.load(settings, b"\x93nonsense")


def test_without_tracks_or_places_there_is_nothing_to_say() -> None:
    assert len(watched(until_s=10.0)) == 0
    assert len(watched(straight(40_000.0, 0.5), places=(), until_s=10.0)) == 0


def test_a_track_that_is_gone_is_forgotten() -> None:
    forecaster = Forecaster(Settings(frame=FRAME, places=(PLANT,)))
    forecaster.forecast(seen(0.0, straight(40_000.0, 0.5), straight(30_000.0, 2.0)))
    forecaster.forecast(seen(1.0, straight(30_000.0, 2.0), first=2))
    assert forecaster.courses.number.tolist() == [2]


def test_what_flies_on_as_it_was_takes_turns_and_its_arrival_is_counted_down() -> None:
    forecaster = Forecaster(Settings(frame=FRAME, places=(PLANT,)))
    paths = tuple(straight(60_000.0 + 1_000.0 * k, 0.3 * k) for k in range(16))
    made: list[int] = []
    said = forecaster.forecast(seen(-1.0, *paths))
    for time_s in range(64):
        said = forecaster.forecast(seen(float(time_s), *paths))
        made.append(sum(one.made_ns == said.time_ns for one in forecaster.said.values()))
        assert set(said.track.tolist()) == set(range(1, 17))
    assert max(made[16:]) <= 3
    assert sum(made[48:]) == 32  # each once in eight seconds
    middle = said.quantile_s[:, QUANTILES.index(0.5)]
    left_s = np.array([(60_000.0 + 1_000.0 * k - 63.0 * 50.0 - 5_000.0) / 50.0 for k in range(16)])
    assert np.median(np.abs(middle - left_s) / left_s) < 0.05


def test_who_turns_is_looked_at_at_once() -> None:
    def turns(time_s: float) -> tuple[float, float, float]:
        return straight(60_000.0, 0.0)(time_s) if time_s < 40.0 else (50.0 * (time_s - 40.0), -58_000.0, pi / 2)

    forecaster = Forecaster(Settings(frame=FRAME, places=(PLANT,)))
    said = [forecaster.forecast(seen(float(time_s), turns)) for time_s in range(41)]
    assert forecaster.said[1].made_ns == said[-1].time_ns


def test_who_is_near_is_drawn_anew_at_each_tick() -> None:
    forecaster = Forecaster(Settings(frame=FRAME, places=(PLANT,)))
    for time_s in range(20):
        said = forecaster.forecast(seen(float(time_s), straight(15_000.0, 0.0)))
        assert forecaster.said[1].made_ns == said.time_ns


def test_a_corridor_is_followed_around_its_bend_to_the_place_behind_it() -> None:
    def corner(east_m: float, north_m: float) -> tuple[float, float]:
        at = travel(LATITUDE, LONGITUDE, np.arctan2(east_m, north_m), np.hypot(east_m, north_m))
        return float(at[0]), float(at[1])

    river = Corridor("river", (corner(-40e3, -30e3), corner(0.0, -30e3), corner(0.0, 20e3)), 3_000.0)

    def along(time_s: float) -> tuple[float, float, float]:
        return -35e3 + 50.0 * time_s, -30e3, pi / 2

    def chance(corridors: tuple[Corridor, ...]) -> float:
        forecaster = Forecaster(Settings(frame=FRAME, places=(PLANT,), corridors=corridors))
        said = [forecaster.forecast(seen(float(time_s), along, name="multirotor")) for time_s in range(0, 121, 10)][-1]
        if corridors:
            assert said.along_track.tolist() == [1]
            assert said.corridors == ("river",)
        return float(said.chance[:, HORIZONS_S.index(1800.0)].max(initial=0.0))

    assert chance((river,)) > 1.2 * chance(())


def test_who_has_left_its_circle_is_no_longer_where_the_circle_was() -> None:
    def leaves(time_s: float) -> tuple[float, float, float]:
        if time_s < 400.0:
            angle = 50.0 * time_s / 1_500.0
            return 30_000.0 + 1_500.0 * np.cos(angle), 1_500.0 * np.sin(angle), -angle
        angle, way = 50.0 * 400.0 / 1_500.0, 50.0 * (time_s - 400.0)
        return 30_000.0 + 1_500.0 * np.cos(angle) - way, 1_500.0 * np.sin(angle), -pi / 2

    assert watched(leaves, until_s=390.0).circling.tolist() == [1]
    said = watched(leaves, until_s=480.0)
    assert said.circling.tolist() == []
    left_s = (float(np.hypot(*leaves(480.0)[:2])) - 5_000.0) / 50.0
    assert said.quantile_s[0, QUANTILES.index(0.25)] == pytest.approx(left_s, rel=0.1)


def test_an_aircraft_that_slows_down_comes_later_than_its_speed_of_now_says() -> None:
    def speed(time_s: float, change_mps2: float) -> float:
        return 180.0 + change_mps2 * time_s

    def said(change_mps2: float) -> float:
        forecaster = Forecaster(Settings(frame=FRAME, places=(PLANT,)))
        made = None
        for time_s in np.arange(0.0, 201.0, 10.0):
            way_m = 180.0 * time_s + 0.5 * change_mps2 * time_s**2 - (180.0 * 200.0 + 0.5 * change_mps2 * 200.0**2)
            path = straight(45_000.0 - way_m, 0.0, speed=0.0)
            made = forecaster.forecast(seen(float(time_s), path, name="airliner", speed=speed(time_s, change_mps2)))
        assert made is not None
        return float(made.quantile_s[0, QUANTILES.index(0.5)]) * speed(200.0, change_mps2) / 40_000.0

    assert said(-0.3) > said(0.0) * 1.03
    assert said(0.0) > said(0.3) * 1.03


def test_where_hardly_any_path_leads_it_is_not_known_to_seconds_when_it_comes() -> None:
    said = watched(straight(-10_000.0, 0.0), straight(60_000.0, 0.0), until_s=300.0)
    width = {int(t): float(q[6] - q[0]) / float(q[3]) for t, q in zip(said.track, said.quantile_s, strict=True)}
    chance = {int(t): float(c) for t, c in zip(said.track, said.enters, strict=True)}
    assert chance[1] < 0.2 < chance[2]
    assert width[1] > max(0.5, 2.0 * width[2])
