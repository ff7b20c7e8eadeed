"""Make the golden ledger of a release: `python tools/golden_ledger.py tests/golden/ledger-X.Y`. Once; never again.

A few minutes of made-up evidence with one of everything: starts, sealed minutes, deleted bodies, something pinned, a
waiting outbox, rows that are not sealed. Later versions must verify and read it for ever.
"""

import sys
from functools import partial
from pathlib import Path

from tocsin.ledger import backup
from tocsin.ledger.plan import Outgoing, Record
from tocsin.ledger.store import Ledger
from tocsin.ledger.writer import Limits
from tocsin.settings import Retention

SECOND_NS = 1_000_000_000
START_NS = 1_767_225_600 * SECOND_NS  # 2026-01-01 00:00:00 UTC


def night(folder: Path) -> None:
    """Two starts, four minutes, all times invented."""
    for part in range(2):
        begin_ns = START_NS + part * 120 * SECOND_NS
        end_ns = begin_ns + 120 * SECOND_NS
        fingerprint = b'{"tocsin": "0.1.0", "part": %d}' % part
        retention = Retention(days=2 / 1440, dump_days=1 / 1440)
        limits = Limits(reserve_bytes=0)
        with Ledger.open(
            folder, fingerprint, partial(int, end_ns), retention=retention, limits=limits, keep_s=0
        ) as ledger:
            ledger.dump(begin_ns, b"state %d" % part).result()
            for now_ns in range(begin_ns, end_ns, 5 * SECOND_NS):
                scan = Record("scan", now_ns, b"scan at %d" % now_ns, input=True)
                ledger.submit([scan, Record("tick", now_ns, b"tick"), Record("digest", now_ns, bytes(32))]).result()
                if now_ns % (60 * SECOND_NS) == 30 * SECOND_NS:
                    pinned = ((ledger.head().number - 2, 0),)
                    going = (Outgoing(f"at {now_ns}", "log"),)
                    ledger.submit([Record("alert", now_ns, b"alert", rests_on=pinned, outbox=going)]).result()
            ledger.submit([Record("receipt", end_ns, b"sent", settles=f"at {START_NS + 30 * SECOND_NS}")]).result()
            ledger.keep()


def main(target: Path) -> None:
    """Make it, and print what a verification says."""
    working = target.with_name(target.name + ".making")
    night(working)
    print("\n".join(backup.backup(working, target).lines()))
    for path in sorted(working.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    working.rmdir()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
