"""Every stage with every set of signs: nothing ends an alert but proof or a named authority, and nothing delays one."""

from dataclasses import fields
from itertools import product

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tocsin.alerts.stages import Signs, Stage, follow

NAMES = tuple(one.name for one in fields(Signs))
ALL = [
    (stage, Signs(**dict(zip(NAMES, values, strict=True))))
    for stage in Stage
    for values in product((False, True), repeat=len(NAMES))
]
OPEN = {Stage.WARNING, Stage.UNDER_WAY}


def test_danger_is_never_put_off() -> None:
    for stage, signs in ALL:
        after, _ = follow(stage, signs)
        if signs.inside:
            assert after == Stage.UNDER_WAY
        elif signs.due:
            assert after >= Stage.WARNING
        elif signs.coming:
            assert after >= Stage.WATCH or (stage in OPEN and after == Stage.ALL_CLEAR)
            assert follow(after, signs)[0] >= Stage.WATCH


def test_up_needs_no_least_time_and_no_proof() -> None:
    for stage, signs in ALL:
        slow = Signs(**{name: getattr(signs, name) for name in ("inside", "due", "coming")})
        after = follow(stage, signs)[0]
        if after > stage and after != Stage.ALL_CLEAR:
            assert follow(stage, slow)[0] == after


def test_an_open_alert_ends_only_by_the_all_clear() -> None:
    for stage, signs in ALL:
        after, why = follow(stage, signs)
        if stage in OPEN and after not in OPEN:
            assert after == Stage.ALL_CLEAR
            proof = signs.quiet and signs.settled and signs.seen_clear and not signs.held and not signs.lingering
            assert proof or signs.ended
            assert not signs.inside
            assert not signs.due
            assert (why == "ended by an authority") == signs.ended


def test_blindness_ends_nothing() -> None:
    for stage, signs in ALL:
        if stage in OPEN and not signs.seen_clear and not signs.ended:
            assert follow(stage, signs)[0] in OPEN


def test_under_way_is_not_taken_back_to_warning() -> None:
    for stage, signs in ALL:
        if stage == Stage.UNDER_WAY:
            assert follow(stage, signs)[0] in {Stage.UNDER_WAY, Stage.ALL_CLEAR}


def test_a_change_has_a_reason_and_standing_still_has_none() -> None:
    for stage, signs in ALL:
        after, why = follow(stage, signs)
        assert (after == stage) == (why == "")


def test_a_held_track_holds() -> None:
    for stage, signs in ALL:
        if signs.held and not signs.ended and stage in OPEN | {Stage.WATCH}:
            assert follow(stage, signs)[0] >= stage


class Night(RuleBasedStateMachine):
    """Any night: stages go up and down, and whoever was warned is told the end."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage.QUIET
        self.owed = False  # a warning was given and no all clear yet

    @rule(values=st.tuples(*(st.booleans() for _ in NAMES)))
    def look(self, values: tuple[bool, ...]) -> None:
        before = self.stage
        self.stage, _ = follow(before, Signs(**dict(zip(NAMES, values, strict=True))))
        if self.stage in OPEN:
            self.owed = True
        if self.stage == Stage.ALL_CLEAR and before in OPEN:
            self.owed = False

    @invariant()
    def whoever_was_warned_is_told_the_end(self) -> None:
        assert not self.owed or self.stage in OPEN


TestNight = Night.TestCase
TestNight.settings = settings(max_examples=60, stateful_step_count=40)
