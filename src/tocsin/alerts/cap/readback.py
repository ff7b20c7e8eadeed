"""Readback: what a gateway says that it accepted, against what was signed. A warning that grew on its way is a fault.

Compared are the geometry and every text, element by element; white space around a text and the order of polygons are
free, a gateway's own signature is nobody's text.
"""

import re
from collections.abc import Iterator

from lxml import etree

from tocsin.alerts.cap.area import same
from tocsin.alerts.cap.tree import SIGNATURE, parse

NAMESPACES = re.compile(r"\{[^}]*\}")


def differences(signed: bytes, accepted: bytes) -> list[str]:
    """How two documents differ, in words; nothing where they say the same of the same ground."""
    try:
        mine, theirs = parse(signed), parse(accepted)
    except ValueError as error:
        return [f"what came back cannot be read: {error}"]
    found = []
    one, other = (list(_polygons(root)) for root in (mine, theirs))
    if not same(one, other):
        found.append(f"geometry: {len(one)} polygons were signed, {len(other)} others came back")
    texts, others = dict(_texts(mine)), dict(_texts(theirs))
    for path in (*texts, *(path for path in others if path not in texts)):
        was, now = texts.get(path), others.get(path)
        if was != now:
            found.append(f"{path}: signed {_short(was)}, came back {_short(now)}")
    return found


def _polygons(root: etree._Element) -> Iterator[str]:
    for element in _elements(root):
        if etree.QName(element).localname == "polygon":
            yield element.text or ""


def _texts(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Every text but polygons, by where it stands: "alert/info[2]/headline"."""
    tree = root.getroottree()
    for element in _elements(root):
        name = etree.QName(element).localname
        if name != "polygon":
            path = NAMESPACES.sub("", tree.getelementpath(element))
            yield f"alert/{path}", " ".join((element.text or "").split())


def _elements(root: etree._Element) -> Iterator[etree._Element]:
    for element in root.iter():
        if isinstance(element.tag, str) and etree.QName(element).namespace != SIGNATURE:
            yield element


def _short(text: str | None) -> str:
    return "nothing" if text is None else repr(text[:60])
