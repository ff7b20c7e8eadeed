"""A program that writes evidence until it is killed, and says what was acknowledged.

`python -m tests.ledgers.writing` reads lines of a folder and a seed. For each it starts a writer (a fork: importing
costs more than writing) that says "ready" and its process id when the ledger is open, then, only after its commit, a
line for each entry: its number and the digest of its body. It seals and deletes all the while. When it was killed, the
program says "killed" and goes on.
"""

import os
import sys
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path

from tests.ledgers.evidence import START_NS, Clock, dice, open_ledger
from tocsin.ledger.plan import Committed, Outgoing, Record
from tocsin.ledger.writer import Limits
from tocsin.settings import Retention

SHORT = Retention(days=10 / 1440, dump_days=5 / 1440)
LIMITS = Limits(group_s=0.002, trim_rows=20, checkpoint_pages=50, reserve_bytes=1 << 16)


def say(line: str) -> None:
    """At once, past all buffers."""
    os.write(1, line.encode())


def write(folder: Path, seed: int) -> None:
    """Write for ever."""
    chance = dice(seed)
    clock = Clock(START_NS + seed * 3600 * 1_000_000_000)
    ledger = open_ledger(folder, clock, retention=SHORT, limits=LIMITS, keep_s=0.002)
    say(f"ready {os.getpid()}\n")
    unanswered: list[Future[Committed]] = []
    for k in range(1_000_000):
        now = clock.pass_s(10)
        body = f"{seed}.{k} ".encode() + chance.randbytes(chance.randrange(2000))
        records = [Record("scan", now, body + bytes([j]), input=True) for j in range(chance.randrange(1, 20))]
        records.append(Record("alert", now, body, outbox=(Outgoing(f"{seed}.{k}", "log"),)))
        if k % 6 == 0:
            records.append(Record("dump", now, body * 5))

        def acknowledge(done: Future[Committed], records: list[Record] = records) -> None:
            first = done.result().first
            lines = [f"{n} {sha256(record.body).hexdigest()}\n" for n, record in enumerate(records, first)]
            say("".join(lines))

        unanswered.append(ledger.submit(records))
        unanswered[-1].add_done_callback(acknowledge)
        if len(unanswered) > chance.randrange(10):
            unanswered.pop(0).result()


def main() -> None:
    """One writer after another."""
    for line in sys.stdin:
        folder, seed = line.rsplit(maxsplit=1)
        child = os.fork()
        if child == 0:
            write(Path(folder), int(seed))
        _, status = os.waitpid(child, 0)
        say(f"\nkilled {os.WTERMSIG(status)}\n")  # after what may be half a line


if __name__ == "__main__":
    main()
