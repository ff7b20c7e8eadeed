"""How components lie in memory, and what the index knows of them, changes no bit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.tracking.test_order import SITE, night
from tests.tracks import INTERPRETED
from tocsin.tracking import arrays
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.tracker import Tracker

EXAMPLES = 3 if INTERPRETED else 10


def packed(tracker: Tracker) -> None:
    """Pack the living together, as a load does, and forget the index."""
    state = tracker.state
    state.bank = arrays.fit(state.bank, state.running, 1)
    tracker._index = arrays.new_index(len(state.bank.mu))


@given(st.integers(0, 2**31), st.sampled_from([1, 3, 8]))
@settings(max_examples=EXAMPLES, deadline=None)
def test_packing_the_bank_and_building_the_index_anew_changes_no_bit(seed: int, every: int) -> None:
    left, tidied = Tracker(SITE), Tracker(SITE)
    for k, scan in enumerate(night(seed, targets=40)):
        for tracker in (left, tidied):
            tracker.advance(scan)
            if k % 4 == 0:
                tracker.tick(scan.received_ns)
        if k % every == 0:
            packed(tidied)
        if k % 4 == 0:
            assert left.digest() == tidied.digest()
    assert int(left.state.running[c.SLOTS]) > int(tidied.state.running[c.SLOTS]) - 1
    assert np.isfinite(left.state.bank.x[left.state.living()]).all()
