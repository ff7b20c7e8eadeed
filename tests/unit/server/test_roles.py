"""Who may do what: every route and every order, for every role and for nobody."""

from collections.abc import Iterator, Sequence

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Mount
from starlette.testclient import WebSocketDenialResponse

from tests.doors import LIVE, PASSWORD, House
from tocsin.pipeline import ACTIONS
from tocsin.server.access.roles import ORDERS, TABLE, Action, Role, may
from tocsin.server.app import api
from tocsin.server.past import Past
from tocsin.server.trails import Trails

PUBLIC, VIEW, OPER, SUPER, ADMIN = Role.PUBLIC, Role.VIEWER, Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR
# Written out once more, by hand: a slip in the code's own table must not pass its own test.
EXPECTED: dict[tuple[str, str], set[Role] | None] = {  # None: anybody
    ("post", "/api/session"): None,
    ("delete", "/api/session"): {PUBLIC, VIEW, OPER, SUPER, ADMIN},
    ("post", "/api/login"): None,
    ("get", "/api/me"): {PUBLIC, VIEW, OPER, SUPER, ADMIN},
    ("post", "/api/password"): {PUBLIC, VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/people"): {ADMIN},
    ("post", "/api/people"): {ADMIN},
    ("post", "/api/people/{name}/link"): {ADMIN},
    ("delete", "/api/people/{name}"): {ADMIN},
    ("get", "/api/site"): {PUBLIC, VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/public"): {PUBLIC, VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/readings"): {ADMIN},
    ("get", "/api/health"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/latency"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/ledger"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/at"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/stood"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/explain/track/{number}"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/explain/sensor/{name}"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/forecast"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/trails"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/coverage"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/relief"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/events"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/settings"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/rules"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/reports"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/report"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/scenes"): {VIEW, OPER, SUPER, ADMIN},
    ("post", "/api/scenes"): {SUPER},
    ("get", "/api/map"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/statements"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/statements/{identifier}/texts"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/statements/{identifier}/receipts"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/grounds"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/standing"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/annunciations"): {VIEW, OPER, SUPER, ADMIN},
    ("get", "/api/others"): {VIEW, OPER, SUPER, ADMIN},
    ("post", "/api/orders"): {OPER, SUPER},
    ("post", "/api/control"): {OPER, SUPER},
    ("post", "/api/feeds/{name}"): None,
    ("get", "/cap/feed.xml"): None,
    ("get", "/cap/{identifier}.xml"): None,
    ("get", "/healthz"): None,
    ("get", "/metrics"): None,
}
BODIES: dict[str, dict[str, object]] = {
    "/api/orders": {"key": "key-0001", "action": "note", "subject": "x", "arguments": {"text": "y"}},
    "/api/control": {"action": "pause"},
    "/api/scenes": {"name": "port"},
    "/api/people": {"name": "new", "role": "viewer"},
    "/api/password": {"old": PASSWORD, "new": PASSWORD},
}
BY_SUPERVISORS = ("set", "sign", "end")
BY_THE_WATCH = (
    *("mark", "note", "merge", "split", "classify", "acknowledge", "shelve", "duty"),
    *("release", "cancel", "countersign", "stop", "cue", "halt"),
)
EXPECTED_ORDERS = {name: {SUPER} for name in BY_SUPERVISORS} | {name: {OPER, SUPER} for name in BY_THE_WATCH}


def made(server: House) -> FastAPI:
    return api(server.station, server.door, server.hub, Past(server.station), Trails(), server.folder / "web")


def leaves(routes: Sequence[object]) -> Iterator[object]:
    """Routes, also those of routers inside."""
    for route in routes:
        inside = getattr(route, "original_router", None)
        if inside is None:
            yield route
        else:
            yield from leaves(inside.routes)


def test_every_route_is_described_is_in_the_table_and_names_its_action(server: House) -> None:
    app = made(server)
    described = {
        (method, path): route for path, methods in app.openapi()["paths"].items() for method, route in methods.items()
    }
    found = [route for route in leaves(app.routes) if isinstance(route, APIRoute)]
    routed = {(method.lower(), route.path) for route in found for method in route.methods or ()}
    assert routed == set(described)
    assert set(described) == set(EXPECTED)
    for key, route in described.items():
        assert route.get("x-action") in {*Action, "public", "order"}, f"{key} names no action"
        assert (route["x-action"] == "public") == (EXPECTED[key] is None)


def test_there_is_one_socket_and_nothing_else_beside_the_page(server: House) -> None:
    others = [route for route in leaves(made(server).routes) if not isinstance(route, APIRoute)]
    assert [type(route) for route in others] == [APIWebSocketRoute, Mount]
    assert isinstance(others[0], APIWebSocketRoute)
    assert others[0].path == "/api/live"


@pytest.mark.parametrize(("method", "path"), sorted(EXPECTED))
@pytest.mark.parametrize("role", [None, *Role])
def test_each_cell_of_the_matrix(shared: House, method: str, path: str, role: Role | None) -> None:
    server, allowed = shared, EXPECTED[method, path]
    server.door.people.admit("guest", Role.VIEWER)
    server.door.people.admit(role.value if role else "nobody", role or Role.VIEWER)
    server.door.people.set_password(role.value if role else "nobody", PASSWORD)
    client = server.client(role)
    address = path.replace("{name}", "guest" if "people" in path else "box").replace("{number}", "7")
    body = {"json": BODIES[path]} if path in BODIES and method == "post" else {}
    timed = path in {"/api/at", "/api/stood", "/api/events"}
    query = {"time": str(server.now_ns / 1e9)} if timed else {"name": "score.html"}
    status = client.request(method.upper(), address, params=query, **body).status_code  # type: ignore[arg-type]
    if allowed is None:
        assert status in (200, 401, 404, 422), "a public route has a check of its own"
    elif role is None:
        assert status == 401
    elif role in allowed and (path.startswith("/api/statements/") or path == "/api/report"):
        assert status == 404  # let in, and told that there is nothing of this name now
    elif role in allowed:
        assert 200 <= status < 300
    else:
        assert status == 403


@pytest.mark.parametrize("role", [None, *Role])
def test_the_live_picture_needs_a_session(server: House, role: Role | None) -> None:
    client = server.client(role)
    if role is None:
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect(LIVE):
            pass
        assert refused.value.status_code == 401
    else:
        with client.websocket_connect(LIVE) as socket:
            assert socket.receive_bytes()


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("role", Role)
def test_each_order_of_the_pipeline_has_its_roles(server: House, action: str, role: Role) -> None:
    body = {"key": f"{role.value}-{action}-1", "action": action, "subject": "x", "arguments": {}}
    answer = server.client(role).post("/api/orders", json=body)
    if role in EXPECTED_ORDERS[action]:
        assert answer.status_code == 200
        assert [(order.person, order.role, order.action) for order in server.orders] == [
            (role.value, role.value, action)
        ]
    else:
        assert answer.status_code == 403
        assert server.orders == []


def test_the_tables_are_whole() -> None:
    assert set(TABLE) == set(Action)
    assert set(ORDERS) == set(ACTIONS) == set(EXPECTED_ORDERS)
    assert not any(may(role, Action.ADMIT) and may(role, Action.SET) for role in Role), "two people, not one"


def test_an_unknown_order_is_given_by_nobody(server: House) -> None:
    answer = server.client(Role.SUPERVISOR).post("/api/orders", json={"key": "key-0001", "action": "launch"})
    assert answer.status_code == 422
    assert server.orders == []
