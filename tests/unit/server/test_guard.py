"""What every request must pass: exact names, exact origins, bounded bodies; and what every answer carries."""

from pathlib import Path

import pytest
from starlette.testclient import WebSocketDenialResponse

from tests.doors import LIVE, ORIGIN, House, house
from tocsin.server.access.guard import BODY_MAX, FEED_BODY_MAX, names
from tocsin.server.access.roles import Role

CSP = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
OTHER_HOSTS = ["evil.example:8000", "127.0.0.1", "127.0.0.1:8001", "localhost:80", "127.0.0.1.evil.example:8000", ""]
OTHER_ORIGINS = [
    "null",
    "http://evil.example",
    "http://127.0.0.1",
    "http://127.0.0.1:8001",
    "https://127.0.0.1:8000",
    "http://127.0.0.1:8000.evil.example",
    "http://127.0.0.1:8000/",
    "",
]


@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_another_name_is_refused_on_every_path(shared: House, host: str) -> None:
    client = shared.client()
    for path in ("/", "/api/me", "/healthz", "/metrics", "/assets/index-1a2b.js"):
        assert client.get(path, headers={"host": host}).status_code == 421, path


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000"])
def test_our_own_names_are_answered(shared: House, host: str) -> None:
    assert shared.client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", OTHER_ORIGINS)
def test_another_origin_is_refused_on_all_that_changes_something(shared: House, origin: str) -> None:
    client = shared.client()
    for path in ("/api/session", "/api/orders", "/api/control", "/api/feeds/box"):
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            assert client.request(method, path, headers={"origin": origin}).status_code == 403, (method, path)


@pytest.mark.parametrize("path", ["/api/session", "/api/orders", "/api/login"])
def test_no_origin_is_another_origin(shared: House, path: str) -> None:
    client = shared.client()
    del client.headers["origin"]
    assert client.post(path, json={}).status_code == 403


def test_a_machine_with_a_token_needs_no_origin_but_only_at_a_feed_and_without_a_cookie(server: House) -> None:
    token = server.door.people.new_feed_token("box")
    client = server.client(Role.OPERATOR, authorization=f"Bearer {token}")
    del client.headers["origin"]
    assert client.post("/api/feeds/box", content=b"1").status_code == 403, "it carries a cookie"
    client.cookies.clear()
    assert client.post("/api/feeds/box", content=b"1").status_code == 204
    assert client.post("/api/orders", json={}).status_code == 403, "it is no feed"


@pytest.mark.parametrize("origin", [*OTHER_ORIGINS, None])
def test_a_socket_of_another_origin_is_refused_before_it_opens(shared: House, origin: str | None) -> None:
    client = shared.client(Role.VIEWER)
    del client.headers["origin"]
    headers = {} if origin is None else {"origin": origin}
    with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect(LIVE, headers=headers):
        pass
    assert refused.value.status_code == 403


def test_a_socket_under_another_name_is_refused(server: House) -> None:
    client = server.client(Role.VIEWER)
    headers = {"host": "evil.example:8000"}
    with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect(LIVE, headers=headers):
        pass
    assert refused.value.status_code == 421


@pytest.mark.parametrize("path", ["/", "/api/me", "/api/nothing", "/healthz", "/assets/index-1a2b.js", "/nothing"])
def test_every_answer_carries_the_policy(shared: House, path: str) -> None:
    headers = shared.client().get(path).headers
    assert headers["content-security-policy"] == CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert "access-control-allow-origin" not in headers
    kept = headers["cache-control"]
    assert kept == ("public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-store")


def test_refusals_carry_the_policy_too(server: House) -> None:
    refused = server.client().get("/", headers={"host": "evil.example"})
    assert refused.headers["content-security-policy"] == CSP


def test_under_tls_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    with house(tmp_path, tls=True) as server:
        answer = server.client().get("/")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_body_over_the_limit_is_refused_by_its_length_and_by_its_size(server: House) -> None:
    client = server.client(Role.OPERATOR)
    assert client.post("/api/orders", content=b"x" * (BODY_MAX + 1)).status_code == 413

    def endless() -> object:
        for _ in range(1_000):
            yield b"x" * 1_000

    assert client.post("/api/orders", content=endless()).status_code == 413  # type: ignore[arg-type]
    assert client.post("/api/orders", content=b"{}", headers={"content-length": "-1"}).status_code == 413


def test_a_feed_may_send_more_and_not_everything(server: House) -> None:
    token = server.door.people.new_feed_token("box")
    client = server.client(authorization=f"Bearer {token}")
    assert client.post("/api/feeds/box", content=b"x" * FEED_BODY_MAX).status_code == 204
    assert client.post("/api/feeds/box", content=b"x" * (FEED_BODY_MAX + 1)).status_code == 413
    assert len(server.offered) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%5c..%5csecret.txt",
        "//etc/passwd",
        "/%00",
    ],
)
def test_nothing_outside_of_the_page_is_served(shared: House, path: str) -> None:
    answer = shared.client().get(ORIGIN + path)
    assert answer.status_code in (400, 404)
    assert "secret" not in answer.text


def test_a_name_that_the_site_gives_is_ours_and_needs_no_port_under_tls() -> None:
    found = names("0.0.0.0", 443, ("Watch.Example",), tls=True)  # noqa: S104  as a site file may say
    assert "watch.example" in found.hosts
    assert "https://watch.example" in found.origins
    assert ORIGIN in names("127.0.0.1", 8000, tls=False).origins
