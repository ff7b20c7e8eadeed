"""Feeds that come by HTTP: raw bytes, in the format that the site file gives the feed, with that feed's token."""

import asyncio

from fastapi import APIRouter, HTTPException, Request

from tocsin.server.access.door import Door, public
from tocsin.server.station import Station

DURABLE_S = 10.0


def routes(door: Door, station: Station) -> APIRouter:
    """POST /api/feeds/{name}: 204 when durable, 503 with Retry-After when the queue is full or nothing can be kept."""
    router = APIRouter()

    @router.post("/api/feeds/{name}", status_code=204, **public())
    async def feed(name: str, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or await asyncio.to_thread(door.people.feed_of, token.strip()) != name:
            raise HTTPException(401, f"send `Authorization: Bearer <the token of feed {name!r}>`")
        body = await request.body()
        try:
            taken = station.offer(name, body)
        except KeyError as error:
            raise HTTPException(404, f"no feed {name!r} comes by HTTP here: name it in the site file") from error
        if taken is None:
            raise HTTPException(
                503, "the queue of this feed is full: send the same bytes again later", {"retry-after": "1"}
            )
        try:
            async with asyncio.timeout(DURABLE_S):
                durable = await asyncio.shield(asyncio.wrap_future(taken))
        except TimeoutError:
            durable = False
        if not durable:
            message = "these bytes are not durable yet and may be lost: send them again later"
            raise HTTPException(503, message, {"retry-after": "2"})

    return router
