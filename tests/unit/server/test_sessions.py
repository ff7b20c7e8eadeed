"""Signing in: links that work once, cookies that scripts cannot read, passwords that are slow to guess."""

from pathlib import Path

import apsw
import pytest

from tests.doors import PASSWORD, House, house
from tocsin.errors import SettingError
from tocsin.server.access.people import People, digest
from tocsin.server.access.roles import Role
from tocsin.server.access.sessions import ABSOLUTE_S, IDLE_S, LINK_S, Sessions


def cookie_of(answer: object) -> str:
    return str(answer.headers["set-cookie"])  # type: ignore[attr-defined]


def test_a_link_works_once(server: House) -> None:
    token = server.door.sessions.new_link("operator")
    first, second = server.client(), server.client()
    assert first.post("/api/session", json={"token": token}).json()["role"] == "operator"
    assert second.post("/api/session", json={"token": token}).status_code == 401
    assert first.get("/api/me").json()["name"] == "operator"
    assert second.get("/api/me").status_code == 401


def test_a_link_is_void_after_ten_minutes(server: House) -> None:
    fresh, old = server.door.sessions.new_link("operator"), server.door.sessions.new_link("operator")
    server.pass_s(LINK_S - 1)
    assert server.client().post("/api/session", json={"token": fresh}).status_code == 200
    server.pass_s(2)
    assert server.client().post("/api/session", json={"token": old}).status_code == 401


def test_links_and_sessions_are_kept_as_hashes_of_256_random_bits(server: House) -> None:
    token = server.door.sessions.new_link("operator")
    assert len(token) == 43
    client = server.client(Role.VIEWER)
    value = next(iter(client.cookies.jar)).value or ""
    stored = b"".join(path.read_bytes() for path in server.folder.glob("people.sqlite*"))
    assert token.encode() not in stored
    assert value.encode() not in stored
    with server.door.people.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM link WHERE hash=?", (digest(token),)).get == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server: House) -> None:
    answer = server.client().post("/api/session", json={"token": server.door.sessions.new_link("viewer")})
    cookie = cookie_of(answer)
    assert cookie.startswith("tocsin=")
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_under_tls_the_cookie_is_bound_to_host_and_tls(tmp_path: Path) -> None:
    with house(tmp_path, tls=True) as server:
        answer = server.client().post("/api/session", json={"token": server.door.sessions.new_link("viewer")})
    cookie = cookie_of(answer)
    assert cookie.startswith("__Host-tocsin=")
    assert "Secure" in cookie.split("; ")


def test_a_session_ends_after_an_hour_without_use_and_goes_on_with_it(server: House) -> None:
    client = server.client(Role.VIEWER)
    for _ in range(5):
        server.pass_s(IDLE_S - 1)
        assert client.get("/api/me").status_code == 200
    server.pass_s(IDLE_S + 1)
    assert client.get("/api/me").status_code == 401


def test_a_session_ends_after_twelve_hours_in_any_case(server: House) -> None:
    client = server.client(Role.VIEWER)
    for _ in range(ABSOLUTE_S // 1_800):
        assert client.get("/api/me").status_code == 200
        server.pass_s(1_800)
    server.pass_s(1)
    assert client.get("/api/me").status_code == 401


def test_an_open_map_is_use(server: House) -> None:
    client, other = server.client(Role.VIEWER), server.client(Role.OPERATOR)
    (open_map,) = [s for s in server.door.sessions._open.values() if s.person.name == "viewer"]
    for _ in range(3):
        server.pass_s(IDLE_S - 1)
        server.door.sessions.sweep(frozenset({open_map.hash}))
    assert client.get("/api/me").status_code == 200
    assert other.get("/api/me").status_code == 401


def test_signing_out_ends_the_session_and_takes_the_cookie(server: House) -> None:
    client = server.client(Role.VIEWER)
    token = next(iter(client.cookies.jar)).value or ""
    answer = client.delete("/api/session")
    assert answer.status_code == 204
    assert "Max-Age=0" in cookie_of(answer)
    assert server.client().get("/api/me", headers={"cookie": f"tocsin={token}"}).status_code == 401


def test_a_session_lives_through_a_restart_and_a_disabled_person_does_not(server: House) -> None:
    stays, goes = server.client(Role.VIEWER), server.client(Role.OPERATOR)
    server.door.people.disable("operator")
    again = Sessions(server.door.people, lambda: server.now_ns, lambda _key: None)
    tokens = [next(iter(client.cookies.jar)).value or "" for client in (stays, goes)]
    assert again.find(tokens[0]) is not None
    assert again.find(tokens[1]) is None


def test_a_password_is_set_by_its_owner_and_opens_the_door(server: House) -> None:
    client = server.client(Role.OPERATOR)
    assert client.post("/api/password", json={"new": PASSWORD}).status_code == 204
    assert client.get("/api/me").status_code == 200, "who changes it stays in"
    other = server.client()
    assert other.post("/api/login", json={"name": "operator", "password": PASSWORD}).status_code == 200
    assert client.post("/api/password", json={"old": "wrong", "new": PASSWORD + "!"}).status_code == 403
    assert client.post("/api/password", json={"old": PASSWORD, "new": PASSWORD + "!"}).status_code == 204
    assert other.get("/api/me").status_code == 401, "whoever knew the old one is out"


def test_a_wrong_name_and_a_wrong_password_sound_alike(server: House) -> None:
    server.door.people.set_password("operator", PASSWORD)
    client = server.client()
    answers = [client.post("/api/login", json={"name": name, "password": "x" * 12}) for name in ("operator", "nobody")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (401, {"detail": "name or password is wrong"})
    ] * 2


def test_a_person_without_a_password_cannot_sign_in_with_one(server: House) -> None:
    for password in ("", " ", "None"):
        answer = server.client().post("/api/login", json={"name": "operator", "password": password})
        assert answer.status_code in (401, 422)


def test_ten_wrong_passwords_in_a_minute_are_enough(server: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(People, "check", lambda _self, _name, _password: None)
    client = server.client()
    tries = [client.post("/api/login", json={"name": "operator", "password": "x"}) for _ in range(11)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429]
    assert 0 < int(tries[-1].headers["retry-after"]) <= 61
    server.pass_s(61)
    assert client.post("/api/login", json={"name": "operator", "password": "x"}).status_code == 401


def test_ten_wrong_links_in_a_minute_are_enough(server: House) -> None:
    client = server.client()
    tries = [client.post("/api/session", json={"token": f"{k:043d}"}).status_code for k in range(11)]
    assert tries == [401] * 10 + [429]


@pytest.mark.parametrize("password", ["short", "x" * 11, "x" * 1_025, "my name is operator"])
def test_a_poor_password_is_refused(server: House, password: str) -> None:
    with pytest.raises(SettingError, match="12 to 1024 characters"):
        server.door.people.set_password("operator", password)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 81])
def test_a_name_that_cannot_be_read_is_refused(server: House, name: str) -> None:
    with pytest.raises(SettingError):
        server.door.people.admit(name, Role.VIEWER)


def test_nobody_can_sign_in_before_somebody_was_admitted(tmp_path: Path) -> None:
    people = People(tmp_path / "new.sqlite")
    assert people.all() == []
    people.close()


def test_only_the_owner_of_the_process_reads_the_file(server: House) -> None:
    assert (server.folder / "people.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_torn_file_is_no_open_door(tmp_path: Path) -> None:
    (tmp_path / "people.sqlite").write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(apsw.NotADBError):
        People(tmp_path / "people.sqlite")
