"""What the routes answer: orders when durable, the past, feeds, figures; and a page that is missing says so."""

import re
import threading
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.doors import House
from tests.skies import START_NS, picture
from tocsin.errors import LedgerError, SiteError
from tocsin.messages import Answer, Order
from tocsin.server.access.roles import Role
from tocsin.server.app import build
from tocsin.server.audiences.rules import in_force
from tocsin.server.frames import shown
from tocsin.server.past import Past
from tocsin.server.routes import orders
from tocsin.server.station import Figures, Scene, Scenes
from tocsin.server.trails import KEPT, STEP_S, Trails
from tocsin.settings import Alerting, Frame

NOTE = {"key": "key-0001", "action": "note", "subject": "x", "arguments": {"text": "y"}, "reason": "because"}


def test_an_order_carries_who_gave_it_and_a_key_of_their_own(server: House) -> None:
    answer = server.client(Role.OPERATOR).post("/api/orders", json=NOTE)
    assert answer.json() == {"key": "key-0001", "accepted": True, "reason": "done"}
    session = server.orders[0].session
    assert re.fullmatch("[0-9a-f]{16}", session), "it names the session, and opens none"
    expected = Order(
        START_NS, "operator:key-0001", "operator", "operator", "note", "x", {"text": "y"}, "because", session
    )
    assert server.orders == [expected]


def test_an_order_is_not_answered_before_it_is_durable(server: House) -> None:
    waiting: list[Future[Answer]] = []

    def later(order: Order) -> "Future[Answer]":
        future: Future[Answer] = Future()
        waiting.append(future)
        threading.Timer(0.05, lambda: future.set_result(Answer(0, order.key, accepted=False, reason="no"))).start()
        return future

    server.answer = later
    answer = server.client(Role.OPERATOR).post("/api/orders", json=NOTE)
    assert waiting[0].done()
    assert answer.json()["accepted"] is False


