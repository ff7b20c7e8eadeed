"""For tests of the server: a station that remembers what it was asked, a door with people, and a browser."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from tests.skies import START_NS, picture
from tocsin.alerts.release.desk import Desk
from tocsin.errors import LedgerError, SettingError
from tocsin.messages import (
    Answer,
    Explanation,
    Order,
    Picture,
    Refusal,
    SensorHealth,
)
from tocsin.models.account import SensorAccount, SensorCells
from tocsin.server.access.door import Door
from tocsin.server.access.guard import names
from tocsin.server.access.limits import Limits
from tocsin.server.access.people import People
from tocsin.server.access.roles import Role
from tocsin.server.access.sessions import Sessions
from tocsin.server.app import build
from tocsin.server.audiences.outside import static as glance
from tocsin.server.hub import Hub
from tocsin.server.past import Past
from tocsin.server.plain import static
from tocsin.server.station import Figures, Scenes, Station, Stood
from tocsin.server.trails import Trails
from tocsin.settings import Settings

ORIGIN = "http://127.0.0.1:8000"
LIVE = "ws://127.0.0.1:8000/api/live"
PASSWORD = "correct horse battery"  # noqa: S105  of nobody


def explained(track: int, time_ns: int) -> Explanation:
    """Track 7 was made by one detection that is kept, and eleven more; nobody knows of another track."""
    times = np.full(int(track == 7), time_ns, np.int64)
    one = np.ones(len(times))
    refusal = Refusal(time_ns, "box", "tracking: later than late_s", "mend its line", count=2)
    return Explanation(
        track, times, one.astype(np.int32) - 1, 0.75 * one,
        {"range_m": 1234.5 * one, "azimuth_rad": np.pi * one, "elevation_rad": np.nan * one}, ("north",),
        {"north": 12} if track == 7 else {}, {"north": 9.5} if track == 7 else {}, (refusal,),
    )  # fmt: skip


def accounted(sensor: str, time_ns: int) -> SensorAccount:
    """Two plots of a sensor are known. There is none in the south."""
    if sensor == "south":
        raise KeyError(sensor)
    health = SensorHealth(
        "north", "radar", "fresh", time_ns, 2.5, 0.1, 12, 1, range_bias_m=40.0, azimuth_bias_rad=np.pi
    )
    cells = SensorCells("north", "polar", 1, 2, 0.0, 9e4, np.ones(2), np.ones(2), np.full(2, 0.8), 0.9, np.zeros(2))
    off = {"range_m": np.array([12.5, np.nan]), "azimuth_rad": np.array([np.pi, 0.0])}
    place = (np.pi / 4, np.pi / 6, 60.0)
    return SensorAccount(time_ns, health, place, cells, np.array([time_ns - 10**9, time_ns]), off)


@dataclass(slots=True)
class House:
    """A whole server without a running system behind it. `now_ns` is moved by the test."""

    folder: Path
    tls: bool = False
    now_ns: int = START_NS
    orders: list[Order] = field(default_factory=list)
    controls: list[tuple[str, float | None]] = field(default_factory=list)
    offered: list[tuple[str, bytes]] = field(default_factory=list)
    answer: Callable[[Order], "Future[Answer]"] | None = None
    full: bool = False
    durable: bool = True
    figures: Figures = field(default_factory=Figures)
    station: Station = field(init=False)
    door: Door = field(init=False)
    hub: Hub = field(init=False)
    outside: Hub = field(init=False)
    desk: Desk | None = None
    settings: Settings = field(default_factory=Settings)
    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        self.station = Station(
            "a site", "demo", "UTC", (), self.settings, self._now, self._now, self._order, self._offer,
            lambda: (START_NS - 60 * 10**9, START_NS), self._at, lambda: self.figures, self._control, explained,
            account_at=accounted, stood_at=lambda _time_ns: Stood(None, (), self.desk),
            desk=lambda: self.desk, grounds_at=lambda _time_ns, _most: [],
            event_from=lambda _time_ns, _way: {}, map_file=__file__,
            reports=str(self.folder / "reports"), scenes=Scenes("demo-night", list, lambda _name, _seed: None),
        )  # fmt: skip
        people = People(self.folder / "people.sqlite", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        for role in Role:
            people.admit(role.value, role)
        sessions = Sessions(people, self._now, lambda key: self.hub.close_session(key, "signed out"))
        host = names("127.0.0.1", 443 if self.tls else 8000, tls=self.tls)
        self.door = Door(people, sessions, Limits(lambda: self.now_ns / 1e9), host)
        trails = Trails()
        self.hub = Hub(Settings().frame, self._now, lambda s, c: static(self.station, s, c), trails.see)
        self.outside = Hub(Settings().frame, self._now, lambda _s, _c: glance(self.station), lambda _shown: None)
        web = self.folder / "web"
        (web / "assets").mkdir(parents=True, exist_ok=True)
        (web / "index.html").write_text("<!doctype html>tocsin")
        (web / "assets" / "index-1a2b.js").write_text("1")
        (self.folder / "secret.txt").write_text("secret")
        self.app = build(self.station, self.door, self.hub, Past(self.station), trails, web, self.outside)

    def _now(self) -> int:
        return self.now_ns

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ns += round(seconds * 1e9)

    def _order(self, order: Order) -> "Future[Answer]":
        self.orders.append(order)
        if self.answer is not None:
            return self.answer(order)
        future: Future[Answer] = Future()
        future.set_result(Answer(order.time_ns, order.key, accepted=True, reason="done"))
        return future

    def _offer(self, feed: str, data: bytes) -> "Future[bool] | None":
        if feed != "box":
            raise KeyError(feed)
        self.offered.append((feed, data))
        if self.full:
            return None
        kept: Future[bool] = Future()
        kept.set_result(self.durable)
        return kept

    def _control(self, action: str, value: float | None) -> None:
        if action == "fly":
            raise SettingError("time cannot fly")
        self.controls.append((action, value))

    def _at(self, time_ns: int) -> Picture:
        if time_ns < START_NS - 60 * 10**9:
            raise LedgerError("nothing is kept of then")
        return picture(time_ns, [1, 2])

    def client(self, role: Role | None = None, **headers: str) -> TestClient:
        """A browser on our own page, signed in as the person named like `role`."""
        base = "https://127.0.0.1" if self.tls else ORIGIN
        client = TestClient(self.app, base_url=base, headers={"origin": base} | headers, client=("127.0.0.1", 50_000))
        if role is not None:
            token = self.door.sessions.new_link(role.value)
            assert client.post("/api/session", json={"token": token}).status_code == 200
        return client


@contextmanager
def house(folder: Path, *, tls: bool = False) -> Iterator[House]:
    """A house that is closed after use."""
    made = House(folder, tls)
    try:
        yield made
    finally:
        made.door.people.close()
