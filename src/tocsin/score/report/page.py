"""The page of a run: what was scored and how, plots first, every row after them; and the same as a record for JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from importlib.resources import files

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats
from tocsin.score.report import plots
from tocsin.score.report.rows import Group, groups
from tocsin.score.scorecard import Scorecard

FORMAT = 1
DIGITS = 9  # of numbers in the JSON


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: a title, what it shows, and SVG or HTML."""

    title: str
    caption: str
    body: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that should be seen first."""

    value: str
    unit: str
    words: str


def page(title: str, lead: str, tiles: list[Tile], notes: list[str], sections: list[Section], foot: str) -> str:
    """One HTML page with everything inside."""
    style = files("tocsin.score.report").joinpath("style.css").read_text(encoding="utf-8")
    shown = "".join(
        f'<div class="tile"><b>{escape(one.value)} <small>{escape(one.unit)}</small></b>'
        f"<span>{escape(one.words)}</span></div>"
        for one in tiles
    )
    told = "".join(f"<li>{escape(note)}</li>" for note in notes)
    body = "".join(
        f"<section><h2>{escape(one.title)}</h2><figcaption>{escape(one.caption)}</figcaption>"
        f"<figure>{one.body}</figure></section>"
        for one in sections
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head><body><main>'
        f'<h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p><div class="tiles">{shown}</div>'
        f'<div class="notes"><h2>Before scoring</h2><ul>{told or "<li>Nothing had to be done.</li>"}</ul></div>'
        f"{body}<footer>{escape(foot)}</footer></main></body></html>\n"
    )


def tracking_tiles(card: Scorecard) -> list[Tile]:
    """What a reader should see first."""
    one, nees = card.surveillance, card.nees
    tiles = [
        Tile(figure(card.sets.rms_m(card.sets.total)), "m", "GOSPA over the run"),
        Tile(percent(card.siap.completeness), "%", "of target time tracked"),
        Tile(figure(one.horizontal.rms), "m", "RMS error over the ground"),
        Tile(str(card.clear.switches), "", "identity switches"),
        Tile(figure(one.false_tracks_per_hour), "/h", f"false tracks ({one.false_tracks})"),
        Tile(f"{one.found}/{one.targets}", "", "targets found"),
    ]
    if nees is not None:
        tiles.append(Tile(figure(nees.overall), f"of {nees.degrees}", "NEES: more is too sure"))
    return tiles


def tracking_sections(card: Scorecard) -> list[Section]:
    """The plots, then the tables."""
    p, c = card.rules.p, card.rules.c_m
    height = "its height is GOSPA in metres, its colours the share of each part in the p-th power"
    gospa = f"{height} (p = {p:g}, c = {c:g} m)."
    return [
        Section(
            "The picture",
            "What flew, what was shown, where it was missed. Point at a line for its name.",
            plots.picture(card),
        ),
        Section("GOSPA over time", f"Lower is better: {gospa}", plots.gospa_over_time(card)),
        Section("Completeness over time", "Paired one to one at each step.", plots.completeness_over_time(card)),
        Section(
            "Who followed whom",
            f"The targets that were kept worst, {plots.LANES_MAX} at most. A change of shade is a change of track.",
            plots.who_followed_whom(card),
        ),
        Section("How far off", "Errors of matched rows by the target's own course.", plots.error_distributions(card)),
        Section(
            "Does it know how far off it is?",
            "Above the band a tracker is too sure of itself, below it too unsure. The band is for independent errors: "
            "errors that last make the mean wander more.",
            plots.nees_over_time(card),
        ),
        Section("By class", "As the truth names them.", _class_table(card)),
        Section("All rows", "The JSON beside this page has the same keys.", tables(groups(card))),
    ]


def _class_table(card: Scorecard) -> str:
    if not card.classes:
        return '<p class="nothing">Nothing flew.</p>'
    head = ("class", "targets", "found", "tracked, %", "switches", "RMS over the ground, m")
    rows = [
        (
            one.kind or "not told",
            str(one.targets),
            str(one.found),
            percent(one.completeness),
            str(one.switches),
            figure(one.horizontal_rms_m),
        )
        for one in card.classes
    ]
    return table(head, rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is words and whose others are values."""
    cells = "".join(f'<th class="{"value" if index else ""}">{escape(one)}</th>' for index, one in enumerate(head))
    lines = "".join(
        "<tr>"
        + "".join(f'<td class="{"value" if index else ""}">{escape(one)}</td>' for index, one in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></div>'


def tables(found: tuple[Group, ...]) -> str:
    """All groups of rows."""
    out = []
    for group in found:
        lines = "".join(
            f'<tr><td>{escape(row.name)}</td><td class="value">{escape(figure(row.value))}</td>'
            f'<td class="unit">{escape(row.unit)}</td><td class="meaning">{escape(row.meaning)}</td></tr>'
            for row in group.rows
        )
        body = f'<div class="scroll"><table class="rows"><tbody>{lines}</tbody></table></div>'
        out.append(f"<h3>{escape(group.title)}</h3>{body}")
    return "".join(out)


def figure(value: float | None) -> str:
    """Four digits at most; a dash for what could not be computed."""
    if value is None or np.isnan(value):
        return "-"
    if np.isinf(value):
        return "endless"
    if float(value).is_integer() and abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def percent(share: float) -> str:
    """A share as percent."""
    return figure(round(100.0 * share, 1)) if np.isfinite(share) else "-"


def record(card: Scorecard, version: str) -> dict[str, object]:
    """Everything as plain numbers and words, for JSON. What could not be computed is null."""
    scene, sets = card.scene, card.sets
    nees = card.nees
    return {
        "format": FORMAT,
        "tocsin": version,
        "rules": asdict(card.rules),
        "scene": {
            "frame": scene.frame,
            "dimensions": scene.dimensions,
            "steps": scene.steps,
            "begin_ns": int(scene.times_ns[0]),
            "end_ns": int(scene.times_ns[-1]),
            "notes": list(scene.notes),
        },
        "rows": {row.key: number(row.value) for group in groups(card) for row in group.rows},
        "classes": [{key: number(value) for key, value in asdict(one).items()} for one in card.classes],
        "series": {
            "time_s": _list((scene.times_ns - scene.times_ns[0]) / SECOND_NS),
            "gospa_m": _list(sets.gospa_m),
            "localisation": _list(sets.localisation),
            "missed": _list(sets.missed),
            "false": _list(sets.false),
            "ospa_m": _list(sets.ospa_m),
            "targets": sets.targets.tolist(),
            "tracks": sets.tracks.tolist(),
            "paired": sets.paired.tolist(),
            "nees": None if nees is None else _list(nees.mean),
        },
    }


def number(value: object) -> object:
    """A number that JSON can hold."""
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value


def _list(values: Floats) -> list[object]:
    return [number(value) for value in values.tolist()]
