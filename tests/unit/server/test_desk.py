"""The desk on the wire: whole, with nothing left out, and told again only when something has changed."""

from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from tests.alarms.desks import ALLOWED, DeskOf
from tests.doors import House
from tocsin.alerts.release.desk import Desk
from tocsin.server.access.roles import Role
from tocsin.server.audiences.desk import AGAIN_NS, TOLD, Teller, alerts

PAGE = (Path(__file__).parents[3] / "docs/reference/live.md").read_text(encoding="utf-8")


@pytest.fixture
def warned() -> DeskOf:
    """A plant at warning, a standing order, an annunciation."""
    desk = DeskOf()
    desk.allow(**ALLOWED)
    desk.stand("plant", "warning")
    desk.tick()
    return desk


@pytest.fixture
def server(server: House, warned: DeskOf) -> House:
    """A server that shows it."""
    object.__setattr__(server.station, "settings", warned.settings)
    server.desk = warned.releases.desk()
    return server


def test_every_key_of_the_message_is_in_the_reference(server: House) -> None:
    assert server.desk is not None
    message = alerts(server.desk, server.station)
    rows: list[dict[str, object]] = [dict(message)]
    rows += [message[name][0] for name in ("statements", "standing", "annunciations", "missing")]  # type: ignore[index]
    for row in rows:
        for key in row:
            assert f"`{key}`" in PAGE, f"docs/reference/live.md does not name {key}"


def test_the_three_routes_are_the_message_in_parts(server: House) -> None:
    client = server.client(Role.OPERATOR)
    statements = client.get("/api/statements").json()
    asked = next(one for one in statements["statements"] if one["state"] == "asked")
    assert (asked["needs"], asked["asked"], asked["may"]) == (2, ["ann", "ben"], ["ann", "ben", "cid", "dan"])
    assert asked["ask_next"] - asked["since"] == 30.0
    assert len(asked["area"][0]) == 65
    assert all(one["area"] for one in statements["statements"])
    (order,) = client.get("/api/standing").json()["standing"]
    assert order["reach"]["places"] == ["plant", "port", "shore"]
    assert order["reach"]["people"] == 101_000.0
    (bell,) = client.get("/api/annunciations").json()["annunciations"]
    assert (bell["asks"], bell["sounds"], bell["priority"]) == (True, 1, "high")
    server.desk = None
    assert "statements" not in client.get("/api/statements").json()


def test_it_is_told_when_something_changed_and_each_five_seconds(server: House, warned: DeskOf) -> None:
    teller = Teller()
    told = []
    for second in range(1, 13):
        if second == 8:
            warned.give("ann", "release", warned.waiting().identifier)
        warned.tick()
        now = warned.releases.desk()
        if teller.changed(now):
            told.append(second)
            message = msgspec.msgpack.decode(msgspec.msgpack.encode(teller.alerts(now, server.station)))
            whole = msgspec.msgpack.decode(msgspec.msgpack.encode(alerts(now, server.station)))
            assert [one["identifier"] for one in message["statements"]] == [one.identifier for one in now.statements]
            for short, long in zip(message["statements"], whole["statements"], strict=True):
                assert {**long, "area": short["area"]} == short
                assert short["area"] in (None, long["area"])
    assert told == [1, 6, 8]


def test_its_rates_are_metrics(server: House) -> None:
    words = server.client().get("/metrics").text
    for line in (
        "tocsin_annunciations_last_10_min 1.0",
        "tocsin_annunciation_flood 0.0",
        "tocsin_statements_asked 1.0",
        "tocsin_standing_orders_in_force 1.0",
    ):
        assert line in words


def test_every_part_of_the_desk_is_looked_at_for_changes() -> None:
    """What is left out follows from the others, or is the time."""
    assert {one.name for one in fields(Desk)} - set(TOLD) == {"time_ns", "reach", "missing"}
    assert AGAIN_NS == 5 * 10**9
