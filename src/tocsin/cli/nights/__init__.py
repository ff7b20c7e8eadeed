"""`tocsin nights`: many nights at once, simulated, tracked and scored: on one core, on all, or on a Ray cluster."""

import json
import os
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.cli.progress import Progress
from tocsin.cli.score import write_pdf
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.cluster.local import Done
    from tocsin.cluster.night import Job

EXAMPLE = "tocsin nights winter-night circling --seeds 1-500 -o many"
SEEDS_MAX = 100_000
SOME_FAILED = 1


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("scenarios", nargs="+", help="scenario files, or names of those that come with tocsin")
    parser.add_argument("--seeds", type=seeds, default=[1], metavar="1-500", help="a night for each: 7, 1-500 or 1-5,9")
    parser.add_argument("-o", "--output", type=Path, required=True, help="results are kept here; go on with the same")
    parser.add_argument("--workers", type=int, default=0, help="processes on this machine (0: one for each core)")
    parser.add_argument("--ray", nargs="?", const="local", metavar="ADDRESS", help="on a Ray cluster (auto, host:port)")
    parser.add_argument("--pdf", action="store_true", help="a PDF beside the page (tocsin[pdf])")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="no night longer than this")
    parser.add_argument("--every", type=float, default=2.0, metavar="S", help="between pictures (2)")


def seeds(text: str) -> list[int]:
    """Numbers and stretches of them."""
    found: list[int] = []
    for part in text.split(","):
        low, dash, high = part.strip().partition("-")
        if not low.isdecimal() or (dash and not high.isdecimal()) or (dash and int(high) < int(low)):
            raise ArgumentTypeError(f"{part!r} is no seed; write 7, 1-500 or 1-5,9")
        found += range(int(low), int(high or low) + 1) if not dash or int(high) - int(low) < SEEDS_MAX else []
    if not 0 < len(found) <= SEEDS_MAX:
        raise ArgumentTypeError(f"{len(found)} seeds; give 1 to {SEEDS_MAX}")
    return list(dict.fromkeys(found))


def run(arguments: Namespace) -> int:
    """0: all are there. 1: some could not be played, and are named."""
    from tocsin.cluster.many import run as play_all

    if arguments.workers < 0 or not (arguments.seconds >= 1.0 and arguments.every > 0.0):
        raise InputError("--workers must be 0 or more, --seconds at least 1 and --every above 0")
    jobs = _jobs(arguments)
    began_s = time.monotonic()
    with Progress("nights") as progress:
        done = play_all(jobs, arguments.output, lambda left: _engine(arguments, left), progress)
    spent_s = time.monotonic() - began_s
    fresh = len(done.results) - done.before
    again = f", {done.again} played again after a worker was lost" if done.again else ""
    rate = f" ({3600.0 * fresh / spent_s:,.0f} an hour)" if fresh and spent_s > 0.0 else ""
    print(f"{done.before} nights were there, {fresh} played in {spent_s:.1f} s{rate}{again}")
    for line in done.failed:
        print(f"not played: {line}")
    _report(arguments.output, done.results, arguments.pdf)
    return SOME_FAILED if done.failed else 0


def _jobs(arguments: Namespace) -> "list[Job]":
    from tocsin.cli.scenarios import find, load
    from tocsin.cluster.night import Job

    jobs = []
    for name in arguments.scenarios:
        path = find(name)
        load(name)  # what cannot be is told before the first night, not in each of them
        text = path.read_text(encoding="utf-8")
        folder = str(path.parent.resolve())
        jobs += [Job(path.stem, text, folder, one, arguments.seconds, arguments.every) for one in arguments.seeds]
    return jobs


def _engine(arguments: Namespace, jobs: "Sequence[Job]") -> "Iterator[Done[Job]]":
    from tocsin.cluster import local, rays
    from tocsin.cluster.night import play
    from tocsin.tracking import warm

    if arguments.ray is not None:
        return rays.each(jobs, play, arguments.ray, arguments.workers)
    warm()  # once, before each worker would
    cores = arguments.workers or len(os.sched_getaffinity(0))
    return local.each(jobs, play, min(cores, len(jobs)))


def _report(folder: Path, results: list[dict[str, object]], pdf: bool) -> None:
    from tocsin import __version__
    from tocsin.score.report.many import many_record, many_sections, many_tiles
    from tocsin.score.report.page import page

    lead = "Each night simulated, tracked and scored from its seed."
    foot = f"Made by tocsin {__version__}. Each night's own rows lie in the folder beside this page."
    written = folder / "nights.html"
    parts = ("Many nights", lead, many_tiles(results), list[str](), many_sections(results), foot)
    written.write_text(page(*parts), encoding="utf-8")
    record = json.dumps(many_record(results), allow_nan=False, indent=1)
    written.with_suffix(".json").write_text(record, encoding="utf-8")
    print(written, written.with_suffix(".json"), sep="\n")
    if pdf:
        write_pdf(written, *parts)
