"""A place through any night: every sentence that was promised of stages, whatever happens in whatever order."""

from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.unit.alerts.test_board import PLACES, ROCKET, START_NS, forecast, health, seen
from tocsin.alerts.board import Board
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert
from tocsin.settings import Alerting

OPEN = ("warning", "under way")
ENDED = "ended; part of the area was not observed"
RULES = Alerting()


class Night(RuleBasedStateMachine):
    """One plant; a drone or a rocket that comes, turns away, is lost, is found; sensors that fail; clocks that jump."""

    @initialize()
    def begin(self) -> None:
        self.board = Board(PLACES, RULES)
        self.time_s, self.lived_s = 0.0, 0.0
        self.left_s: float | None = None  # until the drone enters; None: nothing flies
        self.kind = 1
        self.observed = "seen clear"
        self.alert: Alert | None = None
        self.warned = False  # an alert is open
        self.calm_s = 0.0  # time that was lived through with nothing near that warns, and seen clear
        self.ends = False

    def tick(self, dt_s: float = 10.0, *, leap: bool = False) -> None:
        """Time goes on, lived through or not."""
        before = self.alert
        self.time_s += dt_s
        if self.left_s is not None and not leap:
            self.left_s = max(self.left_s - dt_s, 0.0)
        rows = [] if self.left_s is None else [(1, 0, self.left_s)]
        tracks = [] if self.left_s is None else [1]
        said, shown = forecast(self.time_s, rows), seen(self.time_s, tracks, kind=self.kind)
        self.alert = self.board.step(said, shown, health(self.observed))[0]
        quiet = self.left_s is None or self.left_s > 400.0  # nothing that would warn: a watch keeps no warning open
        lived = 0.0 if leap else dt_s
        self.calm_s = self.calm_s + lived if quiet and self.observed == "seen clear" else 0.0
        self.check(before, leap=leap)
        self.ends = False

    def check(self, before: Alert | None, *, leap: bool) -> None:
        """What must hold between two Ticks."""
        now, was = self.alert, before.stage if before else "quiet"
        assert now is not None
        assert now.before == was
        if was in OPEN and now.stage not in OPEN:
            assert now.stage == "all clear"  # the only way down
            assert (
                now.rule == ENDED or self.calm_s >= RULES.quiet_s - 10.0
            )  # proof and quiet time, or a named authority
            assert now.rule != ENDED or self.ends
            assert not leap or now.rule == ENDED  # no jump of a clock ends anything
        if was in OPEN and self.observed != "seen clear" and not self.ends:
            assert now.stage in OPEN  # loss of sensors is no all clear
        if now.stage not in (was, "quiet"):
            assert now.rule  # every change says why
            assert now.since_ns == START_NS + round(self.time_s * SECOND_NS)
        if was == "under way":
            assert now.stage in ("under way", "all clear")
        if self.left_s == 0.0:
            assert now.stage == "under way"  # stages may be skipped upwards, at once
        elif self.left_s is not None and self.left_s <= 100.0:
            assert now.stage in OPEN
        assert (now.stage == "quiet") == (now.event == "")
        if before is not None and before.event and now.stage in OPEN:
            assert now.event == before.event or was in ("quiet", "all clear")
        if now.stage in OPEN:
            soon = self.left_s is not None and self.left_s <= 400.0
            assert now.lane == "fast" if soon else now.lane in ("fast", "slow")  # no time for two people
        self.warned = (self.warned or now.stage in OPEN) and now.stage != "all clear"

    @rule(left_s=st.floats(0.0, 3_000.0), kind=st.sampled_from((1, ROCKET)))
    def something_comes(self, left_s: float, kind: int) -> None:
        self.left_s, self.kind = left_s, kind
        self.tick()

    @rule()
    def it_flies_away(self) -> None:
        self.left_s = None if self.left_s is None else 20_000.0
        self.tick()

    @rule()
    def it_is_lost(self) -> None:
        near = self.left_s is not None and self.left_s < 900.0
        was = self.alert
        self.left_s = None
        self.tick()
        if near and was is not None and was.stage in OPEN and self.alert is not None:
            assert any(reason.held for reason in self.alert.reasons)  # it may still be there

    @rule(observed=st.sampled_from(("seen clear", "partly seen", "blind")))
    def sensors_come_and_go(self, observed: str) -> None:
        self.observed = observed
        self.tick()

    @rule(seconds=st.sampled_from((60.0, 200.0, 400.0)))
    def time_passes(self, seconds: float) -> None:
        for _ in range(int(seconds / 10.0)):
            self.tick()

    @rule(leap_s=st.sampled_from((-3_600.0, 120.0, 3_600.0, 86_400.0)))
    def the_clock_jumps_or_we_were_down(self, leap_s: float) -> None:
        self.tick(leap_s, leap=True)

    @rule()
    def a_named_authority_ends_it(self) -> None:
        self.board.ending["plant"] = ENDED
        self.ends = True
        self.tick()

    @rule()
    def we_start_again(self) -> None:
        other = Board.load(PLACES, RULES, self.board.dump())
        assert other.dump() == self.board.dump()
        self.board = other

    @invariant()
    def whoever_was_warned_is_told_the_end(self) -> None:
        if getattr(self, "warned", False) and self.alert is not None:
            assert self.alert.stage in OPEN


TestNight = Night.TestCase
TestNight.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


def test_a_jump_of_the_clock_is_no_quiet_and_no_end_of_a_flight() -> None:
    board = Board(PLACES, RULES)
    shown, said = seen(0.0, [1]), forecast(0.0, [(1, 0, 60.0)])
    assert board.step(said, shown, health())[0].stage == "warning"
    for leap_s in (86_400.0, 172_800.0, 100.0, 90_000.0):
        later = board.step(forecast(leap_s, []), seen(leap_s, []), health())[0]
        assert later.stage == "warning"
        assert later.reasons[0].held


def test_two_rings_that_share_a_drone_are_told_each_for_itself() -> None:
    board = Board(PLACES, RULES)
    said = forecast(0.0, [(1, 0, 100.0), (1, 1, 5_000.0)])
    alerts = board.step(replace(said, enters=np.array([1.0, 0.01])), seen(0.0, [1]), health())
    assert [alert.stage for alert in alerts] == ["warning", "quiet"]
