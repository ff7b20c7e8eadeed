"""A scan cut into pieces is the same scan: every row once, in order, with its own sweep."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.feeds.cutting import pieces
from tocsin.messages import Detections, Scan, Sweeps


@st.composite
def scans(draw: st.DrawFn) -> Scan:
    """Up to 12 rows over up to 5 sweeps, some of them without rows."""
    s = draw(st.integers(1, 5))
    sweep = np.array(sorted(draw(st.lists(st.integers(0, s - 1), max_size=12))), np.int32)
    n = len(sweep)
    number = np.arange(s) + 100
    nan = np.full(s, np.nan)
    sweeps = Sweeps(np.zeros(s, np.int32), number, number * 10, number * 10 + 9, nan, nan.copy(), np.ones(s, np.bool_))
    times = np.sort(np.array(draw(st.lists(st.integers(995, 1_060), min_size=n, max_size=n)), np.int64))
    detections = Detections(sweep, times, times + 5, {"range_m": np.arange(float(n))}, {"identity": tuple("x" * n)})
    return Scan("f", 2_000, ("a",), sweeps, detections, raw_sha256=b"d", raw_length=9)


@given(scans(), st.data())
def test_every_row_and_every_sweep_comes_through(scan: Scan, data: st.DataObject) -> None:
    n = len(scan.detections)
    at = np.array(sorted(data.draw(st.sets(st.integers(1, n - 1)))) if n > 1 else [], np.int64)
    cut = list(pieces(scan, at))
    assert len(cut) == len(at) + 1
    assert np.concatenate([one.detections.time_ns for one in cut]).tolist() == scan.detections.time_ns.tolist()
    rows = np.concatenate([one.sweeps.number[one.detections.sweep] for one in cut])
    assert rows.tolist() == scan.sweeps.number[scan.detections.sweep].tolist()
    told = {int(number) for one in cut for number in one.sweeps.number}
    assert told == set(scan.sweeps.number.tolist())
    assert sum(one.raw_length for one in cut) == scan.raw_length


@given(scans(), st.data())
def test_no_piece_tells_of_a_look_that_was_not_over(scan: Scan, data: st.DataObject) -> None:
    n = len(scan.detections)
    at = np.array(sorted(data.draw(st.sets(st.integers(1, n - 1)))) if n > 1 else [], np.int64)
    for one in list(pieces(scan, at))[:-1]:
        told_ns = one.sweeps.end_ns[np.setdiff1d(np.arange(len(one.sweeps.number)), one.detections.sweep)]
        assert (told_ns <= one.received_ns).all()
