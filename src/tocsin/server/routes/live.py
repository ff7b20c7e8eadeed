"""The live picture: one WebSocket for each open map. What a map sends is not listened to."""

import asyncio

from fastapi import APIRouter, WebSocket
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect

from tocsin.server.access.door import Door
from tocsin.server.access.roles import Action, may
from tocsin.server.hub import Client, Full, Hub


async def _send(socket: WebSocket, client: Client) -> None:
    """Send until the client is to be closed. A slow connection waits here, and only here."""
    try:
        while messages := await client.next():
            for message in messages:
                await socket.send_bytes(message)
        if client.closed is not None:
            await socket.close(*client.closed)
    except (WebSocketDisconnect, RuntimeError):
        return  # the map went away between two frames


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def routes(door: Door, hub: Hub, outside: Hub | None) -> APIRouter:
    """WebSocket /api/live?rate=4 (or 1) frames a second. Who may only glance is served by the hub `outside`."""
    router = APIRouter()

    @router.websocket("/api/live")
    async def live(socket: WebSocket, rate: int = 4) -> None:
        session = door.session(socket)
        if session is None:
            await socket.send_denial_response(JSONResponse({"detail": "you are not signed in"}, 401))
            return
        serving = hub if may(session.person.role, Action.SEE) else outside
        if serving is None or not may(session.person.role, Action.GLANCE):
            nothing = "there is no picture for the public here"
            await socket.send_denial_response(JSONResponse({"detail": nothing}, 403))
            return
        door.readings.note(session.person.name, session.mark, "/api/live")
        try:
            client = serving.join(session.hash, rate)
        except Full:
            busy = "as many maps are open as this server serves: close one, and try again"
            await socket.send_denial_response(JSONResponse({"detail": busy}, 503, {"retry-after": "10"}))
            return
        await socket.accept()
        sender = asyncio.create_task(_send(socket, client))
        try:
            await _until_gone(socket)
        finally:
            serving.leave(client)
            sender.cancel()

    return router
