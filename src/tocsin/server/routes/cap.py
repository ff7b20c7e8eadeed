"""The public feed: what is said to everybody, for whoever reads it. No account, no names of staff, no sky."""

from email.utils import formatdate

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from tocsin.delivery import atom
from tocsin.geo.units import SECOND_NS
from tocsin.server.access.door import public
from tocsin.server.station import Station


def routes(station: Station) -> APIRouter:
    """GET /cap/feed.xml: Atom. GET /cap/{identifier}.xml: the signed bytes, as they were kept before they were sent."""
    router = APIRouter()
    began_ns = station.scene_ns()

    @router.get("/cap/feed.xml", response_class=Response, **public())
    async def feed(request: Request) -> Response:
        posted, now_ns = station.posted(), station.scene_ns()
        address = f"{request.url.scheme}://{request.url.netloc}"  # the guard lets only our own names pass
        data = atom.feed(posted, title=station.title, address=address, now_ns=now_ns, began_ns=began_ns)
        changed_ns = atom.changed_ns(posted, now_ns, began_ns)
        return _answer(request, data, "application/atom+xml; charset=utf-8", changed_ns)

    @router.get("/cap/{identifier}.xml", response_class=Response, **public())
    async def document(identifier: str, request: Request) -> Response:
        for one in station.posted():
            if one.identifier == identifier:
                return _answer(request, one.body, atom.MEDIA_TYPE, one.sent_ns)
        raise HTTPException(404, "no such document stands in the feed (any more)")

    return router


def _answer(request: Request, data: bytes, media_type: str, changed_ns: int) -> Response:
    """The bytes, or 304 where the reader has them."""
    tag = atom.tag(data)
    headers = {"etag": tag, "last-modified": formatdate(changed_ns // SECOND_NS, usegmt=True)}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)
