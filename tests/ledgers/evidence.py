"""Ledgers for tests: a clock that is moved by hand, records, and a small ledger with all that one may hold."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict, Unpack

from tocsin.ledger.plan import Outgoing, Record
from tocsin.ledger.store import Ledger
from tocsin.ledger.writer import Limits
from tocsin.settings import Retention

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
DAY_NS = 86_400 * SECOND_NS
START_NS = 1_750_000_020 * SECOND_NS  # 2025-06-15 15:07:00 UTC, a whole minute
FINGERPRINT = b'{"tocsin": "0.1.0"}'
SMALL = Limits(reserve_bytes=1 << 16, group_s=0.0)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self, now_ns: int = START_NS) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns

    def pass_s(self, seconds: float) -> int:
        self.now_ns += int(seconds * SECOND_NS)
        return self.now_ns


class Options(TypedDict, total=False):
    """What Ledger.open takes besides."""

    retention: Retention
    limits: Limits
    free_bytes: Callable[[], int]
    keep_s: float
    vfs: str


def open_ledger(folder: Path, clock: Callable[[], int] | None = None, **options: Unpack[Options]) -> Ledger:
    """A ledger whose housekeeping is done when the test says so."""
    given: Options = {"keep_s": 0.0, "limits": SMALL}
    given.update(options)
    return Ledger.open(folder, FINGERPRINT, clock or Clock(), **given)


def dice(seed: int) -> random.Random:
    """Chance that can be repeated."""
    return random.Random(seed)  # noqa: S311 - no secret is made of it


def scan(time_ns: int, words: str = "scan") -> Record:
    """What a sensor sent."""
    return Record("scan", time_ns, f"{words} at {time_ns}".encode(), input=True)


def digest(time_ns: int) -> Record:
    """The digest of a state."""
    return Record("digest", time_ns, hashlib.sha256(str(time_ns).encode()).digest())


def fill(ledger: Ledger, clock: Clock, minutes: int, per_minute: int = 6) -> list[Record]:
    """Minutes of a quiet night: scans, ticks with their digest, a notice, a dump each minute. Returns all, in order."""
    kept: list[Record] = []
    for _ in range(minutes):
        kept.append(Record("dump", clock(), f"state at {clock()}".encode()))
        ledger.submit(kept[-1:])
        for k in range(per_minute):
            now = clock.pass_s(60 / per_minute)
            step = [scan(now), Record("tick", now, b"tick"), digest(now)]
            if k == 0:
                step.append(Record("notice", now, b"a track was confirmed", outbox=(Outgoing(f"n{now}", "log"),)))
            ledger.submit(step)
            kept += step
    ledger.submit([]).result()
    return kept
