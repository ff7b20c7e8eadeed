"""Others' alerts: read with care, taken back by who said them only, and never a crash."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.said.mutations import mutations
from tests.said.statements import CANCEL, CLEAR, ISSUER, NOW, PLACE, SECOND, UNDER_WAY, WARNING
from tocsin.alerts import wording
from tocsin.alerts.cap import profile, reading, tree
from tocsin.alerts.cap.document import document
from tocsin.messages import Statement

LANGUAGES = [wording.shipped("en"), wording.shipped("uk")]


def heard(statement: Statement, sender: str = ISSUER.sender) -> reading.Bulletin:
    issuer = replace(ISSUER, sender=sender)
    return reading.read(document(statement, PLACE, issuer, profile.shipped(), LANGUAGES).data)


def test_what_we_say_is_read_as_we_said_it() -> None:
    bulletin = heard(WARNING)
    assert (bulletin.status, bulletin.kind, bulletin.scope) == ("Actual", "Alert", "Public")
    assert [one.language for one in bulletin.said] == ["en", "uk"]
    assert bulletin.said[0].headline.startswith("Air threat warning: The harbour")
    assert bulletin.said[0].polygons[0][0] == (46.4, 30.7)
    assert bulletin.expires_ns == NOW + 1260 * SECOND
    assert (bulletin.faults, bulletin.signature) == ((), "none")


def test_an_update_takes_the_place_of_what_it_refers_to_and_an_expired_one_is_gone() -> None:
    both = (heard(WARNING), heard(UNDER_WAY))
    assert [one.identifier for one in reading.unexpired(both, NOW)] == [both[1].identifier]
    assert reading.unexpired(both, NOW + 3600 * SECOND) == ()
    assert reading.unexpired((heard(WARNING), heard(CANCEL)), NOW) == ()
    assert len(reading.unexpired((heard(CLEAR),), NOW)) == 1, "that somebody ended something is news"


def test_nobody_takes_back_what_another_said() -> None:
    stranger = heard(CANCEL, "stranger@elsewhere.example")
    assert len(reading.unexpired((heard(WARNING), stranger), NOW)) == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no XML"),
        (b"<alert/>", "expected alert"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
        (b"x" * (tree.BYTES_MAX + 1), "at most"),
        (b"<a>" * 5000, "no XML"),
        (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><sender>a</sender></alert>', "nobody could refer"),
        (b"<a>" + b"<b/>" * (tree.NODES_MAX + 1) + b"</a>", "elements"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "no XML"),
    ],
)
def test_what_is_no_alert_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        reading.read(data)


def test_a_bomb_of_entities_costs_nothing() -> None:
    bomb = b"<!DOCTYPE a [<!ENTITY x0 'ha'>" + b"".join(
        b"<!ENTITY x%d '&x%d;&x%d;'>" % (n, n - 1, n - 1) for n in range(1, 40)
    )
    with pytest.raises(ValueError, match=r"document type|no XML"):
        reading.read(bomb + b"]><a>&x39;</a>")


def test_more_ground_than_anybody_draws_is_told_and_not_looked_at() -> None:
    polygon = b"<polygon>1,1 1,2 2,2 1,1</polygon>"
    flood = PIECES.replace(b"<polygon>", polygon * 501 + b"<polygon>", 1)
    bulletin = reading.read(flood)
    assert "503 polygons of" in bulletin.faults[0]
    assert bulletin.said[0].polygons == ()
    long = PIECES.replace(b"<polygon>", b"<polygon>" + b"1,1 " * 3000, 1)
    assert any("points, 2000 at most" in fault for fault in reading.read(long).faults)


def readable(data: bytes) -> bool:
    """Read it; it may be refused, and nothing else may come of it."""
    try:
        bulletin = reading.read(data)
    except ValueError:
        return False
    reading.unexpired((bulletin,), NOW)
    return True


def test_no_changed_document_crashes_the_reader() -> None:
    assert any(readable(changed) for _, _, changed in mutations(800, seed=11)), "some are read all the same"


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    readable(data)


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_no_mixture_of_pieces_crashes_the_reader(seed: int, pieces: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    cuts = (chance.randrange(len(PIECES)) for _ in range(pieces))
    readable(b"".join(PIECES[at : at + chance.randrange(1, 80)] for at in cuts))
    readable(PIECES[: chance.randrange(len(PIECES))])


PIECES = document(WARNING, PLACE, ISSUER, profile.shipped(), LANGUAGES).data
