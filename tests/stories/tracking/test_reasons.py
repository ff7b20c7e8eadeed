"""Asked why a track is there, the tracker names the detections that made it, and what it refused meanwhile."""

from pathlib import Path

import arro3.io
import numpy as np
import pytest

from tests.tracks import follow, ns, scan, sensor, tracker_of
from tocsin.feeds.tables import explained
from tocsin.tracking.tracker import Tracker


def seen(seconds: int) -> Tracker:
    """Two targets that fly apart, seen by two sensors in turn, with a false detection now and then."""
    rng = np.random.default_rng(4)
    tracker = tracker_of(sensor("north"), sensor("south", sigma={"east_m": 30.0, "north_m": 30.0, "up_m": 30.0}))
    scans = []
    for k in range(seconds):
        places = np.array([[50.0 * k, 0.0], [-50.0 * k, 5_000.0]]) + 10.0 * rng.standard_normal((2, 2))
        false = rng.uniform(-2e4, 2e4, (int(k % 3 == 0), 2))
        scans.append(scan("north" if k % 2 else "south", 100.0 + k, np.concatenate([places, false])))
    follow(tracker, scans)
    return tracker


@pytest.mark.parametrize("seconds", [20, 90])
def test_asked_why_the_tracker_names_the_detections_that_made_a_track_and_their_weights_add_up(seconds: int) -> None:
    tracker = seen(seconds)
    now = ns(100.0 + seconds)
    picture = tracker.picture(now)
    sure = picture.track[picture.existence > 0.99].tolist()
    assert len(sure) == 2
    for number in sure:
        why = tracker.explain(number)
        assert (np.diff(why.time_ns) >= 0).all()
        assert len(why) >= seconds - 1
        assert {why.sensors[s] for s in why.sensor} == {"north", "south"}
        for s, name in enumerate(why.sensors):
            assert why.weights[name] == pytest.approx(float(why.weight[why.sensor == s].sum()), rel=1e-5)
            assert why.detections[name] == int((why.sensor == s).sum())
        assert seconds - 3 < sum(why.weights.values()) < seconds + 1, "one detection each second, nearly all its own"
        flown = 50.0 * (why.time_ns / 1e9 - 100.0) * (1.0 if why.measured["east_m"][-1] > 0 else -1.0)
        mine = why.weight > 0.9
        assert float(np.abs(why.measured["east_m"] - flown)[mine].max()) < 80.0


def test_a_detection_is_never_shared_out_more_than_once() -> None:
    tracker = tracker_of(sensor(clutter_per_scan=0.01))
    tracker.keep_contributions()
    rng = np.random.default_rng(5)
    scans = [
        scan("lab", 100.0 + k, np.array([[40.0 * k, 0.0], [40.0 * k, 15.0]]) + 10.0 * rng.standard_normal((2, 2)))
        for k in range(60)
    ]
    follow(tracker, scans)
    columns = tracker.contributions()
    places = np.stack([columns["time_ns"], columns["east_m"].view(np.int64)], axis=1)
    _, at = np.unique(places, axis=0, return_inverse=True)
    shares = np.bincount(at.reshape(-1), columns["weight"])
    assert len(set(columns["track"].tolist())) >= 2
    assert float(shares.max()) <= 1.0 + 1e-6
    assert float(np.median(shares)) > 0.95


def test_why_one_was_refused() -> None:
    tracker = seen(50)
    tracker.advance(scan("north", 105.0, np.array([[250.0, 0.0]]), received_s=150.0))
    tracker.advance(scan("nobody", 148.0, np.array([[2_400.0, 0.0]])))
    tracker.tick(ns(150.0))
    why = tracker.explain(int(tracker.picture(ns(150.0)).track[0]))
    assert [(refusal.reason, refusal.count) for refusal in why.refused] == [
        ("tracking: later than late_s", 1),
        ("tracking: unknown sensor", 1),
    ]
    assert "'north'" in why.refused[0].detail


def test_a_track_that_never_was_has_no_reasons() -> None:
    why = seen(10).explain(4711)
    assert len(why) == 0
    assert dict(why.detections) == {}


def test_what_is_explained_survives_a_dump_in_sums_and_in_its_newest_part() -> None:
    tracker = seen(120)
    number = int(tracker.picture(ns(220.0)).track[0])
    again = Tracker.load(tracker.settings, tracker.dump())
    before, after = tracker.explain(number), again.explain(number)
    assert dict(after.detections) == dict(before.detections)
    assert dict(after.weights) == pytest.approx(dict(before.weights))
    assert 40 <= len(after) < len(before)
    assert after.time_ns[-40:].tolist() == before.time_ns[-40:].tolist()
    assert again.dump() == tracker.dump()


def test_all_reasons_as_a_table(tmp_path: Path) -> None:
    tracker = tracker_of(sensor("north"))
    tracker.keep_contributions()
    follow(tracker, [scan("north", 100.0 + k, np.array([[50.0 * k, 0.0]])) for k in range(50)])
    rows = explained.write(tracker.contributions(), ["north"], tmp_path / "why.parquet")
    table = arro3.io.read_parquet(tmp_path / "why.parquet").read_all()
    assert table.num_rows == rows >= 49
    assert table.schema.names == ["time", "track", "sensor", "weight", "east_m", "north_m"]
    assert set(table["sensor"].to_pylist()) == {"north"}
