"""Tasks that fail come back, are counted, and take nobody with them; the service manager is told."""

import asyncio
import socket
from pathlib import Path

import pytest

from tocsin.live.process import supervision
from tocsin.live.process.supervision import Supervisor
from tocsin.live.process.watchdog import notify


def test_a_task_that_fails_is_started_again_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_WAIT_S", 0.001)
    told: list[str] = []
    runs = 0

    async def fails_three_times() -> None:
        nonlocal runs
        runs += 1
        if runs <= 3:
            raise OSError(f"try {runs}")

    async def main() -> Supervisor:
        supervisor = Supervisor(lambda name, error: told.append(f"{name}: {error}"))
        beside = asyncio.Event()
        supervisor.start("feed", fails_three_times)
        supervisor.start("other", beside.wait)  # type: ignore[arg-type]
        await supervisor._tasks[0]
        assert supervisor.figures["other"].state == "running"
        await supervisor.stop()
        return supervisor

    supervisor = asyncio.run(main())
    assert told == ["feed: try 1", "feed: try 2", "feed: try 3"]
    assert (supervisor.figures["feed"].restarts, supervisor.figures["feed"].error) == (3, "OSError: try 3")


def test_waits_grow_and_stay_below_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def no_wait(seconds: float) -> None:
        waits.append(seconds)

    async def fails() -> None:
        if len(waits) == 12:
            return
        raise ValueError

    async def main() -> None:
        supervisor = Supervisor(lambda _name, _error: None)
        supervisor.start("feed", fails)
        await supervisor._tasks[0]

    monkeypatch.setattr("tocsin.live.process.supervision.asyncio.sleep", no_wait)
    asyncio.run(main())
    assert waits[0] < 0.5
    assert max(waits) <= supervision.LONGEST_WAIT_S * 1.25
    assert waits[-1] > 20


def test_the_service_manager_hears_each_word(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(path))
        assert notify("READY=1\nSTATUS=watching", {"NOTIFY_SOCKET": str(path)})
        assert heard.recv(100) == b"READY=1\nSTATUS=watching"


def test_an_abstract_socket_is_reached_too() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0tocsin-test-notify")
        assert notify("WATCHDOG=1", {"NOTIFY_SOCKET": "@tocsin-test-notify"})
        assert heard.recv(100) == b"WATCHDOG=1"


def test_without_a_service_manager_nothing_happens(tmp_path: Path) -> None:
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})
