"""The page: the server in our event loop, bound before anything heavy is loaded."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvicorn

from tocsin.alerts.release.desk import Desk
from tocsin.ends import Outlook
from tocsin.errors import LedgerError, SiteError
from tocsin.live.documents.make import Office, texts
from tocsin.live.evidence import Evidence
from tocsin.live.health import Watch
from tocsin.live.intake.feeds import LiveFeeds
from tocsin.live.lookback import LookBack
from tocsin.live.past.events import event_from
from tocsin.live.past.grounds import grounds_at
from tocsin.live.past.receipts import receipts_of
from tocsin.live.playback import Playback
from tocsin.live.runner import Published
from tocsin.live.thinking import Pipeline
from tocsin.messages import Alert, Answer, Health, Order, Picture
from tocsin.server.access.door import Door
from tocsin.server.access.guard import Names, names
from tocsin.server.access.limits import Limits
from tocsin.server.access.people import People
from tocsin.server.access.roles import Role
from tocsin.server.access.sessions import Sessions
from tocsin.server.app import STATIC, build
from tocsin.server.audiences.desk import Teller
from tocsin.server.audiences.outside import Late, said
from tocsin.server.audiences.outside import static as glance
from tocsin.server.frames import Shown
from tocsin.server.hub import Hub
from tocsin.server.past import Past
from tocsin.server.plain import health, static
from tocsin.server.routes.reports import REPORTS
from tocsin.server.station import Line, Scenes, Station
from tocsin.server.trails import Trails
from tocsin.settings import Frame, Settings
from tocsin.site import Site

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MESSAGE_MAX = 4_096  # what a map may send: it has nothing to say
CONNECTIONS_MAX = 2_000
GRACE_S = 5
SWEEP_S = 60.0
HEALTH_S = 1.0


class _Server(uvicorn.Server):
    """uvicorn, but the signals are ours: the watch must end before the page does."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def bind(site: Site) -> tuple[socket.socket, Names]:
    """The page's address, taken. Raises SiteError when it may not be or cannot be taken."""
    table = site.server
    tls = bool(table.tls_certificate and table.tls_key)
    if table.host not in LOOPBACK and not tls:
        raise SiteError(
            f"[server] host = {table.host!r} is reached from other machines, where passwords and pictures need TLS: "
            "write tls_certificate = ... and tls_key = ... (PEM files), or leave host at 127.0.0.1 and use a tunnel"
        )
    if tls:
        _check_tls(table.tls_certificate, table.tls_key)
    taken = socket.socket(socket.AF_INET6 if ":" in table.host else socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((table.host, table.port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        message = (
            f"{table.host}:{table.port} cannot be taken: {error.strerror}. Stop what holds it, or give another port"
        )
        raise SiteError(message) from error
    return taken, names(table.host, int(taken.getsockname()[1]), table.names, tls=tls)


def _check_tls(certificate: str, key: str) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        message = (
            f"[server] tls_certificate = {certificate!r} and tls_key = {key!r} cannot be used: {error}. Give PEM files"
        )
        raise SiteError(message) from error


@dataclass(slots=True)
class Page:
    """The server and what it shows. Made and used in the event loop; `publish` may be called from any thread."""

    site: Site
    mode: str
    source: LiveFeeds | Playback
    watch: Watch
    folder: Path
    names: Names
    clock_ns: Callable[[], int]
    web: Path = STATIC
    station: Station = field(init=False)
    door: Door = field(init=False)
    hub: Hub = field(init=False)
    outside: Hub = field(init=False)
    late: Late = field(init=False)
    past: Past = field(init=False)
    trails: Trails = field(default_factory=Trails)
    lookback: LookBack | None = None
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _server: _Server = field(init=False)
    settings_now: Callable[[], Settings | None] = lambda: None  # as orders have changed them, once thinking has begun
    _health: Health | None = None
    _alerts: tuple[Alert, ...] = ()
    desk: Desk | None = None
    outlook: Outlook | None = None
    office: Office | None = None  # what makes documents here
    scenes: Scenes | None = None
    teller: Teller = field(default_factory=Teller)

    def __post_init__(self) -> None:
        source = self.source

        def offer(feed: str, data: bytes) -> "Future[bool] | None":
            if isinstance(source, Playback):
                raise KeyError(feed)
            return source.offer(feed, data)

        self.station = Station(
            title=self.site.title,
            mode=self.mode,
            timezone=self.site.timezone,
            lines=tuple(_line(line.name, line.kind, line.points_deg) for line in self.site.lines),
            settings=self.site.settings,
            clock_ns=self.clock_ns,
            scene_ns=source.clock.now_ns,
            order=self.order,
            offer=offer,
            bounds_ns=lambda: self._evidence().bounds_ns(),
            picture_at=lambda time_ns: self._back().picture_at(time_ns),
            figures=self.watch.figures,
            control=source.control if isinstance(source, Playback) else None,
            explain_at=lambda track, time_ns: self._back().explain_at(track, time_ns),
            account_at=lambda sensor, time_ns: self._back().account_at(sensor, time_ns),
            stood_at=lambda time_ns: self._back().stood_at(time_ns),
            deliveries=lambda: {} if self.watch.dispatch is None else self.watch.dispatch.report(),
            desk=lambda: self.desk,
            texts=partial(texts, office=self.office) if self.office is not None else None,
            others=lambda: list(self.watch.others.shown()),
            posted=lambda: () if self.watch.dispatch is None else self.watch.dispatch.wall.posted(),
            picture_later=self._picture_later,
            event_from=lambda time_ns, way: event_from(self._evidence().reader, time_ns, way),
            grounds_at=lambda time_ns, most: grounds_at(self._evidence().reader, time_ns, most),
            receipts_of=lambda identifier: receipts_of(self._evidence().reader, identifier),
            outlook=lambda: self.outlook,
            outlook_at=lambda tracks, time_ns: self._back().outlook_at(tracks, time_ns),
            silent=lambda: [one.sensor for one in self.watch.sensors if one.state != "fresh"],
            changed=self._settings_now,
            map_file=self.site.map_file,
            scenes=self.scenes,
            rules_file=Path(self.site.rules_file).name,
            reports=str(self.folder / REPORTS),
        )
        people = People(self.folder / "people.sqlite")
        sessions = Sessions(people, self.clock_ns, self._session_ended)
        self.door = Door(people, sessions, Limits(self.loop.time), self.names)
        self.hub = Hub(self.site.settings.frame, self.clock_ns, self._static, self.trails.see)
        # what the public is sent is on the earth: its pictures are rounded to degrees
        self.outside = Hub(Frame(), self.clock_ns, lambda _sensors, _classes: glance(self.station), _unseen)
        self.late = Late(self.site.settings.frame)
        self.past = Past(self.station)
        app = build(self.station, self.door, self.hub, self.past, self.trails, self.web, self.outside)
        self._server = _Server(_config(app, self.site))

    async def serve(self, taken: socket.socket) -> None:
        """Serve until `stop`."""
        await self._server.serve([taken])

    async def stop(self) -> None:
        """Close every map, then the server."""
        for hub in (self.hub, self.outside):
            hub.close_all("the server stops")
        await asyncio.to_thread(self.door.readings.flush)
        await asyncio.sleep(0)
        self._server.should_exit = True
        self.past.close()

    def close(self) -> None:
        """After the server has ended."""
        self.door.people.close()

    def welcome(self, people: Mapping[str, Role]) -> list[str]:
        """Admit people, and a line with a one-time link for each; where nobody may come in yet, an administrator."""
        store, origin = self.door.people, min(self.names.origins)
        if not people and not store.all():
            people = {"administrator": Role.ADMINISTRATOR}
        lines = []
        for name, role in people.items():
            store.admit(name, role)
            lines.append(f"{name} ({role.value}): {origin}/#t={self.door.sessions.new_link(name)}")
        feeds = [feed.name for feed in self.site.feeds if feed.transport == "http"]
        new = [name for name in feeds if not store.has_feed_token(name)]
        return [*lines, *(f"token of feed {name}, shown once: {store.new_feed_token(name)}" for name in new)]

    def publish(self, published: Published) -> None:
        """From the ledger's thread: show what is durable."""
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody looks any more
            self.loop.call_soon_threadsafe(self._show, published)

    def _show(self, published: Published) -> None:
        if published.anew:
            self.past.forget()
        if published.notices:
            self.hub.note(published.notices)
        if published.statements and self.watch.dispatch is not None:
            self.watch.dispatch.take(published.statements)
        if published.health is not None:
            self._health = published.health
            self._alerts = published.alerts
            self.watch.sensors = published.health.sensors
            self.outlook = published.outlook
        if published.desk is not None:
            self.desk = published.desk
            if self.teller.changed(published.desk):
                self.hub.tell(self.teller.alerts(published.desk, self.station))
                self.outside.tell(said(published.desk, self.station))
        if published.picture is not None:
            self.hub.show(published.picture, live=True, speed=published.pace)
            if (old := self.late.take(published.picture)) is not None:
                self.outside.show(old, live=False, speed=published.pace)

    async def tell_health(self) -> None:
        """Once a second, also while there is nothing to see yet."""
        while True:
            self.hub.tell(health(self.source.clock.now_ns(), self._health, self.watch.figures(), self._alerts))
            await asyncio.sleep(HEALTH_S)

    async def sweep_sessions(self) -> None:
        """Once a minute: end what is over."""
        while True:
            await asyncio.sleep(SWEEP_S)
            in_use = frozenset(client.session for hub in (self.hub, self.outside) for client in hub.clients)
            await asyncio.to_thread(self.door.sessions.sweep, in_use)
            await asyncio.to_thread(self.door.readings.flush)

    def _picture_later(self, time_ns: int) -> Picture:
        from tocsin.live.past.later import known_now  # noqa: PLC0415  it loads the kernels, in the thread that needs it

        return known_now(self._evidence().reader, time_ns)

    def _back(self) -> LookBack:
        """For the one thread that looks back."""
        if self.lookback is None:
            self.lookback = LookBack(self._evidence().reader, Pipeline(self.site.settings))
        return self.lookback

    def _settings_now(self) -> Settings | None:
        return self.settings_now()

    def _static(self, sensors: tuple[str, ...], classes: tuple[str, ...]) -> Mapping[str, object]:
        return static(self.station, sensors, classes)

    def _session_ended(self, session: bytes) -> None:
        for hub in (self.hub, self.outside):
            self.loop.call_soon_threadsafe(hub.close_session, session, "signed out")

    def order(self, order: Order) -> "Future[Answer]":
        """Hand an order to whoever thinks."""
        if self.watch.runner is not None:
            return self.watch.runner.order(order)
        future: Future[Answer] = Future()
        future.set_result(
            Answer(order.time_ns, order.key, accepted=False, reason="still starting: try again in a minute")
        )
        return future

    def _evidence(self) -> Evidence:
        if self.watch.evidence is None:
            raise LedgerError("still starting: nothing can be looked up yet, try again in a minute")
        return self.watch.evidence


def _unseen(_shown: Shown) -> None:
    """The public's pictures leave no trails: those are of the staff's."""


def _line(name: str, kind: str, points_deg: tuple[tuple[float, float], ...]) -> Line:
    return Line(name, kind, tuple((longitude, latitude) for latitude, longitude in points_deg))


def _config(app: object, site: Site) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn has types of its own for what Starlette calls an ASGIApp
        http="h11",
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # no header may say who the client is
        server_header=False,
        ws_max_size=MESSAGE_MAX,
        ws_per_message_deflate=False,  # a frame is encoded once for all; compressing it for each would undo that
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=site.server.tls_certificate or None,
        ssl_keyfile=site.server.tls_key or None,
    )
