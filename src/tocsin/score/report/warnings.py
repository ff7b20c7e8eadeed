"""The page of warnings: who was warned how early, false alerts with bounds, calibration, alarms over time."""

from dataclasses import asdict
from itertools import cycle
from typing import Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.score.report.page import Section, Tile, figure, number, table, tables
from tocsin.score.report.rows import Group, group
from tocsin.score.report.svg import Axis, Drawing, empty, number_axis, time_axis
from tocsin.score.tables.objects import NEVER
from tocsin.score.warning.bounds import Bounded
from tocsin.score.warning.operators import ALARMS_MAX, WINDOW_S
from tocsin.score.warning.scorecard import WarningScore

WIDTH: Final = 960.0
LEFT, RIGHT, TOP = 64.0, 940.0, 54.0
LANES_MAX: Final = 60
KINDS: Final = ("localisation", "false", "missed", "lane1")


def warning_tiles(score: WarningScore) -> list[Tile]:
    """What a reader should see first."""
    one = score.leads[-1]
    tiles = [
        Tile(f"{one.missed.count}/{one.missed.of:g}", "", "entries not warned of"),
        Tile(figure(_rounded(one.lead_median_s)), "s", "median lead"),
        Tile(figure(_rounded(one.delay_p90_s)), "s", "delay, 90 %"),
    ]
    tiles += [Tile(str(line.rate.count), "", f"false: {line.stage}, {line.audience}") for line in score.false_alerts]
    return tiles


def _rounded(value: float) -> float:
    return round(value, 1) if np.isfinite(value) else value


def warning_sections(score: WarningScore) -> list[Section]:
    """The plots, then the tables."""
    sections = [
        Section(
            "How early",
            f"Entries of threats that could be known before (the worst {LANES_MAX}), in minutes before arrival.",
            early(score),
        ),
        Section(
            "For nothing",
            "Alerts with no threat inside within 30 minutes, one object once. Poisson bounds are exact; the bootstrap "
            "draws aircraft again with all that each of them caused.",
            _false_table(score),
        ),
        Section(
            "Alarms on a screen",
            f"Annunciations in the ten minutes before each moment; {ALARMS_MAX} is what one person can work.",
            alarms(score),
        ),
    ]
    if score.chances is not None:
        caption = "What was said against what came: on the line is right. A dot's size is how often it was said."
        sections.append(Section("Chance of entry within ten minutes", caption, reliability(score)))
    if score.intervals is not None:
        caption = "How often the interval held the entry, with 95 % bounds, by the median time that was forecast."
        sections.append(Section("Time of entry", caption, coverage(score)))
    sections.append(Section("All rows of warnings", "The JSON has the same keys.", tables(warning_groups(score))))
    return sections


def early(score: WarningScore) -> str:
    """A lane for each entry, its arrival at the right edge."""
    found = score.entries
    could = np.flatnonzero(found.possible_s > 0.0)
    if not len(could):
        return empty(
            ["No threat entered a place that anybody could have known of before: there was nothing to warn of."]
        )
    order = could[np.lexsort((found.arrival_ns[could], found.lead_s[could], found.warned[could]))][:LANES_MAX]
    longest = float(max(found.possible_s[order].max(), found.lead_s[order].max(), 60.0)) / 60.0
    height = TOP + 16.0 * len(order)
    drawing = Drawing(WIDTH, height + 44.0, "How early each entry was warned of")
    backward = number_axis(0.0, longest, RIGHT, 280.0, 8)
    drawing.frame(Axis(0.0, 1.0, 280.0, RIGHT, ()), Axis(0.0, 1.0, height, TOP, ()), "minutes before the entry", "")
    for value, words in backward.ticks:
        at = float(backward.at(value))
        drawing.line(at, height, at, TOP, "grid")
        drawing.text(at, height + 18.0, words, "tick", "middle")
    for lane, row in enumerate(order.tolist()):
        top = TOP + 16.0 * lane
        target = int(found.target[row])
        kind = score.truth.kind[target]
        drawing.text(270.0, top + 11.0, f"{kind} {score.truth.names[target]} at {_place(score, row)}", "tick", "end")
        known, lead = (float(backward.at(one / 60.0)) for one in (found.possible_s[row], found.lead_s[row]))
        tip = f"knowable {found.possible_s[row]:.0f} s before, warned {found.lead_s[row]:.0f} s before"
        if not found.warned[row]:
            drawing.rectangle(
                known, top + 2.0, RIGHT - known, 11.0, "fill missed", f"{tip.partition(',')[0]}, no warning"
            )
        else:
            drawing.rectangle(known, top + 4.0, lead - known, 7.0, "fill missed pale", tip)
            drawing.rectangle(lead, top + 2.0, RIGHT - lead, 11.0, "fill localisation", tip)
    key = [
        ("fill localisation", "warned"),
        ("fill missed pale", "knowable, not yet warned"),
        ("fill missed", "never warned"),
    ]
    drawing.legend(280.0, 14, key)
    return drawing.svg()


