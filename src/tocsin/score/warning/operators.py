"""How many alarms one operator gets: ANSI/ISA-18.2 asks for at most ten in ten minutes in the worst of times.

A promotion of a place to a higher stage is an annunciation. Five or more places of one parent within 60 s are one: the
screen says them together (ALERTS, section 3).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints
from tocsin.score.tables.warning import Alerts, Places
from tocsin.score.warning.periods import promotions

WINDOW_S: Final = 600
TOGETHER_S: Final = 60
TOGETHER_MIN: Final = 5
ALARMS_MAX: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """The annunciations that one operator got: times, the most in any ten minutes, and how many an hour.

    `over` is the share of the annunciations at which more than ten had come in ten minutes.
    """

    operator: str
    time_ns: Ints
    worst: int
    per_hour: float
    over: float


def loads(alerts: Alerts, places: Places, span_s: float) -> tuple[Load, ...]:
    """A line for each operator, in the order in which the places name them."""
    return tuple(_load(alerts, places, operator, span_s) for operator in dict.fromkeys(places.operator))


def _load(alerts: Alerts, places: Places, operator: str, span_s: float) -> Load:
    rows = [row for row in promotions(alerts).tolist() if places.operator[alerts.place[row]] == operator]
    times = np.sort(np.array(_announced(alerts, places, rows), np.int64))
    return load(operator, times, span_s)


def load(operator: str, times: Ints, span_s: float) -> Load:
    """Of annunciations at these times, ns ascending: as they would be (`loads`), or as they sounded."""
    # how many came in the ten minutes up to each of them, itself included
    within = np.arange(1, len(times) + 1) - np.searchsorted(times, times - WINDOW_S * SECOND_NS, side="right")
    return Load(
        operator=operator,
        time_ns=times,
        worst=int(within.max(initial=0)),
        per_hour=len(times) * 3600.0 / span_s if span_s > 0.0 else float("nan"),
        over=float((within > ALARMS_MAX).mean()) if len(times) else 0.0,
    )


def _announced(alerts: Alerts, places: Places, rows: list[int]) -> list[int]:
    """Times of annunciations: promotions, those of one parent together where they are many at once."""
    by_parent: dict[str, list[int]] = {}
    for row in rows:
        where = int(alerts.place[row])
        by_parent.setdefault(places.parent[where] or f"\0{places.names[where]}", []).append(row)
    out: list[int] = []
    for promoted in by_parent.values():
        begin = 0
        while begin < len(promoted):
            first_ns = int(alerts.decided_ns[promoted[begin]])
            end = begin
            while end < len(promoted) and alerts.decided_ns[promoted[end]] - first_ns <= TOGETHER_S * SECOND_NS:
                end += 1
            burst = promoted[begin:end]
            together = len({int(alerts.place[row]) for row in burst}) >= TOGETHER_MIN
            out.append(first_ns)
            begin = end if together else begin + 1
    return out
