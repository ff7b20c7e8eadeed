"""Many nights into one folder: each result a file of its own, so that what is done is never played again."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.cluster.local import Done
from tocsin.cluster.night import Job

RESULTS = "nights"
Engine = Callable[[Sequence[Job]], Iterator[Done[Job]]]


@dataclass(slots=True)
class Played:
    """What there is now: results in the order of the jobs, how many were there before, and what could not be played."""

    results: list[dict[str, object]] = field(default_factory=list)
    before: int = 0
    again: int = 0
    failed: list[str] = field(default_factory=list)


def run(jobs: Sequence[Job], folder: Path, engine: Engine, progress: Callable[[int, int], None]) -> Played:
    """Play what `folder` does not hold yet. Started again after a crash, it goes on where it was."""
    held = folder / RESULTS
    held.mkdir(parents=True, exist_ok=True)
    out = Played()
    known = {job.key: result for job in jobs if (result := _read(held / f"{job.key}.json")) is not None}
    out.before = len(known)
    left = [job for job in jobs if job.key not in known]
    progress(len(known), len(jobs))
    for count, one in enumerate(engine(left) if left else (), out.before + 1):
        out.again += one.attempts - 1
        if one.result is None:
            out.failed.append(f"{one.job.name}, seed {one.job.seed}: {one.error}")
        else:
            known[one.job.key] = one.result
            _write(held / f"{one.job.key}.json", one.result)
        progress(count, len(jobs))
    out.results = [known[job.key] for job in jobs if job.key in known]
    return out


def _read(path: Path) -> dict[str, object] | None:
    try:
        found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # not there, or cut off: it is played again
    return found


def _write(path: Path, result: dict[str, object]) -> None:
    """Whole or not at all."""
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(result, allow_nan=False), encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105
