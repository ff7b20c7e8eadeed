"""The public feed as Atom 1.0 (RFC 4287): one entry for each document that has not expired, with a link to its bytes.

Readers poll it: ETag and Last-Modified tell whether anything changed, and it also changes when something expires. An
entry holds what the public may read and a link of type application/cap+xml; what counts is the signed document there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from lxml import etree

from tocsin.delivery.signing.seal import parse
from tocsin.errors import DocumentRefused
from tocsin.geo.units import SECOND_NS

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/cap+xml"


@dataclass(frozen=True, slots=True)
class Posted:
    """One document of the feed, and what its entry says. `body`: the signed bytes as they were kept."""

    identifier: str
    sender: str
    author: str
    title: str
    summary: str
    language: str
    category: str  # the CAP status and message type: "Actual Update"
    sent_ns: int
    expires_ns: int
    body: bytes


def feed(posted: Sequence[Posted], *, title: str, address: str, now_ns: int, began_ns: int = 0) -> bytes:
    """The feed at a time, the newest first. `address`: where it is reached, such as "https://warn.example"."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _add(root, "id", f"{address}/cap/feed.xml")
    _add(root, "title", title)
    _add(root, "updated", _time(changed_ns(posted, now_ns, began_ns)))
    _add(_add(root, "author"), "name", title)
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{address}/cap/feed.xml")
    current = (one for one in posted if one.expires_ns > now_ns)
    for one in sorted(current, key=lambda one: (-one.sent_ns, one.identifier)):
        entry = _add(root, "entry")
        _add(entry, "id", f"tag:{one.sender},{_time(one.sent_ns)[:10]}:{one.identifier}")
        _add(entry, "title", one.title, lang=one.language)
        _add(entry, "updated", _time(one.sent_ns))
        _add(entry, "published", _time(one.sent_ns))
        _add(_add(entry, "author"), "name", one.author or one.sender)
        _add(entry, "category", term=one.category)
        _add(entry, "summary", one.summary, lang=one.language)
        _add(entry, "link", rel="alternate", type=MEDIA_TYPE, href=f"{address}/cap/{one.identifier}.xml")
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data


def changed_ns(posted: Sequence[Posted], now_ns: int, began_ns: int = 0) -> int:
    """When the feed last became another one: something was sent, or expired."""
    sent = [one.sent_ns for one in posted]
    over = [one.expires_ns for one in posted if one.expires_ns <= now_ns]
    return max((*sent, *over), default=began_ns)


def tag(data: bytes) -> str:
    """The ETag of these bytes."""
    return f'"{sha256(data).hexdigest()[:32]}"'


def _add(parent: etree._Element, name: str, text: str = "", lang: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    made.text = text or None
    if lang:
        made.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
    return made


def _time(time_ns: int) -> str:
    return f"{datetime.fromtimestamp(time_ns // SECOND_NS, UTC):%Y-%m-%dT%H:%M:%SZ}"


def links(data: bytes) -> list[str] | None:
    """Where the documents of a feed (Atom or RSS) lie, in its order; None where it is no feed. Raises ValueError."""
    try:
        root = parse(data)
    except DocumentRefused as error:
        raise ValueError(str(error)) from error
    kind = etree.QName(root).localname
    if kind not in ("feed", "rss"):
        return None
    found: list[str] = []
    for entry in root.iter(f"{{{ATOM}}}entry", "item"):
        all_links = [one for one in entry if isinstance(one.tag, str) and etree.QName(one).localname == "link"]
        cap = [one for one in all_links if one.get("type") == MEDIA_TYPE]
        found += [(one.get("href") or one.text or "").strip() for one in (cap or all_links)[:1]]
    return [address for address in found if address]
