"""The slow lane: two different people, or nobody is told; and what one person alone may do."""

from dataclasses import replace

import pytest

from tests.alarms.desks import NAN, PEOPLE, PLANT, START_NS, DeskOf, reason, site
from tocsin.errors import OrderRefused
from tocsin.messages import Order


def warned(**releasing: object) -> DeskOf:
    """A plant at warning, and people asked."""
    desk = DeskOf(site(**releasing))  # type: ignore[arg-type]
    desk.stand("plant", "warning")
    desk.tick()
    return desk


def test_staff_are_told_of_a_watch_at_once_and_the_public_never() -> None:
    desk = DeskOf()
    desk.stand("plant", "watch")
    told = desk.tick()
    assert [(one.audience, one.stage, one.state, one.authority) for one in told] == [
        ("staff", "watch", "released", "staff")
    ]


def test_a_warning_is_told_to_staff_and_drafted_for_the_public_with_its_update_and_its_cancel() -> None:
    desk = warned()
    now = {(one.audience, one.kind): one.state for one in desk.said}
    assert now == {
        ("staff", "alert"): "released",
        ("public", "alert"): "asked",
        ("public", "update"): "draft",
        ("public", "cancel"): "draft",
    }
    assert desk.waiting().asked == ("ann", "ben")
    assert 78.0 < desk.waiting().area_km2 < 79.0
    assert desk.waiting().people == 2_000.0


def test_two_people_release_it_and_it_names_them() -> None:
    desk = warned()
    name = desk.waiting().identifier
    assert "second person" in desk.give("ann", "release", name)
    assert desk.heard() == []
    assert desk.give("ben", "release", name) == "plant: released by ann and ben"
    (public,) = desk.heard()
    assert (public.identifier, public.released_by, public.stage, public.kind) == (
        name,
        ("ann", "ben"),
        "warning",
        "alert",
    )


def test_one_person_is_not_two_under_any_name() -> None:
    desk = warned(people=("ann", "Ann ", "ann.second", "ben"), same_person=(("ann", "ann.second"),))
    name = desk.waiting().identifier
    assert desk.waiting().asked == ("ann", "ben"), "one person is asked once"
    desk.give("ann", "release", name)
    assert "has confirmed already" in desk.refused("ann", "release", name)
    assert "has confirmed already" in desk.refused("Ann ", "release", name)
    assert "has confirmed already" in desk.refused("ann.second", "release", name)
    assert desk.heard() == []


def test_a_machine_a_viewer_and_a_stranger_release_nothing() -> None:
    desk = warned()
    name = desk.waiting().identifier
    for order in (
        Order(desk.now_ns, "a", "ann", "operator", "release", name, {}, "", session=""),
        Order(desk.now_ns, "b", "ann", "viewer", "release", name, {}, "", session="s"),
        Order(desk.now_ns, "c", "ann", "token", "release", name, {}, "", session="s"),
    ):
        with pytest.raises(OrderRefused, match="signed in"):
            desk.take(order)
    assert "is not named for 'plant'" in desk.refused("eve", "release", name)


def test_people_at_the_same_moment_have_one_effect() -> None:
    desk = warned()
    name = desk.waiting().identifier
    desk.give("ann", "release", name)
    desk.give("cid", "release", name)
    assert "released already (ann and cid)" in desk.refused("ben", "release", name)
    desk.tick(5)
    assert len(desk.heard()) == 1


def test_whoever_does_not_answer_in_half_a_minute_is_not_waited_for() -> None:
    desk = warned()
    desk.tick(29)
    assert desk.waiting().asked == ("ann", "ben")
    desk.tick(1)
    assert desk.waiting().asked == ("ann", "ben", "cid")
    desk.give("cid", "release", desk.waiting().identifier)
    desk.tick(29)
    assert desk.waiting().asked == ("ann", "ben", "cid"), "cid has just answered"
    desk.tick(1)
    assert desk.waiting().asked == PEOPLE
    desk.tick(60)
    assert [one.text for one in desk.notices if "nobody is left" in one.text] != []


