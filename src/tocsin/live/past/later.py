"""A past moment as it is known now: with the minute that came after it, and with what came late."""

from collections.abc import Callable
from dataclasses import replace

from tocsin import wire
from tocsin.errors import LedgerError
from tocsin.ledger.disk.format import ANEW, DUMP
from tocsin.ledger.reader import ITEMS, Reader
from tocsin.messages import Picture, Scan, Tick
from tocsin.pipeline import State
from tocsin.tracking.tracker import Tracker

AFTER_S = 60  # what comes later than this tells little of where a thing was
WARM_DUMPS = 2  # back from the moment: smoothing wants a past, too
_BEFORE = "SELECT number FROM marks WHERE kind = ? AND time_ns <= ? ORDER BY time_ns DESC, number DESC LIMIT ?"


def known_now(reader: Reader, time_ns: int, alive: Callable[[], bool] = lambda: True) -> Picture:
    """The smoothed picture of the whole second at `time_ns`. Raises LedgerError where nothing is kept.

    The tracker works the evidence again from a dump before, with a smoother of AFTER_S ticks; hand work as of then.
    """
    dumps = [int(row[0]) for row in reader.ask(_BEFORE, DUMP, time_ns, WARM_DUMPS)]
    if not dumps:
        message = f"nothing is kept of {time_ns / 1e9:.0f} s UTC: ask for a moment between the bounds of /api/ledger"
        raise LedgerError(message)
    state = State.load(reader.entry(dumps[-1]).body or b"")
    tracker = Tracker.load(state.settings, state.tracker.dump(), lag=AFTER_S)
    found: Picture | None = None
    for entry in reader.entries(dumps[-1] + 1):
        if entry.kind == ANEW or not alive():
            break
        if entry.kind not in ITEMS or entry.body is None:
            continue
        item = wire.decode(entry.kind, entry.format, entry.body)
        if isinstance(item, Scan):
            tracker.advance(item)
        elif isinstance(item, Tick):
            tracker.tick(item.time_ns)
            found = _at(tracker.smoothed(item.time_ns), time_ns) or found
            if found is not None or item.time_ns > time_ns + 2 * AFTER_S * 1_000_000_000:
                break
    found = found or _at(tracker.smoothed_rest(), time_ns)
    if found is None:
        message = (
            f"{time_ns / 1e9:.0f} s UTC is too near to the present, or nothing was thought then: try another moment"
        )
        raise LedgerError(message)
    marks = tuple(state.marks.get(int(number), "") for number in found.track)
    return state.book.laid(replace(found, mark=marks))


def _at(pictures: tuple[Picture, ...], time_ns: int) -> Picture | None:
    """The first one from a moment on, within a second of it."""
    from_then = [one for one in pictures if 0 <= one.time_ns - time_ns < 1_000_000_000]
    return min(from_then, key=lambda one: one.time_ns, default=None)
