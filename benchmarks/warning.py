"""How well places are warned, over the scenario library: every row of what was promised, with seeds, as one page.

    python -m benchmarks.warning                      all scenarios, seed 1, 1,800 s each; docs/benchmarks/warning.md
    python -m benchmarks.warning ballistic-pair port --seeds 2 --seconds 900
    python -m benchmarks.warning --page               the page again, of the nights that were played already

Nights are played through `advance` exactly as live (tocsin.cluster.warned). A night that was played is kept under
.cache/warning and not played again by the same code; `--again` plays it anew.
"""

import argparse
import json
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.cluster.night import Job
from tocsin.cluster.warned import Warned, warned
from tocsin.score.warning.bounds import Bounded, quantile, rate, share
from tocsin.score.warning.operators import ALARMS_MAX, load
from tocsin.score.warning.scorecard import score_warnings
from tocsin.settings import Alerting
from tocsin.wire import encode

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".cache/warning"
PAGE = ROOT / "docs/benchmarks/warning.md"
LEFT_OUT = ("peaceful-week",)  # a week of nothing: its false alerts are those of the half-real nights
FAULTS = ("all-cut", "half-lost", "shared-link", "poisoned-sensor", "phantom-swarm")
GROUPS = ("ballistic", "missile", "drone")
LONG_S = 600.0
BARS = {"ballistic": "2 looks + 2 s", "missile": "15 s", "drone": "45 s"}


def played(name: str, seed: int, seconds: float) -> dict[str, Any]:
    """One night as plain numbers."""
    path = ROOT / "scenarios" / f"{name}.toml"
    begin = time.process_time()
    found = warned(Job(name, path.read_text(encoding="utf-8"), str(path.parent), seed, seconds))
    return plain(found) | {"cpu_s": round(time.process_time() - begin, 1)}


def plain(found: Warned) -> dict[str, Any]:
    """The numbers that are pooled."""
    score = score_warnings(
        found.truth, found.places, found.alerts, knowable=found.knowable, told=found.about, end_ns=found.end_ns
    )
    one = score.entries
    entries = [
        {
            "group": one.group[k],
            "place": found.places.names[int(one.place[k])],
            "possible_s": round(float(one.possible_s[k]), 1),
            "lead_s": round(float(one.lead_s[k]), 1),
            "delay_s": round(float(one.delay_s[k]), 1) if one.warned[k] else None,
            "counted": bool(one.counted[k]),
            "warned": bool(one.warned[k]),
            "blind": found.places.names[int(one.place[k])] in found.blind,
        }
        for k in range(len(one))
    ]
    false = [
        {
            "audience": line.audience,
            "stage": line.stage,
            "unit": line.unit,
            "alerts": line.alerts,
            "count": line.rate.count,
            "of": line.rate.of,
            "by_class": list(line.by_class),
        }
        for line in score.false_alerts
    ]
    heard = load("", found.sounded_ns, found.seconds)
    loads = [{"operator": heard.operator, "worst": heard.worst, "per_hour": heard.per_hour}]
    return {
        "scenario": found.name,
        "seed": found.seed,
        "seconds": found.seconds,
        "places": len(found.places.names),
        "entries": entries,
        "false": false,
        "loads": loads,
        "rules": sha256(encode(Alerting())).hexdigest()[:16],
    }


