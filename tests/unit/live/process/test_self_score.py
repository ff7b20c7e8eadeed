"""A running instance scores its night by itself, once, and says why where it cannot."""

import asyncio
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from tests.ledgers.told import SECONDS, keep
from tests.scans import START_NS
from tocsin.live.process.self_score import MAKING, SelfScore, bounds_ns, newest
from tocsin.messages import Notice

HOUR = time(13)
DAY_NS = 86_400 * 10**9
NIGHT = newest(datetime.fromtimestamp((START_NS + DAY_NS) / 1e9, UTC), time(12))


def scorer(folder: Path, told: list[Notice], kept_ns: tuple[int, int] | None = None, keep: int = 10) -> SelfScore:
    """Who scores the ledger of this folder, a day later."""

    async def tell(notice: Notice) -> None:
        told.append(notice)

    reports = folder / "reports"
    return SelfScore(folder, reports, HOUR, False, keep, lambda: START_NS + DAY_NS, lambda: kept_ns, tell)


@pytest.mark.parametrize(
    ("now", "hour", "night"),
    [
        ("2031-02-12T13:00", time(13), date(2031, 2, 11)),
        ("2031-02-12T12:59", time(13), date(2031, 2, 10)),
        ("2031-02-12T12:00", time(12), date(2031, 2, 11)),
        ("2031-02-12T06:30", time(6), date(2031, 2, 10)),
        ("2031-02-12T05:30", time(6), date(2031, 2, 9)),
    ],
)
def test_a_night_is_due_at_its_hour_after_it_is_over(now: str, hour: time, night: date) -> None:
    assert newest(datetime.fromisoformat(now).replace(tzinfo=UTC), hour) == night


def test_the_night_is_scored_and_told_of(tmp_path: Path) -> None:
    folder, told = keep(tmp_path / "ledger", telling=3), list[Notice]()
    begin_ns, end_ns = bounds_ns(NIGHT)
    assert begin_ns <= START_NS < START_NS + SECONDS * 10**9 <= end_ns
    one = scorer(folder, told)
    asyncio.run(one.score(NIGHT))
    assert [notice.kind for notice in told] == ["score"]
    assert "is scored" in told[0].text
    assert f"<title>The night of {NIGHT}</title>" in one.page(NIGHT).read_text()
    assert one.page(NIGHT).with_suffix(".json").exists()
    assert not (folder / MAKING).exists()


def test_what_cannot_be_scored_is_said_once_and_not_tried_again(tmp_path: Path) -> None:
    folder, told = keep(tmp_path / "ledger", telling=0), list[Notice]()
    one = scorer(folder, told, bounds_ns(NIGHT))

    async def a_while() -> None:
        running = asyncio.create_task(one.run())
        while not told:  # noqa: ASYNC110  what is told is a list
            await asyncio.sleep(0.01)
        running.cancel()
        again = asyncio.create_task(one.run())
        await asyncio.sleep(0.05)
        again.cancel()

    asyncio.run(a_while())
    assert len(told) == 1
    assert "no aircraft told of itself" in told[0].text
    assert "no aircraft told of itself" in one.page(NIGHT).read_text()


def test_a_night_of_which_the_ledger_holds_next_to_nothing_is_left_alone(tmp_path: Path) -> None:
    begin_ns, end_ns = bounds_ns(NIGHT)
    told = list[Notice]()
    assert not scorer(tmp_path, told).holds(NIGHT)
    assert not scorer(tmp_path, told, (end_ns - 10**9, end_ns + DAY_NS)).holds(NIGHT)
    assert scorer(tmp_path, told, (begin_ns, end_ns)).holds(NIGHT)


def test_the_oldest_pages_go_and_others_stay(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    names = [f"night-2031-02-{day:02}.{form}" for day in (1, 2, 3) for form in ("html", "json", "pdf")]
    for name in (*names, "thresholds.html", "night-of-the-port.html"):
        (reports / name).touch()
    scorer(tmp_path, [], keep=2).tidy()
    left = {path.name for path in reports.iterdir()}
    assert left == {*names[3:], "thresholds.html", "night-of-the-port.html"}
