"""What is said of places, by whose word, and what asks for attention: for staff."""

from fastapi import APIRouter, HTTPException

from tocsin.errors import DocumentRefused
from tocsin.server.access.door import Door
from tocsin.server.access.roles import Action
from tocsin.server.audiences.desk import alerts
from tocsin.server.station import Station


def routes(door: Door, station: Station) -> APIRouter:
    """GET /api/statements, /api/standing, /api/annunciations: parts of the message `alerts`; texts; others."""
    router = APIRouter()
    see = door.needs(Action.SEE)

    def part(*keys: str) -> dict[str, object]:
        desk = station.desk()
        whole = alerts(desk, station) if desk is not None else {"time": station.scene_ns() / 1e9}
        return {key: whole[key] for key in ("time", *keys) if key in whole}

    @router.get("/api/statements", **see)
    def statements() -> dict[str, object]:
        return part("status", "halted", "statements")

    @router.get("/api/statements/{identifier}/texts", **see)
    def words(identifier: str) -> dict[str, object]:
        desk = station.desk()
        found = [one for one in desk.statements if one.identifier == identifier] if desk is not None else []
        if not found:
            raise HTTPException(404, f"no statement {identifier!r} now: it may be over; look at the list again")
        if station.texts is None:
            raise HTTPException(409, "no CAP documents are made here: write [cap] sender = ... into the site file")
        try:
            return {"texts": list(station.texts(found[0]))}
        except DocumentRefused as error:
            raise HTTPException(409, str(error)) from error

    @router.get("/api/standing", **see)
    def standing() -> dict[str, object]:
        return part("standing", "missing")

    @router.get("/api/annunciations", **see)
    def annunciations() -> dict[str, object]:
        return part("annunciations", "rate", "duty")

    @router.get("/api/others", **see)
    async def others() -> list[dict[str, object]]:
        return [dict(one) for one in station.others()]

    return router
