"""Bad input: what cannot be used is refused with its reason and its octets, the rest of the datagram is used."""

import hashlib
from collections import Counter

import numpy as np
import pytest

from tests.reference.asterix.records import block, newest, said
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.messages import Packet, Scan

NOW_NS = 1_780_056_000 * 10**9
PLOT = said(newest(48), {"140": "5a0000", "020": "20", "040": "40004000"})
GOOD = block(48, [PLOT])


def decoded(octets: bytes, framing: str = "datagrams") -> Scan:
    decoder = Asterix("box", framing)
    scan = decoder.decode([Packet(NOW_NS, octets)])
    return scan if framing == "datagrams" else decoder.decode([Packet(NOW_NS, GOOD)])


def reasons(scan: Scan) -> dict[str, int]:
    return {one.reason.removeprefix("asterix: "): one.count for one in scan.refusals}


def test_good_blocks_of_several_categories_in_one_datagram() -> None:
    track = said(newest(62), {"070": "5a0000", "105": "00949efc0008d3dd", "040": "1234", "080": "00"})
    scan = decoded(GOOD + block(62, [track]) + GOOD)
    assert not scan.refusals
    assert len(scan.detections) == 3
    # In the order in which they came, whatever their category.
    assert np.isnan(scan.detections.values["range_m"]).tolist() == [False, True, False]


@pytest.mark.parametrize("lost", range(1, len(GOOD)))
def test_a_datagram_cut_anywhere(lost: int) -> None:
    scan = decoded(GOOD + GOOD[:-lost])
    assert len(scan.detections) == 1
    assert len(scan.refusals) >= 1
    assert all(one.detail and one.data for one in scan.refusals)


def test_whole_records_of_a_cut_block_are_used() -> None:
    scan = decoded(block(48, [PLOT] * 3)[:-2])
    assert len(scan.detections) == 2
    assert reasons(scan) == {"truncated block": 1, "truncated record": 1}
    assert scan.refusals[1].data == PLOT[:-2]


def test_garbage_between_blocks() -> None:
    junk = bytes(range(36, 60))
    scan = decoded(GOOD + junk + GOOD + GOOD)
    assert len(scan.detections) == 3
    assert reasons(scan) == {"garbage between blocks": 1}
    assert scan.refusals[0].data == junk


def test_a_length_that_is_too_long_loses_only_its_own_block() -> None:
    wrong = bytes([48]) + (len(GOOD) + 500).to_bytes(2) + GOOD[3:]
    scan = decoded(GOOD + wrong + GOOD + GOOD)
    assert len(scan.detections) == 4
    assert reasons(scan)["truncated block"] == 1


def test_a_length_that_is_too_short() -> None:
    wrong = bytes([48]) + (len(GOOD) - 2).to_bytes(2) + GOOD[3:]
    scan = decoded(GOOD + wrong + GOOD + GOOD)
    assert len(scan.detections) == 3
    assert reasons(scan) == {"truncated record": 1, "garbage between blocks": 1}


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_a_length_that_is_no_length(size: int) -> None:
    scan = decoded(bytes([48, 0, size]) + GOOD)
    assert len(scan.detections) == 1
    assert reasons(scan) == {"garbage between blocks": 1}


def test_a_category_that_is_not_decoded_is_passed_over() -> None:
    scan = decoded(GOOD + block(8, [b"\xf0\x19\x0b\x01\x02"]) + GOOD)
    assert len(scan.detections) == 2
    assert reasons(scan) == {"category 008 not decoded": 1}


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("7e190b", "record without a source"),
        ("00", "record without a source"),
        ("ffffff", "FSPEC runs off its block"),
        ("810101010180190b", "FSPEC longer than the profile"),
        ("c0190b5a00", "truncated record"),
        ("81010102190b00", "item of length 0"),
        ("810104190b1000", "undefined part of an item"),
    ],
)
def test_a_record_that_cannot_be_read_ends_its_block_and_no_other(octets: str, reason: str) -> None:
    bad = bytes.fromhex(octets)
    scan = decoded(block(48, [PLOT, bad]) + GOOD)
    assert len(scan.detections) == 2
    assert reasons(scan) == {reason: 1}
    assert scan.refusals[0].data == bad
    assert "CAT048" in scan.refusals[0].detail


