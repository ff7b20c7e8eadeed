"""Pages of scores and threshold curves, as the commands wrote them into the instance's folder: looked at in place.

Each is one file with everything inside. The guard lets it load and run nothing; our own page shows it in a frame.
"""

from html import unescape
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse, Response

from tocsin.server.access.door import Door
from tocsin.server.access.roles import Action
from tocsin.server.station import Station

REPORTS = "reports"  # the folder, in that of the ledger
MOST = 200  # the newest are listed
HEAD = 4_096  # the title stands in the first bytes


def routes(door: Door, station: Station) -> APIRouter:
    """GET /api/reports: the list, newest first. GET /api/report?name=...: the page itself."""
    router = APIRouter()
    see = door.needs(Action.SEE)

    @router.get("/api/reports", **see)
    def listed() -> dict[str, object]:
        return {"folder": REPORTS, "reports": [_told(path, Path(station.reports)) for path in _pages(station.reports)]}

    @router.get("/api/report", response_class=Response, **see)
    def report(name: Annotated[str, Query(max_length=300)]) -> Response:
        folder = Path(station.reports).resolve()
        for path in _pages(station.reports):
            if path.relative_to(folder).as_posix() == name:
                return FileResponse(path, media_type="text/html; charset=utf-8")
        raise HTTPException(404, f"no page {name!r} is kept here: look at the list again")

    return router


def _pages(folder: str) -> list[Path]:
    """What lies there, at most one folder deep, newest first. Links that lead out are no pages of ours."""
    top = Path(folder).resolve() if folder else None
    if top is None or not top.is_dir():
        return []
    found = [path for form in ("*.html", "*/*.html") for path in top.glob(form)]
    inside = [path for path in found if path.resolve().is_relative_to(top) and path.is_file()]
    return sorted(inside, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST]


def _told(path: Path, folder: Path) -> dict[str, object]:
    told = path.stat()
    with path.open(encoding="utf-8", errors="replace") as page:
        head = page.read(HEAD)
    title = head.partition("<title>")[2].partition("</title>")[0]
    name = path.relative_to(folder.resolve()).as_posix()
    return {"name": name, "title": unescape(title) or name, "time": told.st_mtime, "bytes": told.st_size}
