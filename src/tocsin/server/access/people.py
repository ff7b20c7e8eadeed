"""The people who may sign in: name, role, password hash. Kept in SQLite beside the ledger, readable by the owner only.

There is no default person and no default password. Passwords are hashed with argon2id (RFC 9106, the library's
defaults: 3 passes over 64 MiB); tokens and links are 256 random bits, of which only the SHA-256 is kept.
"""

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from tocsin.errors import SettingError
from tocsin.server.access.roles import Role

PASSWORD_MIN, PASSWORD_MAX = 12, 1024  # length only: composition rules make passwords worse (NIST SP 800-63B)
NAME_MAX = 80
FEED_TOKEN_PREFIX = "tcs_"  # noqa: S105  a mark by which scanners find leaked tokens, and no secret
_SCHEMA = """
CREATE TABLE IF NOT EXISTS person(name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT, disabled INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS session(
    hash BLOB PRIMARY KEY, name TEXT NOT NULL, begun_ns INTEGER NOT NULL, seen_ns INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS link(hash BLOB PRIMARY KEY, name TEXT NOT NULL, until_ns INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS feed_token(hash BLOB PRIMARY KEY, feed TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reading(
    time_ns INTEGER NOT NULL, name TEXT NOT NULL, session TEXT NOT NULL, what TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY(time_ns, name, session, what)) WITHOUT ROWID;
"""


def new_token() -> str:
    """256 random bits that fit into a link, a cookie and a header."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is kept of a token: it is random, so a plain hash cannot be guessed backward."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in."""

    name: str
    role: Role
    disabled: bool = False
    has_password: bool = False


class People:
    """The store. Every method may be called from any thread; each is one transaction."""

    def __init__(self, path: Path, hasher: PasswordHasher | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
        self._lock = threading.Lock()
        self._hasher = hasher or PasswordHasher()
        # Verified against when nobody has the name, so that the answer takes as long as for somebody who has.
        self._nobody = self._hasher.hash(new_token())
        self._connection = apsw.Connection(str(path))
        self._connection.set_busy_timeout(5_000)
        self._connection.pragma("journal_mode", "wal")
        self._connection.pragma("synchronous", "FULL")
        self._connection.execute(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """The connection, for one transaction."""
        with self._lock, self._connection:
            yield self._connection

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def all(self) -> list[Person]:
        """Everybody, by name."""
        with self.transaction() as connection:
            rows = connection.execute("SELECT name, role, disabled, password IS NOT NULL FROM person ORDER BY name")
            return [Person(name, Role(role), bool(disabled), bool(has)) for name, role, disabled, has in rows]

    def find(self, name: str) -> Person | None:
        """Somebody, or None."""
        return next((person for person in self.all() if person.name == name), None)

    def admit(self, name: str, role: Role) -> Person:
        """Let somebody in, or give a person another role. They sign in by a link, and may then set a password."""
        if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
            message = f"name {name[:NAME_MAX]!r} cannot be used; give 1 to {NAME_MAX} printable characters"
            raise SettingError(message)
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO person VALUES(?, ?, NULL, 0) "
                "ON CONFLICT(name) DO UPDATE SET role=excluded.role, disabled=0",
                (name, role.value),
            )
        return Person(name, role)

    def disable(self, name: str) -> None:
        """Keep the name, for the evidence that bears it, and let the person in no more."""
        with self.transaction() as connection:
            connection.execute("UPDATE person SET disabled=1 WHERE name=?", (name,))
            connection.execute("DELETE FROM session WHERE name=?", (name,))
            connection.execute("DELETE FROM link WHERE name=?", (name,))

    def set_password(self, name: str, password: str) -> None:
        """Give a person a password. Raises SettingError for one that is too short, too long, or the name itself."""
        if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX or name.lower() in password.lower():
            message = (
                f"this password cannot be used: give {PASSWORD_MIN} to {PASSWORD_MAX} characters without your name"
            )
            raise SettingError(message)
        hashed = self._hasher.hash(password)
        with self.transaction() as connection:
            connection.execute("UPDATE person SET password=? WHERE name=?", (hashed, name))

    def check(self, name: str, password: str) -> Person | None:
        """The person whose name and password these are, or None. Takes about 0.2 s: call it in a worker thread."""
        with self.transaction() as connection:
            row = connection.execute("SELECT password FROM person WHERE name=? AND disabled=0", (name,)).fetchone()
        known = row[0] if row and row[0] else None
        try:
            self._hasher.verify(known or self._nobody, password[:PASSWORD_MAX])
        except VerificationError:
            return None
        return self.find(name) if known else None

    def new_feed_token(self, feed: str) -> str:
        """A new token for one HTTP feed; the one before is void. It is shown once: only its hash is kept."""
        token = FEED_TOKEN_PREFIX + new_token()
        with self.transaction() as connection:
            connection.execute("DELETE FROM feed_token WHERE feed=?", (feed,))
            connection.execute("INSERT INTO feed_token VALUES(?, ?)", (digest(token), feed))
        return token

    def has_feed_token(self, feed: str) -> bool:
        """Whether a token was made for this feed."""
        with self.transaction() as connection:
            return connection.execute("SELECT 1 FROM feed_token WHERE feed=?", (feed,)).fetchone() is not None

    def feed_of(self, token: str) -> str | None:
        """The feed that this token may write to, or None."""
        with self.transaction() as connection:
            row = connection.execute("SELECT feed FROM feed_token WHERE hash=?", (digest(token),)).fetchone()
        return str(row[0]) if row else None
