"""The next event in the evidence, or the one before: a stage of a place, a sensor, an order, what was said."""

from collections.abc import Iterator, Mapping

from tocsin import wire
from tocsin.ledger.disk.format import DUMP, STATEMENT
from tocsin.ledger.reader import Reader
from tocsin.messages import Alert, Entry, Notice, Order, Statement

NOTICES = frozenset({"stage", "sensor", "place"})
KINDS = frozenset({"alert", "notice", "order", STATEMENT})
LOOKED_MAX = 200_000  # entries: an hour of a busy sky; further away nobody means "next"
DUMPS_MAX = 60  # steps back, of a minute each
_BEFORE = "SELECT number FROM marks WHERE kind = ? AND time_ns <= ? ORDER BY time_ns DESC, number DESC LIMIT ?"


def event_from(reader: Reader, time_ns: int, way: int) -> Mapping[str, object]:
    """{"time", "text"} of the first event after a time (`way` 1) or the last before it (-1); empty: there is none."""
    dumps = [int(row[0]) for row in reader.ask(_BEFORE, DUMP, time_ns, DUMPS_MAX)]
    if way > 0:
        for when_ns, text in _events(reader, dumps[0] if dumps else 1, LOOKED_MAX):
            if when_ns > time_ns:
                return {"time": when_ns / 1e9, "text": text}
        return {}
    for first in dumps or [1]:
        found = [(when, text) for when, text in _until(reader, first, time_ns) if when < time_ns]
        if found:
            return {"time": found[-1][0] / 1e9, "text": found[-1][1]}
    return {}


def _until(reader: Reader, first: int, time_ns: int) -> Iterator[tuple[int, str]]:
    for when, text in _events(reader, first, LOOKED_MAX):
        if when >= time_ns:
            return
        yield when, text


def _events(reader: Reader, first: int, most: int) -> Iterator[tuple[int, str]]:
    for count, entry in enumerate(reader.entries(first)):
        if count > most:
            return
        if entry.kind in KINDS and entry.body is not None:
            text = _told(entry)
            if text:
                yield entry.time_ns, text


def _told(entry: Entry) -> str:
    """What happened, in a line; empty where it is no event."""
    said = wire.decode(entry.kind, entry.format, entry.body or b"")
    match said:
        case Alert():
            return f"{said.place}: {said.before} -> {said.stage}"
        case Notice() if said.kind in NOTICES:
            return f"{said.subject}: {said.text}"
        case Order():
            return f"{said.person}: {said.action} {said.subject}"
        case Statement() if said.state == "released":
            return f"{said.place}: {said.kind} released"
        case _:
            return ""
