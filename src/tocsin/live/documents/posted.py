"""What stands in the public feed: documents whose own bytes say that they are for everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tocsin.alerts.cap.reading import Bulletin, read
from tocsin.delivery.atom import Posted
from tocsin.delivery.channels.feed import Feed
from tocsin.delivery.kept import Document, Receipt
from tocsin.delivery.outbox import Outbox

CACHED_MAX = 2_000


@dataclass(slots=True)
class Wall:
    """The feed channels of an outbox, read. A document is judged once: its bytes never change."""

    outbox: Outbox
    _read: dict[str, Posted | None] = field(default_factory=dict)

    def feeds(self) -> dict[str, Feed]:
        """The feed channels for the public, by name. One for staff stands on no public page."""
        found = {name: one for name, one in self.outbox.carriers.items() if isinstance(one, Feed)}
        return {name: one for name, one in found.items() if "staff" not in one.declared.audience}

    def restore(self, documents: Iterable[Document], receipts: Sequence[Receipt]) -> None:
        """After a start: documents that a receipt says stood in a feed stand there again."""
        kept = tuple(documents)
        for name, one in self.feeds().items():
            stood = {receipt.identifier for receipt in receipts if receipt.channel == name}
            one.restore(document for document in kept if document.identifier in stood)

    def posted(self) -> tuple[Posted, ...]:
        """All of them, expired or not, each once."""
        found: dict[str, Posted] = {}
        for one in self.feeds().values():
            for document in one.documents.values():
                if document.identifier not in self._read:
                    self._read[document.identifier] = _posted(document)
                post = self._read[document.identifier]
                if post is not None:
                    found[post.identifier] = post
        while len(self._read) > CACHED_MAX:
            del self._read[next(iter(self._read))]
        return tuple(found.values())


def _posted(document: Document) -> Posted | None:
    """The entry of a document; None where it is not for everybody: staff's, a test, or no CAP."""
    try:
        bulletin = read(document.body)
    except ValueError:
        return None
    if not bulletin.said or not _for_everybody(bulletin):
        return None
    first = bulletin.said[0]
    return Posted(
        identifier=bulletin.identifier,
        sender=bulletin.sender,
        author=first.sender_name,
        title=first.headline or first.event,
        summary=f"{first.description} {first.instruction}".strip(),
        language=first.language,
        category=f"{bulletin.status} {bulletin.kind}",
        sent_ns=bulletin.sent_ns,
        expires_ns=bulletin.expires_ns,
        body=document.body,
    )


def _for_everybody(bulletin: Bulletin) -> bool:
    """An exercise is Restricted in CAP, so that no gateway relays it; its own feed may show it: it says what it is."""
    return (bulletin.status, bulletin.scope) == ("Actual", "Public") or bulletin.status == "Exercise"
