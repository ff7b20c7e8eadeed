"""Outbox rows are in the statement's own transaction; a start finds what is open, also after a full disk."""

from pathlib import Path

from tests.ledgers.disks import FullDisk
from tests.receivers.statements import plain, statement
from tests.skies import SECOND_NS, START_NS
from tocsin.delivery import kept
from tocsin.delivery.declared import Channel, Delivery
from tocsin.delivery.kept import Document
from tocsin.errors import LedgerFull
from tocsin.ledger.disk.format import DOCUMENT
from tocsin.ledger.plan import Record
from tocsin.ledger.store import Ledger
from tocsin.ledger.writer import Limits
from tocsin.live.evidence import Evidence, step_records
from tocsin.live.sending.dispatch import Dispatch
from tocsin.live.sending.keeping import in_force, open_rows
from tocsin.messages import Step

CHANNELS = (
    Channel("web", "feed", ("public",), ("actual",)),
    Channel("desk", "feed", ("staff", "public"), ("actual",)),
    Channel("trial", "feed", ("public",), ("test",)),
)


def dispatch() -> Dispatch:
    return Dispatch(Delivery("actual", CHANNELS), (), False, lambda: START_NS, lambda: None, lambda _: None)


def test_only_what_is_released_has_rows_one_for_each_channel_that_serves_it() -> None:
    step = Step(START_NS, statements=(statement(1), statement(2, state="asked"), statement(3, audience="staff")))
    released, asked, staff = step_records(step, dispatch().rows)
    assert [(one.key, one.channel) for one in released.outbox] == [("tocsin-1/web", "web"), ("tocsin-1/desk", "desk")]
    assert asked.outbox == ()
    assert [one.channel for one in staff.outbox] == ["desk"]
    assert all(one.kind == "statement" and not one.input for one in (released, asked, staff))


def test_a_start_finds_what_is_open_with_its_document_and_what_is_in_force(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, b"{}", lambda: START_NS) as ledger:
        evidence = Evidence(ledger, dispatch().rows)
        over = statement(4, event="e-4", expires_ns=START_NS + 5 * SECOND_NS)
        step = Step(START_NS, statements=(statement(1), statement(2, audience="staff"), over))
        evidence.submit(evidence.records(step)).result()
        made = plain(statement(1))
        document = Document(START_NS + SECOND_NS, "tocsin-1", made.media_type, made.body)
        record = Record(DOCUMENT, document.time_ns, kept.encode(document), kept.FORMAT)
        settled = [Record("receipt", START_NS, b"", settles=key) for key in ("tocsin-1/web", "tocsin-4/web")]
        evidence.submit([record, *settled]).result()
        found = open_rows(evidence.reader)
        said = in_force(evidence.reader, START_NS + 60 * SECOND_NS)
        evidence.close()
    assert [(one.identifier, channel) for one, channel in found.rows] == [
        ("tocsin-1", "desk"),
        ("tocsin-2", "desk"),
        ("tocsin-4", "desk"),
    ]
    assert found.documents == [document]
    assert [one.identifier for one in said] == ["tocsin-1", "tocsin-2"]


def test_on_a_full_disk_statements_are_kept_with_their_rows_from_the_reserve(tmp_path: Path) -> None:
    disk = FullDisk(tmp_path, 4_000_000, "full-of-statements")
    limits = Limits(reserve_bytes=1 << 19, retry_s=0.0, group_s=0.0)
    with Ledger.open(
        tmp_path, b"{}", lambda: START_NS, vfs="full-of-statements", free_bytes=disk.free_bytes, limits=limits, keep_s=0
    ) as ledger:
        evidence = Evidence(ledger, dispatch().rows)
        refused = 0
        for _ in range(1_000):
            done = evidence.submit([Record("scan", START_NS, b"x" * 20_000, input=True)])
            refused += isinstance(done.exception(), LedgerFull)
            if refused:
                break
        assert refused
        step = Step(START_NS, statements=(statement(1),))
        assert evidence.submit(evidence.records(step)).result().last
        assert len(open_rows(evidence.reader).rows) == 2
        evidence.close()
