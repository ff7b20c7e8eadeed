"""How the process fares, for machines on this machine: /healthz for service managers, /metrics for Prometheus."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response

from tocsin.server.access.door import public
from tocsin.server.hub import Hub
from tocsin.server.metrics import CONTENT_TYPE, metrics, text
from tocsin.server.station import Station

LOOPBACK = ("127.0.0.1", "::1")


def routes(station: Station, hub: Hub) -> APIRouter:
    """GET /healthz: 200 or 503 and nothing else to be learnt. GET /metrics: from this machine only."""
    router = APIRouter()
    registry = metrics(station, hub)

    @router.get("/healthz", response_class=PlainTextResponse, **public())
    async def healthz() -> PlainTextResponse:
        well = not station.figures().troubles
        return PlainTextResponse("ok\n" if well else "in trouble: see the health page\n", 200 if well else 503)

    @router.get("/metrics", response_class=Response, **public())
    async def prometheus(request: Request) -> Response:
        if request.client is None or request.client.host not in LOOPBACK:
            raise HTTPException(403, "metrics are read on the machine itself: run Prometheus or its agent there")
        return Response(text(registry), media_type=CONTENT_TYPE)

    return router
