"""The public feed: read as any reader of Atom does, without an account."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from tests.doors import ORIGIN, House
from tests.said.statements import (
    CLEAR,
    EXERCISE,
    ISSUER,
    NOW,
    PLACE,
    SECOND,
    STAFF_WATCH,
    TEST,
    UNDER_WAY,
    WARNING,
    key,
)
from tocsin.alerts import wording
from tocsin.delivery import signing
from tocsin.delivery.channels.feed import Feed
from tocsin.delivery.declared import Channel, Delivery, Routes
from tocsin.delivery.kept import Document, Receipt
from tocsin.delivery.outbox import Made, Outbox
from tocsin.live.documents.make import Office, make
from tocsin.live.documents.posted import Wall
from tocsin.messages import Statement
from tocsin.server.app import build
from tocsin.server.past import Past
from tocsin.server.trails import Trails

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def review(language: str) -> wording.Review:
    return wording.Review(language, "Ada Reader", "2031-01-01", wording.shipped(language).digest)


REVIEWS = tuple(map(review, wording.LANGUAGES))
OFFICE = Office(ISSUER, {one: key(one) for one in signing.STATUSES}, {PLACE.name: PLACE}, reviews=REVIEWS)


def kept(statement: Statement) -> Document:
    return Document(NOW, statement.identifier, "application/cap+xml", make(statement, OFFICE).data)


def wall(*documents: Document, audience: tuple[str, ...] = ("public",)) -> Wall:
    channel = Channel("feed", "feed", audience, ("actual",))
    feed = Feed(channel, lambda: NOW)
    feed.restore(documents)
    return Wall(Outbox(Delivery(), Routes(), {"feed": feed}, lambda _: Made("", b""), None, lambda: NOW))  # type: ignore[arg-type]


class Reader:
    """A plain reader of feeds: it knows Atom, and nothing of us."""

    def __init__(self, folder: Path, shown: Wall, now_ns: int = NOW + 60 * SECOND) -> None:
        house = House(folder, now_ns=now_ns)
        self.house = house
        station = replace(house.station, posted=shown.posted)
        app = build(station, house.door, house.hub, Past(station), Trails(), folder / "web")
        self.client = TestClient(app, base_url=ORIGIN)

    def entries(self) -> list[ET.Element]:
        answer = self.client.get("/cap/feed.xml")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/atom+xml")
        return ET.fromstring(answer.content).findall("a:entry", ATOM)  # noqa: S314  our own bytes


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path, wall(kept(WARNING), kept(UNDER_WAY)))


def test_a_reader_finds_what_is_said_and_its_signed_bytes(reader: Reader) -> None:
    entries = reader.entries()
    assert [one.findtext("a:title", "", ATOM)[:30] for one in entries] == [
        "Air threat under way: The harb",
        "Air threat warning: The harbou",
    ]
    link = entries[1].find("a:link", ATOM)
    assert link is not None
    assert (link.get("rel"), link.get("type")) == ("alternate", "application/cap+xml")
    found = reader.client.get(str(link.get("href")))
    assert found.headers["content-type"] == "application/cap+xml"
    assert signing.faults(found.content, signing.trusting(key("Actual"))) == []


def test_every_entry_has_what_atom_asks_for(reader: Reader) -> None:
    for entry in reader.entries():
        for tag in ("id", "title", "updated", "author/a:name", "summary"):
            assert entry.findtext(f"a:{tag}", "", ATOM)
        assert datetime.fromisoformat(entry.findtext("a:updated", "", ATOM)).tzinfo is not None


def test_a_reader_that_has_it_is_told_so_and_nothing_is_kept_unasked(reader: Reader) -> None:
    first = reader.client.get("/cap/feed.xml")
    assert first.headers["cache-control"] == "no-cache"
    again = reader.client.get("/cap/feed.xml", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["last-modified"] == "Thu, 06 Feb 2031 03:10:00 GMT"


def test_what_expires_leaves_the_feed_which_says_that_it_changed(tmp_path: Path) -> None:
    shown = wall(kept(WARNING))
    before = Reader(tmp_path, shown)
    first = before.client.get("/cap/feed.xml")
    before.house.now_ns = WARNING.expires_ns + SECOND
    later = before.client.get("/cap/feed.xml", headers={"if-none-match": first.headers["etag"]})
    assert later.status_code == 200
    assert b"<entry>" not in later.content
    assert later.headers["last-modified"] == "Thu, 06 Feb 2031 03:21:00 GMT"


def test_what_is_not_for_everybody_does_not_stand_there(tmp_path: Path) -> None:
    json = Document(NOW, "x", "application/json", b"{}")
    reader = Reader(tmp_path, wall(kept(STAFF_WATCH), kept(TEST), json))
    assert reader.entries() == []
    assert reader.client.get("/cap/harbour@1~2Fstaff~2F1.xml").status_code == 404
    staff = Reader(tmp_path / "staff", wall(kept(WARNING), audience=("public", "staff")))
    assert staff.entries() == []


def test_an_exercise_says_so_in_the_feed_of_its_instance(tmp_path: Path) -> None:
    (entry,) = Reader(tmp_path, wall(kept(EXERCISE))).entries()
    assert entry.findtext("a:title", "", ATOM).startswith("EXERCISE: ")
    category = entry.find("a:category", ATOM)
    assert category is not None
    assert category.get("term") == "Exercise Alert"


def test_the_feed_names_nobody_of_the_staff(reader: Reader) -> None:
    text = reader.client.get("/cap/feed.xml").text
    assert "Olena" not in text
    assert "Ion" not in text


def test_after_a_restart_what_a_receipt_says_stood_there_stands_there_again() -> None:
    shown = wall()
    documents = [kept(WARNING), kept(CLEAR)]
    receipt = Receipt(NOW, "k", WARNING.identifier, "feed", "received", "", 1, *("",) * 5, *(0,) * 7)
    shown.restore(documents, [receipt])
    assert [one.body for one in shown.posted()] == [documents[0].body]
