"""How often places were alerted for nothing: no threat inside within half an hour; one object counts once (section 5).

The exposure is places times time. Poisson bounds take alerts as independent; those of the bootstrap draw aircraft again
with all that each of them caused.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Ints
from tocsin.score.tables.objects import NEVER, Objects
from tocsin.score.tables.warning import STAGES, UNKNOWN, Alerts
from tocsin.score.warning.bounds import Bounded, rate, resampled
from tocsin.score.warning.entries import Stays
from tocsin.score.warning.periods import periods

WITHIN_NS: Final = 30 * 60 * SECOND_NS
DAY_S: Final = 86_400.0
# Who is alerted, the stage, how many days a rate is for, and what that is called.
AUDIENCES: Final = (
    ("public", "warning", 365.25, "place-year"),
    ("staff", "warning", 30.4375, "place-month"),
    ("staff", "watch", 1.0, "place-day"),
)
NOBODY: Final = "nothing that the truth names"


@dataclass(frozen=True, slots=True, eq=False)
class FalseAlerts:
    """False alerts of one audience and stage: `rate` with Poisson bounds, `bootstrap` over objects, both per `unit`.

    `alerts` counts all of them, true ones included. `by_class` says what they were about, `by_object` how many each
    target brought (0 for most); what no target brought stands alone at its end. `open`: of the false ones, so many are
    so near to the end of the truth that nobody can say what came of them. `begun_ns`: when each false one began.
    """

    audience: str
    stage: str
    unit: str
    alerts: int
    rate: Bounded
    bootstrap: Bounded
    by_class: tuple[tuple[str, int], ...]
    by_object: Ints
    open: int = 0
    begun_ns: Ints = field(default_factory=lambda: np.zeros(0, np.int64))


def false_alerts(
    alerts: Alerts,
    of_row: Ints,
    truth: Objects,
    stayed: Stays,
    threats: tuple[str, ...],
    place_days: float,
    words: tuple[str, ...] = (),
) -> tuple[FalseAlerts, ...]:
    """One line for each of AUDIENCES. `of_row`: the target that each alert is about, UNKNOWN where nobody can say.

    An alert is public when it was released. `words` say what each was about; without them the target's class does.
    """
    kinds = np.array(truth.kind or ("",))
    threat = np.isin(kinds[stayed.target], threats) if len(stayed) else np.zeros(0, np.bool_)
    last_ns = int(truth.time_ns.max()) - WITHIN_NS if len(truth) else 0
    out = []
    for audience, stage, days, unit in AUDIENCES:
        kept = alerts.released_ns != NEVER if audience == "public" else None
        begun = periods(alerts, STAGES.index(stage), kept)
        when = alerts.released_ns[begun.row] if audience == "public" else begun.begin_ns
        wrong = ~_followed(begun.place, when, stayed, threat)
        target, track = of_row[begun.row], alerts.track[begun.row]
        once = _once(begun.place, target, track)[wrong[_once(begun.place, target, track)]]
        told = [words[row] for row in begun.row[once].tolist()] if words else _classes(target[once], kinds)
        exposure, by_object = place_days / days, _by_object(target[once], len(truth.names))
        out.append(
            FalseAlerts(
                audience=audience,
                stage=stage,
                unit=unit,
                alerts=len(begun),
                rate=rate(len(once), exposure),
                bootstrap=resampled(by_object, exposure),
                by_class=_counted(told),
                by_object=by_object,
                open=int((when[once] > last_ns).sum()),
                begun_ns=when[once],
            )
        )
    return tuple(out)


def _followed(place: Ints, when: Ints, stayed: Stays, threat: Flags) -> Flags:
    """Was a threat inside at the time, or did one enter within half an hour?"""
    out = np.zeros(len(place), np.bool_)
    for where in np.unique(place):
        enter, leave = (column[(stayed.place == where) & threat] for column in (stayed.enter_ns, stayed.leave_ns))
        rows = np.flatnonzero(place == where)
        hit = (enter[None, :] <= when[rows, None] + WITHIN_NS) & (leave[None, :] >= when[rows, None])
        out[rows] = hit.any(axis=1)
    return out


def _once(place: Ints, target: Ints, track: Ints) -> Ints:
    """Rows, each place and object once. An object that has no number is its track; without one it stands alone."""
    alone = (target == UNKNOWN) & (track == UNKNOWN)
    kind = np.where(alone, 2, np.where(target == UNKNOWN, 1, 0))
    number = np.where(alone, np.arange(len(place)), np.where(target == UNKNOWN, track, target))
    return np.sort(np.unique(np.column_stack((place, kind, number)), axis=0, return_index=True)[1])


def _by_object(target: Ints, targets: int) -> Ints:
    """How many of them each target brought; what no target brought stands alone."""
    named = target[target != UNKNOWN]
    return np.concatenate((np.bincount(named, minlength=targets), np.ones(len(target) - len(named), np.int64)))


def _classes(target: Ints, kinds: np.ndarray) -> list[str]:
    return [NOBODY if one == UNKNOWN else str(kinds[one]) or "class not told" for one in target.tolist()]


def _counted(words: list[str]) -> tuple[tuple[str, int], ...]:
    names, counts = np.unique(np.array(words or [""]), return_counts=True)
    return tuple(zip(names.tolist(), counts.tolist(), strict=True)) if words else ()
