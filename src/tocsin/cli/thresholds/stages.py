"""Nights warned of by rule files of the product, through its own stages: a scenario, a folder of tables, or a ledger.

One replay of a night serves all rule files: rules change no track and no forecast (cluster.warning.beside).
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from tocsin import site, wire
from tocsin.cli.score import read_table
from tocsin.cli.thresholds.grid import Staged
from tocsin.cli.thresholds.nights import find
from tocsin.cluster.night import Job
from tocsin.cluster.warned import places_of, through, told_of, warned
from tocsin.cluster.warning.beside import Beside
from tocsin.cluster.warning.oracle import knowable
from tocsin.errors import InputError
from tocsin.feeds import recordings
from tocsin.geo.units import SECOND_NS
from tocsin.ledger.disk.format import ANEW, DUMP, START
from tocsin.ledger.reader import ITEMS, Reader
from tocsin.pipeline import State, advance
from tocsin.score.seeable import seeable_of
from tocsin.score.tables.objects import Objects, truth_of
from tocsin.score.tables.warning import Knowable
from tocsin.score.thresholds.bench import Judged, judged
from tocsin.score.warning.entries import stays
from tocsin.settings import Alerting, Place

LEDGER = "ledger.sqlite"


@dataclass(frozen=True, slots=True)
class Played:
    """One night by every rule file, in their order."""

    name: str
    found: tuple[Judged, ...]
    notes: tuple[str, ...] = ()


def play(night: str, rules: Sequence[Staged], truth: Path | None, seconds: float, seed: int | None) -> Played:
    """One night. Raises InputError where it cannot be played."""
    path = Path(night)
    by = [one.rules for one in rules]
    if (path / LEDGER).is_file():
        return _ledger(path, by, truth)
    if path.is_dir():
        return _tables(path, by)
    return _scenario(night, by, seconds, seed)


def _scenario(night: str, rules: Sequence[Alerting], seconds: float, seed: int | None) -> Played:
    from tocsin.cli.scenarios import find as find_scenario
    from tocsin.cluster.scenario import scenario_of

    path = find_scenario(night)
    text = path.read_text(encoding="utf-8")
    _, scenario = scenario_of(text, str(path), path.parent)
    job = Job(str(path), text, str(path.parent), scenario.seed if seed is None else seed, seconds, every_s=1.0)
    found = []
    for one in warned(job, rules):
        stayed = stays(one.truth, one.places)
        found.append(judged(one.truth, stayed, one.places, one.alerts, one.about, one.knowable, end_ns=one.end_ns))
    return Played(f"{path.stem} (seed {job.seed})", tuple(found))


def _tables(folder: Path, rules: Sequence[Alerting]) -> Played:
    """A folder as `tocsin simulate` writes it: what came in is worked again from the detections."""
    detections, site_file = find(folder, "detections"), folder / "site.toml"
    if detections is None or not site_file.is_file():
        raise InputError(f"{folder} holds no detections with a site.toml: rules of stages work the night again")
    truth = truth_of(read_table(_needed(folder, "truth")), "earth")
    declared = site.read(site_file)
    settings = replace(declared.settings, alerting=rules[0])
    begin_ns, end_ns = int(truth.time_ns.min()), int(truth.time_ns.max())
    board = Beside(_placed(settings.places, folder), rules, settings.sensors)
    through(settings, board, recordings.scans(detections), (begin_ns, end_ns))
    best: Sequence[Knowable | None] = [None] * len(rules)
    could = find(folder, "seeable")
    if could is not None:
        seen = seeable_of(read_table(could))
        spans = seen.target, (seen.from_ns - begin_ns) / SECOND_NS, (seen.until_ns - begin_ns) / SECOND_NS
        best = knowable(settings, rules, truth, spans, begin_ns, end_ns)
    return Played(folder.name, _judged(board, truth, best, end_ns))


def _needed(folder: Path, name: str) -> Path:
    path = find(folder, name)
    if path is None:
        raise InputError(f"{folder} holds no {name}.parquet (.arrow, .csv); `tocsin simulate` writes one")
    return path


def _placed(places: tuple[Place, ...], where: Path) -> tuple[Place, ...]:
    if not places:
        raise InputError(f"{where}: its site has no place: there is nothing to warn")
    return places


def _judged(board: Beside, truth: Objects, best: Sequence[Knowable | None], end_ns: int) -> tuple[Judged, ...]:
    places = places_of(board.places)
    stayed = stays(truth, places)
    out = []
    for said, known in zip(board.said, best, strict=True):
        said.end(end_ns)
        out.append(judged(truth, stayed, places, said.alerts(), told_of(said.rows, truth), known, end_ns=end_ns))
    return tuple(out)


def _ledger(folder: Path, rules: Sequence[Alerting], given: Path | None) -> Played:
    """A live system's evidence, worked again as it came. The truth: a table, or what aircraft said of themselves."""
    board: Beside | None = None
    state: State | None = None
    begin_ns = end_ns = 0
    notes: list[str] = []
    with closing(Reader(folder)) as reader:
        starting = True
        for entry in reader.entries():
            starting = starting or entry.kind in (ANEW, START)
            if entry.kind == DUMP and entry.body is not None and (starting or state is None):
                state = State.load(entry.body)
                places = _placed(state.settings.places, folder)
                if board is None or board.places != places:
                    if board is not None:
                        notes.append(f"{folder.name}: its places were changed; only what came after that is counted")
                    board, begin_ns = Beside(places, rules, state.settings.sensors), entry.time_ns
                state.board = board
            elif entry.kind in ITEMS and entry.body is not None and state is not None:
                starting = False
                advance(state, wire.decode(entry.kind, entry.format, entry.body))
                end_ns = max(end_ns, entry.time_ns)
    if board is None or end_ns <= begin_ns:
        raise InputError(f"{folder}: this ledger holds no state with anything after it: nothing can be replayed")
    truth, told = _known_later(folder, given, begin_ns, end_ns)
    end_ns = min(end_ns, int(truth.time_ns.max()))
    return Played(folder.name, _judged(board, truth, [None] * len(rules), end_ns), (*notes, *told))


def _known_later(folder: Path, given: Path | None, begin_ns: int, end_ns: int) -> tuple[Objects, tuple[str, ...]]:
    if given is not None:
        truth = truth_of(read_table(given), "earth")
        if not len(truth) or truth.time_ns.max() <= begin_ns or truth.time_ns.min() >= end_ns:
            raise InputError(f"{given}: this truth is of another time than the ledger {folder}")
        return truth, ()
    from tocsin.cli.later import evidence

    found = evidence.told(folder, begin_ns, end_ns)
    if found.flights is None or not found.flights.flights:
        raise InputError(
            f"{folder}: no aircraft told of itself that night; give what really flew by --truth, a table of truth"
        )
    names = {one.identity for one in found.flights.flights}
    said = f"{folder.name}: the truth is what {len(names)} aircraft said of themselves; none of them counts as a threat"
    return truth_of(evidence.truth(found, names), "earth"), (said,)
