"""Lets people in: finds the session of a request and asks the table of roles. Each route names the action it needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import Depends, HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from tocsin.server.access.guard import Names
from tocsin.server.access.limits import Limits
from tocsin.server.access.people import People
from tocsin.server.access.readings import Readings
from tocsin.server.access.roles import Action, may
from tocsin.server.access.sessions import ABSOLUTE_S, Session, Sessions

READ = (Action.SEE, Action.GLANCE)  # what is read is logged
PUBLIC = "public"  # routes that no session is asked for; each has a check of its own, or nothing to hide


def public() -> dict[str, Any]:
    """For a route's decorator: anybody, and the description says so."""
    return {"openapi_extra": {"x-action": PUBLIC}}


@dataclass(frozen=True, slots=True)
class Door:
    """People, their sessions, and how often they may try."""

    people: People
    sessions: Sessions
    limits: Limits
    names: Names
    cookie: str = field(init=False)
    readings: Readings = field(init=False)

    def __post_init__(self) -> None:
        # "__Host-" makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis); it needs TLS
        object.__setattr__(self, "readings", Readings(self.people, self.sessions.now_ns))
        object.__setattr__(self, "cookie", "__Host-tocsin" if self.names.tls else "tocsin")

    def session(self, connection: HTTPConnection) -> Session | None:
        """Who is asking, or None."""
        token = connection.cookies.get(self.cookie, "")
        return self.sessions.find(token) if token else None

    def needs(self, action: Action) -> dict[str, Any]:
        """For a route's decorator: signed in, and with a role that may."""
        return {"dependencies": [Depends(self.check(action))], "openapi_extra": {"x-action": action.value}}

    def check(self, action: Action) -> Callable[[HTTPConnection], Awaitable[Session]]:
        """A dependency that gives the session, or answers 401 or 403."""

        async def checked(connection: HTTPConnection) -> Session:
            session = self.session(connection)
            if session is None:
                raise HTTPException(401, "you are not signed in: open a one-time link, or sign in with your password")
            role = session.person.role
            if not may(role, action):
                raise HTTPException(
                    403, f"the role {role.value!r} may not {action.value!r}: ask somebody whose role may"
                )
            if action in READ:
                self.readings.note(session.person.name, session.mark, connection.url.path)
            return session

        return checked

    def open(self, response: Response, token: str) -> None:
        """Give the browser its cookie."""
        response.set_cookie(
            self.cookie, token, max_age=ABSOLUTE_S, path="/", secure=self.names.tls, httponly=True, samesite="strict"
        )

    def shut(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(self.cookie, path="/", secure=self.names.tls, httponly=True, samesite="strict")
