"""`base` with 500 targets against Stone Soup's GNN, the same data in the same run, and where tocsin's time goes.

    .venv/bin/python -m benchmarks.engine.against [seed] [scans]

Processor seconds of one core. tocsin four ways: as a site runs it (each scan, a Tick, a picture), without pictures,
without Ticks (events alone: scans in, nothing handed out), and compiled code alone. The middle of three runs.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.engine.__main__ import theirs
from benchmarks.engine.traffic import SECOND_NS, Traffic, look, make
from benchmarks.traffic import STEPS, tracker_of
from tocsin.tracking import tracker as tracking
from tocsin.tracking import warm

TARGETS, TURNS = 500, 3
WAYS = ("scans, Ticks and pictures", "scans and Ticks", "scans alone", "compiled code alone")


def spent(traffic: Traffic, way: str) -> float:
    """Processor seconds of one of WAYS."""
    tracker = tracker_of(traffic.scenario, traffic.n, traffic.side_m)
    inside, work = [0.0], vars(tracking)["work"]

    def timed(*tables: object) -> tuple[int, int]:
        begin = time.process_time()
        told: tuple[int, int] = work(*tables)
        inside[0] += time.process_time() - begin
        return told

    seconds = 0.0
    vars(tracking)["work"] = timed
    for k, z in enumerate(traffic.scans):
        time_ns = round((1.0 + k * traffic.scenario.period_s) * SECOND_NS)
        one = look(time_ns, z)
        begin = time.process_time()
        tracker.advance(one)
        if way in WAYS[:2]:
            tracker.tick(time_ns + 1)
        else:
            tracker.state.looks.pass_time(time_ns + 1)
            tracker._work()  # noqa: SLF001  the look is over; nothing is handed out
        if way == WAYS[0]:
            tracker.picture(time_ns)
        seconds += time.process_time() - begin
    vars(tracking)["work"] = work
    return inside[0] if way == WAYS[3] else seconds


def main(seed: int, scans: int) -> None:
    """Print a table, of the first so many scans."""
    warm()
    whole = make("base", TARGETS, seed)
    traffic = replace(whole, scans=whole.scans[:scans], truth=whole.truth[:scans])
    spent(traffic, WAYS[0])  # pages of memory are touched for the first time
    with tempfile.TemporaryDirectory() as folder:
        peer, version = theirs(traffic, "Stone Soup GNN", Path(folder))
        print(f"base, {TARGETS} targets, seed {seed}, {scans} scans: {version} GNN {peer.rate:,.0f} detections/CPU s")
        for way in WAYS:
            rate = traffic.detections / float(np.median([spent(traffic, way) for _ in range(TURNS)]))
            print(f"tocsin, {way}: {rate:,.0f} detections/CPU s, {rate / peer.rate:,.0f} times")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given + [11, STEPS][len(given) :]))
