"""Puts the server together: the guard around everything, the routes, the built web."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from tocsin import __version__
from tocsin.errors import LedgerError, TocsinError
from tocsin.server.access.door import Door
from tocsin.server.access.guard import Guard
from tocsin.server.hub import Hub
from tocsin.server.past import Past
from tocsin.server.routes import alerts, cap, feeds, live, orders, people, picture, process, reports, session, view
from tocsin.server.routes.evidence import rests, then
from tocsin.server.station import Station
from tocsin.server.trails import Trails

STATIC = Path(__file__).parent / "static"
UNBUILT = (
    "<!doctype html><meta charset=utf-8><title>tocsin</title><h1>The page is not built</h1>"
    "<p>tocsin runs, and its page is missing from this installation. In a checkout, run <code>make demo</code>; "
    "otherwise install the wheel, which has it inside.</p>"
)


def build(
    station: Station, door: Door, hub: Hub, past: Past, trails: Trails, web: Path = STATIC, outside: Hub | None = None
) -> ASGIApp:
    """The whole server as one ASGI application. `web` holds the built page; `outside` serves the public."""
    return Guard(api(station, door, hub, past, trails, web, outside), door.names)


def api(
    station: Station, door: Door, hub: Hub, past: Past, trails: Trails, web: Path = STATIC, outside: Hub | None = None
) -> FastAPI:
    """The application without its guard: for tests that read its routes."""
    # no pages of documentation: they load scripts from elsewhere, which the policy forbids
    app = FastAPI(title="tocsin", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(session.routes(door))
    app.include_router(people.routes(door))
    app.include_router(picture.routes(door, station, past, trails))
    app.include_router(live.routes(door, hub, outside))
    app.include_router(alerts.routes(door, station))
    app.include_router(rests.routes(door, station))
    app.include_router(then.routes(door, past))
    app.include_router(view.routes(door, station))
    app.include_router(reports.routes(door, station))
    app.include_router(orders.routes(door, station))
    app.include_router(feeds.routes(door, station))
    app.include_router(cap.routes(station))
    app.include_router(process.routes(station, hub))

    @app.exception_handler(TocsinError)
    async def _refused(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 404 if isinstance(error, LedgerError) else 422)

    if (web / "index.html").is_file():
        app.mount("/", StaticFiles(directory=web, html=True), name="web")
    else:

        @app.get("/", response_class=HTMLResponse, include_in_schema=False)
        async def _unbuilt() -> HTMLResponse:
            return HTMLResponse(UNBUILT, 503)

    return app
