"""Sessions and one-time links. Only hashes are kept, so that a stolen file opens nothing.

A link is `/#t=<token>`: the part behind # never reaches a server log or a Referer. It works once, for ten minutes.
A session ends when signed out, after an hour without use, and after twelve hours in any case (one long shift).
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from tocsin.errors import SettingError
from tocsin.geo.units import SECOND_NS
from tocsin.server.access.people import People, Person, digest, new_token

LINK_S = 600
IDLE_S = 3_600
ABSOLUTE_S = 43_200


@dataclass(slots=True)
class Session:
    """One person, signed in. `hash` names it without being able to open it."""

    hash: bytes
    person: Person
    begun_ns: int
    seen_ns: int

    @property
    def mark(self) -> str:
        """Names it to a person: in the watermark and in the log of readings."""
        return self.hash[:4].hex()


class Sessions:
    """Who is signed in. `now_ns` is UTC. `ended` is told the hash of each session that ends, so that sockets close."""

    def __init__(self, people: People, now_ns: Callable[[], int], ended: Callable[[bytes], None]) -> None:
        self._people, self.now_ns, self._ended = people, now_ns, ended
        self._lock = Lock()
        self._open: dict[bytes, Session] = {}
        with people.transaction() as connection:
            rows: list[Any] = connection.execute("SELECT hash, name, begun_ns, seen_ns FROM session").fetchall()
        for key, name, begun_ns, seen_ns in rows:
            if (person := people.find(name)) and not person.disabled:
                self._open[key] = Session(key, person, begun_ns, seen_ns)

    def new_link(self, name: str) -> str:
        """A one-time token for somebody. Raises SettingError when nobody has that name."""
        person = self._people.find(name)
        if person is None or person.disabled:
            raise SettingError(f"nobody who may sign in is called {name!r}; admit them first")
        token = new_token()
        now_ns = self.now_ns()
        with self._people.transaction() as connection:
            connection.execute("DELETE FROM link WHERE until_ns < ?", (now_ns,))
            connection.execute("INSERT INTO link VALUES(?, ?, ?)", (digest(token), name, now_ns + LINK_S * SECOND_NS))
        return token

    def redeem(self, token: str) -> tuple[str, Session] | None:
        """A session for a one-time token, or None: unknown, used or too old. The cookie's value comes with it."""
        with self._people.transaction() as connection:  # deleted as it is read: two redeemers cannot both succeed
            row = connection.execute(
                "DELETE FROM link WHERE hash=? RETURNING name, until_ns", (digest(token),)
            ).fetchone()
        if row is None or row[1] < self.now_ns():
            return None
        person = self._people.find(row[0])
        return self.begin(person) if person and not person.disabled else None

    def begin(self, person: Person) -> tuple[str, Session]:
        """Sign somebody in: the cookie's value, shown once, and the session."""
        token, now_ns = new_token(), self.now_ns()
        session = Session(digest(token), person, now_ns, now_ns)
        with self._people.transaction() as connection:
            connection.execute("INSERT INTO session VALUES(?, ?, ?, ?)", (session.hash, person.name, now_ns, now_ns))
        with self._lock:
            self._open[session.hash] = session
        return token, session

    def find(self, token: str) -> Session | None:
        """The session of a cookie, marked as used now; None when there is none or its time is over."""
        with self._lock:
            session = self._open.get(digest(token))
        if session is None:
            return None
        if self.over(session):
            self.end(session.hash)
            return None
        session.seen_ns = max(session.seen_ns, self.now_ns())
        return session

    def over(self, session: Session) -> bool:
        """Whether a session's time has run out."""
        now_ns = self.now_ns()
        return now_ns - session.seen_ns > IDLE_S * SECOND_NS or now_ns - session.begun_ns > ABSOLUTE_S * SECOND_NS

    def sweep(self, in_use: frozenset[bytes]) -> None:
        """Called once a minute, off the event loop: an open map is use, too; what is over ends; the rest is written."""
        now_ns = self.now_ns()
        with self._lock:
            sessions = list(self._open.values())
        for session in sessions:
            if session.hash in in_use and not self.over(session):
                session.seen_ns = now_ns
            elif self.over(session):
                self.end(session.hash)
        with self._lock:
            used = [(session.seen_ns, session.hash) for session in self._open.values()]
        with self._people.transaction() as connection:
            connection.executemany("UPDATE session SET seen_ns=? WHERE hash=?", used)

    def end(self, key: bytes) -> None:
        """Sign out."""
        with self._lock:
            self._open.pop(key, None)
        with self._people.transaction() as connection:
            connection.execute("DELETE FROM session WHERE hash=?", (key,))
        self._ended(key)

    def end_all_of(self, name: str) -> None:
        """Sign somebody out everywhere: after a change of role or password, or when let in no more."""
        with self._lock:
            keys = [key for key, session in self._open.items() if session.person.name == name]
        for key in keys:
            self.end(key)
