"""The minute target: each minute, something that is not there goes the whole way from its detections to a receipt.

A second state of the same pipeline sees it: a sky of its own with one place and two radars, whose names no site file
may use. What it says has the status "test", is signed with the key for tests, and goes to the test addresses of
channels that serve tests; nothing of it can enter the state that watches. Where no receipt comes in time, that is an
alarm: the way that a real alert would take is broken somewhere.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import atan2, hypot, radians
from typing import Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.live.sending.dispatch import Dispatch
from tocsin.live.thinking import Pipeline
from tocsin.messages import Detections, Notice, Scan, Statement, Sweeps, Tick, freeze
from tocsin.settings import Alerting, Frame, Place, Releasing, Sensor, Settings, Threat
from tocsin.site.problems import MINUTE_TARGET

EVERY_S: Final = 60.0
TURN_S: Final = 1.0
TURNS_MAX: Final = 20  # it is at the place by then
RECEIPT_S: Final = 20.0
BEGINS_M, SPEED_MPS, HEIGHT_M = 2_500.0, 120.0, 400.0
RING_M: Final = 1_000.0
SIGMA_M, SIGMA_RAD = 20.0, radians(0.2)


def sky(frame: Frame) -> Settings:
    """The site of the minute target: a place at the origin, and two radars there that share nothing."""
    at = Frame(latitude_rad=frame.latitude_rad, longitude_rad=frame.longitude_rad)
    radars = tuple(
        Sensor(
            f"{MINUTE_TARGET} {side}",
            "radar",
            latitude_rad=at.latitude_rad,
            longitude_rad=at.longitude_rad,
            altitude_m=20.0,
            sigma={"range_m": SIGMA_M, "azimuth_rad": SIGMA_RAD, "elevation_rad": SIGMA_RAD},
            period_s=TURN_S,
            max_range_m=20_000.0,
            clutter_per_scan=0.1,
            authenticated=True,
            path_owner=side,
        )
        for side in ("a", "b")
    )
    place = Place(MINUTE_TARGET, "site", ((at.latitude_rad, at.longitude_rad),), RING_M, action_time_s=30.0)
    threats = tuple(
        Threat(one.name, 1.0, one.warn_chance, one.warn_chance_late, one.flight_s) for one in Alerting().threats
    )
    return Settings(
        MINUTE_TARGET,
        frame=at,
        sensors=radars,
        places=(place,),
        alerting=replace(Alerting(), threats=threats),
        releasing=Releasing(status="test"),
    )


def seen(radars: Sequence[Sensor], now_ns: int, began_ns: int) -> Scan:
    """What both radars see now: the target comes from the north, straight at the place."""
    n = len(radars)
    north_m = BEGINS_M - SPEED_MPS * (now_ns - began_ns) / SECOND_NS
    range_m, azimuth_rad = hypot(north_m, HEIGHT_M), 0.0 if north_m >= 0.0 else np.pi
    values = {"range_m": range_m, "azimuth_rad": azimuth_rad, "elevation_rad": atan2(HEIGHT_M - 20.0, abs(north_m))}
    index, now = np.arange(n, dtype=np.int32), np.full(n, now_ns, dtype=np.int64)
    around = np.full(n, np.nan)
    sweeps = Sweeps(index, np.full(n, -1), now, now, around, around.copy(), np.ones(n, dtype=np.bool_))
    columns = {name: np.full(n, value) for name, value in values.items()}
    detections = Detections(index, now, now.copy(), columns)
    scan = Scan(MINUTE_TARGET, now_ns, tuple(radar.name for radar in radars), sweeps, detections)
    freeze(scan)
    return scan


@dataclass(slots=True)
class MinuteTarget:
    """Supervised. `figures` and `trouble` are for the health page."""

    dispatch: Dispatch
    frame: Frame
    now_ns: Callable[[], int]
    flown: int = 0
    failed: int = 0
    took_s: float = float("nan")  # the last one, from its first detection to the last receipt
    fault: str = ""
    _channels: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        serving = self.dispatch.routes.delivery
        self._channels = tuple(one.name for one in serving.channels if "test" in one.status)

    async def run(self) -> None:
        """Each minute, for ever; not at all where no channel serves tests."""
        while self._channels and self.dispatch.outbox.lanes:
            began_ns = self.now_ns()
            fault = await self.fly()
            self.flown, self.failed = self.flown + 1, self.failed + bool(fault)
            if fault and not self.fault:
                await self.dispatch.alarm(Notice(self.now_ns(), "minute target", MINUTE_TARGET, fault))
            self.fault = fault
            await asyncio.sleep(max(0.0, EVERY_S - (self.now_ns() - began_ns) / SECOND_NS))

    async def fly(self) -> str:
        """One target, all the way. What went wrong, in words; "" where every channel took it."""
        settings = sky(self.frame)
        thinking = Pipeline(settings)
        began_ns = self.now_ns()
        said: tuple[Statement, ...] = ()
        for _ in range(TURNS_MAX):
            said = await asyncio.to_thread(self._think, thinking, settings.sensors, began_ns)
            if said:
                break
            await asyncio.sleep(TURN_S)
        if not said:
            return f"a target that flew at its place for {TURNS_MAX} s was not warned of: thinking is broken"
        expected = {(one.identifier, name) for one in said for name in self.dispatch.routes.of(one)}
        if not expected:
            return "no channel serves its test: write test among the statuses of one, for staff"
        await self.dispatch.say_test(said)
        missing = expected
        for _ in range(round(RECEIPT_S / 0.1)):
            missing = expected - self.dispatch.received()
            if not missing:
                self.took_s = (self.now_ns() - began_ns) / SECOND_NS
                return ""
            await asyncio.sleep(0.1)
        channels = ", ".join(sorted({name for _, name in missing}))
        return f"{channels} took no test within {RECEIPT_S:.0f} s: a real alert would be late there, too"

    def _think(self, thinking: Pipeline, radars: Sequence[Sensor], began_ns: int) -> tuple[Statement, ...]:
        now_ns = self.now_ns()
        thinking.advance(seen(radars, now_ns, began_ns))
        step = thinking.advance(Tick(now_ns + SECOND_NS // 2))  # past the time that looks are held
        return tuple(
            one
            for one in step.statements
            if one.state == "released" and one.audience == "staff" and one.stage != "watch"
        )

    def trouble(self) -> str:
        """A sentence for a person; "" where all is well."""
        return f"minute target: {self.fault}" if self.fault else ""
