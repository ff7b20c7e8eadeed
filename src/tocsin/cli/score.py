"""`tocsin score`: how well tracks tell what flew; one page, and the same as JSON."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.score.alignment import Scene

EXAMPLE = "tocsin score truth.parquet tracks.parquet -o score.html --c 1000"


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("truth", type=Path, help="what flew: a table (Parquet, Arrow IPC or CSV)")
    parser.add_argument("tracks", type=Path, help="what a system showed: a table")
    parser.add_argument("-o", "--output", type=Path, default=Path("score.html"), help="the page; JSON goes beside it")
    parser.add_argument("--c", type=float, default=1000.0, metavar="M", help="so far off counts as none (1000)")
    parser.add_argument("--p", type=float, default=2.0, help="order of GOSPA (2)")
    parser.add_argument("--alpha", type=float, default=2.0, help="GOSPA's alpha (2: missed and false apart)")
    parser.add_argument("--gate", type=float, default=0.0, metavar="M", help="gate of SIAP and switches (as --c)")
    parser.add_argument("--switch", type=float, default=0.0, metavar="M", help="what a switch costs (as --c)")
    parser.add_argument("--interval", type=float, default=8.0, metavar="S", help="update interval (8)")
    parser.add_argument(
        "--every", type=float, metavar="S", help="score at equal steps, for tracks that are no pictures"
    )
    parser.add_argument("--dimensions", type=int, choices=(2, 3), help="3 where both tables have heights")
    parser.add_argument("--lag", type=float, default=0.0, metavar="S", help="the lag that is scored (0: as known then)")
    parser.add_argument("--states", default="confirmed,coasting", help="states of tracks that count as shown")


def run(arguments: Namespace) -> int:
    """0: scored."""
    from tocsin import __version__
    from tocsin.score.alignment import align
    from tocsin.score.report.page import page, record, tracking_sections, tracking_tiles
    from tocsin.score.scorecard import Rules, score
    from tocsin.score.tables.arrow import read
    from tocsin.score.tables.objects import frame_of, tracks_of, truth_of

    truth, tracks = (read(path.name, _bytes(path)) for path in (arguments.truth, arguments.tracks))
    frame = frame_of(truth, tracks)
    shown = tracks_of(tracks, frame, arguments.lag, tuple(arguments.states.split(",")))
    scene = align(truth_of(truth, frame), shown, arguments.every, arguments.dimensions)
    rules = Rules(
        c_m=arguments.c,
        p=arguments.p,
        alpha=arguments.alpha,
        gate_m=arguments.gate,
        switch_m=arguments.switch,
        interval_s=arguments.interval,
    )
    card = score(scene, rules)
    title = f"{arguments.tracks.name} against {arguments.truth.name}"
    foot = f"Made by tocsin {__version__}. Definitions stand beside each row; this page is whole in itself."
    html = page(title, _lead(scene), tracking_tiles(card), list(scene.notes), tracking_sections(card), foot)
    arguments.output.write_text(html, encoding="utf-8")
    beside = arguments.output.with_suffix(".json")
    beside.write_text(json.dumps(record(card, __version__)), encoding="utf-8")
    for tile in tracking_tiles(card):
        print(f"{tile.value} {tile.unit}".strip().rjust(14), tile.words)
    print("\n".join(f"note: {note}" for note in scene.notes))
    print(arguments.output, beside, sep="\n")
    return 0


def _bytes(path: Path) -> bytes:
    from tocsin.errors import InputError

    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; give the path of a table") from error


def _lead(scene: "Scene") -> str:
    import numpy as np

    begin, end = (
        np.datetime64(int(at), "ns").astype("datetime64[s]") for at in (scene.times_ns[0], scene.times_ns[-1])
    )
    how = "in three dimensions" if scene.dimensions == 3 else "over the ground"
    counts = f"{len(scene.targets.names)} targets, {len(scene.shown.names)} tracks, {scene.steps} steps"
    return f"{begin}Z to {end}Z: {counts}; distances are measured {how}."
