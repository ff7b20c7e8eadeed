"""readsb's aircraft.json."""

import json
import math
from typing import Any

import pytest

from tocsin.feeds.aircraft_json import AircraftJson
from tocsin.messages import Packet, Scan

NOW_S = 1_780_000_000.5
NOW_NS = 1_780_000_000_500_000_000
KLM: dict[str, Any] = {
    "hex": "4ca7b3",
    "type": "adsb_icao",
    "flight": "KLM123  ",
    "alt_baro": 30_000,
    "alt_geom": 30_500,
    "gs": 480.0,
    "track": 90.0,
    "geom_rate": 640,
    "squawk": "4521",
    "lat": 52.1,
    "lon": 4.2,
    "nac_p": 9,
    "seen_pos": 0.4,
}


def document(*aircraft: object, now: float = NOW_S) -> bytes:
    return json.dumps({"now": now, "messages": 1, "aircraft": aircraft}).encode()


def hear(*documents: bytes) -> Scan:
    return AircraftJson("box").decode([Packet(NOW_NS, b"\n".join(documents))])


def reasons(scan: Scan) -> dict[str, int]:
    return {refusal.reason: refusal.count for refusal in scan.refusals}


def test_a_position_is_as_old_as_it_says() -> None:
    scan = hear(document(KLM))
    found = scan.detections
    assert found.time_ns.tolist() == [NOW_NS - 400_000_000]
    assert {name: column[0] for name, column in found.texts.items()} == {
        "identity": "icao:4ca7b3",
        "callsign": "KLM123",
        "squawk": "4521",
    }
    values = {name: column[0] for name, column in found.values.items()}
    assert values["latitude_rad"] == pytest.approx(math.radians(52.1))
    assert values["pressure_altitude_m"] == pytest.approx(9144.0)
    assert values["altitude_m"] == pytest.approx(9296.4)
    assert values["velocity_up_mps"] == pytest.approx(640 * 0.3048 / 60)
    assert values["latitude_rad_sigma"] * 6.371e6 == pytest.approx(30.0 / 2.4477)


def test_the_same_position_told_each_second_counts_once() -> None:
    later = [{**KLM, "seen_pos": age} for age in (1.4, 2.4)]
    newer = {**KLM, "lat": 52.2, "seen_pos": 0.1}
    scan = hear(
        document(KLM),
        document(later[0], now=NOW_S + 1),
        document(later[1], now=NOW_S + 2),
        document(newer, now=NOW_S + 3),
    )
    assert len(scan.detections) == 2
    assert reasons(scan) == {"aircraft.json: position told before": 2}


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        ({"type": "mlat"}, "mlat box"),
        ({"type": "adsb_icao", "mlat": ["lat", "lon"]}, "mlat box"),
        ({"type": "tisb_trackfile"}, "tisb box"),
        ({"type": "adsr_icao"}, "adsr box"),
        ({"type": 3}, "adsb box"),
    ],
)
def test_who_computed_the_position_is_its_source(entry: dict[str, Any], source: str) -> None:
    scan = hear(document({**KLM, **entry}))
    assert scan.sensors[scan.sweeps.sensor[scan.detections.sweep[0]]] == source


def test_aircraft_on_the_ground_have_no_altitude() -> None:
    values = hear(document({**KLM, "alt_baro": "ground", "alt_geom": None})).detections.values
    assert "pressure_altitude_m" not in values


def test_services_that_say_ac_and_milliseconds_are_read() -> None:
    text = json.dumps({"ac": [KLM], "now": NOW_NS // 1_000_000}).encode()
    assert hear(text).detections.time_ns.tolist() == [NOW_NS - 400_000_000]


@pytest.mark.parametrize(
    "bad",
    [
        {"lat": 91},
        {"lon": "4.2"},
        {"seen_pos": -1},
        {"seen_pos": 900},
        {"hex": "xyz"},
        {"lat": True},
        {"lat": 10**400},
    ],
    ids=str,
)
def test_one_bad_aircraft_does_not_cost_the_others(bad: dict[str, Any]) -> None:
    scan = hear(document({**KLM, "hex": "111111", **bad}, 7, KLM))
    assert len(scan.detections) == 1
    assert reasons(scan) == {"aircraft.json: position unusable": 1, "aircraft.json: not an aircraft": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"now": nope}', "aircraft.json: not JSON"),
        (b'{"hello": 1}', "aircraft.json: not a list of aircraft"),
        (b'{"now": 1e11, "aircraft": []}', "aircraft.json: time out of range"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "aircraft.json: not JSON"),
    ],
    ids=("word", "other", "year 5138", "deep"),
)
def test_what_is_no_list_of_aircraft_is_refused(text: bytes, reason: str) -> None:
    scan = hear(text, document(KLM))
    assert reason in reasons(scan)
    assert len(scan.detections) == 1


def test_braces_inside_strings_end_no_document() -> None:
    scan = hear(document({**KLM, "note": 'a } \\" { b\\'}), document({**KLM, "hex": "111111"}))
    assert len(scan.detections) == 2
