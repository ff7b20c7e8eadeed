"""Stories: an object keeps its number while its detections are explained anew; rates are learnt from tracks."""

import numpy as np
import pytest

from tocsin.messages import Detections, Floats, Scan, Sweeps, TrackState
from tocsin.models.model import Mode, Model
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
SIDE_M, PERIOD_S, SIGMA_M, FALSE = 31_600.0, 4.0, 10.0, 10


def tracker_of(*, learns: bool, rivals_max: int = 3) -> Tracker:
    """One that watches a square of 32 km, and believes that targets stay for 200 s."""
    area = SIDE_M**2
    model = Model(
        (Mode("steady", 1.0, 1.0),),
        survival_s=200.0,
        clutter_per_m2=FALSE / area,
        unseen_per_m2=2.0 / area,
        speed_mps=110.0,
        learns_rates=learns,
        rivals_max=rivals_max,
    )
    sigma = {"east_m": SIGMA_M, "north_m": SIGMA_M}
    sensor = Sensor("eye", "position", sigma=sigma, detection_probability=0.9, clutter_per_scan=FALSE)
    return Tracker(Settings(frame=Frame("local", 2), sensors=(sensor,), tracking=Tracking(hold_s=0.0)), model)


def scan(k: int, z: Floats) -> Scan:
    """Everything of one look."""
    time_ns = round((1.0 + k * PERIOD_S) * SECOND_NS)
    times, one, nan = np.full(len(z), time_ns), np.full(1, time_ns), np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan, np.ones(1, np.bool_))
    columns = {"east_m": z[:, 0].copy(), "north_m": z[:, 1].copy()}
    return Scan("eye", time_ns, ("eye",), sweeps, Detections(np.zeros(len(z), np.int32), times, times, columns))


