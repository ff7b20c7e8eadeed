"""How long it takes from a decision to the signed CAP document, and to the receipt of a subscriber.

    .venv/bin/python -m benchmarks.delivery.documents 200

Each decision is a released public warning: kept in a ledger with its outbox row, made into a CAP message in four
languages, signed, kept, posted to an HTTP gateway of this machine and read back. First one after the other, then as
many at once as a raid would make. A track is decided on at the Tick that shows it, and what leaves no time asks for a
Tick (at most 0.25 s later): that leg is not in here. Times are of the wall clock, with all else that runs here.
"""

import argparse
import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.receivers.gateway import Gateway
from tests.said.statements import ISSUER, PLACE, SECOND, WARNING, key
from tocsin.alerts import wording
from tocsin.delivery import signing
from tocsin.delivery.declared import Channel, Delivery
from tocsin.delivery.latency import Latency
from tocsin.ledger.store import Ledger
from tocsin.live.clock import UtcClock
from tocsin.live.documents.make import Office
from tocsin.live.evidence import Evidence
from tocsin.live.process.supervision import Supervisor
from tocsin.live.sending.dispatch import Dispatch, maker
from tocsin.messages import Statement, Step

BARS = (("decision to document", "p99", 0.5), ("decision to receipt", "p95", 10.0))


def office() -> Office:
    """Keys, a place, and words that somebody has reviewed."""
    read = tuple(
        wording.Review(one, "Ada Reader", "2031-01-01", wording.shipped(one).digest) for one in wording.LANGUAGES
    )
    return Office(ISSUER, {one: key(one) for one in signing.STATUSES}, {PLACE.name: PLACE}, reviews=read)


def decided(number: int, now_ns: int) -> Statement:
    """A public warning that was decided and released now."""
    return replace(
        WARNING,
        identifier=f"harbour@{number}/public/1",
        event=f"harbour@{number}",
        lane="fast",
        time_ns=now_ns,
        decided_ns=now_ns,
        released_ns=now_ns,
        expires_ns=now_ns + 900 * SECOND,
    )


async def say(folder: Path, gateway: Gateway, decisions: int, together: int) -> Latency:
    """Decide, `together` at once, and wait until each was received."""
    (folder / "key").write_text("of the gateway")
    channel = Channel(
        "gate", "webhook", ("public",), ("actual",), url=f"{gateway.url}/alerts", secret_file=str(folder / "key")
    )
    clock = UtcClock()
    with Ledger.open(folder / "ledger", b"{}", clock.now_ns) as ledger:
        supervisor = Supervisor(print)
        delivery, make = Delivery("actual", (channel,)), maker(office())
        dispatch = Dispatch(delivery, (), False, clock.now_ns, lambda: evidence, lambda _: None, make)
        evidence = Evidence(ledger, dispatch.rows, dispatch.sightings.see)
        await dispatch.run(supervisor)
        for k in range(0, decisions, together):
            now_ns, last = clock.now_ns(), min(k + together, decisions)
            said = tuple(decided(number, now_ns) for number in range(k, last))
            step = Step(now_ns, statements=said)
            await asyncio.wrap_future(evidence.submit(evidence.records(step)))
            dispatch.take(step.statements)
            while len(dispatch.outbox.latency.receipts) < k + len(said):  # noqa: ASYNC110  the gateway is waited for
                await asyncio.sleep(0.005)
        await supervisor.stop()
        evidence.close()
    bodies = [body for _, body in gateway.posts]
    if len(bodies) != decisions or not all(b"<ds:Signature" in body or b"<Signature" in body for body in bodies):
        raise SystemExit(f"{len(bodies)} of {decisions} documents came, or one is not signed CAP")
    return dispatch.outbox.latency


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("decisions", type=int, nargs="?", default=200)
    wanted = parser.parse_args()
    for together in (1, wanted.decisions):
        with tempfile.TemporaryDirectory() as folder, Gateway() as gateway:
            latency = asyncio.run(say(Path(folder), gateway, wanted.decisions, together))
        for leg, name, bar_s in BARS:
            told = latency.percentiles()[leg]
            figures = ", ".join(f"{one} {told[one]:.3f} s" for one in ("p50", "p95", "p99"))
            print(f"{wanted.decisions} decisions, {together} at once, {leg}: {figures} (bar: {name} {bar_s:g} s)")


if __name__ == "__main__":
    main()
