"""The page of a threshold bench: missed against false against lead, a dot for each rule."""

from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import Final

import numpy as np

from tocsin.score.report.page import Section, Tile, figure, number, percent, table
from tocsin.score.report.svg import Axis, Drawing, empty, number_axis
from tocsin.score.thresholds.bench import Bench, Point, front
from tocsin.score.warning.bounds import Bounded

WIDTH, HEIGHT = 960.0, 420.0
LEFT, RIGHT, TOP, BOTTOM = 74.0, 930.0, 54.0, 366.0
NOTHING_X: Final = 40.0  # pixels right of the axis: where no false alert at all is drawn, which no logarithm has
LEADS_S: Final = (60.0, 180.0, 420.0, 900.0)  # edges between the five shades of a dot
ROWS_MAX: Final = 400
ALONG: Final = (
    "within_s",
    "bounds",
)  # what rules of one line differ in: seconds to the ring, a factor of chances
Measure = Callable[[Point], float]


def threshold_tiles(found: Bench, chosen: Point | None) -> list[Tile]:
    """What a reader should see first."""
    tiles = [
        Tile(str(len(found.points)), "", "rules"),
        Tile(str(len(found.nights)), "", "nights"),
        Tile(f"{found.place_days / 7.0:.3g}", "", "place-weeks"),
    ]
    one = chosen
    if one is not None:
        tiles += [
            Tile(f"{one.lead.missed.count}/{one.lead.missed.of:g}", "", "missed by the chosen rule"),
            Tile(figure(one.warning.value), "", "false warnings a place-month"),
            Tile(figure(round(one.lead.lead_median_s)) if one.lead.entries else "-", "s", "median lead"),
        ]
    return tiles


def threshold_sections(found: Bench, chosen: Point | None) -> list[Section]:
    """The three curves, then every rule."""
    shades = "the darker a dot, the longer the median lead"
    best = front(found.points)
    return [
        Section(
            "Missed against false",
            f"Low and left is good; {shades}. A line joins rules that differ in nothing but their seconds, or in a "
            "factor of all their chances. Point at a dot for its rule; ringed is the one that was chosen.",
            _curve(found.points, chosen, (missed, "entries missed, %"), "Missed against false"),
        ),
        Section(
            "Lead against false",
            "High and left is good: how early, and for how many alerts for nothing.",
            _curve(found.points, chosen, (lead_s, "median lead, s"), "Lead against false"),
        ),
        Section(
            "Rules that no other one beats",
            f"{len(best)} of {len(found.points)}: fewer missed, fewer false and a longer lead cannot be had together. "
            "False: warnings with no threat inside within 30 minutes, one object once.",
            _table(best, chosen),
        ),
        Section("What they were about", "False warnings by what really flew.", _about(best)),
        Section(
            "All rules", f"At most {ROWS_MAX}; the JSON beside this page has all of them.", _table(found.points, chosen)
        ),
    ]


def missed(one: Point) -> float:
    """Entries missed, percent; NaN where none could be."""
    return 100.0 * one.lead.missed.value


def lead_s(one: Point) -> float:
    """The median lead."""
    return one.lead.lead_median_s


def _curve(points: Sequence[Point], chosen: Point | None, what: tuple[Measure, str], title: str) -> str:
    measure, words = what
    drawn = [one for one in points if np.isfinite(measure(one)) and np.isfinite(one.warning.value)]
    if not drawn:
        return empty(["No rule can be drawn here: no threat entered any place, or nothing was ever warned of."])
    drawing = Drawing(WIDTH, HEIGHT, title)
    x = _rates([one.warning.value for one in drawn])
    y = number_axis(0.0, max(1.0, *(measure(one) for one in drawn)), BOTTOM, TOP)
    drawing.frame(x, y, "false warnings, each place-month (a place for a month)", words)
    for line in _lines(drawn):
        at = [_place(x, one.warning.value) for one in line]
        drawing.path(np.array(at), y.at(np.array([measure(one) for one in line])), "stroke axis-line")
    for one in drawn:
        at_x, at_y = _place(x, one.warning.value), float(y.at(measure(one)))
        if one is chosen:
            drawing.dot(at_x, at_y, 10.0, "ring")
        drawing.dot(at_x, at_y, 5.0, f"fill shade{_shade(one)}", _tip(one))
    edges = [f"under {LEADS_S[0]:g} s", *(f"{a:g} to {b:g} s" for a, b in pairwise(LEADS_S))]
    key = [(f"fill shade{index}", text) for index, text in enumerate([*edges, f"{LEADS_S[-1]:g} s and more"])]
    drawing.legend(LEFT, 14, [("fill axis-key", "median lead:"), *key])
    return drawing.svg()


def _rates(values: Sequence[float]) -> Axis:
    """Powers of ten; none at all has a place of its own at the left."""
    some = [value for value in values if value > 0.0] or [1.0]
    low, high = np.floor(np.log10(min(some)) + 1e-9), np.ceil(np.log10(max(some)) - 1e-9)
    high = max(high, low + 1.0)
    powers = np.arange(low, high + 0.5)
    each = (RIGHT - LEFT - 2.0 * NOTHING_X) / (high - low)
    before = float(low - 2.0 * NOTHING_X / each)
    ticks = [(float(low - NOTHING_X / each), "none"), *((float(power), f"{10.0**power:,.6g}") for power in powers)]
    return Axis(before, float(high), LEFT, RIGHT, tuple(ticks))


