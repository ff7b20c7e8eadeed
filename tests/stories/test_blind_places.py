"""A place that nobody watches is blind, and says since when and who is silent."""

from math import radians

from tocsin.settings import Place, Sensor
from tocsin.tracking.observation import coverage

PLANT = Place("plant", "site", ((radians(57.0), radians(21.0)),), ring_m=5_000.0)
CITY = Place(
    "city",
    "zone",
    tuple((radians(a), radians(o)) for a, o in ((57.0, 21.0), (57.05, 21.0), (57.05, 21.1), (57.0, 21.0))),
)
BORDER = Place("border", "border", ((radians(57.0), radians(21.0)), (radians(57.2), radians(21.5))))


def radar(name: str, **changes: float | str) -> Sensor:
    where = {"latitude_rad": radians(57.0), "longitude_rad": radians(21.1), "altitude_m": 60.0}
    return Sensor(name, "radar", **(where | changes))  # type: ignore[arg-type]


def observe(sensors: tuple[Sensor, ...], *fresh: str) -> dict[str, str]:
    seen = coverage((PLANT, CITY, BORDER), sensors).observe(dict.fromkeys(fresh, True), 5, {})
    return {health.place: health.observation for health in seen}


def test_a_radar_beside_the_places_sees_them_clear() -> None:
    assert set(observe((radar("a"),), "a").values()) == {"seen clear"}


def test_when_it_falls_silent_every_place_is_blind() -> None:
    assert set(observe((radar("a"),)).values()) == {"blind"}


def test_aircraft_that_report_themselves_make_no_place_clear() -> None:
    assert set(observe((radar("a", reporting="event"),), "a").values()) == {"blind"}


def test_half_a_field_of_view_sees_a_part() -> None:
    looks_east = radar("a", azimuth_from_rad=radians(60), azimuth_to_rad=radians(120))
    assert observe((looks_east,), "a")["plant"] in ("partly seen", "blind")
    assert observe((looks_east,), "a")["city"] == "partly seen"


def test_a_low_flyer_far_away_is_below_the_horizon() -> None:
    far = radar("a", latitude_rad=radians(58.5), max_range_m=400_000.0)
    assert observe((far,), "a")["plant"] == "blind"


def test_the_reason_names_who_is_silent_and_since_when() -> None:
    covered = coverage((PLANT,), (radar("a"), radar("b")))
    (before,) = covered.observe({"a": True, "b": True}, 5, {})
    (clear,) = covered.observe({"b": True}, 9, {"plant": before})
    (blind,) = covered.observe({}, 12, {"plant": clear})
    assert clear.since_ns == 5
    assert "silent: a" in clear.reason
    assert (blind.observation, blind.since_ns) == ("blind", 12)
