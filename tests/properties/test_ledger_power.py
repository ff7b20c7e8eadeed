"""The power fails: nothing acknowledged is lost, and the chain is whole.

Writes that were not synced are kept, dropped or torn at will, SQLite's and those of plain files, and names that were
not synced come and go. TOCSIN_POWER_CUTS=10000 for a release.
"""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from tests.ledgers.disks import Disk, PowerCut
from tests.ledgers.evidence import Clock, dice, open_ledger, scan
from tocsin.errors import LedgerError
from tocsin.ledger import verify
from tocsin.ledger.plan import Outgoing, Record
from tocsin.ledger.reader import Reader
from tocsin.ledger.store import Ledger
from tocsin.ledger.writer import Limits
from tocsin.settings import Retention

CUTS = int(os.environ.get("TOCSIN_POWER_CUTS", "60"))
LIMITS = Limits(reserve_bytes=0, group_s=0.0, trim_rows=5, checkpoint_pages=12)
SHORT = Retention(days=2 / 1440, dump_days=1 / 1440)


def write_until_dark(ledger: Ledger, clock: Clock, chance: random.Random) -> dict[int, bytes]:
    """Submit, seal and delete until the power fails. Returns number and digest of all that was acknowledged."""
    kept: dict[int, bytes] = {}
    with suppress(LedgerError, PowerCut):
        for k in range(1000):
            now = clock.pass_s(20)
            records = [scan(now, "x" * chance.randrange(3000)) for _ in range(chance.randrange(1, 4))]
            records.append(Record("alert", now, b"alert", outbox=(Outgoing(f"a{now}", "log"),)))
            done = ledger.submit(records).result()
            for number, record in enumerate(records, done.first):
                kept[number] = sha256(record.body).digest()
            if k % 5 == 4:
                ledger.keep()
    return kept


def dark(folder: Path, disk: Disk, clock: Clock, chance: random.Random) -> dict[int, bytes]:
    try:
        ledger = open_ledger(folder, clock, vfs=disk.vfs_name, limits=LIMITS, retention=SHORT)
    except (LedgerError, PowerCut):
        return {}  # the power failed before the start was durable
    kept = write_until_dark(ledger, clock, chance)
    with suppress(LedgerError, PowerCut):
        ledger.close()
    return kept


# SQLite goes on when a file cannot be deleted, and apsw tells Python so: for once that is no fault of the test.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", range(CUTS))
def test_a_power_cut_loses_nothing_that_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = dice(seed)
    clock = Clock()
    folder = tmp_path / "ledger"
    kept: dict[int, bytes] = {}
    for again in range(2):  # the second cut finds what the first one left
        disk = Disk(folder, chance.randrange(1, 500), f"disk{seed}.{again}")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", disk.plain_fsync)
            kept |= dark(folder, disk, clock, chance)
        folder = tmp_path / f"after{again}"
        disk.after(folder, chance)
        check(folder, kept, clock)


def check(folder: Path, kept: dict[int, bytes], clock: Callable[[], int]) -> None:
    if not kept and not (folder / "ledger.sqlite").exists():
        return
    open_ledger(folder, clock).close()
    report = verify.verify(folder)
    assert report.whole, report.lines()
    reader = Reader(folder)
    found = {entry.number: (entry.kind, entry.body, entry.body_sha256) for entry in reader.entries()}
    waiting = {row.entry for row in reader.waiting_outbox()}
    reader.close()
    for number, digest in kept.items():
        kind, body, body_sha256 = found[number]
        assert body_sha256 == digest
        assert body is None or sha256(body).digest() == digest
        assert body or kind == "scan"
        assert kind != "alert" or number in waiting
