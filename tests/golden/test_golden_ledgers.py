"""A ledger of each release verifies for ever, can be read, and can be gone on with."""

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from tests.ledgers.disks import copy
from tests.ledgers.evidence import Clock, open_ledger, scan
from tocsin.ledger import verify
from tocsin.ledger.disk import format
from tocsin.ledger.reader import Reader

HERE = Path(__file__).parent
LEDGERS = sorted(path.name for path in HERE.glob("ledger-*"))
# Digest of all hashes, kinds and bodies: what was read on the day of the release.
READ = {"ledger-0.1": "1ad9b0b7d6ed06fde0b5179298c3cebcc38dd6fe58468928a3df4b1409f1c368"}


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_of_an_earlier_release_verifies(name: str) -> None:
    report = verify.verify(HERE / name, verify.read_heads(HERE / name / format.HEAD))
    assert report.whole, report.lines()
    assert report.deleted > 0


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_of_an_earlier_release_reads_as_it_did(name: str) -> None:
    reader = Reader(HERE / name)
    entries = list(reader.entries())
    waiting, pins = reader.waiting_outbox(), reader.pins(1, len(entries))
    reader.close()
    words = "".join(
        f"{one.number} {one.time_ns} {one.kind} {one.format} {one.body!r} {one.hash.hex()}\n" for one in entries
    )
    assert sha256(words.encode()).hexdigest() == READ[name]
    assert Counter(one.kind for one in entries)["alert"] == len(waiting) + 1 == len(pins)


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_of_an_earlier_release_can_be_gone_on_with(name: str, tmp_path: Path) -> None:
    folder = copy(HERE / name, tmp_path / "ledger")
    with open_ledger(folder, Clock()) as ledger:
        ledger.submit([scan(Clock()())]).result()
    assert verify.verify(folder, verify.read_heads(HERE / name / format.HEAD)).whole


def test_every_release_has_its_golden_ledger() -> None:
    assert sorted(READ) == LEDGERS
