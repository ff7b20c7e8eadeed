"""Surveillance rows: updates, gaps, initiation, continuity, false tracks, errors by the target's own course."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.flown import joined, path, scene
from tocsin.errors import SettingError
from tocsin.score.scorecard import Rules, Scorecard, score

LIFE = np.arange(101.0)
EAST = 50.0 * LIFE
TRUTH = joined("target", [path(1, LIFE, EAST, np.zeros(101))])


def card(*tracks: dict[str, np.ndarray], interval_s: float = 10.0, **more: Sequence[object]) -> Scorecard:
    return score(scene(TRUTH, joined("track", tracks, **more)), Rules(c_m=200.0, interval_s=interval_s))


def follow(number: int, begin: int, end: int, east: float = 0.0, north: float = 0.0) -> dict[str, np.ndarray]:
    part = slice(begin, end)
    return path(number, LIFE[part], EAST[part] + east, np.full(end - begin, north))


def test_every_interval_with_a_row_counts_when_tracks_do_not_tell_their_detections() -> None:
    found = card(follow(1, 20, 101)).surveillance
    assert (found.intervals, found.updated, found.update_probability) == (10, 8, 0.8)


def test_a_coasting_track_is_no_update() -> None:
    last = [float(min(k, 40)) for k in range(101)]
    found = card(follow(1, 0, 101), last_detection=last).surveillance
    assert found.updated == 5
    assert (found.long_gaps, found.longest_gap_s) == (1, 60.0)
    assert found.gap_share == pytest.approx(0.6)


def test_initiation_is_counted_from_the_first_step_of_the_target() -> None:
    found = card(follow(1, 25, 101)).surveillance
    assert (found.targets, found.found, found.initiation_median_s) == (1, 1, 25.0)


def test_a_target_that_was_never_found_is_one_long_gap() -> None:
    found = card(follow(1, 0, 101, north=5e3)).surveillance
    assert (found.found, found.long_gaps, found.gap_share) == (0, 1, 1.0)
    assert np.isnan(found.initiation_median_s)


def test_false_and_redundant_tracks_are_told_apart() -> None:
    found = card(follow(1, 0, 101), follow(2, 10, 50, north=30.0), follow(3, 5, 25, north=9e3)).surveillance
    assert (found.tracks, found.false_tracks, found.redundant_tracks) == (3, 1, 1)
    assert found.false_life_median_s == 19.0
    assert found.false_tracks_per_hour == pytest.approx(36.0)


def test_a_change_of_track_breaks_continuity() -> None:
    found = card(follow(1, 0, 50), follow(2, 50, 101)).surveillance
    assert found.kept_by_one == 0
    assert found.changes_per_hour == pytest.approx(36.0)


def test_errors_are_along_and_to_the_right_of_the_course() -> None:
    found = card(follow(1, 0, 101, east=30.0, north=-40.0)).surveillance
    assert (found.along.mean, found.across.mean, found.horizontal.rms) == pytest.approx((30.0, 40.0, 50.0))
    assert found.vertical.count == 0
    assert np.isnan(found.vertical.rms)


def test_a_standing_target_has_no_along() -> None:
    still = joined("target", [path(1, LIFE, np.zeros(101), np.zeros(101))])
    shown = joined("track", [path(4, LIFE, np.full(101, 3.0), np.zeros(101))])
    found = score(scene(still, shown), Rules(c_m=200.0)).surveillance
    assert found.along.count == 0
    assert found.horizontal.rms == pytest.approx(3.0)


@pytest.mark.parametrize("interval_s", [0.0, -1.0, float("nan"), float("inf")])
def test_an_interval_that_cannot_be_is_refused(interval_s: float) -> None:
    with pytest.raises(SettingError, match="update interval"):
        card(follow(1, 0, 101), interval_s=interval_s)


def test_classes_have_lines_of_their_own() -> None:
    both = [path(1, LIFE, EAST, np.zeros(101)), path(2, LIFE, EAST, np.full(101, 9e3))]
    truth = joined("target", both, **{"class": ["bird"] * 101 + ["multirotor"] * 101})
    found = score(scene(truth, joined("track", [follow(7, 0, 101, north=10.0)])), Rules(c_m=200.0)).classes
    assert [(one.kind, one.targets, one.found, one.completeness) for one in found] == [
        ("bird", 1, 1, 1.0),
        ("multirotor", 1, 0, 0.0),
    ]
    assert found[0].horizontal_rms_m == pytest.approx(10.0)


def test_a_covariance_counts_before_sigmas() -> None:
    correlated = np.array([[100.0, 80.0], [80.0, 100.0]])
    columns: dict[str, list[object]] = {f"covariance_{index}": [0.0] * 101 for index in range(21)}
    columns |= {"covariance_0": [100.0] * 101, "covariance_1": [80.0] * 101, "covariance_6": [100.0] * 101}
    columns |= {"sigma_east_m": [10.0] * 101, "sigma_north_m": [10.0] * 101}
    offset = np.array([12.0, -3.0])
    shown = {**joined("track", [follow(1, 0, 101, east=12.0, north=-3.0)]), **columns}
    found = score(scene(TRUTH, shown), Rules(c_m=200.0)).nees
    assert found is not None
    assert found.degrees == 2
    assert found.overall == pytest.approx(float(offset @ np.linalg.solve(correlated, offset)))