def page(nights: list[dict[str, Any]]) -> str:
    """The results page."""
    entries = [one | {"scenario": night["scenario"]} for night in nights for one in night["entries"]]
    rules = sorted({str(night.get("rules", "not noted")) for night in nights})
    lines = [
        "# How well places are warned",
        "",
        "Made by `python -m benchmarks.warning`; nobody edits it by hand. Nights are simulated, played through",
        "`advance` exactly as live, and set against an oracle: the same forecast and rule, fed the truth of what was",
        "seeable.",
        f"SHA-256 of the rules, `settings.Alerting`: {', '.join(rules)}. Lead ends at the entry into the ring.",
        "",
        f"{len(nights)} nights: "
        + ", ".join(f"{n['scenario']} {n['seed']} ({n['seconds']:g} s)" for n in nights)
        + ".",
        "",
        "## Warned in time",
        "",
        "| threats | entries | missed | delay behind the oracle, median, p90 | bar | lead / possible, median, p10 |",
        "|---|---|---|---|---|---|",
    ]
    fair = [one for one in entries if one["scenario"] not in FAULTS]
    lines += [_group(group, [one for one in fair if one["group"] == group]) for group in GROUPS]
    lines += [
        "",
        "Bars: missed 0; lead / possible, where that is 600 s or more: median 97 %, p10 90 %.",
        "",
        "With faults of sensors and lines:",
        "",
    ]
    lines += ["| scenario | entries | missed | of these never shown as blind |", "|---|---|---|---|"]
    for name in [name for name in FAULTS if any(night["scenario"] == name for night in nights)]:
        some = [one for one in entries if one["scenario"] == name]
        missed = [one for one in some if one["counted"] and not one["warned"]]
        silent = sum(not one["blind"] for one in missed)
        lines.append(f"| {name} | {len(some)} | {len(missed)} | {silent} |")
    lines += ["", "## Said for nothing", "", "No threat enters within half an hour; one object counts once.", ""]
    lines += ["| audience, stage | alerts | false | rate, 95 % bounds | what it was |", "|---|---|---|---|---|"]
    for k, (audience, stage) in enumerate((("public", "warning"), ("staff", "warning"), ("staff", "watch"))):
        lines.append(_false(audience, stage, [night["false"][k] for night in nights]))
    lines += ["", "A public one here: the alert rests on enough independent paths to be released.", ""]
    lines += ["## Annunciations", "", "| night | most in ten minutes |", "|---|---|"]
    for night in nights:
        worst = max((load["worst"] for load in night["loads"]), default=0)
        lines.append(f"| {night['scenario']} {night['seed']} | {worst} |")
    lines += ["", f"Bar: {ALARMS_MAX} for one operator. Counted is what sounded; a watch is shown, and never heard.", ""]
    return "\n".join(lines)


def _group(name: str, some: list[dict[str, Any]]) -> str:
    counted = [one for one in some if one["counted"]]
    missed = share(sum(not one["warned"] for one in counted), len(counted))
    delay = np.array([np.inf if one["delay_s"] is None else one["delay_s"] for one in counted])
    long = [one for one in some if one["possible_s"] >= LONG_S]
    ratio = np.array([min(max(one["lead_s"] / one["possible_s"], 0.0), 1.0) for one in long])
    told = f"{quantile(delay, 0.5):.0f} s, {quantile(delay, 0.9):.0f} s" if len(delay) else "-"
    leads = f"{quantile(ratio, 0.5):.1%}, {quantile(ratio, 0.1):.1%} of {len(long)}" if long else "-"
    return f"| {name} | {len(some)} | {_of(missed)} | {told} | {BARS[name]} | {leads} |"


def _of(one: Bounded) -> str:
    return f"{one.count} of {one.of:.0f} (at most {one.high:.1%})" if one.of else "-"


def _false(audience: str, stage: str, some: list[dict[str, Any]]) -> str:
    count, of = sum(one["count"] for one in some), sum(one["of"] for one in some)
    bounded = rate(count, of)
    classes: dict[str, int] = {}
    for one in some:
        for kind, many in one["by_class"]:
            classes[kind] = classes.get(kind, 0) + many
    told = ", ".join(f"{kind} {many}" for kind, many in sorted(classes.items())) or "-"
    alerts = sum(one["alerts"] for one in some)
    per = f"{bounded.value:.3g} ({bounded.low:.3g} to {bounded.high:.3g}) a {some[0]['unit']}" if some else "-"
    return f"| {audience}, {stage} | {alerts} | {count} | {per} | {told} |"


def kept(folder: Path) -> list[dict[str, Any]]:
    """The nights that were played, in order of name and seed."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda one: (one["scenario"], one["seed"]))


def main() -> None:
    """Play what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1_800.0)
    parser.add_argument("--page", action="store_true", help="write the page of what was played, and nothing else")
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    every = sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml") if path.stem not in LEFT_OUT)
    names = [] if asked.page else asked.scenarios or every
    for name in names:
        for seed in range(1, asked.seeds + 1):
            path = KEPT / f"{name}-{seed}.json"
            if asked.again or not path.exists():
                night = played(name, seed, asked.seconds)
                path.write_text(json.dumps(night, indent=1), encoding="utf-8")
                print(f"{name} {seed}: {len(night['entries'])} entries, {night['cpu_s']:.0f} s of CPU", flush=True)
    PAGE.write_text(page(kept(KEPT)), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
