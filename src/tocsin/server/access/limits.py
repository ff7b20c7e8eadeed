"""How often one may try to sign in: guessing must be slow, from one address and against one name."""

from collections.abc import Callable
from dataclasses import dataclass, field

TRIES = 10
WINDOW_S = 60.0
KEYS_MAX = 10_000  # more than this many at once is an attack in itself; the oldest are forgotten


@dataclass(slots=True)
class Limits:
    """Ten failed tries a minute for each key. `seconds` is a monotonic clock."""

    seconds: Callable[[], float]
    _failed: dict[str, list[float]] = field(default_factory=dict)

    def wait_s(self, *keys: str) -> float:
        """How long to wait before another try: 0 when now is fine."""
        now = self.seconds()
        waits = [0.0]
        for key in keys:
            recent = [when for when in self._failed.get(key, ()) if now - when < WINDOW_S]
            if len(recent) >= TRIES:
                waits.append(recent[-TRIES] + WINDOW_S - now)
        return max(waits)

    def failed(self, *keys: str) -> None:
        """Note a failed try."""
        now = self.seconds()
        for key in keys:
            recent = [when for when in self._failed.pop(key, ()) if now - when < WINDOW_S]
            self._failed[key] = [*recent, now][-TRIES:]
        while len(self._failed) > KEYS_MAX:
            del self._failed[next(iter(self._failed))]
