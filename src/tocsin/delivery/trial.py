"""Try one channel: a test message to its own test address, and nowhere else. For `tocsin doctor`.

problems = trial(channel, now_ns)      # [] when the other side took it
"""

import asyncio
from collections.abc import Callable

from tocsin.delivery.carrier import Carrier, Parcel
from tocsin.delivery.channels import carrier
from tocsin.delivery.declared import Channel, problems
from tocsin.delivery.kept import Document
from tocsin.errors import NotDelivered, SiteError
from tocsin.messages import Statement

MINUTE_NS = 60_000_000_000
TEXT = "This is a test of tocsin. Nobody is in danger; nothing needs to be done."


def trial(channel: Channel, now_ns: Callable[[], int], document: Document | None = None) -> list[str]:
    """What keeps this channel from working, in words; nothing when it works. Blocks for up to three timeouts.

    `document` is a signed test document, where there is one; else a plain text is sent. A status other than test never
    leaves here.
    """
    if found := problems(channel):
        return found
    try:
        made = carrier(channel, now_ns)
    except SiteError as error:
        return [f"channel {channel.name!r}: {error}"]
    return asyncio.run(_try(made, parcel(now_ns(), document)))


def parcel(now_ns: int, document: Document | None = None) -> Parcel:
    """A test: private, of no place, over in ten minutes."""
    identifier = document.identifier if document else f"tocsin-test-{now_ns}"
    said = Statement(
        time_ns=now_ns,
        identifier=identifier,
        event=identifier,
        place="test",
        audience="staff",
        status="test",
        kind="alert",
        stage="watch",
        lane="slow",
        state="released",
        decided_ns=now_ns,
        expires_ns=now_ns + 10 * MINUTE_NS,
        released_ns=now_ns,
        released_by=("doctor",),
        note=TEXT,
    )
    return Parcel(said, document or Document(now_ns, identifier, "text/plain", TEXT.encode()), now_ns)


async def _try(made: Carrier, sent: Parcel) -> list[str]:
    timeout_s = made.declared.timeout_s
    who = f"channel {made.declared.name!r}"
    try:
        await asyncio.wait_for(made.open(), timeout_s)
        await asyncio.wait_for(made.trial(sent), timeout_s)
    except NotDelivered as error:
        return [f"{who}: {error}"]
    except TimeoutError:
        return [f"{who}: no answer within {timeout_s:g} s; see that {made.declared.url or 'it'} is up and reachable"]
    except Exception as error:  # noqa: BLE001  whatever it is, the doctor goes on with the next one
        return [f"{who}: {type(error).__name__}: {error}"]
    finally:
        await made.close()
    return []