def _place(score: WarningScore, row: int) -> str:
    return score.places.names[int(score.entries.place[row])]


def alarms(score: WarningScore) -> str:
    """For each operator, how many annunciations came in the last ten minutes."""
    if not any(len(one.time_ns) for one in score.loads):
        return empty(["No place was put in a higher stage: nobody heard an alarm."])
    drawing = Drawing(WIDTH, 310.0, "Alarms in ten minutes")
    x = time_axis(np.array([score.begin_ns, score.end_ns]), LEFT, RIGHT)
    worst = max(one.worst for one in score.loads)
    y = number_axis(0.0, float(max(worst, ALARMS_MAX + 2)), 266.0, TOP)
    drawing.frame(x, y, "UTC", "in 10 min")
    drawing.line(x.begin, float(y.at(ALARMS_MAX)), x.end, float(y.at(ALARMS_MAX)), "expected", "ten in ten minutes")
    for kind, one in zip(cycle(KINDS), score.loads, strict=False):
        window_ns = WINDOW_S * SECOND_NS
        edges = np.concatenate((one.time_ns, one.time_ns + window_ns))
        order = np.argsort(edges, kind="stable")
        steps = np.concatenate((np.ones(len(one.time_ns)), -np.ones(len(one.time_ns))))[order]
        at = x.at(np.repeat((edges[order] - score.begin_ns) / SECOND_NS, 2))
        held = np.concatenate(([0.0], np.repeat(np.cumsum(steps), 2)[:-1]))
        drawing.path(np.minimum(at, x.end), y.at(held), f"stroke {kind}", one.operator)
    if len(score.loads) > 1:
        named = [(f"fill {kind}", one.operator) for kind, one in zip(cycle(KINDS), score.loads, strict=False)]
        drawing.legend(LEFT, 14, named)
    return drawing.svg()


def reliability(score: WarningScore) -> str:
    """Frequency against chance."""
    one = score.chances
    if one is None or not one.count.sum():
        return empty(["No forecast of p_10min could be checked: none, or all too close to the end of the truth."])
    drawing = Drawing(WIDTH, 420.0, "Chance of entry: said against came")
    x = number_axis(0.0, 1.0, LEFT, LEFT + 330.0)
    y = number_axis(0.0, 1.0, 370.0, 40.0)
    drawing.frame(x, y, "said", "came")
    drawing.line(x.begin, y.begin, x.end, y.end, "expected", "right")
    for count, said, came in zip(one.count.tolist(), one.said.tolist(), one.came.tolist(), strict=True):
        if count:
            radius = 3.0 + 9.0 * np.sqrt(count / one.count.max())
            tip = f"said {said:.3f}, came {came:.3f}, {count} forecasts"
            drawing.dot(float(x.at(said)), float(y.at(came)), float(radius), "fill localisation pale-dot", tip)
    facts = (
        ("forecasts, one for each object, place and ten minutes", str(int(one.count.sum()))),
        ("calibration error", f"{100.0 * one.error:.2f} points"),
        ("Brier score", figure(one.brier)),
        ("Brier score of straight flight", figure(one.brier_straight)),
        ("skill over straight flight", figure(one.skill)),
    )
    for index, (words, value) in enumerate(facts):
        drawing.text(460.0, 120.0 + 34.0 * index, words, "key")
        drawing.text(RIGHT, 120.0 + 34.0 * index, value, "strong", "end")
    return drawing.svg()


