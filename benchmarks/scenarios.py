"""Every tracking score of every scenario and seed, as one table: docs/benchmarks/scenarios.md.

    python -m benchmarks.scenarios                              all 19 scenarios, seed 1, 240 s each
    python -m benchmarks.scenarios --seeds 3 --seconds 1800 --workers 3
    python -m benchmarks.scenarios --page                       of what was played already

Scored is what could be seen (a look of some sensor with a chance of at least a half, and 30 s after it). A night that
was played is kept under .cache/scenarios and not played again; `--again` plays all of them anew.
"""

import argparse
import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.warning.playing import KEPT as WARNED
from benchmarks.warning.playing import Night, code, read
from benchmarks.warning.pooling import missed, pool, worst_bells
from tocsin.cli.progress import Progress
from tocsin.cluster.local import each
from tocsin.cluster.many import RESULTS, run
from tocsin.cluster.night import Job, play
from tocsin.score.report.page import figure

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".cache/scenarios"
PAGE = ROOT / "docs/benchmarks/scenarios.md"
# The table's parts: title, and (row of the score, heading).
PARTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Sets and trajectories",
        (
            ("gospa.rms_m", "GOSPA, m"),
            ("gospa.localisation_m", "how far off, m"),
            ("gospa.missed_targets", "missed at a time"),
            ("gospa.false_tracks", "false at a time"),
            ("gospa.ospa_m", "OSPA, m"),
            ("trajectory_gospa.mean_m", "trajectory GOSPA, m"),
        ),
    ),
    (
        "SIAP",
        (
            ("siap.completeness", "completeness"),
            ("siap.ambiguity", "ambiguity"),
            ("siap.spuriousness", "spuriousness"),
            ("siap.position_m", "position, m"),
            ("siap.velocity_mps", "velocity, m/s"),
            ("siap.longest_segment", "longest segment"),
            ("siap.longest_track", "longest track"),
        ),
    ),
    (
        "Surveillance and identity",
        (
            ("surveillance.targets", "targets"),
            ("surveillance.found", "found"),
            ("clear.switches", "switches"),
            ("surveillance.false_tracks", "false tracks"),
            ("surveillance.update_probability", "update probability"),
            ("surveillance.long_gaps", "long gaps"),
            ("surveillance.initiation_median_s", "found after, s"),
            ("errors.horizontal_m.rms", "RMS, m"),
            ("nees.mean", "NEES (3)"),
        ),
    ),
)
WARNINGS = (
    "entries",
    "missed",
    "late, s: median",
    "p90",
    "lead, s: median",
    "of what was possible",
    "Brier skill, 10 min",
    "false: public, staff warning, watch",
    "bells in 10 min",
)


def page(results: Sequence[dict[str, Any]]) -> str:
    """All of it."""
    nights = sorted(results, key=lambda one: (one["scenario"], one["seed"]))
    lengths = ", ".join(f"{one:g} s" for one in sorted({night["seconds"] for night in nights}))
    lines = [
        "# Scores of every scenario",
        "",
        "Made by `python -m benchmarks.scenarios`; nobody edits it by hand. Each night is simulated, tracked, scored",
        "in memory, a picture every 2 s; counted is what some sensor could see (`tocsin score --seeable`). What each",
        "row means stands in [score](../how-to/score.md). Three scenarios ask questions: [answers](questions.md). How",
        "fast nights are simulated and scored, the latter beside Stone Soup, stands at the end.",
        "",
        f"{len(nights)} nights of {lengths}; code `{code()}`, {datetime.now(UTC):%Y-%m-%d}.",
    ]
    for title, columns in PARTS:
        lines += ["", f"## {title}", ""]
        lines += ["| scenario | seed | " + " | ".join(words for _, words in columns) + " |"]
        lines += ["|---|---|" + "---|" * len(columns)]
        for one in nights:
            values = [one["seeable"].get(key) for key, _ in columns]
            told = " | ".join("-" if value is None else figure(value) for value in values)
            lines.append(f"| {one['scenario']} | {one['seed']} | {told} |")
    lines += _warned()
    missing = sorted({path.stem for path in (ROOT / "scenarios").glob("*.toml")} - {one["scenario"] for one in nights})
    if missing:
        lines += ["", f"**Not played: {', '.join(missing)}.**"]
    return "\n".join([*lines, "", *_speed()])


def _warned() -> list[str]:
    """Warning scores, of the nights that benchmarks.warning has played by this code."""
    found = [night for path in sorted(WARNED.glob("*.pickle")) if (night := read(path)) is not None]
    nights = sorted((night for night in found if night.code == code()), key=lambda one: (one.scenario, one.seed))
    if not nights:
        return []
    lines = [
        "",
        "## Warnings",
        "",
        "By `python -m benchmarks.warning` and the same code, of the stretch of each night in which something comes.",
        "Late: a warning behind the oracle's. Of what was possible: where 10 min or more were. False: no threat within",
        "half an hour. All rows with their bounds, and the stretches, stand in [warning](warning.md).",
        "",
        f"| scenario | seed | {' | '.join(WARNINGS)} |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    return lines + [_of(night) for night in nights]


def _of(night: Night) -> str:
    every = pool([night])
    one, score = missed(every.entries), every.scores[0][1]
    false = ", ".join(str(each.rate.count) for each in score.false_alerts)
    skill = score.chances.skill if score.chances is not None else float("nan")
    said = (one.delay_median_s, one.delay_p90_s, one.lead_median_s, one.ratio_median, skill)
    told = " | ".join(figure(value) if value == value else "-" for value in said)  # noqa: PLR0124  NaN
    lost = f"{one.missed.count} of {one.missed.of:g}" if one.entries else "-"
    return f"| {night.scenario} | {night.seed} | {one.entries} | {lost} | {told} | {false} | {worst_bells(night)} |"


def _speed() -> list[str]:
    """The part on speed stays as it is: it is written by hand from what benchmarks.score printed."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    _, there, rest = before.partition("## How fast\n")
    return [f"## How fast\n{rest}".rstrip("\n"), ""] if there else []


def main() -> None:
    """Play what is not there, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="write the page of what was played, and play nothing")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=PAGE)
    asked = parser.parse_args()
    if asked.again:
        shutil.rmtree(KEPT / RESULTS, ignore_errors=True)
    names = asked.scenarios or sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml"))
    if not asked.page:
        jobs = [_job(name, seed, asked.seconds) for seed in range(1, asked.seeds + 1) for name in names]
        with Progress("playing nights") as progress:
            played = run(jobs, KEPT, partial(each, play=play, workers=asked.workers), progress)
        for failed in played.failed:
            print(failed)
    results = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((KEPT / RESULTS).glob("*.json"))]
    if not results:
        parser.error("no night was played yet; leave out --page")
    asked.output.write_text(page(results), encoding="utf-8")
    print(asked.output)


def _job(name: str, seed: int, seconds: float) -> Job:
    path = ROOT / "scenarios" / f"{name}.toml"
    return Job(name, path.read_text(encoding="utf-8"), str(path.parent), seed, seconds)


if __name__ == "__main__":
    main()