def test_who_is_on_duty_is_asked_first_and_a_place_may_name_its_own() -> None:
    desk = DeskOf()
    desk.give("cid", "duty", "on")
    desk.stand("plant", "warning")
    desk.tick()
    assert desk.waiting().asked == ("cid", "ann")
    own = DeskOf(site((replace(PLANT, release_by=("eve", "fay")),)))
    own.stand("plant", "warning")
    own.tick()
    assert own.waiting().asked == ("eve", "fay")
    assert "not named" in own.refused("ann", "release", own.waiting().identifier)


def test_where_nobody_is_named_those_on_duty_are_asked_as_they_come() -> None:
    desk = warned(people=())
    assert desk.waiting().asked == ()
    desk.give("zoe", "duty", "on")
    desk.tick()
    desk.give("yan", "duty", "on")
    desk.tick()
    assert desk.waiting().asked == ("zoe", "yan")


def test_one_path_alone_reaches_nobody_outside_whoever_asks_for_it() -> None:
    desk = DeskOf()
    desk.stand("plant", "warning", reason(paths=1), reason(track=2, danger=0.001, paths=5))
    desk.tick(120)
    waiting = desk.waiting()
    assert waiting.state == "draft"
    assert "not dangerous enough by itself" in waiting.note
    for person in ("ann", "ben"):
        assert "cannot be released" in desk.refused(person, "release", waiting.identifier)
    desk.stand("plant", "warning", reason(paths=2))
    desk.tick()
    assert desk.waiting().state == "asked"
    assert desk.waiting().identifier == waiting.identifier


def test_a_place_without_an_area_is_told_to_nobody_outside() -> None:
    bare = replace(PLANT, ring_m=0.0)
    desk = DeskOf(site((bare,)))
    desk.stand("plant", "warning")
    desk.tick()
    assert "no area" in desk.waiting().note
    assert "cannot be released" in desk.refused("ann", "release", desk.waiting().identifier)


def test_a_warning_that_was_never_released_is_withdrawn_with_all_its_drafts() -> None:
    desk = warned()
    name = desk.waiting().identifier
    desk.give("ann", "release", name)
    desk.stand("plant", "all clear")
    states = {one.kind: one.state for one in desk.tick() if one.audience == "public"}
    assert states == {"alert": "withdrawn", "update": "withdrawn", "cancel": "withdrawn"}
    assert "withdrawn: the place is no longer at warning" in desk.refused("ben", "release", name)


def test_several_places_are_confirmed_at_once_and_each_is_decided_by_itself() -> None:
    desk = DeskOf()
    desk.stand("plant", "warning")
    desk.stand("port", "warning", reason(paths=1))
    desk.tick()
    names = desk.waiting("plant").identifier, desk.waiting("port").identifier
    desk.give("ann", "release", names[0], also=names[1])
    answer = desk.give("ben", "release", names[0], also=names[1])
    assert "plant: released by ann and ben" in answer
    assert "refused: port" in answer
    assert (len(desk.heard("plant")), len(desk.heard("port"))) == (1, 0)


def test_identifiers_are_stable_and_fit_into_cap() -> None:
    one, other, exercise = warned(), warned(), warned(status="exercise")
    assert one.waiting().identifier == other.waiting().identifier
    assert one.waiting().identifier != exercise.waiting().identifier
    assert not set(" ,<&") & set(one.waiting().identifier)
    assert one.now_ns > START_NS
    assert len({statement.identifier for statement in one.said}) == 4


def test_a_place_whose_people_nobody_counted_is_still_warned_by_people() -> None:
    desk = DeskOf(site((replace(PLANT, residents=NAN),)))
    desk.stand("plant", "warning")
    desk.tick()
    for person in ("ann", "ben"):
        desk.give(person, "release", desk.waiting().identifier)
    assert len(desk.heard()) == 1
