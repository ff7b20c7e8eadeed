"""What is believed of Mode S messages, and what is refused with its reason."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from tests import airwaves
from tocsin.feeds.avr import Avr
from tocsin.feeds.mode_s.receiver import AIRCRAFT_MAX
from tocsin.messages import Packet, Scan

START_NS = 1_780_000_000_000_000_000
Said = Sequence[tuple[float, bytes]]


def hear(said: Said, decoder: Avr | None = None, place: tuple[float, float] | None = None) -> Scan:
    """The Scan of messages that came at their times, in seconds."""
    decoder = decoder or Avr("box", place=place)
    lines = [Packet(START_NS + round(at * 1e9), b"*" + message.hex().encode() + b";\n") for at, message in said]
    return decoder.decode(lines)


def reasons(scan: Scan) -> dict[str, int]:
    return {refusal.reason: refusal.count for refusal in scan.refusals}


def places(scan: Scan) -> np.ndarray:
    values = scan.detections.values
    if not len(scan.detections):
        return np.empty((0, 2))
    return np.degrees(np.stack((values["latitude_rad"], values["longitude_rad"]), axis=1))


def test_an_aircraft_is_followed_from_its_third_position_on() -> None:
    scan = hear(airwaves.flight(10.0))
    assert scan.sensors == ("adsb box",)
    assert not scan.refusals
    assert len(scan.detections) == 18  # of 20: an even and an odd one start it, the next one confirms
    found = places(scan)
    assert found[:, 0] == pytest.approx(52.0, abs=1e-4)
    assert (np.diff(found[:, 1]) > 0).all()
    assert set(scan.detections.texts["identity"]) == {"icao:4ca7b3"}
    assert set(scan.detections.texts["callsign"]) == {"KLM123"}
    assert scan.detections.values["pressure_altitude_m"] == pytest.approx(30_000 * 0.3048)


def test_a_velocity_goes_out_once_with_the_position_after_it() -> None:
    said = [(at, message) for at, message in airwaves.flight(6.0) if message[4] >> 3 != 19]
    said.insert(9, (3.9, airwaves.velocity(480, 0, 640)))
    velocity = hear(said).detections.values["velocity_east_mps"]
    assert np.count_nonzero(~np.isnan(velocity)) == 1
    assert np.nanmax(velocity) == pytest.approx(480 * 1852 / 3600)


def test_a_damaged_message_is_refused_by_its_parity() -> None:
    said = airwaves.flight(4.0)
    at, message = said[5]
    said[5] = at, message[:6] + bytes([message[6] ^ 4]) + message[7:]
    assert reasons(hear(said)) == {"mode s: parity wrong": 1}


def test_a_message_mended_wrongly_makes_no_jump() -> None:
    """Its parity is right, its place is 100 km away: the aircraft goes on where it was."""
    said = airwaves.flight(10.0)
    ghost = airwaves.position(52.9, 4.0, odd=False)
    said.insert(20, (5.0, ghost))
    scan = hear(said)
    assert reasons(scan) == {"mode s: position jump": 1}
    assert places(scan)[:, 0] == pytest.approx(52.0, abs=1e-4)
    assert "expected at most" in scan.refusals[0].detail
    assert scan.refusals[0].data == ghost


def test_a_jump_that_holds_is_taken_after_four_positions_that_agree() -> None:
    """A receiver's clock or an aircraft's transponder may really have moved: nothing is lost for good."""
    there = [(20.0 + at, message) for at, message in airwaves.flight(10.0, start=(55.0, 8.0))]
    scan = hear([*airwaves.flight(10.0), *there])
    assert reasons(scan) == {"mode s: position jump": 4}
    assert np.count_nonzero(places(scan)[:, 0] > 54.0) == 16


def test_two_aircraft_with_one_address_never_mix() -> None:
    """The first one is followed, the other is refused for as long as both are heard."""
    other = [(at + 5.05, message) for at, message in airwaves.flight(15.0, start=(54.0, 8.0)) if message[4] >> 3 == 11]
    scan = hear(sorted([*airwaves.flight(20.0), *other]))
    assert len(scan.detections) == 38
    assert places(scan)[:, 0] == pytest.approx(52.0, abs=1e-4)
    assert reasons(scan) == {"mode s: position jump": 30}


def test_two_aircraft_that_begin_with_one_address_are_not_guessed_at() -> None:
    other = [(at + 0.05, message) for at, message in airwaves.flight(10.0, start=(54.0, 8.0)) if message[4] >> 3 == 11]
    scan = hear(sorted([*airwaves.flight(10.0), *other]))
    assert not len(scan.detections)
    assert reasons(scan)["mode s: positions disagree"] > 20


def test_after_a_silence_the_aircraft_is_where_it_can_be() -> None:
    later = [(300.0 + at, message) for at, message in airwaves.flight(5.0, start=(52.0, 4.5))]
    scan = hear([*airwaves.flight(5.0), *later])
    assert not scan.refusals
    assert np.count_nonzero(places(scan)[:, 1] > 4.4) == 8


def test_an_address_heard_once_is_counted_as_a_ghost() -> None:
    decoder = Avr("box")
    hear([(0.0, airwaves.callsign("GHOST", 0x123456))], decoder)
    assert reasons(hear([(75.0, airwaves.all_call(0xABCDEF))], decoder)) == {"mode s: address heard once": 1}


def test_a_flood_of_invented_addresses_holds_no_more_than_so_many() -> None:
    said = [(number * 1e-6, airwaves.all_call(number)) for number in range(AIRCRAFT_MAX + 100)]
    decoder = Avr("box")
    assert reasons(hear(said, decoder)) == {"mode s: too many addresses": 100}


def test_one_squitter_over_two_receivers_counts_once() -> None:
    said = airwaves.flight(5.0)
    twice = sorted([*said, *((at + 0.01, message) for at, message in said)])
    assert len(hear(twice).detections) == len(hear(said).detections)
    assert reasons(hear(twice)) == {"mode s: same squitter again": 10}


def test_replies_tell_a_squawk_only_of_addresses_that_are_known() -> None:
    said = airwaves.flight(5.0)
    said[8:8] = [(1.9, airwaves.identity_reply("4521")), (1.91, airwaves.identity_reply("7500", 0x111111))]
    scan = hear(said)
    assert scan.detections.texts["squawk"][-1] == "4521"
    assert reasons(scan) == {"mode s: reply of an unknown address": 1}


def test_a_changed_callsign_must_come_twice() -> None:
    said = airwaves.flight(6.0)
    said[10:10] = [(2.4, airwaves.callsign("BAD1"))]
    said[18:18] = [(4.4, airwaves.callsign("NEW2")), (4.41, airwaves.callsign("NEW2"))]
    assert list(dict.fromkeys(hear(said).detections.texts["callsign"])) == ["KLM123", "NEW2"]


def test_surface_positions_need_the_receivers_place() -> None:
    said = [(step * 0.5, airwaves.on_ground(52.31, 4.76, bool(step % 2))) for step in range(8)]
    scan = hear(said)
    assert not len(scan.detections)
    assert reasons(scan) == {"mode s: surface position without a receiver place": 8}
    scan = hear(said, place=(52.0, 5.0))
    assert places(scan) == pytest.approx(np.tile([52.31, 4.76], (6, 1)), abs=1e-4)
    assert "pressure_altitude_m" not in scan.detections.values


def test_what_no_receiver_can_hear_is_refused() -> None:
    scan = hear(airwaves.flight(5.0), place=(30.0, 4.0))
    assert not len(scan.detections)
    assert reasons(scan) == {"mode s: farther than can be heard": 8}


def test_ground_stations_and_other_addresses_are_other_sources() -> None:
    def retold(control: int) -> Scan:
        said = []
        for at, message in airwaves.flight(4.0):
            payload = int.from_bytes(message[4:11], "big")
            said.append((at, airwaves.squitter(payload, kind=18, control=control)))
        return hear(said)

    assert retold(2).sensors == ("tisb box",)
    assert retold(6).sensors == ("adsr box",)
    assert set(retold(1).detections.texts["identity"]) == {"anonymous:4ca7b3"}
    assert reasons(retold(3)) == {"mode s: format not used": 17}


def test_an_altitude_that_no_aircraft_can_reach_is_left_out() -> None:
    said = airwaves.flight(6.0)
    at, _ = said[12]
    odd = bool((len([1 for _, message in said[:12] if message[4] >> 3 == 11])) % 2)
    east = 480 * 1852 / 3600 * (at - 0.2) / (111_194.9 * np.cos(np.radians(52.0)))
    said[12] = at, airwaves.position(52.0, 4.0 + east, odd, altitude_ft=1_000)
    scan = hear(said)
    assert reasons(scan) == {"mode s: altitude jump": 1}
    assert len(scan.detections) == 10
    altitude = scan.detections.values["pressure_altitude_m"]
    assert np.count_nonzero(np.isnan(altitude)) == 1
    assert np.nanmin(altitude) == pytest.approx(30_000 * 0.3048)


def test_short_messages_padded_to_the_long_form_are_read() -> None:
    scan = hear([(0.0, airwaves.all_call() + bytes(7)), (0.1, airwaves.all_call(interrogator=22))])
    assert not scan.refusals
    assert scan.sensors == ("adsb box",)


def test_formats_that_tell_nothing_here_are_counted() -> None:
    kinds = Counter(reasons(hear([(0.0, bytes([kind << 3]) + bytes(13))])).popitem()[0] for kind in (1, 19, 24))
    assert kinds == {"mode s: format not used": 3}
