"""What is kept of a plot is state: it depends on that plot alone, and on no row that was worked before it."""

from collections.abc import Callable
from typing import cast

import numpy as np

from tests.scans import RADAR
from tests.scans import settings as site
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.learning.registration import put_down
from tocsin.tracking.learning.learner import new_room
from tocsin.tracking.tracker import Tracker


def kept(before: float) -> np.ndarray:
    """What a position report leaves, where all room held `before`."""
    tracker = Tracker(site(RADAR))
    room = new_room(tracker.state.learner.plan)
    for column in (room.plot, room.x):
        column[:] = before
    plain = cast("Callable[..., bool]", getattr(put_down, "py_func", put_down))
    z, var = np.arange(1.0, 1.0 + c.QUANTITIES), np.ones(c.QUANTITIES)
    mask = (1 << c.EAST) | (1 << c.NORTH) | (1 << c.UP)
    assert plain(mask, z, var, np.eye(3), tracker._sensors, 0, np.zeros(3), np.eye(3), room)
    return room.plot.copy()


def test_a_position_report_leaves_nothing_of_the_row_before_it() -> None:
    assert np.array_equal(kept(7.0), kept(-3.0))
