"""The bench on skies that everybody can work out by hand: who warns, when, of what, and for nothing."""

from dataclasses import replace

import numpy as np
import pytest

from tests.flown import SECOND_NS, table
from tests.nights import BIRD, DRONE, Flight, degrees, places, truth
from tocsin.errors import InputError
from tocsin.geo.areas import area
from tocsin.score.thresholds.approach import approaches
from tocsin.score.thresholds.bench import Bench, Night, bench, choose, front, knowable_rows
from tocsin.score.thresholds.ring_and_time import RingAndTime
from tocsin.score.thresholds.rules import Named
from tocsin.score.thresholds.shown import Shown, shown_of
from tocsin.score.warning.scorecard import Association

# a drone flies north over the middle of a ring of 1 km, 50 m/s, from 31 km south of it: 600 s to the ring
DRONE_IN = Flight(1, DRONE, 0.0, 700.0, 0.0, -31_000.0, 0.0, 50.0)
BIRD_IN = Flight(2, BIRD, 0.0, 700.0, 40_000.0, -11_000.0, 0.0, 20.0)  # towards another place, 500 s to its ring


def shown(*flights: Flight, number: str = "track", **more: list[object]) -> Shown:
    names = ("time", number, "latitude_deg", "longitude_deg", "velocity_east_mps", "velocity_north_mps")
    columns: dict[str, list[object]] = {name: [] for name in names}
    for one in flights:
        times, east, north = one.places()
        for name, values in zip(columns, (times, np.full(len(times), one.number), *degrees(east, north)), strict=False):
            columns[name] += values.tolist()
        columns["velocity_east_mps"] += [one.east_mps] * len(times)
        columns["velocity_north_mps"] += [one.north_mps] * len(times)
    return shown_of(table("tracks", {**columns, **more}), number)


def night(seen: Shown, *flights: Flight, knowable: Shown | None = None) -> Night:
    flown = truth(*flights)
    # tracks are numbered as their targets are
    pairs = Association(seen.track, np.searchsorted(flown.names, seen.track), seen.time_ns)
    return Night("night", flown, places((0.0, 0.0), (40_000.0, 0.0)), seen, pairs, knowable)


def rule(**settings: float | bool | tuple[str, ...]) -> Named:
    name = ", ".join(f"{key} = {value}" for key, value in settings.items()) or "plain"
    made = RingAndTime(**{"within_s": 300.0, **settings})  # type: ignore[arg-type]
    return Named(name, "plain", {"name": "plain", "kind": "ring and time", **settings}, made)


def judged(*rules: Named, seen: Shown | None = None, knowable: Shown | None = None) -> Bench:
    flights = (DRONE_IN, BIRD_IN)
    return bench([night(seen or shown(*flights), *flights, knowable=knowable)], rules)


def test_straight_flight_reaches_the_ring_when_it_does() -> None:
    found = approaches(shown(DRONE_IN), places((0.0, 0.0)), 900.0)
    left = found.seconds[np.searchsorted(found.shown.time_ns[found.row], found.shown.time_ns[0] + 100 * SECOND_NS)]
    assert left == pytest.approx(500.0, abs=0.5)
    assert found.seconds.min() == 0.0


def test_a_zone_is_met_as_a_circle_is() -> None:
    at = places((0.0, 0.0))
    corners = [degrees(np.array(x), np.array(y)) for x, y in ((-1e3, -1e3), (1e3, -1e3), (1e3, 1e3), (-1e3, 1e3))]
    square = area("zone", [(float(np.radians(lat)), float(np.radians(lon))) for lat, lon in corners])
    seen = shown(DRONE_IN)
    circle, zone = (approaches(seen, replace(at, areas=(one,)), 900.0) for one in (at.areas[0], square))
    assert len(zone.row) == pytest.approx(len(circle.row), abs=2)
    assert zone.seconds[0] == pytest.approx(circle.seconds[0], abs=0.5)


def test_the_drone_is_warned_of_as_many_seconds_before_as_the_rule_says_and_the_bird_is_false() -> None:
    (point,) = judged(rule(within_s=300.0)).points
    assert point.lead.missed.count == 0
    assert point.lead.lead_median_s == pytest.approx(300.0, abs=1.5)
    assert point.warning.count == 1
    assert point.by_class == ((BIRD, 1),)


