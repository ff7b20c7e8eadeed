"""The gate of warnings: stretches of nights by the frozen rule file, whose scores may not get worse beyond noise.

Short, because they cost a minute of every run: rings reached by drones, and by rockets that are already up when the
watch begins; and a raid that is none.
"""

from pathlib import Path
from typing import Any

import numpy as np

from tests.golden import gate
from tests.golden.gate import ROOT, Score
from tocsin.cluster.night import Job
from tocsin.cluster.warned import Warned, warned
from tocsin.score.warning.bounds import quantile
from tocsin.score.warning.operators import load
from tocsin.score.warning.scorecard import score_warnings
from tocsin.settings import Alerting
from tocsin.site import rules
from tocsin.wire import rules_digest

FROZEN = ROOT / "tests/golden/scores/warnings.json"
RULES = ROOT / "tests/golden/scores/rules.toml"
HEAD = """# The frozen rules: every warning score of the project is by these, frozen before seeds are drawn.
# They say what tocsin comes with; tools/freeze_scores.py writes them anew, with a reason.
"""
STRETCHES = {
    "behind-the-ridge": (0.0, 190.0),
    "contested-strike": (100.0, 345.0),
    "ballistic-pair-no-cue": (420.0, 585.0),
    "shared-link": (190.0, 330.0),
}
SEEDS = (1,)
NOISE_SEEDS = (11,)
TICK_S = 2.0
SCORES = (
    Score("warning", "missed", "lower", 0.3, "entries without a warning, a night"),
    Score("warning", "delay_p90_s", "lower", 4.0, "delay behind the oracle, 90 %, s"),
    Score("warning", "lead_median_s", "higher", 4.0, "lead before the entry, median, s"),
    Score("warning", "false.public.warning", "lower", 0.3, "false: public, a night"),
    Score("warning", "false.staff.warning", "lower", 0.8, "false: staff warnings, a night"),
    Score("warning", "false.staff.watch", "lower", 1.0, "false: watches, a night"),
    Score("warning", "annunciations", "lower", 1.0, "annunciations in ten minutes, the most"),
)


def play(name: str, seed: int) -> dict[str, Any]:
    """The figures of one stretch."""
    path = ROOT / "scenarios" / f"{name}.toml"
    from_s, until_s = STRETCHES[name]
    job = Job(name, path.read_text(encoding="utf-8"), str(path.parent), seed, until_s, TICK_S)
    (one,) = warned(job, (rules.read(RULES),), from_s)
    return {"warning": figures(one), "simulated": f"{len(one.truth)} rows of truth"}


def figures(one: Warned) -> dict[str, float | None]:
    """What is held of a night; None where nothing could be counted."""
    score = score_warnings(one.truth, one.places, one.alerts, knowable=one.knowable, told=one.about, end_ns=one.end_ns)
    found = score.entries
    span_s = (one.end_ns - one.begin_ns) / 1e9
    # one that was never warned of was late by all the time there was: else a late warning is worse than none
    late = np.where(found.warned, found.delay_s, found.possible_s)[found.counted]
    return {
        "missed": float((found.counted & ~found.warned).sum()),
        "delay_p90_s": round(quantile(late, 0.9), 3) if len(late) else None,
        "lead_median_s": round(quantile(found.lead_s[found.warned], 0.5), 3) if found.warned.any() else None,
        **{f"false.{line.audience}.{line.stage}": float(line.rate.count) for line in score.false_alerts},
        "annunciations": float(load("", np.array(sorted(one.sounded_ns), dtype=np.int64), span_s).worst),
    }


def played(seeds: tuple[int, ...] = SEEDS) -> list[dict[str, Any]]:
    """All stretches of these seeds."""
    out = []
    for name in STRETCHES:
        for seed in seeds:
            result = play(name, seed)
            held = {score.name: score.of(result) for score in SCORES}
            out.append({"scenario": name, "seed": seed, "simulated": result["simulated"], "scores": held})
            print(f"{name} {seed}: {held}", flush=True)
    return out


def freeze(reason: str) -> dict[str, Any]:
    """Play, with other seeds for the noise; the rules are those that tocsin comes with."""
    RULES.write_text(HEAD + rules.text(Alerting()), encoding="utf-8")
    nights = played()
    noise = gate.tolerances([*nights, *played(NOISE_SEEDS)], SCORES, len(nights))
    held = {
        "format": gate.FORMAT,
        "reason": reason,
        "rules": rules_digest(rules.read(RULES)),
        "nights": nights,
        "means": gate.means(nights, SCORES),
        "tolerances": noise,
    }
    held["digest"] = gate.digest(held)
    return held


def worse(held: dict[str, Any], nights: list[dict[str, Any]]) -> list[str]:
    """A line for each score that got worse beyond noise, and for rules that are not those that were frozen."""
    found = gate.worse(held, nights, SCORES)
    if held["rules"] != rules_digest(rules.read(RULES)):
        found.insert(0, f"{RULES.name} holds other rules than those that were frozen: by them no score can be compared")
    return found


def summary(held: dict[str, Any]) -> tuple[str, ...]:
    """For people."""
    spans = ", ".join(f"{name} ({begin:g} to {end:g} s)" for name, (begin, end) in STRETCHES.items())
    return (
        "## Warnings",
        "",
        f"Stretches: {spans}.",
        f"Seed {', '.join(map(str, SEEDS))}, noise by {', '.join(map(str, NOISE_SEEDS))}; a Tick every {TICK_S:g} s.",
        f"By one rule file, `rules.toml`, SHA-256 of what it says: `{held['rules']}`.",
        "",
        f"Frozen because: {held['reason']}",
        "",
        "| score | mean | noise | better is |",
        "|---|---|---|---|",
        *gate.rows(held, SCORES),
        "",
        f"SHA-256 of `warnings.json` without its digest: `{held['digest']}`",
        "",
    )


def frozen(path: Path = FROZEN) -> dict[str, Any]:
    """What was frozen."""
    return gate.frozen(path)
