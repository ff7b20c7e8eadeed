"""A ledger with three minutes to seal and two to delete, and housekeeping that is ended between two of its steps.

As a program: `python -m tests.ledgers.housekeeping FOLDER STEP` kills itself there, without any farewell.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.ledgers.evidence import Clock, fill, open_ledger
from tocsin.ledger.store import Ledger
from tocsin.settings import Retention

MINUTES, PER_MINUTE = 3, 2
SHORT = Retention(days=1 / 1440, dump_days=1 / 1440)  # a minute


def prepare(folder: Path) -> tuple[Ledger, Clock]:
    """Three quiet minutes, nothing sealed yet."""
    clock = Clock()
    ledger = open_ledger(folder, clock, retention=SHORT)
    fill(ledger, clock, MINUTES, PER_MINUTE)
    return ledger, clock


def keep(ledger: Ledger, at: int, end: Callable[[str], None]) -> list[str]:
    """Housekeeping; `end` is called before step `at`. Returns the names of the steps that were taken."""
    steps: list[str] = []

    def step(name: str) -> None:
        if len(steps) == at:
            end(name)
        steps.append(name)

    ledger.keep(step)
    return steps


if __name__ == "__main__":
    keep(prepare(Path(sys.argv[1]))[0], int(sys.argv[2]), lambda _name: os.kill(os.getpid(), signal.SIGKILL))
