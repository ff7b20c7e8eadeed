"""Captures: what comes out of pcap and pcapng files, and what is refused."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import captures
from tocsin.errors import InputError
from tocsin.feeds.transport import pcap
from tocsin.messages import Packet, Refusal

TIME_NS = 1_780_000_000_123_456_789
PATH = "udp 10.0.0.1:1000>239.1.2.3:8600"
FRAME = captures.ethernet(captures.ipv4(captures.udp(b"hello")))


def read(folder: Path, data: bytes) -> tuple[list[Packet], list[Refusal]]:
    path = folder / "some.pcap"
    path.write_bytes(data)
    refusals: list[Refusal] = []
    return list(pcap.packets(path, refusals.append)), refusals


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_pcap_of_both_byte_orders_and_clocks(tmp_path: Path, order: str, nano: bool) -> None:
    packets, refusals = read(
        tmp_path, captures.pcap([(TIME_NS, FRAME), (TIME_NS + 10**9, FRAME)], order=order, nano=nano)
    )
    first_ns = TIME_NS if nano else TIME_NS // 1000 * 1000
    assert packets == [Packet(first_ns, b"hello", PATH), Packet(first_ns + 10**9, b"hello", PATH)]
    assert not refusals


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("resolution", "good_ns"), [(6, 1000), (9, 1), (3, 10**6), (0x80 | 30, 1), (0x80 | 10, 10**6)])
def test_pcapng_of_both_byte_orders_and_any_clock(tmp_path: Path, order: str, resolution: int, good_ns: int) -> None:
    packets, refusals = read(tmp_path, captures.pcapng([(TIME_NS, FRAME)], order=order, resolution=resolution))
    assert [packet.data for packet in packets] == [b"hello"]
    assert 0 <= TIME_NS - packets[0].received_ns <= good_ns
    assert not refusals


@pytest.mark.parametrize("kind", [2, 6])
def test_pcapng_of_old_and_new_packet_blocks(tmp_path: Path, kind: int) -> None:
    packets, _ = read(tmp_path, captures.pcapng([(TIME_NS, FRAME)], kind=kind))
    assert packets == [Packet(TIME_NS, b"hello", PATH)]


def test_simple_packets_have_no_time(tmp_path: Path) -> None:
    packets, _ = read(tmp_path, captures.pcapng([(TIME_NS, FRAME)], kind=3))
    assert packets == [Packet(0, b"hello", PATH)]


def test_a_second_section_may_have_another_byte_order(tmp_path: Path) -> None:
    both = captures.pcapng([(TIME_NS, FRAME)], order="<") + captures.pcapng([(TIME_NS, FRAME)], order=">")
    assert len(read(tmp_path, both)[0]) == 2


IP = captures.ipv4(captures.udp(b"hello"))
IP6 = captures.ipv6(captures.udp(b"hello"))


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (1, captures.ethernet(IP)),
        (1, captures.ethernet(IP, tags=[0x8100])),
        (1, captures.ethernet(IP, tags=[0x88A8, 0x8100])),
        (1, captures.ethernet(IP6, 0x86DD)),
        (1, captures.ethernet(IP + bytes(20))),  # Ethernet pads short packets
        (1, captures.ethernet(captures.ipv4(captures.udp(b"hello"), options=bytes(8)))),
        (
            1,
            captures.ethernet(
                captures.ipv6(captures.udp(b"hello"), 0, bytes([60, 0]) + bytes(6) + bytes([17, 0]) + bytes(6)), 0x86DD
            ),
        ),
        (101, IP),
        (101, IP6),
        (12, IP),
        (228, IP),
        (229, IP6),
        (0, b"\2\0\0\0" + IP),
        (108, b"\0\0\0\2" + IP),
        (113, bytes(14) + b"\x08\x00" + IP),
        (276, b"\x08\x00" + bytes(18) + IP),
    ],
    ids=str,
)
def test_every_link_type_gives_the_payload(tmp_path: Path, link: int, frame: bytes) -> None:
    packets, refusals = read(tmp_path, captures.pcap([(TIME_NS, frame)], link))
    assert [packet.data for packet in packets] == [b"hello"]
    assert not refusals


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (captures.ethernet(captures.ipv4(captures.udp(b"x"), fragment=0x2000)), "capture: IP fragment"),
        (captures.ethernet(captures.ipv4(b"tail", fragment=100)), "capture: IP fragment"),
        (captures.ethernet(captures.ipv6(b"\x11" + bytes(7), 44), 0x86DD), "capture: IP fragment"),
        (captures.ethernet(captures.ipv4(b"x" * 20, protocol=6)), "capture: not UDP"),
        (captures.ethernet(bytes(28), 0x0806), "capture: not IP"),
        (captures.ethernet(captures.ipv4(captures.udp(b"hello", length=200))), "capture: wrong UDP length"),
        (captures.ethernet(b"E"), "capture: frame too short"),
        (b"", "capture: frame too short"),
    ],
)
def test_what_gives_no_payload_is_refused_and_counted(tmp_path: Path, frame: bytes, reason: str) -> None:
    packets, refusals = read(tmp_path, captures.pcap([(TIME_NS, FRAME), (TIME_NS, frame), (TIME_NS, frame)]))
    assert len(packets) == 1
    assert [(refusal.reason, refusal.count, refusal.length) for refusal in refusals] == [(reason, 2, 2 * len(frame))]


def test_packets_that_were_not_captured_whole_are_refused(tmp_path: Path) -> None:
    packets, (refusal,) = read(tmp_path, captures.pcap([(TIME_NS, FRAME)], cut=2))
    assert not packets
    assert refusal.reason == "capture: truncated packet"
    assert "-s 0" in refusal.detail


def test_a_file_cut_off_gives_what_came_before(tmp_path: Path) -> None:
    whole = captures.pcap([(TIME_NS, FRAME)] * 3)
    packets, (refusal,) = read(tmp_path, whole[:-3])
    assert len(packets) == 2
    assert refusal.reason == "capture: cut off"


def test_compressed_captures_are_read_and_damaged_ones_refused(tmp_path: Path) -> None:
    zipped = gzip.compress(captures.pcap([(TIME_NS, FRAME)] * 3))
    assert len(read(tmp_path, zipped)[0]) == 3
    _, (refusal,) = read(tmp_path, zipped[:-12])
    assert refusal.reason == "capture: cut off"


@pytest.mark.parametrize(
    "data", [b"", b"hello world", captures.pcap([(TIME_NS, FRAME)], link=147)], ids=("empty", "text", "link")
)
def test_what_is_no_capture_is_an_error_that_teaches(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError, match=r"expected a pcap|link type 147 is not read"):
        read(tmp_path, data)


@given(data=st.data())
def test_no_damage_makes_the_reader_fail(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    makers = (captures.pcap, captures.pcapng)
    damaged = bytearray(data.draw(st.sampled_from(makers))([(TIME_NS, FRAME), (TIME_NS, FRAME)]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    try:
        packets, _ = read(tmp_path_factory.getbasetemp(), bytes(damaged))
    except InputError:
        return
    assert all(0 <= packet.received_ns < 2**63 for packet in packets)


def test_order_is_that_of_the_file(tmp_path: Path) -> None:
    """A clock that was set back is the sensor's own trouble: nothing is sorted here."""
    packets, _ = read(tmp_path, captures.pcap([(TIME_NS + 10**9, FRAME), (TIME_NS, FRAME)]))
    assert [b.received_ns - a.received_ns for a, b in pairwise(packets)] == [-(10**9)]