def coverage(score: WarningScore) -> str:
    """How often intervals held what they should."""
    found = [one for one in score.intervals or () if one.held.of]
    if not found:
        return empty(["No forecast with all its times was of a target that entered afterwards."])
    drawing = Drawing(WIDTH, 310.0, "Intervals of the time of entry")
    y = number_axis(0.0, 1.0, 266.0, TOP)
    bins = sorted({(one.from_min, one.to_min) for one in found})
    width = (RIGHT - LEFT) / len(bins)
    drawing.frame(Axis(0.0, 1.0, LEFT, RIGHT, ()), y, "minutes, as forecast", "share held")
    for index, (low, high) in enumerate(bins):
        middle = LEFT + width * (index + 0.5)
        drawing.text(middle, 284.0, f"{low:g} to {high:g}", "tick", "middle")
        for offset, one in zip((-50.0, 50.0), [one for one in found if one.from_min == low], strict=False):
            at, right = middle + offset, float(y.at(one.expected))
            drawing.line(at - 32.0, right, at + 32.0, right, "expected", f"{one.expected:.0%} is right")
            drawing.line(at, float(y.at(one.held.low)), at, float(y.at(one.held.high)), "stroke localisation")
            tip = f"{one.held.count} of {one.held.of:g}, median width {one.width_median_s:.0f} s"
            drawing.dot(at, float(y.at(one.held.value)), 5.0, "fill localisation", tip)
    drawing.legend(LEFT, 14, [("fill localisation", "held, with bounds"), ("fill axis-key", "what it should hold")])
    return drawing.svg()


def _false_table(score: WarningScore) -> str:
    head = ("alert", "false", "of", "rate", "Poisson 95 %", "bootstrap 95 %", "per")
    rows = [
        (
            f"{one.stage}, {one.audience}",
            str(one.rate.count),
            str(one.alerts),
            figure(one.rate.value),
            _between(one.rate),
            _between(one.bootstrap) if one.rate.count else "-",
            one.unit,
        )
        for one in score.false_alerts
    ]
    about = [
        (f"{one.stage}, {one.audience}: {name}", str(count))
        for one in score.false_alerts
        for name, count in one.by_class
    ]
    return table(head, rows) + (table(("what they were about", "false alerts"), about) if about else "")


def _between(one: Bounded) -> str:
    return f"{figure(one.low)} to {figure(one.high)}"


def warning_groups(score: WarningScore) -> tuple[Group, ...]:
    """All rows of warnings."""
    return (*_leads(score), *_false(score), _operators(score), _chain(score), *_calibration(score))


def _leads(score: WarningScore) -> list[Group]:
    return [
        group(
            f"warning.{one.group}",
            f"Entries of threats: {one.group} ({one.entries})",
            ("missed", "missed", one.missed.count, "", f"of {one.missed.of:g} that were knowable for long enough"),
            ("missed_share", "missed, share", one.missed.value, "", f"95 % bounds {_between(one.missed)}"),
            ("late", "warned after the entry", one.late, "", "these are missed too"),
            ("lead_median_s", "lead, median", one.lead_median_s, "s", "from the warning to the entry"),
            ("lead_p10_s", "lead, 10 %", one.lead_p10_s, "s", ""),
            ("delay_median_s", "delay, median", one.delay_median_s, "s", "from knowable to the warning"),
            ("delay_p90_s", "delay, 90 %", one.delay_p90_s, "s", "a miss counts as endless"),
            (
                "ratio_median",
                "lead of the possible, median",
                one.ratio_median,
                "",
                f"{one.long} entries with 600 s or more",
            ),
            ("ratio_p10", "lead of the possible, 10 %", one.ratio_p10, "", "a miss counts as 0"),
        )
        for one in score.leads
    ]


