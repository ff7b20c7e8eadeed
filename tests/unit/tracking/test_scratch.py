"""What stands in the room to work in decides nothing: it is no state, and a tracker that was loaded has it empty."""

import numpy as np
import pytest

from tests.scans import ADSB, RADAR, START_NS, Flight, radar_turn, self_reports, settings
from tests.tracks import ns
from tocsin.tracking import arrays
from tocsin.tracking.kernels.columns import Floats, Scratch
from tocsin.tracking.kernels.memory.fetch import fetch
from tocsin.tracking.kernels.njit import kernel
from tocsin.tracking.tracker import Tracker

FLIGHTS = [
    Flight((20_000.0 + 700.0 * k, 10_000.0 - 900.0 * k, 3_000.0), (-150.0, 30.0 + 10.0 * k, 0.0), f"icao:{k}")
    for k in range(4)
]


def night() -> list[bytes]:
    rng = np.random.default_rng(3)
    tracker, digests = Tracker(settings(RADAR, ADSB)), []
    for turn in range(4):
        for second in range(4):
            tracker.advance(self_reports(FLIGHTS, 4.0 * turn + second, rng))
        tracker.advance(radar_turn(FLIGHTS, turn, rng))
        tracker.tick(START_NS + ns(4.0 * turn + 4.5))
        digests.append(tracker.digest())
    return digests


def test_what_stands_in_the_room_to_work_in_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clean, made = night(), arrays.new_scratch

    def littered(slots: int, rows: int, pairs: int, modes: int, before: Scratch | None = None) -> Scratch:
        scratch = made(slots, rows, pairs, modes, before)
        for column in scratch:
            assert column.dtype != np.float64 or np.isfinite(column).all()
            column.fill(1e77 if column.dtype == np.float64 else 0)
        return scratch

    monkeypatch.setattr(arrays, "new_scratch", littered)
    assert night() == clean


@kernel
def total(table: Floats, ahead: int) -> float:
    """The sum of a table, each row asked for so many rows before."""
    found = 0.0
    for row in range(table.shape[0]):
        fetch(table, row + ahead)
        for column in range(table.shape[1]):
            found += table[row, column]
    return found


@pytest.mark.parametrize("ahead", [0, 3, -(10**6), 10**6])
def test_to_ask_for_memory_changes_no_number_even_where_there_is_none(ahead: int) -> None:
    table = np.arange(24.0).reshape(8, 3)
    assert total(table, ahead) == table.sum()


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_what_a_row_says_of_its_place_is_in_one_line_of_cache(rows: int) -> None:
    near = arrays.new_scratch(4, rows, 8, 1).row_near
    assert near.shape == (rows, 8)
    assert near.flags.c_contiguous
    assert near.ctypes.data % 64 == 0
