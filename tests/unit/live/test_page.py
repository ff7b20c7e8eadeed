"""The page: where it may be bound, who is welcomed, and what a slow map costs the others."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.skies import START_NS, HandClock, picture
from tocsin import site
from tocsin.errors import SiteError
from tocsin.live.health import Stalls, Watch
from tocsin.live.intake.feeds import LiveFeeds
from tocsin.live.page import Page, bind
from tocsin.live.process.supervision import Supervisor
from tocsin.live.runner import Published
from tocsin.messages import Health, Notice
from tocsin.server.access.roles import Role
from tocsin.site import Site
from tocsin.site.tables import FeedTable, ServerTable

SITE = Site(title="a site", server=ServerTable.model_construct(host="127.0.0.1", port=0))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])  # noqa: S104  what a site file may say
def test_beyond_loopback_without_tls_is_refused_with_what_to_write(host: str) -> None:
    table = ServerTable.model_construct(host=host, port=0)
    with pytest.raises(SiteError, match=r"tls_certificate = \.\.\."):
        bind(Site(server=table))


def test_loopback_is_the_default() -> None:
    assert Site().server.host == "127.0.0.1"
    assert site.parse('[site]\nname = "x"\n').server.host == "127.0.0.1"


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        table = ServerTable.model_construct(host="127.0.0.1", port=holder.getsockname()[1])
        with pytest.raises(SiteError, match=r"cannot be taken.*another port"):
            bind(Site(server=table))


def test_tls_files_that_cannot_be_used_are_said_before_anything_begins(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    for name in ("bad.pem", "missing.pem"):
        path = str(tmp_path / name)
        table = ServerTable.model_construct(host="0.0.0.0", port=0, tls_certificate=path, tls_key=path)  # noqa: S104  as above
        with pytest.raises(SiteError, match="Give PEM files"):
            bind(Site(server=table))


def live(folder: Path, story: Callable[[Page, str], Awaitable[None]], declared: Site = SITE) -> None:
    """A real server on a port of its own, with nobody thinking behind it."""

    async def main() -> None:
        taken, names = bind(declared)
        watch = Watch(Stalls(), Supervisor(lambda _name, _error: None))
        feeds = LiveFeeds(declared.feeds, HandClock())
        page = Page(declared, "live", feeds, watch, folder, names, lambda: START_NS)
        serving = asyncio.create_task(page.serve(taken))
        try:
            await story(page, f"127.0.0.1:{taken.getsockname()[1]}")
        finally:
            await page.stop()
            await serving
            page.close()

    asyncio.run(main())


def cookie(page: Page, name: str = "ann") -> dict[str, str]:
    page.door.people.admit(name, Role.OPERATOR)
    found = page.door.sessions.redeem(page.door.sessions.new_link(name))
    assert found is not None
    return {"cookie": f"{page.door.cookie}={found[0]}"}


def open_map(page: Page, address: str, **more: Any) -> connect:  # noqa: ANN401  as connect takes them
    headers = cookie(page) | {"origin": f"http://{address}"}
    return connect(f"ws://{address}/api/live", additional_headers=headers, max_size=None, compression=None, **more)


async def kinds_until(opened: ClientConnection, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while not found or found[-1]["kind"] != kind:
        message = await opened.recv()
        assert isinstance(message, bytes)
        found.append(msgspec.msgpack.decode(message, strict=False))
    return found


async def closing(opened: ClientConnection) -> tuple[int, str]:
    """Read until the other side closes: its code and reason."""
    try:
        while True:
            await opened.recv()
    except ConnectionClosed as error:
        return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (0, "")


def test_a_map_gets_what_is_published(tmp_path: Path) -> None:
    async def story(page: Page, address: str) -> None:
        async with open_map(page, address) as opened:
            assert [one["kind"] for one in await kinds_until(opened, "static")] == ["static"]
            page.publish(Published((Notice(START_NS, "track", "7", "confirmed"),), Health(START_NS, (), ())))
            page.publish(Published(picture=picture(START_NS, [7])))
            found = await kinds_until(opened, "snapshot")
            assert found[0]["notices"][0]["text"] == "confirmed"
            assert (found[-1]["n"], found[-1]["live"], found[-1]["speed"]) == (1, True, 1.0)

    live(tmp_path, story)


def test_a_map_that_does_not_read_delays_nobody_and_costs_one_frame(tmp_path: Path) -> None:
    async def story(page: Page, address: str) -> None:
        async with open_map(page, address) as quick, open_map(page, address, max_queue=1) as slow:
            numbers = list(range(1, 4_001))
            seen = 0
            for k in range(60):
                page.publish(Published(picture=picture(START_NS + k * 10**9, numbers)))
                found = await kinds_until(quick, "snapshot" if k == 0 else "delta")
                seen += found[-1]["n"] == 4_000
            assert seen == 60, "the quick one has had every frame"
            assert page.hub.skipped() > 30, "the slow one has skipped them: its buffers hold a few, its slot one"
            waiting = [client for client in page.hub.clients if client._frame is not None]
            assert len(waiting) <= 1
            caught_up: dict[str, Any] = {"seq": 0}
            while caught_up["seq"] < 60:
                caught_up = (await kinds_until(slow, "snapshot"))[-1]
            assert caught_up["n"] == 4_000

    live(tmp_path, story)


def test_signing_out_closes_the_sockets_of_that_session(tmp_path: Path) -> None:
    async def story(page: Page, address: str) -> None:
        async with open_map(page, address) as mine, open_map(page, address) as other:
            session = next(iter(page.hub.clients)).session
            await asyncio.to_thread(page.door.sessions.end, session)
            closes = [asyncio.create_task(closing(opened)) for opened in (mine, other)]
            done, still_open = await asyncio.wait(closes, return_when=asyncio.FIRST_COMPLETED)
            assert [task.result() for task in done] == [(4401, "signed out")]
            assert len(still_open) == 1
            still_open.pop().cancel()
            assert len(page.hub.clients) == 1

    live(tmp_path, story)


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_a_real_socket_of_another_origin_is_refused(tmp_path: Path, origin: str | None) -> None:
    async def story(page: Page, address: str) -> None:
        headers = cookie(page) | ({"origin": origin} if origin else {})
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://{address}/api/live", additional_headers=headers):
                pass
        assert refused.value.response.status_code == 403

    live(tmp_path, story)


def test_a_real_socket_without_a_session_is_refused(tmp_path: Path) -> None:
    async def story(_page: Page, address: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://{address}/api/live", additional_headers={"origin": f"http://{address}"}):
                pass
        assert refused.value.response.status_code == 401

    live(tmp_path, story)


def test_a_map_that_sends_more_than_a_word_is_closed(tmp_path: Path) -> None:
    async def story(page: Page, address: str) -> None:
        async with open_map(page, address) as opened:
            await opened.send("x" * 10_000)
            assert (await closing(opened))[0] == 1009

    live(tmp_path, story)


def test_where_nobody_may_come_in_an_administrator_is_welcomed_once(tmp_path: Path) -> None:
    async def story(page: Page, address: str) -> None:
        (line,) = page.welcome({})
        assert line.startswith(f"administrator (administrator): http://{address}/#t=")
        assert page.welcome({}) == []
        (line,) = page.welcome({"ann": Role.SUPERVISOR})
        assert line.startswith("ann (supervisor): ")

    live(tmp_path, story)


def test_an_http_feed_gets_a_token_shown_once_and_its_bytes_are_queued(tmp_path: Path) -> None:
    feed = FeedTable(name="box", format="beast", transport="http", rate_max=10.0)
    declared = Site(title="a site", server=SITE.server, feeds=(feed,))

    async def story(page: Page, _address: str) -> None:
        lines = page.welcome({"ann": Role.OPERATOR})
        assert lines[-1].startswith("token of feed box, shown once: tcs_")
        assert len(page.welcome({"ann": Role.OPERATOR})) == 1
        assert isinstance(page.source, LiveFeeds)
        assert page.station.offer("box", b"\x1a1")
        assert len(page.source.queues["box"]) == 1
        with pytest.raises(KeyError):
            page.station.offer("other", b"")

    live(tmp_path, story, declared)


def test_a_feed_that_cannot_be_live_is_refused_with_what_to_do() -> None:
    file = FeedTable(name="old", format="beast", transport="file", path="x")
    with pytest.raises(SiteError, match="tocsin replay"):
        LiveFeeds((file,), HandClock())
    unknown = FeedTable(name="new", format="morse", transport="udp", port=1)
    with pytest.raises(SiteError, match="format 'morse'; write one of"):
        LiveFeeds((unknown,), HandClock())