def test_what_may_not_count_warns_nobody() -> None:
    conditions = (
        rule(speed_min_mps=30.0),
        rule(speed_max_mps=30.0),
        rule(existence_min=0.95),
        rule(within_s=5.0, hold_s=20.0),
    )
    seen = shown(DRONE_IN, BIRD_IN, existence=[0.9] * 1402)
    fast, slow, sure, held = judged(*conditions, seen=seen).points
    assert (fast.lead.missed.count, fast.warning.count) == (0, 0)
    assert (slow.lead.missed.count, slow.warning.count) == (1, 1)
    assert (sure.lead.missed.count, sure.warning.count) == (1, 0)
    assert held.lead.missed.count == 1  # inside before it had held for so long
    assert held.lead.late == 1


def test_an_alert_of_a_track_that_comes_and_goes_is_one_alert_while_the_gap_is_short() -> None:
    seen = shown(DRONE_IN)
    second = (seen.time_ns - seen.time_ns[0]) // SECOND_NS
    flicker = seen.chosen((second < 400) | (second > 430))
    found = approaches(flicker, places((0.0, 0.0)), 300.0)
    patient = RingAndTime(within_s=300.0, clear_s=60.0).alerts(found)
    hasty = RingAndTime(within_s=300.0, clear_s=10.0).alerts(found)
    assert len(patient.place) == 1
    assert len(hasty.place) == 2


def test_knowable_is_what_the_same_rule_would_have_said_of_the_truth_since_it_could_be_seen() -> None:
    whole = shown(DRONE_IN, BIRD_IN, number="target")
    begin_ns = int(whole.time_ns[0])
    late = shown(replace(DRONE_IN, begin_s=350.0, north_m=-31_000.0 + 350.0 * 50.0), BIRD_IN)
    best = knowable_rows(whole, {1: begin_ns + 320 * SECOND_NS})
    (point,) = judged(rule(within_s=300.0), seen=late, knowable=best).points
    assert point.lead.delay_p90_s == pytest.approx(30.0, abs=1.5)  # seeable at 320 s, tracked at 350 s
    assert set(best.track.tolist()) == {1}


def test_a_rule_that_warns_for_ever_is_never_false_but_stands_all_the_time() -> None:
    short, long = judged(rule(within_s=60.0), rule(within_s=3600.0)).points
    assert long.standing > 0.9
    assert short.standing < 0.3


def test_the_front_holds_what_no_other_rule_beats_and_the_choice_is_of_it() -> None:
    found = judged(rule(within_s=60.0), rule(within_s=300.0), rule(within_s=300.0, speed_min_mps=30.0))
    best = front(found.points)
    assert [one.name for one in best] == ["within_s = 300.0, speed_min_mps = 30.0"]
    assert choose(found.points, 1.0) is best[0]
    with pytest.raises(InputError, match="no rule has at most"):
        choose(found.points[:2], 0.1)


def test_a_night_without_tracks_misses_all_and_draws_something() -> None:
    flights = (DRONE_IN, BIRD_IN)
    nobody = shown(*flights).chosen(np.zeros(0, np.int64))
    (point,) = bench([night(nobody, *flights)], [rule()]).points
    assert (point.lead.missed.count, point.warning.count) == (1, 0)


def test_a_peaceful_night_has_nothing_to_miss_and_says_so() -> None:
    found = bench([night(shown(BIRD_IN), BIRD_IN)], [rule()])
    assert found.points[0].lead.missed.of == 0
    assert any("no threat flew" in note for note in found.notes)


def test_nights_are_pooled() -> None:
    flights = (DRONE_IN, BIRD_IN)
    one = night(shown(*flights), *flights)
    found = bench([one, one], [rule()])
    assert found.points[0].warning.count == 2
    assert found.points[0].lead.missed.of == 2
    assert found.place_days == pytest.approx(2.0 * one.place_days)
    with pytest.raises(InputError, match="no night"):
        bench([], [rule()])
