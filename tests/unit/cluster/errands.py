"""What the workers of tests do: in a module of its own, because workers are processes that import it."""

import os
import signal
import time
from pathlib import Path


def square(job: int) -> dict[str, object]:
    """Its square."""
    return {"square": job * job}


def stumbles(job: int) -> dict[str, object]:
    """Cannot do 3."""
    if job == 3:
        raise ValueError("three cannot be")
    return square(job)


def dies(job: int) -> dict[str, object]:
    """Ends its process on 3, every time."""
    if job == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(job)


def waits(job: tuple[str, int]) -> dict[str, object]:
    """Says which process it is, and the first time waits to be killed."""
    folder, number = Path(job[0]), job[1]
    met = folder / f"{number}.met"
    if number == 3 and not met.exists():
        met.write_text("")
        (folder / "pid").write_text(str(os.getpid()))
        time.sleep(60.0)
    return square(number)
