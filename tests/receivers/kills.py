"""Kills between send and receipt, counted: for a test with few, and for benchmarks/delivery/kills.py with many."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.ledgers.evidence import dice
from tests.receivers.gateway import Gateway
from tests.receivers.sending import NAMES

OF_A_LEDGER = 100  # kills


@dataclass(slots=True)
class Count:
    """What came of N kills. By gateway: lost (kept, never heard) and doubled (heard twice)."""

    kills: int = 0
    kept: int = 0
    posts: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    doubled: dict[str, int] = field(default_factory=dict)


def _starts(folder: Path, kills: int, until_s: float) -> Iterator[tuple[Path, int | str]]:
    """Each start: its ledger, and its number or "rest". What a start reads grows with its ledger."""
    for first in range(0, kills, OF_A_LEDGER):
        ledger = folder / str(first)
        ledger.mkdir()
        for number in range(first, min(first + OF_A_LEDGER, kills)):
            if time.monotonic() >= until_s:
                break
            yield ledger, number
        yield ledger, "rest"
        if time.monotonic() >= until_s:
            break


def count(folder: Path, kills: int, seed: int = 1, until_s: float = float("inf")) -> Count:
    """Kill senders of a ledger at any moment, while gateways lose one answer in ten; then let a last one finish.

    After OF_A_LEDGER kills another ledger is begun. Ends sooner when time.monotonic() has reached `until_s`, and says
    how many there were.
    """
    chance = dice(seed)
    found = Count()
    kept: set[str] = set()
    first, second, third = (Gateway(dedup=k == 0, lose_rate=0.1, seed=seed + k, late_s=0.02) for k in range(3))
    with first, second, third:
        urls = " ".join(gateway.url for gateway in (first, second, third))
        command = [sys.executable, "-m", "tests.receivers.sending"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as starter:
            assert starter.stdin is not None
            assert starter.stdout is not None
            for ledger, number in _starts(folder, kills, until_s):
                starter.stdin.write(f"{ledger} {number} {urls}\n")
                starter.stdin.flush()
                ready = starter.stdout.readline().split()
                assert ready[0] == "ready", ready
                if number != "rest":
                    found.kills += 1
                    time.sleep(chance.random() * 0.25)
                    os.kill(int(ready[1]), signal.SIGKILL)
                for line in iter(starter.stdout.readline, ""):
                    word, _, rest = line.strip().partition(" ")
                    if word == "kept":
                        kept.add(rest)
                    if word == "ended":
                        break
            starter.stdin.close()
        for name, gateway in zip(NAMES, (first, second, third), strict=True):
            effects: Counter[str] = gateway.effects
            found.lost[name] = sum(effects[identifier] == 0 for identifier in kept)
            found.doubled[name] = sum(times > 1 for times in effects.values())
            found.posts += len(gateway.posts)
    found.kept = len(kept)
    return found
