"""Columns that say the same of every row: parts of one table, which need no room and stand in any order.

Most sensors name nothing and measure along the axes of the site. A third of what a row takes is said of all of them; it
is neither written nor put in order, nor kept for each second that may be worked again.
"""

from typing import Final

import numpy as np

from tocsin.tracking.kernels.columns import Floats, Ints

ROWS: Final = 1 << 14  # of more rows a column is a table of its own
AXES: Floats = np.repeat(np.eye(3)[None], ROWS, axis=0)  # those of the frame
WORDS: Ints = np.zeros((ROWS, 4), dtype=np.int64)  # none
SAID: Floats = np.zeros((ROWS, 2))  # nothing
STRENGTH: Floats = np.ones(ROWS)
TABLES: Final = (AXES, WORDS, SAID, STRENGTH)


def alike(table: np.ndarray, rows: int) -> np.ndarray:
    """So many rows of one of TABLES; whoever writes to them writes to a copy."""
    return table[:rows] if rows <= ROWS else np.repeat(table[:1], rows, axis=0)


def in_order(column: np.ndarray, order: Ints) -> np.ndarray:
    """The rows of a column in another order, of which none comes twice."""
    if any(column.base is table for table in TABLES):
        return column[: len(order)]
    return column.take(order, axis=0)  # a third of the time of an index where rows are wide
