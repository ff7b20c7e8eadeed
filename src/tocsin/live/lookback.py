"""Looking back: a picture as it was known at a moment, from a dump before it and the items between.

For one worker thread, with a reader and a thinking of its own. Who plays the past forward asks for one moment after the
other: then it goes on from where it is, and does not load a dump again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin import wire
from tocsin.ends import Outlook
from tocsin.errors import LedgerError
from tocsin.geo.units import SECOND_NS
from tocsin.ledger.disk.format import ANEW, DUMP
from tocsin.ledger.reader import ITEMS, Reader
from tocsin.live.evidence import time_of
from tocsin.live.thinking import Thinking
from tocsin.messages import Entry, Explanation, Item, Picture, Step, Tick
from tocsin.models.account import SensorAccount
from tocsin.server.station import Stood

DUMPS_TRIED = 4
BEYOND_NS = 5 * SECOND_NS  # the newest items may be on their way into the ledger: the picture is predicted so far
_DUMPS = "SELECT number FROM marks WHERE kind = ? AND time_ns <= ? ORDER BY time_ns DESC, number DESC LIMIT ?"


@dataclass(slots=True)
class LookBack:
    """Where in the evidence it stands: behind entry `number`, at `time_ns`, with `ahead` read and not yet worked in."""

    reader: Reader
    thinking: Thinking
    number: int = 0
    time_ns: int = 0
    ahead: Item | None = None
    rest: Iterator[Entry] | None = None
    decided: Step | None = None  # by the newest Tick that was worked in; None: none since the dump

    def picture_at(self, time_ns: int) -> Picture:
        """The picture as it was known at `time_ns`. Raises LedgerError where nothing is kept.

        Where a playback went to and fro, the dump nearest in time is tried first: the same moment was thought alike.
        """
        for row in self.reader.ask(_DUMPS, DUMP, time_ns, DUMPS_TRIED):
            on_the_way = self.rest is not None and self.number >= row[0] and self.time_ns <= time_ns
            if on_the_way and self._reach(time_ns):
                return self.thinking.look(time_ns)
            self._load(self.reader.entry(row[0]))
            if self._reach(time_ns):
                return self.thinking.look(time_ns)
        message = f"nothing is kept of {time_ns / 1e9:.0f} s UTC: ask for a moment between the bounds of /api/ledger"
        raise LedgerError(message)

    def stood_at(self, time_ns: int) -> Stood:
        """How places stood and what was said, as it was decided by `time_ns`. Raises LedgerError where nothing is kept.

        A dump holds what comes next, not what was decided last: a moment right behind one is reached from further back.
        """
        self.picture_at(time_ns)
        if self.decided is None:
            for row in self.reader.ask(_DUMPS, DUMP, time_ns - SECOND_NS, DUMPS_TRIED):
                self._load(self.reader.entry(row[0]))
                if self._reach(time_ns):
                    break
            else:
                self.picture_at(time_ns)
        decided = self.decided or Step(time_ns)
        return Stood(decided.health, decided.alerts, self.thinking.desk())

    def explain_at(self, track: int, time_ns: int) -> Explanation:
        """Which detections made a track, as it was known at `time_ns`. Raises LedgerError where nothing is kept."""
        self.picture_at(time_ns)
        return self.thinking.explain(track)

    def account_at(self, sensor: str, time_ns: int) -> SensorAccount:
        """What was believed of a sensor at `time_ns`, and why. Raises LedgerError, or KeyError for an unknown one."""
        self.picture_at(time_ns)
        return self.thinking.account(sensor)

    def outlook_at(self, tracks: tuple[int, ...], time_ns: int) -> Outlook:
        """Where these tracks could have gone from there, as forecast at `time_ns`. Raises LedgerError as the others."""
        return self.thinking.outlook(self.picture_at(time_ns), tracks) or Outlook(time_ns)

    def _load(self, dump: Entry) -> None:
        self.thinking.begin(dump.body)
        self.number, self.time_ns, self.ahead, self.decided = dump.number, dump.time_ns, None, None
        self.rest = self.reader.entries(dump.number + 1)

    def _reach(self, time_ns: int) -> bool:
        """Work in what was known by then; False when the evidence goes another way before that."""
        while (item := self._next()) is not None:
            if time_of(item) > time_ns:
                self.ahead = item
                self.time_ns = time_ns
                return True
            step = self.thinking.advance(item)
            self.decided = step if isinstance(item, Tick) else self.decided
            self.time_ns = max(self.time_ns, time_of(item))
            if isinstance(item, Tick) and item.time_ns == time_ns:
                return True  # whatever came after it in the same nanosecond was not known at the tick
        ended, self.rest = self.rest is not None, None
        return ended and time_ns <= self.time_ns + BEYOND_NS

    def _next(self) -> Item | None:
        """The next item; None at the end, where `rest` stays, and where time began anew, where it goes."""
        if self.ahead is not None:
            item, self.ahead = self.ahead, None
            return item
        for entry in self.rest or ():
            self.number = entry.number
            if entry.kind == ANEW:
                self.rest = None
                return None
            if entry.kind in ITEMS and entry.body is not None:
                found: Item = wire.decode(entry.kind, entry.format, entry.body)
                return found
        return None
