"""A tracker is not blamed for what no sensor could see, and not praised for what it guessed."""

import numpy as np
import pytest

from tests.flown import BEGIN_NS, SECOND_NS, joined, path, scene, table
from tocsin.errors import InputError
from tocsin.score.alignment import Scene
from tocsin.score.scorecard import Rules, Scorecard, score
from tocsin.score.seeable import Seeable, only_seeable, seeable_of

TIME = np.arange(100.0)
EAST = 50.0 * TIME


def flown(*tracks: dict[str, np.ndarray]) -> Scene:
    truth = joined("target", [path(1, TIME, EAST, 0.0 * TIME), path(2, TIME, EAST, 9e3 + 0.0 * TIME)])
    return scene(truth, joined("track", list(tracks)))


def could(*spans: tuple[int, float, float]) -> Seeable:
    target, begin, end = (np.array(column) for column in zip(*spans, strict=True))
    return Seeable(target, *(BEGIN_NS + (column * SECOND_NS).astype(np.int64) for column in (begin, end)))


def judged(one: Scene, spans: Seeable, hold_s: float = 0.0) -> Scorecard:
    return score(only_seeable(one, spans, hold_s, 500.0), Rules(c_m=500.0))


LATE = path(10, TIME[40:], EAST[40:], 0.0 * TIME[40:])


def test_what_nobody_could_see_is_no_miss() -> None:
    blamed = score(flown(LATE), Rules(c_m=500.0))
    fair = judged(flown(LATE), could((1, 40.0, 99.0)))
    assert blamed.sets.missed.sum() > 0.0
    assert fair.sets.missed.sum() == 0.0
    assert fair.siap.completeness == 1.0
    assert fair.surveillance.targets == 1  # the other one was never seeable


def test_who_follows_what_could_hardly_be_seen_makes_no_false_track_and_earns_nothing() -> None:
    early = path(10, TIME, EAST, 0.0 * TIME)
    fair = judged(flown(early), could((1, 40.0, 99.0)))
    assert fair.sets.false.sum() == 0.0
    assert len(fair.clear.pairs) == 60


def test_a_track_that_loses_what_was_hidden_is_not_false_for_it() -> None:
    strays = np.where(TIME < 20.0, 0.0, 2e3)
    fair = judged(flown(LATE, path(11, TIME[:60], EAST[:60], strays[:60])), could((1, 40.0, 99.0)))
    assert fair.surveillance.false_tracks == 0


def test_a_ghost_is_still_false() -> None:
    ghost = path(11, TIME, EAST, -5e3 + 0.0 * TIME)
    assert judged(flown(LATE, ghost), could((1, 40.0, 99.0))).surveillance.false_tracks == 1


def test_the_hold_bridges_a_gap_and_an_endless_one_counts_from_the_first_look_on() -> None:
    spans = could((1, 10.0, 20.0), (1, 60.0, 70.0))
    rows = [len(only_seeable(flown(LATE), spans, hold_s, 500.0).truth.step) for hold_s in (0.0, 5.0, float("inf"))]
    assert rows == [22, 32, 90]


def test_nothing_seeable_leaves_nothing_to_score_and_divides_by_nothing() -> None:
    card = judged(flown(LATE), could((7, 0.0, 1.0)))
    assert np.isnan(card.clear.recall)
    assert card.sets.rms_m(card.sets.total) == 0.0
    assert card.surveillance.targets == 0


def test_a_stretch_that_ends_before_it_begins_is_refused() -> None:
    wrong: dict[str, list[object]] = {"target": [1], "seeable": [10.0], "until": [5.0]}
    with pytest.raises(InputError, match="ends before it begins"):
        seeable_of(table("seeable", wrong))
    with pytest.raises(InputError, match="no column until"):
        seeable_of(table("seeable", {"target": [1], "seeable": [10.0]}))
    with pytest.raises(InputError, match="hold"):
        only_seeable(flown(LATE), could((1, 0.0, 1.0)), float("nan"), 500.0)
