"""The public learns what was said to it, and late and coarsely where something flies: each route, each column."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.alarms.desks import ALLOWED, PLANT, RADAR, DeskOf, reason, site
from tests.doors import LIVE, House, house
from tests.skies import START_NS, picture
from tests.unit.server.test_roles import BODIES, EXPECTED
from tocsin.geo.frames import ecef_from_geodetic
from tocsin.messages import Picture, TrackState
from tocsin.server.access.roles import Action, Role, may
from tocsin.server.audiences.desk import Teller
from tocsin.server.audiences.outside import CELL_RAD, CLASSES, DELAY_NS, STEP_NS, Late, coarse, said
from tocsin.server.frames import COLUMNS, Shown, shown
from tocsin.settings import Frame, Settings

SECOND_NS = 10**9
# What stands in places that are nobody's business, so that it is found wherever it leaks.
SECRETS = ("secret radar", "secret person", "secret call", "secret reason", "secret order", "action_time", "ring_m")
# Of a track the public gets where it is, coarsely. These columns are the same for all tracks, whatever they are.
SAME = {
    "ve": 0.0, "vn": 0.0, "vu": 0.0, "existence": 1.0, "state": 1, "cls": 0, "clsp": 0.0, "major": 0.0, "minor": 0.0,
    "angle": 1.58, "vs": 0.0, "sensor": 65_535, "ndet": 0, "continues": -1, "swapped": -1, "group": 1, "corr": 1,
}  # fmt: skip


def secret_desk() -> DeskOf:
    """The public was warned of the plant, and knows nothing of the port's draft, the order and the people."""
    people = ("secret person", "ben")
    declared = site((replace(PLANT, parent=""), replace(PLANT, name="port", parent="", ring_m=6_000.0)), people=people)
    desk = DeskOf(replace(declared, sensors=(replace(RADAR, name="secret radar"),)))
    desk.give("secret person", "sign", "secret order", role="supervisor", **(ALLOWED | {"places": "plant"}))
    desk.stand("plant", "warning", reason(kind="secret reason"), rule="secret reason")
    desk.tick()
    for person in people:
        desk.give(person, "release", desk.waiting().identifier)
    desk.stand("port", "warning", reason(paths=1))
    desk.tick()
    return desk


