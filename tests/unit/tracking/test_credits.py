"""Whose was each row? The tracker tells those who learn from it, and shares never add up to more than one."""

import numpy as np

from tests.tracks import flat, ns, scan, sensor
from tocsin.messages import Floats
from tocsin.tracking.kernels.columns import Credits
from tocsin.tracking.looks import Batch
from tocsin.tracking.tracker import Tracker


class Told(Tracker):
    """A tracker that keeps what learners are told."""

    told: list[tuple[Batch, Credits]]

    def _learn(self, batch: Batch, credited: Credits) -> None:
        self.told.append((batch, credited))


def test_each_row_is_credited_to_what_it_began_or_to_whom_it_belongs() -> None:
    tracker = Told(flat(sensor(clutter_per_scan=0.01)))
    tracker.told = []
    for k in range(8):
        place: Floats = np.array([[100.0 + 10.0 * k, 50.0, 0.0], [9_000.0, -40.0 * k, 0.0]])
        tracker.advance(scan("lab", 1.0 + k, place))
        tracker.tick(ns(1.5 + k))
    shares = np.zeros((len(tracker.told), 2))
    for k, (batch, credited) in enumerate(tracker.told):
        assert (credited.weight >= 0.0).all()
        np.add.at(shares[k], credited.row, credited.weight)
        assert len(batch.looks.time) == 1
        assert (credited.look == 0).all()
    assert (shares <= 1.0 + 1e-9).all()
    assert (shares[4:] > 0.9).all(), "four scans in, two lonely targets own their detections"
    last = tracker.told[-1][1]
    owners = {
        int(row): int(number) for row, number, w in zip(last.row, last.number, last.weight, strict=True) if w > 0.5
    }
    assert sorted(owners) == [0, 1]
    assert len(set(owners.values())) == 2
    assert set(owners.values()) <= {int(n) for n in tracker.picture(ns(8.5)).track}
