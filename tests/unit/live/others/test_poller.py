"""Other authorities' feeds: read from our own feed, from a silent one, and from one that lies."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.said.statements import CANCEL, ISSUER, NOW, PLACE, SECOND, UNDER_WAY, WARNING, key
from tocsin.alerts import wording
from tocsin.alerts.cap import profile
from tocsin.alerts.cap.document import document
from tocsin.delivery import atom, signing
from tocsin.delivery.atom import Posted
from tocsin.live.others import poller as room
from tocsin.live.others.poller import Fetch, Other, Others, Poller, Refused, client, fetching
from tocsin.messages import Notice, Statement

URL = "https://other.example/cap/feed.xml"


def signed(statement: Statement) -> bytes:
    made = document(statement, PLACE, ISSUER, profile.shipped(), [wording.shipped("en")])
    return signing.sign(made.data, key("Actual"))


def posted(statement: Statement) -> Posted:
    return Posted(
        statement.identifier.replace("/", "~2F"), ISSUER.sender, "", "t", "s", "en", "Actual Alert",
        statement.released_ns, statement.expires_ns, signed(statement),
    )  # fmt: skip


@dataclass
class Web:
    """What lies where, and what was asked for."""

    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    now_ns: int = NOW + 10 * SECOND

    def post(self, *statements: Statement) -> None:
        all_posted = [posted(one) for one in statements]
        for one in all_posted:
            self.pages.setdefault(f"https://other.example/cap/{one.identifier}.xml", one.body)
        self.pages[URL] = atom.feed(all_posted, title="Other", address="https://other.example", now_ns=self.now_ns)

    def fetch(self) -> Fetch:
        async def get(address: str) -> bytes:
            self.asked.append(address)
            if address not in self.pages:
                raise Refused(f"{address} answers 404")
            return self.pages[address]

        return get

    def poller(self, *trusted: signing.Key) -> Poller:
        async def show(notice: Notice) -> None:
            self.told.append(notice)

        other = Other("other", URL, 60.0, trusted=tuple(one.certificate for one in trusted))
        return Poller(other, self.fetch(), lambda: self.now_ns, show, began_ns=self.now_ns)


def test_a_feed_of_ours_is_read_by_another_of_ours_and_its_signature_is_judged() -> None:
    web = Web()
    web.post(WARNING)
    poller = web.poller(key("Actual"))
    asyncio.run(poller.poll())
    (bulletin,) = poller.standing()
    assert bulletin.signature == "good"
    assert web.told[0].kind == "other"
    assert "Actual Alert of warning@region.example: Air threat warning: The harbour" in web.told[0].text
    asyncio.run(poller.poll())
    assert len(web.told) == 1, "the same again is no news"
    assert web.asked.count(URL) == 2
    assert len(web.asked) == 3, "what we have is not asked for again"


def test_what_was_updated_or_cancelled_stands_no_more() -> None:
    web = Web()
    poller = web.poller()
    web.post(WARNING)
    asyncio.run(poller.poll())
    web.post(WARNING, UNDER_WAY)
    asyncio.run(poller.poll())
    assert [one.kind for one in poller.standing()] == ["Update"]
    web.post(CANCEL)
    asyncio.run(poller.poll())
    assert "Cancel" in web.told[-1].text
    assert poller.standing()[0].signature == "unchecked"


def test_a_signature_by_nobody_who_is_trusted_is_shown_as_that() -> None:
    web = Web()
    web.post(WARNING)
    poller = web.poller(key("Actual", "stranger"))
    asyncio.run(poller.poll())
    assert "no trusted signature" in poller.standing()[0].signature


def test_silence_is_told_and_never_taken_for_an_all_clear() -> None:
    web = Web()
    poller = web.poller()
    asyncio.run(poller.poll())
    assert poller.trouble == f"{URL} answers 404"
    assert Others([poller]).troubles() == []
    web.now_ns += 200 * SECOND
    assert "that it says nothing is no all clear" in Others([poller]).troubles()[0]


def test_a_feed_cannot_make_us_ask_other_machines() -> None:
    web = Web()
    feed = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link type='application/cap+xml' href='%s'/></entry></feed>"
    )
    for address in (b"http://127.0.0.1:8000/api/people", b"file:///etc/passwd", b"//inside.example/x", b"https://o"):
        web.pages[URL] = feed % address
        poller = web.poller()
        asyncio.run(poller.poll())
        assert "another machine" in poller.trouble
    assert set(web.asked) == {URL}


def test_one_document_is_a_feed_too_and_rubbish_is_told_once() -> None:
    web = Web({URL: signed(WARNING)})
    poller = web.poller()
    asyncio.run(poller.poll())
    assert len(poller.standing()) == 1
    web.pages[URL] = b"<html>gone</html>"
    asyncio.run(poller.poll())
    asyncio.run(poller.poll())
    assert [one.text for one in web.told if "cannot be read" in one.text] == [web.told[-1].text]
    web.pages[URL] = b"not even that"
    asyncio.run(poller.poll())
    assert "cannot be read" in poller.trouble


def test_rss_is_read() -> None:
    rss = b"<rss><channel><item><link>https://a.example/1.cap</link></item><item><title/></item></channel></rss>"
    assert atom.links(rss) == ["https://a.example/1.cap"]
    assert atom.links(signed(WARNING)) is None


def test_what_others_say_is_shown_with_its_faults_and_its_ground() -> None:
    web = Web({URL: signed(WARNING).replace(b"<urgency>Immediate", b"<urgency>Now")})
    poller = web.poller()
    asyncio.run(poller.poll())
    shown = json.loads(json.dumps(Others([poller]).shown()))
    (bulletin,) = shown[0]["bulletins"]
    assert "expected one of" in bulletin["faults"][0]
    assert bulletin["said"][0]["area"][0][0] == [30.7, 46.4]


def test_what_others_say_reaches_no_stage_of_ours() -> None:
    """The room of others knows neither thinking nor its queues: an alert of others has no way into a decision."""
    text = Path(str(room.__file__)).read_text("utf-8")
    for word in ("tocsin.pipeline", "tocsin.tracking", "tocsin.alerts.board", "intake", "advance", "Scan", "Order"):
        assert word not in text


@pytest.mark.parametrize("address", ["http://other.example/feed", "ftp://other.example", "nonsense"])
def test_what_is_not_encrypted_is_not_asked_for(address: str) -> None:
    async def ask() -> None:
        by = client()
        try:
            await fetching(by)(address)
        finally:
            await by.aclose()

    with pytest.raises(Refused, match="write https"):
        asyncio.run(ask())
