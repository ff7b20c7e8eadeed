"""Plays a recording or a simulated night as if it came in now: at any speed, paused, from any moment.

Its clock is the recording's own. Ticks stand at its whole seconds and every item at its own `received_ns`, so what is
thought is the same at every speed. When thinking cannot keep up, the clock waits for it: nothing is left out.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tocsin.errors import SettingError
from tocsin.geo.units import SECOND_NS
from tocsin.live.intake.queues import Bell, Receipt
from tocsin.live.thinking import Anew
from tocsin.messages import Item, Scan, Tick

SPEED_MIN, SPEED_MAX = 0.25, 60.0
BATCH_NS = SECOND_NS  # of recorded time at most in one batch, so that a leap forward still pings, shows and commits
BEHIND_S = 0.5  # of real time: later than this, the clock waits for thinking
CHECKPOINTS_MAX = 240  # four hours of minutes; of a longer recording every second one is forgotten


class PlaybackClock:
    """The recording's time: `speed` recorded seconds for a real one, standing still when paused."""

    def __init__(self, start_ns: int, speed: float = 1.0, monotonic_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._monotonic_ns = monotonic_ns
        self._lock = threading.Lock()
        self._anchor_ns, self._anchor_monotonic = start_ns, monotonic_ns()
        self.speed = speed
        self.paused = False

    def _read(self) -> int:
        if self.paused:
            return self._anchor_ns
        return self._anchor_ns + round((self._monotonic_ns() - self._anchor_monotonic) * self.speed)

    def now_ns(self) -> int:
        """The moment being played."""
        with self._lock:
            return self._read()

    def seconds_until(self, time_ns: int) -> float:
        """Real seconds until `time_ns` is played."""
        with self._lock:
            if self.paused:
                return float("inf") if time_ns > self._anchor_ns else 0.0
            return (time_ns - self._read()) / self.speed / SECOND_NS

    @property
    def pace(self) -> float:
        """Recorded seconds for a real one; 0 when time stands still."""
        return 0.0 if self.paused else self.speed

    def set(self, *, time_ns: int | None = None, speed: float | None = None, paused: bool | None = None) -> None:
        """Go on from `time_ns`, at `speed`, or stand still."""
        with self._lock:
            self._anchor_ns = self._read() if time_ns is None else time_ns
            self._anchor_monotonic = self._monotonic_ns()
            self.speed = self.speed if speed is None else speed
            self.paused = self.paused if paused is None else paused


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a recording runs."""

    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """Where the recording stood, and what was known then: a leap back goes on from here."""

    time_ns: int
    scans: int
    tick_ns: int
    dump: bytes | None


class Playback:
    """The source of items for the runner when a recording plays. `scans()` begins it again, in order of arrival.

    Control it from any thread; everything else belongs to the thinking thread.
    """

    def __init__(self, scans: Callable[[], Iterable[Scan]], span: Span, bell: Bell, clock: PlaybackClock) -> None:
        self.span, self.bell, self.clock = span, bell, clock
        self.held_up = 0
        self._scans = scans
        self._lock = threading.Lock()
        self._seek_ns: int | None = None
        self._leap_to_ns = span.start_ns
        self._checkpoints = [_Checkpoint(span.start_ns, 0, (span.start_ns // SECOND_NS + 1) * SECOND_NS, None)]
        self._played_ns = span.start_ns
        clock.set(time_ns=span.start_ns, paused=True)

    def _go_on_from(self, point: _Checkpoint) -> None:
        self._rest: Iterator[Scan] = islice(iter(self._scans()), point.scans, None)
        self._played = point.scans
        self._head: Scan | None = next(self._rest, None)
        self._tick_ns = point.tick_ns
        self._played_ns = point.time_ns

    @property
    def taken_ns(self) -> int:
        """All that was received before it has been played."""
        return self._played_ns

    @property
    def ended(self) -> bool:
        """Everything has been played."""
        return self._head is None and self._tick_ns > self.span.end_ns

    def begin(self, _time_ns: int) -> None:
        """Open the recording, at its own start, and start its clock: what came before took as long as it took."""
        self._go_on_from(self._checkpoints[0])
        self.clock.set(time_ns=self.span.start_ns, paused=False)

    def control(self, action: str, value: float | None = None) -> None:
        """pause, resume, speed (value: 0.25..60), seek (value: seconds UTC). Raises SettingError for anything else."""
        if action in ("pause", "resume"):
            self.clock.set(paused=action == "pause")
        elif action == "speed" and value is not None and SPEED_MIN <= value <= SPEED_MAX:
            self.clock.set(speed=value)
        elif action == "seek" and value is not None and self.span.start_ns <= value * 1e9 <= self.span.end_ns:
            with self._lock:
                self._seek_ns = round(value * 1e9)
        else:
            message = (
                f"control: {action!r} with {value!r} is not possible; send pause, resume, speed ({SPEED_MIN:g} to "
                f"{SPEED_MAX:g}) or seek ({self.span.start_ns / 1e9:.0f} to {self.span.end_ns / 1e9:.0f}, seconds UTC)"
            )
            raise SettingError(message)
        self.bell.ring()

    def checkpoint(self, dump: bytes) -> None:
        """Keep what is known now, so that a leap back to a later moment than this need not begin at the start."""
        if self._played_ns <= self._checkpoints[-1].time_ns:
            return
        self._checkpoints.append(_Checkpoint(self._played_ns, self._played, self._tick_ns, dump))
        if len(self._checkpoints) > CHECKPOINTS_MAX:
            del self._checkpoints[1::2]

    def take(self, wait_s: float) -> Sequence[Item | Anew]:
        """The items whose time has come, waiting at most `wait_s` for the first."""
        with self._lock:
            target, self._seek_ns = self._seek_ns, None
        if target is not None and (anew := self._seek(target)):
            return [anew]
        self._hold_clock()
        if self.ended:
            self.clock.set(time_ns=min(self.clock.now_ns(), self.span.end_ns), paused=True)
        next_ns = self._next_ns()
        if next_ns > self.clock.now_ns():
            self.bell.wait(min(wait_s, self.clock.seconds_until(next_ns)))
        return self._due(min(self.clock.now_ns(), max(next_ns, self._played_ns) + BATCH_NS, self.span.end_ns))

    def receipts(self) -> list[Receipt]:
        """Nobody waits for a recording to be kept."""
        return []

    def rest(self) -> list[Item]:
        """On a stop nothing is waiting to be saved: the recording still has it."""
        return []

    def _seek(self, target_ns: int) -> Anew | None:
        self._leap_to_ns = target_ns
        self.clock.set(time_ns=target_ns)
        index = bisect_right(self._checkpoints, target_ns, key=lambda point: point.time_ns) - 1
        point = self._checkpoints[index]
        if point.time_ns <= self._played_ns <= target_ns:
            return None  # forward: what lies between is thought through without waiting
        self._go_on_from(point)
        return Anew(point.time_ns, "playback went to another moment", point.dump)

    def _hold_clock(self) -> None:
        """Where thinking has fallen behind the clock, set the clock back to it; a leap is meant to be behind."""
        behind_ns = self.clock.now_ns() - self._played_ns
        allowed_ns = round(BEHIND_S * max(1.0, self.clock.speed) * SECOND_NS) + BATCH_NS
        if self._leap_to_ns <= self._played_ns and behind_ns > allowed_ns and not self.ended:
            self.held_up += 1
            self.clock.set(time_ns=self._played_ns)

    def _next_ns(self) -> int:
        if self.ended:
            return 2**62
        return min(self._tick_ns, self._head.received_ns) if self._head else self._tick_ns

    def _due(self, now_ns: int) -> list[Item | Anew]:
        """The scans and ticks up to `now_ns`; what was received at a tick's own nanosecond comes after it."""
        items: list[Item | Anew] = []
        while self._next_ns() <= now_ns:
            if self._head is not None and self._head.received_ns < self._tick_ns:
                items.append(self._head)
                self._head = next(self._rest, None)
                self._played += 1
            else:
                items.append(Tick(self._tick_ns))
                self._tick_ns += SECOND_NS
        self._played_ns = max(self._played_ns, now_ns)
        return items
