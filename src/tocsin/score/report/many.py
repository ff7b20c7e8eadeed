"""The page of many nights: for each score a strip with a dot for each night and a row for each scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.messages import Floats
from tocsin.score.report.page import Section, Tile, figure, number, table
from tocsin.score.report.svg import Axis, Drawing, empty, number_axis

WIDTH, LEFT, RIGHT, TOP, LANE = 960.0, 190.0, 930.0, 40.0, 22.0
# (part, key, words, unit): what a reader wants to see first; the JSON has all.
SHOWN = (
    ("seeable", "gospa.rms_m", "GOSPA of what could be seen", "m"),
    ("seeable", "siap.completeness", "share of seeable target time that is tracked", ""),
    ("seeable", "siap.spuriousness", "share of shown track time that follows nothing", ""),
    ("seeable", "clear.switches", "identity switches", ""),
    ("seeable", "surveillance.false_per_hour", "false tracks an hour", "1/h"),
    ("seeable", "surveillance.initiation_median_s", "until a target is found, median", "s"),
    ("seeable", "errors.horizontal_m.rms", "RMS error over the ground", "m"),
    ("seeable", "nees.mean", "NEES: 3 is right", ""),
    ("seeable", "nees.median", "NEES, median: 2.37 is right", ""),
    ("rows", "siap.completeness", "share of all target time that is tracked", ""),
)
Result = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Spread:
    """One score of one scenario over its nights: NaN where none could be computed. `low`, `high`: 5 % and 95 %."""

    count: int
    mean: float
    low: float
    high: float


def spread(values: Floats) -> Spread:
    """Of the values that are numbers."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Spread(0, float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(known, (0.05, 0.95))
    return Spread(len(known), float(known.mean()), float(low), float(high))


def values_of(results: Sequence[Result], part: str, key: str) -> Floats:
    """One score of each night; NaN where it could not be computed."""
    found = [rows.get(key) if isinstance(rows := one.get(part), dict) else None for one in results]
    return np.array([np.nan if one is None else float(one) for one in found], np.float64)


def _by_scenario(results: Sequence[Result]) -> dict[str, list[Result]]:
    out: dict[str, list[Result]] = {}
    for one in results:
        out.setdefault(str(one["scenario"]), []).append(one)
    return out


def many_tiles(results: Sequence[Result]) -> list[Tile]:
    """How much was played."""
    hours = sum(float(str(one["seconds"])) for one in results) / 3600.0
    detections = sum(int(str(one["detections"])) for one in results)
    return [
        Tile(f"{len(results):,}", "", "nights"),
        Tile(str(count := len(_by_scenario(results))), "", "scenario" if count == 1 else "scenarios"),
        Tile(f"{hours:,.1f}", "h", "of simulated time"),
        Tile(f"{detections:,}", "", "detections"),
    ]


def many_sections(results: Sequence[Result]) -> list[Section]:
    """A strip for each score, then the table."""
    groups = _by_scenario(results)
    if not groups:
        return [Section("Nothing yet", "", empty(["No night could be played: see what was printed."]))]
    caption = "A dot for each night, a bar at the mean of each scenario."
    strips = [
        Section(words[:1].upper() + words[1:], caption, _strip(groups, part, key, words, unit))
        for part, key, words, unit in SHOWN
    ]
    return [*strips, Section("All of these", "Mean, and 5 % to 95 % of the nights.", _table(groups))]


def _strip(groups: Mapping[str, Sequence[Result]], part: str, key: str, words: str, unit: str) -> str:
    found = {name: values_of(some, part, key) for name, some in groups.items()}
    every = np.concatenate(list(found.values()))
    known = every[np.isfinite(every)]
    if not len(known):
        return empty(
            ["This could not be computed in any night: nothing flew that could be seen, or nothing was shown."]
        )
    bottom = TOP + LANE * len(groups)
    drawing = Drawing(WIDTH, bottom + 40.0, words)
    x = number_axis(min(0.0, float(known.min())), float(known.max()), LEFT, RIGHT, 8)
    drawing.frame(x, Axis(0.0, 1.0, bottom, TOP - 10.0, ()), unit, "")
    for lane, (name, values) in enumerate(found.items()):
        at = TOP + LANE * (lane + 0.5)
        drawing.text(LEFT - 10.0, at + 4.0, name, "tick", "end")
        drawing.line(LEFT, at, RIGHT, at, "grid")
        for value, one in zip(values.tolist(), groups[name], strict=True):
            if np.isfinite(value):
                drawing.dot(
                    float(x.at(value)), at, 3.5, "fill localisation pale", f"seed {one['seed']}: {figure(value)}"
                )
        if np.isfinite(values).any():
            mean = float(np.nanmean(values))
            drawing.line(
                float(x.at(mean)), at - 8.0, float(x.at(mean)), at + 8.0, "stroke missed", f"mean {figure(mean)}"
            )
    return drawing.svg()


def _table(groups: Mapping[str, Sequence[Result]]) -> str:
    head = ("scenario", "nights", *(words for _, _, words, _ in SHOWN))
    rows = []
    for name, some in groups.items():
        cells = [spread(values_of(some, part, key)) for part, key, _, _ in SHOWN]
        said = [f"{figure(one.mean)} ({figure(one.low)} to {figure(one.high)})" if one.count else "-" for one in cells]
        rows.append((name, str(len(some)), *said))
    return table(head, rows)


def many_record(results: Sequence[Result]) -> dict[str, object]:
    """Every score of each scenario: mean, 5 %, 95 %, and in how many nights it could be computed."""
    out: dict[str, object] = {}
    for name, some in _by_scenario(results).items():
        scores: dict[str, object] = {}
        for part in ("rows", "seeable"):
            keys = dict.fromkeys(key for one in some if isinstance(rows := one.get(part), dict) for key in rows)
            for key in keys:
                one = spread(values_of(some, part, key))
                scores[f"{part}.{key}"] = [number(one.mean), number(one.low), number(one.high), one.count]
        out[name] = {"nights": len(some), "scores": scores}
    return out
