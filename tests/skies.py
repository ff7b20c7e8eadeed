"""For tests of the running system: scans of one row, a thinking that only counts, a clock moved by hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tocsin.alerts.release.desk import Desk
from tocsin.ends import Outlook
from tocsin.messages import (
    Answer,
    Detections,
    Explanation,
    Health,
    Item,
    Notice,
    Order,
    Packet,
    Picture,
    Scan,
    Step,
    Sweeps,
    Tick,
    freeze,
)
from tocsin.models.account import SensorAccount

SECOND_NS = 1_000_000_000
START_NS = 1_800_000_000 * SECOND_NS
POISON = "poison"


def scan(feed: str, received_ns: int, rows: int = 1, delay_ns: int = 0) -> Scan:
    """`rows` detections of sensor "<feed>", measured `delay_ns` before they came."""
    times = np.full(rows, received_ns - delay_ns, np.int64)
    one = np.full(1, received_ns, np.int64)
    nan = np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), one - one, one, one, nan, nan.copy(), np.zeros(1, np.bool_))
    received = np.full(rows, received_ns, np.int64)
    made = Scan(feed, received_ns, (feed,), sweeps, Detections(np.zeros(rows, np.int32), times, received))
    freeze(made)
    return made


def picture(time_ns: int, tracks: Sequence[int] = (), **columns: object) -> Picture:
    """A picture on the earth with these track numbers, all at 57 N 21 E and 3,000 m; `columns` replace any."""
    n = len(tracks)
    zeros, ints = np.zeros(n), np.zeros(n, np.int64)
    position = np.tile([3_252_000.0, 1_248_300.0, 5_328_000.0], (n, 1)) if n else np.zeros((0, 3))
    covariance = np.zeros((n, 21))
    covariance[:, [0, 6, 11]] = 100.0
    made: dict[str, object] = {
        "time_ns": time_ns,
        "frame": "earth",
        "track": np.array(tracks, np.int64),
        "position_m": position,
        "velocity_mps": np.zeros((n, 3)),
        "covariance": covariance,
        "existence": zeros + 0.95,
        "state": np.ones(n, np.uint8),
        "born_ns": ints + time_ns,
        "last_detection_ns": ints + time_ns,
        "last_sensor": np.zeros(n, np.int32),
        "detections": ints + 5,
        "continues": ints - 1,
        "continues_probability": zeros,
        "swapped": ints - 1,
        "group_min": np.ones(n, np.int32),
        "class_index": np.zeros(n, np.int32),
        "class_confidence": zeros,
        "corroborated": np.ones(n, np.bool_),
        "identity": (None,) * n,
        "callsign": (None,) * n,
        "mark": ("",) * n,
        "sensors": ("radar",),
        "classes": ("unknown",),
        "ended": np.zeros(0, np.int64),
    }
    return Picture(**(made | columns))  # type: ignore[arg-type]


@dataclass(slots=True)
class Counting:
    """A thinking that counts detections by feed, and fails on every scan of the feed "poison" that has detections."""

    seen: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    answers: dict[str, bool] = field(default_factory=dict)
    ticks: int = 0
    begun: int = 0
    edited: bool = False  # the site file was changed since

    def changed(self) -> bool:
        return self.edited

    def renewed(self) -> bytes:
        return Counting().dump()

    def begin(self, dump: bytes | None) -> None:
        known: dict[str, Any] = {"seen": {}, "refused": {}, "answers": {}, "ticks": 0}
        known |= json.loads(dump) if dump else {}
        self.seen, self.refused = known["seen"], known["refused"]
        self.answers, self.ticks = known["answers"], known["ticks"]
        self.begun += 1

    def dump(self) -> bytes:
        known = {"seen": self.seen, "refused": self.refused, "answers": self.answers, "ticks": self.ticks}
        return json.dumps(known).encode()

    def ahead(self, items: Sequence[Item]) -> None:
        """Each is worked in by its own advance."""

    def advance(self, item: Item) -> Step:
        if isinstance(item, Scan):
            self.seen[item.feed] = self.seen.get(item.feed, 0) + len(item.detections)
            for refusal in item.refusals:
                self.refused[refusal.reason] = self.refused.get(refusal.reason, 0) + refusal.count
            if item.feed == POISON and len(item.detections):
                raise ZeroDivisionError("the poison works")
            return Step(item.received_ns)
        if isinstance(item, Tick):
            self.ticks += 1
            notice = Notice(item.time_ns, "tick", str(self.ticks), "")
            health = Health(item.time_ns, (), (), counters={"ticks": self.ticks})
            return Step(item.time_ns, (notice,), picture=self.look(item.time_ns), health=health, digest=self.dump())
        return self._order(item)

    def _order(self, order: Order) -> Step:
        if order.action == POISON:
            self.answers["half"] = True
            raise ZeroDivisionError("the poison works")
        self.answers[order.key] = True
        return Step(order.time_ns, answers=(Answer(order.time_ns, order.key, accepted=True, reason="done"),))

    def hurry(self, taken_ns: int) -> Tick | None:  # noqa: ARG002
        """Nothing is urgent."""
        return None

    def desk(self) -> Desk | None:
        """Nobody releases anything."""
        return None

    def outlook(self, picture: Picture | None = None, chosen: tuple[int, ...] = ()) -> Outlook | None:  # noqa: ARG002
        """Nothing is forecast."""
        return None

    def explain(self, track: int) -> Explanation:
        none = np.zeros(0)
        return Explanation(track, none.astype(np.int64), none.astype(np.int32), none, {}, (), {}, {})

    def account(self, sensor: str) -> SensorAccount:
        raise KeyError(sensor)  # it counts, and believes nothing of its sensors

    def look(self, time_ns: int) -> Picture:
        return picture(time_ns, range(1, sum(self.seen.values()) + 1))


@dataclass(slots=True)
class HandClock:
    """A clock that stands where it was put."""

    time_ns: int = START_NS

    def now_ns(self) -> int:
        return self.time_ns

    @property
    def pace(self) -> float:
        """It stands still between what the test says."""
        return 0.0

    def seconds_until(self, time_ns: int) -> float:
        return (time_ns - self.time_ns) / SECOND_NS


@dataclass(slots=True)
class Rows:
    """A decoder: each byte of a packet is a detection; a packet of "!" makes it fail."""

    feed: str

    def decode(self, packets: Sequence[Packet]) -> Scan:
        data = b"".join(packet.data for packet in packets)
        if b"!" in data:
            raise ValueError("an exclamation mark")
        return scan(self.feed, packets[-1].received_ns, len(data))
