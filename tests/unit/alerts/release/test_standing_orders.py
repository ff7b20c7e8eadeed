"""The fast lane: what two people allowed beforehand is released at once, within its bounds and never beyond."""

from dataclasses import replace

import pytest

from tests.alarms.desks import ALLOWED, DRONE, NAN, ONE_SENSOR, PLANT, RADAR, ROCKET, SHORE, DeskOf, reason, site

HOUR_S = 3_600.0


def rocket_comes(desk: DeskOf, place: str = "plant", *, paths: int = 2, seen: int = 5) -> None:
    """A rocket, in the fast lane."""
    desk.stand(place, "warning", reason(kind=ROCKET, danger=0.5, paths=paths, seen=seen), lane="fast")
    desk.tick()


def test_a_standing_order_releases_without_waiting_and_tells_both_signers() -> None:
    desk = DeskOf()
    desk.allow()
    rocket_comes(desk)
    (public,) = desk.heard()
    assert (public.authority, public.released_by, public.lane) == ("night", ("ann", "ben"), "fast")
    assert public.released_ns == desk.now_ns
    assert [one.text.split(":")[0] for one in desk.notices if one.kind == "told"] == ["ann and ben"]


def test_without_a_standing_order_people_are_asked_at_once_and_it_says_why() -> None:
    desk = DeskOf()
    rocket_comes(desk)
    assert (desk.waiting().state, desk.waiting().note) == ("asked", "no standing order fits")
    missing = {one.place: one.classes for one in desk.releases.desk().missing}
    assert ROCKET in missing["plant"]
    desk.allow()
    left = {one.place: one.classes for one in desk.releases.desk().missing}
    assert ROCKET not in left["plant"]
    desk.tick()
    assert desk.heard(), "it is released as soon as the order is in force"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"places": "port"}, ""),
        ({"classes": "cruise missile"}, "other classes"),
        ({"chance_min": "0.6"}, "chance"),
        ({"area_km2_max": "50"}, "km2"),
        ({"people_max": "1999"}, "1999 people"),
    ],
)
def test_each_bound_of_an_order_holds(words: dict[str, str], why: str) -> None:
    desk = DeskOf()
    desk.allow(**words)
    rocket_comes(desk)
    assert desk.heard() == []
    assert why in desk.waiting().note


def test_an_order_that_bounds_people_does_not_speak_where_nobody_counted_them() -> None:
    desk = DeskOf(site((replace(PLANT, residents=NAN), SHORE)))
    desk.allow()
    rocket_comes(desk)
    assert desk.heard() == []
    assert "residents" in desk.waiting().note


def test_the_slow_lane_is_no_business_of_a_standing_order() -> None:
    desk = DeskOf()
    desk.allow(classes=f"{DRONE},{ROCKET}")
    desk.stand("plant", "warning", reason(), lane="slow")
    desk.tick()
    assert desk.waiting().state == "asked"
    desk.stand("plant", "warning", reason(), lane="fast")
    desk.tick()
    assert desk.heard()[0].authority == "night"


def test_more_than_its_rate_an_order_does_not_release() -> None:
    places = tuple(replace(PLANT, name=f"p{k}") for k in range(5))
    desk = DeskOf(site((*places, SHORE)))
    desk.allow(rate_per_hour="3")
    for place in places:
        rocket_comes(desk, place.name)
    assert [len(desk.heard(place.name)) for place in places] == [1, 1, 1, 0, 0]
    assert "as often as it may" in desk.waiting("p4").note
    desk.now_s += HOUR_S
    desk.tick()
    assert len(desk.heard("p4")) == 1


@pytest.mark.parametrize(
    ("words", "teaches"),
    [
        ({"hours": "169"}, "7 days"),
        ({"hours": "0"}, "hours"),
        ({"places": "moon"}, "moon"),
        ({"classes": "dragon"}, "dragon"),
        ({"area_km2_max": "inf"}, "area_km2_max"),
        ({"people_max": "many"}, "people_max"),
        ({"rate_per_hour": "0.5"}, "rate_per_hour"),
        ({"sensor": "north"}, "false_alerts_per_year"),
        (ONE_SENSOR | {"measured": " "}, "measured"),
        (ONE_SENSOR | {"detections_min": "2"}, "at least 3"),
        (ONE_SENSOR | {"classes": DRONE}, "one sensor is enough for"),
        (ONE_SENSOR | {"sensor": "south"}, "is no sensor here"),
        (ONE_SENSOR | {"sensor": "open"}, "is not authenticated"),
        (ONE_SENSOR | {"sensor": "adsb"}, "never the only path"),
        (ONE_SENSOR | {"sensor": "people"}, "never the only path"),
        (ONE_SENSOR | {"sensor": "other tracker"}, "never the only path"),
    ],
)
def test_an_order_that_nobody_should_sign_is_refused_in_words(words: dict[str, str], teaches: str) -> None:
    sensors = (
        RADAR,
        replace(RADAR, name="open", authenticated=False),
        replace(RADAR, name="adsb", kind="position"),
        replace(RADAR, name="people", kind="report"),
        replace(RADAR, name="other tracker", kind="track"),
    )
    desk = DeskOf(replace(site(), sensors=sensors))
    assert teaches in desk.refused("ann", "sign", "night", **(ALLOWED | words))


