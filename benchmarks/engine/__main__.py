"""tocsin and its open peers on the same data in one run: accuracy, identity, speed, growth, memory. One page comes out.

    .venv/bin/python -m benchmarks.engine [--quick] [--only traffic,papers,speed,memory] [-o docs/benchmarks]

The first run installs Stone Soup and norfair into environments of their own (tools/stonesoup.sh, tools/norfair.sh).
Sizes of the traffic are such that the slowest peer needs a minute for each; --quick leaves the largest out.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.engine import meeting, page, speed
from benchmarks.engine.traffic import EVERY, SECOND_NS, Result, Traffic, look, make, score
from benchmarks.traffic import tracker_of
from tocsin.messages import TrackState
from tocsin.tracking import warm

ROOT = Path(__file__).resolve().parents[2]
PEERS = {
    "Stone Soup GNN": ("stonesoup", "gnn"),
    "Stone Soup JPDA": ("stonesoup", "jpda"),
    "norfair": ("norfair", "norfair"),
}
# scenario, targets, seeds (none is 1, on which settings were chosen), peers beside norfair
SKIES = (
    ("base", 100, (11, 12, 13), ("gnn", "jpda")),
    ("base", 500, (11,), ("gnn",)),
    ("dense", 50, (11, 12), ("gnn", "jpda")),
    ("dense1s", 50, (11, 12, 13), ("gnn", "jpda")),
    ("crossing", 40, (11, 12, 13), ("gnn", "jpda")),
    ("formation", 40, (11, 12, 13), ("gnn", "jpda")),
)
Figures = dict[str, list[Result]]


def ours(traffic: Traffic) -> Result:
    """tocsin, with the settings of benchmarks/traffic.py for all traffic."""
    tracker = tracker_of(traffic.scenario, traffic.n, traffic.side_m)
    step, number, place, seconds = [], [], [], 0.0
    for k, z in enumerate(traffic.scans):
        time_ns = round((1.0 + k * traffic.scenario.period_s) * SECOND_NS)
        one = look(time_ns, z)
        begin = time.process_time()
        tracker.advance(one)
        tracker.tick(time_ns + 1)
        picture = tracker.picture(time_ns)
        seconds += time.process_time() - begin
        shown = (picture.existence >= 0.5) & (picture.state != TrackState.LOST)
        step.append(np.full(int(shown.sum()), k))
        number.append(picture.track[shown])
        place.append(picture.position_m[shown][:, :2])
    return score(traffic, np.concatenate(step), np.concatenate(number), np.concatenate(place), seconds)


def theirs(traffic: Traffic, who: str, folder: Path) -> tuple[Result, str]:
    """A peer, as a program of its own, and its version."""
    environment, config = PEERS[who]
    source, target = folder / "traffic.npz", folder / "out.npz"
    traffic.save(source)
    python = ROOT / ".cache" / environment / "bin" / "python"
    program = Path(__file__).with_name("peers.py")
    subprocess.run([python, program, config, source, target], check=True, stdout=subprocess.DEVNULL)
    out = np.load(target)
    result = score(traffic, out["step"], out["number"], out["place"], float(out["seconds"]))
    return result, f"{environment} {out['version']}"


def skies(quick: bool, folder: Path) -> str:
    """All traffic, all trackers."""
    for environment in ("stonesoup", "norfair"):
        subprocess.run(["sh", ROOT / "tools" / f"{environment}.sh"], check=True)
    rows, groups, versions, better = [], [], set(), []
    for name, n, seeds, peers in SKIES:
        if quick and n > 100:
            continue
        figures: Figures = {"tocsin": []}
        for seed in seeds[:1] if quick else seeds:
            traffic = make(name, n, seed)
            figures["tocsin"].append(ours(traffic))
            for who, (_, config) in PEERS.items():
                if config in (*peers, "norfair"):
                    result, version = theirs(traffic, who, folder)
                    figures.setdefault(who, []).append(result)
                    versions.add(version)
        print(name, n, {who: (round(_mean(r).gospa_m, 1), _mean(r).switches) for who, r in figures.items()}, flush=True)
        rows += [_row(f"{name}, {n} targets", who, found, figures) for who, found in figures.items()]
        groups.append(
            (f"{name}, {n}", [(who, _mean(r).gospa_m, f"{_mean(r).gospa_m:.1f} m") for who, r in figures.items()])
        )
        better += _better(f"{name}, {n} targets", figures)
    (folder / "engine.svg").write_text(
        page.bars(groups, "GOSPA / sqrt(targets), metres: shorter is better"), encoding="utf-8"
    )
    heads = (
        "traffic",
        "tracker",
        "GOSPA / sqrt(n), m",
        "identity switches",
        "shown of each target",
        "detections/CPU s",
        "tocsin's speed over it",
    )
    words = "; ".join(better) or "nowhere in this table"
    used = ", ".join(sorted(versions))
    seeds = f"Seeds {SKIES[0][2]}, of {SKIES[1][1]} targets {SKIES[1][2]}" if not quick else f"Seed {SKIES[0][2][0]}"
    return (
        f"{seeds}; peers: {used}. Means over seeds, rates medians. c = 100 m, p = 2, from the sixth scan on. "
        "tocsin has one setting for all traffic; Stone Soup's gates were chosen for base and dense1s on seed 1; "
        "norfair was hardly tuned.\n\n"
        f"{page.table(heads, rows)}\n\n![GOSPA of each tracker](engine.svg)\n\n"
        f"**Where a peer is better:** {words}.\n"
    )


def _mean(found: list[Result]) -> Result:
    columns = [[getattr(one, name) for one in found] for name in Result.__slots__]
    gospa, switches, rate, targets = (float(np.mean(column)) for column in columns)
    return Result(gospa, round(switches), float(np.median(columns[2])) if rate else 0.0, targets)


def _row(what: str, who: str, found: list[Result], figures: Figures) -> list[str]:
    one, own = _mean(found), _mean(figures["tocsin"])
    faster = "" if who == "tocsin" else f"{own.rate / one.rate:,.0f} x"
    return [what, who, f"{one.gospa_m:.1f}", str(one.switches), f"{one.targets:.2f}", f"{one.rate:,.0f}", faster]


def _better(what: str, figures: Figures) -> list[str]:
    own, out = _mean(figures["tocsin"]), []
    for who, found in figures.items():
        one = _mean(found)
        if one.gospa_m < own.gospa_m:
            out.append(f"{what}: {who}'s GOSPA is {100 * (1 - one.gospa_m / own.gospa_m):.1f} % lower")
        if one.switches < own.switches:
            out.append(f"{what}: {who} has {own.switches - one.switches} identity switches fewer")
        if one.rate > own.rate:
            out.append(f"{what}: {who} is {one.rate / own.rate:.1f} times as fast")
    return out


def papers(quick: bool, folder: Path) -> str:
    """W15 as given and with fresh seeds, paired; and through the commands."""
    _ = folder
    rows = []
    for base in (meeting.GIVEN, 77):
        for name, runs in {"A": 40, "B": 20, "C": 20, "D": 20}.items():
            count = runs if base == meeting.GIVEN else 40
            which = range(count) if base == meeting.GIVEN else meeting.courses_of(name, count)
            one = meeting.paired(name, which[: count // 4] if quick else which, base)
            print(one, flush=True)
            given = "as given" if base == meeting.GIVEN else f"fresh ({base})"
            row = [f"{name}, {given}", str(one.runs), f"{one.ours:.3f}", f"{one.reference:.3f}", _told(one.ratio)]
            rows.append([*row, f"lag {one.lag}", f"{one.late:.3f}", f"{one.late_reference:.3f}", _told(one.late_ratio)])
    heads = ("set", "runs", "tocsin", "reference", "ratio (95 %)", "lag", "tocsin", "reference", "ratio (95 %)")
    count = 5 if quick else 40
    said = "".join(f"{lag:g}: {meeting.command('A', count, lag):.4f}. " for lag in (0.0, 5.0))
    return (
        "RMS GOSPA, c = 10 m, p = 2. The reference (benchmarks/engine/reference.py) is a textbook form that shares no "
        "line with the tracker; both see the same detections. Set D: clusters are larger than either solves exactly, "
        "and the two "
        "approximate them differently; single runs part by much, to both sides.\n\n"
        f"{page.table(heads, rows)}\n\n"
        f"Set A through `tocsin track --model` and `tocsin score`, {count} runs, RMS by lag: {said}\n"
    )


def _told(ratio: tuple[float, float, float]) -> str:
    return f"{ratio[0]:.4f} ({ratio[1]:.4f} to {ratio[2]:.4f})"


def fast(quick: bool, folder: Path) -> str:
    """Rates and growth."""
    _ = folder
    rates = page.table(("what", "detections/CPU s"), [[name, f"{rate:,.0f}"] for name, rate in speed.rates(quick)])
    sparse, exponent = speed.growth(3_000.0, [100, 1_000, 10_000] if quick else [100, 1_000, 10_000, 100_000])
    dense, steeper = speed.growth(speed.DENSE_M, [100, 1_000, 4_000] if quick else [100, 1_000, 4_000, 16_000, 64_000])
    rows = [
        [what, f"{n:,}", f"{ms:.2f}", f"{1e3 * n / ms:,.0f}"]
        for what, cost in (("3 km", sparse), ("400 m", dense))
        for n, ms in cost
    ]
    table = page.table(("spacing", "targets", "ms a scan", "detections/CPU s"), rows)
    return (
        f"{rates}\n\nGrowth from 1,000 targets on: exponent {exponent:.2f} sparse, {steeper:.2f} at 400 m.\n\n{table}\n"
    )


def kept(quick: bool, folder: Path) -> str:
    """Memory over a day."""
    _ = folder
    hours = 2 if quick else 24
    one, late = speed.memory(hours), speed.memory(1, lag=10)
    rows = [[str(hour), str(components), f"{mb:.0f}"] for hour, components, mb in one.hours]
    shown = [rows[0], *rows[3:-1:4], rows[-1]] if len(rows) > 2 else rows
    table = page.table(("simulated hours", "components", "process, MB"), shown)
    grown = late.hours[-1][2] - one.hours[-1][2]
    return (
        f"A component takes {one.component} bytes of state. 50 targets that come and go, 50 false detections each "
        f"10 s, one mode.\n\n{table}\n\n"
        f"With lag 10 beside it, after one more simulated hour: {grown:+.0f} MB.\n"
    )


def acoustic(quick: bool, folder: Path) -> str:
    """The acoustic networks, which have a program of their own."""
    _ = folder
    program = ROOT / "benchmarks" / "directions" / "acoustic.py"
    asked = ["network", "3600" if quick else "14000", "200" if quick else "500"]
    done = subprocess.run([sys.executable, program, *asked], capture_output=True, text=True, check=False, cwd=ROOT)
    said = done.stdout.strip() or done.stderr.strip()[-500:]
    return f"`python benchmarks/directions/acoustic.py {' '.join(asked)}`\n\n```\n{said}\n```\n"


PARTS: dict[str, tuple[str, Callable[[bool, Path], str]]] = {
    "traffic": ("Air traffic, with peers", skies),
    "papers": ("The meeting targets of Williams (2015)", papers),
    "speed": ("Speed and growth", fast),
    "memory": ("Memory", kept),
    "acoustic": ("Acoustic networks", acoustic),
}


def main() -> None:
    """Measure, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs and smaller sizes: some minutes")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts of the page ({', '.join(PARTS)})")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "benchmarks", help="folder of engine.md")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    warm()
    on, date = page.machine(), datetime.now(UTC).date()
    how = "python -m benchmarks.engine" + (" --quick" if arguments.quick else "")
    how += f" --only {arguments.only}" if arguments.only != ",".join(PARTS) else ""
    text = [f"# The engine, measured\n\n`{how}`, {date}. {on}. One core, float64, processor seconds.\n"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in arguments.only.split(","):
            title, part = PARTS[name]
            text.append(f"## {title}\n\n{part(arguments.quick, folder)}")
        drawn = folder / "engine.svg"
        if drawn.exists():
            (arguments.output / "engine.svg").write_bytes(drawn.read_bytes())
    (arguments.output / "engine.md").write_text("\n".join(text), encoding="utf-8")
    print(arguments.output / "engine.md")


if __name__ == "__main__":
    if set(EVERY) < {name for name, *_ in SKIES}:
        sys.exit("a scenario is unknown")
    main()
