"""What the screen asks for beside the picture: who sees at a height, events, settings, the site's own map file."""

import asyncio
import time as clock
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response

from tocsin.errors import LedgerError
from tocsin.server.access.door import Door
from tocsin.server.access.roles import Action
from tocsin.server.audiences.rules import in_force
from tocsin.server.station import Station
from tocsin.settings import BOUNDS

MSGPACK = "application/msgpack"
KEPT_S = 20.0  # a chart changes when a sensor falls silent: seldom, and one answer serves many screens
Seconds = Annotated[float, Query(ge=0, le=4e9, description="seconds UTC")]
Height = Annotated[float, Query(ge=1, le=30_000, description="metres above the ground")]


class _Charts:
    """The newest chart of each height, one made at a time."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._kept: dict[float, tuple[float, bytes]] = {}
        self._lock = asyncio.Lock()

    async def at(self, height_m: float) -> bytes:
        async with self._lock:
            made_s, answer = self._kept.get(height_m, (-KEPT_S, b""))
            if clock.monotonic() - made_s > KEPT_S:
                from tocsin.server.chart import chart  # noqa: PLC0415  it loads what nobody needs for the first paint

                silent = self._station.silent()
                answer = await asyncio.to_thread(chart, self._station.settings, silent, height_m)
                self._kept = {height_m: (clock.monotonic(), answer)} | dict(list(self._kept.items())[-20:])
                self._kept[height_m] = (clock.monotonic(), answer)
            return answer


def routes(door: Door, station: Station) -> APIRouter:
    """GET /api/coverage, /api/relief, /api/events, /api/settings, /api/rules, /api/map."""
    router = APIRouter()
    see = door.needs(Action.SEE)
    charts = _Charts(station)

    @router.get("/api/coverage", response_class=Response, responses={200: {"content": {MSGPACK: {}}}}, **see)
    async def coverage(height: Height = 300.0) -> Response:
        return Response(await charts.at(round(height)), media_type=MSGPACK)

    @router.get("/api/relief", response_class=Response, responses={200: {"content": {MSGPACK: {}}}}, **see)
    async def relief() -> Response:
        from tocsin.server.charts.relief import relief as made  # noqa: PLC0415  as the chart

        return Response(await asyncio.to_thread(made, station.settings), media_type=MSGPACK)

    @router.get("/api/events", **see)
    async def events(time: Seconds, way: Literal["1", "-1"] = "1") -> dict[str, object]:
        if station.event_from is None:
            raise LedgerError("no ledger is kept here, so there are no events to go to")
        return dict(await asyncio.to_thread(station.event_from, round(time * 1e9), int(way)))

    @router.get("/api/settings", **see)
    async def settings() -> dict[str, object]:
        now = station.settings_now()
        rows = []
        for name, (lowest, highest, reason) in BOUNDS.items():
            stage, key = name.split(".")
            value = getattr(getattr(now, stage), key)
            rows.append({"name": name, "value": value, "lowest": lowest, "highest": highest, "reason": reason})
        return {"settings": rows}

    @router.get("/api/rules", **see)
    async def rules() -> dict[str, object]:
        return dict(in_force(station.settings_now(), station.rules_file))

    @router.get("/api/map", response_class=Response, **see)
    def map_file() -> Response:
        if not station.map_file or not Path(station.map_file).is_file():
            raise LedgerError("the site file names no map file: write [map] pmtiles = ... into it")
        # parts of it are asked for by Range, which FileResponse answers (RFC 9110 section 14)
        return FileResponse(station.map_file, media_type="application/octet-stream")

    return router
