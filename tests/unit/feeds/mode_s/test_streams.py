"""Beast and AVR: framing, counters, and what they make of time."""

import numpy as np
import pytest

from tests import airwaves
from tocsin.feeds.avr import Avr
from tocsin.feeds.beast import Beast
from tocsin.feeds.mode_s.stamps import Stamps
from tocsin.messages import Packet, Scan

START_NS = 1_780_000_000_000_000_000
SECOND_NS = 1_000_000_000


def reasons(*scans: Scan) -> dict[str, int]:
    return {refusal.reason: refusal.count for scan in scans for refusal in scan.refusals}


def ticks(time_s: float) -> int:
    return round(time_s * 12e6)


def test_a_beast_recording_takes_its_time_from_the_counter() -> None:
    decoder = Beast("box", untimed=True)
    scan = decoder.decode([Packet(START_NS, airwaves.beast(airwaves.flight(10.0)))])
    since = (scan.detections.time_ns - START_NS) / SECOND_NS
    assert since == pytest.approx(np.arange(18) * 0.5 + 1.2, abs=1e-6)


def test_escaped_bytes_are_one_byte_wherever_they_stand() -> None:
    message = airwaves.sealed(bytes([17 << 3 | 5, 0x1A, 0x1A, 0x1A]) + bytes([0x1A] * 7))
    frame = b"\x1a3" + bytes([0x1A] * 7 + [*message]).replace(b"\x1a", b"\x1a\x1a")
    scan = Beast("box").decode([Packet(START_NS, frame)])
    assert not scan.refusals
    assert scan.sensors == ("adsb box",)


def test_what_is_no_frame_is_refused_by_what_is_wrong_with_it() -> None:
    decoder = Beast("box")
    good = airwaves.beast([(1.0, airwaves.all_call())])
    stream = b"noise" + good + b"\x1a7" + good[:10] + good + b"\x1a1" + bytes(9) + good[:8]
    found = reasons(decoder.decode([Packet(START_NS, stream)]), decoder.flush())
    assert found == {
        "beast: bytes outside a frame": 1,
        "beast: unknown type": 1,
        "beast: short frame": 1,
        "beast: mode A/C reply not used": 1,
        "beast: unfinished message": 1,
    }


def test_a_receivers_own_status_and_number_are_understood() -> None:
    good = airwaves.beast([(1.0, airwaves.all_call())])
    stream = b"\x1a\xe3" + bytes(8) + good + b"\x1a4" + bytes(21) + b"\x1a5" + bytes(21) + good
    assert not Beast("box").decode([Packet(START_NS, stream)]).refusals


def test_what_a_network_computed_is_another_source() -> None:
    """Results of multilateration come back as if the aircraft had sent them, with MLAT for a counter."""
    stream = b""
    for _, message in airwaves.flight(4.0):
        body = bytes.fromhex("ff004d4c4154") + b"\x00" + message
        stream += b"\x1a3" + body.replace(b"\x1a", b"\x1a\x1a")
    scan = Beast("box").decode([Packet(START_NS, stream)])
    assert scan.sensors == ("mlat box",)


def test_two_streams_side_by_side_do_not_mix() -> None:
    decoder = Beast("box")
    stream = airwaves.beast(airwaves.flight(3.0))
    half = len(stream) // 2 + 5
    packets = [
        Packet(START_NS, stream[:half], "a"),
        Packet(START_NS, stream[:half], "b"),
        Packet(START_NS, stream[half:], "a"),
    ]
    assert set(reasons(decoder.decode(packets), decoder.flush())) == {
        "mode s: same squitter again",
        "beast: unfinished message",
    }


def test_the_counter_takes_the_delay_of_the_network_away() -> None:
    """Messages each 0.1 s come 10 ms late at best, 200 ms at worst: all times are 10 to 12 ms late."""
    stamps, rng = Stamps(untimed=False), np.random.default_rng(1)
    late = []
    for step in range(3_000):
        true_s = 0.1 * step
        delay_s = 0.01 + rng.exponential(0.02) if step else 0.01
        received_ns = START_NS + round((true_s + min(delay_s, 0.2)) * SECOND_NS)
        late.append((stamps.time_ns(ticks(1000.0 + true_s), received_ns) - START_NS) / SECOND_NS - true_s)
    assert min(late) >= 0.01 - 1e-6
    assert max(late) < 0.012


def test_a_counter_that_drifts_is_followed() -> None:
    """A quartz may be wrong by 50 parts in a million: after an hour its time is still right to 5 ms."""
    stamps = Stamps(untimed=False)
    late = 0.0
    for step in range(36_000):
        true_s = 0.1 * step
        received_ns = START_NS + round((true_s + 0.01) * SECOND_NS)
        late = (stamps.time_ns(ticks(true_s * (1 - 50e-6) + 5.0), received_ns) - START_NS) / SECOND_NS - true_s
    assert late == pytest.approx(0.01, abs=0.005)


@pytest.mark.parametrize("counter", ["zero", "standing", "gps", "merged"])
def test_a_counter_that_does_not_run_with_the_clock_is_not_used(counter: str) -> None:
    stamps = Stamps(untimed=False)
    for step in range(1_000):
        received_ns = START_NS + step * SECOND_NS // 10
        told = {
            "zero": 0,
            "standing": 77_777,
            "gps": (step // 10) << 30 | (step % 10) * 100_000_000,
            "merged": ticks(0.1 * step) + (step % 2) * ticks(5_000.0),
        }[counter]
        assert abs(stamps.time_ns(told, received_ns) - received_ns) < SECOND_NS // 2 + 1


def test_a_recording_goes_on_where_a_restarted_counter_begins() -> None:
    stamps = Stamps(untimed=True)
    times = [stamps.time_ns(ticks(at), START_NS) for at in (50_000.0, 50_001.0, 3.0, 4.0)]
    assert [(time - START_NS) / SECOND_NS for time in times] == pytest.approx([0.0, 1.0, 1.0, 2.0])


def test_avr_lines_come_in_all_their_forms() -> None:
    message = airwaves.all_call().hex()
    stamped = f"@016CE3671C74{message.upper()};\n<016CE3671C7400{message};%016CE3671C74{message};"
    text = f"*{message};\r\n*{message};\n\n:{message};{stamped}"
    assert not Avr("box").decode([Packet(START_NS, text.encode())]).refusals


@pytest.mark.parametrize("line", [b"*8D48;\n", b"8D4840D6202CC371C32CE0576098;\n", b"*xyz;\n", b"@12*8D;\n"])
def test_what_is_no_avr_line_is_refused(line: bytes) -> None:
    reason = "avr: mode A/C reply not used" if line == b"*8D48;\n" else "avr: not a message"
    (refusal,) = Avr("box").decode([Packet(START_NS, line)]).refusals
    assert (refusal.reason, refusal.count) == (reason, 1)
    assert refusal.data in line


def test_an_avr_recording_without_times_cannot_be_placed_in_time() -> None:
    said = airwaves.flight(3.0)
    scan = Avr("box", untimed=True).decode([Packet(START_NS, airwaves.avr(said, stamped=False))])
    assert reasons(scan) == {"avr: no time": len(said)}
    scan = Avr("box", untimed=True).decode([Packet(START_NS, airwaves.avr(said))])
    assert len(scan.detections) == 4
