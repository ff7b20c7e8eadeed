"""Is this a right CAP document? Faults in words, found by rules of our own: the schema lets half of them pass.

`faults` judges any CAP 1.1 or 1.2 document by the standard: its structure (section 3.2, as a table below) and what the
standard says in prose and no schema knows. `ours` adds what our own documents promise: docs/reference/cap.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from lxml import etree

from tocsin.alerts.cap import area
from tocsin.alerts.cap.moments import moment_ns
from tocsin.alerts.cap.profile import CATEGORIES, CERTAINTIES, RESPONSES, SCOPES, SEVERITIES, URGENCIES, Profile
from tocsin.alerts.cap.tree import NAMESPACE, SIGNATURE
from tocsin.geo.units import SECOND_NS

NAMESPACES = frozenset((NAMESPACE, "urn:oasis:names:tc:emergency:cap:1.1"))
STATUSES = frozenset(("Actual", "Exercise", "System", "Test", "Draft"))
TYPES = frozenset(("Alert", "Update", "Cancel", "Ack", "Error"))
POINTS_MAX = 2_000  # of one polygon, and of all: beyond it nobody could say in time whether they cross themselves
POINTS_ALL_MAX = 20_000
POLYGONS_MAX = 500
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
NAME = re.compile(r"[^\s,<&]+")
FEW = 30  # faults told of one document: more teach nothing

# element: (how often at least, at most), in the order of the standard
_ONE, _MAYBE, _SOME, _ANY = (1, 1), (0, 1), (1, 10_000), (0, 10_000)
_PAIR = {"valueName": _ONE, "value": _ONE}
CHILDREN: Mapping[str, Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "alert": {
            "identifier": _ONE,
            "sender": _ONE,
            "sent": _ONE,
            "status": _ONE,
            "msgType": _ONE,
            "source": _MAYBE,
            "scope": _ONE,
            "restriction": _MAYBE,
            "addresses": _MAYBE,
            "code": _ANY,
            "note": _MAYBE,
            "references": _MAYBE,
            "incidents": _MAYBE,
            "info": _ANY,
        },
        "info": {
            "language": _MAYBE,
            "category": _SOME,
            "event": _ONE,
            "responseType": _ANY,
            "urgency": _ONE,
            "severity": _ONE,
            "certainty": _ONE,
            "audience": _MAYBE,
            "eventCode": _ANY,
            "effective": _MAYBE,
            "onset": _MAYBE,
            "expires": _MAYBE,
            "senderName": _MAYBE,
            "headline": _MAYBE,
            "description": _MAYBE,
            "instruction": _MAYBE,
            "web": _MAYBE,
            "contact": _MAYBE,
            "parameter": _ANY,
            "resource": _ANY,
            "area": _ANY,
        },
        "eventCode": _PAIR,
        "parameter": _PAIR,
        "geocode": _PAIR,
        "resource": {
            "resourceDesc": _ONE,
            "mimeType": _ONE,
            "size": _MAYBE,
            "uri": _MAYBE,
            "derefUri": _MAYBE,
            "digest": _MAYBE,
        },
        "area": {
            "areaDesc": _ONE,
            "polygon": _ANY,
            "circle": _ANY,
            "geocode": _ANY,
            "altitude": _MAYBE,
            "ceiling": _MAYBE,
        },
    }
)


def _one_of(words: frozenset[str]) -> Callable[[str], str]:
    return lambda text: "" if text in words else f"expected one of {', '.join(sorted(words))}"


def _time(text: str) -> str:
    if not TIME.fullmatch(text):
        return "expected YYYY-MM-DDThh:mm:ss and an offset such as +02:00; UTC is -00:00, never Z"
    try:
        moment_ns(text)
    except ValueError as error:
        return str(error)
    return ""


def _name(text: str) -> str:
    return "" if NAME.fullmatch(text) else "expected a name without spaces, commas, < and &"


def _words(text: str) -> str:
    return "" if text.strip() else "it is empty"


def _language(text: str) -> str:
    return "" if LANGUAGE.fullmatch(text) else "expected a tag of RFC 5646, such as uk or en-GB"


def _number(text: str) -> str:
    return "" if re.fullmatch(r"[-+]?\d{1,12}(\.\d{1,12})?", text) else "expected a number"


def _polygon(text: str) -> str:
    try:
        ring = area.points(text)
    except ValueError as error:
        return str(error)
    if len(ring) > POINTS_MAX:
        return f"{len(ring)} points, {POINTS_MAX} at most"
    return "; ".join(area.degree_faults(ring))


def _circle(text: str) -> str:
    try:
        middle, radius = text.split()
        (place,) = area.points(middle)
        right = abs(place[0]) <= 90.0 and abs(place[1]) <= 180.0 and 0.0 <= float(radius) < 21_000.0
    except ValueError:
        right = False
    return "" if right else "expected latitude,longitude radius with a radius in kilometres"


VALUES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "identifier": _name,
        "sender": _name,
        "sent": _time,
        "status": _one_of(STATUSES),
        "msgType": _one_of(TYPES),
        "scope": _one_of(SCOPES),
        "references": _words,
        "language": _language,
        "category": _one_of(CATEGORIES),
        "event": _words,
        "responseType": _one_of(RESPONSES),
        "urgency": _one_of(URGENCIES),
        "severity": _one_of(SEVERITIES),
        "certainty": _one_of(CERTAINTIES),
        "effective": _time,
        "onset": _time,
        "expires": _time,
        "valueName": _words,
        "resourceDesc": _words,
        "mimeType": _words,
        "size": _number,
        "areaDesc": _words,
        "polygon": _polygon,
        "circle": _circle,
        "altitude": _number,
        "ceiling": _number,
    }
)


def faults(root: etree._Element) -> list[str]:
    """Everything wrong by the standard, the first FEW; nothing where it is right."""
    kind = etree.QName(root)
    if kind.localname != "alert" or kind.namespace not in NAMESPACES:
        return [f"the root is {kind.text!r}; expected alert of {NAMESPACE}"]
    if told := too_much(root):
        return [told]
    found: list[str] = []
    for fault in (*_structure(root, kind.namespace), *_prose(root)):
        found.append(fault)
        if len(found) >= FEW:
            return [*found, "and more"]
    return found


def too_much(root: etree._Element) -> str:
    """Why a document is more than anybody draws; "" where it is not. Asked before its polygons are looked at."""
    polygons = [one.text or "" for one in root.iter("{*}polygon")]
    points = sum(text.count(",") for text in polygons)
    if len(polygons) > POLYGONS_MAX or points > POINTS_ALL_MAX:
        return f"{len(polygons)} polygons of {points} points, {POLYGONS_MAX} and {POINTS_ALL_MAX} at most"
    return ""


def _structure(parent: etree._Element, namespace: str) -> Iterator[str]:
    where = etree.QName(parent).localname
    if parent.attrib:
        yield f"{where} has attributes; CAP has none"
    if where not in CHILDREN:
        yield from _leaf(parent, where)
        return
    if (parent.text or "").strip():
        yield f"{where} holds text of its own: {(parent.text or '')[:40]!r}"
    yield from _children(parent, where, namespace)


def _leaf(element: etree._Element, where: str) -> Iterator[str]:
    text = (element.text or "").strip()
    problem = VALUES[where](text) if where in VALUES else ""
    if len(element):
        problem = "it holds elements; expected text"
    if problem:
        yield f"{where} {text[:60]!r}: {problem}"


def _children(parent: etree._Element, where: str, namespace: str) -> Iterator[str]:
    wanted = CHILDREN[where]
    order, count, last = list(wanted), dict.fromkeys(wanted, 0), -1
    for child in parent:
        if not isinstance(child.tag, str):
            continue  # a comment says nothing
        kind = etree.QName(child)
        if where == "alert" and kind.namespace == SIGNATURE:
            last = len(order)
            continue
        if kind.namespace != namespace or kind.localname not in wanted:
            yield f"{where} holds {kind.localname!r}, which the standard does not know there"
            continue
        place = order.index(kind.localname)
        if place < last:
            yield f"{kind.localname} stands after {order[min(last, len(order) - 1)]}; the standard has it before"
        last = max(last, place)
        count[kind.localname] += 1
        yield from _structure(child, namespace)
    for name, (least, most) in wanted.items():
        if count[name] < least:
            yield f"{where} has no {name}"
        if count[name] > most:
            yield f"{where} has {count[name]} times {name}, {most} at most"


def _prose(root: etree._Element) -> Iterator[str]:
    """What the standard says in words only."""
    scope, kind = _text(root, "scope"), _text(root, "msgType")
    if scope == "Restricted" and not _text(root, "restriction"):
        yield "scope Restricted needs a restriction"
    if scope == "Private" and not _text(root, "addresses"):
        yield "scope Private needs addresses"
    if kind in ("Update", "Cancel", "Ack", "Error") and not _text(root, "references"):
        yield f"msgType {kind} needs references to at least one message"
    if kind == "Error" and not _text(root, "note"):
        yield "msgType Error needs a note that says which"
    for reference in _text(root, "references").split():
        parts = reference.split(",")
        if len(parts) != 3 or _name(parts[0]) or _name(parts[1]) or _time(parts[2]):
            yield f"reference {reference[:80]!r}: expected sender,identifier,sent"
        elif parts[:2] == [_text(root, "sender"), _text(root, "identifier")]:
            yield "it refers to itself"
    for info in _all(root, "info"):
        times = [_moment(text) for text in (_text(root, "sent"), _text(info, "effective"), _text(info, "expires"))]
        if times[2] is not None and any(time is not None and time >= times[2] for time in times[:2]):
            yield "it expires before it is sent or effective"
        for place in _all(info, "area"):
            if _text(place, "ceiling") and not _text(place, "altitude"):
                yield "a ceiling needs an altitude"


def ours(root: etree._Element, profile: Profile) -> list[str]:
    """What our own documents promise beyond the standard."""
    return faults(root) or [*_our_head(root, profile), *_our_blocks(root, profile)]


def _our_head(root: etree._Element, profile: Profile) -> Iterator[str]:
    status, scope, kind = (_text(root, tag) for tag in ("status", "scope", "msgType"))
    if status not in ("Actual", "Exercise", "Test"):
        yield f"status {status!r}: ours are Actual, Exercise or Test"
    if status == "Test" and scope != "Private":
        yield "a test is Private"
    if status == "Exercise" and scope != profile.exercise:
        yield f"an exercise is {profile.exercise}"
    if (status in ("Exercise", "Test") or kind == "Cancel") and not _text(root, "note"):
        yield f"{status} {kind} needs a note"
    if kind not in ("Alert", "Update", "Cancel"):
        yield f"msgType {kind!r}: ours are Alert, Update or Cancel"
    if len(_text(root, "incidents").split()) != 1:
        yield "incidents names one event"
    if not _all(root, "info"):
        yield "no language is there"


def _our_blocks(root: etree._Element, profile: Profile) -> Iterator[str]:
    blocks = _all(root, "info")
    languages = [_text(block, "language") for block in blocks]
    if len(set(languages)) != len(languages) or not all(languages):
        yield f"languages {languages}: each once"
    if len({_facts(block) for block in blocks}) > 1:
        yield "the languages differ in more than text"
    scope, kind = _text(root, "scope"), _text(root, "msgType")
    for block in blocks[:1]:
        if [_text(one, ".") for one in _all(block, "category")] != [profile.category]:
            yield f"category is not {profile.category}"
        ends = "AllClear" in [one.text for one in _all(block, "responseType")]
        if ends and (kind == "Cancel" or _text(block, "urgency") != "Past"):
            yield "an end is no Cancel, and its urgency is Past"
        stage = next((_text(one, "value") for one in _all(block, "parameter") if _text(one, "valueName") == STAGE), "")
        if stage == "watch" and scope == "Public" and kind != "Cancel":
            yield "a watch is never public"
        sent, expires = _moment(_text(root, "sent")), _moment(_text(block, "expires"))
        if sent is None or expires is None or not 0 < expires - sent <= profile.sent_s_max * SECOND_NS:
            yield f"expires is not within {profile.sent_s_max:g} s after sent"
        places = _all(block, "area")
        polygons = [one for place in places for one in _all(place, "polygon")]
        if not polygons or any(_all(place, "circle") for place in places):
            yield "an area is polygons, at least one, and no circle"
    for block, language in zip(blocks, languages, strict=True):
        for tag in ("headline", "description", "instruction"):
            if not _text(block, tag):
                yield f"language {language} has no {tag}"


STAGE = "tocsin:stage"
_TEXTS = ("language", "event", "senderName", "headline", "description", "instruction", "areaDesc")


def _facts(block: etree._Element) -> tuple[tuple[str, str], ...]:
    """What no language may change."""
    plain = ((etree.QName(one).localname, (one.text or "").strip()) for one in block.iter() if isinstance(one.tag, str))
    return tuple((tag, text) for tag, text in plain if tag not in _TEXTS)


def _text(parent: etree._Element, tag: str) -> str:
    if tag == ".":
        return str(parent.text or "").strip()
    return next((str(one.text or "").strip() for one in _all(parent, tag)), "")


def _all(parent: etree._Element, tag: str) -> list[etree._Element]:
    return [one for one in parent if isinstance(one.tag, str) and etree.QName(one).localname == tag]


def _moment(text: str) -> int | None:
    return None if _time(text) else moment_ns(text)
