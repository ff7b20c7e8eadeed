"""The checks that every request passes before any route sees it, and the headers that every response carries.

Host is checked exactly on everything, and Origin on everything that is not GET or HEAD and on every WebSocket: a page
of somebody else, also one whose name was made to point here (DNS rebinding), can neither read nor act. A machine that
posts to a feed with its token sends no Origin and no cookie; only there may Origin be absent.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_MAX = 65_536
FEED_BODY_MAX = 4_000_000
BODY_WAIT_S = 20.0
FEEDS = "/api/feeds/"
CSP = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
# A page that a command wrote: its own style, and nothing that runs or loads; in a frame of ours, and nowhere else.
REPORT = "/api/report"
REPORT_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": CSP,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
)
TLS_HEADERS: Mapping[str, str] = MappingProxyType({"strict-transport-security": "max-age=31536000"})


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names we are reached: `hosts` as in the Host header, and whether by TLS."""

    hosts: frozenset[str]
    tls: bool = False

    @property
    def origins(self) -> frozenset[str]:
        """The pages that may talk to us: our own."""
        scheme = "https" if self.tls else "http"
        return frozenset(f"{scheme}://{host}" for host in self.hosts)


def names(host: str, port: int, more: Sequence[str] = (), *, tls: bool) -> Names:
    """The names of a server that is bound to `host` and `port`; a loopback one has three. `more`: as the site says."""
    loopback = host in ("127.0.0.1", "localhost", "::1")
    own = ["127.0.0.1", "localhost", "[::1]"] if loopback else [f"[{host}]" if ":" in host else host]
    default = 443 if tls else 80
    end = "" if port == default else f":{port}"
    return Names(frozenset(f"{name.lower()}{end}" for name in (*own, *more)), tls)


class Guard:
    """An ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, names: Names) -> None:
        self.app, self.names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with a bounded body and headers added."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        closed = _with_headers(scope, send, tls=self.names.tls)
        problem = self._problem(scope, headers)
        if problem is None and scope["type"] == "http":
            try:
                async with asyncio.timeout(BODY_WAIT_S):
                    body = await _body(receive, headers, FEED_BODY_MAX if scope["path"].startswith(FEEDS) else BODY_MAX)
            except _TooLarge as error:
                problem = 413, f"this body is too large: send {error.limit} bytes or fewer at a time"
            except TimeoutError:
                problem = 408, f"the body did not come within {BODY_WAIT_S:g} s: send it again"
            except _Gone:
                return
            else:
                receive = _Replay(body, receive)
        if problem is not None:
            await _refuse(scope, receive, closed, *problem)
            return
        await self.app(scope, receive, closed)

    def _problem(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self.names.hosts:
            return 421, f"this server is not called {hosts!r}; open it as {min(self.names.origins)}"
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            return None
        if not origins and scope["type"] == "http" and _from_machine(scope, headers):
            return None
        if len(origins) != 1 or origins[0].lower() not in self.names.origins:
            return (
                403,
                f"this request comes from {origins!r} and not from our own page; open {min(self.names.origins)}",
            )
        return None


def _from_machine(scope: Scope, headers: Headers) -> bool:
    bearer = headers.get("authorization", "").lower().startswith("bearer ")
    return bool(scope["path"].startswith(FEEDS) and bearer and "cookie" not in headers)


class _TooLarge(Exception):
    def __init__(self, limit: int) -> None:
        self.limit = limit


class _Gone(Exception):
    """The client left before its body was there."""


async def _body(receive: Receive, headers: Headers, limit: int) -> bytes:
    """The whole body, read before any route runs, so that none can be made to hold an endless one."""
    told = headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > limit:
        raise _TooLarge(limit)
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > limit:
            raise _TooLarge(limit)
    return b"".join(parts)


class _Replay:
    """Gives the route the body that was read for it, and then what the connection says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        return await self._receive()


def _with_headers(scope: Scope, send: Send, *, tls: bool) -> Send:
    ours = [*HEADERS.items(), *(TLS_HEADERS.items() if tls else ())]

    async def send_with_headers(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(scope=message)
            for name, value in ours:
                headers[name] = value
            if scope["path"] == REPORT:
                headers["content-security-policy"] = REPORT_CSP
            if scope["path"].startswith("/assets/"):
                headers["cache-control"] = (
                    "public, max-age=31536000, immutable"  # their names change with what they hold
                )
            elif scope["path"].startswith("/cap/"):
                headers["cache-control"] = "no-cache"  # kept, and asked for again by its ETag
            else:
                headers["cache-control"] = "no-store"
        await send(message)

    return send_with_headers


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    response = JSONResponse({"detail": reason}, status, {"connection": "close"})
    await response(scope, receive, send)
