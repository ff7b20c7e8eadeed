"""Moments and names as CAP writes them: UTC is -00:00, never Z (CAP 1.2, 3.3.2); names hold no space, comma, < or &."""

from datetime import UTC, datetime, timedelta, tzinfo

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Statement

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:@+")


def stamp(time_ns: int) -> str:
    """A time in ns UTC as "2031-02-11T01:40:00-00:00", rounded down to the second. UTC, so that a reference to a
    message is written as that message was, on both sides of a change to summer time.
    """
    moment = EPOCH + timedelta(seconds=time_ns // SECOND_NS)
    return f"{moment:%Y-%m-%dT%H:%M:%S}-00:00"


def moment_ns(text: str) -> int:
    """The time of a CAP dateTime in ns UTC. Raises ValueError where it is none, or has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND_NS + since.microseconds * 1_000


def clock(time_ns: int, zone: tzinfo) -> tuple[str, str]:
    """What people read: "03:40" and the name of the zone, such as "EET"."""
    local = (EPOCH + timedelta(seconds=time_ns // SECOND_NS)).astimezone(zone)
    return f"{local:%H:%M}", local.tzname() or f"{local:%z}"


def name(text: str) -> str:
    """An identifier as CAP and a path of HTTP may hold it; two that differ stay different. "a b" becomes "a~20b"."""
    parts = (
        letter if letter in PLAIN else "".join(f"~{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
        for letter in text
    )
    return "".join(parts)


def sent_ns(statement: Statement) -> int:
    """When a statement is sent: when it was released; of a draft, to look at: since when it stands."""
    return statement.released_ns or statement.time_ns
