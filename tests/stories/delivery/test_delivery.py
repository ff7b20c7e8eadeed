"""From a released statement, through the ledger, to a receiver and back to a receipt."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.receivers.gateway import Gateway
from tests.receivers.statements import statement
from tests.skies import SECOND_NS, START_NS, HandClock
from tocsin.delivery import kept
from tocsin.delivery.channels.webhook import verify
from tocsin.delivery.declared import Channel, Delivery
from tocsin.ledger.reader import Reader
from tocsin.ledger.store import Ledger
from tocsin.live.evidence import Evidence
from tocsin.live.process.supervision import Supervisor
from tocsin.live.sending.dispatch import Dispatch
from tocsin.messages import Notice, Step

KEY = b"a secret of thirty-two bytes, at least"


def gate(gateway: Gateway, folder: Path, **other: object) -> Channel:
    (folder / "key").write_bytes(KEY)
    parts: dict[str, object] = {
        "name": "gateway",
        "kind": "webhook",
        "audience": ("public",),
        "status": ("actual", "test"),
        "url": f"{gateway.url}/alerts",
        "secret_file": str(folder / "key"),
        "timeout_s": 5.0,
    }
    return Channel(**(parts | other))  # type: ignore[arg-type]


async def until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110  what is waited for is in another thread
        await asyncio.sleep(0.005)


def deliver(folder: Path, channel: Channel, steps: list[Step], done: Callable[[Dispatch], bool]) -> list[Notice]:
    """One run of a process: keep these steps, send what is open, until `done`."""
    shown: list[Notice] = []
    clock = HandClock(START_NS + 100 * SECOND_NS)

    async def main() -> None:
        with Ledger.open(folder / "ledger", b"{}", clock.now_ns) as ledger:
            supervisor = Supervisor(lambda _name, error: print(error))
            delivery = Delivery("actual", (channel,))
            dispatch = Dispatch(delivery, (), False, clock.now_ns, lambda: evidence, shown.append)
            evidence = Evidence(ledger, dispatch.rows, dispatch.sightings.see)
            await dispatch.run(supervisor)
            for step in steps:
                evidence.submit(evidence.records(step)).result()
                dispatch.take(step.statements)
            await until(lambda: done(dispatch))
            await supervisor.stop()
            evidence.close()

    asyncio.run(main())
    return shown


def test_a_released_statement_goes_out_signed_and_comes_back_as_a_receipt(tmp_path: Path) -> None:
    said, draft = statement(1), statement(2, state="draft")
    with Gateway() as gateway:
        deliver(
            tmp_path,
            gate(gateway, tmp_path),
            [Step(said.time_ns, statements=(said, draft))],
            lambda dispatch: bool(dispatch.outbox.latency.receipts),
        )
        ((headers, body),) = gateway.posts
    assert headers["idempotency-key"] == said.identifier
    sent_s = (START_NS + 100 * SECOND_NS) / 1e9
    assert verify(KEY, body, headers["tocsin-signature"], sent_s)
    assert not verify(KEY, body + b" ", headers["tocsin-signature"], sent_s)
    assert not verify(KEY, body, headers["tocsin-signature"], sent_s + 3600)
    reader = Reader(tmp_path / "ledger")
    entries = list(reader.entries())
    assert reader.waiting_outbox() == []
    reader.close()
    kinds = [entry.kind for entry in entries]
    assert kinds.index("statement") < kinds.index("document") < kinds.index("receipt")
    document = next(kept.document(one.format, one.body or b"") for one in entries if one.kind == "document")
    assert document.body == body
    receipt = next(kept.receipt(one.format, one.body or b"") for one in entries if one.kind == "receipt")
    assert (receipt.outcome, receipt.key, receipt.attempts) == ("received", "tocsin-1/gateway", 1)
    assert receipt.decided_ns < receipt.released_ns < receipt.document_ns <= receipt.sent_ns <= receipt.received_ns
