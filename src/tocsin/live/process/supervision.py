"""Every task of the event loop is supervised: one that ends is counted, shown and started again with backoff.

A task that keeps failing never takes the others with it, and never silently stays away (see `Supervisor.figures`).
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 30.0
STEADY_S = 60.0  # after running so long, a failure counts as the first again


@dataclass(slots=True)
class TaskFigures:
    """How one task fares. `state`: "running", "waiting" (to start again) or "ended" (it had nothing more to do)."""

    state: str = "running"
    restarts: int = 0
    error: str = ""


@dataclass(slots=True)
class Supervisor:
    """Starts tasks, restarts those that fail, and ends all of them. `report` is told of each failure: (name, error)."""

    report: Callable[[str, Exception], None]
    figures: dict[str, TaskFigures] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run `run()` until `stop`, again and again if it fails; once if it returns."""
        figures = self.figures.setdefault(name, TaskFigures())
        self._tasks.append(asyncio.create_task(self._keep(name, run, figures), name=name))

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]], figures: TaskFigures) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            began = time.monotonic()
            figures.state = "running"
            try:
                await run()
            except Exception as error:  # noqa: BLE001  whatever it is, it must be seen, and the task must go on
                figures.restarts += 1
                figures.error = f"{type(error).__name__}: {error}"
                figures.state = "waiting"
                self.report(name, error)
            else:
                figures.state = "ended"
                return
            wait_s = FIRST_WAIT_S if time.monotonic() - began > STEADY_S else wait_s
            # spread: many feeds that lost one machine must not all knock at the same moment
            await asyncio.sleep(wait_s * random.uniform(0.75, 1.25))  # noqa: S311  no secret hangs on it
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def stop(self) -> None:
        """Cancel every task and wait until each is gone."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
