"""Which ledger entries a stage change rests on: the scans with the detections that made its tracks, and the Tick.

Thinking knows no numbers of entries: they are given when something is written. So what a decision rests on is written
down beside it, once it is durable, as an entry of its own kind. It is JSON, for who verifies a dossier without tocsin;
a replay decides the same without it.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.ledger.disk.format import GROUNDS
from tocsin.ledger.plan import Committed, Record
from tocsin.ledger.reader import Reader
from tocsin.live.thinking import Thinking
from tocsin.messages import Alert, Scan, Step

SCANS_KEPT: Final = 4_000  # of each sensor: minutes of the busiest one
TRACKS_MOST: Final = 5  # of each decision are told of, the most dangerous first
ASKED_MOST: Final = 20  # tracks that are looked up for one Tick: in a raid all places change at once
DETECTIONS_MOST: Final = 20  # of each track, the newest
EVENTS_KEPT: Final = 2_000
_NEWEST = "SELECT number FROM marks WHERE kind = ? AND time_ns <= ? ORDER BY number DESC LIMIT ?"

Made = tuple[tuple[int, str, float], ...]  # time in ns, sensor and weight of detections


@dataclass(slots=True)
class _Batch:
    """Of one submission: where in it scans and decisions are."""

    scans: list[tuple[int, str, int, int]] = field(default_factory=list)  # index, sensor, first and last detection
    decisions: list[tuple[int, int, Alert, Mapping[int, Made]]] = field(default_factory=list)  # index, its Tick's


@dataclass(slots=True)
class Grounds:
    """`of` is anybody's, the rest the thinking thread's. `names`: what a source is called here."""

    names: Mapping[str, str] = field(default_factory=dict)
    _batch: _Batch = field(default_factory=_Batch)
    _scans: dict[str, deque[tuple[int, int, int]]] = field(default_factory=dict)
    _due: deque[Record] = field(default_factory=deque)
    _said: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def scan(self, index: int, scan: Scan) -> None:
        """A scan is record `index` of the submission that is being made."""
        rows, sweeps = scan.detections, scan.sweeps
        if not len(rows):
            return
        sensor = sweeps.sensor[rows.sweep]
        for one in np.unique(sensor).tolist():
            times = rows.time_ns[sensor == one]
            name = scan.sensors[one]
            self._batch.scans.append((index, self.names.get(name, name), int(times.min()), int(times.max())))

    def decided(self, index: int, step: Step, records: Sequence[Record], thinking: Thinking) -> None:
        """A step's item is record `index`, and `records` are what was decided, after it."""
        changed = [alert for alert in step.alerts if alert.stage != alert.before]
        places = [k for k, record in enumerate(records) if record.kind == "alert"]
        asked: dict[int, Made] = {}
        for k, alert in zip(places, changed, strict=False):
            for reason in alert.reasons[:TRACKS_MOST]:
                if reason.track not in asked and len(asked) < ASKED_MOST:
                    asked[reason.track] = _made(thinking, reason.track)
            mine = {reason.track: asked.get(reason.track, ()) for reason in alert.reasons[:TRACKS_MOST]}
            self._batch.decisions.append((index + 1 + k, index, alert, mine))

    def submitted(self, done: "Future[Committed]") -> None:
        """All that was noted so far was submitted together."""
        batch, self._batch = self._batch, _Batch()
        if batch.scans or batch.decisions:
            done.add_done_callback(lambda done: self._numbered(batch, done))

    def _numbered(self, batch: _Batch, done: "Future[Committed]") -> None:
        """In the ledger's thread: entries have their numbers. Where some found no room, none can be told."""
        if done.exception() is not None or done.result().refused:
            return
        first = done.result().first
        for index, sensor, from_ns, to_ns in batch.scans:
            self._scans.setdefault(sensor, deque(maxlen=SCANS_KEPT)).append((from_ns, to_ns, first + index))
        for index, tick, alert, made in batch.decisions:
            told = self._told(alert, first + index, first + tick, made)
            self._due.append(Record(GROUNDS, alert.time_ns, msgspec.json.encode(told)))
            with self._lock:
                self._said[alert.event] = _words(told)
                while len(self._said) > EVENTS_KEPT:
                    self._said.popitem(last=False)

    def _told(self, alert: Alert, number: int, tick: int, made: Mapping[int, Made]) -> dict[str, object]:
        reasons = []
        for reason in alert.reasons[:TRACKS_MOST]:
            rows: list[tuple[float, str, float, int]] = [
                (time_ns / SECOND_NS, sensor, weight, self._entry(sensor, time_ns))
                for time_ns, sensor, weight in made[reason.track]
            ]
            entries = sorted({number for *_, number in rows if number})
            known = {"track": reason.track, "kind": reason.kind, "danger": reason.danger, "held": reason.held}
            reasons.append({**known, "entries": entries, "detections": rows})
        return {
            "place": alert.place,
            "event": alert.event,
            "before": alert.before,
            "stage": alert.stage,
            "rule": alert.rule,
            "time": alert.time_ns / SECOND_NS,
            "alert": number,
            "tick": tick,
            "reasons": reasons,
        }

    def _entry(self, sensor: str, time_ns: int) -> int:
        """The entry with that detection; 0: it is not known any more."""
        for from_ns, to_ns, number in reversed(self._scans.get(sensor, ())):
            if from_ns <= time_ns <= to_ns:
                return number
        return 0

    def due(self) -> list[Record]:
        """What is to be written."""
        return [self._due.popleft() for _ in range(len(self._due))]

    def of(self, event: str) -> str:
        """The entries that the last change of an event rests on, in words; "" where none are known."""
        with self._lock:
            return self._said.get(event, "")


def _made(thinking: Thinking, track: int) -> Made:
    """The newest detections of a track."""
    told = thinking.explain(track)
    rows = range(max(0, len(told) - DETECTIONS_MOST), len(told))
    return tuple((int(told.time_ns[k]), told.sensors[int(told.sensor[k])], float(told.weight[k])) for k in rows)


def _words(told: Mapping[str, object]) -> str:
    reasons: Sequence[Mapping[str, Sequence[int]]] = told["reasons"]  # type: ignore[assignment]
    scans = sorted({number for reason in reasons for number in reason["entries"]})
    made = f", detections in {', '.join(map(str, scans[-DETECTIONS_MOST:]))}" if scans else ""
    return f"ledger entry {told['alert']}, decided by {told['tick']}{made}"


def grounds_at(reader: Reader, time_ns: int, most: int) -> list[Mapping[str, object]]:
    """What stage changes until a time rest on, the newest first; each with the number of its own entry. Slow."""
    found: list[Mapping[str, object]] = []
    for (number,) in reader.ask(_NEWEST, GROUNDS, time_ns, most):
        entry = reader.entry(int(number))
        if entry.body is not None:
            told: dict[str, object] = msgspec.json.decode(entry.body)
            found.append({"entry": entry.number, **told})
    return found
