"""What was said that night: each place that was put in a higher stage, and whether it was about somebody who is known.

An alert about an aircraft that told who it is, and that others bore out, was for nothing: nobody of them meant harm.
What the others were about is not known; they are an upper bound, and a list to look at in the morning.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tocsin import wire
from tocsin.cli.later.evidence import Evidence
from tocsin.geo.units import SECOND_NS
from tocsin.ledger.reader import Reader
from tocsin.messages import Alert
from tocsin.score.report.page import Section, Tile, figure, table
from tocsin.score.warning.bounds import Bounded, rate

NEAR_M = 3_000.0
MONTH_S = 30.4375 * 86_400.0
ROWS_MAX = 200
RAISED = {"quiet": 0, "all clear": 0, "watch": 1, "warning": 2, "under way": 3}


@dataclass(frozen=True, slots=True)
class Raised:
    """A place put in a higher stage. `who` is the aircraft that it was about, "" where nobody known was near."""

    time_ns: int
    place: str
    stage: str
    rule: str
    chance: float
    who: str


def raised(folder: Path, found: Evidence) -> tuple[Raised, ...]:
    """All of the night, in order of time."""
    out = []
    with closing(Reader(folder)) as reader:
        for entry in reader.items_between(found.begin_ns, found.end_ns + 1, ("alert",)):
            if entry.body is None:
                continue
            alert: Alert = wire.decode(entry.kind, entry.format, entry.body)
            if RAISED.get(alert.stage, 0) > RAISED.get(alert.before, 0):
                who = _who(alert, found)
                out.append(Raised(alert.time_ns, alert.place, alert.stage, alert.rule, alert.chance, who))
    return tuple(out)


def _who(alert: Alert, found: Evidence) -> str:
    """The aircraft that told of itself and was nearest to the track that the alert names first."""
    times = np.array([moment.time_ns for moment in found.moments])
    if not alert.reasons or not len(times) or found.flights is None:
        return ""
    moment = found.moments[int(np.abs(times - alert.time_ns).argmin())]
    at = np.flatnonzero(moment.track == alert.reasons[0].track)
    if not len(at):
        return ""
    second = (moment.time_ns - found.flights.start_ns) / SECOND_NS
    near: tuple[float, str] = (NEAR_M, "")
    for one in found.flights.flights:
        row = round(second - one.start_s)
        if 0 <= row < len(one.knots):
            away_m = float(np.linalg.norm(one.knots[row, :3] - moment.position_m[at[0]]))
            near = min(near, (away_m, one.identity))
    return near[1]


def known_rate(every: Sequence[Raised], found: Evidence) -> Bounded:
    """Warnings about aircraft that are known, a place-month."""
    exposure = len(found.settings.places) * (found.end_ns - found.begin_ns) / SECOND_NS / MONTH_S
    return rate(sum(bool(one.who) for one in _warnings(every)), exposure)


def _warnings(every: Sequence[Raised]) -> list[Raised]:
    return [one for one in every if RAISED[one.stage] >= RAISED["warning"]]


def tiles(every: Sequence[Raised]) -> list[Tile]:
    """How many, and how many of them for nothing."""
    warnings = _warnings(every)
    known = sum(bool(one.who) for one in warnings)
    return [Tile(f"{known}/{len(warnings)}", "", "warnings about aircraft that are known: for nothing")]


def sections(every: Sequence[Raised], found: Evidence) -> list[Section]:
    """The list."""
    per = known_rate(every, found)
    said = f"{figure(per.value)} a place-month (95 %: {figure(per.low)} to {figure(per.high)})" if per.of else "-"
    rows = [
        (
            datetime.fromtimestamp(one.time_ns / SECOND_NS, UTC).strftime("%H:%M:%S"),
            one.place,
            one.stage,
            one.rule,
            f"{one.chance:.2f}",
            one.who or "nobody who told of itself",
        )
        for one in every[:ROWS_MAX]
    ]
    caption = (
        f"Warnings for nothing, about aircraft that told who they are: {said}. What the others were about nobody "
        "knows: look at them."
    )
    nothing = "Nothing was said that night." if not every else ""
    head = ("UTC", "place", "stage", "decided by", "chance", "about")
    return [Section("What was said", caption if every else nothing, table(head, rows) if rows else "")]


def record(every: Sequence[Raised], found: Evidence) -> dict[str, object]:
    """For JSON."""
    per = known_rate(every, found)
    plain = [
        {"time_ns": one.time_ns, "place": one.place, "stage": one.stage, "rule": one.rule, "about": one.who}
        for one in every
    ]
    bounds = [per.value, per.low, per.high] if per.of else None
    return {"raised": plain, "known_warnings": per.count, "known_place_month": bounds}