def _false(score: WarningScore) -> list[Group]:
    return [
        group(
            f"false.{one.audience}_{one.stage}",
            f"False alerts: {one.stage}, {one.audience}",
            ("count", "false", one.rate.count, "", f"of {one.alerts} alerts, one object once"),
            ("rate", f"for each {one.unit}", one.rate.value, "", f"in {figure(one.rate.of)} of them"),
            ("low", "Poisson, low", one.rate.low, "", "95 % bounds"),
            ("high", "Poisson, high", one.rate.high, "", ""),
            ("bootstrap_low", "bootstrap, low", one.bootstrap.low, "", "95 % over aircraft; says nothing where none"),
            ("bootstrap_high", "bootstrap, high", one.bootstrap.high, "", ""),
        )
        for one in score.false_alerts
    ]


def _operators(score: WarningScore) -> Group:
    rows: list[tuple[str, str, float | None, str, str]] = []
    for one in score.loads:
        name = one.operator or "all"
        rows += [
            (f"{name}.worst", f"{name}: most in ten minutes", one.worst, "", f"{ALARMS_MAX} is the limit"),
            (f"{name}.per_hour", f"{name}: an hour", one.per_hour, "1/h", ""),
            (f"{name}.over", f"{name}: alarms over the limit", one.over, "", "share of them"),
        ]
    return group("alarms", "Alarms that an operator gets", *rows)


def _chain(score: WarningScore) -> Group:
    rows: list[tuple[str, str, float | None, str, str]] = []
    for one in score.chain:
        key = one.step.replace(" ", "_")
        rows += [
            (f"{key}.median_s", f"{one.step}, median", one.median_s, "s", f"of {one.count} alerts that tell both"),
            (f"{key}.p95_s", f"{one.step}, 95 %", one.p95_s, "s", ""),
            (f"{key}.p99_s", f"{one.step}, 99 %", one.p99_s, "s", ""),
        ]
    return group("chain", "From decision to receipt", *rows)


def _calibration(score: WarningScore) -> list[Group]:
    out = []
    if score.chances is not None:
        one = score.chances
        out.append(
            group(
                "chance_10min",
                "Chance of entry within ten minutes",
                ("forecasts", "forecasts", int(one.count.sum()), "", "one for each object, place and ten minutes"),
                ("error", "calibration error", one.error, "", "mean distance of chance from frequency"),
                ("brier", "Brier score", one.brier, "", "mean squared error"),
                ("brier_straight", "of straight flight", one.brier_straight, "", "1 when it enters flying straight on"),
                ("skill", "Brier skill", one.skill, "", "over straight flight; 0 is no better, 1 is perfect"),
                ("left_out", "left out", one.left_out, "", "inside already, or too close to the end of the truth"),
            )
        )
    if score.intervals is not None:
        rows: list[tuple[str, str, float | None, str, str]] = []
        for each in score.intervals:
            key = f"{each.from_min:g}_{each.to_min:g}min.{100 * each.expected:.0f}"
            name = f"{each.from_min:g} to {each.to_min:g} min, {each.expected:.0%}"
            bounds = f"of {each.held.of:g}; 95 % bounds {_between(each.held)}"
            rows += [
                (f"{key}.held", f"{name}, held", each.held.value, "", bounds),
                (f"{key}.width_s", f"{name}, width", each.width_median_s, "s", "median"),
            ]
        out.append(group("entry_time", "Intervals of the time of entry, by the median that was forecast", *rows))
    return out


def warning_record(score: WarningScore) -> dict[str, object]:
    """Everything as plain numbers and words, for JSON."""
    found = score.entries
    return {
        "notes": list(score.notes),
        "rows": {row.key: number(row.value) for one in warning_groups(score) for row in one.rows},
        "false_by_class": {f"{one.audience}_{one.stage}": dict(one.by_class) for one in score.false_alerts},
        "entries": [
            {
                "target": int(score.truth.names[found.target[row]]),
                "place": _place(score, row),
                "group": found.group[row],
                "arrival_ns": int(found.arrival_ns[row]),
                "knowable_ns": int(found.knowable_ns[row]),
                "warned_ns": int(found.warned_ns[row]) if found.warned_ns[row] != NEVER else None,
                "counted": bool(found.counted[row]),
            }
            for row in range(len(found))
        ],
        "chances": None if score.chances is None else {key: _plain(one) for key, one in asdict(score.chances).items()},
    }


def _plain(value: object) -> object:
    return [number(one) for one in value.tolist()] if isinstance(value, np.ndarray) else number(value)
