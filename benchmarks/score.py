"""How fast tracks are scored: tocsin beside Stone Soup, the same rows, the same run. Prints, asserts nothing.

    .venv/bin/python -m benchmarks.score [--targets 20 50 100]

The first run installs Stone Soup into .cache/stonesoup by requirements/stonesoup.txt. CPU seconds; both
start from positions in memory. Stone Soup assigns OSPA on d, not d**p: its OSPA is timed and not compared.
"""

import argparse
import json
import platform
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from tocsin.score.match import clear, stretches
from tocsin.score.near import near
from tocsin.score.rows import Rows
from tocsin.score.sets import series
from tocsin.score.siap import siap
from tocsin.score.trajectories import trajectory_gospa

ROOT = Path(__file__).resolve().parents[1]
STEPS, C_M, SIGMA_M, AREA_M2 = 50, 100.0, 15.0, 10e6
Run = dict[str, np.ndarray]


def made(targets: int, seed: int) -> Run:
    """Straight flights over 10 km2 each, tracks of them in up to three pieces, each found late, one false in ten."""
    rng = np.random.default_rng([seed, targets])
    side_m = float(np.sqrt(targets * AREA_M2))
    rows: dict[str, list[np.ndarray]] = {"truth": [], "track": []}
    number = 0
    for target in range(targets):
        velocity = rng.normal(0.0, 100.0, 2)
        place = rng.uniform(0.0, side_m, 2) + velocity * np.arange(STEPS)[:, None]
        state = np.column_stack((place[:, 0], np.full(STEPS, velocity[0]), place[:, 1], np.full(STEPS, velocity[1])))
        rows["truth"].append(np.column_stack((np.arange(STEPS), np.full(STEPS, target), state)))
        for piece in np.split(np.arange(STEPS), np.sort(rng.choice(STEPS, int(rng.integers(0, 3)), replace=False))):
            kept = piece[int(rng.integers(0, 4)) :]  # found late; no holes: Stone Soup's SIAP cannot bear them
            seen = state[kept] + rng.normal(0.0, [SIGMA_M, 3.0, SIGMA_M, 3.0], (len(kept), 4))
            rows["track"].append(np.column_stack((kept, np.full(len(kept), number), seen)))
            number += 1
    for _ in range(targets // 10):
        wander = rng.uniform(0.0, side_m, 2) + np.cumsum(rng.normal(0.0, 50.0, (STEPS, 2)), axis=0)
        state = np.column_stack((wander[:, 0], np.zeros(STEPS), wander[:, 1], np.zeros(STEPS)))
        rows["track"].append(np.column_stack((np.arange(STEPS), np.full(STEPS, number), state)))
        number += 1
    run: Run = {"c": np.array(C_M)}
    for name, parts in rows.items():
        table = np.concatenate(parts)
        run |= {f"{name}_step": table[:, 0].astype(np.int64), f"{name}_number": table[:, 1].astype(np.int64)}
        run[f"{name}_state"] = table[:, 2:]
    return run


def ours(run: Run) -> tuple[dict[str, float], dict[str, float]]:
    """Values, and CPU seconds: what Stone Soup computes too, and with all the rest."""
    began = time.process_time()
    truth, tracks = (
        Rows(
            run[f"{name}_step"],
            run[f"{name}_number"],
            run[f"{name}_state"][:, [0, 2]],
            run[f"{name}_state"][:, [1, 3]],
        )
        for name in ("truth", "track")
    )
    pairs = near(truth, tracks, C_M)
    sets = series(truth, tracks, STEPS, pairs)
    found = siap(truth, tracks, np.arange(STEPS, dtype=float), stretches(truth, tracks, pairs))
    same_s = time.process_time() - began
    clear(truth, tracks, pairs)
    trajectory_gospa(truth, tracks, STEPS, pairs, C_M)
    values = {
        "gospa_rms_m": sets.rms_m(sets.total),
        "completeness": found.completeness,
        "ambiguity": found.ambiguity,
        "spuriousness": found.spuriousness,
        "position_m": found.positional_accuracy_m,
        "longest_track": found.longest_track,
    }
    return values, {"same": same_s, "all": time.process_time() - began}


def theirs(run: Run) -> dict[str, dict[str, float]]:
    """What Stone Soup says, and how long it takes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.npz"
        np.savez(file, **run)  # type: ignore[arg-type]
        command = [ROOT / ".cache/stonesoup/bin/python", ROOT / "benchmarks/stonesoup_metrics.py", file]
        said: dict[str, dict[str, float]] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return said


def main() -> None:
    """Both, side by side, then ours alone as the run grows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--targets", type=int, nargs="+", default=[20, 50, 100])
    parser.add_argument(
        "--alone", type=int, nargs="+", default=[100, 1_000, 10_000], help="ours alone, so many targets"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    subprocess.run(["sh", ROOT / "tools/stonesoup.sh"], check=True)
    ours(made(10, 0))  # imports and first touches
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, CPU seconds")
    print("| targets | rows | Stone Soup GOSPA | OSPA | SIAP | tocsin, the same | times | tocsin, all scores |")
    print("|---|---|---|---|---|---|---|---|")
    for targets in arguments.targets:
        run = made(targets, arguments.seed)
        peer, (values, seconds) = theirs(run), ours(run)
        spent = peer["seconds"]
        times = sum(spent.values()) / seconds["same"]
        rows = len(run["truth_step"]) + len(run["track_step"])
        columns = [f"{spent[one]:.2f}" for one in ("gospa", "ospa", "siap")]
        columns += [f"{seconds['same']:.4f}", f"{times:.0f}", f"{seconds['all']:.4f}"]
        print("| " + " | ".join((str(targets), str(rows), *columns)) + " |")
        both = {key: (value, values[key]) for key, value in peer["values"].items()}
        off = {key: pair for key, pair in both.items() if abs(pair[0] - pair[1]) > 1e-6}
        print("  values differ (Stone Soup, tocsin):", off) if off else print("  all values are equal")
    print("| targets | rows | all scores | microseconds a row |")
    print("|---|---|---|---|")
    for targets in arguments.alone:
        run = made(targets, arguments.seed)
        rows, seconds = len(run["truth_step"]) + len(run["track_step"]), ours(run)[1]
        print(f"| {targets} | {rows} | {seconds['all']:.3f} | {1e6 * seconds['all'] / rows:.1f} |")


if __name__ == "__main__":
    main()
