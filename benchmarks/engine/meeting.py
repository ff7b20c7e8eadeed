"""W15, the meeting targets of Williams (2015), sets A to D: tocsin beside the reference, on the same data, one by one.

python -m benchmarks.engine.meeting tables A 0 FOLDER      detections.csv, truth.csv of one run, and the command for it
python -m benchmarks.engine.meeting courses B 20           RMS GOSPA of the first run of each course, against KNOWN
python -m benchmarks.engine.meeting fresh D 100 701        both on the first run of so many courses of a fresh seed
python -m benchmarks.engine.meeting command A 40           the same through tocsin track and tocsin score
"""

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.engine.reference import Reference
from benchmarks.tracking import AREA_M, SECOND_NS, SETS, gospa_squared, measured, meeting, scan
from tocsin import site
from tocsin.cli import main as tocsin
from tocsin.messages import Floats, Scan
from tocsin.models.model_file import parse
from tocsin.tracking.tracker import Tracker

PAPERS = Path(__file__).parent / "papers"
GIVEN = 2015  # seeds as given; any other is fresh
LAG = {"A": 5, "B": 5, "C": 10, "D": 10}
# RMS GOSPA of exact marginals as known before, without and with lag
KNOWN = {"A": (3.315, 1.744), "B": (3.286, 1.747), "C": (4.737, 2.973), "D": (7.579, 5.153)}


@dataclass(frozen=True, slots=True)
class Paired:
    """Ours and the reference's RMS GOSPA on the same runs; ratios with the middle 95 % of 2,000 bootstraps of runs."""

    name: str
    runs: int
    seeds: int
    lag: int
    ours: float
    reference: float
    ratio: tuple[float, float, float]
    late: float
    late_reference: float
    late_ratio: tuple[float, float, float]


