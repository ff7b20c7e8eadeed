"""Cursor on Target to a TAK server, as a stream of XML events over TCP or TLS.

    b-m-p-s-m   a marker at the middle of the area, red, with what is said
    u-d-f       the outline of each ring of the area
    t-x-d-d     removes both when it is over
    t-x-c-t     a ping after each message: the server reads in order, so its pong (t-x-c-t-r) is the receipt

The uids come from the event, not from the statement: an update replaces what is drawn, and a message that comes twice
draws nothing new. `stale` is the statement's expiry; exercises and tests are marked in `opex` and in words.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from math import degrees
from typing import ClassVar
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from tocsin.delivery.carrier import Parcel, Taken, tls
from tocsin.delivery.declared import Channel
from tocsin.errors import NotDelivered

PORTS = {"tcp": 8087, "tls": 8089}
UNKNOWN_M = "9999999.0"  # CoT's word for "not known"
OPEX = {"exercise": ' opex="e-tocsin"', "test": ' opex="s-tocsin"'}
RED, AMBER = -65536, -23296  # signed 32-bit ARGB
PONG = "t-x-c-t-r"
READ_BYTES = 65_536


class Cot:
    """One connection to a TAK server."""

    keeps_state: ClassVar[bool] = True

    def __init__(self, declared: Channel, now_ns: Callable[[], int]) -> None:
        self.declared = declared
        self._now_ns = now_ns
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._pongs: list[asyncio.Future[None]] = []
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Connect, and hear a pong."""
        await self._write("")

    async def send(self, parcel: Parcel) -> Taken:
        """Draw it, or remove it; the server has read it when its pong comes."""
        events = removal(parcel) if parcel.ended else drawing(parcel)
        await self._write("".join(events))
        return Taken(f"{'removed' if parcel.ended else 'drawn'}: the server has read {len(events)} events")

    async def check(self) -> str:
        """Ping."""
        await self._write("")
        return "answers pings"

    async def trial(self, _parcel: Parcel) -> str:
        """A ping: everything that is drawn is drawn for all."""
        await self._write("")
        return "answers pings; a test draws nothing"

    async def close(self) -> None:
        """Disconnect."""
        writer, self._writer = self._writer, None
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        for pong in self._pongs:
            pong.cancel()
        self._pongs.clear()
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _write(self, text: str) -> None:
        async with self._turn:
            try:
                await self._say(text)
            except BaseException:
                await self.close()  # half an event may be on the wire: only a new connection is clean
                raise

    async def _say(self, text: str) -> None:
        writer = self._writer or await self._connect()
        pong: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pongs.append(pong)
        try:
            writer.write((text + _ping(self._now_ns())).encode())
            await writer.drain()
            await pong
        except OSError as error:
            raise NotDelivered(f"{self.declared.url}: {error}", perhaps=True) from error

    async def _connect(self) -> asyncio.StreamWriter:
        address = self.declared.address()
        context = await asyncio.to_thread(tls, self.declared) if address.scheme == "tls" else None
        port = address.port or PORTS[address.scheme]
        try:
            reader, self._writer = await asyncio.open_connection(address.hostname, port, ssl=context)
        except OSError as error:
            raise NotDelivered(f"{self.declared.url} cannot be reached: {error}") from error
        self._reading = asyncio.create_task(self._read(reader))
        return self._writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Look for pongs in what the server says; the rest is other people's."""
        parser = etree.XMLPullParser(("end",), resolve_entities=False, no_network=True)
        parser.feed(b"<stream>")  # events follow each other without a root
        error: Exception = ConnectionError("the server closed the connection")
        try:
            while data := await reader.read(READ_BYTES):
                parser.feed(data.replace(b'<?xml version="1.0" encoding="UTF-8"?>', b""))
                for _, element in parser.read_events():
                    if element.tag == "event":
                        if element.get("type") == PONG and self._pongs:
                            pong = self._pongs.pop(0)
                            if not pong.done():
                                pong.set_result(None)
                        element.clear()
                        while element.getprevious() is not None:
                            del element.getparent()[0]
        except (OSError, etree.XMLSyntaxError) as failed:
            error = ConnectionError(f"what the server says cannot be read: {failed}")
        for waiting in self._pongs:
            if not waiting.done():
                waiting.set_exception(error)
        self._pongs.clear()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def drawing(parcel: Parcel) -> list[str]:
    """A marker, and an outline for each ring. Raises NotDelivered when there is no area to draw."""
    one = parcel.statement
    if not one.area:
        raise NotDelivered(f"{one.identifier} has no area: nothing can be drawn", refused=True)
    title = _title(parcel)
    remarks = f"{title}. {one.kind}, {one.note} [{one.identifier}]".replace(", [", " [")
    colour = RED if one.stage in ("warning", "under way") else AMBER
    detail = (
        f"<contact callsign={quoteattr(title)}/><remarks>{escape(remarks)}</remarks>"
        f'<color argb="{colour}"/><usericon iconsetpath="COT_MAPPING_SPOTMAP/b-m-p-s-m/{colour}"/>'
    )
    events = [_event(parcel, f"{_uid(parcel)}.marker", "b-m-p-s-m", _middle(one.area[0]), detail)]
    for number, ring in enumerate(one.area):
        points = "".join(f'<link point="{degrees(lat):.6f},{degrees(lon):.6f}"/>' for lat, lon in ring)
        lines = (
            f"{points}<contact callsign={quoteattr(title)}/><remarks>{escape(remarks)}</remarks>"
            f'<strokeColor value="{colour}"/><strokeWeight value="3.0"/>'
            f'<fillColor value="{colour & 0xFFFFFF | 0x33000000}"/>'
        )
        events.append(_event(parcel, f"{_uid(parcel)}.area.{number}", "u-d-f", _middle(ring), lines))
    return events


