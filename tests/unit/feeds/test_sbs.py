"""SBS text and its known troubles."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.feeds.sbs import Sbs
from tocsin.messages import Packet, Scan

NOON = datetime(2026, 5, 28, 12, 0, 0, tzinfo=UTC)
NOON_NS = round(NOON.timestamp()) * 1_000_000_000


def line(kind: int, when: datetime, rest: str, address: str = "4CA7B3", record: str = "MSG") -> bytes:
    stamp = when.strftime("%Y/%m/%d,%H:%M:%S.%f")[:-3]
    return f"{record},{kind},1,1,{address},1,{stamp},{stamp},{rest}\r\n".encode()


def place(when: datetime, where: str = "52.1,4.2", address: str = "4CA7B3", record: str = "MSG") -> bytes:
    return line(3, when, f",30000,,,{where},,,0,0,0,0", address, record)


def hear(*lines: bytes, untimed: bool = False) -> Scan:
    return Sbs("box", untimed=untimed).decode([Packet(NOON_NS, b"".join(lines))])


def test_a_position_carries_what_earlier_lines_told() -> None:
    scan = hear(
        line(1, NOON, "KLM123  ,,,,,,,,,,,0"),
        line(6, NOON, ",,,,,,,4521,0,0,0,"),
        line(4, NOON, ",,480.0,90.0,,,640,,,,,0"),
        place(NOON),
        place(NOON),
    )
    found = scan.detections
    assert not scan.refusals
    assert scan.sensors == ("sbs box",)
    assert found.texts == {
        "identity": ("icao:4ca7b3",) * 2,
        "callsign": ("KLM123",) * 2,
        "squawk": ("4521",) * 2,
    }
    assert found.values["latitude_rad"][0] == pytest.approx(math.radians(52.1))
    assert found.values["pressure_altitude_m"][0] == pytest.approx(9144.0)
    assert found.values["velocity_east_mps"][0] == pytest.approx(480 * 1852 / 3600)
    assert found.values["velocity_up_mps"][0] == pytest.approx(640 * 0.3048 / 60)
    assert math.isnan(found.values["velocity_east_mps"][1])  # one velocity is one measurement
    assert found.time_ns[0] == NOON_NS


@pytest.mark.parametrize("hours", [-9.5, -5, -1, 0, 1, 2, 5.75, 13])
def test_times_of_the_local_zone_are_taken_back_to_utc(hours: float) -> None:
    scan = hear(place(NOON + timedelta(hours=hours, seconds=-0.4)))
    assert scan.detections.time_ns[0] == NOON_NS - 400_000_000
    assert [f"UTC{hours:+.2f} h" in status.text for status in scan.statuses] == ([True] if hours else [])


def test_a_wrong_clock_is_told_and_the_time_of_arrival_is_used() -> None:
    scan = hear(place(NOON - timedelta(seconds=137)))
    assert scan.detections.time_ns[0] == NOON_NS
    assert [refusal.reason for refusal in scan.refusals] == ["sbs: clock is wrong"]


def test_without_a_date_the_time_of_arrival_is_used() -> None:
    scan = hear(b"MSG,3,1,1,4CA7B3,1,,,,,,30000,,,52.1,4.2,,,0,0,0,0\n")
    assert scan.detections.time_ns[0] == NOON_NS
    assert not scan.refusals


def test_a_recording_needs_its_printed_times() -> None:
    scan = hear(place(NOON - timedelta(days=400)), b"MSG,3,1,1,4CA7B3,1,,,,,,,,,52.1,4.2\n", untimed=True)
    assert scan.detections.time_ns.tolist() == [NOON_NS - 400 * 86_400 * 1_000_000_000]
    assert [refusal.reason for refusal in scan.refusals] == ["sbs: no time"]


@pytest.mark.parametrize("where", ["0.00000,0.00000", "91,4", "52,181", "nan,4", "x,4"])
def test_impossible_positions_are_refused(where: str) -> None:
    scan = hear(place(NOON, where))
    assert not len(scan.detections)
    assert [refusal.reason for refusal in scan.refusals] == ["sbs: position out of range"]


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        ("4ca7b3", "icao:4ca7b3"),
        ("~4CA7B3", "anonymous:4ca7b3"),
        ("14CA7B3", "anonymous:4ca7b3"),
        ("A1", "icao:0000a1"),
    ],
)
def test_addresses_of_others_are_told_apart(address: str, identity: str) -> None:
    assert hear(place(NOON, address=address)).detections.texts["identity"] == (identity,)


@pytest.mark.parametrize(
    "junk", [b"MSG,3\n", b"hello\n", b"MSG,3,1,1,XYZ,1,,,,,,,,,1,1\n", b"MSG,3,1,1,4_CA7B,1,,,,,,,,,1,1\n"]
)
def test_what_is_no_message_is_refused(junk: bytes) -> None:
    assert len(hear(junk).refusals) == 1


def test_multilateration_is_another_source_and_own_events_are_none() -> None:
    scan = hear(
        b"STA,,5,179,400AE7,10103,2008/11/28,14:58:51.153,2008/11/28,14:58:51.153,RM\n", place(NOON, record="MLAT")
    )
    assert scan.sensors == ("mlat box",)
    assert not scan.refusals


def test_a_callsign_of_at_signs_is_none() -> None:
    assert hear(line(1, NOON, "@@@@@@@@,,,,,,,,,,,0"), place(NOON)).detections.texts["callsign"] == (None,)
