"""Orders, answered only when they are durable; and the control of a playback."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field

from tocsin.messages import Order
from tocsin.server.access.door import Door
from tocsin.server.access.roles import ORDERS, Action, may
from tocsin.server.access.sessions import Session
from tocsin.server.station import Station

ANSWER_S = 10.0
Word = Annotated[str, Field(max_length=2_000)]


class OrderBody(BaseModel):
    """What a person wants done. The same `key` again has no second effect and gets the first answer."""

    key: Annotated[str, Field(min_length=8, max_length=100, pattern=r"^[\w.:-]+$")]
    action: Annotated[str, Field(max_length=50)]
    subject: Annotated[str, Field(max_length=200)] = ""
    arguments: Annotated[dict[Annotated[str, Field(max_length=50)], Word], Field(max_length=20)] = {}
    reason: Word = ""


class OrderAnswer(BaseModel):
    """What became of it."""

    key: str
    accepted: bool
    reason: str


class ControlBody(BaseModel):
    """pause, resume, speed (value: 0.25 to 60), seek (value: seconds UTC), live (go on at normal speed)."""

    action: Annotated[str, Field(max_length=20)]
    value: Annotated[float | None, Field(allow_inf_nan=False)] = None


class SceneBody(BaseModel):
    """The name of a scenario, and the seed of another night of it."""

    name: Annotated[str, Field(max_length=100, pattern=r"^[\w-]+$")]
    seed: Annotated[int | None, Field(ge=0, le=2**31)] = None


REAL = "this instance watches the real sky or plays a recording: `tocsin demo NAME` begins an instance for scenarios"


def routes(door: Door, station: Station) -> APIRouter:
    """POST /api/orders, POST /api/control, GET and POST /api/scenes."""
    router = APIRouter()
    # asked for in `give`, by the order's own action; to give any order at all, one must be signed in
    signed_in = Depends(door.check(Action.SELF))

    @router.post("/api/orders", openapi_extra={"x-action": "order"})
    async def give(body: OrderBody, session: Annotated[Session, signed_in]) -> OrderAnswer:
        person = session.person
        needed = ORDERS.get(body.action)
        if needed is None:
            raise HTTPException(422, f"action {body.action!r} is unknown: send one of {', '.join(ORDERS)}")
        if not may(person.role, needed):
            raise HTTPException(
                403, f"the role {person.role.value!r} may not {body.action!r}: ask somebody whose role may"
            )
        key = f"{person.name}:{body.key}"  # one person cannot take another's key
        order = Order(
            station.scene_ns(),
            key,
            person.name,
            person.role.value,
            body.action,
            body.subject,
            body.arguments,
            body.reason,
            session.hash[:8].hex(),
        )
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await asyncio.shield(asyncio.wrap_future(station.order(order)))
        except TimeoutError as error:
            message = "the order is not durable yet: send it again with the same key, it will have one effect"
            raise HTTPException(503, message, {"retry-after": "2"}) from error
        return OrderAnswer(key=body.key, accepted=answer.accepted, reason=answer.reason)

    @router.post("/api/control", status_code=204, **door.needs(Action.CONTROL))
    async def control(body: ControlBody) -> None:
        if station.control is None:
            raise HTTPException(409, "this picture is live: time cannot be paused, sped up or turned back")
        if body.action == "live":
            station.control("speed", 1.0)
            station.control("resume", None)
        else:
            station.control(body.action, body.value)

    @router.get("/api/scenes", **door.needs(Action.SEE))
    def scenes() -> dict[str, object]:
        if station.scenes is None:
            return {"now": "", "why": REAL, "scenes": []}
        return {"now": station.scenes.now, "why": "", "scenes": [asdict(one) for one in station.scenes.listed()]}

    @router.post("/api/scenes", status_code=202, **door.needs(Action.BEGIN))
    def begin(body: SceneBody) -> dict[str, object]:
        if station.scenes is None:
            raise HTTPException(409, REAL)
        station.scenes.begin(body.name, body.seed)
        return {"begins": body.name}

    return router