def _place(x: Axis, rate: float) -> float:
    return float(x.at(np.log10(rate))) if rate > 0.0 else LEFT + NOTHING_X


def _lines(points: Sequence[Point]) -> list[list[Point]]:
    """Points of one family that differ in one of ALONG alone, in its order."""
    groups: dict[tuple[object, ...], list[Point]] = {}
    for one in points:
        for along in ALONG:
            if along in one.settings:
                rest = tuple((key, value) for key, value in one.settings.items() if key != along)
                groups.setdefault((along, *rest), []).append(one)
    return [
        sorted(group, key=lambda one, along=str(key[0]): float(str(one.settings[along])))  # type: ignore[misc]
        for key, group in groups.items()
    ]


def _shade(one: Point) -> int:
    lead = one.lead.lead_median_s
    return int(np.searchsorted(LEADS_S, lead, side="right")) if np.isfinite(lead) else 0


def _tip(one: Point) -> str:
    lead = f"lead {figure(round(lead_s(one)))} s, " if np.isfinite(lead_s(one)) else ""
    share = f"missed {one.lead.missed.count} of {one.lead.missed.of:g}, {lead}"
    return f"{one.name}: {share}{one.warning.count} false ({figure(one.warning.value)} a place-month)"


def _between(one: Bounded, scale: float = 1.0) -> str:
    return f"{figure(scale * one.low)} to {figure(scale * one.high)}"


def _table(points: Sequence[Point], chosen: Point | None) -> str:
    seconds = ("lead, median s", "lead, 10 %", "delay, 90 % s")
    wrong = ("false", "a place-month", "Poisson 95 %", "watch, a place-day", "at warning, %")
    head = ("rule", "missed", "95 %", *seconds, *wrong)
    ordered = sorted(points, key=lambda one: (one.warning.value, missed(one), one.name))[:ROWS_MAX]
    rows = [
        (
            f"{'chosen: ' if one is chosen else ''}{one.name}",
            f"{one.lead.missed.count}/{one.lead.missed.of:g}",
            f"{percent(one.lead.missed.low)} to {percent(one.lead.missed.high)} %" if one.lead.missed.of else "-",
            figure(round(lead_s(one))) if np.isfinite(lead_s(one)) else "-",
            figure(round(one.lead.lead_p10_s)) if np.isfinite(one.lead.lead_p10_s) else "-",
            figure(one.lead.delay_p90_s),
            str(one.warning.count),
            figure(one.warning.value),
            _between(one.warning),
            figure(one.watch.value),
            percent(one.standing),
        )
        for one in ordered
    ]
    return table(head, rows)


def _about(points: Sequence[Point]) -> str:
    kinds = list(dict.fromkeys(kind for one in points for kind, _ in one.by_class))
    if not kinds:
        return empty(["Not one false warning by any of these rules."])
    rows = [(one.name, *(str(dict(one.by_class).get(kind, 0)) for kind in kinds)) for one in points[:ROWS_MAX]]
    return table(("rule", *kinds), rows)


def curve_svg(points: Sequence[Point]) -> str:
    """Missed against false as a picture that stands alone, in its own colours."""
    style = files("tocsin.score.report").joinpath("style.css").read_text(encoding="utf-8")
    drawn = _curve(points, None, (missed, "entries missed, %"), "Missed against false")
    head = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" '
    ground = '<rect width="100%" height="100%" style="fill:var(--card)"/>'
    return drawn.replace("<svg ", head, 1).replace(">", f"><style>{style}</style>{ground}", 1) + "\n"


def threshold_record(found: Bench, chosen: Point | None) -> dict[str, object]:
    """Everything as plain numbers and words, for JSON."""
    return {
        "nights": list(found.nights),
        "place_days": number(found.place_days),
        "notes": list(found.notes),
        "chosen": None if chosen is None else chosen.name,
        "rules": [_plain(one) for one in found.points],
    }


def curve_record(found: Bench, chosen: Point) -> dict[str, object]:
    """The curve of the chosen rule: it, and the rules that differ in one of ALONG alone."""
    line = next((line for line in _lines(found.points) if chosen in line), [chosen])
    return {**threshold_record(found, chosen), "rules": [_plain(one) for one in line]}


def _plain(one: Point) -> dict[str, object]:
    lead = one.lead
    return {
        "name": one.name,
        "settings": {key: list(value) if isinstance(value, tuple) else value for key, value in one.settings.items()},
        "entries": lead.entries,
        "missed": lead.missed.count,
        "missed_of": number(lead.missed.of),
        "missed_high": number(lead.missed.high),
        "late": lead.late,
        "lead_median_s": number(lead.lead_median_s),
        "lead_p10_s": number(lead.lead_p10_s),
        "delay_p90_s": number(lead.delay_p90_s),
        "ratio_median": number(lead.ratio_median),
        "false": one.warning.count,
        "false_place_month": number(one.warning.value),
        "false_low": number(one.warning.low),
        "false_high": number(one.warning.high),
        "false_bootstrap": [number(one.bootstrap.low), number(one.bootstrap.high)],
        "at_warning": number(one.standing),
        "watch_place_day": number(one.watch.value),
        "public": one.public.count,
        "public_place_year": number(one.public.value),
        "public_high": number(one.public.high),
        "by_class": dict(one.by_class),
    }
