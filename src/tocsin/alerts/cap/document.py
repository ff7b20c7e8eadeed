"""(Statement, Place, issuer, profile, wordings) -> a CAP 1.2 document: pure, the same bytes for the same arguments.

One info block a language, equal but for text. A document is made once, when its statement is released; its bytes are
signed, stored, and only then sent. docs/reference/cap.md holds the table of what becomes what.
"""

from collections.abc import Sequence

from lxml import etree

from tocsin.alerts.cap import area
from tocsin.alerts.cap.blocks import facts_of, fill, said_of
from tocsin.alerts.cap.issuer import Document, Issuer
from tocsin.alerts.cap.moments import name, sent_ns, stamp
from tocsin.alerts.cap.profile import Profile
from tocsin.alerts.cap.tree import NAMESPACE, add
from tocsin.alerts.wording import Wording
from tocsin.errors import DocumentRefused
from tocsin.messages import Statement
from tocsin.settings import Place

STATUS = {"actual": "Actual", "exercise": "Exercise", "test": "Test"}
TYPE = {"alert": "Alert", "update": "Update", "cancel": "Cancel"}


def document(
    statement: Statement,
    place: Place,
    issuer: Issuer,
    profile: Profile,
    wordings: Sequence[Wording],
    evidence: str = "",
) -> Document:
    """The document of a statement, in the languages given, the first one first.

    `evidence` names the ledger's entries that it rests on: for staff alone.

    Raises DocumentRefused, with the reason, where nothing may be said so: a watch to the public, an area that is none,
    a test without addresses, a cancel without what it cancels, no language.
    """
    problems: list[str] = []
    scope = _scope(statement, issuer, profile)
    if refused := area.faults(statement.area, profile):
        raise DocumentRefused(f"the area of {statement.place!r} may not be warned of: {'; '.join(refused)}")
    if not wordings:
        raise DocumentRefused(f"no language for {statement.identifier!r}: have a wording reviewed (tocsin doctor)")
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _head(root, statement, issuer, profile, scope, wordings, problems)
    facts = facts_of(statement, profile, evidence)
    for wording in wordings:
        fill(root, statement, facts, place, issuer, profile, wording, problems)
    if root.find(f"{{{NAMESPACE}}}info") is None:
        raise DocumentRefused(f"no language has words for {facts.said!r}: {'; '.join(problems)}")
    data = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return Document(name(statement.identifier), STATUS[statement.status], data, tuple(problems))


def _scope(statement: Statement, issuer: Issuer, profile: Profile) -> str:
    if statement.status not in STATUS or statement.kind not in TYPE:
        raise DocumentRefused(f"status {statement.status!r}, kind {statement.kind!r}: expected {[*STATUS]}, {[*TYPE]}")
    if statement.expires_ns <= sent_ns(statement):
        raise DocumentRefused(f"{statement.identifier!r} expires before it is sent: release it anew")
    if statement.status == "test":
        if not issuer.test_addresses:
            raise DocumentRefused("a test without addresses: write test_addresses under [cap] of the site file")
        return "Private"
    if statement.audience == "public" and statement.stage == "watch" and statement.kind != "cancel":
        raise DocumentRefused("a watch is never public: it is for staff")
    if statement.status == "exercise":
        return profile.exercise
    return "Public" if statement.audience == "public" else "Restricted"


def _head(
    root: etree._Element,
    statement: Statement,
    issuer: Issuer,
    profile: Profile,
    scope: str,
    wordings: Sequence[Wording],
    problems: list[str],
) -> None:
    kind = TYPE[statement.kind]
    references = [
        f"{name(issuer.sender)},{name(identifier)},{stamp(released_ns)}"
        for identifier, released_ns in statement.references
    ]
    if kind == "Cancel" and not references:
        raise DocumentRefused("a cancel without a message that it cancels: name it in references")
    if kind == "Update" and not references:
        problems.append("an update with nothing unexpired to update went out as Alert: it came too late")
        kind = "Alert"
    add(root, "identifier", name(statement.identifier))
    add(root, "sender", name(issuer.sender))
    add(root, "sent", stamp(sent_ns(statement)))
    add(root, "status", STATUS[statement.status])
    add(root, "msgType", kind)
    add(root, "source", "tocsin")
    add(root, "scope", scope)
    if scope == "Restricted":
        add(root, "restriction", _all(wordings, "mark.restriction") or "Not for publication.")
    if scope == "Private":
        add(root, "addresses", " ".join(f'"{one}"' if " " in one else one for one in issuer.test_addresses))
    for code in profile.code:
        add(root, "code", code)
    if note := _note(statement, wordings):
        add(root, "note", note)
    if references:
        add(root, "references", " ".join(references))
    add(root, "incidents", name(statement.event))


def _note(statement: Statement, wordings: Sequence[Wording]) -> str:
    """Ours, in every language; what a person typed only where the public does not read it: it may name somebody."""
    parts = []
    if statement.status in ("exercise", "test"):
        parts.append(_all(wordings, f"mark.{statement.status}_note") or STATUS[statement.status].upper())
    if statement.kind == "cancel":
        parts.append(_all(wordings, "said.cancelled") or "Sent in error.")
    elif said_of(statement) == "ended":
        parts.append(_all(wordings, "said.unobserved"))
    if statement.audience != "public":
        parts.append(statement.note)
    return " ".join(part for part in parts if part)


def _all(wordings: Sequence[Wording], key: str) -> str:
    return " / ".join(dict.fromkeys(text for wording in wordings if (text := wording.text(key))))
