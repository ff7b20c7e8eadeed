"""What may ask for attention: one for each event, a raid in at most ten, and never a promotion left out."""

from itertools import pairwise

import numpy as np
import pytest

from tests.alarms.desks import START_NS, DeskOf, given, site
from tocsin.alerts.release.bells import LIMIT, Bells
from tocsin.alerts.release.desk import RANK, WARNED, Annunciation
from tocsin.messages import Notice

SECOND_NS = 10**9
PARENTS, PLACES, TRACKS = 20, 200, 300


def live(bells: Bells) -> list[Annunciation]:
    return [one for one in bells.ringing.values() if one.live]


def heard(notices: list[Notice]) -> list[int]:
    return [one.time_ns for one in notices if one.kind == "annunciation"]


def raid(seed: int, over_s: int, answer_s: int, hurry: float) -> tuple[Bells, list[int]]:
    """300 tracks come upon 200 places of 20 parents; an operator acknowledges whatever asks. When it sounded."""
    rng = np.random.default_rng(seed)
    meets = np.sort(rng.uniform(0.0, over_s, TRACKS)).astype(np.int64)
    of = rng.integers(0, PLACES, TRACKS)
    rises: dict[int, list[tuple[int, str]]] = {}
    seen: dict[int, str] = {}
    for when, place in zip(meets.tolist(), of.tolist(), strict=True):
        before = seen.get(place, "quiet")
        after = {"quiet": "warning", "warning": "under way"}.get(before, before)
        if after != before and (before == "quiet" or rng.uniform() < hurry):
            seen[place] = after
            rises.setdefault(when, []).append((place, after))
    bells, sounds = Bells(), list[int]()
    for second in range(max(600, over_s) + 1):
        now_ns = START_NS + second * SECOND_NS
        told = bells.step(now_ns)
        for place, stage in rises.get(second, ()):
            told += bells.promote(f"p{place}", f"parent {place % PARENTS}", stage, now_ns)
            _is_shown(bells, f"p{place}", stage)
        sounds += heard(told)
        for one in live(bells):
            if one.asks and now_ns - one.sounded_ns >= answer_s * SECOND_NS:
                bells.ringing[one.id] = _acknowledged(one, now_ns)
    return bells, sounds


def _acknowledged(one: Annunciation, now_ns: int) -> Annunciation:
    bells = Bells({one.id: one})
    bells.acknowledge(given(now_ns, "ann", "acknowledge", one.id), now_ns)
    return bells.ringing[one.id]


def _is_shown(bells: Bells, place: str, stage: str) -> None:
    """A promotion to warning or beyond stands at once in a live annunciation, at its stage or a worse one."""
    mine = bells.ringing[bells.of[place]]
    assert mine.live
    assert place in mine.places
    assert RANK[mine.stage] >= RANK[stage]


@pytest.mark.parametrize("over_s", [30, 120, 300, 600])
@pytest.mark.parametrize("answer_s", [1, 15, 10_000])
@pytest.mark.parametrize("hurry", [0.0, 0.3, 1.0])
def test_a_raid_of_300_tracks_on_200_places_of_20_parents_sounds_ten_times_in_ten_minutes_at_most(
    over_s: int, answer_s: int, hurry: float
) -> None:
    bells, sounds = raid(over_s * 7 + answer_s, over_s, answer_s, hurry)
    most = max(sum(1 for other in sounds if 0 <= other - one < 600 * SECOND_NS) for one in sounds)
    assert 1 <= most <= LIMIT
    assert not bells.flood
    warned = {name for one in live(bells) if one.stage in WARNED for name in one.places}
    assert len(warned) == len(bells.of) > 100, "every place that was warned of is shown in one that lives"


def test_after_the_last_promotion_of_a_raid_nothing_is_left_that_did_not_sound() -> None:
    bells, _ = raid(3, 120, 1, 1.0)
    assert [one.joined_ns for one in live(bells)] == [0] * len(live(bells))


def test_five_places_of_one_parent_within_a_minute_are_one() -> None:
    bells, sounds = Bells(), list[int]()
    for k in range(8):
        sounds += heard(bells.promote(f"p{k}", "shore", "warning", START_NS + 5 * k * SECOND_NS))
    assert len(sounds) == 5
    (one,) = live(bells)
    assert (one.scope, one.parent, one.places) == ("parent", "shore", tuple(f"p{k}" for k in range(8)))
    assert "now part of: 5 places of shore" in next(old.text for old in bells.ringing.values() if not old.live)
    assert len(heard(bells.step(START_NS + 80 * SECOND_NS))) == 1, "three more have come since: it sounds for them"


def test_five_places_of_one_parent_over_five_minutes_are_five() -> None:
    bells, sounds = Bells(), list[int]()
    for k in range(5):
        sounds += heard(bells.promote(f"p{k}", "shore", "warning", START_NS + 60 * k * SECOND_NS))
    assert len(sounds) == len(live(bells)) == 5


