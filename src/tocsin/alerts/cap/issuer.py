"""Who speaks, and what comes out: the site's own words in every document, and the document itself."""

from dataclasses import dataclass
from datetime import UTC, tzinfo


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to look at beside the words: CAP <resource>. `digest`: SHA-1 of what lies at `uri`, as CAP wants it."""

    description: str
    mime_type: str
    uri: str
    size: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who speaks: the site's own words. `sender` is known worldwide ("warning@region.example"), `name` is for people.

    `zone` is the clock that people there read. `test_addresses` are the only ones a test may go to.
    """

    sender: str
    name: str = ""
    zone: tzinfo = UTC
    contact: str = ""
    web: str = ""
    test_addresses: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as bytes, not yet signed. `problems` are no reason to be silent: an alarm for who watches."""

    identifier: str
    status: str
    data: bytes
    problems: tuple[str, ...] = ()
