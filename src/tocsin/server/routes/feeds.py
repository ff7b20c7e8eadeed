"""Feeds that come by HTTP: raw bytes, in the format that the site file gives the feed, with that feed's token."""

import asyncio

from fastapi import APIRouter, HTTPException, Request

from tocsin.server.access.door import Door, public
from tocsin.server.station import Station


def routes(door: Door, station: Station) -> APIRouter:
    """POST /api/feeds/{name}: 204 when queued, 503 with Retry-After when the queue is full."""
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
        if not taken:
            raise HTTPException(
                503, "the queue of this feed is full: send the same bytes again later", {"retry-after": "1"}
            )

    return router