def test_what_would_be_the_sixth_sound_in_ten_minutes_is_the_sites() -> None:
    bells = Bells()
    for k in range(6):
        bells.promote(f"p{k}", f"parent {k}", "warning", START_NS + 70 * k * SECOND_NS)
    (one,) = live(bells)
    assert (one.scope, len(one.places), one.sounds) == ("site", 6, 1)
    assert heard(bells.promote("p7", "", "under way", START_NS + 421 * SECOND_NS)), "worse than any before: at once"


def test_one_event_has_one_annunciation_that_sounds_again_only_on_a_promotion() -> None:
    desk = DeskOf()
    desk.stand("plant", "watch")
    desk.tick(60)
    (one,) = live(desk.releases.kept.bells)
    assert (one.sounds, one.asks) == (0, False)
    for stage, sounds in (("warning", 1), ("under way", 2)):
        desk.stand("plant", stage)
        desk.tick(300)
        (now,) = live(desk.releases.kept.bells)
        assert (now.id, now.stage, now.sounds, now.asks) == (one.id, stage, sounds, True)
    desk.stand("plant", "all clear")
    desk.tick()
    assert live(desk.releases.kept.bells) == []
    desk.tick(60)
    assert desk.releases.kept.bells.ringing == {}


def test_an_acknowledgement_of_what_sounded_again_since_is_refused() -> None:
    desk = DeskOf()
    desk.stand("plant", "warning")
    desk.tick()
    desk.stand("plant", "under way")
    desk.tick()
    (one,) = live(desk.releases.kept.bells)
    assert "sounded 2 times and you saw 1" in desk.refused("ben", "acknowledge", one.id, seen="1")
    desk.give("ben", "acknowledge", one.id, seen="2")
    (one,) = live(desk.releases.kept.bells)
    assert (one.asks, one.acknowledged_by) == (False, "ben")
    assert "acknowledged by ben already" in desk.refused("cid", "acknowledge", one.id, seen="2")
    assert "no annunciation" in desk.refused("cid", "acknowledge", "a99")


def test_shelving_has_an_end_and_a_promotion_ends_it_at_once() -> None:
    desk = DeskOf()
    desk.stand("plant", "warning")
    desk.tick()
    (one,) = live(desk.releases.kept.bells)
    for wrong in ({"minutes": "121"}, {"minutes": "soon"}, {"minutes": "5", "reason": " "}):
        assert "shelving needs minutes" in desk.refused("ben", "shelve", one.id, **wrong)
    desk.give("ben", "shelve", one.id, minutes="30")
    desk.tick(29 * 60)
    (one,) = live(desk.releases.kept.bells)
    assert (one.asks, one.shelved_by, one.sounds) == (False, "ben", 1)
    desk.tick(61)
    (one,) = live(desk.releases.kept.bells)
    assert (one.asks, one.shelved_by, one.sounds) == (True, "", 2), "its end: it asks again"
    desk.give("ben", "shelve", one.id, minutes="30")
    desk.stand("plant", "under way")
    desk.tick()
    (one,) = live(desk.releases.kept.bells)
    assert (one.asks, one.shelved_by, one.sounds) == (True, "", 3)
    desk.give("ben", "shelve", one.id, minutes="30")
    desk.give("ben", "shelve", one.id, minutes="0")
    assert live(desk.releases.kept.bells)[0].shelved_by == ""


def test_a_flood_is_told_above_ten_in_ten_minutes_and_over_below_five() -> None:
    """The folding makes it hard to come by: orders' alarms and places, all at once."""
    bells = Bells()
    states: list[bool] = []
    for k in range(12):
        bells.call(f"order {k}", "ends in 1 h", ("ann", "ben"), START_NS + k * SECOND_NS, sound=True)
        bells.step(START_NS + k * SECOND_NS)
        states.append(bells.flood)
    for second in (603, 606, 607):
        bells.step(START_NS + second * SECOND_NS)
        states.append(bells.flood)
    assert states == [False] * 10 + [True] * 2 + [True, True, False]
    assert [after for before, after in pairwise(states) if before != after] == [True, False]


def test_each_operators_rate_counts_what_is_for_them() -> None:
    desk = DeskOf()
    for person in ("ben", "cid"):
        desk.give(person, "duty", "on")
    desk.stand("plant", "warning")
    desk.tick()
    desk.releases.kept.bells.call("order night", "ends in 1 h", ("ann", "ben"), desk.now_ns, sound=True)
    shown = desk.releases.desk()
    assert (shown.rate, shown.rates) == (1, (("ben", 2), ("cid", 1)))


def test_an_exercise_that_has_stopped_is_silent() -> None:
    desk = DeskOf(site(status="exercise"))
    desk.stand("plant", "warning")
    desk.tick()
    for person in ("ann", "ben"):
        desk.give(person, "release", desk.waiting().identifier)
    desk.give("ann", "halt", "plant")
    assert (desk.heard()[-1].stage, desk.heard()[-1].status) == ("all clear", "exercise")
    said = len(desk.said)
    desk.stand("port", "warning")
    desk.tick(3_600)
    assert len(desk.said) == said
    assert live(desk.releases.kept.bells) == []
    assert "stopped already" in desk.refused("ann", "halt", "plant")
