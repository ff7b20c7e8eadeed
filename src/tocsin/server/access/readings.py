"""Who looked at what, and when: a leak can be followed, and people know that it can.

One line for each session and route in a minute. Written once a minute; kept for 30 days, since it is about persons.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from tocsin.server.access.people import People

MINUTE_NS = 60_000_000_000
KEPT_NS = 30 * 24 * 60 * MINUTE_NS
WAITING_MAX = 100_000  # more at once in one minute is an attack; the rest is counted under one name
OVERFLOW = "more than can be listed"


@dataclass(frozen=True, slots=True)
class Reading:
    """In the minute from `time_ns` on, somebody's session asked for something so often."""

    time_ns: int
    name: str
    session: str
    what: str
    times: int


@dataclass(slots=True)
class Readings:
    """The log. `now_ns` is UTC."""

    people: People
    now_ns: Callable[[], int]
    _waiting: dict[tuple[int, str, str, str], int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, name: str, session: str, what: str) -> None:
        """Somebody asked for this."""
        key = self.now_ns() // MINUTE_NS * MINUTE_NS, name, session, what
        with self._lock:
            if key not in self._waiting and len(self._waiting) >= WAITING_MAX:
                key = key[0], OVERFLOW, "", ""
            self._waiting[key] = self._waiting.get(key, 0) + 1

    def flush(self) -> None:
        """Write what waits, and forget what is older than 30 days. It takes a disk's time."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        with self.people.transaction() as connection:
            connection.executemany(
                "INSERT INTO reading VALUES(?, ?, ?, ?, ?) "
                "ON CONFLICT(time_ns, name, session, what) DO UPDATE SET times=times+excluded.times",
                [(*key, times) for key, times in waiting.items()],
            )
            connection.execute("DELETE FROM reading WHERE time_ns < ?", (self.now_ns() - KEPT_NS,))

    def since(self, time_ns: int, limit: int) -> list[Reading]:
        """The newest ones, newest first."""
        self.flush()
        sql = "SELECT time_ns, name, session, what, times FROM reading WHERE time_ns >= ? ORDER BY time_ns DESC LIMIT ?"
        with self.people.transaction() as connection:
            return [Reading(*row) for row in connection.execute(sql, (time_ns, limit))]
