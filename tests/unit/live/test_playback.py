"""A recording is played alike at every speed, paused, and from any moment."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.skies import SECOND_NS, START_NS, scan
from tocsin.errors import SettingError
from tocsin.live.intake.queues import Bell
from tocsin.live.playback import Playback, PlaybackClock, Span
from tocsin.live.thinking import Anew
from tocsin.messages import Scan, Tick

SPAN = Span(START_NS, START_NS + 20 * SECOND_NS)


class Monotonic:
    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += round(seconds * 1e9)


def scans() -> Iterator[Scan]:
    """One each 300 ms."""
    return (scan("a", START_NS + k * 300_000_000) for k in range(60))


def made(speed: float = 1.0) -> tuple[Monotonic, Playback]:
    hands = Monotonic()
    playback = Playback(scans, SPAN, Bell(), PlaybackClock(START_NS, speed, hands))
    playback.begin(0)
    return hands, playback


def times(playback: Playback, hands: Monotonic, step_s: float, steps: int) -> list[tuple[str, int]]:
    found = []
    for _ in range(steps):
        hands.pass_s(step_s)
        for item in playback.take(0.0):
            assert not isinstance(item, Anew)
            found.append(("tick", item.time_ns) if isinstance(item, Tick) else ("scan", item.received_ns))  # type: ignore[union-attr]
    return found


@given(st.floats(0.25, 60.0), st.floats(0.01, 0.4))
def test_the_order_of_items_is_the_same_at_every_speed(speed: float, step_s: float) -> None:
    hands, playback = made(speed)
    found: list[tuple[str, int]] = []
    while not playback.ended:
        found += times(playback, hands, step_s, 1)
    expected = [("scan", item.received_ns) for item in scans()]
    expected += [("tick", START_NS + k * SECOND_NS) for k in range(1, 21)]
    # what was received at a tick's own nanosecond comes after it
    assert found == sorted(expected, key=lambda pair: (pair[1], pair[0] == "scan"))


def test_nothing_is_played_before_its_time() -> None:
    hands, playback = made()
    found = times(playback, hands, 0.41, 5)
    assert found[-1][1] == START_NS + 2 * SECOND_NS
    assert playback.clock.now_ns() == START_NS + 2_050_000_000


def test_time_stands_still_while_paused_and_goes_on_where_it_stood() -> None:
    hands, playback = made()
    times(playback, hands, 1.0, 2)
    playback.control("pause")
    assert playback.clock.pace == 0.0
    assert times(playback, hands, 100.0, 3) == []
    playback.control("resume")
    assert times(playback, hands, 0.5, 1)[0][1] > START_NS + 2 * SECOND_NS - 1
    assert playback.clock.now_ns() == START_NS + 2_500_000_000


def test_a_leap_forward_thinks_through_what_lies_between() -> None:
    hands, playback = made()
    times(playback, hands, 1.0, 1)
    playback.control("seek", START_NS / 1e9 + 15.0)
    found = times(playback, hands, 0.001, 20)
    assert [at for kind, at in found if kind == "tick"] == [START_NS + k * SECOND_NS for k in range(2, 16)]
    assert playback.clock.now_ns() >= START_NS + 15 * SECOND_NS


def test_a_leap_back_goes_on_from_the_checkpoint_before_it() -> None:
    hands, playback = made()
    times(playback, hands, 1.0, 5)
    playback.checkpoint(b"five")
    times(playback, hands, 1.0, 7)
    playback.control("seek", START_NS / 1e9 + 8.0)
    (anew,) = playback.take(0.0)
    assert isinstance(anew, Anew)
    assert (anew.dump, anew.time_ns) == (b"five", playback._played_ns)
    found = times(playback, hands, 0.001, 10)
    after = [item.received_ns for item in scans() if anew.time_ns < item.received_ns <= START_NS + 8 * SECOND_NS]
    assert [at for kind, at in found if kind == "scan"] == after


def test_a_leap_before_every_checkpoint_begins_at_the_start() -> None:
    hands, playback = made()
    times(playback, hands, 1.0, 12)
    playback.control("seek", START_NS / 1e9 + 3.0)
    (anew,) = playback.take(0.0)
    assert isinstance(anew, Anew)
    assert (anew.dump, anew.time_ns) == (None, START_NS)
    assert times(playback, hands, 0.001, 10)[0] == ("scan", START_NS)


def test_the_clock_waits_for_a_slow_thinker() -> None:
    hands, playback = made(speed=60.0)
    hands.pass_s(60.0)
    assert len(playback.take(0.0)) < 10
    assert playback.held_up == 1
    assert playback.clock.now_ns() < START_NS + 3 * SECOND_NS


def test_at_its_end_time_stands_still() -> None:
    hands, playback = made(speed=60.0)
    times(playback, hands, 0.02, 100)
    assert playback.ended
    assert playback.clock.pace == 0.0
    assert playback.clock.now_ns() <= SPAN.end_ns


@pytest.mark.parametrize(
    ("action", "value"),
    [("speed", 61.0), ("speed", 0.1), ("speed", None), ("seek", 5.0), ("seek", None), ("seek", 1e300), ("fly", 1.0)],
)
def test_what_cannot_be_done_is_said_with_what_can(action: str, value: float | None) -> None:
    _, playback = made()
    with pytest.raises(SettingError, match="send pause, resume, speed"):
        playback.control(action, value)


def test_before_it_begins_its_clock_stands() -> None:
    hands = Monotonic()
    playback = Playback(scans, SPAN, Bell(), PlaybackClock(START_NS, 60.0, hands))
    hands.pass_s(90.0)  # kernels compile
    assert playback.clock.now_ns() == START_NS
