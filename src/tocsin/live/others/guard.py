"""Where the real thing begins, an exercise ends: it listens to the live instance's own feed, and stops itself.

The live instance's feed stands among the others of the exercise's site file ([[cap.other]]). When an actual alert of it
holds ground that a place of the exercise holds too, the exercise halts: its drafts are withdrawn, and what it had said
is taken back. It never begins again by itself.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future

import numpy as np
import shapely

from tocsin.alerts.cap.area import outline
from tocsin.alerts.cap.reading import Bulletin
from tocsin.geo.areas import Area, area
from tocsin.live.others.poller import Others
from tocsin.messages import Answer, Order
from tocsin.settings import Place

TURN_S = 1.0
WHO = "the live instance"


async def guard(
    others: Others,
    places: Sequence[Place],
    order: Callable[[Order], "Future[Answer]"],
    now_ns: Callable[[], int],
) -> None:
    """Look each second; returns when the exercise has been stopped."""
    laid = {place.name: area("zone", ring) for place in places for ring in outline(place)}
    while True:
        standing = [bulletin for poller in others.pollers for bulletin in poller.standing()]
        for bulletin, place in shared(standing, laid):
            key = f"halt:{bulletin.name}"
            why = f"{bulletin.name} is an actual alert for its ground"
            one = Order(now_ns(), key, WHO, "operator", "halt", place, {}, why, f"heard from {bulletin.sender}")
            answer = await asyncio.wrap_future(order(one))
            if answer.accepted or "already" in answer.reason:
                return
        await asyncio.sleep(TURN_S)


def shared(bulletins: Sequence[Bulletin], laid: Mapping[str, Area]) -> Iterator[tuple[Bulletin, str]]:
    """Actual bulletins, each with a place of ours whose ground it touches; by their names where nothing is drawn."""
    for bulletin in bulletins:
        if bulletin.status != "Actual" or bulletin.kind not in ("Alert", "Update"):
            continue
        if all(one.urgency == "Past" for one in bulletin.said):
            continue  # an all clear
        place = next((name for name, ours in laid.items() if _touches(bulletin, name, ours)), None)
        if place is not None:
            yield bulletin, place


def _touches(bulletin: Bulletin, name: str, ours: Area) -> bool:
    rings = [ring for one in bulletin.said for ring in one.polygons]
    if not rings:
        return any(name.casefold() in text.casefold() for one in bulletin.said for text in one.places)
    return any(shapely.intersects(ours.shape, _ring(ring, ours)) for ring in rings)


def _ring(ring: Sequence[tuple[float, float]], ours: Area) -> shapely.Geometry:
    latitude, longitude = np.deg2rad(np.array(ring)).T
    east, north = ours.plane(latitude, longitude)
    return shapely.make_valid(shapely.Polygon(list(zip(east.tolist(), north.tolist(), strict=True))))
