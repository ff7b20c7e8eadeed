"""What is learnt depends on rows and Ticks alone: not on how scans are cut, nor on where a tracker is put down."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.tracking.test_order import SITE, cut, night
from tocsin.messages import Scan
from tocsin.settings import Sensor
from tocsin.tracking.tracker import Tracker

# Two radars and self-reports, so that plots of one track meet.
OTHER = Sensor(
    "staring",
    "radar",
    east_m=1_000.0,
    north_m=-2_000.0,
    reporting="dwell",
    clutter_per_scan=1.0,
    max_range_m=40_000.0,
    sigma={"range_m": 40.0, "azimuth_rad": 0.004},
)
TOGETHER = replace(SITE, sensors=(SITE.sensors[0], OTHER, replace(SITE.sensors[2], authenticated=True)))


def measured(scan: Scan) -> Scan:
    """The staring sensor's positions as OTHER measures them."""
    if scan.sensors != ("staring",):
        return scan
    east, north = (scan.detections.values[name] - at for name, at in (("east_m", 1_000.0), ("north_m", -2_000.0)))
    values = {"range_m": np.hypot(east, north), "azimuth_rad": np.arctan2(east, north) % (2.0 * np.pi)}
    return replace(scan, detections=replace(scan.detections, values=values))


@given(st.integers(0, 2**31), st.integers(1, 5), st.data())
@settings(max_examples=10)
def test_how_scans_are_cut_between_ticks_changes_no_bit(seed: int, every: int, data: st.DataObject) -> None:
    whole, parts = Tracker(TOGETHER), Tracker(TOGETHER)
    for k, one in enumerate(night(seed, 1.0)):
        scan = measured(one)
        whole.advance(scan)
        for piece in cut(scan, data):
            parts.advance(piece)
        if k % every == 0:
            whole.tick(scan.received_ns)
            parts.tick(scan.received_ns)
        if k == 20:
            parts = Tracker.load(TOGETHER, parts.dump())
        assert whole.digest() == parts.digest()
    learned = whole.state.learner.learned
    assert whole.dump() == parts.dump()
    assert (learned.clutter > 0.0).any()
    assert (learned.clutter_ratio != 1.0).any()
