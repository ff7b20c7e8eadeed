"""The real server on a free port, fed by a made-up sky; every fault of a line and of a sender can be played."""

import asyncio
import socket
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.browser.stage import desk
from tests.browser.stage import sky as heaven
from tests.browser.stage.office import TEXTS, Office, account, explanation
from tests.browser.stage.sky import START_S, Sky
from tocsin.alerts.release.desk import Desk
from tocsin.errors import LedgerError, SettingError
from tocsin.messages import Alert, Answer, Order, Picture
from tocsin.server.access.door import Door
from tocsin.server.access.guard import names
from tocsin.server.access.limits import Limits
from tocsin.server.access.people import People
from tocsin.server.access.roles import Role
from tocsin.server.access.sessions import Sessions
from tocsin.server.app import build
from tocsin.server.audiences import outside
from tocsin.server.hub import Hub
from tocsin.server.past import Past
from tocsin.server.plain import health, static
from tocsin.server.station import Figures, Line, Station, Stood
from tocsin.server.trails import Trails
from tocsin.settings import Frame, Ground

PASSWORD = "correct horse battery"  # noqa: S105  of a person who exists on the stage only
PERSON = "Olena"
SECOND = "Petro"
PEOPLE = {PERSON: Role.SUPERVISOR, SECOND: Role.OPERATOR, "Vera": Role.VIEWER, "Everybody": Role.PUBLIC}
LATE_S = 300.0  # how late the public sees
WORDS = ("language", "headline", "description", "instruction", "draft")
HISTORY_S = 900.0  # how far back the stage's ledger goes
RIVER = Line("border river", "river", ((-7.405, 37.165), (-7.425, 37.222), (-7.443, 37.300), (-7.46, 37.405)))


@dataclass
class Faults:
    """What goes wrong now. Each may be changed while a page is open."""

    refuse: bool = False  # new connections are refused
    freeze: bool = False  # nothing is sent, the line stays open
    delay_s: float = 0.0  # each message waits so long before it is sent
    drop_next: int = 0  # so many messages are lost


