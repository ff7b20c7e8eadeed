"""The results page: each row of what was promised with its bar, its figure, the seeds and the command."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.warning.playing import Night
from benchmarks.warning.pooling import Missed, Pooled, Wrong, calibrated, missed, points, worst_bells, wrong
from benchmarks.warning.stretches import FAULTS, STRETCHES, frozen
from tocsin.score.report.page import figure
from tocsin.score.report.thresholds import curve_svg
from tocsin.score.thresholds.bench import Point, front
from tocsin.score.warning.bounds import Bounded
from tocsin.score.warning.lead import LONG_S
from tocsin.score.warning.operators import ALARMS_MAX
from tocsin.wire import rules_digest

COMMAND = "`python -m benchmarks.warning`"
LOOKS_S = 22.0  # two looks of the long-range radar (10 s a turn), and 2 s
GROUPS = (("ballistic", "ballistic", LOOKS_S), ("missile", "missiles", 15.0), ("drone", "drones", 45.0))
ELSEWHERE = Path(__file__).with_name("elsewhere.toml")  # rows that other commands measured


def page(nights: Sequence[Night], found: Pooled) -> str:
    """All of it."""
    rules = rules_digest(nights[0].warned[0].rules)
    seeds = ", ".join(str(one) for one in sorted({night.seed for night in nights}))
    curve = points(nights)
    parts = [
        _head(nights, rules),
        _rows(nights, found, seeds, rules),
        _faults(found),
        _false(found),
        _forecast(found),
        _curve(curve),
        _nights(nights, found),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(nights: Sequence[Night], rules: str) -> list[str]:
    codes = sorted({night.code for night in nights})
    hours = sum(night.until_s - night.from_s for night in nights) / 3600.0
    return [
        "# How well places are warned",
        "",
        f"Made by {COMMAND}; nobody edits it by hand. {len(nights)} nights, {hours:.1f} h, are simulated, played",
        "through `advance` exactly as live, and set against an oracle: the same forecast and the same rules, fed the",
        "truth of what was seeable. A Tick comes each 2 s, live each second: decisions here come up to a second later.",
        "What flies is known for half an hour longer than was played, so that what was said last is judged as well.",
        "",
        f"One rule file for all of it: `tests/golden/scores/rules.toml`, SHA-256 `{rules}`.",
        f"Code that thought: {', '.join(f'`{one}`' for one in codes)}. CPU: {sum(one.cpu_s for one in nights):.0f} s.",
        *_since(rules),
        "",
    ]


def _since(rules: str) -> list[str]:
    """Whether the rules are still those by which these nights were played."""
    now = rules_digest(frozen())
    if now == rules:
        return []
    return ["", f"**The rule file has changed since (`{now[:16]}`): these nights are to be played again.**"]


def _rows(nights: Sequence[Night], found: Pooled, seeds: str, rules: str) -> list[str]:
    """The table of what was promised."""
    fair = {name: missed(found.group(name, without=FAULTS)) for name, _, _ in GROUPS}
    shells = missed(found.group("shell", without=FAULTS))
    lines = [
        "## What was promised, and what came",
        "",
        "| what | bar | figure | met | seeds | command |",
        "|---|---|---|---|---|---|",
    ]

    def row(what: str, bar: str, came: str, met: bool | None, command: str = COMMAND) -> None:
        said = {True: "yes", False: "**no**", None: "-"}[met]
        lines.append(f"| {what} | {bar} | {came} | {said} | {seeds} | {command} |")

    for key, name, bar_s in GROUPS:
        one = fair[key]
        bar = "2 looks + 2 s: 22 s" if key == "ballistic" else f"{bar_s:g} s"
        row(f"delay behind the oracle, {name}, p90", bar, _delay(one), _most(one.delay_p90_s, bar_s))
    every = missed([entry for name, _, _ in GROUPS for entry in found.group(name, without=FAULTS)])
    row(f"lead / possible where {LONG_S:g} s or more, median", "97 %", _ratio(every.ratio_median, every.long),
        _least(every.ratio_median, 0.97))  # fmt: skip
    row("the same, p10", "90 %", _ratio(every.ratio_p10, every.long), _least(every.ratio_p10, 0.90))
    for key, name, _ in GROUPS:
        one = fair[key]
        met = one.missed.count == 0 if one.missed.of else None
        row(f"missed, {name}", "0", f"{_share(one.missed)} ({one.entries} entries)", met)
    dark = [one for one in found.entries if one.scenario in FAULTS and one.counted and not one.warned]
    silent = sum(not one.blind for one in dark)
    faulty = any(one.scenario in FAULTS for one in found.entries)
    came = f"{silent} of {len(dark)} missed" if faulty else "no such night was played"
    row("missed under faults and never shown as blind", "0", came, silent == 0 if faulty else None)
    row("shells: staff alarm", "none", f"missed {_share(shells.missed)}; delay: {_delay(shells)}", None)
    for audience, stage in (("public", "warning"), ("staff", "warning"), ("staff", "watch")):
        said = _wrong(wrong(found.scores, audience, stage))
        row(f"false in these nights, {audience}, {stage}", "none: see recorded flights", said, None)
    row("one frozen rule file", "one for all rows", f"`{rules[:16]}`", len({_rules(one) for one in nights}) == 1)
    bells = [(worst_bells(night), night.scenario) for night in nights]
    most = max(bells)
    row("annunciations for one operator in ten minutes", f"{ALARMS_MAX}", f"{most[0]} ({most[1]})",
        most[0] <= ALARMS_MAX)  # fmt: skip
    lines += [
        f"| {one['what']} | {one['bar']} | {one['figure']} | {one['met']} | {one['seeds']} | `{one['command']}` |"
        for one in tomllib.loads(ELSEWHERE.read_text(encoding="utf-8"))["row"]
    ]
    return [*lines, ""]


def _rules(night: Night) -> str:
    return rules_digest(night.warned[0].rules)


def _most(value: float, bar: float) -> bool | None:
    return None if np.isnan(value) else value <= bar


def _least(value: float, bar: float) -> bool | None:
    return None if np.isnan(value) else value >= bar


def _delay(one: Missed) -> str:
    if np.isnan(one.delay_p90_s):
        return "nothing was knowable for long enough"
    return f"{one.delay_p90_s:.0f} s (median {one.delay_median_s:.0f} s, {one.missed.of:.0f} entries)"


def _ratio(value: float, of: int) -> str:
    return f"{value:.1%} of {of} entries" if of else "none was knowable for so long"


def _share(one: Bounded) -> str:
    return f"{one.count} of {one.of:.0f} (at most {one.high:.1%})" if one.of else "none was knowable for long enough"


def _wrong(one: Wrong) -> str:
    return (
        f"{one.rate.value:.3g} ({one.rate.low:.3g} to {one.rate.high:.3g}) a {one.unit}: {one.rate.count} of "
        f"{one.alerts} alerts"
    )


def _faults(found: Pooled) -> list[str]:
    lines = ["## Under faults of sensors and lines", ""]
    lines += ["| scenario | entries | missed | of these never shown as blind | false: public, staff warning, watch |"]
    lines += ["|---|---|---|---|---|"]
    for name in FAULTS:
        scores = [pair for pair in found.scores if pair[0].scenario == name]
        some = [one for one in found.entries if one.scenario == name]
        lost = [one for one in some if one.counted and not one.warned]
        if scores:
            false = ", ".join(
                str(wrong(scores, *which).rate.count)
                for which in (("public", "warning"), ("staff", "warning"), ("staff", "watch"))
            )
            lines.append(f"| {name} | {len(some)} | {len(lost)} | {sum(not one.blind for one in lost)} | {false} |")
    return [*lines, ""]


def _false(found: Pooled) -> list[str]:
    lines = [
        "## Said for nothing",
        "",
        "No threat is inside or enters within half an hour; one object counts once.",
        "",
    ]
    lines += [
        "| audience, stage | alerts | false | in a first minute | rate, 95 % bounds | what it was about |",
        "|---|---|---|---|---|---|",
    ]
    for audience, stage in (("public", "warning"), ("staff", "warning"), ("staff", "watch")):
        one = wrong(found.scores, audience, stage)
        about = ", ".join(f"{kind} {many}" for kind, many in one.by_class) or "-"
        per = f"{one.rate.value:.3g} ({one.rate.low:.3g} to {one.rate.high:.3g}) a {one.unit}"
        lines.append(f"| {audience}, {stage} | {one.alerts} | {one.rate.count} | {one.cold} | {per} | {about} |")
    lines += [
        "",
        "A public one: it rests on enough independent paths to be told to the public. In a first minute: a stretch",
        "begins in the middle of a night with a tracker that knows nothing: all appears at once, and nobody is known.",
        "",
    ]
    return lines


def _forecast(found: Pooled) -> list[str]:
    one = calibrated(found.scores)
    said = (
        f"P(entry in 10 min), {one.forecasts} forecasts (one for each object, place and ten minutes): calibration "
        f"error {one.error:.1%}, Brier score {one.brier:.3f}, skill over straight flight {one.skill:.2f}. "
        "Few targets fly here: [forecast](forecast.md) has the bars and the numbers that they need."
    )
    lines = [
        "## Forecasts in these nights",
        "",
        said,
        "",
        "| median time to entry | interval | held, 95 % bounds | of | median width |",
        "|---|---|---|---|---|",
    ]
    for low, high, expected, held, width_s in one.intervals:
        came = f"{held.value:.0%} ({held.low:.0%} to {held.high:.0%})" if held.of else "-"
        lines.append(f"| {low:g} to {high:g} min | {expected:.0%} | {came} | {held.of:g} | {figure(width_s)} s |")
    return [*lines, ""]


def _curve(curve: Sequence[Point]) -> list[str]:
    best = {one.name for one in front(curve)}
    lines = [
        "## Missed against false",
        "",
        "The same nights by other rule files: all bounds of chance times a factor, and tracks that must be seen twice",
        "as often. *: no other one has fewer missed, fewer false and a longer lead. `tocsin thresholds` draws it of",
        "any nights.",
        "",
        "![Missed against false](warning.svg)",
        "",
        "| rules | missed | median lead | delay p90 | false a place-month | public | watch a place-day | at warning |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in sorted(curve, key=lambda one: one.warning.value):
        star = " *" if one.name in best else ""
        lead = one.lead
        lines.append(
            f"| {one.name}{star} | {lead.missed.count}/{lead.missed.of:g} | {figure(round(lead.lead_median_s))} s | "
            f"{figure(lead.delay_p90_s)} s | {figure(one.warning.value)} ({figure(one.warning.low)} to "
            f"{figure(one.warning.high)}) | {one.public.count} | {figure(one.watch.value)} | {one.standing:.1%} |"
        )
    return [*lines, ""]


def _nights(nights: Sequence[Night], found: Pooled) -> list[str]:
    lines = [
        "## The nights",
        "",
        "| scenario | seed | played | why so | entries | missed | false: public, warning, watch | bells in 10 min |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for night, score in found.scores:
        some = score.entries
        lost = int((some.counted & ~some.warned).sum())
        false = ", ".join(str(one.rate.count) for one in score.false_alerts)
        lines.append(
            f"| {night.scenario} | {night.seed} | {night.from_s:g} to {night.until_s:g} s | "
            f"{STRETCHES[night.scenario][2] or 'the whole'} | {len(some)} | {lost} | {false} | {worst_bells(night)} |"
        )
    missing = [name for name in STRETCHES if name not in {night.scenario for night in nights}]
    if missing:
        lines += ["", f"**Not played: {', '.join(missing)}.**"]
    return lines


def drawing(curve: Sequence[Point], path: Path) -> None:
    """The curve as SVG, with its own colours."""
    path.write_text(curve_svg(curve), encoding="utf-8")
