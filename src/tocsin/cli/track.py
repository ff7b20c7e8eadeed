"""`tocsin track`: a table of detections becomes a table of tracks, each row as known then."""

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path

import numpy as np

from tocsin import site
from tocsin.cli import add_reading
from tocsin.errors import InputError
from tocsin.feeds import recordings
from tocsin.feeds.cutting import pieces
from tocsin.feeds.tables import explained, tracks
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Ints, Picture, Refusal, Scan
from tocsin.models.model_file import ModelFile, parse
from tocsin.tracking import warm
from tocsin.tracking.smoothing.smoother import WHOLE
from tocsin.tracking.tracker import Tracker

EXAMPLE = "tocsin track detections.parquet --sensors site.toml -o tracks.parquet --every 2"
NOTHING_USED = 1
LAG_MAX = 1_000  # pictures; longer: all


@dataclass(slots=True)
class _Count:
    """What came in, and what of it could not be used: the first refusal of each reason stays as its example."""

    detections: int = 0
    unused: int = 0
    refused: dict[str, tuple[int, Refusal]] = field(default_factory=dict)

    def note(self, refusal: Refusal) -> None:
        """Count one refusal."""
        count, first = self.refused.get(refusal.reason, (0, refusal))
        self.refused[refusal.reason] = count + refusal.count, first

    def lines(self) -> Iterator[str]:
        """A line for each reason."""
        for reason, (count, first) in sorted(self.refused.items()):
            yield f"refused: {count} x {reason}: {first.detail}"


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("detections", type=Path, help="Parquet, Arrow IPC or CSV; or any recording")
    parser.add_argument("--sensors", type=Path, required=True, help="a TOML file with [[sensor]] and [frame]")
    parser.add_argument("-o", "--output", type=Path, required=True, help=".parquet, .arrow or .csv")
    parser.add_argument("--every", type=float, help="seconds of event time between pictures (default: after each scan)")
    parser.add_argument(
        "--lag",
        type=_lag,
        metavar="N",
        help="smoothed rows too, made N pictures later (all: at the end); their column lag is not 0",
    )
    parser.add_argument("--model", type=Path, help="a TOML file: how things move, appear, are detected")
    parser.add_argument("--explain", type=Path, metavar="FILE", help="which detections made which track, as a table")
    add_reading(parser)


def _lag(text: str) -> int:
    """A number of pictures, or all."""
    if text == "all":
        return WHOLE
    if not text.isdecimal() or not 0 < int(text) <= LAG_MAX:
        raise ArgumentTypeError(f"{text!r} is no lag; give pictures from 1 to {LAG_MAX:,}, or all")
    return int(text)


def _model(path: Path | None) -> ModelFile | None:
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}; give the path of a model in TOML") from error
    return parse(text, path.name)


def run(arguments: Namespace) -> int:
    """0: written. 1: written, but not one detection could be used. What was refused is counted and said."""
    every_s: float | None = arguments.every
    if every_s is not None and not (isfinite(every_s) and every_s * SECOND_NS >= 1):
        raise InputError(f"--every {every_s:g}: give seconds above 0, such as --every 2")
    settings = site.read(arguments.sensors).settings
    model = _model(arguments.model)
    if model is not None:
        settings = model.settings(settings)
    # in a table everything has come in: nothing is gained by waiting for other sensors
    settings = replace(settings, tracking=replace(settings.tracking, hold_s=0.0))
    warm()  # before the watch runs: compiling is no tracking
    tracker = Tracker(settings, None if model is None else model.model, arguments.lag)
    if arguments.explain is not None:
        tracker.keep_contributions()
    count = _Count()
    began_s = time.perf_counter()
    rows = tracks.write(_pictures(arguments, tracker, count), arguments.output)
    spent_s = time.perf_counter() - began_s
    rate = f"{count.detections / spent_s:,.0f} a second" if spent_s > 0 else ""
    print(f"{count.detections} detections in {spent_s:.1f} s ({rate}); {rows} rows to {arguments.output}")
    if arguments.explain is not None:
        names = [sensor.name for sensor in settings.sensors]
        made = explained.write(tracker.contributions(), names, arguments.explain)
        print(f"{made} shares of detections in tracks to {arguments.explain}")
    for line in count.lines():
        print(line)
    if rows == 0 and count.unused >= count.detections > 0:
        advice = "compare its sensors' names, columns and [frame] with the table"
        print(f"tocsin track: no detection could be used with {arguments.sensors}; {advice}", file=sys.stderr)
        return NOTHING_USED
    return 0


