"""How fast the tracker is, and how near to the exact filter: one line a measurement. Never a test.

    python benchmarks/tracking.py positions 10000        3-D positions, sparse, one motion mode
    python benchmarks/tracking.py polar 10000            3-D radar with range rate, three motion modes
    python benchmarks/tracking.py reports 10000 20000    self-reports, each a look of its own, per second
    python benchmarks/tracking.py growth                 positions, 100 to 100,000 targets, and the exponent
    python benchmarks/tracking.py w15 A 40               the meeting targets of Williams 2015 (set, runs), RMS GOSPA

Processor seconds of one core, of the whole of `advance` (intake, looks, kernels), the median over the last scans, when
all targets are confirmed and what late detections may go back to is full: half a minute, and 16 s more, which is how
far apart the snapshots of many components are. Ticks between scans are told apart: the median, and the mean, as what
is past is put away once in 16 s. Seeds are fixed.
"""

import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from tocsin.messages import Detections, Floats, Ints, Scan, Sweeps
from tocsin.models.model import Mode, Model, Part
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking import warm
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
WARM_UP = 50  # scans until tracks are confirmed, and what late detections may go back to takes no more room
SCANS = 66
SPACING_M = 3_000.0
PD = 0.9
AXES = ("east_m", "north_m", "up_m")


def scan(time_ns: int, times_ns: Ints | None, survey: bool, **values: Floats) -> Scan:
    """One look of the only sensor."""
    n = len(next(iter(values.values())))
    times = np.full(n, time_ns) if times_ns is None else times_ns
    one, nan = np.full(1, time_ns), np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan, np.array([survey]))
    return Scan("bench", int(times[-1]), ("bench",), sweeps, Detections(np.zeros(n, np.int32), times, times, values))


def traffic(n: int, rng: np.random.Generator) -> tuple[Floats, Floats, float]:
    """Start (n, 3), velocity (n, 3) and the side of a square in which each has SPACING_M squared to itself."""
    side = SPACING_M * float(np.sqrt(n))
    start = np.column_stack([rng.uniform(-side / 2, side / 2, (n, 2)), rng.uniform(500.0, 10_000.0, n)])
    heading, speed = rng.uniform(0.0, 2.0 * np.pi, n), rng.uniform(50.0, 250.0, n)
    return start, np.column_stack([speed * np.cos(heading), speed * np.sin(heading), np.zeros(n)]), side


def timed(tracker: Tracker, scans: Sequence[Scan], what: str) -> float:
    """Detections per processor second, printed with what was found."""
    seconds, ticks = [], []
    for one in scans:
        begin = time.process_time()
        tracker.advance(one)
        tracker.state.looks.pass_time(one.received_ns + 1)
        tracker._work()  # noqa: SLF001  the look is over
        seconds.append(time.process_time() - begin)
        tracker.tick(one.received_ns + 2)
        ticks.append(time.process_time() - begin - seconds[-1])
    count = float(np.median([len(one.detections) for one in scans[WARM_UP:]]))
    rate = count / float(np.median(seconds[WARM_UP:]))
    confirmed = int((tracker.picture(scans[-1].received_ns).state == 1).sum())
    tick_ms, mean_ms = 1e3 * float(np.median(ticks[WARM_UP:])), 1e3 * float(np.mean(ticks[WARM_UP:]))
    print(
        f"{what}: {rate:,.0f} detections/s, {1e3 * count / rate:.2f} ms a scan "
        f"(and {tick_ms:.2f} ms a Tick, mean {mean_ms:.2f}), {confirmed} confirmed"
    )
    return rate


