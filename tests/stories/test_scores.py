"""What scores say of pictures that everybody can judge by eye."""

import numpy as np
import pytest

from tests.flown import joined, path, scene
from tocsin.score.scorecard import Rules, Scorecard, score

TIME = np.arange(100.0)
NORTH, SOUTH = np.linspace(500.0, -500.0, 100), np.linspace(-500.0, 500.0, 100)
CROSSING = joined("target", [path(1, TIME, 20.0 * TIME, NORTH), path(2, TIME, 20.0 * TIME, SOUTH)])
RULES = Rules(c_m=100.0, switch_m=100.0)


def judged(*tracks: tuple[int, np.ndarray]) -> Scorecard:
    return score(scene(CROSSING, joined("track", [path(k, TIME, 20.0 * TIME, north) for k, north in tracks])), RULES)


def test_two_drones_cross_and_each_keeps_its_track() -> None:
    card = judged((10, NORTH), (11, SOUTH))
    assert card.clear.switches == 0
    assert card.trajectories.total == pytest.approx(0.0, abs=1e-3)


def test_two_drones_cross_and_their_tracks_swap() -> None:
    half = TIME < 50.0
    card = judged((10, np.where(half, NORTH, SOUTH)), (11, np.where(half, SOUTH, NORTH)))
    assert card.sets.rms_m(card.sets.total) == pytest.approx(0.0, abs=1e-6)  # at each step the picture is right
    assert card.clear.switches == 2  # and yet both names are wrong afterwards
    assert card.trajectories.switch_count == pytest.approx(2.0)
    assert card.trajectories.switches == pytest.approx(2.0 * 100.0**2)
    assert card.siap.longest_segment < 0.6


def test_a_track_that_is_lost_for_long_and_comes_back_under_another_number_costs_what_was_missed_and_a_switch() -> None:
    early, late = TIME[:40], TIME[60:]
    tracks = [path(10, early, 20.0 * early, NORTH[:40]), path(12, late, 20.0 * late, NORTH[60:])]
    card = score(scene(CROSSING, joined("track", [*tracks, path(11, TIME, 20.0 * TIME, SOUTH)])), RULES)
    assert card.trajectories.missed == pytest.approx(20 * 100.0**2 / 2.0)
    assert card.trajectories.switch_count == pytest.approx(1.0)
    assert card.surveillance.kept_by_one == 1


def test_a_ghost_beside_a_right_picture_is_false_and_nothing_else() -> None:
    card = judged((10, NORTH), (11, SOUTH), (12, np.full(100, 5e3)))
    assert card.sets.missed.sum() == 0.0
    assert card.sets.false.sum() == pytest.approx(100 * 100.0**2 / 2.0)
    assert card.surveillance.false_tracks == 1
