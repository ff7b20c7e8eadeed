"""`tocsin thresholds`: nights replayed against a grid of rule files: missed against false against lead time."""

import json
import tomllib
from argparse import ArgumentParser, Namespace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.cli.progress import Progress
from tocsin.cli.score import write_pdf
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.score.thresholds.bench import Bench, Point
    from tocsin.score.thresholds.rules import Named

EXAMPLE = "tocsin thresholds night-1 night-2 --rules rules.toml -o bench --false-max 1"
PAGE, RULE, CURVE = "thresholds.html", "rule.toml", "rule.curve.json"


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("nights", type=Path, nargs="+", help="folders with truth, places and tracks (or detections)")
    parser.add_argument("--rules", type=Path, nargs="+", required=True, help="rule files; a list of numbers is a grid")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder for the page and the chosen rule")
    parser.add_argument("--false-max", type=float, metavar="N", help="choose: at most N false warnings a place-month")
    parser.add_argument("--pdf", action="store_true", help="a PDF beside the page (tocsin[pdf])")
    parser.add_argument("--choose", metavar="NAME", help="choose the rule of this name")


def run(arguments: Namespace) -> int:
    """0: drawn, and the chosen rule written where one was asked for."""
    from tocsin import __version__
    from tocsin.cli.thresholds.nights import read
    from tocsin.score.report.page import page
    from tocsin.score.report.thresholds import threshold_record, threshold_sections, threshold_tiles
    from tocsin.score.thresholds.bench import bench

    rules = tuple(rule for path in arguments.rules for rule in _rules(path))
    nights = [read(folder) for folder in arguments.nights]
    with Progress("replaying rules") as progress:
        found = bench(nights, rules, progress=progress)
    chosen = _chosen(found, arguments)
    arguments.output.mkdir(parents=True, exist_ok=True)
    lead = f"{len(rules)} rules. Nights ({len(nights)}): {', '.join(found.nights)}."
    foot = f"Made by tocsin {__version__}. An alert counts as false when no threat is inside within 30 minutes."
    sections = threshold_sections(found, chosen)
    parts = ("Missed, false, early", lead, threshold_tiles(found, chosen), list(found.notes), sections, foot)
    text = page(*parts)
    written = arguments.output / PAGE
    written.write_text(text, encoding="utf-8")
    record = {"tocsin": __version__, **threshold_record(found, chosen)}
    written.with_suffix(".json").write_text(json.dumps(record, allow_nan=False, indent=1), encoding="utf-8")
    for note in found.notes:
        print(f"note: {note}")
    print(written, written.with_suffix(".json"), sep="\n")
    if arguments.pdf:
        write_pdf(written, *parts)
    if chosen is not None:
        _keep(arguments.output, found, chosen)
    return 0


def _rules(path: Path) -> "tuple[Named, ...]":
    from tocsin.score.thresholds.rules import rules_of
    from tocsin.site.lines import Lines

    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}. Give a rule file in TOML, with [[rule]] tables") from error
    return rules_of(table, Lines(text, str(path)).at)


def _chosen(found: "Bench", arguments: Namespace) -> "Point | None":
    from tocsin.score.thresholds.bench import choose

    if arguments.choose is not None:
        for one in found.points:
            if one.name == arguments.choose:
                return one
        names = "\n  ".join(one.name for one in found.points)
        raise InputError(f"no rule is called {arguments.choose!r}; there are\n  {names}")
    return None if arguments.false_max is None else choose(found.points, arguments.false_max)


def _keep(folder: Path, found: "Bench", chosen: "Point") -> None:
    """The chosen rule as a file, with its curve beside it."""
    from tocsin.score.report.thresholds import curve_record

    if chosen.named is None:
        raise InputError(f"{chosen.name!r} came as a table of alerts: its rule is not known here, so none is written")
    rule = chosen.named.text()
    digest = sha256(rule.encode()).hexdigest()
    curve = json.dumps({"rule_sha256": digest, **curve_record(found, chosen)}, allow_nan=False, indent=1)
    missed, lead = chosen.lead.missed, chosen.lead.lead_median_s
    said = [
        f"# Chosen over {len(found.nights)} nights, {found.place_days / 7.0:.4g} place-weeks. Its curve: {CURVE}",
        (
            f"# Missed {missed.count} of {missed.of:g} entries; {chosen.warning.value:.4g} false a place-month "
            f"(95 %: {chosen.warning.low:.4g} to {chosen.warning.high:.4g}); lead {lead:.4g} s."
        ),
    ]
    (folder / RULE).write_text("\n".join([*said, rule]), encoding="utf-8")
    (folder / CURVE).write_text(curve, encoding="utf-8")
    print(f"chosen: {chosen.name}", folder / RULE, folder / CURVE, sep="\n")
