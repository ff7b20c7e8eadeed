"""`tocsin thresholds`: nights replayed against a grid of rule files: missed against false against lead time."""

import json
from argparse import ArgumentParser, Namespace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.cli.progress import Progress
from tocsin.cli.score import write_pdf
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.cli.thresholds.grid import Staged
    from tocsin.score.thresholds.bench import Bench, Point
    from tocsin.score.thresholds.rules import Named

EXAMPLE = "tocsin thresholds night-1 night-2 --rules rules.toml -o bench --false-max 1"
PAGE, RULE, CURVE = "thresholds.html", "rule.toml", "rule.curve.json"
THREATS_ARE = (
    "threats are one-way-attack drones, cruise missiles, ballistic rockets, artillery and mortar rounds; everything "
    "else that flew is none"
)


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("nights", nargs="+", help="ledgers, scenarios, or folders with truth, places and detections")
    parser.add_argument("--rules", type=Path, nargs="+", required=True, help="rule files; a list of numbers is a grid")
    parser.add_argument("--truth", type=Path, help="of a ledger: what really flew, as a table of truth")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of a scenario: no longer than this")
    parser.add_argument("--seed", type=int, help="of a scenario: not its own")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder for the page and the chosen rule")
    parser.add_argument("--false-max", type=float, metavar="N", help="choose: at most N false warnings a place-month")
    parser.add_argument("--pdf", action="store_true", help="a PDF beside the page (tocsin[pdf])")
    parser.add_argument("--choose", metavar="NAME", help="choose the rule of this name")


def run(arguments: Namespace) -> int:
    """0: drawn, and the chosen rule written where one was asked for. InputError, after it was drawn: there is none."""
    from tocsin import __version__
    from tocsin.score.report.page import page
    from tocsin.score.report.thresholds import threshold_record, threshold_sections, threshold_tiles

    found = _replayed(arguments)
    chosen, none = _chosen(found, arguments)
    arguments.output.mkdir(parents=True, exist_ok=True)
    lead = f"{len(found.points)} rules. Nights ({len(found.nights)}): {', '.join(found.nights)}."
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
    if none is not None:
        raise none
    if chosen is not None:
        _keep(arguments.output, found, chosen)
    return 0


def _replayed(arguments: Namespace) -> "Bench":
    """Every rule on every night."""
    from tocsin.cli.thresholds import grid

    read = [grid.read(path) for path in arguments.rules]
    plain = tuple(rule for rules, _ in read for rule in rules)
    staged = tuple(rule for _, rules in read for rule in rules)
    names = [one.name for one in plain] + [one.name for one in staged]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"two rules are called {twice!r}: give each a name of its own, and each file once")
    with Progress("replaying rules") as progress:
        return _bench(arguments, plain, staged, progress)


def _bench(
    arguments: Namespace, plain: "tuple[Named, ...]", staged: "tuple[Staged, ...]", progress: Progress
) -> "Bench":
    from tocsin.cli.thresholds import stages
    from tocsin.cli.thresholds.nights import read
    from tocsin.score.thresholds.bench import Bench, bench, pooled
    from tocsin.score.warning.scorecard import OPEN_ENDED

    named = None
    if plain:
        folders = [Path(night) for night in arguments.nights]
        named = bench([read(folder) for folder in folders], plain, progress=progress)
    if not staged:
        assert named is not None  # noqa: S101  a file of no rules was refused
        return named
    played = []
    for done, night in enumerate(arguments.nights, 1):
        played.append(stages.play(night, staged, arguments.truth, arguments.seconds, arguments.seed))
        progress(done, len(arguments.nights))
    points = [
        pooled(one.name, one.family, one.settings, [night.found[k] for night in played], one)
        for k, one in enumerate(staged)
    ]
    days = sum(night.found[0].place_days for night in played)
    notes = tuple(note for night in played for note in night.notes)
    open_ = sum(one.of(stage).open for night in played for one in night.found[:1] for stage in ("watch", "warning"))
    notes = (*notes, OPEN_ENDED.format(open_)) if open_ else notes
    before = (named.points, named.notes) if named is not None else ((), (THREATS_ARE,))
    return Bench((*points, *before[0]), tuple(night.name for night in played), days, (*before[1], *notes))


def _chosen(found: "Bench", arguments: Namespace) -> "tuple[Point | None, InputError | None]":
    """The rule that was asked for, or why there is none: to be told once the curve is drawn, which shows it."""
    from tocsin.score.thresholds.bench import choose

    if arguments.choose is not None:
        for one in found.points:
            if one.name == arguments.choose:
                return one, None
        names = "\n  ".join(one.name for one in found.points)
        return None, InputError(f"no rule is called {arguments.choose!r}; there are\n  {names}")
    if arguments.false_max is None:
        return None, None
    try:
        return choose(found.points, arguments.false_max), None
    except InputError as error:
        return None, error


def _keep(folder: Path, found: "Bench", chosen: "Point") -> None:
    """The chosen rule as a file, with its curve beside it."""
    from tocsin.cli.thresholds.grid import Staged
    from tocsin.score.report.thresholds import curve_record
    from tocsin.wire import rules_digest

    if chosen.named is None:
        raise InputError(f"{chosen.name!r} came as a table of alerts: its rule is not known here, so none is written")
    rule = chosen.named.text()
    record = {"rule_sha256": sha256(rule.encode()).hexdigest(), **curve_record(found, chosen)}
    if isinstance(chosen.named, Staged):  # by this digest the doctor, the health page and the evidence name it
        record["rules_sha256"] = rules_digest(chosen.named.rules)
    curve = json.dumps(record, allow_nan=False, indent=1)
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
    if isinstance(chosen.named, Staged):
        print(f'to use it: copy both beside the site file and write there\n[alerting]\nrules = "{RULE}"')