@dataclass
class Stage:
    """One server with one sky. `open` it, look at `url`, break it, `close` it."""

    folder: Path
    web: Path
    n: int = 120
    rate_hz: int = 4
    mode: str = "demo"
    faults: Faults = field(default_factory=Faults)
    speed: float = 1.0
    live: bool = True
    port: int = 0  # 0: any that is free

    def __post_init__(self) -> None:
        self.sky = Sky(self.n)
        self.scene_s = START_S
        self.kept_from_s = START_S - HISTORY_S
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(("127.0.0.1", self.port))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.said = desk.Said(now=lambda: self.scene_s)
        self.office = Office(self.folder)
        self.stage_of_plant = ""  # "" : quiet; else how the power station stands
        self.map_file = ""  # and the ground: given before it opens
        self.ground: Ground | None = None
        self.quiet_notices = False
        self.controlled: list[tuple[str, float | None]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()

    def open(self) -> Self:
        """Start serving."""
        self._thread.start()
        assert self._ready.wait(20), "the stage did not open"
        return self

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_problem: object) -> None:
        self.close()

    def close(self) -> None:
        """End, and wait for it."""
        self._stop.set()
        self._thread.join(20)

    def link(self, name: str = PERSON) -> str:
        """A one-time link, as it is printed at the start of a server."""
        return f"{self.url}/#t={self.sessions.new_link(name)}"

    def become(self, n: int) -> None:
        """Another sky, of so many tracks."""
        self.n, self.sky = n, Sky(n)

    def lose_the_past(self) -> None:
        """Nothing before now can be shown any more."""
        self.kept_from_s = self.scene_s

    def say(self, message: bytes) -> None:
        """Send any bytes at all to every open map."""
        self._loop.call_soon_threadsafe(self._say, message)

    def _say(self, message: bytes) -> None:
        for client in self.hub.clients:
            client.tell("any", message)

    def cut(self) -> None:
        """Break every open line, as a pulled cable or a restart does."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for task in list(self._lines):
            task.cancel()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: set[asyncio.Task[None]] = set()
        settings = heaven.settings()
        people = People(self.folder / "people.sqlite")
        for name, role in PEOPLE.items():
            people.admit(name, role)
        people.set_password(PERSON, PASSWORD)
        self.sessions = Sessions(people, time.time_ns, self._session_ended)
        station = self._station()
        self.trails = Trails()
        self.hub = Hub(settings.frame, time.time_ns, lambda *known: static(station, *known), self.trails.see)
        door = Door(people, self.sessions, Limits(time.monotonic), names("127.0.0.1", self.port, tls=False))
        self.outside = Hub(Frame(), time.time_ns, lambda *_known: outside.static(station), lambda _shown: None)
        app = self._faulty(build(station, door, self.hub, Past(station), self.trails, self.web, self.outside))
        listening = socket.create_server(("127.0.0.1", self.port))
        config = uvicorn.Config(
            app, log_level="warning", ws="websockets-sansio", lifespan="off", timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        playing = asyncio.create_task(self._play())
        self._ready.set()  # whoever connects now waits in the queue of the socket
        await asyncio.to_thread(self._stop.wait)
        playing.cancel()
        self.hub.close_all("the stage closes")
        self.outside.close_all("the stage closes")
        self._cut()
        server.should_exit = True
        await serving
        for connection in list(server.server_state.connections):  # what the browser opened while it was closing
            connection.transport.abort()
        await asyncio.sleep(0.1)  # transports let go of their sockets in the next turns of the loop
        listening.close()
        people.close()

    def _station(self) -> Station:
        return Station(
            title="Almar coast (stage)",
            mode=self.mode,
            timezone="Europe/Lisbon",
            lines=(RIVER,),
            settings=replace(heaven.settings(), ground=self.ground),
            clock_ns=time.time_ns,
            scene_ns=lambda: round(self.scene_s * 1e9),
            order=self._order,
            offer=lambda _name, _body: None,
            bounds_ns=lambda: (round((START_S - HISTORY_S) * 1e9), round(self.scene_s * 1e9)),
            picture_at=self._picture_at,
            figures=lambda: Figures(latency={"detection_to_map_p99": 0.412}, counters={"frames_total": 4711.0}),
            control=self._control if self.mode != "live" else None,
            event_from=self._event_from,
            picture_later=lambda time_ns: self.sky.picture(time_ns / 1e9),
            silent=lambda: ("Microphones",),
            map_file=self.map_file,
            outlook=lambda: self.sky.outlook(self.scene_s),
            outlook_at=lambda tracks, time_ns: self.sky.outlook(time_ns / 1e9, tracks),
            stood_at=self._stood_at,
            explain_at=explanation,
            account_at=account,
            deliveries=self.office.deliveries,
            desk=self._desk,
            texts=lambda _statement: [dict(zip(WORDS, (*text, False), strict=True)) for text in TEXTS],
            others=self.office.others,
            scenes=self.office.scenes() if self.mode == "demo" else None,
            reports=str(self.folder / "reports"),
        )

    def _desk(self) -> Desk | None:
        """The statement whose words are asked for; the rest is told by `desk.Said`."""
        return desk.of_texts(self.scene_s) if self.stage_of_plant else None

    def _picture_at(self, time_ns: int) -> Picture:
        if time_ns / 1e9 < self.kept_from_s:
            raise LedgerError("nothing is kept of this moment: the ledger begins later")
        return self.sky.picture(time_ns / 1e9)

    def _stood_at(self, time_ns: int) -> Stood:
        """How the power station stood: at watch for its last five minutes before the start, quiet before that."""
        time_s = time_ns / 1e9
        self._picture_at(time_ns)
        stood = (desk.alert(time_s, "watch"),) if time_s >= START_S - 300 else ()
        said = desk.of_texts(time_s) if stood else replace(desk.of_texts(time_s), statements=())
        return Stood(heaven.health(time_s), stood, said)

    def _control(self, action: str, value: float | None) -> None:
        self.controlled.append((action, value))
        if action == "pause":
            self.speed = 0.0
        elif action == "resume":
            self.speed = 1.0
        elif action == "speed" and value:
            self.speed = value
        else:
            raise SettingError(f"control: {action!r} is not possible on this stage")

    def _order(self, order: Order) -> "Future[Answer]":
        done: Future[Answer] = Future()
        done.set_result(self.said.order(order))
        return done

    def _event_from(self, time_ns: int, way: int) -> dict[str, object]:
        """Something happens every five minutes on this stage."""
        at_s = (time_ns / 1e9 // 300 + (1 if way > 0 else -1)) * 300
        kept = self.kept_from_s <= at_s <= self.scene_s
        return {"time": at_s, "text": "power station: quiet -> watch"} if kept else {}

    def _alerts(self) -> tuple[Alert, ...]:
        return (desk.alert(self.scene_s, self.stage_of_plant),) if self.stage_of_plant else ()

    def _session_ended(self, key: bytes) -> None:
        self._loop.call_soon_threadsafe(self.hub.close_session, key, "signed out")

    async def _play(self) -> None:
        turn = 0
        while True:
            self.scene_s += self.speed / self.rate_hz
            if not self.faults.freeze:
                if turn % self.rate_hz == 0:
                    figures = Figures(latency={"detection_to_map_p99": 0.412}, counters={"frames_total": 4711.0})
                    self.hub.tell(
                        health(round(self.scene_s * 1e9), heaven.health(self.scene_s), figures, self._alerts())
                    )
                    if self.stage_of_plant:
                        self.hub.tell(self.said.message())
                if turn % (10 * self.rate_hz) == self.rate_hz and not self.quiet_notices:
                    self.hub.note(heaven.notices(self.scene_s))
                self.hub.show(self.sky.picture(self.scene_s), live=self.live, speed=self.speed)
                if turn % self.rate_hz == 0 and self.outside.clients:
                    late = outside.coarse(self.sky.picture(self.scene_s - LATE_S), heaven.settings().frame)
                    self.outside.show(late, live=False, speed=self.speed)
                    self.outside.tell(self.said.public())
            turn += 1
            await asyncio.sleep(1 / self.rate_hz)

    def _faulty(self, app: ASGIApp) -> ASGIApp:
        async def between(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "websocket":
                await app(scope, receive, send)
                return
            if self.faults.refuse:
                await receive()
                await send({"type": "websocket.close", "code": 1013})
                return
            line = asyncio.create_task(self._hold(app, scope, receive, send))
            self._lines.add(line)
            with suppress(asyncio.CancelledError):
                await line
            self._lines.discard(line)
            if line.cancelled():
                with suppress(RuntimeError):
                    await send({"type": "websocket.close", "code": 1012})

        return between

    async def _hold(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, self._slowly(send))

    def _slowly(self, send: Send) -> Send:
        async def later(message: Message) -> None:
            if message["type"] == "websocket.send":
                if self.faults.drop_next > 0:
                    self.faults.drop_next -= 1
                    return
                await asyncio.sleep(self.faults.delay_s)
            await send(message)

        return later
