"""A night's folder, as `tocsin simulate` and `tocsin track` leave it, read for the bench."""

from argparse import ArgumentParser
from pathlib import Path

from tocsin.cli import track
from tocsin.cli.score import read_table
from tocsin.errors import InputError
from tocsin.score.alignment import align
from tocsin.score.match import clear
from tocsin.score.near import near
from tocsin.score.tables.arrow import Table
from tocsin.score.tables.objects import NEVER, frame_of, tracks_of, truth_of
from tocsin.score.tables.warning import Alerts, alerts_of, places_of
from tocsin.score.thresholds.bench import Night, knowable_rows
from tocsin.score.thresholds.shown import Shown, shown_of
from tocsin.score.warning.scorecard import associated

ENDINGS = (".parquet", ".arrow", ".csv")
EVERY_S = "2"
GATE_M = 2_000.0  # a track is about the target that it is this near to


def read(folder: Path) -> Night:
    """The tables of one folder. Tracks that are not there are made of its detections and site file.

    Raises InputError where truth, places or both tracks and detections are missing.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give folders as `tocsin simulate SCENARIO -o FOLDER` writes them")
    truth_table, places_table = _table(folder, "truth"), _table(folder, "places")
    tracks_table = _tracks(folder)
    places = places_of(places_table)
    frame = frame_of(truth_table, tracks_table)
    truth = truth_of(truth_table, frame)
    scene = align(truth, tracks_of(tracks_table, frame), dimensions=2)
    matched = clear(scene.truth, scene.tracks, near(scene.truth, scene.tracks, GATE_M))
    ready: dict[str, Alerts] = {}
    for path in sorted((folder / "alerts").glob("*")):
        if path.suffix in ENDINGS:
            ready[path.stem] = alerts_of(read_table(path), places)
    known = _knowable(folder, truth_table)
    return Night(folder.name, truth, places, shown_of(tracks_table), associated(scene, matched), known, ready)


def find(folder: Path, name: str) -> Path | None:
    """The table of a folder, of any kind; None where there is none."""
    return next((folder / f"{name}{end}" for end in ENDINGS if (folder / f"{name}{end}").is_file()), None)


def _table(folder: Path, name: str) -> Table:
    path = find(folder, name)
    if path is None:
        raise InputError(f"{folder} holds no {name}.parquet (.arrow, .csv); `tocsin simulate` writes one")
    return read_table(path)


def _tracks(folder: Path) -> Table:
    path = find(folder, "tracks")
    if path is None:
        detections = find(folder, "detections")
        if detections is None or not (folder / "site.toml").is_file():
            raise InputError(f"{folder} holds neither tracks nor detections with a site.toml: nothing was shown")
        path = folder / "tracks.parquet"
        parser = ArgumentParser()
        track.configure(parser)
        words = [detections, "--sensors", folder / "site.toml", "-o", path, "--every", EVERY_S]
        track.run(parser.parse_args([str(word) for word in words]))
    return read_table(path)


def _knowable(folder: Path, truth: Table) -> Shown | None:
    """The truth as a rule would read it, from when each target could be seen; None where nobody says when."""
    path = find(folder, "seeable")
    if path is None:
        return None
    table = read_table(path)
    first: dict[int, int] = {}
    for target, when in zip(table.integers("target").tolist(), table.times_ns("seeable", NEVER).tolist(), strict=True):
        if when != NEVER:
            first[target] = min(when, first.get(target, when))
    return knowable_rows(shown_of(truth, "target"), first)
