"""Jobs on the cores of this machine: a process for each, which may die; its job then goes to another one.

A worker is a process of its own and not one of a pool, so that it is known which job was lost with which worker.
"""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

J = TypeVar("J")
ATTEMPTS_MAX = 3  # a job that ended so many workers is at fault itself
Play = Callable[[J], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Done(Generic[J]):
    """What became of a job: its result, or why there is none. `attempts` counts the workers that it took."""

    job: J
    result: dict[str, object] | None
    error: str = ""
    attempts: int = 1


@dataclass(slots=True)
class _Worker(Generic[J]):
    process: SpawnProcess
    line: Connection
    job: J | None = None


def each(jobs: Sequence[J], play: Play[J], workers: int) -> Iterator[Done[J]]:
    """Every job once, as they are done: the same results whatever `workers` is, in another order."""
    waiting = deque(jobs)
    attempts: dict[int, int] = {}
    crew: list[_Worker[J]] = []
    try:
        while waiting or any(one.job is not None for one in crew):
            while waiting and len(crew) < workers:
                crew.append(_hired(play))
            for one in crew:
                if one.job is None and waiting:
                    _hand(one, waiting)
            yield from _heard(crew, waiting, attempts)
    finally:
        for one in crew:
            one.process.terminate()
            one.process.join()


def _hired(play: Play[J]) -> _Worker[J]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, play), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _hand(one: _Worker[J], waiting: "deque[J]") -> None:
    """Give a worker the next job. One that died idle is found out by its sentinel."""
    one.job = waiting.popleft()
    try:
        one.line.send(one.job)
    except OSError:
        waiting.appendleft(one.job)
        one.job = None


def _heard(crew: list[_Worker[J]], waiting: "deque[J]", attempts: dict[int, int]) -> Iterator[Done[J]]:
    """Wait until a worker answers or dies, and say what is done."""
    heard = wait([one.line for one in crew] + [one.process.sentinel for one in crew])
    for one in list(crew):
        if one.line in heard and one.job is not None and (said := _answer(one.line)) is not None:
            result, error = said
            yield Done(one.job, result, error, attempts.get(id(one.job), 0) + 1)
            one.job = None
        elif one.line in heard or one.process.sentinel in heard:
            crew.remove(one)
            one.line.close()
            one.process.join()
            if one.job is not None:
                count = attempts[id(one.job)] = attempts.get(id(one.job), 0) + 1
                if count < ATTEMPTS_MAX:
                    waiting.appendleft(one.job)
                else:
                    error = f"{count} workers ended over it (the last with code {one.process.exitcode})"
                    yield Done(one.job, None, error, count)


def _answer(line: Connection) -> tuple[dict[str, object] | None, str] | None:
    """What a worker said; None where it died while it spoke."""
    try:
        said: tuple[dict[str, object] | None, str] = line.recv()
    except (EOFError, OSError):
        return None
    return said


def _work(line: Connection, play: Play[J]) -> None:
    """In the child: jobs until the line closes. An error ends the job, not the worker."""
    while True:
        try:
            job = line.recv()
        except EOFError:
            return
        try:
            said: tuple[dict[str, object] | None, str] = (play(job), "")
        except Exception as error:  # noqa: BLE001  one night that cannot be must not end the others
            said = (None, f"{type(error).__name__}: {error}")
        try:
            line.send(said)
        except OSError:  # who asked is gone
            return
