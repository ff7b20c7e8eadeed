"""What every decoder promises, whatever the bytes (R4 and R10 of the reliability goals): one test for all formats."""

import hashlib
import sys
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import airwaves
from tocsin.feeds.draft import Decoder
from tocsin.feeds.table import FORMATS
from tocsin.messages import ATTRIBUTES, MEASURED, TEXTS, Packet, Scan

START_NS = 1_780_000_000_000_000_000
BOUNDS = {
    "latitude_rad": (-np.pi / 2, np.pi / 2),
    "longitude_rad": (-np.pi, np.pi),
    "azimuth_rad": (0.0, 2 * np.pi),
    "elevation_rad": (-np.pi / 2, np.pi / 2),
    "range_m": (0.0, 1e9),
    "class_confidence": (0.0, 1.0),
}
KEPT_BYTES_MAX = 300_000  # what a decoder may hold of a message that never ends
SBS = b"""MSG,1,1,1,4CA7B3,1,2026/05/28,20:26:40.000,2026/05/28,20:26:40.000,KLM123  ,,,,,,,,,,,0
MSG,4,1,1,4CA7B3,1,2026/05/28,20:26:40.100,2026/05/28,20:26:40.100,,,480,90,,,640,,,,,0
MSG,3,1,1,4CA7B3,1,2026/05/28,20:26:40.500,2026/05/28,20:26:40.600,,30000,,,52.1,4.2,,,0,0,0,0
"""
AIRCRAFT_JSON = (
    b'{"now":1780000000.5,"aircraft":[{"hex":"4ca7b3","type":"adsb_icao","flight":"KLM\\"1 ","alt_baro":30000,'
    b'"gs":480.2,"track":90,"lat":52.1,"lon":4.2,"nac_p":9,"seen_pos":0.4},{"hex":"~2ca7b3","lat":1,"lon":2,"seen_pos":3}]}\n'
)
CSV = b"""time,sensor,scan,range_m,azimuth_deg,latitude_deg,longitude_deg,identity,class_confidence
2026-05-28T20:26:40Z,north,1,12000,270,,,,
2026-05-28T20:26:41Z,box,,,,52.1,4.2,icao:4ca7b3,0.5
"""
# CAT048 edition 1.27 and later: source 25/11, time of day, target report, range 16 NM and azimuth 90 degrees.
ASTERIX = bytes.fromhex("30000ef0190b8fc0002010004000")


@dataclass(frozen=True)
class Case:
    """A format, something good in it, and the options of its decoder."""

    name: str
    good: bytes
    options: dict[str, Any] = field(default_factory=dict)

    def decoder(self) -> Decoder:
        return FORMATS[self.name]("box", **self.options)


FLIGHT = airwaves.flight(4.0)
CASES = (
    Case("beast", airwaves.beast(FLIGHT)),
    Case("beast", airwaves.beast(FLIGHT), {"untimed": True, "place": (52.0, 4.0)}),
    Case("avr", airwaves.avr(FLIGHT)),
    Case("avr", airwaves.avr(FLIGHT, stamped=False), {"place": (52.0, 4.0)}),
    Case("sbs", SBS),
    Case("sbs", SBS, {"untimed": True}),
    Case("aircraft_json", AIRCRAFT_JSON * 2, {"document_bytes_max": 100_000}),
    Case("detections", CSV),
    Case("asterix", ASTERIX),
)
STREAMS = tuple(case for case in CASES if FORMATS[case.name].unit == "stream")


def named(case: Case) -> str:
    return f"{case.name} {' '.join(case.options)}".strip()


