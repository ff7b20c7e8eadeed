"""Recomputing the evidence step by step, with a pipeline of two lines in place of the real one."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from tests.ledgers.evidence import FINGERPRINT, SECOND_NS, START_NS, Clock, open_ledger
from tocsin.ledger import replay
from tocsin.ledger.disk import format
from tocsin.ledger.plan import Record
from tocsin.ledger.store import Ledger
from tocsin.messages import Entry
from tocsin.settings import Retention

OTHER = b'{"tocsin": "0.2.0"}'


class Sum:
    """A state: the sum of what came. A notice at each tenth, a digest at each tick."""

    def __init__(self, total: float = 0.0) -> None:
        self.total = total

    def work(self, kind: str, time_ns: int, body: bytes) -> list[Record]:
        if kind == "tick":
            return [Record("digest", time_ns, sha256(repr(self.total).encode()).digest())]
        self.total += float(body)
        return [Record("notice", time_ns, repr(self.total).encode())] if int(self.total) % 10 == 0 else []


def load(dump: bytes) -> Sum:
    return Sum(float(dump))


def advance(state: Sum, entry: Entry) -> Sequence[Record]:
    return state.work(entry.kind, entry.time_ns, entry.body or b"")


def live(ledger: Ledger, clock: Clock, state: Sum, seconds: int, dump_first: bool = True) -> None:
    """What the live system does: items with their decisions in one submission, a dump each minute."""
    for k in range(seconds):
        now = clock.pass_s(1)
        if k % 60 == 0 and (k or dump_first):
            ledger.dump(now, repr(state.total).encode())
        for item in (Record("scan", now, b"1", input=True), Record("tick", now, b"")):
            ledger.submit([item, *state.work(item.kind, now, item.body)])
        ledger.submit([Record("receipt", now, b"not of this pipeline")])
    ledger.submit([]).result()


@pytest.fixture
def night(tmp_path: Path) -> Path:
    clock, state = Clock(), Sum()
    with open_ledger(tmp_path, clock) as ledger:
        live(ledger, clock, state, 150)
        ledger.keep()
    with open_ledger(tmp_path, clock) as ledger:
        live(ledger, clock, state, 50)
    return tmp_path


def test_every_step_comes_out_as_it_was_kept(night: Path) -> None:
    seen: list[int] = []
    report = replay.replay(night, load, advance, FINGERPRINT, progress=lambda done, _total: seen.append(done))
    assert report.same
    assert (report.items, report.decisions, report.digests) == (400, 20, 200)
    assert report.gaps == report.other == ()
    assert "every step came out as it was kept" in report.lines()
    assert seen


def test_recomputing_may_begin_at_the_last_dump(night: Path) -> None:
    report = replay.replay(night, load, advance, FINGERPRINT, from_ns=START_NS + 130 * SECOND_NS)
    assert report.same
    assert report.items == 2 * (200 - 120)


def test_the_first_step_that_differs_is_named(night: Path) -> None:
    def wrong(state: Sum, entry: Entry) -> Sequence[Record]:
        if entry.time_ns == START_NS + 75 * SECOND_NS and entry.kind == "scan":
            state.total += 1e-9
        return advance(state, entry)

    report = replay.replay(night, load, wrong, FINGERPRINT)
    assert not report.same
    assert report.fault is not None
    assert (report.fault.kind, report.fault.time_ns) == ("digest", START_NS + 75 * SECOND_NS)
    assert any(line.startswith(f"DIFFERS at entry {report.fault.number} (digest)") for line in report.lines())


def test_a_decision_that_was_not_kept_is_named(night: Path) -> None:
    def chatty(state: Sum, entry: Entry) -> Sequence[Record]:
        more = [Record("notice", entry.time_ns, b"more")] if entry.time_ns == START_NS + 33 * SECOND_NS else []
        return [*advance(state, entry), *more]

    fault = replay.replay(night, load, chatty, FINGERPRINT).fault
    assert fault is not None
    assert (fault.kind, fault.time_ns) == ("scan", START_NS + 33 * SECOND_NS)
    assert "a notice that was not kept" in fault.what


def test_a_decision_that_nothing_explains_is_named(night: Path) -> None:
    def silent(state: Sum, entry: Entry) -> Sequence[Record]:
        return [record for record in advance(state, entry) if record.kind != "notice"]

    fault = replay.replay(night, load, silent, FINGERPRINT).fault
    assert fault is not None
    assert (fault.kind, fault.time_ns) == ("notice", START_NS + 10 * SECOND_NS)
    assert "decides nothing of the kind" in fault.what


def test_a_last_decision_that_was_not_kept_is_named(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.dump(START_NS, b"9")
        ledger.submit([Record("scan", START_NS, b"1", input=True)])
    fault = replay.replay(tmp_path, load, advance, FINGERPRINT).fault
    assert fault is not None
    assert "not kept" in fault.what


def test_under_another_fingerprint_decisions_are_compared_within_a_tolerance(night: Path) -> None:
    def nearly(state: Sum, entry: Entry) -> Sequence[Record]:
        found = advance(state, entry)
        return [
            Record(record.kind, record.time_ns, repr(float(record.body) + 1e-9).encode())
            if record.kind == "notice"
            else record
            for record in found
        ]

    def close(_kind: str, kept: bytes, recomputed: bytes) -> bool:
        return abs(float(kept) - float(recomputed)) < 1e-6

    assert not replay.replay(night, load, nearly, FINGERPRINT, same=close).same
    report = replay.replay(night, load, nearly, OTHER, same=close)
    assert report.same
    assert (report.decisions, report.digests) == (20, 0)
    assert report.other == ("tocsin: 0.1.0 then, 0.2.0 now",)
    assert "written under another fingerprint" in "\n".join(report.lines())
    assert not replay.replay(night, load, nearly, OTHER).same


def test_a_start_with_other_settings_goes_on_from_its_own_dump(tmp_path: Path) -> None:
    clock = Clock()
    for total in (0.0, 1000.0):
        with open_ledger(tmp_path, clock) as ledger:
            live(ledger, clock, Sum(total), 30)
    report = replay.replay(tmp_path, load, advance, FINGERPRINT)
    assert report.same
    assert report.items == 120


def test_a_start_without_a_dump_goes_on_from_the_state_before(tmp_path: Path) -> None:
    clock, state = Clock(), Sum()
    for first in (True, False):
        with open_ledger(tmp_path, clock) as ledger:
            live(ledger, clock, state, 30, dump_first=first)
    assert replay.replay(tmp_path, load, advance, FINGERPRINT).same


def test_a_leap_of_time_goes_on_from_its_own_dump(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        live(ledger, clock, Sum(), 30)
        clock.pass_s(-20)
        ledger.submit([Record(format.ANEW, clock(), b"played from another moment")])
        live(ledger, clock, Sum(500.0), 30)
    report = replay.replay(tmp_path, load, advance, FINGERPRINT)
    assert report.same
    assert report.items == 120


def test_deleted_inputs_are_a_gap_and_replay_goes_on_after_it(tmp_path: Path) -> None:
    clock, state = Clock(), Sum()
    with open_ledger(tmp_path, clock, retention=Retention(days=1 / 1440)) as ledger:
        live(ledger, clock, state, 300)
        ledger.keep()
    report = replay.replay(tmp_path, load, advance, FINGERPRINT)
    assert report.same
    assert len(report.gaps) == 1
    assert 0 < report.items < 300
    assert report.decisions > 0
    assert "not recomputed" in "\n".join(report.lines())


def test_refused_inputs_are_a_gap_and_replay_goes_on_after_it(tmp_path: Path) -> None:
    clock, state = Clock(), Sum()
    with open_ledger(tmp_path, clock) as ledger:
        live(ledger, clock, state, 30)
        state.total += 5  # the state saw what the disk had no room for
        ledger.submit([Record(format.REFUSED, clock(), json.dumps({"count": 5}).encode())])
        live(ledger, clock, state, 30, dump_first=False)
        live(ledger, clock, state, 30)
    report = replay.replay(tmp_path, load, advance, FINGERPRINT)
    assert report.same
    assert report.items == 2 * 60
    assert len(report.gaps) == 1
    assert "the disk was full" in report.gaps[0]


def test_a_ledger_without_a_dump_cannot_be_recomputed_and_says_so(tmp_path: Path) -> None:
    clock = Clock()
    with open_ledger(tmp_path, clock) as ledger:
        live(ledger, clock, Sum(), 10, dump_first=False)
    report = replay.replay(tmp_path, load, advance, FINGERPRINT)
    assert report.items == 0
    assert "no dump to go on from" in report.gaps[0]
