"""Actual, exercise and test never cross: not in what an instance says, nor in what its channels carry."""

from contextlib import suppress
from dataclasses import replace
from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alarms.desks import DeskOf, site
from tocsin.delivery.declared import STATUSES, Channel, Delivery, Routes, gate
from tocsin.errors import OrderRefused, SiteError
from tocsin.messages import Statement

SUBSETS = tuple(chain.from_iterable(combinations(STATUSES, size) for size in range(4)))
ACTIONS = ("release", "cancel", "end", "halt", "sign", "countersign", "stop", "duty", "cue", "acknowledge", "shelve")
PLACES = ("plant", "port", "shore")


def carried(instance: str, statement: Statement, carries: tuple[str, ...]) -> bool:
    """Does a channel of this instance that carries these take the statement?"""
    one = Channel("out", "feed", ("public", "staff"), carries)
    delivery = Delivery(instance, (one,))
    try:
        gate(delivery)
    except SiteError:
        return False
    return bool(Routes(delivery).of(statement))


@given(
    st.sampled_from(STATUSES),
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(["ann", "ben"]), st.integers(0, 10**6)), max_size=40),
)
@settings(max_examples=40, deadline=None)
def test_an_instance_says_one_status_all_its_life_whatever_is_ordered(
    status: str, orders: list[tuple[str, str, int]]
) -> None:
    desk = DeskOf(site(status=status))
    for action, person, pick in orders:
        place = PLACES[pick % 3]
        desk.stand(place, ("warning", "all clear", "quiet")[pick // 3 % 3], lane=("fast", "slow")[pick % 2])
        desk.tick()
        known = [one.identifier for one in desk.said] + [place, "a1", "night"]
        with suppress(OrderRefused):
            desk.give(person, action, known[pick % len(known)], status="actual")
    assert {one.status for one in desk.said} <= {status}


def test_no_exercise_reaches_a_live_channel_and_nothing_actual_an_exercises() -> None:
    desk = DeskOf()
    desk.stand("plant", "warning")
    (staff, *_) = desk.tick()
    for instance, status, carries in product(("off", "actual", "exercise"), STATUSES, SUBSETS):
        goes = carried(instance, replace(staff, status=status), carries)
        crosses = {status, instance} == {"actual", "exercise"} or status not in ("test", instance)
        assert not (goes and crosses), (instance, status, carries)
        assert not (goes and status not in carries)
        if status == "exercise":
            assert not (goes and "actual" in carries), "a live channel is never reached by an exercise"
