"""Signing in and out: a one-time link, or name and password."""

import threading
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, Field

from tocsin.server.access.door import Door, public
from tocsin.server.access.people import NAME_MAX, PASSWORD_MAX, Person
from tocsin.server.access.roles import ORDERS, TABLE, Action, may
from tocsin.server.access.sessions import Session

TOGETHER = 2  # argon2 takes 64 MiB for each try; more at once is an attack
WAIT_S = 1.0


class Link(BaseModel):
    """What stood behind the # of a one-time link."""

    token: Annotated[str, Field(min_length=20, max_length=200)]


class Login(BaseModel):
    """Name and password."""

    name: Annotated[str, Field(min_length=1, max_length=NAME_MAX)]
    password: Annotated[str, Field(min_length=1, max_length=PASSWORD_MAX)]


class NewPassword(BaseModel):
    """The old password (empty when there was none yet) and the new one."""

    old: Annotated[str, Field(max_length=PASSWORD_MAX)] = ""
    new: Annotated[str, Field(min_length=1, max_length=PASSWORD_MAX)]


class Me(BaseModel):
    """Who is signed in, and what they may do. `watermark` is drawn over what they see."""

    name: str
    role: str
    actions: list[str]
    orders: list[str]
    watermark: str
    audience: str


def _me(session: Session) -> Me:
    role = session.person.role
    return Me(
        name=session.person.name,
        role=role.value,
        actions=sorted(a.value for a in TABLE if role in TABLE[a]),
        orders=[name for name, action in ORDERS.items() if may(role, action)],
        watermark=f"{session.person.name} {session.mark}",
        audience="staff" if may(role, Action.SEE) else "public",
    )


class _Tries:
    """Checks links and passwords, as often as one may."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._hashing = threading.BoundedSemaphore(TOGETHER)

    def keys(self, request: Request, name: str) -> tuple[str, str]:
        """What failed tries are counted for. Answers 429 when there were too many."""
        keys = (f"address {request.client.host if request.client else ''}", f"name {name}")
        if wait_s := self._door.limits.wait_s(*keys):
            seconds = str(int(wait_s) + 1)
            raise HTTPException(429, f"too many tries: wait {seconds} s", {"retry-after": seconds})
        return keys

    def person(self, request: Request, name: str, password: str) -> Person | None:
        """Whose name and password these are."""
        keys = self.keys(request, name)
        if not self._hashing.acquire(timeout=WAIT_S):
            raise HTTPException(429, "many are signing in just now: try again in a second", {"retry-after": "1"})
        try:
            person = self._door.people.check(name, password)
        finally:
            self._hashing.release()
        if person is None:
            self._door.limits.failed(*keys)
        return person


def routes(door: Door) -> APIRouter:
    """POST and DELETE /api/session, POST /api/login, GET /api/me, POST /api/password."""
    router = APIRouter()
    tries = _Tries(door)
    signed_in = Depends(door.check(Action.SELF))

    @router.post("/api/session", **public())
    def redeem(link: Link, request: Request, response: Response) -> Me:
        address = tries.keys(request, "of a link")[0]
        found = door.sessions.redeem(link.token)
        if found is None:
            door.limits.failed(address)
            raise HTTPException(401, "this link is used, too old or unknown: ask for a new one, each works once")
        door.open(response, found[0])
        return _me(found[1])

    @router.post("/api/login", **public())
    def login(login: Login, request: Request, response: Response) -> Me:
        person = tries.person(request, login.name, login.password)
        if person is None:
            raise HTTPException(401, "name or password is wrong")
        token, session = door.sessions.begin(person)
        door.open(response, token)
        return _me(session)

    @router.delete("/api/session", status_code=204, **door.needs(Action.SELF))
    def leave(response: Response, session: Annotated[Session, signed_in]) -> None:
        door.sessions.end(session.hash)
        door.shut(response)

    @router.get("/api/me", **door.needs(Action.SELF))
    async def me(session: Annotated[Session, signed_in]) -> Me:
        return _me(session)

    @router.post("/api/password", status_code=204, **door.needs(Action.SELF))
    def password(
        new: NewPassword, request: Request, response: Response, session: Annotated[Session, signed_in]
    ) -> None:
        person = door.people.find(session.person.name)
        if person is None or (person.has_password and tries.person(request, person.name, new.old) is None):
            raise HTTPException(403, "the old password is wrong: nothing was changed")
        door.people.set_password(person.name, new.new)
        door.sessions.end_all_of(person.name)  # whoever knew the old one is out, too
        door.open(response, door.sessions.begin(person)[0])

    return router
