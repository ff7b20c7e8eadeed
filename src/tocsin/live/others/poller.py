"""Polls the feeds of other authorities (Atom, RSS, or one CAP document) and keeps what stands now.

What comes is shown, with who signed it and what is wrong with it, and a notice says that it came. It goes to no
tracker, no forecast and no board: whoever can put a file on a server could else sound sirens. A feed that is silent is
told as that: no news of somebody else is no all clear.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx2
from cryptography import x509

from tocsin.alerts.cap.reading import Bulletin, read, unexpired
from tocsin.delivery import atom, signing
from tocsin.delivery.declared import LOOPBACK
from tocsin.errors import SiteError
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Notice

BYTES_MAX = 1_000_000
DOCUMENTS_MAX = 200  # of one feed at a time
KEPT_MAX = 500  # of one feed
TIMEOUT_S = 10.0
SILENT_PERIODS = 3.0
Fetch = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Other:
    """One feed. `trusted`: certificates of who signs there; none: signatures stay unchecked."""

    name: str
    url: str
    period_s: float = 60.0
    certificates: str = ""
    trusted: tuple[x509.Certificate, ...] = ()


class Refused(Exception):
    """What a feed gave cannot be used; its text says why."""


@dataclass(slots=True)
class Poller:
    """One feed, polled. `show` tells of what is new: it shows and keeps a notice."""

    other: Other
    fetch: Fetch
    now_ns: Callable[[], int]
    show: Callable[[Notice], Awaitable[object]]
    bulletins: dict[str, Bulletin] = field(default_factory=dict)
    heard_ns: int = 0
    trouble: str = ""
    began_ns: int = 0
    _unreadable: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Poll until cancelled. What fails is told and tried again a period later."""
        self.began_ns = self.now_ns()
        while True:
            await self.poll()
            await asyncio.sleep(self.other.period_s)

    async def poll(self) -> None:
        """Look once."""
        self.trouble = ""
        try:
            found = await self._documents()
        except Refused as error:
            self.trouble = str(error)
            return
        self.heard_ns = self.now_ns()
        for address, data in found:
            await self._take(address, data)
        while len(self.bulletins) > KEPT_MAX:
            del self.bulletins[next(iter(self.bulletins))]

    def standing(self) -> tuple[Bulletin, ...]:
        """What has not expired and was not taken back by who said it."""
        return unexpired(tuple(self.bulletins.values()), self.now_ns())

    def silence(self) -> str:
        """A sentence where the feed has not been heard for three periods."""
        quiet_s = (self.now_ns() - (self.heard_ns or self.began_ns)) / SECOND_NS
        if quiet_s <= SILENT_PERIODS * self.other.period_s:
            return ""
        why = f" ({self.trouble})" if self.trouble else ""
        return f"nothing heard of {self.other.name} for {quiet_s:.0f} s{why}: that it says nothing is no all clear"

    async def _documents(self) -> list[tuple[str, bytes]]:
        """(address, bytes) of the feed itself where it is a document, else of those that it links and we lack."""
        data = await self.fetch(self.other.url)
        try:
            links = await asyncio.to_thread(atom.links, data)
        except ValueError as error:
            raise Refused(f"{self.other.url} gives what cannot be read: {error}") from error
        if links is None:
            return [(self.other.url, data)]
        found = []
        for link in links[:DOCUMENTS_MAX]:
            address = urljoin(self.other.url, link)
            # never elsewhere: a feed must not make us ask machines that only we can reach
            if urlsplit(address)[:2] != urlsplit(self.other.url)[:2]:
                self.trouble = f"{address[:200]} lies on another machine than its feed, and is not asked for"
                continue
            if address in self.bulletins:
                continue
            try:
                found.append((address, await self.fetch(address)))
            except Refused as error:
                self.trouble = str(error)
        return found

    async def _take(self, address: str, data: bytes) -> None:
        name, verify = self.other.name, self._verify if self.other.trusted else None
        try:
            bulletin = await asyncio.to_thread(read, data, verify)  # a hostile megabyte takes a tenth of a second
        except ValueError as error:
            if address not in self._unreadable and len(self._unreadable) < KEPT_MAX:
                self._unreadable.add(address)
                await self.show(Notice(self.now_ns(), "other", name, f"{address} cannot be read: {error}"))
            return
        before = self.bulletins.get(address)
        self.bulletins[address] = bulletin
        if before != bulletin:
            await self.show(Notice(self.now_ns(), "other", name, _words(bulletin)))

    def _verify(self, data: bytes) -> list[str]:
        return signing.others_faults(data, self.other.trusted)