def test_one_person_signs_once_under_whatever_name_and_a_stranger_not_at_all() -> None:
    desk = DeskOf(site(same_person=(("ann", "dan"),)))
    desk.give("ann", "sign", "night", **ALLOWED)
    rocket_comes(desk)
    assert desk.heard() == [], "signed by one: nothing is allowed yet"
    assert "has signed already" in desk.refused("ann", "countersign", "night")
    assert "has signed already" in desk.refused("dan", "countersign", "night")
    assert "signed in" in desk.refused("box", "countersign", "night", role="token")
    desk.give("ben", "countersign", "night")
    assert "waits for no signature" in desk.refused("cid", "countersign", "night")


def test_one_named_sensor_is_enough_where_two_people_said_so_after_three_detections() -> None:
    desk = DeskOf()
    desk.allow(**ONE_SENSOR)
    rocket_comes(desk, paths=1, seen=2)
    assert desk.heard() == []
    assert "too few paths or detections" in desk.waiting().note
    rocket_comes(desk, paths=1, seen=3)
    assert desk.heard()[0].authority == "night"


def test_a_launch_that_was_reported_stands_for_one_detection_for_ten_minutes() -> None:
    desk = DeskOf()
    desk.allow(**ONE_SENSOR)
    desk.give("cid", "cue", "the neighbour's early warning")
    rocket_comes(desk, paths=1, seen=1)
    assert desk.heard() == []
    rocket_comes(desk, paths=1, seen=2)
    assert len(desk.heard()) == 1
    late = DeskOf()
    late.allow(**ONE_SENSOR)
    late.give("cid", "cue", "the neighbour's early warning")
    late.tick(601)
    rocket_comes(late, paths=1, seen=2)
    assert late.heard() == []


def test_one_sensor_that_no_order_names_releases_nothing_whatever_is_signed() -> None:
    desk = DeskOf()
    desk.allow()
    rocket_comes(desk, paths=1, seen=50)
    desk.tick(100)
    assert desk.heard() == []


def test_either_signer_or_a_supervisor_stops_it_and_nobody_else() -> None:
    for person in ("ann", "ben", "dan"):
        desk = DeskOf()
        desk.allow()
        assert "is stopped by ann or ben" in desk.refused("cid", "stop", "night")
        assert "reason" in desk.refused(person, "stop", "night", reason=" ")
        desk.give(person, "stop", "night")
        rocket_comes(desk)
        assert desk.heard() == []
        assert "stopped already" in desk.refused("ann", "stop", "night")


def test_it_alarms_its_signers_a_day_and_an_hour_before_its_end_and_then_is_over() -> None:
    desk = DeskOf()
    desk.allow(hours="30")
    heard: list[float] = []
    for _ in range(31 * 4):
        desk.now_s += 15 * 60.0 - 1.0
        desk.tick()
        heard += [desk.now_s / HOUR_S for one in desk.notices if one.kind == "annunciation"]
        desk.notices.clear()
    assert heard == [6.0, 29.0]
    assert desk.releases.kept.standing["night"].state == "over"
    rocket_comes(desk)
    assert desk.heard() == []


def test_it_never_lapses_while_a_place_of_its_is_at_warning() -> None:
    desk = DeskOf()
    desk.allow(hours="1")
    desk.now_s += HOUR_S - 60.0
    rocket_comes(desk)
    desk.tick(120)
    assert (desk.releases.kept.standing["night"].state, desk.releases.kept.standing["night"].extended) == (
        "in force",
        True,
    )
    rocket_comes(desk, "port")
    assert len(desk.heard("port")) == 1, "it still speaks"
    desk.stand("plant", "all clear")
    desk.stand("port", "all clear")
    desk.tick(2)
    assert desk.releases.kept.standing["night"].state == "over"
