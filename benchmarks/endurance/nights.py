"""How much faster many nights are on more cores: `.venv/bin/python benchmarks/endurance/nights.py [--ray]`.

The same nights with 1, 2, 4, ... workers, and with --ray on Ray clusters of as many; results compared byte for byte.
Run it on a quiet machine.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tocsin.cluster import local, rays
from tocsin.cluster.local import Done
from tocsin.cluster.night import Job, play
from tocsin.live.warm import use_cache

ROOT = Path(__file__).resolve().parents[2]


def measured(jobs: list[Job], engine: Callable[[], Iterator[Done[Job]]]) -> tuple[float, str]:
    """Seconds from the first job to the last result, workers' start included; and all results as one text."""
    began_s = time.monotonic()
    found = {one.job.key: one.result for one in engine()}
    spent_s = time.monotonic() - began_s
    return spent_s, json.dumps([found[job.key] for job in jobs], sort_keys=True)


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
    print("| on | seconds | nights an hour | times | same results | load |")
    print("|---|---|---|---|---|---|")
    rows: list[tuple[str, Callable[[], Iterator[Done[Job]]]]] = [
        (f"{count} workers", partial(local.each, jobs, play, count)) for count in counts
    ]
    if arguments.ray:
        rows += [(f"Ray, {count} workers", partial(rays.each, jobs, play, "local", count)) for count in counts]
    first: tuple[float, str] | None = None
    for name, engine in rows:
        spent_s, said = measured(jobs, engine)
        first = first or (spent_s, said)
        rate, times = 3600.0 * len(jobs) / spent_s, first[0] / spent_s
        print(
            f"| {name} | {spent_s:.1f} | {rate:,.0f} | {times:.2f} | {said == first[1]} | {os.getloadavg()[0]:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
