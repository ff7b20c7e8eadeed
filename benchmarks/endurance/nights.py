"""How much faster many nights are on more cores: `.venv/bin/python benchmarks/endurance/nights.py [--ray]`.

The same nights with 1, 2, 4, ... workers, and with --ray on Ray clusters of as many; results compared byte for byte.
Two figures each. Over all: from the first job to the last result. Once warm: the rate from when as many nights are
done as there are workers until the last one; before it each worker starts and reads 2 s of program, and Ray starts,
which a thousand nights pay once and twelve pay in full. Run it on a quiet machine.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tocsin.cluster import local, rays
from tocsin.cluster.local import Done
from tocsin.cluster.night import Job, play
from tocsin.live.warm import use_cache

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from the first job to the last result; nights a second once all workers are warm; all results as text."""

    spent_s: float
    warm_hz: float
    said: str


def measured(jobs: list[Job], workers: int, engine: Callable[[], Iterator[Done[Job]]]) -> Measured:
    """Play them all."""
    found: dict[str, dict[str, object] | None] = {}
    done_s = [time.monotonic()]
    for one in engine():
        found[one.job.key] = one.result
        done_s.append(time.monotonic())
    warm_hz = (len(jobs) - workers) / (done_s[-1] - done_s[workers]) if len(jobs) > workers else float("nan")
    return Measured(done_s[-1] - done_s[0], warm_hz, json.dumps([found[job.key] for job in jobs], sort_keys=True))


def main() -> None:
    """Each number of workers, then Ray where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scenario", default="demo-night")
    parser.add_argument("--nights", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--workers", type=int, nargs="*", default=[])
    parser.add_argument("--ray", action="store_true", help="also on Ray clusters of this machine with as many workers")
    arguments = parser.parse_args()
    use_cache()
    from tocsin.tracking import warm  # noqa: PLC0415  after the cache is named

    warm()
    path = ROOT / "scenarios" / f"{arguments.scenario}.toml"
    text = path.read_text(encoding="utf-8")
    jobs = [Job(path.stem, text, str(path.parent), seed + 1, arguments.seconds) for seed in range(arguments.nights)]
    cores = len(os.sched_getaffinity(0))
    counts = arguments.workers or [count for count in (1, 2, 4, 8, 16, 32) if count <= cores]
    print(f"{len(jobs)} nights of {arguments.seconds:g} s, {platform.machine()}, {cores} cores")
    print("| on | seconds | times | nights an hour once warm | times | same results | load |")
    print("|---|---|---|---|---|---|---|")
    rows: list[tuple[str, int, Callable[[], Iterator[Done[Job]]]]] = [
        (f"{count} workers", count, partial(local.each, jobs, play, count)) for count in counts
    ]
    if arguments.ray:
        rows += [(f"Ray, {count} workers", count, partial(rays.each, jobs, play, "local", count)) for count in counts]
    first: Measured | None = None
    for name, count, engine in rows:
        found = measured(jobs, count, engine)
        first = first or found
        over_all, warm_times = first.spent_s / found.spent_s, found.warm_hz / first.warm_hz
        print(
            f"| {name} | {found.spent_s:.1f} | {over_all:.2f} | {3600.0 * found.warm_hz:,.0f} | {warm_times:.2f} "
            f"| {found.said == first.said} | {os.getloadavg()[0]:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
