"""Pictures of a past moment, as they were known then. One at a time, in a thread of its own: they cost thinking."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tocsin.errors import LedgerError
from tocsin.server.audiences.desk import alerts
from tocsin.server.frames import shown, snapshot
from tocsin.server.outlook import geojson
from tocsin.server.plain import health
from tocsin.server.reasons import reasons, told
from tocsin.server.station import Figures, Station

KEPT = 200  # somebody who drags a slider comes back to the same seconds
STEP_NS = 1_000_000_000
LATER_S = 120  # after so long nothing more becomes known of a moment


@dataclass(slots=True)
class Past:
    """Snapshots of past seconds. While one is made, only the newest wish of those that wait is served last."""

    station: Station
    _kept: "OrderedDict[tuple[int, bool], bytes]" = field(default_factory=OrderedDict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="past"))

    async def snapshot(self, time_ns: int, *, later: bool = False) -> bytes:
        """The snapshot of the whole second before `time_ns`, as known then or, `later`, as known now.

        Raises LedgerError where nothing is kept.
        """
        second = time_ns // STEP_NS * STEP_NS
        key = second, later
        if key not in self._kept:
            made = await asyncio.get_running_loop().run_in_executor(self._pool, self._make, second, later)
            settled_ns = (LATER_S if later else 2) * STEP_NS
            if second <= self.station.scene_ns() - settled_ns:  # newer ones may still change
                self._kept[key] = made
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return made
        self._kept.move_to_end(key)
        return self._kept[key]

    async def stood(self, time_ns: int) -> dict[str, object]:
        """The live line's `health` and `alerts` as they were decided by the whole second before `time_ns`.

        What is known later changes no decision that was taken. Raises LedgerError where nothing is kept.
        """
        second = time_ns // STEP_NS * STEP_NS
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._stood, second)

    def _stood(self, time_ns: int) -> dict[str, object]:
        if self.station.stood_at is None:
            raise LedgerError("no ledger is kept here, so nothing can be thought again")
        stood = self.station.stood_at(time_ns)
        return {
            "health": health(time_ns, stood.health, Figures(), stood.alerts),
            "alerts": None if stood.desk is None else alerts(stood.desk, self.station),
        }

    async def explanation(self, track: int, time_ns: int) -> dict[str, object]:
        """Why a track is there, as it was known then. Raises LedgerError where nothing is kept, or no such track."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._explain, track, time_ns)

    def _explain(self, track: int, time_ns: int) -> dict[str, object]:
        if self.station.explain_at is None:
            raise LedgerError("no ledger is kept here, so nothing can be thought again")
        explained = self.station.explain_at(track, time_ns)
        if not len(explained) and not explained.detections:
            message = f"nothing is known of a track {track} at {time_ns / 1e9:.0f} s UTC: ask for a moment when it was"
            raise LedgerError(message)
        return reasons(explained, time_ns)

    async def account(self, sensor: str, time_ns: int) -> dict[str, object]:
        """What was believed of a sensor then. Raises LedgerError where nothing is kept, or no such sensor."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._account, sensor, time_ns)

    def _account(self, sensor: str, time_ns: int) -> dict[str, object]:
        if self.station.account_at is None:
            raise LedgerError("no ledger is kept here, so nothing can be thought again")
        try:
            return told(self.station.account_at(sensor, time_ns), self.station.settings.frame)
        except KeyError as error:
            raise LedgerError(f"the site has no sensor {sensor!r}; /api/site lists them") from error

    async def outlook(self, tracks: tuple[int, ...], time_ns: int) -> Mapping[str, object]:
        """Where these tracks could have gone, as it was forecast then. Raises LedgerError where nothing is kept."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._outlook, tracks, time_ns)

    def _outlook(self, tracks: tuple[int, ...], time_ns: int) -> Mapping[str, object]:
        if self.station.outlook_at is None:
            raise LedgerError("no ledger is kept here, so nothing can be thought again")
        return geojson(self.station.outlook_at(tracks, time_ns), self.station.frame)

    def _make(self, time_ns: int, later: bool) -> bytes:
        if later and self.station.picture_later is None:
            raise LedgerError("no ledger is kept here, so nothing more is known of the past than was known then")
        draw = self.station.picture_later if later and self.station.picture_later else self.station.picture_at
        picture = draw(time_ns)
        return snapshot(shown(picture, self.station.frame, sent_ns=self.station.clock_ns(), live=False, speed=0.0))

    def forget(self) -> None:
        """Time was turned back: what was kept may be no more true."""
        self._kept.clear()

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(wait=False, cancel_futures=True)
