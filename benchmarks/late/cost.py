"""What late detections cost: one line a measurement. Never a test.

    python benchmarks/late/cost.py 4000 2000 5      targets, detections/s, seconds that half of them lag

Half of the detections are of a sensor in time, half of one whose line lags (0: it does not). Processor seconds of one
core for each second of event time, Ticks and pictures included, and the size of a dump, once tracks are confirmed.
"""

import sys
import time
from dataclasses import replace

import numpy as np

from tocsin.messages import Detections, Scan, Sweeps
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking import warm
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
SPACING_M = 3_000.0
WARM_UP_S = 60
MEASURED_S = 40


def report(name: str, second: int, lag_s: float, places: np.ndarray) -> Scan:
    """Positions of one sensor, spread over a second, received `lag_s` later."""
    n = len(places)
    times = second * SECOND_NS + np.arange(n) * (SECOND_NS // max(n, 1))
    received = times + round(lag_s * SECOND_NS)
    one, nan = np.full(1, second * SECOND_NS), np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), -np.ones(1, np.int64), one, one + SECOND_NS, nan, nan, np.zeros(1, np.bool_))
    values = {"east_m": places[:, 0].copy(), "north_m": places[:, 1].copy()}
    last = (second + 1) * SECOND_NS + round(lag_s * SECOND_NS)
    return Scan("bench", last, (name,), sweeps, Detections(np.zeros(n, np.int32), times, received, values))


def main(targets: int, rate: int, lag_s: float) -> None:
    """Print the cost."""
    warm()
    rng = np.random.default_rng(1)
    side = SPACING_M * float(np.sqrt(targets))
    start, velocity = rng.uniform(-side / 2, side / 2, (targets, 2)), rng.uniform(-200.0, 200.0, (targets, 2))
    one = Sensor("quick", "position", sigma={"east_m": 30.0, "north_m": 30.0}, reporting="event", clutter_per_scan=1.0)
    one = replace(one, max_range_m=side)
    tracker = Tracker(Settings(frame=Frame("local", 2), sensors=(one, replace(one, name="slow")), tracking=Tracking()))
    spent, waiting = [], list[Scan]()
    for second in range(100, 100 + WARM_UP_S + MEASURED_S):
        for name, lag in (("quick", 0.05), ("slow", lag_s + 0.05)):
            which = (np.arange(rate // 2) + second * (rate // 2) + (name == "slow") * targets // 2) % targets
            moment = second - 100 + np.arange(len(which))[:, None] / max(len(which), 1)
            waiting.append(
                report(name, second, lag, start[which] + velocity[which] * moment + rng.normal(0, 30, (len(which), 2)))
            )
        now_ns = (second + 1) * SECOND_NS + SECOND_NS // 10
        begin = time.process_time()
        for scan in [scan for scan in waiting if scan.received_ns <= now_ns]:
            tracker.advance(scan)
        waiting = [scan for scan in waiting if scan.received_ns > now_ns]
        tracker.tick(now_ns)
        picture = tracker.picture(now_ns)
        spent.append(time.process_time() - begin)
    began = time.process_time()
    dump = tracker.dump()
    dumped_s = time.process_time() - began
    began = time.process_time()
    Tracker.load(tracker.settings, dump)
    loaded_s = time.process_time() - began
    began = time.process_time()
    snapshot = tracker.state.copy()
    copied_s = time.process_time() - began
    held = sum(column.nbytes for column in snapshot.bank)
    counters, journal = tracker.counters(), tracker.state.past.journal
    again, off = counters["detections worked again"], counters["late detections put off"]
    mean_s, confirmed = np.mean(spent[WARM_UP_S:]), int((picture.state == 1).sum())
    print(f"{targets} targets, {rate} detections/s, half {lag_s:g} s late: {mean_s:.3f} CPU s/s; {confirmed} confirmed")
    print(f"  detections worked again {again}, put off {off}; {journal.rows} rows kept")
    print(f"  dump {len(dump) / 1e6:.1f} MB in {dumped_s:.2f} s, loaded in {loaded_s:.2f} s")
    print(f"  {len(journal.snapshots)} snapshots of {held / 1e6:.1f} MB, {copied_s * 1e3:.1f} ms each")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
