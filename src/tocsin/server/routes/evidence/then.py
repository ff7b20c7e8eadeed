"""What was: the picture of a past moment, and how places stood then."""

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import Response

from tocsin.server.access.door import Door
from tocsin.server.access.roles import Action
from tocsin.server.past import Past

MSGPACK = "application/msgpack"
JSON = "application/json"
Seconds = Annotated[float, Query(ge=0, le=4e9, description="seconds UTC")]


def routes(door: Door, past: Past) -> APIRouter:
    """GET /api/at and /api/stood."""
    router = APIRouter()
    see = door.needs(Action.SEE)

    @router.get("/api/at", response_class=Response, responses={200: {"content": {MSGPACK: {}}}}, **see)
    async def at(time: Seconds, known: Literal["then", "now"] = "then") -> Response:
        return Response(await past.snapshot(round(time * 1e9), later=known == "now"), media_type=MSGPACK)

    @router.get("/api/stood", response_class=Response, responses={200: {"content": {JSON: {}}}}, **see)
    async def stood(time: Seconds) -> Response:
        # what nobody knows is NaN in it, and null in JSON
        return Response(msgspec.json.encode(await past.stood(round(time * 1e9))), media_type=JSON)

    return router
