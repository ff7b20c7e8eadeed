"""`make`: a released statement becomes a signed CAP document, once. Its bytes are stored before they are sent.

What is missing at release is no reason to be silent: the document says what there are words for, and `problems` go to
whoever watches. Refused is only what would be wrong: no area, an exercise with the key for what is real, words that
nobody signed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tocsin.alerts import wording
from tocsin.alerts.cap import profile as profiles
from tocsin.alerts.cap import rules
from tocsin.alerts.cap.document import STATUS, document
from tocsin.alerts.cap.issuer import Document, Issuer
from tocsin.alerts.cap.profile import Profile
from tocsin.alerts.cap.reading import read
from tocsin.alerts.cap.tree import parse
from tocsin.alerts.wording import Review, Wording
from tocsin.delivery import signing
from tocsin.delivery.signing import Key
from tocsin.errors import DocumentRefused
from tocsin.messages import Statement
from tocsin.settings import Place

NO_KEYS: Mapping[str, Key] = MappingProxyType({})
NO_PLACES: Mapping[str, Place] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Office:
    """All that makes a document beside the statement. `keys` by CAP status; `places` by name."""

    issuer: Issuer
    keys: Mapping[str, Key] = field(default_factory=lambda: NO_KEYS)
    places: Mapping[str, Place] = field(default_factory=lambda: NO_PLACES)
    wordings: tuple[Wording, ...] = field(default_factory=lambda: tuple(map(wording.shipped, wording.LANGUAGES)))
    reviews: tuple[Review, ...] = ()
    profile: Profile = field(default_factory=profiles.shipped)
    evidence: Callable[[str], str] = lambda _event: ""  # which ledger entries an event rests on, in words


def make(statement: Statement, office: Office) -> Document:
    """The signed document of a released statement. Raises DocumentRefused where there can be none, with the reason.

    Call it once for a statement: ECDSA gives another signature each time, and only the stored one was ever sent.
    """
    if statement.state != "released":
        raise DocumentRefused(f"{statement.identifier!r} is {statement.state}: only what was released is signed")
    made = draft(statement, office)
    key = office.keys.get(made.status)
    if key is None:
        raise DocumentRefused(f"no key for {made.status}: tocsin key new {made.status.lower()} FOLDER")
    signed = signing.sign(made.data, key)
    broken = [*rules.ours(parse(made.data), office.profile), *signing.faults(signed, signing.trusting(key))]
    return replace(made, data=signed, problems=(*made.problems, *broken))


def draft(statement: Statement, office: Office) -> Document:
    """The same, not signed: to look at before it is released."""
    fit, unfit = usable(office.wordings, office.reviews, statement.status)
    place = office.places.get(statement.place)
    problems = list(unfit)
    if place is None:
        problems.append(f"place {statement.place!r} is not in the site file any more: its name serves as its title")
        place = Place(statement.place, "zone", ())
    if not fit and unfit:
        raise DocumentRefused(f"no language may be used for what is real: {'; '.join(unfit)}")
    made = document(statement, place, office.issuer, office.profile, fit, office.evidence(statement.event))
    return replace(made, problems=(*problems, *made.problems))


def texts(statement: Statement, office: Office) -> list[Mapping[str, object]]:
    """The words of a statement in each language, as they would go out: for who must release them.

    `draft`: no native speaker has signed these words. Raises DocumentRefused where there can be no document.
    """
    unread = {one.language for one in office.wordings if wording.unfit(one, office.reviews)}
    return [
        {
            "language": one.language,
            "headline": one.headline,
            "description": one.description,
            "instruction": one.instruction,
            "draft": one.language.partition("-")[0] in unread or one.language in unread,
        }
        for one in read(draft(statement, office).data).said
    ]


def usable(
    wordings: Sequence[Wording], reviews: Sequence[Review], status: str
) -> tuple[tuple[Wording, ...], tuple[str, ...]]:
    """The languages that may be used at a status, and why not the others. Drafts serve exercises and tests."""
    if status not in STATUS or status != "actual":
        return tuple(wordings), ()
    reasons = {one.language: wording.unfit(one, reviews) for one in wordings}
    return (
        tuple(one for one in wordings if not reasons[one.language]),
        tuple(reason for reason in reasons.values() if reason),
    )
