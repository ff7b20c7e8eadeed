"""A siren's controller: a real Modbus TCP server over registers that a programmable controller works, each 10 ms.

It does what docs/reference/delivery.md asks of one: a level with a lease, each event number once, its own timers.
"""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from typing import Self

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

FIRST, STATUS = 100, 116
CYCLE_S = 0.01
REMEMBERED = 32


@dataclass(slots=True)
class Controller:
    """`soundings` lists (event, began_s, ended_s or 0). `faults`, `battery_v`, `current_a` are what the test says."""

    port: int
    faults: int = 0
    battery_v: float = 13.2
    current_a: float = 9.5
    deaf: bool = False  # it takes registers and never closes its relay
    soundings: list[list[float]] = field(default_factory=list)
    writes: int = 0
    lose: int = 0  # so many next writes are taken, and their answer never comes
    _registers: list[int] = field(default_factory=list)
    _count: int = -1
    _lease_until_s: float = 0.0
    _until_s: float = 0.0
    _ended: int = 0
    _told: int = 0
    _before: list[int] = field(default_factory=list)
    _ready: threading.Event = field(default_factory=threading.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _server: ModbusTcpServer | None = None
    _thread: threading.Thread | None = None

    @property
    def relay(self) -> bool:
        return bool(self.soundings and not self.soundings[-1][2])

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._server is not None
        assert self._thread is not None
        asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop)  # type: ignore[no-untyped-call]
        self._thread.join()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        data = SimData(FIRST, count=64, values=0, datatype=DataType.REGISTERS)
        device = SimDevice(1, [data], action=self._asked)
        self._server = ModbusTcpServer(device, address=("127.0.0.1", self.port))
        serving = asyncio.create_task(self._server.serve_forever())
        cycle = asyncio.create_task(self._cycle())
        await asyncio.sleep(0.05)
        self._ready.set()
        await asyncio.gather(serving, return_exceptions=True)
        cycle.cancel()

    async def _asked(
        self, _code: int, first: int, _address: int, _count: int, registers: list[int], values: object
    ) -> ExcCodes | None:
        assert first == FIRST
        self._registers = registers
        if values is not None:
            self.writes += 1
            if self.lose > 0:
                self.lose -= 1
                return ExcCodes.GATEWAY_NO_RESPONSE
        else:
            self._work()
        return None

    async def _cycle(self) -> None:
        while True:
            await asyncio.sleep(CYCLE_S)
            if self._registers:
                self._work()

    def _work(self) -> None:
        """One scan of the program."""
        registers, now_s = self._registers, time.monotonic()
        pattern, high, low, lease, longest, mode, tone, on, off, repeats, count = registers[:11]
        event = high << 16 | low
        if count != self._count:
            self._count, self._lease_until_s = count, now_s + lease / 10
            self._take(pattern, event, mode, now_s, longest, (on * repeats + off * max(0, repeats - 1)) / 10, tone)
        if self.relay:
            over = 2 if now_s >= self._lease_until_s else 1 if now_s >= self._until_s else 0
            if over:
                self._end(over, now_s)
        running = pattern if self.relay else 0
        told = self._told
        left = max(0, round((self._lease_until_s - now_s) * 10))
        current = round(self.current_a * 10) if self.relay else 0
        said = (running, told >> 16, told & 0xFFFF, int(self.relay), left, current, round(self.battery_v * 100))
        registers[16:26] = [*said, self.faults, len(self.soundings), 0 if self.relay else self._ended]

    def _take(
        self, pattern: int, event: int, mode: int, now_s: float, longest_s: float, length_s: float, tone: int
    ) -> None:
        if mode == 2:
            self._told = event
        elif pattern == 0 or mode == 0:
            if self.relay:
                self._end(3, now_s)
        elif not self.relay or event != self._told:
            self._told = event
            if event in self._before:
                self._ended = 5
            elif not self.deaf:
                if self.relay:
                    self._end(3, now_s)
                assert tone in (1, 2, 3)
                self._before = [*self._before, event][-REMEMBERED:]
                self._until_s = now_s + min(longest_s, length_s)
                self.soundings.append([event, now_s, 0.0])

    def _end(self, why: int, now_s: float) -> None:
        self._ended = why
        self.soundings[-1][2] = now_s