@pytest.fixture(scope="module")
def shore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that holds secrets."""
    with house(tmp_path_factory.mktemp("shore")) as made:
        desk = secret_desk()
        made.desk = desk.releases.desk()
        object.__setattr__(made.station, "settings", desk.settings)
        made.hub.tell(Teller().alerts(made.desk, made.station))
        made.outside.tell(said(made.desk, made.station))
        yield made


def answers(client: TestClient, house_of: House) -> dict[str, tuple[int, str]]:
    """Every route that can be read, and what it says."""
    found = {}
    for (method, path), allowed in EXPECTED.items():
        if method == "get" and allowed is not None:
            address = path.replace("{number}", "7").replace("{name}", "plant").replace("{path}", "x")
            query = {"time": house_of.now_ns / 1e9} if path in {"/api/at", "/api/stood"} else {}
            answer = client.get(address, params=query)
            found[path] = answer.status_code, answer.content.decode("latin-1")
    return found


def test_the_public_reads_three_things_and_no_secret_in_any(shore: House) -> None:
    told = answers(shore.client(Role.PUBLIC), shore)
    assert {path for path, (status, _) in told.items() if status == 200} == {"/api/me", "/api/site", "/api/public"}
    for path, (_, words) in told.items():
        for secret in SECRETS:
            assert secret not in words, f"{path} tells {secret}"
    staff = " ".join(words for _, words in answers(shore.client(Role.VIEWER), shore).values())
    assert [word for word in SECRETS if word not in staff] == ["secret call"], "the test finds what is there"


def test_the_public_hears_what_was_released_and_nothing_of_what_waits(shore: House) -> None:
    heard = shore.client(Role.PUBLIC).get("/api/public").json()
    (one,) = heard["statements"]
    assert (one["place"], one["stage"], one["kind"], one["status"]) == ("plant", "warning", "alert", "actual")
    assert set(one) == {
        *("identifier", "place", "title", "kind", "stage", "status", "sent", "expires", "area", "area_km2"),
    }
    assert shore.desk is not None
    later = replace(shore.desk, time_ns=shore.desk.time_ns + 3_600 * SECOND_NS)
    assert said(later, shore.station)["statements"] == []


def test_the_publics_socket_carries_its_own_kinds_and_no_secret(shore: House) -> None:
    with shore.client(Role.PUBLIC).websocket_connect(LIVE) as socket:
        got = [socket.receive_bytes() for _ in range(2)]
    kinds = {msgspec.msgpack.decode(one)["kind"] for one in got}
    assert kinds == {"static", "public"}
    for secret in SECRETS:
        assert all(secret.encode() not in one for one in got)
    with shore.client(Role.VIEWER).websocket_connect(LIVE) as socket:
        staff = [socket.receive_bytes() for _ in range(2)]
    assert {msgspec.msgpack.decode(one)["kind"] for one in staff} == {"static", "alerts"}
    assert any(b"secret person" in one for one in staff)


def sky(latitude: list[float], longitude: list[float], states: list[int]) -> Picture:
    """Tracks at these places, with words and speeds of their own."""
    n = len(latitude)
    place = ecef_from_geodetic(np.radians(latitude), np.radians(longitude), np.linspace(100.0, 9_000.0, n))
    rng = np.random.default_rng(1)
    return picture(
        START_NS, list(range(1, n + 1)), position_m=place, velocity_mps=rng.normal(0, 100, (n, 3)),
        state=np.array(states, np.uint8), existence=rng.uniform(0.1, 1.0, n), callsign=("secret call",) * n,
        last_sensor=np.zeros(n, np.int32), sensors=("secret radar",), detections=np.arange(n),
    )  # fmt: skip


def seen(one: Picture) -> Shown:
    return shown(one, Frame(), sent_ns=START_NS, live=False, speed=1.0)


@given(st.lists(st.tuples(st.floats(-80, 80), st.floats(-179, 179), st.integers(0, 3)), min_size=1, max_size=8))
def test_every_column_of_the_publics_frame_is_coarse_or_the_same_for_all(rows: list[tuple[float, float, int]]) -> None:
    latitude, longitude, states = (list(column) for column in zip(*rows, strict=True))
    whole = sky(latitude, longitude, states)
    frame = seen(coarse(whole, Frame()))
    kept = whole.track[whole.state == TrackState.CONFIRMED]
    assert frame.columns["id"].tolist() == kept.tolist()
    assert set(COLUMNS) == {*SAME, "id", "lon", "lat", "alt", "last", "born"}
    for name, value in SAME.items():
        assert np.allclose(frame.columns[name], value), name
    for name, exact in (("lat", latitude), ("lon", longitude)):
        degrees_of = np.degrees(CELL_RAD)
        coarse_of = frame.columns[name].astype(np.float64)
        assert np.all(np.abs(coarse_of - np.array(exact)[kept - 1]) <= degrees_of / 2 + 1e-5)
        assert np.allclose(np.mod(coarse_of / degrees_of, 1.0), 0.5, atol=1e-3)
    assert np.allclose(np.mod(frame.columns["alt"].astype(np.float64), 1_000.0), 500.0, atol=1.0)
    assert np.all(frame.columns["last"] == whole.time_ns / 1e9)
    assert np.all(frame.columns["born"] == whole.time_ns / 1e9)
    assert dict(frame.words) == {}
    assert (frame.sensors, frame.classes) == ((), CLASSES)


def test_the_publics_picture_is_five_minutes_late() -> None:
    late, shown_ns = Late(Frame()), list[tuple[int, int]]()
    for second in range(700):
        now_ns = START_NS + second * SECOND_NS
        if (old := late.take(replace(sky([50.0], [20.0], [1]), time_ns=now_ns))) is not None:
            shown_ns.append((now_ns, old.time_ns))
    assert shown_ns[0][0] == START_NS + DELAY_NS
    assert all(DELAY_NS <= now - then < DELAY_NS + STEP_NS for now, then in shown_ns)
    assert late.take(sky([50.0], [20.0], [1])) is None, "a playback that goes back shows nothing early"


def test_what_is_read_is_logged_by_name_session_and_minute(tmp_path: Path) -> None:
    with house(tmp_path) as server:
        viewer, administrator = server.client(Role.VIEWER), server.client(Role.ADMINISTRATOR)
        viewer.get("/api/site")
        viewer.get("/api/site")
        server.pass_s(60)
        viewer.get("/api/explain/track/7")
        log = administrator.get("/api/readings").json()
        mark = viewer.get("/api/me").json()["watermark"]
        lines = [(one["what"], one["times"]) for one in log if one["name"] == "viewer"]
        assert lines == [("/api/explain/track/7", 1), ("/api/site", 2)]
        assert mark == f"viewer {log[0]['session']}"
        assert administrator.get("/api/readings", params={"since": server.now_ns / 1e9 + 1}).json() == []
        server.pass_s(31 * 24 * 3_600)
        fresh = server.client(Role.ADMINISTRATOR)
        assert fresh.get("/api/readings").json() == []


def test_no_role_sees_without_glancing_and_the_public_does_nothing() -> None:
    for role in Role:
        assert may(role, Action.GLANCE) or not may(role, Action.SEE)
    assert {action for action in Action if may(Role.PUBLIC, action)} == {Action.GLANCE, Action.SELF}
    assert Settings().releasing.status == "actual"
    assert "/api/orders" in BODIES
