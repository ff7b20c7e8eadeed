"""The office of a site: its [cap] table, read with the files that it names, and what is wrong with them in words."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.alerts import wording
from tocsin.alerts.cap import area
from tocsin.alerts.cap import profile as profiles
from tocsin.alerts.cap.issuer import Issuer
from tocsin.alerts.cap.profile import Profile
from tocsin.alerts.wording import Review, Wording
from tocsin.delivery import signing
from tocsin.delivery.signing import Key
from tocsin.errors import SiteError
from tocsin.live.documents.make import Office, usable
from tocsin.models import classes
from tocsin.settings import Place
from tocsin.site import Site
from tocsin.site.problems import MINUTE_TARGET
from tocsin.site.tables import CapTable

# Which keys an instance may hold: one that exercises has no key for what is real, so that none can be misused.
STATUSES = {"actual": ("Actual", "Test"), "exercise": ("Exercise", "Test"), "off": ("Exercise", "Test")}
KEY_DAYS = 30.0
TARGET = Place(MINUTE_TARGET, "zone", (), title="a test of the whole way")  # what it says has an area of its own


def office(site: Site) -> Office | None:
    """What makes the documents of a site; None where [cap] names no sender. Keys that are missing are left out.

    Raises SiteError where a profile or a language file cannot be read, or a key file is not as it must be.
    """
    table = site.cap
    if not table.sender:
        return None
    return Office(
        issuer=Issuer(
            table.sender,
            table.name or site.title,
            _zone(site.timezone),
            table.contact,
            table.web,
            table.test_addresses,
        ),
        keys=keys(site),
        places={place.name: place for place in (*site.settings.places, TARGET)},
        wordings=_wordings(table),
        reviews=reviews(table),
        profile=_profile(table),
    )


def keys(site: Site) -> dict[str, Key]:
    """The keys that this instance may use and that are there. Raises SiteError where one is not as it must be."""
    if not site.cap.keys:
        return {}
    folder = Path(site.cap.keys)
    wanted = STATUSES[site.delivery.instance]
    return {
        status: signing.load(folder, status) for status in wanted if (folder / f"{status.lower()}.key.pem").exists()
    }


def reviews(table: CapTable) -> tuple[Review, ...]:
    """Who signed which words."""
    return tuple(Review(one.language, one.person, one.date.isoformat(), one.digest) for one in table.reviewed)


def faults(site: Site, now: datetime) -> Iterator[tuple[bool, str, str]]:
    """(does it keep people from being told, what is wrong, what to do) of all that makes documents, for the doctor."""
    serves = {status for channel in site.delivery.channels for status in channel.status}
    actual = "actual" in serves
    if not site.cap.sender:
        if serves:
            yield (
                False,
                "no [cap] sender: channels carry plain JSON, no CAP",
                'write [cap] sender = "name@organisation"',
            )
        return
    try:
        made = office(site)
    except SiteError as error:
        yield True, str(error), "mend the file that it names"
        return
    assert made is not None  # noqa: S101  there is a sender
    for one in made.wordings:
        for fault in wording.faults(one, classes.known().names):
            yield actual, fault, "docs/how-to/cap.md: a language is one file"
    fit, unfit = usable(made.wordings, made.reviews, "actual")
    for fault in unfit:
        yield actual and not fit, fault, "have it read by a native speaker, then sign it under [[cap.reviewed]]"
    for name in classes.known().names:
        if name not in {kind.name for kind in made.profile.kinds}:
            yield (
                False,
                f"profile {made.profile.name}: class {name!r} has no [[class]]: it is said as unknown",
                "add it",
            )
    yield from _keys(made, serves, site.cap.keys, now)
    if site.settings.frame.kind == "earth":
        yield from _areas(site.settings.places, made.profile)


def _keys(made: Office, serves: set[str], folder: str, now: datetime) -> Iterator[tuple[bool, str, str]]:
    for status in sorted(serves):
        key = made.keys.get(status.capitalize())
        mend = f"tocsin key new {status} {folder or 'FOLDER'}"
        if key is None:
            yield True, f"no key for what is {status}: nothing of it can be signed", mend
            continue
        ends = key.certificate.not_valid_after_utc
        if not key.certificate.not_valid_before_utc <= now <= ends:
            yield True, f"the key for {status} counts from {key.certificate.not_valid_before_utc} until {ends}", mend
        elif ends < now + timedelta(days=KEY_DAYS):
            yield False, f"the key for {status} ends on {ends:%Y-%m-%d}", "make the next one, and give it to receivers"
    if "test" in serves and not made.issuer.test_addresses:
        yield True, "no test_addresses: a CAP test names whom it is for", "write test_addresses under [cap]"


def _areas(places: Sequence[Place], profile: Profile) -> Iterator[tuple[bool, str, str]]:
    for place in places:
        try:
            found = area.faults(area.outline(place), profile)
        except SiteError as error:
            found = [str(error)]
        for fault in found:
            yield True, f"place {place.name!r}: {fault}", "mend its geometry: no document can be made of it"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _profile(table: CapTable) -> Profile:
    return profiles.parse(_text(table.profile), table.profile) if table.profile else profiles.shipped()


def _wordings(table: CapTable) -> tuple[Wording, ...]:
    own = {one.language: one for one in (wording.parse(_text(path), path) for path in table.wording)}
    found = []
    for language in table.languages:
        if language not in own and language not in wording.LANGUAGES:
            known = ", ".join((*wording.LANGUAGES, *own))
            raise SiteError(
                f"[cap] languages names {language!r}, there are {known}: name its file under wording = [...]"
            )
        found.append(own.get(language) or wording.shipped(language))
    if not found:
        raise SiteError("[cap] languages is empty: name at least one")
    return tuple(found)


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: cannot be read: {error}") from error
