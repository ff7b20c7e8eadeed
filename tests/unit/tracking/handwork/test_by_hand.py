"""What a person says of a track by hand stays said: through ticks, dumps, and the tracker's own end of a track."""

from dataclasses import replace

import numpy as np
import pytest

from tests.browser.stage.sky import START_S, Sky
from tests.scans import RADAR, SECOND_NS, START_NS, settings
from tests.stories.test_pipeline import order, play
from tocsin.errors import OrderRefused
from tocsin.messages import Picture
from tocsin.pipeline import State, advance, look
from tocsin.tracking.handwork.book import Book


def sky(without: tuple[int, ...] = ()) -> Picture:
    made = Sky(6)
    made.ended.update(without)
    return made.picture(START_S)


def numbers(picture: Picture) -> list[int]:
    return [int(number) for number in picture.track]


def test_two_tracks_that_are_one_thing_are_shown_as_one_and_apart_again_when_split() -> None:
    book = Book()
    book.merge(2, 5, sky())
    assert numbers(book.laid(sky())) == [1, 2, 3, 4, 6]
    book.split(2, 1)
    assert numbers(book.laid(sky())) == [1, 2, 3, 4, 5, 6]


def test_when_the_shown_one_ends_the_other_goes_on_under_its_number() -> None:
    book = Book()
    book.merge(2, 5, sky())
    laid = book.laid(sky(without=(2,)))
    assert numbers(laid) == [1, 2, 3, 4, 6]
    other = sky().position_m[4]
    assert np.array_equal(laid.position_m[numbers(laid).index(2)], other)


def test_three_that_were_merged_stay_one_row_whoever_ends() -> None:
    book = Book()
    book.merge(1, 2, sky())
    book.merge(2, 3, sky())
    assert numbers(book.laid(sky(without=(1,)))) == [1, 4, 5, 6]


def test_a_class_by_hand_is_sure_and_passes_on_to_who_continues_the_track() -> None:
    book = Book()
    book.classify(3, "cruise missile", sky().classes)
    before = sky()
    book.inherit(replace(before, continues=np.array([3, -1, -1, -1, -1, -1]), continues_probability=np.full(6, 0.9)))
    laid = book.laid(sky())
    for row in (0, 2):
        assert laid.classes[laid.class_index[row]] == "cruise missile"
        assert laid.class_confidence[row] == 1.0
    book.inherit(replace(before, continues=np.array([-1, 3, -1, -1, -1, -1]), continues_probability=np.full(6, 0.3)))
    assert 2 not in book.kind


def test_of_one_track_a_split_says_how_many_fly_there() -> None:
    book = Book()
    book.split(4, 7)
    assert book.laid(sky()).group_min[3] == 7
    book.split(4, 1)
    assert book.laid(sky()).group_min[3] == 1


@pytest.mark.parametrize(("what", "words"), [("again", "one already"), ("ended", "may have ended")])
def test_what_makes_no_sense_is_refused_in_words(what: str, words: str) -> None:
    book = Book()
    book.merge(2, 5, sky())
    with pytest.raises(OrderRefused, match=words):
        book.merge(2, 5 if what == "again" else 77, sky())


def test_merging_in_circles_ends() -> None:
    book = Book({1: 2, 2: 3, 3: 1})
    assert len(book.laid(sky())) <= 6


def test_orders_by_hand_survive_a_dump_and_count_in_the_digest() -> None:
    state = State.of(settings(RADAR))
    play(state, 40)
    now = START_NS + 40 * SECOND_NS
    first, second = (str(number) for number in look(state, now).track[:2])
    before = state.digest()
    assert advance(state, order("merge", first, **{"with": second})).answers[0].accepted
    assert advance(state, order("classify", first, key="k2", **{"class": "bird"})).answers[0].accepted
    assert state.digest() != before
    again = State.load(state.dump())
    assert again.digest() == state.digest()
    assert numbers(look(again, now)) == numbers(look(state, now)) == [int(first)]


def test_an_order_about_what_has_changed_since_is_refused_and_says_what_is_now() -> None:
    state = State.of(settings(RADAR))
    play(state, 40)
    number = str(look(state, START_NS + 40 * SECOND_NS).track[0])
    assert advance(state, order("mark", number, mark="friend", seen_mark="")).answers[0].accepted
    late = advance(state, order("mark", number, key="k2", mark="hostile", seen_mark="")).answers[0]
    assert not late.accepted
    assert "as friend" in late.reason
    stale = advance(state, order("classify", number, key="k3", seen_class="no such", **{"class": "bird"})).answers[0]
    assert not stale.accepted
    assert "when you looked" in stale.reason
    late = advance(state, order("set", "watching.stale_periods", key="k4", value="2", seen="9")).answers[0]
    assert not late.accepted
    assert "was 9 when you looked" in late.reason
