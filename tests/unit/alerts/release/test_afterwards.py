"""What follows a release: renewals, promotions, the all clear, the end by authority, the cancel, a restart."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.alarms.desks import PLANT, PORT, START_NS, DeskOf, given, reason, site
from tocsin.alerts.release.events import expires_ns
from tocsin.alerts.release.releases import Releases
from tocsin.errors import StateError
from tocsin.messages import Forecast

MINUTE_NS = 60 * 10**9


def released(stage: str = "warning") -> DeskOf:
    """The public was warned of the plant by ann and ben."""
    desk = DeskOf()
    desk.stand("plant", stage)
    desk.tick()
    for person in ("ann", "ben"):
        desk.give(person, "release", desk.waiting().identifier)
    return desk


def test_an_open_alert_is_renewed_at_half_of_its_life_as_long_as_it_is_open() -> None:
    desk = released()
    desk.tick(3_600)
    heard = desk.heard()
    assert len(heard) == 9
    for before, after in pairwise(heard):
        assert after.kind == "update"
        assert after.released_by == ("ann", "ben")
        assert after.released_ns - before.released_ns == (before.expires_ns - before.released_ns) // 2
        assert (before.identifier, before.released_ns) in after.references
    names = [name for name, _ in heard[-1].references]
    unexpired = [one.identifier for one in heard[:-1] if one.expires_ns > heard[-1].released_ns]
    assert names == unexpired


def test_it_expires_after_the_last_likely_entry_within_fifteen_minutes_and_an_hour() -> None:
    desk = released()
    event = desk.releases.kept.events["plant"]
    for entered_s, life_min in ((100.0, 15.0), (1_800.0, 30.0), (9_000.0, 60.0)):
        event.entered_ns = desk.now_ns + round(entered_s * 1e9)
        assert expires_ns(event, desk.now_ns) - desk.now_ns == life_min * MINUTE_NS


def test_the_last_likely_entry_is_the_forecasts_95_per_cent_of_the_named_tracks() -> None:
    desk = DeskOf()
    desk.stand("plant", "warning", reason(track=7))
    quantile_s = np.array([np.linspace(100.0, 2_400.0, 7), np.linspace(100.0, 3_000.0, 7)])
    none = np.zeros(0, np.int64)
    forecast = Forecast(
        START_NS, ("plant", "port", "shore"), np.array([7, 8]), np.zeros(2, np.int32), np.ones((2, 6)), np.ones(2),
        quantile_s, np.zeros(2, np.bool_), none, none.astype(np.int32), np.zeros(0), none,
    )  # fmt: skip
    desk.releases.step([desk.alert("plant")], forecast, START_NS)
    assert desk.waiting().expires_ns == START_NS + 40 * MINUTE_NS


def test_what_becomes_worse_is_told_at_once_on_the_same_authority() -> None:
    desk = released()
    desk.stand("plant", "under way")
    desk.tick()
    assert [(one.kind, one.stage, one.released_by) for one in desk.heard()] == [
        ("alert", "warning", ("ann", "ben")),
        ("update", "under way", ("ann", "ben")),
    ]


def test_a_draft_keeps_what_it_says_and_the_next_word_says_what_has_changed() -> None:
    desk = DeskOf()
    desk.stand("plant", "warning")
    desk.tick()
    name = desk.waiting().identifier
    desk.give("ann", "release", name)
    desk.stand("plant", "under way")
    desk.tick()
    assert desk.waiting().identifier == name, "people confirm what they saw"
    desk.give("ben", "release", name)
    desk.tick()
    assert [one.stage for one in desk.heard()] == ["warning", "under way"]


def test_the_all_clear_is_an_update_and_the_last_word() -> None:
    desk = released()
    desk.stand("plant", "all clear", rule="seen clear")
    desk.tick(600)
    assert [(one.kind, one.stage) for one in desk.heard()] == [("alert", "warning"), ("update", "all clear")]
    staff = [one.stage for one in desk.said if one.audience == "staff"]
    assert staff == ["warning", "all clear"]
    desk.stand("plant", "quiet")
    desk.tick(60)
    assert len(desk.heard()) == 2
    assert "plant" not in desk.releases.kept.events


def test_a_new_warning_after_the_all_clear_is_asked_again_and_nobody_renews_the_old_one() -> None:
    desk = released()
    desk.stand("plant", "all clear")
    desk.tick(60)
    desk.stand("plant", "warning")
    desk.tick(60)
    assert [one.stage for one in desk.heard()] == ["warning", "all clear"]
    assert desk.waiting().state == "asked"
    assert desk.waiting().kind == "update", "what was said before has not expired"
    for person in ("cid", "dan"):
        desk.give(person, "release", desk.waiting().identifier)
    assert desk.heard()[-1].released_by == ("cid", "dan")


def test_an_authority_ends_what_nobody_saw_end_in_words_that_say_so() -> None:
    desk = released()
    event = desk.event["plant"]
    assert "only a supervisor" in desk.refused("ben", "end", "plant")
    assert "another event" in desk.refused("ann", "end", "plant", event="plant@1")
    assert "nothing to end" in desk.refused("ann", "end", "port")
    assert "reason" in desk.refused("ann", "end", "plant", reason="")
    words = "ended; part of the area was not observed"
    desk.stages["plant"] = ("warning", "slow", (reason(),), words)
    desk.tick()
    desk.give("ann", "end", "plant", event=event)
    desk.tick()
    last = desk.heard()[-1]
    assert (last.stage, last.note, last.released_by, last.authority) == ("all clear", words, ("ann",), "")


def test_an_end_that_the_board_does_not_follow_is_said_to_have_failed() -> None:
    desk = released()
    desk.give("ann", "end", "plant")
    desk.ending = {}
    desk.tick()
    assert [one.text for one in desk.notices if one.kind == "end"] == ["not ended: danger is still forecast there"]
    assert len(desk.heard()) == 1


def test_two_cancel_what_the_picture_still_holds_and_the_answer_says_why() -> None:
    desk = released()
    name = desk.heard()[0].identifier
    assert "so a second person" in desk.give("cid", "cancel", name)
    assert len(desk.heard()) == 1
    assert "second, different person" in desk.refused("cid", "cancel", name)
    assert "cancelled by cid and dan" in desk.give("dan", "cancel", name)
    cancel = desk.heard()[-1]
    assert (cancel.kind, cancel.released_by, [one for one, _ in cancel.references]) == (
        "cancel",
        ("cid", "dan"),
        [name],
    )
    assert cancel.note == "sent in error: because"
    assert "ended or expired" in desk.refused("ann", "cancel", name)


def test_one_cancels_what_the_picture_no_longer_holds() -> None:
    desk = released()
    desk.stand("plant", "all clear")
    desk.tick()
    assert "by one person, since" in desk.give("cid", "cancel", desk.heard()[-1].identifier)
    assert desk.heard()[-1].kind == "cancel"


def test_a_cancel_of_what_has_changed_since_is_refused_in_words() -> None:
    desk = released()
    first = desk.heard()[0].identifier
    desk.stand("plant", "under way")
    desk.tick()
    assert "the last word is 'under way'" in desk.refused("ann", "cancel", first)
    assert "reason" in desk.refused("ann", "cancel", desk.heard()[-1].identifier, reason="")


def test_after_a_cancel_nothing_speaks_until_something_else_comes_and_then_only_people() -> None:
    desk = DeskOf()
    desk.allow(classes="one-way-attack drone")
    desk.stand("plant", "warning", reason(track=1), lane="fast")
    desk.tick()
    name = desk.heard()[0].identifier
    desk.give("ann", "cancel", name)
    desk.give("ben", "cancel", name)
    desk.tick(3_600)
    assert [one.kind for one in desk.heard()] == ["alert", "cancel"]
    desk.stand("plant", "warning", reason(track=2), lane="fast")
    desk.tick()
    assert desk.waiting().state == "asked"
    assert desk.waiting().references == ()
    assert [one.kind for one in desk.heard()] == ["alert", "cancel"]


def test_after_a_restart_everything_goes_on_as_if_nothing_had_been() -> None:
    desk = released()
    desk.tick(100)
    desk.restart()
    desk.tick(3_500)
    assert len(desk.heard()) == 9
    with pytest.raises(StateError, match="replay"):
        Releases.load(site(), b"\x01")


def test_another_site_file_ends_nothing_and_a_named_authority_does() -> None:
    """The board knows nothing any more; the public was told, and nobody has seen the end."""
    desk = released()
    desk.event, desk.stages = {}, {}
    desk.settings = site((replace(PLANT, ring_m=6_000.0), PORT))
    desk.releases = desk.releases.renewed(desk.settings)
    desk.tick(1_000)
    assert [one.stage for one in desk.heard()] == ["warning"] * 3
    assert "held" in desk.heard()[-1].note
    assert desk.heard()[-1].area == desk.heard()[0].area
    desk.give("ann", "end", "plant")
    assert desk.heard()[-1].stage == "all clear"
    desk.tick(3_600)
    assert len(desk.heard()) == 4


def test_another_status_is_another_life() -> None:
    desk = released()
    assert not desk.releases.renewed(site(status="exercise")).kept.events


def test_a_place_that_the_site_no_longer_names_is_held_open_too() -> None:
    desk = released()
    desk.settings = site((PORT,))
    desk.releases = desk.releases.renewed(desk.settings)
    desk.tick(500)
    assert len(desk.heard()) == 2
    desk.give("ann", "end", "plant")
    assert desk.heard()[-1].stage == "all clear"


def test_a_watch_that_passes_is_told_to_staff() -> None:
    desk = DeskOf()
    desk.stand("plant", "watch")
    desk.tick(1_000)
    desk.stand("plant", "quiet")
    desk.tick()
    assert [(one.kind, one.stage) for one in desk.said] == [
        ("alert", "watch"),
        ("update", "watch"),
        ("update", "watch"),
        ("update", "all clear"),
    ]


def test_a_clock_that_jumps_ahead_and_back_ends_nothing_and_holds_nothing_up() -> None:
    desk = released()
    desk.now_s += 86_400.0
    desk.tick()
    ahead = desk.heard()[-1]
    assert ahead.stage == "warning", "it had expired meanwhile, which is no all clear: it is said again"
    desk.now_s -= 86_400.0
    desk.tick()
    back = desk.heard()[-1]
    assert back.released_ns == desk.now_ns
    assert back.expires_ns - back.released_ns == 15 * MINUTE_NS
    desk.tick(500)
    assert [one.stage for one in desk.heard()] == ["warning"] * 4


def test_an_order_from_a_clock_that_is_off_moves_no_time() -> None:
    desk = released()
    before = desk.releases.kept.now_ns
    desk.take(given(desk.now_ns + 3_600 * 10**9, "ann", "duty", "on"))
    assert desk.releases.kept.now_ns == before
