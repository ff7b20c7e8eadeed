"""What a stage rests on, and what became of what was said: from the ledger, for staff."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from tocsin.server.access.door import Door
from tocsin.server.access.roles import Action
from tocsin.server.station import Station


def routes(door: Door, station: Station) -> APIRouter:
    """GET /api/statements/{identifier}/receipts and /api/grounds."""
    router = APIRouter()
    see = door.needs(Action.SEE)

    @router.get("/api/statements/{identifier}/receipts", **see)
    async def receipts(identifier: Annotated[str, Path(max_length=300)]) -> dict[str, object]:
        if station.receipts_of is None:
            raise HTTPException(404, "no ledger is kept here, so there are no receipts")
        return {"identifier": identifier, "receipts": await asyncio.to_thread(station.receipts_of, identifier)}

    @router.get("/api/grounds", **see)
    async def grounds(
        time: Annotated[float | None, Query(ge=0, le=4e9, description="seconds UTC")] = None,
        most: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, object]:
        if station.grounds_at is None:
            raise HTTPException(404, "no ledger is kept here: there are no entries that a decision could rest on")
        upto_ns = 2**62 if time is None else round(time * 1e9)
        return {"grounds": await asyncio.to_thread(station.grounds_at, upto_ns, most)}

    return router
