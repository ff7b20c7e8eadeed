"""What a sensor makes of one target, and of several that it cannot tell apart."""

import numpy as np

from tests.tracks import follow, scan, tracker_of
from tocsin.messages import Floats, Picture, Scan, TrackState
from tocsin.models.model import Mode, Model
from tocsin.settings import Sensor

DRONES = Model((Mode("steady", 0.2, 0.2),), speed_mps=60.0)
SIGMA_M, SIGMA_RAD = 30.0, 0.002
CELL_M, CELL_RAD = 150.0, 0.02


def radar(**columns: object) -> Sensor:
    made: dict[str, object] = {
        "east_m": 0.0,
        "north_m": 0.0,
        "max_range_m": 40_000.0,
        "sigma": {"range_m": SIGMA_M, "azimuth_rad": SIGMA_RAD},
        "clutter_per_scan": 2.0,
        "resolution_range_m": CELL_M,
        "resolution_azimuth_rad": CELL_RAD,
    }
    return Sensor("radar", "radar", **(made | columns))  # type: ignore[arg-type]


def look(time_s: float, places: Floats, rng: np.random.Generator) -> Scan:
    """One turn at places (n, 2), each measured with noise, and two false plots."""
    false = rng.uniform(-25_000.0, 25_000.0, (rng.poisson(2.0), 2))
    e, n = np.concatenate([places, false]).T
    r = np.hypot(e, n) + SIGMA_M * rng.standard_normal(len(e))
    a = np.mod(np.arctan2(e, n) + SIGMA_RAD * rng.standard_normal(len(e)), 2.0 * np.pi)
    return scan("radar", time_s, np.zeros((len(r), 0)), range_m=r, azimuth_rad=a)


def seen(places: Floats, rng: np.random.Generator) -> Floats:
    """Where a radar that resolves as RADAR does has plots of two targets, Pd 0.9."""
    r, a = np.hypot(*places.T), np.arctan2(*places.T)
    if abs(r[0] - r[1]) < CELL_M and abs(a[0] - a[1]) < CELL_RAD:
        places = places.mean(axis=0)[None]
    return places[rng.random(len(places)) < 0.9]


def confirmed(picture: Picture) -> list[int]:
    return [int(n) for n in picture.track[(picture.state != TrackState.LOST) & (picture.state != TrackState.TENTATIVE)]]


def meeting(seed: int, resolution: float = 1.0) -> list[Picture]:
    """Two drones side by side that close up, fly 60 s within one cell, and part again; a look each 2 s."""
    rng = np.random.default_rng(seed)
    sensor = radar(resolution_range_m=resolution * CELL_M, resolution_azimuth_rad=resolution * CELL_RAD)
    scans = []
    for k in range(90):
        t = 2.0 * k
        wide = 30.0 + 15.0 * max(0.0, 60.0 - t) + 15.0 * max(0.0, t - 120.0)
        middle = np.array([6_000.0, 2_000.0 + 40.0 * t])
        half = np.array([wide / 2, 0.0])
        places = np.stack([middle - half, middle + half])
        scans.append(look(100.0 + t, seen(places, rng), rng))
    return follow(tracker_of(sensor, model=DRONES), scans)


def test_two_drones_that_are_one_plot_for_a_minute_come_out_with_their_numbers_or_as_a_group() -> None:
    for seed in range(4):
        pictures = meeting(seed)
        before, during, after = pictures[20], pictures[50], pictures[-1]
        assert len(confirmed(before)) == 2
        assert confirmed(during) == confirmed(before)
        assert set(during.group_min[np.isin(during.track, confirmed(before))].tolist()) == {2}
        assert confirmed(after) == confirmed(before)
        kept = np.isin(after.track, confirmed(before))
        assert after.group_min[kept].tolist() == [1, 1]
        assert (after.swapped[kept] >= 0).all()
        assert float(np.abs(np.diff(after.position_m[kept, 0]))[0]) > 500.0


def test_existence_does_not_fall_while_two_are_one_plot() -> None:
    pictures = meeting(1)
    two = confirmed(pictures[20])
    for picture in pictures[35:58]:
        assert (picture.existence[np.isin(picture.track, two)] > 0.9).all()


def test_without_a_declared_resolution_one_of_the_two_dies() -> None:
    assert any(len(confirmed(meeting(seed, 0.0)[55])) < 2 for seed in range(4))


def plots(places: Floats, rng: np.random.Generator) -> Floats:
    """Two and a half plots for each place that was seen, a little apart."""
    found = places[rng.random(len(places)) < 0.9]
    return np.concatenate([np.repeat(found, 1 + rng.poisson(1.5, len(found)), axis=0)])


def test_a_radar_that_makes_several_plots_of_one_target_makes_one_track_of_it() -> None:
    rng = np.random.default_rng(7)
    start = np.array([[-12_000.0, 9_000.0], [50.0, 15_000.0], [8_000.0, -6_000.0]])  # the second flies across north
    velocity = np.array([[40.0, 10.0], [-3.0, 20.0], [-30.0, 30.0]])
    tracker = tracker_of(radar(multiplicity="several"), model=DRONES)
    scans = [look(100.0 + 2 * k, plots(start + 2 * k * velocity, rng), rng) for k in range(30)]
    last = follow(tracker, scans)[-1]
    assert len(confirmed(last)) == 3
    assert tracker.counters()["plots merged"] > 60


def test_the_strongest_plot_pulls_most() -> None:
    tracker = tracker_of(radar(multiplicity="several", clutter_per_scan=1e-6), model=DRONES)
    one = scan(
        "radar",
        100.0,
        np.zeros((2, 0)),
        range_m=np.array([10_000.0, 10_100.0]),
        azimuth_rad=np.array([1.0, 1.0]),
        amplitude_db=np.array([30.0, 10.0]),
    )
    tracker.advance(one)
    tracker.tick(10**12)
    bank = tracker.state.bank
    assert 10_000.0 < float(np.hypot(*bank.x[0, 0, :2])) < 10_010.0
