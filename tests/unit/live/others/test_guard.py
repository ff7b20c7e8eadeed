"""An exercise ends where the real thing begins: it hears the live instance's own feed."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

import pytest

from tests.said.statements import CLEAR, EXERCISE, ISSUER, NOW, PLACE, WARNING
from tocsin.alerts import wording
from tocsin.alerts.cap import profile
from tocsin.alerts.cap.area import outline
from tocsin.alerts.cap.document import document
from tocsin.alerts.cap.reading import Bulletin, read
from tocsin.geo.areas import area
from tocsin.live.others import guard as room
from tocsin.live.others.guard import guard, shared
from tocsin.live.others.poller import Other, Others, Poller
from tocsin.messages import Answer, Order, Statement
from tocsin.settings import Place

FAR = Place("far", "site", ((0.2, 0.2),), 3_000.0)
LAID = {place.name: area("zone", ring) for place in (PLACE, FAR) for ring in outline(place)}


def said(statement: Statement) -> Bulletin:
    """As the live instance's feed gives it."""
    return read(document(statement, PLACE, ISSUER, profile.shipped(), [wording.shipped("en")]).data)


def touched(*bulletins: Bulletin) -> list[str]:
    return [place for _, place in shared(bulletins, LAID)]


def test_an_actual_warning_for_shared_ground_is_heard() -> None:
    assert touched(said(WARNING)) == [PLACE.name]


def test_an_exercise_an_all_clear_and_other_ground_are_not() -> None:
    assert touched(said(EXERCISE)) == []
    assert touched(said(CLEAR)) == []
    assert [place for _, place in shared([said(WARNING)], {"far": LAID["far"]})] == []


def test_where_nothing_is_drawn_the_name_counts() -> None:
    drawn = said(WARNING)
    named = replace(drawn, said=tuple(replace(one, polygons=(), places=(f"round {PLACE.name}",)) for one in drawn.said))
    assert touched(named) == [PLACE.name]


def run(bulletins: Sequence[Bulletin], answers: Sequence[Answer], monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """The orders that were given until it returned."""
    monkeypatch.setattr(room, "TURN_S", 0.0)
    given: list[Order] = []

    async def nothing(_: object) -> None:
        """Show nothing, fetch nothing."""

    def order(one: Order) -> "Future[Answer]":
        done: Future[Answer] = Future()
        done.set_result(answers[min(len(given), len(answers) - 1)])
        given.append(one)
        return done

    poller = Poller(Other("live", "https://live.example"), nothing, lambda: NOW, nothing)  # type: ignore[arg-type]
    poller.bulletins = {one.identifier: one for one in bulletins}

    async def until() -> None:
        async with asyncio.timeout(20.0):
            await guard(Others([poller]), [PLACE, FAR], order, lambda: NOW)

    asyncio.run(until())
    return given


def test_it_stops_the_exercise_once_and_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    done = Answer(NOW, "k", accepted=True, reason="the exercise has stopped")
    (given,) = run([said(WARNING)], [done], monkeypatch)
    assert (given.action, given.subject, given.person) == ("halt", PLACE.name, "the live instance")


def test_what_is_refused_is_asked_again_until_it_has_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = Answer(NOW, "k", accepted=False, reason="still starting: try again in a minute")
    stopped = Answer(NOW, "k", accepted=False, reason="the exercise has stopped already; nothing was done")
    assert len(run([said(WARNING)], [busy, busy, stopped], monkeypatch)) == 3
