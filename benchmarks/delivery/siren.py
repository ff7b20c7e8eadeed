"""How long it takes from a decision to a closed relay.

    .venv/bin/python -m benchmarks.delivery.siren 200

Each decision is a released statement: kept in a ledger with its outbox row, made into a document that is kept, told to
a siren's controller by Modbus TCP on this machine (its program runs each 10 ms), and read back. Times are of the wall
clock from before the first record to the relay's closing, as the controller noted it: what else runs here is in them.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from tests.receivers.controller import FIRST, Controller
from tests.receivers.statements import statement
from tests.running import free_port
from tocsin.delivery.channels.patterns import event_number
from tocsin.delivery.declared import Channel, Delivery
from tocsin.ledger.store import Ledger
from tocsin.live.clock import UtcClock
from tocsin.live.evidence import Evidence
from tocsin.live.process.supervision import Supervisor
from tocsin.live.sending.dispatch import Dispatch
from tocsin.messages import Step

SECOND_NS = 1_000_000_000


async def sound(folder: Path, controller: Controller, decisions: int) -> list[float]:
    """Seconds of each decision."""
    url = f"modbus://127.0.0.1:{controller.port}"
    siren = Channel(
        "roof", "siren", ("public",), ("actual",), url=url, country="de", register_first=FIRST, longest_s=0.15
    )
    clock, taken_s = UtcClock(), []
    with Ledger.open(folder, b"{}", clock.now_ns) as ledger:
        supervisor = Supervisor(print)
        dispatch = Dispatch(Delivery("actual", (siren,)), (), False, clock.now_ns, lambda: evidence, lambda _: None)
        evidence = Evidence(ledger, dispatch.rows, dispatch.sightings.see)
        await dispatch.run(supervisor)
        while not dispatch.outbox.lanes["roof"].figures.opened:  # noqa: ASYNC110  the controller is what is waited for
            await asyncio.sleep(0.01)
        for k in range(decisions):
            now_ns, began_s = clock.now_ns(), time.monotonic()
            times = {"released_ns": now_ns, "decided_ns": now_ns, "expires_ns": now_ns + 600 * SECOND_NS}
            said = statement(0, identifier=f"d-{k}", event=f"e-{k}", time_ns=now_ns, **times)
            step = Step(now_ns, statements=(said,))
            await asyncio.wrap_future(evidence.submit(evidence.records(step)))
            dispatch.take(step.statements)
            while len(controller.soundings) <= k or not controller.soundings[k][2]:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.005)
            if controller.soundings[k][0] != event_number(f"e-{k}", "warning"):
                raise SystemExit(f"decision {k} sounded as another event: {controller.soundings[-2:]}")
            taken_s.append(controller.soundings[k][1] - began_s)
            await asyncio.sleep(0.1)  # until its renewing has ended, too
        await supervisor.stop()
        evidence.close()
    return taken_s


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("decisions", type=int, nargs="?", default=200)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Controller(free_port()) as controller:
        taken_s = sorted(asyncio.run(sound(Path(folder), controller, wanted.decisions)))
    n = len(taken_s)
    p50, p99 = (taken_s[-(-n * percent // 100) - 1] for percent in (50, 99))
    print(f"{n} decisions, to a closed relay: p50 {p50:.3f} s, p99 {p99:.3f} s, longest {taken_s[-1]:.3f} s (bar 1 s)")


if __name__ == "__main__":
    main()
