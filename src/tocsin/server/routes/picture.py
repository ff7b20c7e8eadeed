"""What is, why, and how well it is seen: for whoever is signed in."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel

from tocsin.server.access.door import Door
from tocsin.server.access.roles import Action, may
from tocsin.server.access.sessions import Session
from tocsin.server.audiences import outside
from tocsin.server.outlook import Told
from tocsin.server.past import Past
from tocsin.server.plain import static
from tocsin.server.station import Station
from tocsin.server.trails import Trails

MSGPACK = "application/msgpack"
GEOJSON = "application/geo+json"
Seconds = Annotated[float, Query(ge=0, le=4e9, description="seconds UTC")]


class Bounds(BaseModel):
    """From when to when a moment can be asked for, and the moment that is shown live. Seconds UTC."""

    first: float
    last: float
    now: float


class Health(BaseModel):
    """How the process itself fares."""

    starting: str
    troubles: list[str]
    counters: dict[str, float]
    gauges: dict[str, float]
    latency: dict[str, float]


def routes(door: Door, station: Station, past: Past, trails: Trails) -> APIRouter:
    """GET /api/site, health, latency, ledger, trails, forecast and explain."""
    router = APIRouter()
    see = door.needs(Action.SEE)
    newest = Told()

    @router.get("/api/site", **door.needs(Action.GLANCE))
    async def site(session: Annotated[Session, Depends(door.check(Action.SELF))]) -> dict[str, object]:
        return dict(static(station, (), ()) if may(session.person.role, Action.SEE) else outside.static(station))

    @router.get("/api/public", **door.needs(Action.GLANCE))
    async def said() -> dict[str, object]:
        return dict(outside.said(station.desk(), station))

    @router.get("/api/health", **see)
    async def health() -> Health:
        figures = station.figures()
        return Health(
            starting=figures.starting[0],
            troubles=list(figures.troubles),
            counters=dict(figures.counters),
            gauges=dict(figures.gauges),
            latency=dict(figures.latency),
        )

    @router.get("/api/latency", **see)
    async def latency() -> dict[str, object]:
        return dict(station.deliveries())

    @router.get("/api/ledger", **see)
    async def bounds() -> Bounds:
        first_ns, last_ns = await asyncio.to_thread(station.bounds_ns)
        return Bounds(first=first_ns / 1e9, last=last_ns / 1e9, now=station.scene_ns() / 1e9)

    @router.get("/api/explain/track/{number}", **see)
    async def explain(number: Annotated[int, Path(ge=1)], time: Seconds | None = None) -> dict[str, object]:
        return await past.explanation(number, station.scene_ns() if time is None else round(time * 1e9))

    @router.get("/api/explain/sensor/{name}", **see)
    async def account(name: Annotated[str, Path(max_length=80)], time: Seconds | None = None) -> dict[str, object]:
        return await past.account(name, station.scene_ns() if time is None else round(time * 1e9))

    @router.get("/api/forecast", response_class=Response, responses={200: {"content": {GEOJSON: {}}}}, **see)
    async def forecast(
        track: Annotated[list[Annotated[int, Query(ge=1)]] | None, Query(max_length=8)] = None,
        time: Seconds | None = None,
    ) -> Response:
        if not track and time is None:
            told = await asyncio.to_thread(newest.json, station.outlook(), station.frame)
        else:
            chosen = tuple(dict.fromkeys(track or ()))
            then_ns = station.scene_ns() if time is None else round(time * 1e9)
            told = msgspec.json.encode(await past.outlook(chosen, then_ns))
        return Response(told, media_type=GEOJSON)

    @router.get("/api/trails", response_class=Response, responses={200: {"content": {MSGPACK: {}}}}, **see)
    async def recent(since: Seconds = 0.0) -> Response:
        return Response(await asyncio.to_thread(trails.message, since), media_type=MSGPACK)

    return router