def run_of(name: str, run: int, base: int) -> tuple[Floats, list[Floats]]:
    """Truth (81, targets, 4) and detections of each scan."""
    targets, pd, clutter, spread = SETS[name]
    seed = [base, "ABCD".index(name), *([] if name == "A" else [run // 5])]
    truth = meeting(np.random.default_rng(seed), targets, spread)
    again = run if name == "A" else run % 5
    return truth, measured(np.random.default_rng([*seed, again]), truth, pd, clutter)


def courses_of(name: str, count: int) -> range:
    """The first run of each of so many courses: the other four of a course say little more than the first."""
    return range(count) if name == "A" else range(0, 5 * count, 5)


def tracker_of(name: str, lag: int | None) -> Tracker:
    """A tracker by the model file of the set."""
    path = PAPERS / f"w15-{name.lower()}.toml"
    file = parse(path.read_text(encoding="utf-8"), path.name)
    return Tracker(file.settings(site.read(PAPERS / "sensors.toml").settings), file.model, lag)


def squares(truth: Floats, places: list[Floats]) -> Floats:
    """Squared GOSPA of each scan."""
    known = [x[~np.isnan(x[:, 0])][:, [0, 2]] for x in truth]
    return np.array([gospa_squared(a, b) for a, b in zip(known, places, strict=True)])


def ours(name: str, detections: list[Floats], lag: int) -> tuple[list[Floats], list[Floats]]:
    """What tocsin shows of each scan, then and `lag` scans later."""
    tracker = tracker_of(name, lag)
    now, late = [], []
    for k, z in enumerate(detections):
        time_ns = (1 + k) * SECOND_NS
        tracker.advance(scan_of(time_ns, z))
        tracker.tick(time_ns + 1)
        now.append(tracker.picture(time_ns))
        late += tracker.smoothed(time_ns)
    late += tracker.smoothed_rest()
    shown = [[p.position_m[p.existence >= 0.4][:, :2] for p in pictures] for pictures in (now, late)]
    return shown[0], shown[1]


def scan_of(time_ns: int, z: Floats) -> Scan:
    """One look of the sensor called lab."""
    return replace(scan(time_ns, None, True, east_m=z[:, 0].copy(), north_m=z[:, 1].copy()), sensors=("lab",))


def paired(name: str, runs: Sequence[int], base: int) -> Paired:
    """Both filters on the same runs."""
    lag, sums = LAG[name], np.zeros((4, len(runs)))
    _, pd, clutter, _ = SETS[name]
    for column, run in enumerate(runs):
        truth, detections = run_of(name, run, base)
        now, late = ours(name, detections, lag)
        reference = Reference(pd, clutter / AREA_M**2, lag)
        theirs, theirs_late = [], []
        for z in detections:
            shown, then = reference.step(z)
            theirs.append(shown)
            theirs_late += [] if then is None else [then]
        theirs_late += reference.rest()
        for row, places in enumerate((now, theirs, late, theirs_late)):
            sums[row, column] = squares(truth, places).mean()
    rms = np.sqrt(sums.mean(axis=1))
    ratio, late_ratio = (_ratio(sums[a], sums[b]) for a, b in ((0, 1), (2, 3)))
    return Paired(name, len(runs), base, lag, rms[0], rms[1], ratio, rms[2], rms[3], late_ratio)


def courses(name: str, count: int) -> None:
    """RMS GOSPA of the first run of each course, without and with lag: the runs of which KNOWN tells, but for A."""
    sums = np.zeros((2, count))
    for course, run in enumerate(courses_of(name, count)):
        truth, detections = run_of(name, run, GIVEN)
        for row, places in enumerate(ours(name, detections, LAG[name])):
            sums[row, course] = squares(truth, places).mean()
    now, late = np.sqrt(sums.mean(axis=1))
    print(f"{name}, {count} runs: {now:.4f}, lag {LAG[name]} {late:.4f}; known {KNOWN[name][0]}, {KNOWN[name][1]}")


def fresh(name: str, count: int, base: int) -> None:
    """Both filters on courses that nobody has seen."""
    one = paired(name, courses_of(name, count), base)
    print(f"{name}, {count} courses of seed {base}, no lag: {one.ours:.4f}, reference {one.reference:.4f}", end=", ")
    print("ratio {:.4f} ({:.4f} to {:.4f})".format(*one.ratio))
    print(f"lag {one.lag}: {one.late:.4f}, reference {one.late_reference:.4f}", end=", ")
    print("ratio {:.4f} ({:.4f} to {:.4f})".format(*one.late_ratio))


def _ratio(a: Floats, b: Floats) -> tuple[float, float, float]:
    chosen = np.random.default_rng(0).integers(0, len(a), (2000, len(a)))
    many = np.sqrt(a[chosen].sum(axis=1) / b[chosen].sum(axis=1))
    return float(np.sqrt(a.sum() / b.sum())), *map(float, np.percentile(many, [2.5, 97.5]))


def write(name: str, run: int, folder: Path, base: int = GIVEN) -> None:
    """One run as tables."""
    truth, detections = run_of(name, run, base)
    rows = ["time,sensor,scan,east_m,north_m"]
    flew = ["time,target,east_m,north_m"]
    for k, (x, z) in enumerate(zip(truth, detections, strict=True)):
        time_ns = (1 + k) * SECOND_NS
        rows += [f"{time_ns},lab,{k},{a!r},{b!r}" for a, b in z.tolist()]
        flew += [f"{time_ns},{i},{x[i, 0]!r},{x[i, 2]!r}" for i in np.flatnonzero(~np.isnan(x[:, 0])).tolist()]
    (folder / "detections.csv").write_text("\n".join(rows) + "\n")
    (folder / "truth.csv").write_text("\n".join(flew).replace("np.float64(", "").replace(")", "") + "\n")


def command(name: str, runs: int, lag: float = 0.0) -> float:
    """RMS GOSPA over runs, each written as tables, tracked by `tocsin track --model` and scored by `tocsin score`."""
    found = []
    more = ["--lag", str(LAG[name])] if lag else []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for run in range(runs):
            write(name, run, folder)
            model = str(PAPERS / f"w15-{name.lower()}.toml")
            detections, tracks = str(folder / "detections.csv"), str(folder / "tracks.csv")
            sensors = ["--sensors", str(PAPERS / "sensors.toml"), "--model", model]
            call("track", detections, *sensors, "-o", tracks, *more)
            page = folder / "score.html"
            rules = ["--c", "10", "--at-truth", "--lag", str(lag)]
            call("score", str(folder / "truth.csv"), tracks, "-o", str(page), *rules)
            record = json.loads(page.with_suffix(".json").read_text())
            found.append(record["rows"]["gospa.rms_m"] ** 2)
    return float(np.sqrt(np.mean(found)))


def call(*words: str) -> None:
    """A command of tocsin."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            tocsin(list(words))
        except SystemExit as ended:
            if ended.code:
                raise


if __name__ == "__main__":
    if sys.argv[1:2] == ["tables"]:
        write(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    elif sys.argv[1:2] == ["courses"]:
        courses(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1:2] == ["fresh"]:
        fresh(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1:2] == ["command"]:
        set_name, count = sys.argv[2], int(sys.argv[3])
        print(f"{set_name}: {command(set_name, count):.4f}; lag {command(set_name, count, float(LAG[set_name])):.4f}")
    else:
        sys.exit(__doc__)
