"""Statements to send, and what a worker in tests is made of."""

from dataclasses import dataclass, field

from tests.skies import SECOND_NS, START_NS
from tocsin.delivery.kept import Document, Receipt
from tocsin.delivery.outbox import Made, Open
from tocsin.messages import Notice, Statement

SQUARE = ((0.99, 0.37), (0.99, 0.38), (1.0, 0.38), (1.0, 0.37), (0.99, 0.37))


def statement(number: int = 1, **other: object) -> Statement:
    """A released public warning of the plant; `number` makes its identifier and its time."""
    time_ns = START_NS + number * SECOND_NS
    made: dict[str, object] = {
        "time_ns": time_ns,
        "identifier": f"tocsin-{number}",
        "event": "plant-1",
        "place": "plant",
        "audience": "public",
        "status": "actual",
        "kind": "alert",
        "stage": "warning",
        "lane": "fast",
        "state": "released",
        "decided_ns": time_ns - SECOND_NS // 10,
        "expires_ns": time_ns + 900 * SECOND_NS,
        "released_ns": time_ns,
        "released_by": ("ann", "ben"),
        "area": (SQUARE,),
    }
    return Statement(**(made | other))  # type: ignore[arg-type]


def plain(said: Statement) -> Made:
    """A document."""
    return Made("application/json", f'{{"identifier": "{said.identifier}", "stage": "{said.stage}"}}'.encode())


@dataclass(slots=True)
class Memory:
    """A keeper that keeps in memory; `full`: the disk has no room."""

    documents: list[Document] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    found: Open = field(default_factory=Open)
    full: bool = False

    async def document(self, document: Document) -> bool:
        self.documents.append(document)
        return not self.full

    async def receipt(self, receipt: Receipt) -> bool:
        self.receipts.append(receipt)
        return not self.full

    async def notice(self, notice: Notice) -> bool:
        self.notices.append(notice)
        return not self.full
