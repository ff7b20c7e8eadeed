"""Time for a running system: monotonic, disciplined to UTC, int64 nanoseconds; and the ticks, one a second.

Timers run on the monotonic clock alone. UTC is that clock plus an offset, which follows the system's UTC by slewing
at no more than 500 ppm (what NTP's own kernel discipline allows, RFC 5905 section 11.3). A larger difference is a
jump: it is flagged, and followed at once when it leads forward.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tocsin.geo.units import SECOND_NS

SLEW_PPM = 500
JUMP_NS = 500_000_000  # larger than any slew catches within a quarter of an hour; sensors are flagged from 1 s
TICKS_BEHIND_MAX = 10  # after a suspend: one tick for now says it all; 3,600 of them would only hold the picture up


@dataclass(frozen=True, slots=True)
class Jump:
    """The system's UTC left ours by `by_ns` at `time_ns` (ours, before following it)."""

    time_ns: int
    by_ns: int


class Clock(Protocol):
    """What thinking is paced by: UTC when live, the recording's own time in playback."""

    def now_ns(self) -> int:
        """Now, in nanoseconds UTC."""
        ...

    def seconds_until(self, time_ns: int) -> float:
        """How many real seconds until then: negative when past, infinite when time stands still."""
        ...

    @property
    def pace(self) -> float:
        """Its seconds for a real one: 1 when live, 0 when time stands still."""
        ...


class UtcClock:
    """Monotonic time disciplined to UTC. It never runs backward but at a jump back, which `discipline` returns.

    `discipline()` is called about once a second. Safe to read from any thread.
    """

    def __init__(
        self, wall_ns: Callable[[], int] = time.time_ns, monotonic_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._lock = threading.Lock()
        self._monotonic = monotonic_ns()
        self._utc = wall_ns()
        self._slew_ppm = 0
        self.jumps = 0
        self.difference_ns = 0

    def _read(self, monotonic: int) -> int:
        passed = monotonic - self._monotonic
        return self._utc + passed + passed * self._slew_ppm // 1_000_000

    def now_ns(self) -> int:
        """Now, in nanoseconds UTC."""
        with self._lock:
            return self._read(self._monotonic_ns())

    def seconds_until(self, time_ns: int) -> float:
        """Real seconds until `time_ns`; negative when it is past."""
        return (time_ns - self.now_ns()) / SECOND_NS

    @property
    def pace(self) -> float:
        """UTC passes as it does."""
        return 1.0

    def discipline(self) -> Jump | None:
        """Compare with the system's UTC; slew towards it, or follow a jump and return it."""
        with self._lock:
            monotonic, wall = self._monotonic_ns(), self._wall_ns()
            ours = self._read(monotonic)
            self._monotonic, self._utc = monotonic, ours
            self.difference_ns = wall - ours
            if abs(self.difference_ns) < JUMP_NS:
                # towards the difference within about a second, bounded by what a kernel's own discipline would do
                self._slew_ppm = max(-SLEW_PPM, min(SLEW_PPM, self.difference_ns // 1000))
                return None
            self._utc, self._slew_ppm = wall, 0
            self.jumps += 1
            return Jump(ours, self.difference_ns)


class Ticks:
    """The whole seconds that have passed: each is due once. After a long gap the missed ones fold into the last."""

    def __init__(self, now_ns: int) -> None:
        self.folded = 0
        self.begin(now_ns)

    def begin(self, now_ns: int) -> None:
        """Count from the first whole second after `now_ns`."""
        self.next_ns = (now_ns // SECOND_NS + 1) * SECOND_NS

    def due(self, now_ns: int) -> list[int]:
        """The ticks due by `now_ns`, in order."""
        last = now_ns // SECOND_NS * SECOND_NS
        waiting = (last - self.next_ns) // SECOND_NS + 1
        if waiting <= 0:
            return []
        first = self.next_ns
        if waiting > TICKS_BEHIND_MAX:
            self.folded += waiting - 1
            first = last
        self.next_ns = last + SECOND_NS
        return list(range(first, last + 1, SECOND_NS))
