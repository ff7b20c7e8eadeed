"""The ledger as delivery sees it: documents and receipts as records, and what a start finds open."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from tocsin import wire
from tocsin.delivery import kept
from tocsin.delivery.kept import Document, Receipt
from tocsin.delivery.outbox import Open
from tocsin.errors import InputError, LedgerError, LedgerFull
from tocsin.ledger.disk.format import DOCUMENT, RECEIPT, STATEMENT
from tocsin.ledger.plan import Record
from tocsin.ledger.reader import Reader
from tocsin.live.evidence import Evidence
from tocsin.messages import Notice, Statement

UNEXPIRED_NS = 2 * 3600 * 1_000_000_000  # nothing expires later after it was sent
BACK_NS = 24 * 3600 * 1_000_000_000  # receipts of so long before a start make its first percentiles


class Keeping:
    """Keeper of delivery.outbox. `evidence` gives the open ledger, None while there is none; `show` shows an alarm."""

    def __init__(self, evidence: Callable[[], Evidence | None], show: Callable[[Notice], None]) -> None:
        self._evidence, self._show = evidence, show

    async def document(self, document: Document) -> bool:
        """Keep the bytes of a statement."""
        return await self._keep(Record(DOCUMENT, document.time_ns, kept.encode(document), kept.FORMAT))

    async def receipt(self, receipt: Receipt) -> bool:
        """Keep what became of it, and settle its row."""
        body = kept.encode(receipt)
        return await self._keep(Record(RECEIPT, receipt.time_ns, body, kept.FORMAT, settles=receipt.key))

    async def notice(self, notice: Notice) -> bool:
        """Show an alarm, then keep it: nobody waits for the disk to hear of it."""
        self._show(notice)
        return await self._keep(Record("alarm", notice.time_ns, wire.encode(notice), wire.FORMAT))

    async def test(self, statement: Statement) -> bool:
        """Keep what the minute target says, under a kind of its own: a replay computes the site's decisions again."""
        return await self._keep(Record("minute", statement.time_ns, wire.encode(statement), wire.FORMAT))

    async def _keep(self, record: Record) -> bool:
        evidence = self._evidence()
        if evidence is None:
            return False
        try:
            future = await asyncio.to_thread(evidence.submit, [record])  # it waits where too much is queued
            await asyncio.wrap_future(future)
        except LedgerFull:
            return False
        except LedgerError:
            return False  # the runner ends the process for it; what can still be sent is sent
        return True


def open_rows(reader: Reader) -> Open:
    """What no receipt has settled, and the documents that were made of it. Slow: called in a thread."""
    waiting = reader.waiting_outbox()
    rows: list[tuple[Statement, str]] = []
    for row in waiting:
        entry = reader.entry(row.entry)
        # what this tocsin cannot read must not keep the rest from going out: its row stays open for one that can
        with suppress(InputError):
            rows.append((wire.decode(entry.kind, entry.format, entry.body or b""), row.channel))
    if not rows:
        return Open()
    wanted = {statement.identifier for statement, _ in rows}
    first_ns = min(statement.decided_ns for statement, _ in rows)
    marked = reader.marked(DOCUMENT, first_ns)
    documents = [kept.document(one.format, one.body) for one in marked if one.body is not None]
    return Open(rows, [one for one in documents if one.identifier in wanted])


def in_force(reader: Reader, now_ns: int) -> Sequence[Statement]:
    """What was released and has not expired, oldest first. Slow: called in a thread."""
    found: list[Statement] = []
    for one in reader.marked(STATEMENT, now_ns - UNEXPIRED_NS):
        with suppress(InputError):
            found.append(wire.decode(one.kind, one.format, one.body or b""))
    return [one for one in found if one.state == "released" and one.expires_ns > now_ns]


def receipts(reader: Reader, now_ns: int) -> Sequence[Receipt]:
    """Those of the last day, oldest first. Slow: called in a thread."""
    marked = reader.marked(RECEIPT, now_ns - BACK_NS)
    return [kept.receipt(one.format, one.body) for one in marked if one.body is not None]


def documents(reader: Reader, now_ns: int) -> Sequence[Document]:
    """Those that may stand in a feed still, oldest first. Slow: called in a thread."""
    marked = reader.marked(DOCUMENT, now_ns - UNEXPIRED_NS)
    return [kept.document(one.format, one.body) for one in marked if one.body is not None]
