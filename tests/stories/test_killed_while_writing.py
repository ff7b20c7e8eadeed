"""The process is killed at any moment, and nothing that it had acknowledged is lost.

TOCSIN_KILLS=1000 each night, 10000 for a release.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ledgers.evidence import dice
from tocsin.ledger import verify
from tocsin.ledger.reader import Reader

KILLS = int(os.environ.get("TOCSIN_KILLS", "50"))
IN_A_ROW = 10  # kills of one ledger, each start going on where the last one ended


def write_and_kill(folder: Path, seed: int) -> dict[int, str]:
    """Start a writer, let it write for a while, kill it. Returns number and digest of what it acknowledged."""
    command = [sys.executable, "-m", "tests.ledgers.writing", str(folder), str(seed)]
    chance = dice(seed)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        lines = [child.stdout.readline() for _ in range(chance.randrange(200))]  # some while in work
        time.sleep(chance.random() * 0.03)  # and then at any moment of it
        child.kill()
        lines += child.stdout.read().splitlines(keepends=True)
    whole = [line.split() for line in lines if line.endswith(b"\n")]
    return {int(number): digest.decode() for number, digest in whole}


@pytest.mark.parametrize("row", range(-(-KILLS // IN_A_ROW)))
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path, row: int) -> None:
    acknowledged: dict[int, str] = {}
    for seed in range(row * IN_A_ROW, min((row + 1) * IN_A_ROW, KILLS)):
        acknowledged |= write_and_kill(tmp_path, seed)
        report = verify.verify(tmp_path)
        assert report.whole, report.lines()
    reader = Reader(tmp_path)
    found = {entry.number: entry for entry in reader.entries()}
    waiting = {one.entry for one in reader.waiting_outbox()}
    reader.close()
    lost = [number for number, digest in acknowledged.items() if found[number].body_sha256.hex() != digest]
    assert not lost
    assert len(acknowledged) > 100
    for entry in found.values():
        assert entry.body is not None or entry.kind != "alert"
        assert (entry.number in waiting) == (entry.kind == "alert")  # an entry and its outbox row are there together
