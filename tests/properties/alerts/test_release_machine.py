"""The whole release machine, driven at random: two people or nobody, one effect, and no restart is noticed."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.alarms.desks import ALLOWED, DRONE, ONE_SENSOR, PLANT, PORT, ROCKET, SHORE, DeskOf, reason, site
from tocsin.alerts.release.desk import RANK, WARNED
from tocsin.errors import OrderRefused
from tocsin.messages import Order, Reason, Statement

PLACES = ("plant", "port", "shore")
PAIRS = (("ann", "ann.night"), ("ann", "Ann"), ("ann", "ben"), ("cid", "dan"))
# Written out once more: who is who. "Ann" and "ann.night" are ann.
WHO = {"ann": 1, "Ann": 1, "ann.night": 1, "ben": 2, "cid": 3, "dan": 4}
ACCOUNTS = tuple(WHO)
ROLES = {"ann": "supervisor", "Ann": "operator", "ann.night": "operator", "dan": "supervisor"}
REASONS = {
    "two paths": reason(1, DRONE, 0.9, 2),
    "one path": reason(2, DRONE, 0.9, 1),
    "rocket": reason(3, ROCKET, 0.5, 2),
    "rocket, one path": reason(4, ROCKET, 0.5, 1, seen=3),
    "rocket, once": reason(5, ROCKET, 0.5, 1, seen=1),
    "no path": reason(6, DRONE, 1.0, 0),
}
NEXT = {
    "quiet": ("watch", "warning", "under way"),
    "watch": ("quiet", "warning", "under way"),
    "warning": ("under way", "all clear"),
    "under way": ("all clear",),
    "all clear": ("quiet", "watch", "warning", "under way"),
}


def declared() -> DeskOf:
    """A shore where ann has three accounts."""
    people = ("ann", "ann.night", "ben", "cid", "dan", "Ann")
    return DeskOf(site((PLANT, PORT, SHORE), people=people, same_person=(("ann", "ann.night"),)))


class ReleaseMachine(RuleBasedStateMachine):
    """`desk` is stopped and begun again at will; `twin` never is. Nobody may be able to tell them apart."""

    def __init__(self) -> None:
        super().__init__()
        self.desk, self.twin = declared(), declared()
        self.checked = 0
        self.released: set[str] = set()
        self.two: dict[str, tuple[str, ...]] = {}  # event -> whose word, or whose standing order
        self.signed: dict[str, tuple[str, ...]] = {}

    @initialize(hours=st.sampled_from(["1", "100"]), sensor=st.booleans())
    def allow(self, hours: str, sensor: bool) -> None:
        """Most nights have a standing order."""
        more = {"classes": ROCKET} | ONE_SENSOR if sensor else {"classes": f"{ROCKET},{DRONE}"}
        self._give("ann", "sign", "night", **(ALLOWED | more | {"hours": hours}))
        self._give("ben", "countersign", "night")

    def _both(self, order: Order) -> str:
        """The same order to both; their answers are the same."""
        answers = []
        for one in (self.desk, self.twin):
            try:
                answers.append(("", one.take(order)))
            except OrderRefused as error:
                answers.append(("refused", str(error)))
        assert answers[0] == answers[1]
        return answers[0][0]

    def _give(self, person: str, action: str, subject: str, *, session: str = "s", role: str = "", **words: str) -> str:
        role = role or ROLES.get(person, "operator")
        key = f"k{next(self.desk.keys)}"
        return self._both(Order(self.desk.now_ns, key, person, role, action, subject, words, "because", session))

    @rule(
        place=st.sampled_from(PLACES), pick=st.integers(0, 3), why=st.sampled_from(sorted(REASONS)), fast=st.booleans()
    )
    def stand(self, place: str, pick: int, why: str, fast: bool) -> None:
        """A place's stage changes, as the board's table lets it."""
        now = self.desk.stages.get(place, ("quiet",))[0]
        stage = NEXT[now][pick % len(NEXT[now])]
        lane = ("fast" if fast else "slow") if stage in WARNED else ""
        for one in (self.desk, self.twin):
            one.stand(place, stage, REASONS[why], lane=lane)
        self._tick(1)

    @rule(place=st.sampled_from(PLACES), whys=st.lists(st.sampled_from(sorted(REASONS)), min_size=1, max_size=3))
    def rest(self, place: str, whys: list[str]) -> None:
        """A place's stage stays, and rests on other tracks."""
        stage, lane, _, words = self.desk.stages.get(place, ("quiet", "", (), ""))
        for one in (self.desk, self.twin):
            one.stages[place] = (stage, lane, tuple(REASONS[why] for why in whys), words)
        self._tick(1)

    @rule(seconds=st.sampled_from([1, 5, 31, 95]))
    def tick(self, seconds: int) -> None:
        """Time passes, second by second."""
        self._tick(seconds)

    @rule(hours=st.sampled_from([0.5, 1.0, 30.0]))
    def leap(self, hours: float) -> None:
        """The machine slept, or its clock was set."""
        for one in (self.desk, self.twin):
            one.now_s += hours * 3_600.0
        self._tick(1)

    def _tick(self, seconds: int) -> None:
        for _ in range(seconds):
            before = dict(self.desk.releases.kept.standing)
            stood = {name: event.stage for name, event in self.desk.releases.kept.events.items()}
            self.desk.tick()
            self.twin.tick()
            for name, order in before.items():
                held = any(stage in WARNED for stage in stood.values())
                if order.state == "in force" and held:
                    assert self.desk.releases.kept.standing[name].state == "in force", "it lapsed at warning"

    @rule(person=st.sampled_from(ACCOUNTS), data=st.data())
    def release(self, person: str, data: st.DataObject) -> None:
        """Somebody confirms something: what waits, what waited, or what never did."""
        known = sorted({one.identifier for one in self.desk.said[-40:]}) or ["nothing"]
        waiting = [one.asked.identifier for one in self.desk.releases.kept.events.values() if one.asked]
        name = data.draw(st.sampled_from(waiting) if waiting else st.sampled_from(known))
        self._give(person, "release", name)

    @rule(first=st.sampled_from(ACCOUNTS), second=st.sampled_from(ACCOUNTS), place=st.sampled_from(PLACES))
    def release_together(self, first: str, second: str, place: str) -> None:
        """Two accounts confirm one after the other, as soon as anything is drafted there."""
        event = self.desk.releases.kept.events.get(place)
        if event is not None and event.asked is not None:
            name = event.asked.identifier
            self._give(first, "release", name)
            self._give(second, "release", name)

    @rule(place=st.sampled_from(PLACES), why=st.sampled_from(sorted(REASONS)), two=st.sampled_from(PAIRS))
    def warn_and_release(self, place: str, why: str, two: tuple[str, str]) -> None:
        """The short way: a warning on these grounds, and two accounts that are quick."""
        if "warning" not in NEXT[self.desk.stages.get(place, ("quiet",))[0]]:
            return
        for one in (self.desk, self.twin):
            one.stand(place, "warning", REASONS[why], lane="slow")
        self._tick(1)
        self.release_together(*two, place)

    @rule(person=st.sampled_from(ACCOUNTS), data=st.data())
    def release_something_old(self, person: str, data: st.DataObject) -> None:
        """A screen that was left open."""
        known = sorted({one.identifier for one in self.desk.said}) or ["nothing"]
        self._give(person, "release", data.draw(st.sampled_from(known)))

    @rule(who=st.sampled_from(["", "viewer", "administrator", "token"]), data=st.data())
    def release_without_right(self, who: str, data: st.DataObject) -> None:
        """A machine, or somebody who may only look."""
        known = sorted({one.identifier for one in self.desk.said}) or ["nothing"]
        name = data.draw(st.sampled_from(known))
        before = self.desk.releases.dump()
        answer = self._give("ben", "release", name, role=who or "operator", session="" if not who else "s")
        assert answer == "refused"
        assert self.desk.releases.dump() == before

    @precondition(lambda self: any(one.open for one in self.desk.releases.kept.events.values()))
    @rule(person=st.sampled_from(ACCOUNTS), data=st.data())
    def cancel(self, person: str, data: st.DataObject) -> None:
        """Sent in error, somebody says."""
        spoken = [
            one.identifier
            for event in self.desk.releases.kept.events.values()
            for one in event.said
            if one.audience == "public"
        ]
        if spoken:
            self._give(person, "cancel", data.draw(st.sampled_from(spoken)))

    @rule(person=st.sampled_from(ACCOUNTS), place=st.sampled_from(PLACES))
    def end(self, person: str, place: str) -> None:
        """An all clear by authority."""
        self._give(person, "end", place)

    @rule(person=st.sampled_from(ACCOUNTS), action=st.sampled_from(["sign", "countersign", "stop"]))
    def order(self, person: str, action: str) -> None:
        """Standing orders come and go."""
        self._give(person, action, "day", **(ALLOWED if action == "sign" else {}))

    @rule(person=st.sampled_from(ACCOUNTS), on=st.booleans())
    def duty(self, person: str, on: bool) -> None:
        """People come and go."""
        self._give(person, "duty", "on" if on else "off")

    @rule()
    def restart(self) -> None:
        """kill -9."""
        self.desk.restart()

    @invariant()
    def nobody_can_tell_that_it_was_restarted(self) -> None:
        assert self.desk.releases.dump() == self.twin.releases.dump()
        assert len(self.desk.said) == len(self.twin.said)
        assert self.desk.notices == self.twin.notices

    @invariant()
    def every_word_to_the_public_is_of_two_people_and_has_one_effect(self) -> None:
        for one in self.desk.said[self.checked :]:
            for name, order in self.desk.releases.kept.standing.items():
                self.signed[name] = order.signers
            if one.state == "released" and one.audience == "public":
                assert one.identifier not in self.released, "said twice"
                self.released.add(one.identifier)
                self._public(one)
        self.checked = len(self.desk.said)

    def _public(self, one: Statement) -> None:
        assert one.status == "actual"
        assert one.stage != "watch"
        assert one.area
        assert one.released_ns < one.expires_ns <= one.released_ns + 3_600 * 10**9
        people = {WHO[name] for name in one.released_by}
        if one.kind == "cancel":
            held = one.alert is not None and self.desk.alert(one.place).stage in WARNED
            assert len(people) >= (2 if held else 1)
            return
        if one.stage == "all clear" and not one.authority and len(people) == 1:
            assert ROLES[one.released_by[0]] == "supervisor", "an end by authority"
            return
        assert len(people) == 2, "two different people"
        if one.authority:
            assert {WHO[name] for name in self.signed[one.authority]} == people
        if one.stage in WARNED and one.event not in self.two and not one.note:
            assert _rests(self.desk.alert(one.place).reasons, one), "on one path alone"
            self.two[one.event] = one.released_by

    @invariant()
    def staff_know_how_every_place_stands(self) -> None:
        for event in self.desk.releases.kept.events.values():
            if RANK[event.stage] > 0:
                assert event.staff is not None
                assert event.staff.stage == event.stage

    @invariant()
    def what_is_open_has_not_expired(self) -> None:
        for event in self.desk.releases.kept.events.values():
            if event.open:
                assert event.public is not None
                assert event.public.expires_ns > self.desk.now_ns
                assert event.update is not None
                assert event.cancel is not None


def _rests(reasons: tuple[Reason, ...], one: Statement) -> bool:
    """Are there two independent paths, or the sensor that a standing order names, three times?"""
    now = (*reasons, *(one.alert.reasons if one.alert else ()))
    return any(why.paths >= 2 or (one.authority and dict(why.witnesses).get("north", 0) >= 3) for why in now)


TestReleaseMachine = ReleaseMachine.TestCase
# Without shrinking: of a failure the whole run is printed, and making it short would take minutes.
TestReleaseMachine.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_machine_finds_what_is_wrong() -> None:
    """One who may confirm twice is found: the machine can fail."""
    desk = declared()
    desk.stand("plant", "warning", REASONS["two paths"])
    desk.tick()
    waiting = desk.waiting()
    machine = ReleaseMachine()
    machine.desk.said.append(
        replace(waiting, state="released", released_ns=1, expires_ns=2, released_by=("ann", "Ann"))
    )
    with pytest.raises(AssertionError, match="two different people"):
        machine.every_word_to_the_public_is_of_two_people_and_has_one_effect()