def sky(seed: int, targets: int, scans: int, *, last: int = 10**6) -> list[tuple[Floats, Floats]]:
    """Where targets are, and what is seen of them among false detections. After `last` looks nobody flies any more."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0.0, SIDE_M, (targets, 2))
    heading, speed = rng.uniform(0.0, 2.0 * np.pi, targets), rng.uniform(30.0, 250.0, targets)
    velocity = speed[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    looks = []
    for k in range(scans):
        here = place + k * PERIOD_S * velocity if k < last else np.zeros((0, 2))
        seen = here[rng.random(len(here)) < 0.9]
        seen = seen + rng.normal(0.0, SIGMA_M, seen.shape)
        looks.append((here, np.concatenate([seen, rng.uniform(0.0, SIDE_M, (FALSE, 2))])))
    return looks


def test_first_detections_explained_anew_are_the_same_object() -> None:
    """100 targets appear at once, each within reach of others: most change their number never."""
    changed = shown = 0
    for seed in range(6):
        tracker, last = tracker_of(learns=False), dict[int, int]()
        for k, (here, z) in enumerate(sky(seed, 100, 6)):
            tracker.advance(scan(k, z))
            time_ns = round((1.0 + k * PERIOD_S) * SECOND_NS)
            tracker.tick(time_ns + 1)
            picture = tracker.picture(time_ns)
            likely = (picture.existence >= 0.5) & (picture.state != TrackState.LOST)
            assert len(set(picture.track.tolist())) == len(picture.track), "a number is one track's at a time"
            place, number = picture.position_m[likely][:, :2], picture.track[likely]
            for target, x in enumerate(here):
                apart = np.hypot(*(place - x).T) if len(place) else np.full(1, np.inf)
                if apart.min() < 50.0:
                    now = int(number[apart.argmin()])
                    changed += last.get(target, now) != now
                    last[target] = now
        shown += len(last)
    assert shown > 500
    assert changed <= 6  # 26 where whoever is believed first keeps the number


def test_where_nobody_comes_or_goes_both_become_rare() -> None:
    tracker = tracker_of(learns=True)
    for k, (_, z) in enumerate(sky(1, 40, 25)):
        tracker.advance(scan(k, z))
        tracker.tick(round((1.0 + k * PERIOD_S) * SECOND_NS) + 1)
    census = tracker.state.census
    assert census.life_s() > 600.0
    assert census.unseen_per_m2() < 0.3 * 2.0 / SIDE_M**2


def test_where_all_leave_lives_become_short() -> None:
    tracker = tracker_of(learns=True)
    for k, (_, z) in enumerate(sky(2, 40, 16, last=9)):
        tracker.advance(scan(k, z))
        tracker.tick(round((1.0 + k * PERIOD_S) * SECOND_NS) + 1)
    assert tracker.state.census.life_s() < 60.0  # 40 targets lived 36 s each


def test_rates_are_the_models_where_it_says_so() -> None:
    tracker = tracker_of(learns=False)
    for k, (_, z) in enumerate(sky(1, 40, 10)):
        tracker.advance(scan(k, z))
        tracker.tick(round((1.0 + k * PERIOD_S) * SECOND_NS) + 1)
    assert tracker.state.census.life_s() == 200.0
    assert tracker.state.census.unseen_per_m2() == pytest.approx(2.0 / SIDE_M**2, rel=1e-12)


@pytest.mark.parametrize("halted", [3, 8])
def test_what_was_counted_goes_on_after_a_dump(halted: int) -> None:
    """However looks are handed over, and whether it was halted between, the same bits come out."""
    looks = sky(3, 15, 12)
    whole, parted = tracker_of(learns=True), tracker_of(learns=True)
    for k, (_, z) in enumerate(looks):
        whole.advance(scan(k, z))
        parted.advance(scan(k, z))
        whole.tick(round((1.0 + k * PERIOD_S) * SECOND_NS) + 1)
        parted.tick(round((1.0 + k * PERIOD_S) * SECOND_NS) + 1)
        if k == halted:
            parted = Tracker.load(parted.settings, parted.dump(), parted.model)
    assert parted.digest() == whole.digest()
    assert parted.state.census.life_s() == whole.state.census.life_s() != 200.0


@pytest.mark.parametrize(("rivals_max", "least", "most"), [(3, 0, 2), (0, 9, 99)])
def test_four_abreast_that_appear_at_once_keep_their_numbers(rivals_max: int, least: int, most: int) -> None:
    """Each detection fits one who flies straight and one who steps aside; that all fly straight, only rivals know."""
    changed = 0
    for seed in range(2):
        rng = np.random.default_rng(seed)
        tracker, last = tracker_of(learns=False, rivals_max=rivals_max), dict[int, int]()
        corner = np.array([[5_000.0 + 10_000.0 * a, 5_000.0 + 10_000.0 * b] for a in range(3) for b in range(3)])
        place = (corner[:, None] + 150.0 * np.arange(4)[:, None] * [1.0, 0.0]).reshape(-1, 2)
        for k in range(6):
            here = place + k * PERIOD_S * np.array([0.0, 120.0])
            seen = here[rng.random(len(here)) < 0.9]
            seen = seen + rng.normal(0.0, SIGMA_M, seen.shape)
            tracker.advance(scan(k, np.concatenate([seen, rng.uniform(0.0, SIDE_M, (FALSE, 2))])))
            time_ns = round((1.0 + k * PERIOD_S) * SECOND_NS)
            tracker.tick(time_ns + 1)
            picture = tracker.picture(time_ns)
            shown = (picture.existence >= 0.5) & (picture.state != TrackState.LOST)
            for number, track in zip(picture.track[shown], picture.position_m[shown][:, :2], strict=True):
                target = int(np.argmin(((here - track) ** 2).sum(axis=1)))
                if float(np.linalg.norm(here[target] - track)) < 60.0:
                    changed += last.get(target, int(number)) != int(number)
                    last[target] = int(number)
    assert least <= changed <= most
