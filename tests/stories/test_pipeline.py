"""From scans to a picture: aircraft become tracks, silence turns places blind, orders are decided once."""

from dataclasses import replace

import numpy as np
import pytest

from tests.scans import ADSB, RADAR, SECOND_NS, START_NS, Flight, radar_turn, self_reports, settings
from tocsin.errors import StateError
from tocsin.messages import Order, Picture, Scan, Step, Tick, TrackState
from tocsin.pipeline import State, advance, declared, look

FLIGHTS = [
    Flight((20_000.0, 10_000.0, 3_000.0), (-150.0, 30.0, 0.0), "icao:4ca001"),
    Flight((-15_000.0, 25_000.0, 1_000.0), (40.0, -60.0, 0.0), "icao:4ca002"),
]


def play(state: State, until_s: int, *, radar: bool = True, adsb: bool = False) -> list[Step]:
    """Radar turns or self-reports with a tick each second, in order of arrival."""
    rng = np.random.default_rng(7)
    items: list[tuple[int, Scan | Tick]] = []
    for second in range(1, until_s + 1):
        items.append((START_NS + second * SECOND_NS, Tick(START_NS + second * SECOND_NS)))
        if adsb:
            scan = self_reports(FLIGHTS, float(second), rng)
            items.append((scan.received_ns, scan))
    for turn in range(until_s // 4 if radar else 0):
        scan = radar_turn(FLIGHTS, turn, rng)
        items.append((scan.received_ns, scan))
    return [advance(state, item) for _, item in sorted(items, key=lambda pair: pair[0])]


def confirmed(picture: Picture) -> np.ndarray:
    return np.flatnonzero(picture.state == TrackState.CONFIRMED)


def order(action: str, subject: str, key: str = "k1", **arguments: str) -> Order:
    return Order(START_NS, key, "ann", "officer", action, subject, arguments, "because")


def test_two_aircraft_seen_by_a_radar_become_two_confirmed_tracks_in_place() -> None:
    state = State.of(settings(RADAR))
    play(state, 60)
    picture = look(state, START_NS + 60 * SECOND_NS)
    rows = confirmed(picture)
    assert len(rows) == 2
    for flight in FLIGHTS:
        metres = np.linalg.norm(picture.position_m[rows] - flight.ecef_m(60.0), axis=1)
        assert metres.min() < 500.0


def test_two_aircraft_that_report_themselves_keep_their_identity() -> None:
    state = State.of(settings(ADSB))
    play(state, 20, radar=False, adsb=True)
    picture = look(state, START_NS + 20 * SECOND_NS)
    rows = confirmed(picture)
    assert sorted(picture.identity[row] or "" for row in rows) == ["icao:4ca001", "icao:4ca002"]


def test_a_radar_and_the_aircraft_themselves_are_one_track_each() -> None:
    state = State.of(settings(RADAR, ADSB))
    play(state, 60, adsb=True)
    assert len(confirmed(look(state, START_NS + 60 * SECOND_NS))) == 2


def test_when_all_feeds_are_cut_every_place_is_blind_within_three_periods_and_fifteen_seconds() -> None:
    state = State.of(settings(RADAR, ADSB))
    steps = play(state, 40, adsb=True)
    health = [step.health for step in steps if step.health is not None][-1]
    assert health.places[0].observation == "seen clear"
    silent = [advance(state, Tick(START_NS + second * SECOND_NS)) for second in range(41, 80)]
    blind = [step for step in silent if step.health is not None and step.health.places[0].observation == "blind"]
    assert blind[0].time_ns - (START_NS + 40 * SECOND_NS) <= (3 * RADAR.period_s + 15) * SECOND_NS
    assert any(notice.kind == "place" and "blind" in notice.text for notice in blind[0].notices)


def test_looking_changes_nothing() -> None:
    state = State.of(settings(RADAR))
    play(state, 20)
    before = state.digest()
    for second in (20, 25, 90):
        look(state, START_NS + second * SECOND_NS)
    assert state.digest() == before


def test_a_setting_is_changed_by_an_order_and_stays_in_the_dump() -> None:
    state = State.of(settings(RADAR))
    step = advance(state, order("set", "tracking.confirm_existence", value="0.95"))
    assert step.answers[0].accepted
    assert state.settings.tracking.confirm_existence == 0.95
    assert State.load(state.dump()).settings.tracking.confirm_existence == 0.95
    assert "ann" in step.notices[0].text


@pytest.mark.parametrize(
    ("subject", "value", "teaches"),
    [
        ("tracking.confirm_existence", "2", "outside 0.5 to 0.999"),
        ("tracking.confirm_existence", "much", "is no number"),
        ("tracking.gate", "5", "may not be changed"),
        ("tracking.release_existence", "0.9", "must stay below"),
    ],
)
def test_a_wrong_setting_is_refused_in_words(subject: str, value: str, teaches: str) -> None:
    state = State.of(settings(RADAR))
    answer = advance(state, order("set", subject, value=value)).answers[0]
    assert not answer.accepted
    assert teaches in answer.reason


def test_the_same_key_twice_has_one_effect() -> None:
    state = State.of(settings(RADAR))
    first = advance(state, order("set", "watching.stale_periods", value="2"))
    again = advance(state, order("set", "watching.stale_periods", value="3"))
    assert again.answers == first.answers
    assert not again.notices
    assert state.settings.watching.stale_periods == 2.0


def test_only_a_named_person_calls_a_track_hostile_and_can_take_it_back() -> None:
    state = State.of(settings(RADAR))
    play(state, 40)
    picture = look(state, START_NS + 40 * SECOND_NS)
    number = str(picture.track[confirmed(picture)[0]])
    assert set(picture.mark) == {""}
    assert advance(state, order("mark", number, mark="hostile")).answers[0].accepted
    assert "hostile" in look(state, START_NS + 40 * SECOND_NS).mark
    assert advance(state, order("mark", number, key="k2", mark="")).answers[0].accepted
    assert set(look(state, START_NS + 40 * SECOND_NS).mark) == {""}


def test_an_order_about_a_track_that_is_gone_is_refused() -> None:
    state = State.of(settings(RADAR))
    assert "may have ended" in advance(state, order("mark", "99", mark="friend")).answers[0].reason
    assert "unknown" in advance(state, order("engage", "1", key="k2")).answers[0].reason


def test_a_sensor_that_the_site_does_not_know_is_refused_and_counted() -> None:
    state = State.of(settings(ADSB))
    play(state, 12, adsb=True)
    step = advance(state, Tick(START_NS + 13 * SECOND_NS))
    assert step.health is not None
    assert any("sensor" in reason for reason in step.health.refusals), step.health.refusals


def test_a_dump_of_another_format_is_refused_in_words() -> None:
    with pytest.raises(StateError, match="replay from the start"):
        State.load(b"\x00nonsense")


def test_an_odd_clock_moves_no_other_sensor() -> None:
    """A sensor an hour ahead would end every other sensor's data if it moved the watermark."""
    state = State.of(settings(RADAR, ADSB))
    rng = np.random.default_rng(3)
    for turn in range(10):
        wrong = self_reports(FLIGHTS[:1], 4.0 * turn + 3_600.0, rng)
        received_ns = START_NS + (4 * turn + 4) * SECOND_NS
        rows = replace(wrong.detections, received_ns=np.full(1, received_ns))
        advance(state, replace(wrong, received_ns=received_ns, detections=rows))
        advance(state, radar_turn(FLIGHTS, turn, rng))
        advance(state, Tick(START_NS + (4 * turn + 5) * SECOND_NS))
    assert len(confirmed(look(state, START_NS + 41 * SECOND_NS))) >= 2


def test_a_site_that_was_changed_begins_anew_and_repeats_no_track_number() -> None:
    state = State.of(settings(RADAR))
    play(state, 40)
    known = {int(number) for number in look(state, START_NS + 40 * SECOND_NS).track}
    changed = settings(replace(RADAR, clutter_per_scan=5.0))
    assert state.declared == declared(settings(RADAR))
    assert state.declared != declared(changed)
    renewed = State.load(state.renewed(changed).dump())
    assert renewed.declared == declared(changed)
    assert len(look(renewed, START_NS + 40 * SECOND_NS)) == 0
    play(renewed, 80)
    assert known
    assert not known & {int(number) for number in look(renewed, START_NS + 80 * SECOND_NS).track}


def test_an_order_does_not_count_as_a_change_of_the_site() -> None:
    state = State.of(settings(RADAR))
    advance(state, order("set", "watching.stale_periods", value="2"))
    assert State.load(state.dump()).declared == declared(settings(RADAR))
