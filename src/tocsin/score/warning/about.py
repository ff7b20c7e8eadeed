"""What an alert was about: the true thing that its track showed, and in words where to look for what made it false.

A track within NEAR_M of a true thing is that thing, or a second track of it where another is nearer. One that is
further off may be of a threat that has just ended, or of a thing that no track is near to. What is left is a track of
nothing, and says by which kinds of sensors it was made.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.geo.frames import ecef_from_geodetic
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.tables.objects import Objects
from tocsin.score.tables.warning import UNKNOWN

NEAR_M: Final = 3_000.0
FAR_M: Final = 15_000.0
GONE_S: Final = 120.0
NO_TRACK: Final = "no track"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The track that put a place in its stage, as it was shown then, in ECEF metres; NaN where there was none.

    `called`: its class. `others_m` (k, 3): all other tracks. `made_by`: kinds of the sensors that made it lately.
    """

    time_ns: int
    at_m: Floats
    called: str
    others_m: Floats
    made_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """For each row of alerts: the true thing as the truth numbers it (UNKNOWN: of nothing), and the words for it."""

    target: Ints
    words: tuple[str, ...]


def about(shown: tuple[Shown, ...], truth: Objects, threats: tuple[str, ...]) -> About:
    """Of each alert."""
    told = [_about(one, truth, threats) for one in shown]
    return About(np.array([target for target, _ in told], dtype=np.int64), tuple(words for _, words in told))


def _about(one: Shown, truth: Objects, threats: tuple[str, ...]) -> tuple[int, str]:
    if not np.isfinite(one.at_m).all():
        return UNKNOWN, NO_TRACK
    since_s = (one.time_ns - truth.time_ns) / SECOND_NS
    rows = np.flatnonzero((since_s >= -1.0) & (since_s <= GONE_S))
    rows = rows[np.argsort(np.abs(since_s[rows]), kind="stable")]
    rows = rows[np.sort(np.unique(truth.number[rows], return_index=True)[1])]  # the row of each that is nearest in time
    at_m = ecef_from_geodetic(*np.nan_to_num(truth.place[rows]).T)
    away_m = np.linalg.norm(at_m - one.at_m, axis=1)
    others_m = np.array([np.linalg.norm(one.others_m - place, axis=1).min(initial=np.inf) for place in at_m])
    kind = [truth.kind[number] or "thing without a class" for number in truth.number[rows].tolist()]
    flying = np.abs(since_s[rows]) <= 1.0
    k = _nearest(flying, away_m)
    if k >= 0 and away_m[k] <= NEAR_M:
        return int(truth.number[rows[k]]), _named(one.called, kind[k], bool(others_m[k] < away_m[k]), threats)
    k = _nearest(~flying & np.isin(kind, threats), away_m)
    if k >= 0 and away_m[k] <= FAR_M:
        return UNKNOWN, f"{kind[k]} that has ended"
    k = _nearest(flying & (others_m > NEAR_M), away_m)
    if k >= 0 and away_m[k] <= FAR_M:
        return UNKNOWN, f"{kind[k]}, {NEAR_M / 1e3:g} to {FAR_M / 1e3:g} km off"
    return UNKNOWN, f"nothing, by {' and '.join(sorted(set(one.made_by))) or 'nobody'}, called {one.called}"


def _nearest(wanted: Flags, away_m: Floats) -> int:
    """The nearest of those that are wanted; -1: there is none."""
    rows = np.flatnonzero(wanted)
    return int(rows[away_m[rows].argmin()]) if len(rows) else -1


def _named(called: str, kind: str, second: bool, threats: tuple[str, ...]) -> str:
    if second:
        return f"a second track of one {kind}"
    if kind in threats:
        return f"{kind} that does not come"
    return f"{kind} called {called}" if kind != called else kind
