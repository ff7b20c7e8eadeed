"""A program that writes evidence until it is killed, and says what was acknowledged.

`python -m tests.ledgers.writing FOLDER SEED`: says "ready" when the ledger is open, then, only after its commit, a line
for each entry: its number and the digest of its body. It seals and deletes all the while.
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


def main(folder: str, seed: str) -> None:
    """Write for ever."""
    chance = dice(int(seed))
    clock = Clock(START_NS + int(seed) * 3600 * 1_000_000_000)
    ledger = open_ledger(Path(folder), clock, retention=SHORT, limits=LIMITS, keep_s=0.02)
    say("ready\n")
    unanswered: list[Future[Committed]] = []
    for k in range(1_000_000):
        now = clock.pass_s(5)
        body = f"{seed}.{k} ".encode() + chance.randbytes(chance.randrange(2000))
        records = [Record("scan", now, body + bytes([j]), input=True) for j in range(chance.randrange(1, 20))]
        records.append(Record("alert", now, body, outbox=(Outgoing(f"{seed}.{k}", "log"),)))
        if k % 12 == 0:
            records.append(Record("dump", now, body * 5))

        def acknowledge(done: Future[Committed], records: list[Record] = records) -> None:
            first = done.result().first
            lines = [f"{n} {sha256(record.body).hexdigest()}\n" for n, record in enumerate(records, first)]
            say("".join(lines))

        unanswered.append(ledger.submit(records))
        unanswered[-1].add_done_callback(acknowledge)
        if len(unanswered) > chance.randrange(10):
            unanswered.pop(0).result()


if __name__ == "__main__":
    main(*sys.argv[1:3])
