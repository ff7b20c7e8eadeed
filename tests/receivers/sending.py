"""A process that keeps released statements and sends them until it is killed; the next one goes on.

    python -m tests.receivers.sending     reads lines "folder seed urls", forks a sender for each, says how it ended

A sender says "ready PID", then "kept IDENTIFIER" for each statement that is durable. With the seed "rest" it says
nothing new, sends what is open, says "empty" and ends.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

from tests.ledgers.evidence import dice
from tests.receivers.statements import statement
from tests.running import free_port
from tests.skies import SECOND_NS, START_NS
from tocsin.delivery import lane
from tocsin.delivery.channels import webhook
from tocsin.delivery.declared import Channel, Delivery
from tocsin.errors import NotDelivered
from tocsin.ledger.store import Ledger
from tocsin.ledger.writer import Limits
from tocsin.live.clock import UtcClock
from tocsin.live.evidence import Evidence
from tocsin.live.process.supervision import Supervisor
from tocsin.live.sending.dispatch import Dispatch
from tocsin.messages import Step

NAMES = ("honours", "asked", "neither")  # the identifier; read-back; nothing at all


def say(line: str) -> None:
    """Unbuffered: what is said was true before the kill."""
    os.write(1, f"{line}\n".encode())


def channels(folder: Path, urls: list[str]) -> tuple[Channel, ...]:
    """One webhook to each gateway; the second may be asked what it holds."""
    key = folder / "key"
    key.write_text("a secret")
    back = ("", f"{urls[1]}/{{identifier}}", "")
    serves = {"audience": ("public",), "status": ("actual", "test")}
    times = {"timeout_s": 1.0, "check_s": 600.0}
    return tuple(
        Channel(name, "webhook", url=url, secret_file=str(key), read_back=asked, **serves, **times)  # type: ignore[arg-type]
        for name, url, asked in zip(NAMES, urls, back, strict=True)
    )


async def send(folder: Path, seed: str, urls: list[str]) -> None:
    """For ever, or until nothing is open."""
    lane.FIRST_WAIT_S = 0.02
    clock = UtcClock()
    chance = dice(sum(seed.encode()))
    limits = Limits(group_s=0.001, reserve_bytes=0)
    ledger = Ledger.open(folder / "ledger", b"{}", clock.now_ns, limits=limits, keep_s=0)
    delivery = Delivery("actual", channels(folder, urls), seed=len(seed))
    dispatch = Dispatch(delivery, (), False, clock.now_ns, lambda: evidence, lambda _: None)
    evidence = Evidence(ledger, dispatch.rows, dispatch.sightings.see)
    await dispatch.run(Supervisor(lambda name, error: say(f"failed {name} {error}")))
    say(f"ready {os.getpid()}")
    if seed == "rest":
        while evidence.reader.waiting_outbox():  # noqa: ASYNC110  the ledger is what is waited for
            await asyncio.sleep(0.01)
        say("empty")
        os._exit(0)
    for k in range(1_000_000):
        now_ns = clock.now_ns()
        event = f"{seed}-{k // 3}"
        said = statement(
            (now_ns - START_NS) // SECOND_NS,
            identifier=f"{seed}-{k}",
            event=event,
            kind="alert" if k % 3 == 0 else "update",
            released_ns=now_ns,
            expires_ns=now_ns + 3600 * SECOND_NS,
        )
        step = Step(now_ns, statements=(said,))
        await asyncio.wrap_future(evidence.submit(evidence.records(step)))
        say(f"kept {said.identifier}")
        dispatch.take(step.statements)
        await asyncio.sleep(chance.random() * 0.03)


async def load() -> None:
    """What the library loads at its first request, before the fork: each sender begins at once."""
    nobody = Channel("nobody", "webhook", url=f"http://127.0.0.1:{free_port()}")
    with contextlib.suppress(NotDelivered):
        await webhook.Webhook(nobody, lambda: 0).open()


def main() -> None:
    """One sender after another."""
    asyncio.run(load())
    for line in sys.stdin:
        folder, seed, *urls = line.split()
        child = os.fork()
        if child == 0:
            asyncio.run(send(Path(folder), seed, urls))
        _, status = os.waitpid(child, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