def test_an_order_that_hangs_is_to_be_sent_again(server: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "ANSWER_S", 0.01)
    server.answer = lambda _order: Future()
    answer = server.client(Role.OPERATOR).post("/api/orders", json=NOTE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_an_order_that_could_not_be_kept_says_so(server: House) -> None:
    def lost(_order: Order) -> "Future[Answer]":
        future: Future[Answer] = Future()
        future.set_exception(LedgerError("the order could not be kept"))
        return future

    server.answer = lost
    answer = server.client(Role.OPERATOR).post("/api/orders", json=NOTE)
    assert answer.status_code >= 400
    assert "could not be kept" in answer.text


@pytest.mark.parametrize(
    "change",
    [{"key": "short"}, {"key": "with space 1"}, {"key": "x" * 101}, {"arguments": {"a": 1}}, {"reason": "x" * 3_000}],
)
def test_an_order_of_the_wrong_shape_reaches_nobody(server: House, change: dict[str, object]) -> None:
    assert server.client(Role.OPERATOR).post("/api/orders", json=NOTE | change).status_code == 422
    assert server.orders == []


def test_control_moves_the_playback_and_teaches(server: House) -> None:
    client = server.client(Role.OPERATOR)
    for body in ({"action": "pause"}, {"action": "speed", "value": 4.0}, {"action": "live"}):
        assert client.post("/api/control", json=body).status_code == 204
    assert server.controls == [("pause", None), ("speed", 4.0), ("speed", 1.0), ("resume", None)]
    refused = client.post("/api/control", json={"action": "fly"})
    assert (refused.status_code, refused.json()["detail"]) == (422, "time cannot fly")


def test_live_time_cannot_be_moved(server: House) -> None:
    station = replace(server.station, control=None)
    app = build(station, server.door, server.hub, Past(station), Trails(), server.folder / "web")
    cookies = server.client(Role.OPERATOR).cookies
    origin = "http://127.0.0.1:8000"
    client = TestClient(app, base_url=origin, headers={"origin": origin}, cookies=cookies)
    assert client.post("/api/control", json={"action": "pause"}).status_code == 409


def test_the_past_comes_as_a_snapshot_that_is_not_live(server: House) -> None:
    answer = server.client(Role.VIEWER).get("/api/at", params={"time": START_NS / 1e9 - 5.4})
    assert answer.headers["content-type"] == "application/msgpack"
    frame = msgspec.msgpack.decode(answer.content, strict=False)
    assert (frame["kind"], frame["live"], frame["n"], frame["time"]) == ("snapshot", False, 2, START_NS / 1e9 - 6)


def test_a_past_that_is_not_kept_is_not_found(server: House) -> None:
    client = server.client(Role.VIEWER)
    assert client.get("/api/at", params={"time": 5}).status_code == 404
    assert client.get("/api/at", params={"time": -5}).status_code == 422
    assert client.get("/api/at", params={"time": "nan"}).status_code == 422


def test_asked_why_a_track_is_there_the_server_names_its_detections(server: House) -> None:
    client = server.client(Role.VIEWER)
    told = client.get("/api/explain/track/7", params={"time": START_NS / 1e9 - 5}).json()
    assert told["track"] == 7
    assert told["detections"] == [
        {"time": START_NS / 1e9 - 5, "sensor": "north", "weight": 0.75, "range_m": 1234.5, "azimuth_deg": 180.0}
    ]
    assert told["sensors"] == [{"sensor": "north", "detections": 12, "weight": 9.5}]
    assert [one["reason"] for one in told["refused"]] == ["tracking: later than late_s"]
    assert client.get("/api/explain/track/7").json()["time"] == START_NS / 1e9
    assert client.get("/api/explain/track/8").status_code == 404
    assert client.get("/api/explain/track/zero").status_code == 422


def test_the_bounds_of_the_slider(server: House) -> None:
    found = server.client(Role.VIEWER).get("/api/ledger").json()
    assert found == {"first": START_NS / 1e9 - 60, "last": START_NS / 1e9, "now": START_NS / 1e9}


def test_a_feed_takes_bytes_with_its_own_token_only(server: House) -> None:
    mine, other = server.door.people.new_feed_token("box"), server.door.people.new_feed_token("other")
    assert mine.startswith("tcs_")
    for token, feed, status in ((mine, "box", 204), (other, "box", 401), (mine, "other", 401), (other, "other", 404)):
        client = server.client(authorization=f"Bearer {token}")
        assert client.post(f"/api/feeds/{feed}", content=b"abc").status_code == status
    assert server.offered == [("box", b"abc")]
    server.door.people.new_feed_token("box")
    assert server.client(authorization=f"Bearer {mine}").post("/api/feeds/box", content=b"").status_code == 401


def test_bytes_that_could_not_be_kept_are_not_acknowledged(server: House) -> None:
    server.durable = False
    client = server.client(authorization=f"Bearer {server.door.people.new_feed_token('box')}")
    answer = client.post("/api/feeds/box", content=b"abc")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_a_full_queue_asks_to_come_again(server: House) -> None:
    server.full = True
    client = server.client(authorization=f"Bearer {server.door.people.new_feed_token('box')}")
    answer = client.post("/api/feeds/box", content=b"abc")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_person_cannot_write_to_a_feed(server: House) -> None:
    assert server.client(Role.SUPERVISOR).post("/api/feeds/box", content=b"abc").status_code == 401


def test_figures_are_there_for_prometheus_on_this_machine_only(server: House) -> None:
    server.figures = Figures(
        {'queue_shed_total|source=radar "west"': 7.0, "items_total": 3.0}, {"clients_old": 1.0}, {"loop_p99": 0.25}
    )
    text = server.client().get("/metrics").text
    assert 'tocsin_queue_shed_total{source="radar \\"west\\""} 7.0' in text
    assert "tocsin_items_total 3.0" in text
    assert 'tocsin_latency_seconds{what="loop_p99"} 0.25' in text
    elsewhere = TestClient(server.app, base_url="http://127.0.0.1:8000", client=("192.0.2.7", 50_000))
    assert elsewhere.get("/metrics").status_code == 403


def test_health_says_what_is_wrong_to_who_may_know(server: House) -> None:
    assert server.client().get("/healthz").text == "ok\n"
    server.figures = Figures(troubles=("the disk is full",), starting=("compiling kernels", 3, 12))
    answer = server.client().get("/healthz")
    assert answer.status_code == 503
    assert "disk" not in answer.text
    found = server.client(Role.VIEWER).get("/api/health").json()
    assert (found["troubles"], found["starting"]) == (["the disk is full"], "compiling kernels")


def test_people_are_let_in_by_a_link_and_out_at_once(server: House) -> None:
    admin = server.client(Role.ADMINISTRATOR)
    link = admin.post("/api/people", json={"name": "Zoe", "role": "operator"}).json()
    assert link["path"].startswith("/#t=")
    zoe = server.client()
    assert zoe.post("/api/session", json={"token": link["path"][4:]}).json()["name"] == "Zoe"
    assert {"name": "Zoe", "role": "operator", "disabled": False, "has_password": False} in admin.get(
        "/api/people"
    ).json()
    assert admin.delete("/api/people/Zoe").status_code == 204
    assert zoe.get("/api/me").status_code == 401
    assert admin.post("/api/people/Zoe/link").status_code == 422
    assert admin.post("/api/people/Nobody/link").status_code == 404
    assert admin.post("/api/people", json={"name": "Zoe", "role": "king"}).status_code == 422


def test_a_changed_role_holds_at_once(server: House) -> None:
    operator = server.client(Role.OPERATOR)
    server.client(Role.ADMINISTRATOR).post("/api/people", json={"name": "operator", "role": "viewer"})
    assert operator.post("/api/orders", json=NOTE).status_code == 401


def test_a_page_that_is_not_built_says_what_to_do(server: House, tmp_path: Path) -> None:
    app = build(server.station, server.door, server.hub, Past(server.station), Trails(), tmp_path / "nothing")
    answer = TestClient(app, base_url="http://127.0.0.1:8000").get("/")
    assert answer.status_code == 503
    assert "make demo" in answer.text


def test_the_page_loads_nothing_from_elsewhere_to_describe_itself(server: House) -> None:
    client = server.client(Role.ADMINISTRATOR)
    assert [client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]


def test_trails_are_points_of_the_last_ten_minutes() -> None:
    trails = Trails()
    for second in range(1_000):
        now_ns = START_NS + second * 10**9
        trails.see(shown(picture(now_ns, [1, 2]), Frame(), sent_ns=now_ns, live=True, speed=1.0))
    found = msgspec.msgpack.decode(trails.message(0.0))
    times = np.frombuffer(found["time"], "<f8")
    assert len(times) == 2 * KEPT
    assert set(np.diff(times).tolist()) == {0.0, STEP_S}
    assert np.frombuffer(found["id"], "<u4")[:2].tolist() == [1, 2]
    recent = msgspec.msgpack.decode(trails.message(START_NS / 1e9 + 990.0))
    assert len(np.frombuffer(recent["lon"], "<f4")) == 4
    trails.see(shown(picture(START_NS, [1]), Frame(), sent_ns=START_NS, live=True, speed=1.0))
    assert len(np.frombuffer(msgspec.msgpack.decode(trails.message(0.0))["id"], "<u4")) == 1, "time was turned back"


PAGE = "<!doctype html><html><head><title>Missed &amp; false</title></head><body>drawn</body></html>"


def test_pages_of_scores_are_listed_newest_first_and_shown_in_a_frame_of_ours_alone(server: House) -> None:
    client = server.client(Role.VIEWER)
    assert client.get("/api/reports").json()["reports"] == []
    bench = server.folder / "reports" / "bench"
    bench.mkdir(parents=True)
    (bench / "thresholds.html").write_text(PAGE)
    (server.folder / "reports" / "way-out.html").symlink_to(server.folder / "secret.txt")
    (listed,) = client.get("/api/reports").json()["reports"]
    assert (listed["name"], listed["title"]) == ("bench/thresholds.html", "Missed & false")
    shown = client.get("/api/report", params={"name": listed["name"]})
    assert shown.text == PAGE
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    for name in ("way-out.html", "../secret.txt", "../people.sqlite", "/etc/passwd", "bench"):
        assert client.get("/api/report", params={"name": name}).status_code == 404
    assert server.client(Role.PUBLIC).get("/api/reports").status_code == 403


def test_the_rules_in_force_are_told_apart_from_the_usual_ones(server: House) -> None:
    client = server.client(Role.VIEWER)
    usual = client.get("/api/rules").json()
    assert usual["plain"] is True
    assert {one["name"] for one in usual["tables"]} >= {"alerting", "releasing"}
    settings = replace(server.settings, alerting=replace(Alerting(), watch_chance=0.3))
    stricter = in_force(settings, "night.toml")
    assert stricter["file"] == "night.toml"
    assert stricter["plain"] is False
    assert stricter["digest"] != usual["digest"]
    rows = next(one for one in usual["tables"] if one["name"] == "alerting")["rows"]
    assert {"name": "watch_chance", "value": 0.2, "usual": 0.2} in rows


def test_another_scenario_is_begun_by_a_supervisor_and_only_where_everything_is_simulated(server: House) -> None:
    begun: list[tuple[str, int | None]] = []

    def begin(name: str, seed: int | None) -> None:
        if name != "port":
            raise SiteError(f"no scenario is called {name!r}")
        begun.append((name, seed))

    scenes = Scenes("demo-night", lambda: [Scene("port", "A port", "drones along the shore", 600.0)], begin)
    origin = "http://127.0.0.1:8000"

    def client(role: Role, scenes: Scenes | None) -> TestClient:
        station = replace(server.station, scenes=scenes)
        app = build(station, server.door, server.hub, Past(station), Trails(), server.folder / "web")
        return TestClient(app, base_url=origin, headers={"origin": origin}, cookies=server.client(role).cookies)

    real = client(Role.SUPERVISOR, None)
    assert real.get("/api/scenes").json()["why"] == orders.REAL
    assert real.post("/api/scenes", json={"name": "port"}).status_code == 409
    clients = {role: client(role, scenes) for role in (Role.OPERATOR, Role.SUPERVISOR)}
    assert clients[Role.OPERATOR].get("/api/scenes").json()["scenes"][0]["title"] == "A port"
    assert clients[Role.OPERATOR].post("/api/scenes", json={"name": "port"}).status_code == 403
    assert clients[Role.SUPERVISOR].post("/api/scenes", json={"name": "port", "seed": 3}).status_code == 202
    assert clients[Role.SUPERVISOR].post("/api/scenes", json={"name": "nowhere"}).status_code == 422
    assert clients[Role.SUPERVISOR].post("/api/scenes", json={"name": "../port"}).status_code == 422
    assert begun == [("port", 3)]
