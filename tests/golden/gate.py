"""The gate: frozen nights whose scores may not get worse beyond noise. Frozen by tools/freeze_scores.py.

Noise is what other seeds of the same nights make of the same tracker: a change that is neither better nor worse moves
the mean over all nights by about that much. Worse by more than NOISES of it is worse.
"""

import json
import math
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import fmean, pvariance
from typing import Any

from tocsin.cluster.night import Job, play

ROOT = Path(__file__).resolve().parents[2]
FROZEN = ROOT / "tests/golden/scores/frozen.json"
SUMMARY = ROOT / "tests/golden/scores/README.md"
FORMAT = 1
NOISES = 2.0
SECONDS = 240.0
NIGHTS = ("demo-night", "circling", "behind-the-ridge", "ballistic-pair", "poisoned-sensor")
SEEDS = (1, 2)
NOISE_SEEDS = (11, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class Score:
    """One score that is held: from which rows, which way is better, the least tolerance, and what it is."""

    part: str  # "rows": of all that flew; "seeable": of what could be seen
    key: str
    better: str  # "lower", "higher" or "one": the nearer to `right`
    least: float
    words: str
    right: float = 0.0

    @property
    def name(self) -> str:
        """As it stands in the frozen file."""
        return f"{self.part}.{self.key}"

    def of(self, result: dict[str, Any]) -> float | None:
        """Its value in a night's result; smaller is better whatever it is. None where it could not be computed."""
        value: float | None = result[self.part].get(self.key)
        if value is None:
            return None
        if self.better == "one":
            return abs(value - self.right)
        return -value if self.better == "higher" else value

    def shown(self, value: float) -> float:
        """For people: as it is called."""
        return -value if self.better == "higher" else value


SCORES = (
    Score("seeable", "gospa.rms_m", "lower", 20.0, "GOSPA of what could be seen, m"),
    Score("seeable", "gospa.localisation_m", "lower", 5.0, "how far off, m"),
    Score("seeable", "trajectory_gospa.mean_m", "lower", 20.0, "trajectory GOSPA, m"),
    Score("seeable", "siap.completeness", "higher", 0.005, "share of seeable target time that is tracked"),
    Score("seeable", "siap.spuriousness", "lower", 0.005, "share of shown track time that follows nothing"),
    Score("seeable", "siap.longest_track", "higher", 0.005, "share of a target's life on its longest track"),
    Score("seeable", "clear.switches", "lower", 0.5, "identity switches a night"),
    Score("seeable", "surveillance.false_tracks", "lower", 0.5, "false tracks a night"),
    Score("seeable", "surveillance.initiation_median_s", "lower", 1.0, "seconds until a target is found, median"),
    Score("seeable", "errors.horizontal_m.rms", "lower", 5.0, "RMS error over the ground, m"),
    Score("seeable", "nees.mean", "one", 0.1, "how far the mean NEES is from 3", right=3.0),
)


def job(name: str, seed: int) -> Job:
    """A frozen night."""
    path = ROOT / "scenarios" / f"{name}.toml"
    return Job(name, path.read_text(encoding="utf-8"), str(path.parent), seed, SECONDS)


def played(seeds: tuple[int, ...] = SEEDS) -> list[dict[str, Any]]:
    """All frozen nights of these seeds, with the scores that are held."""
    out = []
    for name in NIGHTS:
        for seed in seeds:
            result = play(job(name, seed))
            held = {score.name: score.of(result) for score in SCORES}
            out.append({"scenario": name, "seed": seed, "simulated": result["simulated"], "scores": held})
            print(f"{name} {seed}: {result['detections']} detections", flush=True)
    return out


def means(nights: list[dict[str, Any]], scores: tuple[Score, ...] = SCORES) -> dict[str, float]:
    """Each score, averaged over the nights in which it could be computed."""
    values = {score.name: [one["scores"][score.name] for one in nights] for score in scores}
    return {name: fmean([one for one in some if one is not None] or [math.nan]) for name, some in values.items()}


def tolerances(
    nights: list[dict[str, Any]], scores: tuple[Score, ...] = SCORES, held: int = len(NIGHTS) * len(SEEDS)
) -> dict[str, float]:
    """How much each mean over the `held` nights may grow: NOISES of the spread over seeds within each scenario."""
    out = {}
    for score in scores:
        spreads = []
        for name in dict.fromkeys(one["scenario"] for one in nights):
            values = [one["scores"][score.name] for one in nights if one["scenario"] == name]
            known = [value for value in values if value is not None]
            if len(known) > 1:
                spreads.append(pvariance(known) * len(known) / (len(known) - 1))
        sigma = math.sqrt(fmean(spreads)) if spreads else 0.0
        out[score.name] = max(score.least, NOISES * sigma / math.sqrt(held))
    return out


def frozen(path: Path = FROZEN) -> dict[str, Any]:
    """What was frozen. Raises SystemExit where somebody edited it by hand."""
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if held["digest"] != digest(held):
        raise SystemExit(f"{path} was edited by hand: freeze it by tools/freeze_scores.py --reason '...'")
    return held


def digest(held: dict[str, Any]) -> str:
    """Over everything but itself."""
    rest = {key: value for key, value in held.items() if key != "digest"}
    return sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def worse(held: dict[str, Any], nights: list[dict[str, Any]], scores: tuple[Score, ...] = SCORES) -> list[str]:
    """A line for each score that got worse beyond noise, and for each night that is another."""
    found = []
    for before, now in zip(held["nights"], nights, strict=True):
        if before["simulated"] != now["simulated"]:
            night = f"{before['scenario']} {before['seed']}"
            found.append(f"{night}: another night than the frozen one (the simulation changed)")
    fresh = means(nights, scores)
    for score in scores:
        was, is_now, may = held["means"][score.name], fresh[score.name], held["tolerances"][score.name]
        if not is_now <= was + may:  # NaN is worse, too
            said = f"{score.shown(was):.4g} was frozen, {score.shown(is_now):.4g} now, {may:.3g} is noise"
            found.append(f"{score.words}: {said} ({score.name})")
    return found


def rows(held: dict[str, Any], scores: tuple[Score, ...]) -> list[str]:
    """A line for each score."""
    lines = []
    for score in scores:
        value, may = score.shown(held["means"][score.name]), held["tolerances"][score.name]
        better = {"one": "nearer", "lower": "lower", "higher": "higher"}[score.better]
        lines.append(f"| {score.words} | {value:.4g} | {may:.3g} | {better} |")
    return lines


def summary(held: dict[str, Any], more: tuple[str, ...] = ()) -> str:
    """The frozen scores for people; `more` are lines on others that are frozen beside them."""
    lines = [
        "# Frozen scores",
        "",
        f"Nights of {SECONDS:g} s: {', '.join(NIGHTS)}; seeds {', '.join(map(str, SEEDS))}; a picture every 2 s.",
        "A change may not make a mean worse by more than the noise beside it: twice what other seeds make of it.",
        "",
        f"Frozen because: {held['reason']}",
        "",
        "| score | mean | noise | better is |",
        "|---|---|---|---|",
    ]
    lines += rows(held, SCORES)
    lines += ["", f"SHA-256 of `frozen.json` without its digest: `{held['digest']}`", ""]
    lines += more
    lines += ['Freeze anew, with a reason: `.venv/bin/python tools/freeze_scores.py --reason "..."`', ""]
    return "\n".join(lines)