def _pictures(arguments: Namespace, tracker: Tracker, count: _Count) -> Iterator[Picture]:
    scans = recordings.scans(arguments.detections, arguments.format, arguments.framing, arguments.start_ns)
    looks = _each_scan(scans) if arguments.every is None else _every(scans, round(arguments.every * SECOND_NS))
    newest_ns = 0
    for scan, time_ns in looks:
        if scan is not None:
            count.detections += len(scan.detections)
            newest_ns = max(newest_ns, int(scan.detections.time_ns.max(initial=0)))
            tracker.advance(scan)
            for refusal in scan.refusals:
                count.note(refusal)
            for refusal in tracker.refusals():
                count.note(refusal)
                count.unused += refusal.count
        if time_ns is not None:
            # After each scan: what came is over, and no more than that, so that no sensor's rows become late by it.
            tracker.tick(time_ns if arguments.every else min(newest_ns, time_ns) + 1)
            yield tracker.picture(time_ns)
            yield from tracker.smoothed(time_ns)
    yield from tracker.smoothed_rest()


def _each_scan(scans: Iterator[Scan]) -> Iterator[tuple[Scan | None, int | None]]:
    """What to work in, and at what time to look then (None: not now): when any sensor begins its next scan.

    Where no row has a scan number, after each stretch of rows as it was read.
    """
    begun: dict[str, int] = {}
    last_ns: int | None = None
    for scan in scans:
        if not len(scan.detections):
            yield scan, None
            continue
        received = np.maximum.accumulate(np.maximum(scan.detections.received_ns, last_ns or 0))
        fresh = _fresh(scan, begun)
        groups = np.flatnonzero(np.diff(received, prepend=-1))  # rows that came at one time stay together
        at: Ints = groups[np.logical_or.reduceat(fresh, groups)]
        if last_ns is not None and (not begun or (len(at) and at[0] == 0)) and received[0] > last_ns:
            yield None, last_ns
        at = at[at > 0]
        ends = received[at - 1].tolist()
        yield from zip(pieces(scan, at), [*ends, None], strict=True)
        last_ns = int(received[-1])
    if last_ns is not None:
        yield None, last_ns


def _fresh(scan: Scan, begun: dict[str, int]) -> Flags:
    """Which rows are the first of a sensor's next scan; `begun` holds each sensor's scan, and is kept up."""
    sweep = scan.detections.sweep
    sensor, number = scan.sweeps.sensor[sweep], scan.sweeps.number[sweep]
    fresh = np.zeros(len(sweep), dtype=np.bool_)
    for index in np.unique(sensor[number >= 0]).tolist():
        rows = np.flatnonzero((sensor == index) & (number >= 0))
        name = scan.sensors[index]
        fresh[rows] = np.diff(number[rows], prepend=begun.get(name, number[rows[0]])) != 0
        begun[name] = int(number[rows[-1]])
    return fresh


def _every(scans: Iterator[Scan], every_ns: int) -> Iterator[tuple[Scan | None, int | None]]:
    """The same, at equal steps of event time."""
    due_ns: int | None = None
    last_ns = 0
    for scan in scans:
        received = np.maximum.accumulate(scan.detections.received_ns)
        for piece in pieces(scan, np.flatnonzero(np.diff(received // every_ns)) + 1):
            if len(piece.detections):
                first_ns = int(piece.detections.received_ns[0])
                due_ns = first_ns - first_ns % every_ns + every_ns if due_ns is None else due_ns
                while due_ns <= first_ns:
                    yield None, due_ns
                    due_ns += every_ns
                last_ns = max(last_ns, int(piece.detections.received_ns.max()))
            yield piece, None
    if due_ns is not None and due_ns - every_ns < last_ns:
        yield None, due_ns
