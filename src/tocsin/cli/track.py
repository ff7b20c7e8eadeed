"""`tocsin track`: a table of detections becomes a table of tracks, each row as known then."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from tocsin import site
from tocsin.errors import InputError
from tocsin.feeds import recordings
from tocsin.feeds.cutting import pieces
from tocsin.feeds.tables import tracks
from tocsin.messages import Picture, Scan
from tocsin.tracking.tracker import Tracker

EXAMPLE = "tocsin track detections.parquet --sensors site.toml -o tracks.parquet --every 2"
SECOND_NS = 1_000_000_000


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("detections", type=Path, help="Parquet, Arrow IPC or CSV; or any recording")
    parser.add_argument("--sensors", type=Path, required=True, help="a TOML file with [[sensor]] and [frame]")
    parser.add_argument("-o", "--output", type=Path, required=True, help=".parquet, .arrow or .csv")
    parser.add_argument("--every", type=float, help="seconds of event time between pictures (default: after each scan)")


def run(arguments: Namespace) -> int:
    """0: written. What was refused is counted and said."""
    if arguments.every is not None and arguments.every <= 0:
        raise InputError(f"--every {arguments.every:g}: give seconds above 0")
    settings = site.read(arguments.sensors).settings
    # in a table everything has come in: nothing is gained by waiting for other sensors
    settings = replace(settings, tracking=replace(settings.tracking, hold_s=0.0))
    tracker = Tracker(settings)
    counted: dict[str, int] = {}
    began_s = time.perf_counter()
    rows = tracks.write(_pictures(arguments, tracker, counted), arguments.output)
    spent_s = time.perf_counter() - began_s
    detections = counted.pop("", 0)
    rate = f"{detections / spent_s:,.0f} a second" if spent_s > 0 else ""
    print(f"{detections} detections in {spent_s:.1f} s ({rate}); {rows} rows to {arguments.output}")
    for reason, count in sorted(counted.items()):
        print(f"refused: {count} x {reason}")
    return 0


def _pictures(arguments: Namespace, tracker: Tracker, counted: dict[str, int]) -> Iterator[Picture]:
    scans = recordings.scans(arguments.detections)
    every_ns = round(arguments.every * SECOND_NS) if arguments.every else None
    for scan, time_ns in _looks(scans, every_ns):
        if scan is not None:
            counted[""] = counted.get("", 0) + len(scan.detections)
            tracker.advance(scan)
            for refusal in (*scan.refusals, *tracker.refusals()):
                counted[refusal.reason] = counted.get(refusal.reason, 0) + refusal.count
        if time_ns is not None:
            tracker.tick(time_ns)
            yield tracker.picture(time_ns)


def _looks(scans: Iterator[Scan], every_ns: int | None) -> Iterator[tuple[Scan | None, int | None]]:
    """What to work in, and at what time to look then (None: not now)."""
    if every_ns is None:
        for scan in scans:
            for piece in pieces(scan, np.flatnonzero(np.diff(scan.detections.sweep)) + 1):
                yield piece, _last_ns(piece)
        return
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


def _last_ns(scan: Scan) -> int | None:
    times = [*scan.detections.time_ns.tolist(), *scan.sweeps.end_ns.tolist()]
    return max(times) if len(scan.detections) else None
