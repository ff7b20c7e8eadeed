"""Truth and tracks on the same steps: interpolated, carried on, filled where silent, or refused."""

import numpy as np
import pytest

from tests.flown import BEGIN_NS, SECOND_NS, Columns, joined, path, scene, table
from tocsin.errors import InputError
from tocsin.score.alignment import align
from tocsin.score.scorecard import Rules, score
from tocsin.score.tables.objects import tracks_of, truth_of

MINUTE = np.arange(61.0)
STRAIGHT = joined("target", [path(1, MINUTE, 10.0 * MINUTE, np.zeros(61))])
NO_TRACKS = joined("track", [path(1, [], np.zeros(0), np.zeros(0))])


def test_truth_is_interpolated_to_the_times_of_the_tracks() -> None:
    found = scene(STRAIGHT, joined("track", [path(8, [0.5, 2.5, 4.25], np.zeros(3), np.zeros(3))]))
    assert found.truth.position_m[:3, 0].tolist() == pytest.approx([5.0, 25.0, 42.5])
    assert any("interpolated linearly" in note for note in found.notes)


def test_a_gap_in_the_truth_is_not_guessed() -> None:
    times = np.concatenate((np.arange(10.0), np.arange(40.0, 50.0)))
    truth = joined("target", [path(1, times, times, np.zeros(20))])
    found = scene(truth, joined("track", [path(8, np.arange(0.0, 50.0), np.zeros(50), np.zeros(50))]))
    seen_s = found.times_s[found.truth.step]
    assert not ((seen_s > 9.0) & (seen_s < 40.0)).any()
    assert any("not guessed across gaps longer than 10 s" in note for note in found.notes)


def test_silence_is_scored_as_missed() -> None:
    times = np.concatenate((np.arange(0.0, 20.0, 2.0), np.arange(50.0, 61.0, 2.0)))
    found = scene(STRAIGHT, joined("track", [path(8, times, 10.0 * times, np.zeros(len(times)))]))
    assert found.times_s.tolist() == pytest.approx([*np.arange(0.0, 61.0, 2.0)])
    assert score(found, Rules(c_m=50.0)).siap.completeness == pytest.approx(16 / 31)


def test_a_system_that_starts_late_and_stops_early_missed_the_rest() -> None:
    times = np.arange(30.0, 40.0)
    card = score(scene(STRAIGHT, joined("track", [path(8, times, 10.0 * times, np.zeros(10))])), Rules(c_m=50.0))
    assert card.scene.times_s[[0, -1]].tolist() == [0.0, 60.0]
    assert card.clear.recall == pytest.approx(10 / 61, abs=0.01)


def test_one_picture_is_scored_against_the_whole_truth() -> None:
    found = scene(STRAIGHT, joined("track", [path(8, [5.0], np.array([50.0]), np.zeros(1))]))
    assert found.steps == 61


def test_without_any_track_all_is_missed() -> None:
    card = score(scene(STRAIGHT, NO_TRACKS), Rules(c_m=50.0))
    assert card.sets.rms_m(card.sets.total) == pytest.approx(50.0 / np.sqrt(2.0))
    assert card.siap.completeness == 0.0
    assert card.surveillance.found == 0
    assert np.isnan(card.clear.mean_distance_m)


def test_without_any_target_all_is_false() -> None:
    nothing = joined("target", [path(1, [], np.zeros(0), np.zeros(0))])
    card = score(scene(nothing, joined("track", [path(8, MINUTE, MINUTE, np.zeros(61))])), Rules(c_m=50.0))
    assert card.surveillance.false_tracks == 1
    assert card.siap.spuriousness == 1.0
    assert np.isnan(card.clear.mota)


def test_nothing_at_all_is_refused() -> None:
    nothing = joined("target", [path(1, [], np.zeros(0), np.zeros(0))])
    with pytest.raises(InputError, match="nothing to score"):
        scene(nothing, NO_TRACKS)


def test_no_common_time_is_refused_with_both_spans() -> None:
    later = joined("track", [path(8, 7200.0 + MINUTE, MINUTE, MINUTE)])
    with pytest.raises(InputError, match=r"truth \(2026-11-22T18:30.* and tracks \(2026-11-22T20:30.*both UTC"):
        scene(STRAIGHT, later)


def test_rows_beyond_the_truth_are_left_out_and_told() -> None:
    times = np.arange(50.0, 80.0)
    found = scene(STRAIGHT, joined("track", [path(8, times, 10.0 * times, np.zeros(30))]))
    assert any("19 rows of tracks lie before or after the truth" in note for note in found.notes)
    assert found.times_s[-1] == 60.0


