"""Any changed bit is found and named.

TOCSIN_MUTATIONS=100000 for a release; a sample of it at every push.
"""

import os
import random
from hashlib import sha256
from pathlib import Path

import apsw
import pytest

from tests.ledgers.disks import copy
from tests.ledgers.evidence import Clock, dice, fill, open_ledger
from tocsin.errors import LedgerError
from tocsin.ledger import archive, chain, verify
from tocsin.ledger.chain import Fault, Row
from tocsin.ledger.disk import format
from tocsin.ledger.reader import Reader
from tocsin.messages import Entry

MUTATIONS = int(os.environ.get("TOCSIN_MUTATIONS", "5000"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in plain files: two segments, some rows, no write-ahead log."""
    folder = tmp_path_factory.mktemp("mutations") / "ledger"
    clock = Clock()
    with open_ledger(folder, clock) as ledger:
        fill(ledger, clock, minutes=2)
        ledger.keep()
        fill(ledger, clock, minutes=1)
    connection = apsw.Connection(str(folder / format.STORE))
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    return folder


def flipped(data: bytes, chance: random.Random) -> bytes:
    bit = chance.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def mutated(row: Row, column: int, chance: random.Random) -> tuple[object, ...]:
    """The row with one bit of one column changed, as the store would hand it over."""
    value = row[column]
    other: object
    if isinstance(value, bytes):
        other = flipped(value, chance) if value else b"\x01"
    elif isinstance(value, str):
        other = flipped(value.encode(), chance).decode(errors="surrogateescape")
    elif isinstance(value, int):
        other = value ^ 1 << chance.randrange(31 if column == 3 else 63)
    else:
        other = bytes(32)  # a digest that was not there
    return (*row[:column], other, *row[column + 1 :])


def entries(folder: Path) -> list[Entry]:
    reader = Reader(folder)
    try:
        return list(reader.entries())
    finally:
        reader.close()


def test_any_changed_bit_of_any_column_is_found_at_its_entry(whole: Path) -> None:
    reader = Reader(whole)
    rows = [(*row[:4], sha256(row[6] or b"").digest(), *row[5:]) for row in reader.rows()]
    hashes = [chain.GENESIS, *(row[5] for row in rows)]
    reader.close()
    chance = dice(20250615)
    for _ in range(MUTATIONS):
        at, column = chance.randrange(len(rows)), chance.randrange(7)
        row = rows[at] if chance.random() < 0.8 else (*rows[at][:6], None)  # a body may be gone
        bad = mutated(row, column, chance)
        if row[6] is None and column == 6:
            continue
        found = chain.walk([bad], hashes[at], at + 1)  # type: ignore[list-item]
        assert isinstance(found, Fault), (row, bad)
        assert found.number == at + 1


def test_any_changed_bit_of_a_file_is_found(whole: Path) -> None:
    reader = Reader(whole)
    segments = reader.segments()
    reader.close()
    files = [(whole / segment.file).read_bytes() for segment in segments]
    chance = dice(20250616)
    for _ in range(MUTATIONS):
        at = chance.randrange(len(files))
        assert sha256(flipped(files[at], chance)).hexdigest() != segments[at].sha256


@pytest.mark.parametrize("seed", range(max(3, MUTATIONS // 2500)))
def test_a_changed_bit_of_a_file_is_named_within_it(whole: Path, tmp_path: Path, seed: int) -> None:
    folder = copy(whole, tmp_path / "ledger")
    chance = dice(seed)
    reader = Reader(folder)
    segment = chance.choice(reader.segments())
    reader.close()
    (folder / segment.file).write_bytes(flipped((folder / segment.file).read_bytes(), chance))
    fault = verify.verify(folder).fault
    assert fault is not None
    assert segment.first <= fault.number <= segment.last
    assert segment.file in fault.what


def test_a_changed_bit_of_the_database_is_found_or_changes_no_entry(whole: Path, tmp_path: Path) -> None:
    """Free pages, counters and the unused ends of pages belong to no entry: there a bit may change unseen."""
    folder = copy(whole, tmp_path / "ledger")
    data = (whole / format.STORE).read_bytes()
    before = entries(whole)
    chance = dice(20250617)
    found = 0
    for _ in range(max(100, MUTATIONS // 50)):
        (folder / format.STORE).write_bytes(flipped(data, chance))
        try:
            whole_still = verify.verify(folder).whole
        except LedgerError:
            whole_still = False
        if whole_still:
            assert entries(folder) == before
        found += not whole_still
    assert found > 10


def test_a_file_written_again_has_the_same_bytes(whole: Path) -> None:
    """So that sealing the same rows after a crash gives the file that an entry may name already."""
    reader = Reader(whole)
    for segment in reader.segments():
        assert archive.encode(archive.read(whole, segment)) == (whole / segment.file).read_bytes()
    reader.close()
