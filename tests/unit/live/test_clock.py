"""Time: monotonic, disciplined to UTC, and a tick for each second."""

import pytest

from tocsin.geo.units import SECOND_NS
from tocsin.live.clock import SLEW_PPM, TICKS_BEHIND_MAX, Jump, Ticks, UtcClock

START = 1_800_000_000 * SECOND_NS


class Hands:
    """A system clock and a monotonic one, moved by hand."""

    def __init__(self) -> None:
        self.wall, self.monotonic = START, 0

    def clock(self) -> UtcClock:
        return UtcClock(lambda: self.wall, lambda: self.monotonic)

    def pass_s(self, seconds: float, wall_s: float | None = None) -> None:
        self.monotonic += round(seconds * 1e9)
        self.wall += round((seconds if wall_s is None else wall_s) * 1e9)


def test_time_passes_as_the_monotonic_clock_does() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.pass_s(12.5)
    assert clock.now_ns() == START + 12_500_000_000
    assert clock.seconds_until(START + 13 * SECOND_NS) == 0.5


def test_the_system_clock_may_jump_between_two_looks_and_time_does_not() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall += 3_600 * SECOND_NS
    assert clock.now_ns() == START


def test_a_drift_of_100_ppm_is_followed_to_a_millisecond_without_a_jump() -> None:
    hands = Hands()
    clock = hands.clock()
    for _ in range(3_600):
        hands.pass_s(1.0, 1.0001)
        assert clock.discipline() is None
    assert abs(clock.now_ns() - hands.wall) < 1_000_000
    assert clock.jumps == 0


def test_slewing_is_never_faster_than_500_ppm_and_never_backward() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall -= 400_000_000
    before = clock.now_ns()
    for _ in range(100):
        clock.discipline()
        hands.pass_s(1.0)
        now = clock.now_ns()
        assert now - before >= SECOND_NS * (1 - SLEW_PPM * 1e-6) - 1
        before = now


@pytest.mark.parametrize("by_s", [-3_600, -2, 2, 3_600])
def test_a_jump_is_flagged_and_followed(by_s: int) -> None:
    hands = Hands()
    clock = hands.clock()
    hands.pass_s(5.0)
    hands.wall += by_s * SECOND_NS
    assert clock.discipline() == Jump(START + 5 * SECOND_NS, by_s * SECOND_NS)
    assert clock.now_ns() == hands.wall
    assert clock.jumps == 1


def test_each_second_ticks_once() -> None:
    ticks = Ticks(START + 200_000_000)
    assert ticks.due(START + 900_000_000) == []
    assert ticks.due(START + SECOND_NS) == [START + SECOND_NS]
    assert ticks.due(START + SECOND_NS) == []
    assert ticks.due(START + 3_500_000_000) == [START + 2 * SECOND_NS, START + 3 * SECOND_NS]


def test_after_an_hour_asleep_there_is_one_tick_and_the_rest_is_counted() -> None:
    ticks = Ticks(START)
    assert ticks.due(START + 3_600 * SECOND_NS) == [START + 3_600 * SECOND_NS]
    assert ticks.folded == 3_599
    assert len(ticks.due(START + (3_600 + TICKS_BEHIND_MAX) * SECOND_NS)) == TICKS_BEHIND_MAX