def removal(parcel: Parcel) -> list[str]:
    """What takes the marker and the outlines of an event away."""
    names = ["marker", *(f"area.{number}" for number in range(max(1, len(parcel.statement.area))))]
    where = _middle(parcel.statement.area[0]) if parcel.statement.area else (0.0, 0.0)
    return [
        _event(
            parcel,
            f"{_uid(parcel)}.{name}.remove",
            "t-x-d-d",
            where,
            f'<link uid={quoteattr(f"{_uid(parcel)}.{name}")} relation="none" type="none"/><__forcedelete/>'
            f"<remarks>{escape(_title(parcel))}</remarks>",
        )
        for name in names
    ]


def _uid(parcel: Parcel) -> str:
    one = parcel.statement
    return f"tocsin.{one.status}.{one.audience}.{one.event}"


def _title(parcel: Parcel) -> str:
    one = parcel.statement
    word = "SENT IN ERROR" if one.kind == "cancel" else one.stage.upper()
    lane = {"exercise": "EXERCISE ", "test": "TEST "}.get(one.status, "")
    return f"{lane}{word}: {one.place}"


def _middle(ring: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """The mean of the corners: it need only lie about there."""
    corners = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
    return sum(lat for lat, _ in corners) / len(corners), sum(lon for _, lon in corners) / len(corners)


def _event(parcel: Parcel, uid: str, kind: str, where: tuple[float, float], detail: str) -> str:
    one = parcel.statement
    start, stale = _time(one.released_ns or one.time_ns), _time(one.expires_ns)
    return (
        f'<event version="2.0" uid={quoteattr(uid)} type="{kind}" how="m-g"{OPEX.get(one.status, "")} '
        f'time="{_time(parcel.sent_ns)}" start="{start}" stale="{stale}">'
        f'<point lat="{degrees(where[0]):.6f}" lon="{degrees(where[1]):.6f}" hae="{UNKNOWN_M}" '
        f'ce="{UNKNOWN_M}" le="{UNKNOWN_M}"/><detail>{detail}</detail></event>'
    )


def _ping(now_ns: int) -> str:
    now, stale = _time(now_ns), _time(now_ns + 20_000_000_000)
    return (
        f'<event version="2.0" uid="tocsin-ping" type="t-x-c-t" how="m-g" time="{now}" start="{now}" stale="{stale}">'
        f'<point lat="0.0" lon="0.0" hae="{UNKNOWN_M}" ce="{UNKNOWN_M}" le="{UNKNOWN_M}"/><detail/></event>'
    )


def _time(time_ns: int) -> str:
    """W3C date and time in milliseconds, as TAK writes it."""
    return datetime.fromtimestamp(time_ns // 1_000_000 / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
