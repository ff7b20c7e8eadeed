"""The process is killed at any moment, and nothing that it had acknowledged is lost.

TOCSIN_KILLS=1000 each night, 10000 for a release.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.ledgers.evidence import dice
from tocsin.ledger import verify
from tocsin.ledger.reader import Reader

KILLS = int(os.environ.get("TOCSIN_KILLS", "50"))
IN_A_ROW = 10  # kills of one ledger, each start going on where the last one ended
KILLED = b"killed %d\n" % signal.SIGKILL


@pytest.fixture(scope="module")
def writers() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """What starts a writer for each line that it is given, and what the writers say."""
    command = [sys.executable, "-m", "tests.ledgers.writing"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        with open(starter.stdout.fileno(), "rb", closefd=False) as said:
            yield starter.stdin, said
        starter.stdin.close()


def write_and_kill(writers: tuple[IO[bytes], IO[bytes]], folder: Path, seed: int) -> dict[int, str]:
    """Start a writer, let it write for a while, kill it. Returns number and digest of what it acknowledged."""
    starter, said = writers
    starter.write(f"{folder} {seed}\n".encode())
    word, process = said.readline().split()
    assert word == b"ready"
    chance = dice(seed)
    lines = [said.readline() for _ in range(chance.randrange(600))]  # some while in work
    time.sleep(chance.random() * 0.1)  # and then at any moment of it
    os.kill(int(process), signal.SIGKILL)
    lines += iter(said.readline, KILLED)
    whole = [line.split() for line in lines if line.count(b" ") == 1 and len(line) >= 66 and line.endswith(b"\n")]
    return {int(number): digest.decode() for number, digest in whole if len(digest) == 64}


@pytest.mark.parametrize("row", range(-(-KILLS // IN_A_ROW)))
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(
    writers: tuple[IO[bytes], IO[bytes]], tmp_path: Path, row: int
) -> None:
    acknowledged: dict[int, str] = {}
    seeds = range(row * IN_A_ROW, min((row + 1) * IN_A_ROW, KILLS))
    for seed in seeds:
        acknowledged |= write_and_kill(writers, tmp_path, seed)
        report = verify.verify(tmp_path)
        assert report.whole, report.lines()
    reader = Reader(tmp_path)
    found = {entry.number: entry for entry in reader.entries()}
    assert reader.segments()
    waiting = {one.entry for one in reader.waiting_outbox()}
    reader.close()
    lost = [n for n, digest in acknowledged.items() if n not in found or found[n].body_sha256.hex() != digest]
    swept = sum(entry.kind == "retention" for entry in found.values())
    print(f"{len(seeds)} kills: {len(acknowledged)} entries acknowledged, {len(lost)} lost, {swept} files swept")
    assert not lost
    assert len(acknowledged) > 100
    for entry in found.values():
        assert entry.body is not None or entry.kind != "alert"
        assert (entry.number in waiting) == (entry.kind == "alert")  # an entry and its outbox row are there together
