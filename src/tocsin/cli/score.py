"""`tocsin score`: how well tracks tell what flew, and alerts warn of it; one page, and the same as JSON."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.score.alignment import Scene
    from tocsin.score.report.page import Section, Tile
    from tocsin.score.scorecard import Rules, Scorecard
    from tocsin.score.tables.arrow import Table
    from tocsin.score.warning.scorecard import WarningScore

EXAMPLE = "tocsin score truth.parquet tracks.parquet -o score.html --places places.parquet --alerts alerts.parquet"


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("truth", type=Path, nargs="?", help="what flew: a table (Parquet, Arrow IPC or CSV)")
    parser.add_argument("tracks", type=Path, nargs="?", help="what a system showed: a table")
    parser.add_argument("--ledger", type=Path, help="a live system's own night, against what became known later")
    parser.add_argument("--night", metavar="DATE", help="from noon of this day to the next, UTC (with --ledger)")
    parser.add_argument("-o", "--output", type=Path, default=Path("score.html"), help="the page; JSON goes beside it")
    parser.add_argument("--pdf", action="store_true", help="a PDF beside the page (tocsin[pdf])")
    parser.add_argument("--places", type=Path, help="a table of places: scores the warnings too, with --alerts")
    parser.add_argument("--alerts", type=Path, help="a table of alerts")
    parser.add_argument("--forecasts", type=Path, help="a table of forecasts")
    parser.add_argument("--knowable", type=Path, help="a table of target, place, seeable, knowable")
    parser.add_argument(
        "--seeable", type=Path, help="a table of target, seeable, until: what could not be seen is no miss"
    )
    parser.add_argument(
        "--hold", type=float, default=30.0, metavar="S", help="seeable: and so long after (30; inf: for good)"
    )
    parser.add_argument("--c", type=float, default=1000.0, metavar="M", help="so far off counts as none (1000)")
    parser.add_argument("--p", type=float, default=2.0, help="order of GOSPA (2)")
    parser.add_argument("--alpha", type=float, default=2.0, help="GOSPA's alpha (2: missed and false apart)")
    parser.add_argument("--gate", type=float, default=0.0, metavar="M", help="gate of SIAP and switches (as --c)")
    parser.add_argument("--switch", type=float, default=0.0, metavar="M", help="what a switch costs (as --c)")
    parser.add_argument("--interval", type=float, default=8.0, metavar="S", help="update interval (8)")
    parser.add_argument(
        "--every", type=float, metavar="S", help="score at equal steps, for tracks that are no pictures"
    )
    parser.add_argument("--at-truth", action="store_true", help="score at the truth's own times, moving no track")
    parser.add_argument("--dimensions", type=int, choices=(2, 3), help="3 where both tables have heights")
    parser.add_argument(
        "--lag", type=_lag, default=0.0, metavar="S", help="the lag that is scored (0: as known then; all: --lag all)"
    )
    parser.add_argument("--states", default="confirmed,coasting", help="states of tracks that count as shown")


def _lag(text: str) -> float:
    return float("inf" if text == "all" else text)


def run(arguments: Namespace) -> int:
    """0: scored."""
    if arguments.ledger is not None:
        return _later(arguments)
    if arguments.truth is None or arguments.tracks is None:
        raise InputError("give two tables, truth and tracks; or a ledger by --ledger")
    from tocsin import __version__
    from tocsin.score.report.page import page, record, tracking_sections, tracking_tiles
    from tocsin.score.report.warnings import warning_record, warning_sections, warning_tiles

    card = _tracking(arguments)
    tiles, notes, sections = tracking_tiles(card), list(card.scene.notes), tracking_sections(card)
    out = record(card, __version__)
    warned = _warnings(arguments, card)
    if warned is not None:
        tiles = warning_tiles(warned) + tiles
        notes += warned.notes
        sections = warning_sections(warned) + sections
        out["warnings"] = warning_record(warned)
    title = f"{arguments.tracks.name} against {arguments.truth.name}"
    foot = f"Made by tocsin {__version__}. Definitions stand beside each row; this page is whole in itself."
    beside = arguments.output.with_suffix(".json")
    _write(arguments.output, page(title, _lead(card.scene), tiles, notes, sections, foot))
    _write(beside, json.dumps(out, allow_nan=False))
    if arguments.pdf:
        write_pdf(arguments.output, title, _lead(card.scene), tiles, notes, sections, foot)
    for tile in tiles:
        print(f"{tile.value} {tile.unit}".strip().rjust(14), tile.words)
    for note in notes:
        print(f"note: {note}")
    print(arguments.output, beside, sep="\n")
    return 0


def _later(arguments: Namespace) -> int:
    """A night of a live system."""
    from tocsin import __version__
    from tocsin.cli.later.score import scored
    from tocsin.score.report.page import page

    title, lead, tiles, notes, sections, out = scored(arguments, _rules(arguments))
    parts = (title, lead, tiles, notes, sections, f"Made by tocsin {__version__}.")
    _write(arguments.output, page(*parts))
    _write(arguments.output.with_suffix(".json"), json.dumps(out, allow_nan=False))
    if arguments.pdf:
        write_pdf(arguments.output, *parts)
    for tile in tiles:
        print(f"{tile.value} {tile.unit}".strip().rjust(14), tile.words)
    for note in notes:
        print(f"note: {note}")
    print(arguments.output, arguments.output.with_suffix(".json"), sep="\n")
    return 0


def _tracking(arguments: Namespace) -> "Scorecard":
    from tocsin.score.alignment import align
    from tocsin.score.scorecard import score
    from tocsin.score.tables.objects import frame_of, tracks_of, truth_of

    truth, tracks = read_table(arguments.truth), read_table(arguments.tracks)
    frame = frame_of(truth, tracks)
    shown = tracks_of(tracks, frame, arguments.lag, tuple(arguments.states.split(",")))
    rules = _rules(arguments)
    scene = align(truth_of(truth, frame), shown, arguments.every, arguments.dimensions, at_truth=arguments.at_truth)
    if arguments.seeable is not None:
        from tocsin.score.seeable import only_seeable, seeable_of

        could = seeable_of(read_table(arguments.seeable))
        scene = only_seeable(scene, could, arguments.hold, rules.gate_m or rules.c_m)
    return score(scene, rules)


def _rules(arguments: Namespace) -> "Rules":
    from tocsin.score.scorecard import Rules

    return Rules(
        c_m=arguments.c,
        p=arguments.p,
        alpha=arguments.alpha,
        gate_m=arguments.gate,
        switch_m=arguments.switch,
        interval_s=arguments.interval,
    )


def _warnings(arguments: Namespace, card: "Scorecard") -> "WarningScore | None":
    if arguments.places is None and arguments.alerts is None:
        if arguments.forecasts is not None or arguments.knowable is not None:
            raise InputError("forecasts are scored with alerts: give --places and --alerts as well")
        return None
    if arguments.places is None or arguments.alerts is None:
        raise InputError("warnings need both --places and --alerts")
    from tocsin.score.tables.warning import alerts_of, forecasts_of, knowable_of, places_of
    from tocsin.score.warning.scorecard import association, score_warnings

    places = places_of(read_table(arguments.places))
    return score_warnings(
        card.scene.targets,
        places,
        alerts_of(read_table(arguments.alerts), places),
        forecasts_of(read_table(arguments.forecasts), places) if arguments.forecasts else None,
        knowable_of(read_table(arguments.knowable), places) if arguments.knowable else None,
        association(card),
    )


def read_table(path: Path) -> "Table":
    """A table of any kind. Raises InputError, also where reading it would have ended this process."""
    from tocsin.feeds.tables.arrow import container
    from tocsin.feeds.transport.probe import check
    from tocsin.score.tables.arrow import read

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; give the path of a table") from error
    kind = container(data[:16])
    if kind is not None:
        check(path, kind)
    return read(path.name, data)


def write_pdf(
    page: Path,
    title: str,
    lead: str,
    tiles: "Sequence[Tile]",
    notes: "Sequence[str]",
    sections: "Sequence[Section]",
    foot: str,
) -> None:
    """The page as PDF, beside it."""
    from tocsin.score.report.pdf import document

    path = page.with_suffix(".pdf")
    path.write_bytes(document(title, lead, tiles, notes, sections, foot))
    print(path)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}; name another file by -o") from error


def _lead(scene: "Scene") -> str:
    import numpy as np

    begin, end = (np.datetime64(int(at), "ns").astype("datetime64[s]") for at in scene.times_ns[[0, -1]])
    how = "in three dimensions" if scene.dimensions == 3 else "over the ground"
    counts = f"{len(scene.targets.names)} targets, {len(scene.shown.names)} tracks, {scene.steps} steps"
    return f"{begin}Z to {end}Z: {counts}; distances are measured {how}."
