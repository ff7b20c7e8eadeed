"""The dead-man message: somebody outside hears from us while all is well. When it stops, that is the alarm.

    POST <outside_url>
    Tocsin-Signature: as webhooks
    {"site", "instance", "time" (seconds UTC), "every_s", "count"}

Nothing is sent while there is any trouble: an "I am not well" could be taken for "I am well" by a program that only
counts messages. Whoever listens alarms after two periods (at the default of 60 s: within 120 s).
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx2

from tocsin.delivery.carrier import read_secret
from tocsin.delivery.channels.webhook import sign
from tocsin.delivery.declared import Delivery
from tocsin.errors import NotDelivered


@dataclass(slots=True)
class Outside:
    """Tells the outside that all is well. `troubles` is what the health page says; empty: all is well."""

    delivery: Delivery
    site: str
    now_ns: Callable[[], int]
    troubles: Callable[[], Sequence[str]]
    told: int = 0
    withheld: int = 0
    failure: str = ""

    async def run(self) -> None:
        """Each `outside_s`, for ever. Supervised."""
        if not self.delivery.outside_url:
            return
        timeout_s = min(10.0, self.delivery.outside_s / 2)
        encrypted = self.delivery.outside_url.startswith("https:")
        context = await asyncio.to_thread(ssl.create_default_context) if encrypted else False
        async with httpx2.AsyncClient(
            verify=context, timeout=timeout_s, follow_redirects=False, trust_env=False
        ) as client:
            while True:
                await self.tell(client)
                await asyncio.sleep(self.delivery.outside_s)

    async def tell(self, client: httpx2.AsyncClient) -> None:
        """Once, if all is well. Our own failure to be heard is no reason to be silent the next time."""
        if [trouble for trouble in self.troubles() if trouble != self.trouble()]:
            self.withheld += 1
            return
        now_ns = self.now_ns()
        words = {
            "site": self.site,
            "instance": self.delivery.instance,
            "time": now_ns / 1e9,
            "every_s": self.delivery.outside_s,
            "count": self.told,
        }
        body = json.dumps(words).encode()
        try:
            key = read_secret(self.delivery.outside_secret_file, self.delivery.outside_secret_env)
            signature = {"Tocsin-Signature": sign(key, body, now_ns // 1_000_000_000)} if key else {}
            headers = {"Content-Type": "application/json"} | signature
            answer = await client.post(self.delivery.outside_url, content=body, headers=headers)
            answer.raise_for_status()
        except (httpx2.HTTPError, NotDelivered) as error:
            self.failure = str(error) or type(error).__name__
        else:
            self.failure = ""
            self.told += 1

    def trouble(self) -> str:
        """What the health page says of it; "" while it is heard."""
        if not self.failure:
            return ""
        return f"the outside does not hear that we are well ({self.failure}): it will raise its alarm"

    def figures(self) -> dict[str, float]:
        """For Prometheus."""
        return {"outside_told_total": self.told, "outside_withheld_total": self.withheld}
