"""Letting people in, for administrators. A new person gets a one-time link, never a password chosen by another."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from tocsin.server.access.door import Door
from tocsin.server.access.people import NAME_MAX
from tocsin.server.access.roles import Action, Role
from tocsin.server.access.sessions import LINK_S

READINGS_MAX = 10_000
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]


class Admission(BaseModel):
    """Who is let in, and as what."""

    name: Name
    role: Role


class Someone(BaseModel):
    """A person as an administrator sees them."""

    name: str
    role: Role
    disabled: bool
    has_password: bool


class Read(BaseModel):
    """In the minute from `time` on, this session asked for this so often."""

    time: float
    name: str
    session: str
    what: str
    times: int


class OneTimeLink(BaseModel):
    """To be opened once, within so many seconds."""

    path: str
    seconds: int


def routes(door: Door) -> APIRouter:
    """GET and POST /api/people, POST /api/people/{name}/link, DELETE /api/people/{name}, GET /api/readings."""
    router = APIRouter()
    admit = door.needs(Action.ADMIT)

    def known(name: str) -> None:
        if door.people.find(name) is None:
            raise HTTPException(404, f"nobody is called {name!r}: GET /api/people lists everybody")

    def link_for(name: str) -> OneTimeLink:
        return OneTimeLink(path=f"/#t={door.sessions.new_link(name)}", seconds=LINK_S)

    @router.get("/api/people", **admit)
    def everybody() -> list[Someone]:
        return [
            Someone(name=person.name, role=person.role, disabled=person.disabled, has_password=person.has_password)
            for person in door.people.all()
        ]

    @router.post("/api/people", status_code=201, **admit)
    def admit_person(admission: Admission) -> OneTimeLink:
        door.people.admit(admission.name, admission.role)
        door.sessions.end_all_of(admission.name)  # a changed role holds from now, not from the next signing in
        return link_for(admission.name)

    @router.post("/api/people/{name}/link", status_code=201, **admit)
    def link(name: Name) -> OneTimeLink:
        known(name)
        return link_for(name)

    @router.delete("/api/people/{name}", status_code=204, **admit)
    def disable(name: Name) -> None:
        known(name)
        door.people.disable(name)
        door.sessions.end_all_of(name)

    @router.get("/api/readings", **admit)
    def readings(since: Annotated[float, Query(ge=0, le=4e9)] = 0.0) -> list[Read]:
        return [
            Read(time=one.time_ns / 1e9, name=one.name, session=one.session, what=one.what, times=one.times)
            for one in door.readings.since(round(since * 1e9), READINGS_MAX)
        ]

    return router
