"""MQTT 5, quality of service 1, retained: who subscribes later is told at once what stands now.

    topic           <topic>/<status>/<audience>/<place>       (place percent-encoded)
    payload         the signed document
    properties      content type; expiry: the broker forgets it when it is over, so that an old warning never lingers;
                    user properties identifier, event, kind, stage, sent

The broker's PUBACK is the receipt. QoS 1 may deliver twice: the identifier makes it one effect.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import quote

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tocsin.delivery.carrier import Parcel, Taken, secret, tls
from tocsin.delivery.declared import Channel
from tocsin.errors import NotDelivered

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEPALIVE_S = 15
UNSUBSCRIBED = 16  # "no matching subscribers" (MQTT 5 section 3.4.2.1): taken all the same


class Mqtt:
    """One connection to a broker, made again when it is lost."""

    keeps_state: ClassVar[bool] = True

    def __init__(self, declared: Channel, _now_ns: Callable[[], int]) -> None:
        self.declared = declared
        self._client: aiomqtt.Client | None = None
        self._turn = asyncio.Lock()  # one publish at a time, so that a PUBACK's reason is known to be its own
        self._reason = 0

    async def open(self) -> None:
        """Connect."""
        async with self._turn:
            await self._connected()

    async def send(self, parcel: Parcel) -> Taken:
        """Publish; the broker has it when PUBACK says so."""
        return await self._publish(self._topic(parcel), parcel, retain=True)

    async def check(self) -> str:
        """The connection stands: the library pings, and says when no answer comes."""
        async with self._turn:
            await self._connected()
        return "connected"

    async def trial(self, parcel: Parcel) -> str:
        """A test has a topic of its own, and is not retained."""
        return (await self._publish(self._topic(parcel), parcel, retain=False)).detail

    async def close(self) -> None:
        """Disconnect."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(aiomqtt.MqttError):
                await client.__aexit__(None, None, None)

    def _topic(self, parcel: Parcel) -> str:
        one = parcel.statement
        return f"{self.declared.topic}/{one.status}/{one.audience}/{quote(one.place, safe='')}"

    async def _publish(self, topic: str, parcel: Parcel, *, retain: bool) -> Taken:
        async with self._turn:
            client = await self._connected()
            self._reason = 0
            try:
                await client.publish(topic, parcel.document.body, qos=1, retain=retain, properties=_properties(parcel))
            except aiomqtt.MqttError as error:
                await self.close()
                raise NotDelivered(f"the broker took nothing: {error}", perhaps=True) from error
            except asyncio.CancelledError:
                await self.close()  # a PUBACK that comes late must not be taken for that of the next one
                raise
            if self._reason >= 128:
                raise NotDelivered(
                    f"the broker refuses {topic!r}: reason {self._reason}; mend its rights", refused=True
                )
        heard = ", nobody subscribes to it" if self._reason == UNSUBSCRIBED else ""
        return Taken(f"acknowledged on {topic}{heard}")

    async def _connected(self) -> aiomqtt.Client:
        if self._client is not None:
            if not self._client._disconnected.done():  # noqa: SLF001  the library says it only to who awaits a message
                return self._client
            await self.close()
        address = self.declared.address()
        password = secret(self.declared).decode(errors="replace")
        client = aiomqtt.Client(
            address.hostname or "",
            address.port or PORTS[address.scheme],
            username=self.declared.user or None,
            password=password or None,
            protocol=aiomqtt.ProtocolVersion.V5,
            keepalive=KEEPALIVE_S,
            timeout=self.declared.timeout_s,
            tls_context=await asyncio.to_thread(tls, self.declared) if address.scheme == "mqtts" else None,
        )
        try:
            await client.__aenter__()
        except aiomqtt.MqttError as error:
            raise NotDelivered(f"{self.declared.url} does not take us: {error}") from error
        self._hear_reasons(client)
        self._client = client
        return client

    def _hear_reasons(self, client: aiomqtt.Client) -> None:
        """The library drops the reason of a PUBACK: a broker that refuses would pass for one that has it."""
        inner = client._client  # noqa: SLF001  as above
        passed_on: Any = inner.on_publish

        def on_publish(one: Any, data: Any, number: int, reason: Any, properties: Any) -> None:  # noqa: ANN401
            self._reason = int(getattr(reason, "value", 0))
            passed_on(one, data, number, reason, properties)

        inner.on_publish = on_publish


def _properties(parcel: Parcel) -> Properties:
    one = parcel.statement
    made = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    made.ContentType = parcel.document.media_type
    left_s = (one.expires_ns - parcel.sent_ns) // 1_000_000_000
    made.MessageExpiryInterval = max(1, min(left_s, 2**32 - 1))
    made.UserProperty = [
        ("identifier", one.identifier),
        ("event", one.event),
        ("kind", one.kind),
        ("stage", one.stage),
        ("sent", str(one.released_ns)),
    ]
    return made