@dataclass(slots=True)
class Others:
    """All of them."""

    pollers: Sequence[Poller] = ()

    def troubles(self) -> list[str]:
        """Sentences for a person."""
        return [text for one in self.pollers if (text := one.silence())]

    def shown(self) -> list[Mapping[str, object]]:
        """What /api/others answers: times in seconds UTC, places as [longitude, latitude] in degrees."""
        return [
            {
                "source": one.other.name,
                "heard": one.heard_ns / SECOND_NS if one.heard_ns else None,
                "trouble": one.trouble,
                "bulletins": [_plain(bulletin) for bulletin in one.standing()],
            }
            for one in self.pollers
        ]


def client(certificates: str = "") -> httpx2.AsyncClient:
    """No redirects, no proxies; TLS by the system's authorities, or by those of a PEM file. Raises SiteError."""
    try:
        trusted = ssl.create_default_context(cafile=certificates or None)
    except (OSError, ssl.SSLError) as error:
        raise SiteError(f"certificates = {certificates!r} cannot be used: {error}; give a PEM file") from error
    return httpx2.AsyncClient(verify=trusted, timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)


def fetching(by: httpx2.AsyncClient) -> Fetch:
    """A GET of at most BYTES_MAX, encrypted unless it stays on this machine."""

    async def fetch(address: str) -> bytes:
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise Refused(f"{address}: write https, anybody on the way could change it")
        data = bytearray()
        try:
            async with asyncio.timeout(TIMEOUT_S * 3), by.stream("GET", address) as answer:
                if answer.status_code != 200:
                    raise Refused(f"{address} answers {answer.status_code}")
                async for part in answer.aiter_bytes():
                    data += part
                    if len(data) > BYTES_MAX:
                        raise Refused(f"{address} gives more than {BYTES_MAX} bytes")
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            raise Refused(f"{address} does not answer: {type(error).__name__} {error}") from error
        return bytes(data)

    return fetch


def _words(bulletin: Bulletin) -> str:
    first = bulletin.said[0] if bulletin.said else None
    headline = (first.headline or first.event) if first else bulletin.note
    faults = f"; faults: {'; '.join(bulletin.faults[:2])}" if bulletin.faults else ""
    signed = f"signature {bulletin.signature}"
    return f"{bulletin.status} {bulletin.kind} of {bulletin.sender}: {headline} ({signed}{faults})"


def _plain(bulletin: Bulletin) -> Mapping[str, object]:
    return {
        "identifier": bulletin.identifier,
        "sender": bulletin.sender,
        "status": bulletin.status,
        "kind": bulletin.kind,
        "scope": bulletin.scope,
        "sent": bulletin.sent_ns / SECOND_NS,
        "expires": bulletin.expires_ns / SECOND_NS,
        "signature": bulletin.signature,
        "faults": list(bulletin.faults),
        "note": bulletin.note,
        "said": [
            {
                "language": said.language,
                "event": said.event,
                "headline": said.headline,
                "description": said.description,
                "instruction": said.instruction,
                "urgency": said.urgency,
                "severity": said.severity,
                "certainty": said.certainty,
                "places": list(said.places),
                "area": [[[longitude, latitude] for latitude, longitude in ring] for ring in said.polygons],
            }
            for said in bulletin.said
        ],
    }
