"""Rows of the past as plain data and back: every bit, however many columns are the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.tracking.kernels.columns import Rows
from tocsin.tracking.late.past import packed, unpacked
from tocsin.tracking.looks import EMPTY, KEY, Stretch


@given(st.integers(0, 2**31), st.integers(0, 6))
def test_a_stretch_comes_back_bit_for_bit(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    odd = np.array([0.0, 1.0, np.nan, np.inf, -0.0, 1e-310])

    def like(column: np.ndarray) -> np.ndarray:
        shape = (rows, *column.shape[1:])
        if column.dtype == np.int64:
            return rng.integers(-1, 2, shape)
        return rng.choice(odd if rng.random() < 0.5 else odd[:1], shape)

    stretch = Stretch(
        Rows._make(like(column) for column in EMPTY), like(np.zeros((1, KEY), np.int64)), np.zeros((0, KEY), np.int64)
    )
    again = unpacked(packed(stretch))
    for one, other in zip((*stretch.rows, *stretch[1:]), (*again.rows, *again[1:]), strict=True):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.tobytes() == other.tobytes()
