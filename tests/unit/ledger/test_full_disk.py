"""A full disk: inputs are refused and counted, decisions still go, and when there is room again all is as before."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.ledgers.disks import FullDisk
from tests.ledgers.evidence import START_NS, Clock, fill, open_ledger
from tocsin.errors import LedgerFull
from tocsin.ledger import verify
from tocsin.ledger.disk import format
from tocsin.ledger.disk.reserve import Reserve
from tocsin.ledger.plan import Record
from tocsin.ledger.store import Ledger
from tocsin.ledger.writer import Limits

BIG = b"x" * 20_000
RESERVE = 1 << 19
LIMITS = Limits(reserve_bytes=RESERVE, retry_s=0.0, group_s=0.0)


def big_scan(k: int) -> Record:
    return Record("scan", START_NS + k, BIG, input=True)


def notice(k: int) -> Record:
    return Record("notice", START_NS + k, b"somebody must be told")


def open_on(disk: FullDisk, folder: Path) -> Ledger:
    return open_ledger(folder, vfs="full", free_bytes=disk.free_bytes, limits=LIMITS)


def fill_up(ledger: Ledger) -> int:
    """Scans until the first is refused. Returns how many were kept."""
    for k in range(1000):
        try:
            ledger.submit([big_scan(k)]).result()
        except LedgerFull:
            return k
    raise AssertionError("the disk never became full")


def test_inputs_are_refused_and_decisions_still_go(tmp_path: Path) -> None:
    disk = FullDisk(tmp_path, 4_000_000, "full")
    with open_on(disk, tmp_path) as ledger:
        kept = fill_up(ledger)
        assert kept > 50
        status = ledger.status()
        assert status.full
        assert status.refused == 1
        decisions = [ledger.submit([notice(k)]).result() for k in range(100)]
        with pytest.raises(LedgerFull, match="2 inputs were refused"):
            ledger.submit([big_scan(0), big_scan(1)]).result()
        mixed = ledger.submit([big_scan(2), notice(2)]).result()
        assert mixed.refused == 1
        assert ledger.status().refused == 4
        assert ledger.status().reserve_bytes < RESERVE
        reader = ledger.reader()
        assert [reader.entry(done.last).kind for done in (*decisions, mixed)] == ["notice"] * 101
        reader.close()
    assert verify.verify(tmp_path).whole


def test_a_commit_that_was_done_before_the_log_found_no_room_is_not_done_again(tmp_path: Path) -> None:
    disk = FullDisk(tmp_path, 4_000_000, "full")
    often = replace(LIMITS, checkpoint_pages=10)  # the log is copied into the database at nearly every commit
    with open_ledger(tmp_path, vfs="full", free_bytes=disk.free_bytes, limits=often) as ledger:
        fill_up(ledger)
        kept = [ledger.submit([notice(k)]).result() for k in range(60)]
        assert [one.last - one.first for one in kept] == [0] * 60
        assert [b.first - a.last for a, b in pairwise(kept)] == [1] * 59
    assert verify.verify(tmp_path).whole


def test_the_evidence_says_how_many_inputs_are_missing_before_the_next_decision(tmp_path: Path) -> None:
    disk = FullDisk(tmp_path, 4_000_000, "full")
    with open_on(disk, tmp_path) as ledger:
        kept = fill_up(ledger)
        with pytest.raises(LedgerFull):
            ledger.submit([big_scan(kept + 5)]).result()
        done = ledger.submit([notice(0)]).result()
        reader = ledger.reader()
        said = reader.entry(done.last - 1)
        assert said.kind == format.REFUSED
        body = json.loads(said.body or b"")
        assert (body["count"], body["first_ns"], body["last_ns"]) == (2, START_NS + kept, START_NS + kept + 5)
        assert ledger.submit([notice(1)]).result().last == done.last + 1  # said once
        reader.close()


def test_when_there_is_room_again_inputs_are_kept_and_the_reserve_is_back(tmp_path: Path) -> None:
    disk = FullDisk(tmp_path, 4_000_000, "full")
    with open_on(disk, tmp_path) as ledger:
        fill_up(ledger)
        ledger.submit([notice(0)]).result()
        disk.size *= 2
        assert ledger.submit([big_scan(0)]).result().refused == 0
        status = ledger.status()
        assert not status.full
        assert status.reserve_bytes == RESERVE
    assert verify.verify(tmp_path).whole


def test_a_used_up_reserve_is_said_and_never_breaks_the_chain(tmp_path: Path) -> None:
    disk = FullDisk(tmp_path, 4_000_000, "full")
    with open_on(disk, tmp_path) as ledger:
        fill_up(ledger)
        kept = 0
        decision = Record("notice", START_NS, BIG)
        while (done := ledger.submit([decision])).exception() is None:
            kept += 1
        assert "reserve is used up" in str(done.exception())
        assert kept > 10
        assert ledger.status().reserve_bytes == 0
        disk.size *= 2
        ledger.submit([decision]).result()
    assert verify.verify(tmp_path).whole


def test_nothing_is_sealed_while_the_disk_is_full(tmp_path: Path) -> None:
    disk = FullDisk(tmp_path, 4_000_000, "full")
    clock = Clock()
    with open_ledger(tmp_path, clock, vfs="full", free_bytes=disk.free_bytes, limits=LIMITS) as ledger:
        fill(ledger, clock, minutes=2)
        fill_up(ledger)
        ledger.keep()
        assert not (tmp_path / format.SEGMENTS).exists()


def test_a_ledger_opens_on_a_full_disk(tmp_path: Path) -> None:
    disk = FullDisk(tmp_path, 4_000_000, "full")
    with open_on(disk, tmp_path) as ledger:
        fill_up(ledger)
    with open_on(disk, tmp_path) as ledger:
        assert ledger.submit([notice(0)]).result().last == ledger.head().number
    assert verify.verify(tmp_path).whole


def test_the_reserve_is_real_room_given_up_in_eighths(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", 800)
    assert reserve.left() == 0
    assert not reserve.shrink()
    assert reserve.grow()
    assert reserve.left() == 800
    assert (tmp_path / "reserve").stat().st_blocks > 0
    left = []
    while reserve.shrink():
        left.append(reserve.left())
    assert left == [700, 600, 500, 400, 300, 200, 100, 0]


def test_the_reserve_waits_until_there_is_room_to_spare(tmp_path: Path) -> None:
    free = 899
    reserve = Reserve(tmp_path / "reserve", 800, lambda: free)
    assert not reserve.grow()
    free = 900
    assert reserve.grow()
    free = 99
    assert not reserve.grow()  # it is whole, and yet inputs would be refused again at once
    free = 100
    assert reserve.grow()