def positions(n: int) -> float:
    """3-D positions once a second, 10 % clutter."""
    rng = np.random.default_rng(1)
    start, velocity, side = traffic(n, rng)
    model = Model((Mode("steady", 1.0, 1.0),), clutter_per_m2=0.1 * n / side**2, unseen_per_m2=1e-10)
    sensor = Sensor("bench", "position", sigma=dict.fromkeys(AXES, 10.0), clutter_per_scan=0.1 * n)
    tracker = Tracker(Settings(frame=Frame("local", 3), sensors=(sensor,), tracking=Tracking(hold_s=0.0)), model)
    scans = []
    for k in range(SCANS):
        z = (start + velocity * k + 10.0 * rng.standard_normal((n, 3)))[rng.random(n) < PD]
        false = np.column_stack([rng.uniform(-side / 2, side / 2, (n // 10, 2)), rng.uniform(0.0, 1e4, n // 10)])
        z = rng.permutation(np.concatenate([z, false]))
        columns = {axis: z[:, a].copy() for a, axis in enumerate(AXES)}
        scans.append(scan((1 + k) * SECOND_NS, None, True, **columns))
    return timed(tracker, scans, f"positions, {n} targets")


def polar(n: int) -> float:
    """A 3-D radar with range rate that turns in 4 s, three motion modes, 10 % clutter."""
    rng = np.random.default_rng(2)
    start, velocity, side = traffic(n, rng)
    turning = Mode("turning", 5.0, 5.0, turn=0.05, share=0.1)
    modes = (Mode("quiet", 0.5, 0.5, share=0.7), Mode("agile", 60.0, 60.0, share=0.2), turning)
    sigma = {"range_m": 30.0, "azimuth_rad": 0.001, "elevation_rad": 0.002, "range_rate_mps": 1.0}
    sensor = Sensor("bench", "radar", east_m=0.0, north_m=0.0, max_range_m=side, sigma=sigma, clutter_per_scan=0.1 * n)
    settings = Settings(frame=Frame("local", 3), sensors=(sensor,), tracking=Tracking(hold_s=0.0))
    tracker = Tracker(settings, Model(modes))
    scans = []
    for k in range(SCANS):
        seen = rng.random(n) < PD
        x, v = (start + velocity * 4 * k)[seen], velocity[seen]
        ground, false = np.hypot(x[:, 0], x[:, 1]), n // 10
        slant = np.hypot(ground, x[:, 2])
        true = [slant, np.arctan2(x[:, 0], x[:, 1]), np.arctan2(x[:, 2], ground), (x * v).sum(axis=1) / slant]
        spans = [(1e3, side / 2), (-3.1, 3.1), (0.0, 0.5), (-250.0, 250.0)]
        columns = {
            name: np.concatenate([column + s * rng.standard_normal(len(column)), rng.uniform(*span, false)])
            for (name, s), column, span in zip(sigma.items(), true, spans, strict=True)
        }
        scans.append(scan((1 + 4 * k) * SECOND_NS, None, True, **columns))
    return timed(tracker, scans, f"polar radar, range rate, 3 modes, {n} targets")


def reports(n: int, per_second: int) -> float:
    """Self-reports at their own times in batches of 0.1 s; each is a look."""
    rng = np.random.default_rng(3)
    start, velocity, _ = traffic(n, rng)
    sensor = Sensor("bench", "position", reporting="event", sigma=dict.fromkeys(AXES, 30.0), clutter_per_scan=1e-3)
    tracker = Tracker(Settings(frame=Frame("local", 3), sensors=(sensor,), tracking=Tracking(hold_s=0.0)))
    scans = []
    for k in range(80):
        who = rng.integers(0, n, per_second // 10)
        times = np.sort(rng.integers(0, SECOND_NS // 10, len(who))) + SECOND_NS + k * SECOND_NS // 10
        z = start[who] + velocity[who] * (times[:, None] / SECOND_NS - 1.0) + 30.0 * rng.standard_normal((len(who), 3))
        columns = {axis: z[:, a].copy() for a, axis in enumerate(AXES)}
        scans.append(scan(int(times[-1]), times, False, **columns))
    return timed(tracker, scans, f"reports, {n} targets, {per_second} a second")


def growth() -> None:
    """How the cost of a scan grows with the number of targets."""
    sizes = [100, 1_000, 10_000, 100_000]
    cost = [n / positions(n) for n in sizes]
    exponent = np.polyfit(np.log(sizes[1:]), np.log(cost[1:]), 1)[0]
    print(f"cost grows with exponent {exponent:.2f} from 1,000 to 100,000 targets")


# W15: Williams, IEEE TAES 2015; Garcia-Fernandez et al., IEEE TAES 2018. Targets, Pd, clutter, spread at the meeting.
SETS = {"A": (4, 0.9, 10.0, 0.1), "B": (4, 0.9, 10.0, 0.1), "C": (4, 0.7, 30.0, 0.25), "D": (6, 0.5, 20.0, 0.1)}
STEPS, AREA_M = 81, 300.0


def meeting(rng: np.random.Generator, targets: int, spread: float) -> Floats:
    """Truth (STEPS, targets, 4: x vx y vy): all meet at rest in the middle; NaN where a target is not there."""
    one = np.array([[1.0, 1.0], [0.0, 1.0]])
    f = np.kron(np.eye(2), one)
    root = np.linalg.cholesky(np.kron(np.eye(2), 0.02 * np.array([[1 / 3, 0.5], [0.5, 1.0]])))
    back = np.linalg.inv(f)
    x = np.full((STEPS, targets, 4), np.nan)
    middle = STEPS // 2
    forth = past = np.array([AREA_M / 2, 0, AREA_M / 2, 0])[None] + np.sqrt(spread) * rng.standard_normal((targets, 4))
    x[middle] = forth
    for k in range(1, middle + 1):
        forth = forth @ f.T + rng.standard_normal((targets, 4)) @ root.T
        past = (past + rng.standard_normal((targets, 4)) @ root.T) @ back.T
        x[middle + k], x[middle - k] = forth, past
    for i in range(targets):
        x[: (10 * i if spread == 0.25 else 0), i] = np.nan
    x[middle:, 0] = np.nan
    return x


def measured(rng: np.random.Generator, truth: Floats, pd: float, clutter: float) -> list[Floats]:
    """Detections of each scan, targets first."""
    scans = []
    for x in truth:
        seen = ~np.isnan(x[:, 0]) & (rng.random(len(x)) < pd)
        z = x[seen][:, [0, 2]] + rng.standard_normal((seen.sum(), 2))
        false = rng.poisson(clutter)
        scans.append(np.vstack([z, AREA_M * rng.random((false, 2))]))
    return scans


def gospa_squared(truth: Floats, found: Floats, c: float = 10.0) -> float:
    """GOSPA (p = 2, alpha = 2), squared."""
    if not len(truth) or not len(found):
        return c * c / 2.0 * (len(truth) + len(found))
    cost = np.minimum(cdist(truth, found), c) ** 2
    i, j = linear_sum_assignment(cost)
    near = cost[i, j] < c * c
    return float(cost[i, j][near].sum() + c * c / 2.0 * (len(truth) + len(found) - 2 * near.sum()))


def w15(name: str, runs: int, base: int = 2015) -> None:
    """RMS GOSPA of one set as given (base 2015), or with fresh seeds (another base)."""
    targets, pd, clutter, spread = SETS[name]
    mean, cov = np.array([100.0, 100.0, 0, 0, 0, 0]), np.diag([150.0, 150.0, 0, 1, 1, 0]) ** 2
    model = Model(
        (Mode("steady", 0.02, 0.02),),
        survival_s=-1.0 / float(np.log(0.99)),
        clutter_per_m2=clutter / AREA_M**2,
        initial=(Part(3.0, mean, cov),),
        births=(Part(0.005, mean, cov),),
    )
    sensor = Sensor("bench", "position", sigma={"east_m": 1.0, "north_m": 1.0}, detection_probability=pd)
    tracking = Tracking(gate=20.0, prune_existence=1e-5, release_existence=0.4, hold_s=0.0)
    settings = Settings(frame=Frame("local", 2), sensors=(sensor,), tracking=tracking)
    squares, seconds = [], 0.0
    for run in range(runs):
        seed = [base, "ABCD".index(name), *([] if name == "A" else [run // 5])]
        truth = meeting(np.random.default_rng(seed), targets, spread)
        again = run if name == "A" else run % 5
        tracker = Tracker(settings, model)
        for k, z in enumerate(measured(np.random.default_rng([*seed, again]), truth, pd, clutter)):
            begin = time.process_time()
            time_ns = (1 + k) * SECOND_NS
            tracker.advance(scan(time_ns, None, True, east_m=z[:, 0].copy(), north_m=z[:, 1].copy()))
            tracker.tick(time_ns + 1)
            picture = tracker.picture(time_ns)
            seconds += time.process_time() - begin
            here = truth[k][~np.isnan(truth[k][:, 0])][:, [0, 2]]
            squares.append(gospa_squared(here, picture.position_m[picture.existence > 0.4][:, :2]))
    rms = float(np.sqrt(np.mean(squares)))
    print(f"W15 {name}, {runs} runs, seeds {base}: RMS GOSPA {rms:.4f}, {1e3 * seconds / len(squares):.2f} ms a scan")


COMMANDS: dict[str, Callable[..., object]] = {
    "positions": positions,
    "polar": polar,
    "reports": reports,
    "growth": growth,
    "w15": w15,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    warm()
    COMMANDS[sys.argv[1]](*[int(word) if word.isdecimal() else word for word in sys.argv[2:]])
