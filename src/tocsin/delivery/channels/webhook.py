"""HTTP POST of the signed document, with an HMAC over time and body, an idempotency key, and read-back.

    POST <url>
    Content-Type: application/cap+xml
    Idempotency-Key: <identifier>              the same however often it is sent: one effect
    Tocsin-Signature: t=<unix seconds>,v1=<hex of HMAC-SHA256(secret, "<t>." + body)>
    Tocsin-Event, Tocsin-Status, Tocsin-Kind, Tocsin-Stage, Tocsin-Place (percent-encoded)

Any 2xx is a receipt; so is 409 when read-back shows our bytes. An attempt that may have been accepted (no answer came)
is asked for at `read_back` before it is sent again: 200 with our bytes is a receipt, 404 means send. Other bytes than
ours are an alarm: the gateway shows what we did not say.
"""

import asyncio
import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import ClassVar
from urllib.parse import quote

import httpx2

from tocsin.delivery.carrier import Parcel, Taken, secret, tls
from tocsin.delivery.declared import Channel
from tocsin.errors import NotDelivered

REFUSED = (400, 401, 403, 404, 405, 410, 413, 415, 422)


def sign(key: bytes, body: bytes, unix_s: int) -> str:
    """The value of Tocsin-Signature."""
    digest = hmac.new(key, f"{unix_s}.".encode() + body, sha256).hexdigest()
    return f"t={unix_s},v1={digest}"


def verify(key: bytes, body: bytes, header: str, now_s: float, tolerance_s: float = 300.0) -> bool:
    """What a receiver does with it: right signature, and not older than the tolerance (a replay is refused)."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    sent = parts.get("t", "")
    if not sent.isdecimal() or abs(now_s - int(sent)) > tolerance_s:
        return False
    return hmac.compare_digest(sign(key, body, int(sent)), header)


class Webhook:
    """One URL. The connection is kept open between posts."""

    keeps_state: ClassVar[bool] = False

    def __init__(self, declared: Channel, _now_ns: Callable[[], int]) -> None:
        self.declared = declared
        self._client: httpx2.AsyncClient | None = None
        self._key = b""

    async def open(self) -> None:
        """Read the secret, and see that the other side answers."""
        self._key = secret(self.declared)
        if self._client is None:
            # reading the authorities takes a tenth of a second; plain http goes to this machine only
            encrypted = self.declared.url.startswith("https:")
            context = await asyncio.to_thread(tls, self.declared) if encrypted else False
            # no redirects: an alert goes where the site file says, or nowhere
            self._client = httpx2.AsyncClient(
                verify=context, timeout=self.declared.timeout_s, follow_redirects=False, trust_env=False
            )
        await self.check()

    async def send(self, parcel: Parcel) -> Taken:
        """Post it; ask first when an earlier attempt may have been accepted."""
        if parcel.again and self.declared.read_back and await self._has(parcel):
            return Taken("read back: it was accepted before")
        return await self._post(self.declared.url, parcel)

    async def check(self) -> str:
        """Any answer to HEAD will do, also a refusal: somebody is there. What it does with a POST is seen by a POST."""
        try:
            answer = await self._open().head(self.declared.url)
        except httpx2.HTTPError as error:
            raise NotDelivered(f"{self.declared.url} does not answer: {_words(error)}") from error
        if answer.status_code >= 500:
            raise NotDelivered(f"{self.declared.url} answers {answer.status_code}")
        return f"answers ({answer.status_code})"

    async def trial(self, parcel: Parcel) -> str:
        """Post a test to test_url, or to url where that serves tests."""
        url = self.declared.test_url or (self.declared.url if "test" in self.declared.status else "")
        if not url:
            raise NotDelivered('no address for tests; write test_url = ..., or "test" in status', refused=True)
        return (await self._post(url, parcel)).detail

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _post(self, url: str, parcel: Parcel) -> Taken:
        body = parcel.document.body
        try:
            answer = await self._open().post(url, content=body, headers=self._headers(parcel))
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise NotDelivered(f"{url} cannot be reached: {_words(error)}") from error
        except httpx2.HTTPError as error:
            raise NotDelivered(f"{url} did not answer: {_words(error)}", perhaps=True) from error
        code = answer.status_code
        if not answer.is_success and not (code == 409 and self.declared.read_back):
            text = f"{url} answers {code}: {answer.text[:200]!r}"
            raise NotDelivered(text, refused=code in REFUSED, perhaps=code >= 500)
        if self.declared.read_back and not await self._has(parcel):
            raise NotDelivered(f"{url} answered {code}, and read-back does not find it there", perhaps=True)
        return Taken(f"{code}{', read back' if self.declared.read_back else ''}: {answer.text[:200]}")

    async def _has(self, parcel: Parcel) -> bool:
        """Whether the gateway holds it. Other bytes than ours are refused: what is shown is not what was said."""
        url = self.declared.read_back.replace("{identifier}", quote(parcel.statement.identifier, safe=""))
        try:
            answer = await self._open().get(url)
        except httpx2.HTTPError as error:
            raise NotDelivered(f"{url} cannot be asked: {_words(error)}", perhaps=True) from error
        if answer.status_code == 404:
            return False
        if not answer.is_success:
            raise NotDelivered(f"{url} answers {answer.status_code}", perhaps=True)
        if answer.content != parcel.document.body:
            raise NotDelivered(
                f"{url} shows other bytes than those sent ({len(answer.content)} for {len(parcel.document.body)}): "
                "look at the gateway now, the public may read something else",
                perhaps=True,
                refused=True,
            )
        return True

    def _headers(self, parcel: Parcel) -> dict[str, str]:
        one = parcel.statement
        words = {"event": one.event, "status": one.status, "kind": one.kind, "stage": one.stage, "place": one.place}
        return {
            "Content-Type": parcel.document.media_type,
            "Idempotency-Key": one.identifier,
            "Tocsin-Signature": sign(self._key, parcel.document.body, parcel.sent_ns // 1_000_000_000),
        } | {f"Tocsin-{name.title()}": quote(word) for name, word in words.items()}

    def _open(self) -> httpx2.AsyncClient:
        if self._client is None:
            raise NotDelivered("it is not open")
        return self._client


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
