"""When places were at a stage or above, and when they were put there: rows of alerts, merged where they follow."""

from dataclasses import dataclass

import numpy as np

from tocsin.messages import Flags, Ints
from tocsin.score.tables.warning import Alerts

JOINED_NS = 1_000_000_000  # a row that begins within a second of another's end goes on with it


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Stretches in which a place was at a stage or above, sorted by place, then time. `row`: what began it."""

    place: Ints
    begin_ns: Ints
    end_ns: Ints
    row: Ints

    def __len__(self) -> int:
        return len(self.place)


def periods(alerts: Alerts, level: int, kept: Flags | None = None) -> Periods:
    """The stretches at `level` or above; `kept` chooses among the rows of alerts."""
    rows = np.flatnonzero((alerts.level >= level) & (True if kept is None else kept))
    rows = rows[np.lexsort((alerts.decided_ns[rows], alerts.place[rows]))]
    begun: list[int] = []
    ends: list[int] = []
    for row in rows.tolist():
        decided, ended = int(alerts.decided_ns[row]), int(alerts.ended_ns[row])
        if begun and alerts.place[begun[-1]] == alerts.place[row] and decided - JOINED_NS <= ends[-1]:
            ends[-1] = max(ends[-1], ended)
        else:
            begun.append(row)
            ends.append(ended)
    at = np.array(begun, np.int64)
    return Periods(alerts.place[at], alerts.decided_ns[at], np.array(ends, np.int64), at)


def promotions(alerts: Alerts) -> Ints:
    """Rows that raised a place's stage, in order of time: renewals and steps down are none."""
    order = np.lexsort((-alerts.level, alerts.decided_ns))
    standing: dict[int, list[tuple[int, int]]] = {}
    raised = []
    for row in order.tolist():
        before, now = standing.setdefault(int(alerts.place[row]), []), int(alerts.decided_ns[row])
        before[:] = [(end, height) for end, height in before if end + JOINED_NS >= now]
        level = int(alerts.level[row])
        if all(height < level for _, height in before):
            raised.append(row)
        before.append((int(alerts.ended_ns[row]), level))
    return np.array(raised, np.int64)
