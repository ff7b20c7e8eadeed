"""E-mail by SMTP: the text in every language of the document, the signed document attached.

E-mail is at least once: a server that took a message and lost its answer gets it again. The Message-ID is the
statement's identifier and stays the same, by which good mailboxes show it once. Addresses are not shown to each other.
"""

import asyncio
import smtplib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import ClassVar

from lxml import etree

from tocsin.delivery.carrier import Parcel, Taken, secret, tls
from tocsin.delivery.declared import Channel
from tocsin.errors import NotDelivered

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


class Mail:
    """One mail server, asked anew for each message: between alerts lie weeks."""

    keeps_state: ClassVar[bool] = False

    def __init__(self, declared: Channel, _now_ns: Callable[[], int]) -> None:
        self.declared = declared
        self._had: dict[str, set[str]] = {}  # who had it already, where the server refused others

    async def open(self) -> None:
        """See that the server lets us in."""
        await self.check()

    async def send(self, parcel: Parcel) -> Taken:
        """Hand it to the server for every address that has not had it."""
        key = parcel.statement.identifier
        had = self._had.setdefault(key, set())
        wanted = [address for address in self.declared.to if address not in had]
        refused = await asyncio.to_thread(self._deliver, parcel, wanted)
        had |= set(wanted) - set(refused)
        if refused:
            said = "; ".join(f"{address}: {text}" for address, text in refused.items())
            raise NotDelivered(f"{len(had)} of {len(self.declared.to)} have it, refused are {said}", refused=True)
        del self._had[key]
        return Taken(f"handed over for {len(self.declared.to)} addresses")

    async def check(self) -> str:
        """Connect, sign in, and go."""
        return await asyncio.to_thread(self._noop)

    async def trial(self, parcel: Parcel) -> str:
        """To test_to alone."""
        if not self.declared.test_to:
            raise NotDelivered('no address for tests; write test_to = ["me@your.domain"]', refused=True)
        refused = await asyncio.to_thread(self._deliver, parcel, self.declared.test_to)
        if refused:
            raise NotDelivered(f"refused are {refused}", refused=True)
        return f"handed over for {', '.join(self.declared.test_to)}"

    async def close(self) -> None:
        """Nothing stays open."""

    def _noop(self) -> str:
        try:
            with self._server() as server:
                code, said = server.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(f"{self.declared.url}: {error}") from error
        if code != 250:
            raise NotDelivered(f"{self.declared.url} answers {code}: {said!r}")
        return "lets us in"

    def _server(self) -> smtplib.SMTP:
        address, timeout_s = self.declared.address(), self.declared.timeout_s
        host, port = address.hostname or "", address.port or PORTS[address.scheme]
        if address.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout_s, context=tls(self.declared))
        else:
            server = smtplib.SMTP(host, port, timeout=timeout_s)
        try:
            if address.scheme == "smtp+starttls":
                server.starttls(context=tls(self.declared))
            if self.declared.user:
                server.login(self.declared.user, secret(self.declared).decode(errors="replace"))
        except BaseException:
            server.close()
            raise
        return server

    def _deliver(self, parcel: Parcel, addresses: Sequence[str]) -> dict[str, str]:
        """Whom the server refused, and why. Raises NotDelivered when it took nothing."""
        sent = False
        try:
            with self._server() as server:
                sent = True
                refused = server.send_message(message(parcel, self.declared.sender), self.declared.sender, addresses)
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, smtplib.SMTPSenderRefused) as error:
            raise NotDelivered(f"{self.declared.url} refuses us: {error}", refused=True) from error
        except smtplib.SMTPDataError as error:
            text = f"{self.declared.url} refuses the message: {error}"
            raise NotDelivered(text, refused=error.smtp_code >= 500) from error
        except (OSError, smtplib.SMTPException) as error:
            text = str(error) or type(error).__name__
            raise NotDelivered(f"{self.declared.url}: {text}", perhaps=sent) from error
        return {address: f"{code} {text.decode(errors='replace')}" for address, (code, text) in refused.items()}


def message(parcel: Parcel, sender: str) -> EmailMessage:
    """The mail of a parcel: the same however often it is made."""
    one, document = parcel.statement, parcel.document
    domain = sender.rpartition("@")[2]
    said = f"{one.kind}: {one.stage}, {one.place}. {one.note}"
    texts = texts_of(document.body) or [(f"{one.stage}: {one.place}", said)]
    lane = {"exercise": "EXERCISE: ", "test": "TEST: "}.get(one.status, "")
    made = EmailMessage()
    made["From"] = sender
    made["To"] = "undisclosed-recipients:;"
    made["Subject"] = lane + texts[0][0].replace("\n", " ")
    made["Date"] = format_datetime(datetime.fromtimestamp(one.released_ns / 1e9, UTC))
    made["Message-ID"] = f"<{_safe(one.identifier)}@{domain}>"
    if one.references:
        made["References"] = " ".join(f"<{_safe(identifier)}@{domain}>" for identifier, _ in one.references)
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    made["X-Tocsin-Status"] = one.status
    made.set_content("\n\n".join(f"{lane}{title}\n\n{text}" for title, text in texts))
    main, _, sub = document.media_type.partition("/")
    made.add_attachment(document.body, maintype=main, subtype=sub, filename=f"{_safe(one.identifier)}.{_ending(sub)}")
    return made


def texts_of(body: bytes) -> list[tuple[str, str]]:
    """Title and text of each language of a CAP document; nothing for another kind of document."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        alert = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return []
    found = []
    for info in alert.iterfind(f"{CAP}info"):
        names = ("event", "headline", "description", "instruction")
        words = {name: (info.findtext(CAP + name) or "").strip() for name in names}
        areas = [text for area in info.iterfind(f"{CAP}area") if (text := area.findtext(f"{CAP}areaDesc"))]
        body_text = "\n\n".join(filter(None, (words["description"], words["instruction"], "; ".join(areas))))
        found.append((words["headline"] or words["event"], body_text))
    return found


def _safe(identifier: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-._" else "~" for letter in identifier)


def _ending(subtype: str) -> str:
    return subtype.rpartition("+")[2]
