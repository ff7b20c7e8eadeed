"""Scores a night of a ledger twice: the picture as it was shown then, and one that nobody told of anything."""

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from arro3.core import RecordBatch
from arro3.core import Table as ArrowTable

from tocsin import __version__
from tocsin.cli.later import said
from tocsin.cli.later.evidence import EVERY_S, Evidence, coverage, night, truth, without_telling
from tocsin.errors import InputError
from tocsin.feeds.tables import tracks
from tocsin.geo.units import SECOND_NS
from tocsin.score.alignment import align
from tocsin.score.report.page import Section, Tile, record, tracking_sections, tracking_tiles
from tocsin.score.scorecard import Rules, Scorecard, score
from tocsin.score.seeable import only_seeable, seeable_of
from tocsin.score.tables.arrow import Table
from tocsin.score.tables.objects import tracks_of, truth_of

HOLD_S = 10.0
TILES = 4
UNKNOWABLE = (
    "A track near no aircraft that told of itself is not known to be false: it may be anybody who tells nothing. "
    "What is said of false tracks, spuriousness, precision and the false part of GOSPA is an upper bound."
)
FLATTERED = (
    "As shown then: the picture had heard the same messages that are the truth here, so that its errors are flattered. "
    "What it tells is what was lost, late, doubled or swapped."
)
NOT_TOLD = (
    "Not told: the night was worked again without {}, and without identities, where a sensor is declared to see. So "
    "would have been tracked who tells nothing, as far as these aircraft stand for them in size and flight."
)
Report = tuple[str, str, list[Tile], list[str], list[Section], dict[str, object]]


def span(text: str) -> tuple[int, int]:
    """From noon of the day to the next noon, UTC, ns."""
    try:
        noon = datetime.strptime(text, "%Y-%m-%d").replace(hour=12, tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"--night {text}: write the evening's day, such as 2031-02-11") from error
    return round(noon.timestamp()) * SECOND_NS, round((noon + timedelta(days=1)).timestamp()) * SECOND_NS


def scored(arguments: Namespace, rules: Rules) -> Report:
    """Title, lead, tiles, notes, sections, and the record for JSON."""
    folder: Path = arguments.ledger
    begin_ns, end_ns = span(arguments.night) if arguments.night else (None, None)
    found = night(folder, begin_ns, end_ns, arguments.every)
    if not found.moments:
        raise InputError(f"{folder}: no picture of this night can be made again; see `tocsin verify --replay`")
    told = {one.identity for one in found.flights.flights} if found.flights else set()
    borne = told & found.corroborated
    used = borne or told
    if not used:
        raise InputError(f"{folder}: no aircraft told of itself that night for a minute: nothing became known later")
    then = _card(found, found.shown, used, rules)
    alone = _card(found, list(tracks.batches(without_telling(folder, found))), used, rules)
    tiles = [_named(one, "then") for one in tracking_tiles(then)[:TILES]]
    tiles += [_named(one, "not told") for one in tracking_tiles(alone)[:TILES]]
    every = said.raised(folder, found)
    tiles += said.tiles(every)
    sections = said.sections(every, found)
    sections += [_headed(one, "As shown then") for one in tracking_sections(then)]
    sections += [_headed(one, "Not told") for one in tracking_sections(alone)]
    notes = _notes(found, len(told), len(used), bool(borne))
    out: dict[str, object] = {"notes": notes, "then": record(then, __version__), "not_told": record(alone, __version__)}
    out["said"] = said.record(every, found)
    lead = f"{_utc(found.begin_ns)} to {_utc(found.end_ns)} UTC: what was shown, against what became known later."
    when = f"of {arguments.night}" if arguments.night else f"kept in {folder.name}"
    return f"The night {when}", lead, tiles, notes, sections, out


def _notes(found: Evidence, told: int, used: int, borne: bool) -> list[str]:
    who = "that another sensor bore out" if borne else "whom no other sensor bore out: they may be invented"
    notes = [
        f"The truth is what {used} of {told} aircraft said of themselves, {who}; smoothed by what came later.",
        UNKNOWABLE,
        FLATTERED,
        NOT_TOLD.format(", ".join(sorted(found.telling))),
    ]
    if found.every_s > EVERY_S:
        notes.append(f"Scored at a picture each {found.every_s:.3g} s: as many as fit into memory.")
    if found.silent:
        notes.append(f"{found.silent} pictures could not be made again: nothing is kept of then.")
    return notes


def _utc(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / SECOND_NS, UTC).strftime("%Y-%m-%d %H:%M")


def _card(found: Evidence, shown: list[RecordBatch], used: set[str], rules: Rules) -> Scorecard:
    flown = truth(found, used)
    pictures = Table("tracks", ArrowTable.from_batches(shown))
    scene = align(truth_of(flown, "earth"), tracks_of(pictures, "earth"), dimensions=2)
    return score(only_seeable(scene, seeable_of(coverage(found, flown)), HOLD_S, rules.gate_m or rules.c_m), rules)


def _named(one: Tile, which: str) -> Tile:
    return Tile(one.value, one.unit, f"{which}: {one.words}")


def _headed(one: Section, which: str) -> Section:
    return Section(f"{which}: {one.title}", one.caption, one.body)
