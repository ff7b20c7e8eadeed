"""From a place's stage to what is said, through the whole pipeline: orders, evidence, a restart, another site file."""

from dataclasses import replace

import pytest

from tests.alarms.desks import ALLOWED, PLANT, ROCKET, DeskOf, reason, site
from tocsin import wire
from tocsin.live.evidence import step_records
from tocsin.messages import Order, Step, Tick
from tocsin.pipeline import ACTIONS, RELEASING, State, advance, desk
from tocsin.server.access.roles import ORDERS


class Watch:
    """The pipeline, with the stages of places given by the test."""

    def __init__(self) -> None:
        self.shown = DeskOf(site((PLANT,)))
        self.state = State.of(self.shown.settings)
        self.steps: list[Step] = []
        self.keys = 0

    def tick(self, seconds: int = 1) -> Step:
        """Time passes."""
        for _ in range(seconds):
            self.shown.now_s += 1.0
            self._stand()
            self.steps.append(advance(self.state, Tick(self.shown.now_ns)))
        return self.steps[-1]

    def _stand(self) -> None:
        def step(*_: object) -> tuple[object, ...]:
            return tuple(self.shown.alert(place.name) for place in self.state.settings.places)

        self.state.board.step = step  # type: ignore[assignment, method-assign]  # what the board would have decided

    def give(self, person: str, action: str, subject: str, *, key: str = "", session: str = "s", **words: str) -> Step:
        """A person's order."""
        self.keys += 1
        role = "supervisor" if person == "ann" else "operator"
        order = Order(
            self.shown.now_ns, key or f"k{self.keys}", person, role, action, subject, words, "because", session
        )
        self.steps.append(advance(self.state, order))
        return self.steps[-1]

    def waiting(self) -> str:
        """The identifier of what is asked."""
        return next(
            one.identifier for one in desk(self.state).statements if one.state == "asked" and one.kind == "alert"
        )


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_two_orders_release_once_and_each_is_evidence(watch: Watch) -> None:
    watch.shown.stand("plant", "warning")
    watch.tick()
    name = watch.waiting()
    first = watch.give("ann", "release", name, key="ann:1")
    again = watch.give("ann", "release", name, key="ann:1")
    assert again.answers == first.answers
    assert again.statements == ()
    second = watch.give("ben", "release", name)
    assert second.answers[0].reason == "plant: released by ann and ben"
    (said,) = [one for one in second.statements if one.state == "released"]
    assert said.released_by == ("ann", "ben")
    kinds = [record.kind for record in step_records(second)]
    assert kinds.count("statement") == len(second.statements)
    assert {"answer", "notice"} <= set(kinds)
    late = watch.give("cid", "release", name)
    assert not late.answers[0].accepted
    assert "released already" in late.answers[0].reason
    assert watch.tick(60).statements == ()


def test_a_standing_order_speaks_at_the_very_tick_of_the_warning(watch: Watch) -> None:
    watch.give("ann", "sign", "night", **(ALLOWED | {"places": "plant"}))
    watch.give("ben", "countersign", "night")
    watch.shown.stand("plant", "warning", reason(kind=ROCKET, danger=0.5), lane="fast")
    step = watch.tick()
    public = [one for one in step.statements if one.audience == "public" and one.state == "released"]
    assert [(one.authority, one.released_ns) for one in public] == [("night", step.time_ns)]
    assert any(one.kind == "told" and "ann and ben" in one.text for one in step.notices)


def test_a_restart_in_the_middle_changes_no_bit(watch: Watch) -> None:
    watch.shown.stand("plant", "warning")
    watch.tick()
    watch.give("ann", "release", watch.waiting())
    other = Watch()
    other.shown = watch.shown
    other.state = State.load(watch.state.dump())
    name = watch.waiting()
    order = Order(watch.shown.now_ns, "same", "ben", "operator", "release", name, {}, "because", "s")
    assert wire.encode(advance(watch.state, order)) == wire.encode(advance(other.state, order))
    watch.shown.now_s += 450.0
    for one in (watch, other):
        one._stand()
    tick = Tick(watch.shown.now_ns)
    mine, its = advance(watch.state, tick), advance(other.state, tick)
    assert [one.identifier for one in mine.statements] == [one.identifier for one in its.statements] != []
    assert mine.digest == its.digest


def test_another_site_file_keeps_what_was_said_and_an_exercise_takes_nothing_over(watch: Watch) -> None:
    watch.shown.stand("plant", "warning")
    watch.tick()
    for person in ("ann", "ben"):
        watch.give(person, "release", watch.waiting())
    changed = site((replace(PLANT, action_time_s=300.0),))
    kept = [one for one in desk(watch.state.renewed(changed)).statements if one.audience == "public"]
    assert "released" in {one.state for one in kept}
    assert desk(watch.state.renewed(site((PLANT,), status="exercise"))).statements == ()


def test_every_order_of_the_desk_is_known_at_the_door_and_carried_out_inside() -> None:
    assert set(ORDERS) == set(ACTIONS)
    state = State.of(site((PLANT,)))
    for number, action in enumerate(sorted(RELEASING)):
        order = Order(1_900_000_000 * 10**9, f"k{number}", "ann", "supervisor", action, "nothing", {}, "because", "s")
        (answer,) = advance(state, order).answers
        assert "unknown" not in answer.reason
        assert answer.accepted == (action == "cue")