every_format = pytest.mark.parametrize("case", CASES, ids=named)
every_stream = pytest.mark.parametrize("case", STREAMS, ids=named)


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """Good bytes cut, flipped, doubled and mixed with junk; or junk alone."""
    data = bytearray(good * draw(st.integers(0, 3)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(("flip", "cut", "junk", "swap", "escape"))):
            case "flip" if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[at : at + draw(st.integers(0, 40))]
            case "junk":
                data[at:at] = draw(st.binary(max_size=60))
            case "swap":
                data[:] = data[at:] + data[:at]
            case _:
                data[at:at] = draw(
                    st.sampled_from((b"\x1a", b"\x1a\x1a", b"\x1a3", b"{", b'"', b"\\", b"\n", b";", b","))
                )
    return bytes(data)


def cut(data: bytes, places: Sequence[int]) -> list[Packet]:
    """One stream as packets that all came at the same moment."""
    borders = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [Packet(START_NS, data[a:b], "one") for a, b in pairwise(borders)]


def check(scan: Scan, packets: Sequence[Packet]) -> None:
    """A Scan keeps what messages.py promises of it."""
    rows, sweeps = scan.detections, scan.sweeps
    n, s = len(rows), len(sweeps.sensor)
    assert len(set(scan.sensors)) == len(scan.sensors)
    assert all(scan.sensors)
    assert len(rows.sweep) == len(rows.received_ns) == n
    assert {len(column) for column in rows.values.values()} <= {n}
    assert {len(column) for column in rows.texts.values()} <= {n}
    for name in sweeps.__slots__:
        assert len(getattr(sweeps, name)) == s
        assert not getattr(sweeps, name).flags.writeable
    writeable = [rows.sweep.flags, rows.time_ns.flags, rows.received_ns.flags]
    writeable += [column.flags for column in rows.values.values()]
    assert not any(flags.writeable for flags in writeable)
    assert rows.sweep.dtype == sweeps.sensor.dtype == np.int32
    assert rows.time_ns.dtype == rows.received_ns.dtype == sweeps.number.dtype == np.int64
    assert not n or (rows.sweep.min() >= 0 and rows.sweep.max() < s)
    assert not s or (sweeps.sensor.min() >= 0 and sweeps.sensor.max() < len(scan.sensors))
    assert (sweeps.start_ns <= sweeps.end_ns).all()
    assert set(rows.texts) <= set(TEXTS)
    for name, column in rows.values.items():
        base = name.removesuffix("_sigma")
        assert base in (*MEASURED, *ATTRIBUTES)
        known = column[~np.isnan(column)]
        assert column.dtype == np.float64
        assert np.isfinite(known).all()
        low, high = BOUNDS.get(name, (-1e12, 1e12)) if base == name else (0.0, 1e12)
        assert (known >= low).all(), name
        assert (known <= high).all(), name
    for refusal in scan.refusals:
        assert refusal.reason
        assert refusal.detail
        assert refusal.count >= 1
        assert len(refusal.data) <= 4096
        assert refusal.length >= len(refusal.data)
    data = b"".join(packet.data for packet in packets)
    assert scan.raw_length == len(data)
    assert scan.raw_sha256 == (hashlib.sha256(data).digest() if data else b"")


def told(scans: Sequence[Scan]) -> tuple[list[tuple[object, ...]], dict[str, tuple[int, int]]]:
    """Rows with all that they say, and refusals by reason: (number, bytes)."""
    rows: list[tuple[object, ...]] = []
    for scan in scans:
        values, texts, found = scan.detections.values, scan.detections.texts, scan.detections
        for i in range(len(found)):
            source = scan.sensors[scan.sweeps.sensor[found.sweep[i]]]
            numbers = {name: float(column[i]) for name, column in values.items() if not np.isnan(column[i])}
            words = {name: column[i] for name, column in texts.items() if column[i] is not None}
            rows.append((int(found.time_ns[i]), source, tuple(sorted(numbers.items())), tuple(sorted(words.items()))))
    count, length = Counter[str](), Counter[str]()
    for refusal in (refusal for scan in scans for refusal in scan.refusals):
        count[refusal.reason] += refusal.count
        length[refusal.reason] += refusal.length
    return rows, {reason: (count[reason], length[reason]) for reason in count}


def decoded(case: Case, batches: Sequence[Sequence[Packet]]) -> list[Scan]:
    decoder = case.decoder()
    scans = []
    for packets in batches:
        scans.append(decoder.decode(packets))
        check(scans[-1], packets)
    scans.append(decoder.flush())
    check(scans[-1], ())
    return scans


@every_format
def test_a_good_recording_gives_detections_and_no_refusal(case: Case) -> None:
    rows, refused = told(decoded(case, [cut(case.good, ())]))
    assert rows
    assert not refused or set(refused) == {"aircraft.json: position told before"}


@every_format
@given(data=st.data())
def test_no_bytes_make_it_raise_or_break_a_scan(case: Case, data: st.DataObject) -> None:
    junk = data.draw(damaged(case.good))
    places = data.draw(st.lists(st.integers(0, 10_000), max_size=6))
    decoded(case, [[packet] for packet in cut(junk, places)])


@every_format
@settings(max_examples=25)
@given(data=st.data())
def test_the_same_bytes_give_the_same_scans(case: Case, data: st.DataObject) -> None:
    packets = cut(data.draw(damaged(case.good)), data.draw(st.lists(st.integers(0, 10_000), max_size=4)))
    first, second = (told(decoded(case, [packets])) for _ in range(2))
    assert first == second


@every_stream
@settings(max_examples=60)
@given(data=st.data())
def test_cutting_a_stream_into_other_packets_and_calls_changes_nothing(case: Case, data: st.DataObject) -> None:
    stream = data.draw(damaged(case.good))
    packets = cut(stream, data.draw(st.lists(st.integers(0, 10_000), max_size=12)))
    whole = told(decoded(case, [cut(stream, ())]))
    assert told(decoded(case, [packets])) == whole
    assert told(decoded(case, [[packet] for packet in packets])) == whole


@every_stream
def test_a_stream_cut_after_every_byte_says_the_same(case: Case) -> None:
    stream = b"junk" + case.good + case.good[: len(case.good) // 3] + b"\x1a"
    whole = told(decoded(case, [cut(stream, ())]))
    assert told(decoded(case, [[packet] for packet in cut(stream, range(len(stream)))])) == whole


@every_format
@pytest.mark.parametrize("filler", [b"\x00", b"\x1a", b"\x1a3", b"A", b"{", b'{"a":"', b"9,", b"\xff"], ids=repr)
def test_an_endless_message_is_refused_in_bounded_memory(case: Case, filler: bytes) -> None:
    decoder = case.decoder()
    piece = filler * (32_768 // len(filler))
    empty = held_bytes(decoder)
    scans = [decoder.decode([Packet(START_NS + i, piece, "one")]) for i in range(24)]
    refused = sum(refusal.length for scan in scans for refusal in scan.refusals)
    assert refused > 24 * len(piece) - 2 * KEPT_BYTES_MAX
    assert held_bytes(decoder) - empty < KEPT_BYTES_MAX


def held_bytes(thing: object, seen: set[int] | None = None) -> int:
    """About how much memory an object holds, with all that it refers to."""
    seen = set() if seen is None else seen
    if id(thing) in seen or callable(thing):
        return 0
    seen.add(id(thing))
    size = thing.nbytes if isinstance(thing, np.ndarray) else sys.getsizeof(thing)
    inside: list[object] = []
    if isinstance(thing, Mapping):
        inside += [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset | deque):
        inside += thing
    inside += [getattr(thing, name) for name in getattr(thing, "__slots__", ()) if hasattr(thing, name)]
    inside += getattr(thing, "__dict__", {}).values()
    return size + sum(held_bytes(part, seen) for part in inside)


@every_stream
@given(junk=st.binary(max_size=3000))
def test_every_byte_of_junk_is_counted_in_a_refusal(case: Case, junk: bytes) -> None:
    junk = junk.translate(None, b"\x1a;{\n \t\r\v\f,[]MSGA\x85\xa0")
    _, refused = told(decoded(case, [cut(junk, (1000, 2000))]))
    assert sum(length for _, length in refused.values()) == len(junk)
