"""XML, read and written with care: no entity, no DTD, no network, no file is ever reached from a document."""

import re
from typing import Final

from lxml import etree

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
BYTES_MAX = 1_000_000  # NAADS, one of the largest networks, allows 5 MB with embedded sound; text needs no more
NODES_MAX = 50_000
# all but the letters of XML 1.0, section 2.2; line breaks and tabs as well, which a headline does not need
UNFIT: Final = re.compile("[^ -~\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent: etree._Element, tag: str, text: str = "") -> etree._Element:
    """A child of the parent's namespace with its text; letters that XML cannot hold become spaces."""
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    made.text = UNFIT.sub(" ", text).strip() or None
    return made


def parse(data: bytes) -> etree._Element:
    """The root of a document. Raises ValueError with the reason where it is too large, no XML, or brings a DTD."""
    if len(data) > BYTES_MAX:
        raise ValueError(f"{len(data)} bytes, {BYTES_MAX} at most")
    try:
        # a parser of its own for each: its limits (huge_tree off) bound depth and the size of one text
        root = etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise ValueError(f"no XML: {error}") from error
    information = root.getroottree().docinfo
    if information.doctype or information.internalDTD is not None or information.externalDTD is not None:
        raise ValueError("it brings a document type (DTD), which no CAP document needs and attacks do")
    if sum(1 for _ in root.iter()) > NODES_MAX:
        raise ValueError(f"more than {NODES_MAX} elements")
    return root


def parser() -> etree.XMLParser:
    """A parser that resolves nothing and reaches nothing."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