def test_an_item_that_the_profile_does_not_have() -> None:
    scan = decoded(block(65, [bytes.fromhex("8180190b00")]))
    assert reasons(scan) == {"undefined item": 1}


def test_a_record_of_its_source_alone_is_a_record() -> None:
    scan = decoded(block(62, [bytes.fromhex("80190b")]))
    assert reasons(scan) == {"track without a place": 1}
    assert scan.statuses[0].sensor == "asterix 25/11"


def test_an_empty_datagram_is_counted() -> None:
    assert reasons(decoded(b"")) == {"empty datagram": 1}


def test_a_stream_may_be_cut_anywhere() -> None:
    stream = (GOOD + block(8, [b"\xf0\x19\x0b\x01\x02"]) + bytes(range(36, 60)) + GOOD * 4) * 3
    whole = Asterix("box", "stream")
    expected = [whole.decode([Packet(NOW_NS, stream)]), whole.flush()]
    for size in (1, 2, 3, 5, 17, 100):
        decoder = Asterix("box", "stream")
        scans = [decoder.decode([Packet(NOW_NS, stream[at : at + size])]) for at in range(0, len(stream), size)]
        scans.append(decoder.flush())
        assert counted(scans) == counted(expected)
        assert sum(len(scan.detections) for scan in scans) == 15


def counted(scans: list[Scan]) -> Counter[tuple[str, int]]:
    total: Counter[tuple[str, int]] = Counter()
    for scan in scans:
        for one in scan.refusals:
            total[one.reason, 0] += one.count
            total[one.reason, 1] += one.length
    return total


def test_streams_of_several_origins_do_not_mix() -> None:
    decoder = Asterix("box", "stream")
    halves = [(GOOD[:7], GOOD[7:]), (GOOD[:9], GOOD[9:])]
    first = decoder.decode([Packet(NOW_NS, half[0], f"10.0.0.{n}") for n, half in enumerate(halves)])
    second = decoder.decode([Packet(NOW_NS + 1, half[1], f"10.0.0.{n}") for n, half in enumerate(halves)])
    assert (len(first.detections), len(second.detections)) == (0, 2)
    assert not second.refusals


def test_endless_garbage_is_refused_while_it_comes() -> None:
    decoder = Asterix("box", "stream")
    scans = [decoder.decode([Packet(NOW_NS, bytes(1000))]) for _ in range(140)]
    refused = [one for scan in scans for one in scan.refusals]
    assert [one.length for one in refused] == [65_536, 65_536]
    assert [one.length for one in decoder.flush().refusals] == [140_000 - 2 * 65_536]


def test_the_same_octets_by_two_networks_are_one() -> None:
    decoder = Asterix("box")
    packets = [Packet(NOW_NS + n, GOOD, f"10.0.{n}.1") for n in range(3)]
    scan = decoder.decode(packets[:1])
    again = decoder.decode(packets[1:])
    assert (len(scan.detections), len(again.detections)) == (1, 0)
    (refusal,) = again.refusals
    assert (refusal.reason, refusal.count) == ("duplicate path", 2)
    assert "10.0.1.1" in refusal.detail
    assert len(decoder.decode([Packet(NOW_NS + 3 * 10**9, GOOD)]).detections) == 1


def test_the_digest_covers_every_octet_that_came() -> None:
    scan = decoded(GOOD)
    assert scan.raw_sha256 == hashlib.sha256(GOOD).digest()
    assert scan.raw_length == len(GOOD)


def test_an_unknown_framing_is_explained() -> None:
    with pytest.raises(ValueError, match="stream"):
        Asterix("box", "tcp")
