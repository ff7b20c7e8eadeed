"""The two people of the demo do what a watch does, each by an order of their own."""

from tests.alarms.desks import DeskOf, reason, site
from tocsin.live.process.demo_watch import PEOPLE, acts

PLACES = ("plant", "port", "shore")


def desk() -> DeskOf:
    """A desk where whoever is on duty may release."""
    return DeskOf(site(people=()))


def turn(of: DeskOf) -> list[tuple[str, str]]:
    """They look at the desk once; what they did."""
    done = []
    for person, action, subject, arguments, why in acts(of.releases.desk(), PLACES):
        of.give(person, action, subject, reason=why, role=PEOPLE[person], **arguments)
        done.append((person, action))
    return done


def test_they_come_on_duty_sign_a_standing_order_and_then_have_nothing_to_do() -> None:
    at = desk()
    at.tick()
    assert turn(at) == [("carla (demo)", "duty"), ("dan (demo)", "duty"), ("carla (demo)", "sign")]
    assert turn(at) == [("dan (demo)", "countersign")]
    assert turn(at) == []
    assert [one.state for one in at.releases.desk().standing] == ["in force"]


def test_both_of_them_release_what_is_asked_after_looking_at_it() -> None:
    at = desk()
    at.tick()
    turn(at), turn(at)
    at.stand("plant", "warning", reason(), lane="slow")
    at.tick(5)
    assert turn(at) == []
    at.tick(10)
    assert turn(at) == [("carla (demo)", "release")]
    assert at.heard() == []
    assert turn(at) == []  # one person never confirms twice
    at.tick(10)
    assert turn(at) == [("dan (demo)", "release")]
    assert [one.released_by for one in at.heard()] == [("carla (demo)", "dan (demo)")]


def test_a_visitor_may_be_the_first_of_the_two() -> None:
    at = desk()
    at.tick()
    turn(at), turn(at)
    at.give("ann", "duty", "on")
    at.stand("plant", "warning", reason(), lane="slow")
    at.tick(2)
    at.give("ann", "release", at.waiting().identifier)
    at.tick(22)
    assert turn(at) == [("carla (demo)", "release")]
    assert [one.released_by for one in at.heard()] == [("ann", "carla (demo)")]
