"""Each minute something that is not there goes the whole way, and where it does not arrive, that is an alarm."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path

import pytest

from tocsin import site, wire
from tocsin.delivery.declared import Channel, Delivery
from tocsin.errors import SiteError
from tocsin.ledger.store import Ledger
from tocsin.live.evidence import Evidence
from tocsin.live.process.supervision import Supervisor
from tocsin.live.sending import minute
from tocsin.live.sending.dispatch import Dispatch
from tocsin.live.sending.minute import MinuteTarget
from tocsin.messages import Notice, Statement
from tocsin.settings import Frame

SECOND_NS = 1_000_000_000
HOOK = "TOCSIN_TEST_HOOK"  # the name of the variable
FRAME = Frame(latitude_rad=0.99, longitude_rad=0.4)


@contextmanager
def receiver(got: list[tuple[str, bytes]], code: int = 204) -> Iterator[str]:
    """Somebody who takes tests."""

    class Taken(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(code)
            self.end_headers()

        def do_HEAD(self) -> None:
            self.send_response(405)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Taken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def hook(url: str, *status: str) -> Channel:
    return Channel(
        "hook", "webhook", ("public", "staff"), status, ("plant",), ("warning",), f"{url}/alerts", f"{url}/tests",
        secret_env=HOOK,
    )  # fmt: skip


def flown(
    folder: Path, *channels: Channel, times: int = 1
) -> tuple[MinuteTarget, list[str], list[Notice], list[Statement]]:
    """Fly so often; what came of it, the faults, the alarms that were shown, and what the ledger holds of it."""
    shown: list[Notice] = []
    clock = count(1_900_000_000 * SECOND_NS, SECOND_NS)

    async def fly(evidence: Evidence) -> tuple[MinuteTarget, list[str]]:
        dispatch = Dispatch(
            Delivery("actual", channels), (), False, lambda: next(clock), lambda: evidence, shown.append
        )
        supervisor = Supervisor(lambda _name, _error: None)
        await dispatch.run(supervisor)
        target = MinuteTarget(dispatch, FRAME, lambda: next(clock))
        faults = [await target.fly() for _ in range(times)]
        await supervisor.stop()
        return target, faults

    with Ledger.open(folder, b"test", lambda: next(clock)) as ledger:
        evidence = Evidence(ledger)
        target, faults = asyncio.run(fly(evidence))
        entries = [entry for entry in evidence.reader.entries(1) if entry.kind == "minute"]
        said = [wire.decode(entry.kind, entry.format, entry.body) for entry in entries if entry.body]
        evidence.close()
    return target, faults, shown, said


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns of the target's radars without waiting."""
    monkeypatch.setenv(HOOK, "a secret of the test")
    monkeypatch.setattr(minute, "TURN_S", 0.01)
    monkeypatch.setattr(minute, "RECEIPT_S", 3.0)


def test_it_is_seen_warned_of_and_received_at_the_test_address_alone(tmp_path: Path) -> None:
    got: list[tuple[str, bytes]] = []
    with receiver(got) as url:
        target, faults, _, said = flown(tmp_path, hook(url, "actual", "test"))
    assert faults == [""]
    assert target.took_s > 0.0
    assert {path for path, _ in got} == {"/tests"}
    assert {one.status for one in said} == {"test"}
    assert {one.place for one in said} == {"minute target"}


def test_a_channel_that_does_not_take_it_is_named(tmp_path: Path) -> None:
    got: list[tuple[str, bytes]] = []
    with receiver(got, code=503) as url:
        _, faults, _, _ = flown(tmp_path, hook(url, "actual", "test"))
    assert faults[0].startswith("hook took no test within 3 s")


def test_without_a_channel_for_tests_nothing_is_sent(tmp_path: Path) -> None:
    got: list[tuple[str, bytes]] = []
    with receiver(got) as url:
        _, faults, _, _ = flown(tmp_path, hook(url, "actual"))
    assert faults == ["no channel serves its test: write test among the statuses of one, for staff"]
    assert got == []


def test_each_minute_has_identifiers_of_its_own(tmp_path: Path) -> None:
    got: list[tuple[str, bytes]] = []
    with receiver(got) as url:
        _, faults, _, said = flown(tmp_path, hook(url, "test"), times=2)
    assert faults == ["", ""]
    assert len({one.event for one in said}) == 2


@pytest.mark.parametrize("kind", ["place", "sensor"])
def test_no_site_may_use_its_name(kind: str) -> None:
    more = 'kind = "site"\nring_m = 10\nlatitude_deg = 1\nlongitude_deg = 1' if kind == "place" else 'kind = "report"'
    with pytest.raises(SiteError, match="kept for the system's test of itself"):
        site.parse(f'[[{kind}]]\nname = "Minute target a"\n{more}\n')