def three_by_turns() -> Columns:
    """Three tracks whose rows come one by one, as most track feeds send them."""
    even, odd = np.arange(0.0, 60.0, 4.0), np.arange(0.5, 60.0, 4.0)
    velocity = {"velocity_east_mps": [10.0] * 45, "velocity_north_mps": [0.0] * 45, "velocity_up_mps": [0.0] * 45}
    third = np.arange(1.5, 60.0, 4.0)
    paths = [path(k, t, 10.0 * t, np.full(15, 1e3 * k)) for k, t in enumerate((even, odd, third))]
    return joined("track", paths, **velocity)


def test_rows_that_come_one_by_one_are_refused_with_a_way_out() -> None:
    with pytest.raises(InputError, match=r"rows come one by one.*--every 4"):
        scene(STRAIGHT, three_by_turns())


def test_at_equal_steps_tracks_are_carried_on_by_their_velocity() -> None:
    truth = joined("target", [path(k, MINUTE, 10.0 * MINUTE, np.full(61, 1e3 * k)) for k in range(3)])
    found = scene(truth, three_by_turns(), every_s=2.0)
    card = score(found, Rules(c_m=50.0))
    assert card.errors.horizontal_m.max() == pytest.approx(0.0, abs=1e-6)
    assert any("carried on by its velocity" in note for note in found.notes)


def test_a_track_is_not_carried_on_for_ever() -> None:
    found = scene(STRAIGHT, joined("track", [path(8, [0.0, 2.0, 4.0], np.zeros(3), np.zeros(3))]), every_s=1.0)
    assert found.times_s[found.tracks.step].max() == pytest.approx(10.0)  # three of its own intervals


@pytest.mark.parametrize("every", [0.0, -1.0, 1e-12, 1e-6])
def test_steps_that_cannot_be_are_refused(every: float) -> None:
    with pytest.raises(InputError, match="steps of"):
        scene(STRAIGHT, NO_TRACKS, every_s=every)


def test_without_heights_distance_is_measured_over_the_ground() -> None:
    at = {"time": [0.0, 1.0], "latitude_deg": [57.0, 57.0], "longitude_deg": [21.0, 21.0]}
    truth = truth_of(table("truth", {**at, "target": [1, 1], "altitude_m": [9e3, 9e3]}), "earth")
    tracks = tracks_of(table("tracks", {**at, "track": [4, 4]}), "earth")
    card = score(align(truth, tracks), Rules(c_m=50.0))
    assert card.clear.mean_distance_m == pytest.approx(0.0, abs=1e-6)
    assert any("2 rows of tracks have no height" in note for note in card.scene.notes)
    with pytest.raises(InputError, match="three dimensions cannot be scored"):
        align(truth, tracks, dimensions=3)


def test_heights_count_when_both_have_them_unless_asked_otherwise() -> None:
    at = {"time": [0.0, 1.0], "latitude_deg": [57.0, 57.0], "longitude_deg": [21.0, 21.0]}
    truth = truth_of(table("truth", {**at, "target": [1, 1], "altitude_m": [1000.0, 1000.0]}), "earth")
    tracks = tracks_of(table("tracks", {**at, "track": [4, 4], "altitude_m": [1030.0, 1030.0]}), "earth")
    assert score(align(truth, tracks), Rules(c_m=50.0)).clear.mean_distance_m == pytest.approx(30.0)
    assert score(align(truth, tracks, dimensions=2), Rules(c_m=50.0)).clear.mean_distance_m == pytest.approx(
        0.0, abs=1e-6
    )


def test_numbers_of_tracks_may_be_anything() -> None:
    huge = joined("track", [path(2**62, MINUTE, 10.0 * MINUTE, np.zeros(61)), path(-5, MINUTE, MINUTE, MINUTE + 1e3)])
    card = score(scene(STRAIGHT, huge), Rules(c_m=50.0))
    assert card.clear.recall == 1.0
    assert card.scene.shown.names.tolist() == [-5, 2**62]


def test_the_first_step_is_the_first_picture() -> None:
    found = scene(STRAIGHT, joined("track", [path(8, MINUTE, 10.0 * MINUTE, np.zeros(61))]))
    assert found.times_ns[0] == BEGIN_NS
    assert found.times_ns[-1] == BEGIN_NS + 60 * SECOND_NS


def test_at_the_truths_own_times_no_track_is_moved_and_silence_is_missed() -> None:
    tracks = joined("track", [path(8, [3.0, 4.0, 9.0], 10.0 * np.array([3.0, 4.0, 9.0]), np.zeros(3))])
    truth, shown = truth_of(table("truth", STRAIGHT), "local"), tracks_of(table("tracks", tracks), "local")
    found = align(truth, shown, at_truth=True)
    assert found.times_s.tolist() == MINUTE.tolist()
    assert found.times_s[found.tracks.step].tolist() == [3.0, 4.0, 9.0]
