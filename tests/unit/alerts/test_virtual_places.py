"""Many places judged at once (`benchmarks.nights`) are at the stages that a board would put them in from quiet."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.nights.__main__ import judged
from tests.unit.alerts.test_board import AIRLINER, DRONE, PLACES, forecast, health, seen
from tocsin.alerts.board import Board
from tocsin.alerts.danger import dangers
from tocsin.settings import Alerting

LEVEL = {"quiet": 0, "watch": 1, "warning": 2, "under way": 2}


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 1), st.floats(0.0, 4_000.0)), max_size=6),
    st.sampled_from((DRONE, AIRLINER)),
    st.integers(1, 5),
)
def test_levels_are_those_of_a_board(rows: list[tuple[int, int, float]], kind: int, detections: int) -> None:
    rows = sorted({row[:2]: row for row in rows}.values())
    tracks = sorted({row[0] for row in rows})
    many = np.full(len(tracks), detections)
    shown, coming = seen(0.0, tracks, kind=kind, detections=many), forecast(0.0, rows)
    stages = [LEVEL[one.stage] for one in Board(PLACES, Alerting()).step(coming, shown, health())]
    known = dangers(coming, shown, PLACES, Alerting())
    level, leads = judged(known, len(PLACES), Alerting())
    assert level.tolist() == stages
    for place in np.flatnonzero(level > 0).tolist():
        at = known.place == place
        assert known.place[leads[place]] == place
        assert (
            max(known.soon[leads[place]], known.inside[leads[place]]) == np.maximum(known.soon, known.inside)[at].max()
        )
