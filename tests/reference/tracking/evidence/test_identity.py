"""The judgement of identities against its twin."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.tracking.evidence.identity import Judge, Report
from tocsin.settings import Frame, Sensor
from tocsin.tracking.identity import Identities
from tocsin.tracking.kernels import columns as k
from tocsin.tracking.kernels.columns import Looks, Rows
from tocsin.tracking.looks import Batch

NAMES = {0: "taken", 1: "copy", 2: "two places", 3: "jump", 4: "flood", 7: "stripped"}
SENSORS = (
    Sensor("adsb", "position", reporting="event", new_identities_per_min=2.0),
    Sensor("other", "position", reporting="event", new_identities_per_min=2.0),
    Sensor("radar", "radar"),
)


def batch(reports: list[Report], start: int = 0) -> Batch:
    """Each row a look of its own; `start` rows came before."""
    n = len(reports)
    time = np.array([round(row.time_s * 1e9) for row in reports], dtype=np.int64)
    place = np.array([[*row.place_m, row.sigma_m] for row in reports])
    z = np.zeros((n, k.QUANTITIES))
    z[:, k.EAST : k.UP + 1] = np.arange(3 * n).reshape(n, 3) + 3.0 * start + 1.0  # no two alike: nothing is a recording
    word = np.zeros((n, 4), dtype=np.int64)
    word[:, 0] = [row.who for row in reports]
    ones = np.ones(n, dtype=np.int64)
    rows = Rows(
        7 * ones,
        z,
        np.ones_like(z),
        np.zeros((n, 3, 3)),
        place,
        time,
        np.ones(n),
        np.ones(n),
        word,
        np.ones(n),
        np.zeros((n, 2)),
    )
    first = np.arange(n)
    sensor = np.array([row.source for row in reports], dtype=np.int64)
    return Batch(rows, Looks(time, sensor, first, first + 1, 0 * ones, np.full((n, 2), np.nan), 0 * ones))


@st.composite
def stories(draw: st.DrawFn) -> list[Report]:
    """A few identities that two receivers and a radar tell of, near and far, early and late."""
    time, rows = 1000.0, []
    for _ in range(draw(st.integers(1, 40))):
        time += draw(st.sampled_from([0.0, 0.1, 1.0, 3.0, 6.0, 25.0, 70.0]))
        place = np.array([draw(st.sampled_from([0.0, 5.0, 400.0, 30_000.0, 90_000.0])), 0.0, 100.0])
        source = draw(st.integers(0, 2))
        sigma = draw(st.sampled_from([10.0, 200.0]))
        late = draw(st.sampled_from([0.0, 0.0, 0.0, 2.0]))
        rows.append(Report(time - late, place, sigma, draw(st.integers(0, 30)), source, source < 2))
    return rows


@given(stories())
@settings(max_examples=60, deadline=None)
def test_each_row_is_judged_as_the_twin_judges_it(reports: list[Report]) -> None:
    twin = Judge(2.0, 1000.0)
    expected = [twin.judge(row) for row in reports]
    judged = Identities(SENSORS, Frame("local", 3), 1000.0)
    for row, verdict in zip(reports, expected, strict=True):
        before = judged.counted.copy()
        judged.judge(batch([row]), 31)
        found = np.flatnonzero(judged.counted - before)
        assert [NAMES[int(v)] for v in found] == [verdict] if len(found) else verdict == "taken"


@given(stories(), st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_how_rows_are_cut_into_batches_and_dumps_changes_no_verdict(reports: list[Report], cut: int) -> None:
    whole = Identities(SENSORS, Frame("local", 3), 1000.0)
    whole.judge(batch(reports), 31)
    parts = Identities(SENSORS, Frame("local", 3), 1000.0)
    if reports[:cut]:
        parts.judge(batch(reports[:cut]), 31)
    resumed = Identities(SENSORS, Frame("local", 3), 1000.0)
    resumed.load(parts.dump())
    if reports[cut:]:
        resumed.judge(batch(reports[cut:], cut), 31)
    for one, other in zip(whole.state(), resumed.state(), strict=True):
        np.testing.assert_array_equal(one, other)
