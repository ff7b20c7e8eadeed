"""A siren's controller by Modbus TCP: a level with a lease, read back. docs/reference/delivery.md has the registers.

Told: pattern, event number, lease, longest sounding; renewed each third of the lease while it is to sound. The same
event number sounds once, however often it is told. When we are lost the lease runs out and the running pattern ends
by the controller's own timer. Read back: relay, current, battery, faults, how often it sounded.

One siren serves several places: it sounds all clear only when no place of its own is at warning any more.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from pymodbus import ModbusException
from pymodbus.client import AsyncModbusTcpClient

from tocsin.delivery.carrier import Parcel, Taken
from tocsin.delivery.channels.patterns import (
    BEFORE,
    ENDS,
    SILENCE,
    SILENT_TEST,
    SOUND,
    STANDS_COUNT,
    STATUS,
    Pattern,
    Stands,
    Told,
    event_number,
    patterns,
)
from tocsin.delivery.declared import Channel
from tocsin.errors import NotDelivered
from tocsin.messages import Statement

PORT = 502
LOOK_S = 0.05
DAY_NS = 86_400_000_000_000
SOUNDED_MAX = 10_000
TEST_S = 3.0  # a silent test is over by then
SOUNDS = ("warning", "under way")
WHOLE = (ENDS.index("its own end"), ENDS.index("the longest sounding was reached"))


class Siren:
    """One controller."""

    keeps_state: ClassVar[bool] = True

    def __init__(self, declared: Channel, now_ns: Callable[[], int]) -> None:
        self.declared = replace(declared, at_once=1)  # one controller, one sound
        self._now_ns = now_ns
        self._patterns = patterns(declared.country)
        self._client: AsyncModbusTcpClient | None = None
        self._turn = asyncio.Lock()
        self._in_force: dict[str, int] = {}  # events at warning here, and when their statement expires
        self._told: Told | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._count = 0
        self._tested_day = -1
        self._sounded: dict[int, None] = {}
        self._lost = ""  # why the last renewal did not go through

    def remember(self, statements: Iterable[Statement]) -> None:
        """After a start: what was said before it, oldest first. Its own all clear must not end another's warning."""
        for one in statements:
            if one.stage in SOUNDS and one.kind != "cancel":
                self._in_force[one.event] = one.expires_ns
            else:
                self._in_force.pop(one.event, None)

    async def open(self) -> None:
        """Connect, and see how it stands."""
        await self.check()

    async def send(self, parcel: Parcel) -> Taken:
        """Sound what the statement means here; returns when the relay is read back as closed."""
        one = parcel.statement
        now_ns = self._now_ns()
        self._in_force = {event: until for event, until in self._in_force.items() if until > now_ns}
        if one.stage in SOUNDS and one.kind != "cancel":
            self._in_force[one.event] = one.expires_ns
            return await self._sound(self._patterns[one.stage], event_number(one.event, "warning"))
        if not parcel.ended:
            return Taken(f"{one.stage!r} has no sound here", idle=True)
        self._in_force.pop(one.event, None)
        if self._in_force:
            return Taken(f"no all clear: {len(self._in_force)} other places of this siren are at warning", idle=True)
        if "all clear" not in self._patterns or one.kind == "cancel":
            await self._stop()
            return Taken("silent: read back")
        return await self._sound(self._patterns["all clear"], event_number(one.event, "all clear"))

    async def check(self) -> str:
        """How it stands: faults, battery, current, a relay that sticks; the daily silent test when it is due."""
        stands = await self._stands()
        self._judge(stands)
        if self._lost:
            raise NotDelivered(f"the lease could not be renewed: {self._lost}")
        if self._test_due():
            await self._test()
            self._tested_day = self._now_ns() // DAY_NS
        return f"relay {'closed' if stands.relay else 'open'}, {stands.battery_v:.1f} V, {stands.current_a:.1f} A"

    async def trial(self, _parcel: Parcel) -> str:
        """The silent test: everything but the sound. While it sounds that is test enough."""
        if self._told is not None:
            await self._stands()
            return "it sounds now: answers, not tested"
        await self._test()
        return "silent test passed: read back without faults"

    async def close(self) -> None:
        """Let go. What sounds goes on until its lease is over: the warning was meant."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
            self._renewing = None
        if self._client is not None:
            self._client.close()
            self._client = None

    async def _sound(self, pattern: Pattern, event: int) -> Taken:
        """The level, until read back. What sounds already is not begun again for another place."""
        before = await self._stands()
        if self._told is not None and before.running == pattern.pattern == self._told.pattern.pattern and before.relay:
            return Taken(f"sounds already (event {before.event:08x}), read back")
        if event in self._sounded and not (self._told is not None and self._told.event == event):
            return Taken(f"event {event:08x} has sounded before: not again")
        longest_s = min(self.declared.longest_s, pattern.length_s)
        self._end_renewing()  # or its end would silence this one
        self._told = Told(pattern, event, self.declared.lease_s, longest_s, SOUND, 0)
        await self._tell()
        self._renew(longest_s)
        while True:
            stands = await self._stands()
            if stands.event == event and stands.relay and stands.running == pattern.pattern:
                break
            if stands.event == event and stands.ended == BEFORE:
                self._sounded[event] = None
                return Taken(f"event {event:08x} has sounded before: its controller does not sound it again")
            if stands.event == event and stands.ended in WHOLE and stands.soundings != before.soundings:
                break  # a short pattern, over before we looked
            if stands.event == event and stands.ended:
                raise NotDelivered(f"it began event {event:08x} and stopped: {ENDS[stands.ended]}", perhaps=True)
            if wrong := stands.wrong():
                raise NotDelivered(f"it does not sound: {wrong}", perhaps=True)
            await asyncio.sleep(LOOK_S)
        self._sounded[event] = None
        while len(self._sounded) > SOUNDED_MAX:
            del self._sounded[next(iter(self._sounded))]
        how = "relay closed" if stands.relay else "sounded"
        return Taken(f"{how} (event {event:08x}, {stands.current_a:.1f} A, {stands.battery_v:.1f} V)")

    async def _stop(self) -> None:
        """Silence, until read back."""
        self._end_renewing()
        self._told = Told(SILENCE, 0, self.declared.lease_s, 0.0, 0, 0)
        await self._tell()
        while (await self._stands()).relay:  # noqa: ASYNC110  it is the controller that is waited for
            await asyncio.sleep(LOOK_S)
        self._told = None

    def _renew(self, longest_s: float) -> None:
        self._end_renewing()
        self._renewing = asyncio.create_task(self._renew_for(longest_s), name=f"lease of {self.declared.name}")

    def _end_renewing(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
            self._renewing = None

    async def _renew_for(self, longest_s: float) -> None:
        """Each third of the lease, while it is to sound; then silence is the level."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + longest_s
        while (left_s := until_s - loop.time()) > 0:
            await asyncio.sleep(min(self.declared.lease_s / 3, left_s))
            try:
                await self._tell()
                self._lost = ""
            except NotDelivered as error:
                self._lost = str(error)  # the next third tries again; `check` makes it an alarm
        self._told = Told(SILENCE, 0, self.declared.lease_s, 0.0, 0, 0)
        with contextlib.suppress(NotDelivered):  # its own timer ends it all the same
            await self._tell()
        self._told = None

    def _test_due(self) -> bool:
        if not self.declared.silent_test_utc or self._told is not None or self._in_force:
            return False
        day, since_ns = divmod(self._now_ns(), DAY_NS)
        hours, _, minutes = self.declared.silent_test_utc.partition(":")
        return day != self._tested_day and since_ns >= (int(hours) * 60 + int(minutes)) * 60_000_000_000

    async def _test(self) -> None:
        """Everything but the sound: the controller drives its chain with the relay open, and says what is wrong."""
        if self._told is not None:
            raise NotDelivered("it sounds: no test now")
        self._count += 1
        event = event_number(f"silent test {self._now_ns()}", str(self._count))
        pattern = self._patterns["warning"]
        soundings = (await self._stands()).soundings
        await self._write(Told(pattern, event, self.declared.lease_s, TEST_S, SILENT_TEST, self._count))
        try:
            while (stands := await self._stands()).event != event:  # noqa: ASYNC110  as in _stop
                await asyncio.sleep(LOOK_S)
        finally:
            await self._write(Told(SILENCE, 0, self.declared.lease_s, 0.0, 0, self._count))
        self._judge(stands)
        if stands.relay or stands.soundings != soundings:
            raise NotDelivered("the silent test was not silent: its controller closes the relay; take it off at once")

    def _judge(self, stands: Stands) -> None:
        if wrong := stands.wrong():
            raise NotDelivered(f"it says that something is wrong: {wrong}")
        if stands.battery_v < self.declared.battery_v_min:
            raise NotDelivered(
                f"battery {stands.battery_v:.2f} V, below {self.declared.battery_v_min:g} V: look after it"
            )
        if stands.relay and self._told is None and not stands.lease_s:
            raise NotDelivered("its relay is closed and nobody told it to sound: go there")
        if stands.relay and stands.current_a < self.declared.current_a_min:
            raise NotDelivered(
                f"its relay is closed and {stands.current_a:.1f} A flow, less than {self.declared.current_a_min:g} A: "
                "it is silent; go there"
            )

    async def _tell(self) -> None:
        if self._told is not None:
            self._count += 1
            told = self._told
            await self._write(Told(told.pattern, told.event, told.lease_s, told.longest_s, told.mode, self._count))

    async def _write(self, told: Told) -> None:
        async with self._turn:
            client = await self._connected()
            try:
                answer = await client.write_registers(
                    self.declared.register_first, told.registers(), device_id=self.declared.device
                )
            except (ModbusException, OSError) as error:
                raise NotDelivered(f"{self.declared.url} does not answer: {error}", perhaps=True) from error
        if answer.isError():
            raise NotDelivered(f"{self.declared.url} refuses the registers: {answer}", refused=True)

    async def _stands(self) -> Stands:
        async with self._turn:
            client = await self._connected()
            try:
                answer = await client.read_holding_registers(
                    self.declared.register_first + STATUS, count=STANDS_COUNT, device_id=self.declared.device
                )
            except (ModbusException, OSError) as error:
                raise NotDelivered(f"{self.declared.url} does not answer: {error}", perhaps=True) from error
        if answer.isError():
            raise NotDelivered(f"{self.declared.url} gives no registers: {answer}", refused=True)
        return Stands.of(answer.registers)

    async def _connected(self) -> AsyncModbusTcpClient:
        if self._client is None:
            address = self.declared.address()
            self._client = AsyncModbusTcpClient(
                address.hostname or "",
                port=address.port or PORT,
                name=self.declared.name,
                timeout=max(0.3, self.declared.timeout_s / 4),
                retries=1,
                reconnect_delay=0,  # the lane tries again, and says so
            )
        if not self._client.connected and not await self._client.connect():
            raise NotDelivered(f"{self.declared.url} cannot be reached")
        return self._client
