"""A watch was kept; from its evidence alone every step is recomputed, bit for bit, from the start and from a dump."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.ledgers.evidence import FINGERPRINT
from tests.ledgers.told import SECONDS, keep
from tests.scans import SECOND_NS, START_NS
from tocsin import wire
from tocsin.ledger import replay, verify
from tocsin.ledger.plan import Record
from tocsin.live.evidence import step_records
from tocsin.messages import Entry
from tocsin.pipeline import State, advance


def again(state: State, entry: Entry) -> Sequence[Record]:
    """One step, recomputed."""
    assert entry.body is not None
    return step_records(advance(state, wire.decode(entry.kind, entry.format, entry.body)))


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes and a half of one radar and four aircraft, a dump each minute, the whole minutes sealed."""
    return keep(tmp_path_factory.mktemp("watch"), 0)


def test_every_step_of_a_watch_comes_out_again_bit_for_bit(watch: Path) -> None:
    assert verify.verify(watch).segments >= 2
    report = replay.replay(watch, State.load, again, FINGERPRINT)
    assert report.same, report.lines()
    assert report.digests == SECONDS
    assert report.decisions > 0
    assert not report.gaps


def test_a_watch_recomputed_from_its_last_dump_ends_with_the_same_digests(watch: Path) -> None:
    report = replay.replay(watch, State.load, again, FINGERPRINT, from_ns=START_NS + 140 * SECOND_NS)
    assert report.same, report.lines()
    assert report.digests == 30


def test_a_radar_that_is_left_out_is_seen_at_the_next_tick(watch: Path) -> None:
    def otherwise(state: State, entry: Entry) -> Sequence[Record]:
        if entry.kind == "scan" and entry.time_ns >= START_NS + 60 * SECOND_NS:
            return []  # as if the radar had been silent since
        return again(state, entry)

    report = replay.replay(watch, State.load, otherwise, FINGERPRINT)
    assert report.fault is not None
    assert report.fault.time_ns == START_NS + 60 * SECOND_NS
    assert report.fault.kind == "digest"
