"""Other authorities' alerts, read with care: for the list beside the map, and for nothing else.

A `Bulletin` is what somebody else said. It is shown with its faults and with who signed it; no stage of ours ever rises
or falls by it: whoever can put a file on a server could else sound sirens. A person who believes it acts on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from tocsin.alerts.cap import area, rules
from tocsin.alerts.cap.moments import moment_ns
from tocsin.alerts.cap.tree import SIGNATURE, parse

TEXT_MAX = 2_000  # letters of one text that are kept
POLYGONS_MAX = 200
LANGUAGES_MAX = 50
Verify = Callable[[bytes], list[str]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a bulletin says in one language. `polygons` in degrees as (latitude, longitude), closed."""

    language: str
    sender_name: str
    event: str
    headline: str
    description: str
    instruction: str
    urgency: str
    severity: str
    certainty: str
    expires_ns: int  # 0: it does not say
    places: tuple[str, ...]
    polygons: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Bulletin:
    """An alert of another authority. `faults`: what is wrong. `signature`: none, unchecked, good, or why not."""

    identifier: str
    sender: str
    sent_ns: int
    status: str
    kind: str
    scope: str
    note: str
    references: tuple[str, ...]  # "sender,identifier,sent"
    said: tuple[Said, ...]
    faults: tuple[str, ...]
    signature: str

    @property
    def name(self) -> str:
        """How others refer to it, but for the time."""
        return f"{self.sender},{self.identifier}"

    @property
    def expires_ns(self) -> int:
        """When its last language expires; a day after it was sent where it does not say."""
        return max((one.expires_ns for one in self.said), default=0) or self.sent_ns + 86_400 * 1_000_000_000


def read(data: bytes, verify: Verify | None = None) -> Bulletin:
    """The bulletin in a CAP 1.1 or 1.2 document. `verify` tells why a signature does not count (nothing: it does).

    Raises ValueError with the reason where it cannot be one: no XML, a DTD, too large, no alert, no sender or time.
    """
    root = parse(data)
    found = rules.faults(root)
    kind = etree.QName(root)
    if kind.localname != "alert" or kind.namespace not in rules.NAMESPACES:
        raise ValueError(found[0])
    identifier, sender, sent = (_text(root, tag) for tag in ("identifier", "sender", "sent"))
    if not identifier or not sender:
        raise ValueError("it has no identifier or no sender: nobody could refer to it")
    return Bulletin(
        identifier=identifier,
        sender=sender,
        sent_ns=moment_ns(sent),
        status=_text(root, "status"),
        kind=_text(root, "msgType"),
        scope=_text(root, "scope"),
        note=_text(root, "note"),
        references=tuple(_text(root, "references").split()),
        said=tuple(_said(info, drawn=not rules.too_much(root)) for info in _all(root, "info")[:LANGUAGES_MAX]),
        faults=tuple(found),
        signature=_signature(root, data, verify),
    )


def unexpired(bulletins: Sequence[Bulletin], now_ns: int) -> tuple[Bulletin, ...]:
    """What stands at a time: expired ones are left out, as is what an Update or Cancel of the same sender refers to.

    Tests and exercises stay in, and say so: whoever lists them marks them.
    """
    gone = {
        reference.rpartition(",")[0]
        for one in bulletins
        if one.kind in ("Update", "Cancel")
        for reference in one.references
        if reference.partition(",")[0] == one.sender  # nobody takes back what another said
    }
    last = {one.name: one for one in bulletins}
    kept = (one for one in last.values() if one.name not in gone and one.kind in ("Alert", "Update"))
    return tuple(sorted((one for one in kept if one.expires_ns > now_ns), key=lambda one: (one.sent_ns, one.name)))


def _said(info: etree._Element, *, drawn: bool) -> Said:
    """What a block says. Not `drawn`: its ground is too much to look at, and is told as a fault."""
    places = _all(info, "area")
    polygons = []
    for text in (_whole(one) for place in places if drawn for one in _all(place, "polygon")):
        try:
            ring = tuple(area.points(text))
        except ValueError:
            continue  # told as a fault
        if len(ring) <= rules.POINTS_MAX and not area.degree_faults(ring):
            polygons.append(ring)
    expires = _text(info, "expires")
    try:
        expires_ns = moment_ns(expires) if expires else 0
    except ValueError:
        expires_ns = 0
    texts = (_text(info, tag) for tag in ("event", "headline", "description", "instruction"))
    event, headline, description, instruction = texts
    urgency, severity, certainty = (_text(info, tag) for tag in ("urgency", "severity", "certainty"))
    return Said(
        language=_text(info, "language") or "en-US",  # the standard's own default
        sender_name=_text(info, "senderName"),
        event=event,
        headline=headline,
        description=description,
        instruction=instruction,
        urgency=urgency,
        severity=severity,
        certainty=certainty,
        expires_ns=expires_ns,
        places=tuple(_text(place, "areaDesc") for place in places[:POLYGONS_MAX]),
        polygons=tuple(polygons[:POLYGONS_MAX]),
    )


def _signature(root: etree._Element, data: bytes, verify: Verify | None) -> str:
    if root.find(f"{{{SIGNATURE}}}Signature") is None:
        return "none"
    if verify is None:
        return "unchecked"
    return "; ".join(verify(data)) or "good"


def _text(parent: etree._Element, tag: str) -> str:
    return next((_whole(one)[:TEXT_MAX] for one in _all(parent, tag)), "")


def _whole(element: etree._Element) -> str:
    return str(element.text or "").strip()


def _all(parent: etree._Element, tag: str) -> list[etree._Element]:
    return [one for one in parent if isinstance(one.tag, str) and etree.QName(one).localname == tag]
