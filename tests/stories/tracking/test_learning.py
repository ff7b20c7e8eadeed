"""What the tracker learns of its sensors: weather, radars that are off, aircraft that lie, a radar gone bad."""

from dataclasses import replace

import numpy as np

from tests.radars import AIRCRAFT, Radars
from tests.tracks import INTERPRETED, flat, ns, scan, sensor
from tocsin.messages import Floats
from tocsin.settings import Learning
from tocsin.tracking.learning.offsets import COMMON_SIGMA_S
from tocsin.tracking.tracker import Tracker

OFF = Learning(clutter=False, detection=False, registration=False, weighting=False)
WRONG = {"west": (120.0, 0.007, 0.3), "east": (-150.0, -0.005, -0.2)}
LONG_S = 200 if INTERPRETED else 300


def test_radars_that_are_off_are_set_right_by_honest_aircraft() -> None:
    radars = Radars(1, off=WRONG).fly(LONG_S)
    assert float(np.abs(radars.error()).max()) < 3.5
    health = radars.tracker.learnt()["west"]
    assert abs(float(health["range_bias_m"]) - 120.0) < 20.0
    assert abs(float(health["azimuth_bias_rad"]) - 0.007) < 0.0007
    assert 0.0 < float(health["time_bias_s_sigma"]) < 0.2
    # however many aircraft agree, they may all be late by the same: their clock is never taken for better than that
    assert float(health["time_bias_s_sigma"]) > 0.8 * COMMON_SIGMA_S
    applied = radars.tracker.state.learner.learned.applied
    assert abs(float(applied[0, 0]) - 120.0) < 20.0  # and taken off
    if not INTERPRETED:  # five minutes: by then the second tracks of the first minute are gone
        assert radars.tracks == AIRCRAFT


def test_radars_that_are_off_and_not_set_right_show_more_tracks_than_aircraft() -> None:
    assert Radars(1, off=WRONG, learning=OFF).fly(90).tracks > AIRCRAFT


def test_offsets_are_not_believed_faster_than_they_may_change() -> None:
    radars = Radars(1, off=WRONG).fly(20)
    applied = np.abs(radars.tracker.state.learner.learned.applied)
    assert 0.0 < float(applied[:, 0].max()) <= 2.0 * 20.0
    assert float(applied[:, 1].max()) <= np.radians(0.01) * 20.0


def test_aircraft_that_say_a_false_place_do_not_move_the_radars() -> None:
    for metres in (120.0, 1_500.0):

        def lie(time_s: float, metres: float = metres) -> Floats:
            off = np.zeros((AIRCRAFT, 2))
            off[::4, 0] = np.clip(5.0 * (time_s - 60.0), 0.0, metres)
            return off

        radars = Radars(2, lie=lie).fly(LONG_S)
        bias = np.abs(radars.tracker.state.learner.learned.bias[:-1].reshape(3, 4))
        assert float(bias[:, 0].max()) < 30.0, metres
        assert float(bias[:, 1].max()) < 0.001, metres


def test_a_radar_whose_plots_scatter_is_weighed_down_and_counts_again_once_it_is_mended() -> None:
    mended_s = 150.0

    def scatter(name: str, time_s: float) -> float:
        return 5.0 if name == "east" and time_s < mended_s else 1.0

    radars = Radars(3, scatter=scatter).fly(int(mended_s))
    told = [notice for notice in radars.notices if notice.kind == "sensor"]
    assert [notice.subject for notice in told] == ["east"]
    assert "Check its alignment" in told[0].text
    assert radars.tracker.learnt()["east"]["down_weighted"]
    assert not radars.tracker.learnt()["west"]["down_weighted"]
    if INTERPRETED:
        return
    radars = Radars(3, scatter=scatter).fly(900)
    assert [n.text.split(":")[0] for n in radars.notices if n.kind == "sensor"] == [
        "weighed down",
        "counts fully again",
    ]


def weather(learning: Learning, scans: int) -> tuple[int, Floats]:
    """Nothing flies; from the twentieth scan on a corner has ten times the clutter. Track numbers given, ratios."""
    rng = np.random.default_rng(5)
    radar = sensor(clutter_per_scan=30.0, max_range_m=100_000.0, sigma={"east_m": 200.0, "north_m": 200.0})
    tracker = Tracker(replace(flat(radar), learning=learning))
    for k in range(scans):
        r, azimuth = 100_000.0 * np.sqrt(rng.random(30)), rng.uniform(0.0, 2.0 * np.pi, 30)
        place = np.stack([r * np.cos(azimuth), r * np.sin(azimuth)], axis=1)
        if k >= 20:
            place = np.concatenate([place, rng.uniform(15_000.0, 65_000.0, (24, 2))])
        tracker.advance(scan("lab", 100.0 + 4.0 * k, place))
        tracker.tick(ns(103.0 + 4.0 * k))
    table = tracker.state.learner.table("lab")
    return tracker.next_number - 1, (table.clutter_per_scan / table.declared_clutter_per_scan).reshape(
        table.rings, table.sectors
    )


def test_ten_times_the_clutter_in_a_corner_is_learnt_there_and_makes_fewer_false_tracks() -> None:
    scans = 60 if INTERPRETED else 200
    _, cells = weather(Learning(), scans)
    inside, outside = cells[10:12, 10:12].mean(), cells[:7].mean()
    assert inside > 2.5
    assert 0.4 < outside < 1.6
    if INTERPRETED:
        return
    learnt, declared = weather(Learning(), 400)[0], weather(OFF, 400)[0]
    assert learnt < declared / 2


def test_clutter_is_not_believed_to_grow_more_than_twofold_a_minute() -> None:
    _, before = weather(Learning(), 20)
    _, after = weather(Learning(), 35)
    assert float((after / before).max()) <= 2.0 + 1e-9  # 15 scans of 4 s
