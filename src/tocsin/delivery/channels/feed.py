"""The public feed of alerts: what is said stands there for whoever reads it; nothing is pushed, nobody must answer."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from tocsin.delivery.carrier import Parcel, Taken
from tocsin.delivery.declared import Channel
from tocsin.delivery.kept import Document

KEPT = 1_000  # newest documents; the ledger has all


class Feed:
    """The newest documents of one feed, by identifier. `documents` is read by the route that shows them."""

    keeps_state: ClassVar[bool] = False

    def __init__(self, declared: Channel, _now_ns: Callable[[], int]) -> None:
        self.declared = declared
        self.documents: dict[str, Document] = {}

    def restore(self, documents: Iterable[Document]) -> None:
        """After a start: what stood there before stands there again."""
        for document in documents:
            self._post(document)

    async def open(self) -> None:
        """There is nothing to open."""

    async def send(self, parcel: Parcel) -> Taken:
        """Stand in the feed; the same identifier stands there once."""
        self._post(parcel.document)
        return Taken("stands in the feed")

    async def check(self) -> str:
        """It is part of this process."""
        return f"{len(self.documents)} in the feed"

    async def trial(self, _parcel: Parcel) -> str:
        """A test is not shown to the public: that the route answers is tried by reading it."""
        return "nothing to try: it is part of this process"

    async def close(self) -> None:
        """There is nothing to close."""

    def _post(self, document: Document) -> None:
        self.documents.setdefault(document.identifier, document)
        while len(self.documents) > KEPT:
            del self.documents[next(iter(self.documents))]
