"""A clock that jumps ends nothing and is told of; on a full disk an alarm is raised, and alerts still go out."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.ledgers.disks import FullDisk
from tests.ledgers.evidence import open_ledger
from tests.receivers.gateway import Gateway
from tests.skies import HandClock
from tests.stories.delivery.test_delivery import gate, until
from tests.stories.poisoned.scene import REAL, SECOND_NS, Night, night
from tests.unit.live.test_runner import Script, play
from tocsin.delivery.declared import Delivery
from tocsin.errors import LedgerFull
from tocsin.ledger.plan import Record
from tocsin.ledger.writer import Limits
from tocsin.live.evidence import Evidence, item_record
from tocsin.live.process.supervision import Supervisor
from tocsin.live.sending.dispatch import Dispatch
from tocsin.live.thinking import Pipeline
from tocsin.messages import Item, Scan, Tick, freeze

JUMP_NS = 3600 * SECOND_NS
AFTER_NS = 190 * SECOND_NS


def leapt(scan: Scan, by_ns: int, *, received: bool) -> Scan:
    """The same, `by_ns` later."""
    rows, sweeps = scan.detections, scan.sweeps
    moved = replace(
        scan,
        received_ns=scan.received_ns + by_ns * received,
        detections=replace(rows, time_ns=rows.time_ns + by_ns, received_ns=rows.received_ns + by_ns * received),
        sweeps=replace(sweeps, start_ns=sweeps.start_ns + by_ns, end_ns=sweeps.end_ns + by_ns),
    )
    freeze(moved)
    return moved


def our_clock(scans: Iterable[Scan]) -> Iterator[Scan]:
    """Our own clock jumps forward by an hour; sensors stamp by theirs, which do not."""
    first_ns = None
    for scan in scans:
        first_ns = first_ns or scan.received_ns
        if scan.received_ns < first_ns + AFTER_NS:
            yield scan
        else:
            rows = replace(scan.detections, received_ns=scan.detections.received_ns + JUMP_NS)
            late = replace(scan, received_ns=scan.received_ns + JUMP_NS, detections=rows)
            freeze(late)
            yield late


def one_radar(scans: Iterable[Scan]) -> Iterator[Scan]:
    """The clock of one radar jumps forward by an hour."""
    first_ns = None
    for scan in scans:
        first_ns = first_ns or scan.received_ns
        jumps = scan.feed == "port" and scan.received_ns >= first_ns + AFTER_NS
        yield leapt(scan, JUMP_NS, received=False) if jumps else scan


def stages(played: Night) -> list[str]:
    """As they followed each other."""
    found = [one.stage for step in played.steps for one in step.alerts]
    return [one for k, one in enumerate(found) if k == 0 or one != found[k - 1]]


def test_our_own_clock_jumps_an_hour_it_is_told_and_no_alert_ends_by_it() -> None:
    played = night(REAL, 300.0, changed=our_clock)
    assert stages(played)[-1] in ("warning", "under way")
    assert "all clear" not in stages(played)
    assert any("time went on by 36" in text for text in played.notices("clock"))
    assert not any(one.stage == "all clear" for one in played.statements)


def test_a_radar_whose_clock_jumps_is_flagged_within_ten_seconds_and_ends_nothing() -> None:
    played = night(REAL, 300.0, changed=one_radar)
    assert "all clear" not in stages(played)
    first_ns = played.steps[0].time_ns
    flagged = [
        (step.time_ns - first_ns - AFTER_NS) / SECOND_NS
        for step in played.steps
        if step.health is not None
        for one in step.health.sensors
        if one.sensor == "port" and "set its clock" in one.note
    ]
    assert flagged
    assert flagged[0] <= 10.0
    assert not [one for one in played.steps[-1].alerts if one.stage == "quiet"]


def test_on_a_full_disk_an_alarm_is_raised_and_the_alert_still_goes_out(tmp_path: Path) -> None:
    items, site = told(), night(REAL, 5.0).state.settings
    disk = FullDisk(tmp_path, 40_000_000, "full for a story")
    limits = Limits(reserve_bytes=30_000_000, retry_s=0.0, group_s=0.0)
    clock = HandClock(items[-1].time_ns if isinstance(items[-1], Tick) else 0)
    folder = tmp_path / "ledger"
    with (
        Gateway() as gateway,
        open_ledger(folder, vfs="full for a story", free_bytes=disk.free_bytes, limits=limits) as ledger,
    ):
        fill_up(Evidence(ledger), item_record(items[0]))
        channel = gate(gateway, tmp_path)
        dispatch = Dispatch(Delivery("actual", (channel,)), (), False, clock.now_ns, lambda: evidence, print)
        evidence = Evidence(ledger, dispatch.rows, dispatch.sightings.see)
        runner, published = play(evidence, Script(*([item] for item in items)), Pipeline(site))  # type: ignore[arg-type]
        assert ledger.status().full
        assert "no room" in runner.figures.error or "full" in runner.figures.error
        public = [
            one for said in published for one in said.statements if one.audience == "public" and one.state == "released"
        ]
        assert public

        async def send() -> None:
            supervisor = Supervisor(lambda _name, error: print(error))
            await dispatch.run(supervisor)
            dispatch.take(public)
            await until(lambda: bool(gateway.posts))
            await supervisor.stop()

        asyncio.run(send())
        assert {headers["idempotency-key"] for headers, _ in gateway.posts} <= {one.identifier for one in public}


def told() -> list[Item]:
    """The items of an honest night, its standing order among them."""
    return night(REAL).items


def fill_up(evidence: Evidence, record: Record) -> None:
    """Inputs until there is no room for another."""
    for k in range(100_000):
        try:
            evidence.submit(
                [replace(record, kind="ballast", time_ns=record.time_ns + k, body=b"x" * 20_000, input=True)]
            ).result()
        except LedgerFull:
            return
    raise AssertionError("the disk never became full")
