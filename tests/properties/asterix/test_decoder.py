"""Whole datagrams: whatever comes is read or refused, and how it is batched changes nothing."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.asterix.records import ALL_EDITIONS, block, damaged, record, seeded
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.messages import Packet, Scan

START_NS = 1_780_056_000 * 10**9
seeds = st.integers(0, 2**32)


def traffic(rng: Random, count: int, damage: float) -> list[Packet]:
    """Datagrams of all categories and editions; some are damaged, some come twice."""
    packets: list[Packet] = []
    for number in range(count):
        edition = rng.choice(ALL_EDITIONS)
        records = [record(edition, rng, spare=damage / 10, share=rng.random()) for _ in range(rng.randint(1, 4))]
        octets = block(edition.category, records)
        if rng.random() < damage:
            octets = damaged(octets, rng)
        packets.append(Packet(START_NS + number * 10**8, octets, f"10.0.0.{rng.randint(1, 2)}"))
        if rng.random() < 0.2:
            packets.append(Packet(START_NS + number * 10**8 + 1, octets, "10.1.0.1"))
    return packets


def rows(scans: list[Scan]) -> list[tuple[object, ...]]:
    """Every detection as one comparable row, with its sweep if that is no open one."""
    found: list[tuple[object, ...]] = []
    for scan in scans:
        detections, sweeps = scan.detections, scan.sweeps
        for row in range(len(detections)):
            sweep = int(detections.sweep[row])
            values = {name: repr(float(column[row])) for name, column in detections.values.items()}
            texts = {name: words[row] for name, words in detections.texts.items()}
            where: tuple[object, ...] = (scan.sensors[sweeps.sensor[sweep]], bool(sweeps.survey[sweep]))
            if sweeps.survey[sweep]:
                where += (int(sweeps.number[sweep]), int(sweeps.start_ns[sweep]), float(sweeps.azimuth_to_rad[sweep]))
            known = {name: value for name, value in (values | texts).items() if value not in (None, "nan")}
            times = (int(detections.time_ns[row]), int(detections.received_ns[row]))
            found.append((*where, *times, *sorted(known.items())))
    return found


def refusals(scans: list[Scan]) -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for scan in scans:
        for one in scan.refusals:
            total[one.reason, "count"] += one.count
            total[one.reason, "octets"] += one.length
    return total


@settings(max_examples=25)
@given(seed=seeds, size=st.integers(1, 9))
def test_how_datagrams_are_batched_changes_no_row_and_no_count(seed: int, size: int) -> None:
    packets = traffic(seeded(seed), 20, damage=0.3)
    decoder = Asterix("box")
    batched = [decoder.decode(packets[at : at + size]) for at in range(0, len(packets), size)]
    whole = [Asterix("box").decode(packets)]
    assert rows(batched) == rows(whole)
    assert refusals(batched) == refusals(whole)


@settings(max_examples=25)
@given(seed=seeds, data=st.data())
def test_how_a_stream_is_cut_changes_no_row_and_no_count(seed: int, data: st.DataObject) -> None:
    stream = b"".join(packet.data for packet in traffic(seeded(seed), 8, damage=0.3))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    decoder = Asterix("box", "stream")
    cut = [decoder.decode([Packet(START_NS, piece)]) for piece in pieces]
    cut.append(decoder.flush())
    other = Asterix("box", "stream")
    whole = [other.decode([Packet(START_NS, stream)]), other.flush()]
    assert refusals(cut) == refusals(whole)
    assert rows(cut) == rows(whole)


@pytest.mark.parametrize("framing", ["datagrams", "stream"])
@settings(max_examples=60)
@given(pieces=st.lists(st.binary(max_size=80), max_size=6))
def test_any_octets_are_survived_and_none_disappears(framing: str, pieces: list[bytes]) -> None:
    decoder = Asterix("box", framing)
    packets = [Packet(START_NS + n, b"\x30" + piece) for n, piece in enumerate(pieces)]
    scans = [decoder.decode(packets), decoder.flush()]
    assert all((scan.detections.sweep < len(scan.sweeps.sensor)).all() for scan in scans)
    if packets:
        assert scans[0].refusals or scans[1].refusals or len(scans[0].statuses) or len(scans[0].sensors)


@settings(max_examples=20)
@given(seed=seeds)
def test_rows_are_in_bounds_however_damaged_the_record(seed: int) -> None:
    scan = Asterix("box").decode(traffic(seeded(seed), 30, damage=0.8))
    values = scan.detections.values
    for name, low, high in (
        ("latitude_rad", -np.pi / 2, np.pi / 2),
        ("longitude_rad", -np.pi, np.pi),
        ("azimuth_rad", 0.0, 2 * np.pi),
        ("range_m", 0.0, 1e9),
    ):
        column = values.get(name, np.zeros(0))
        good = np.isnan(column) | ((column >= low) & (column <= high))
        assert good.all(), name
    received, time = scan.detections.received_ns, scan.detections.time_ns
    assert (np.abs(received - time) <= 12 * 3600 * 10**9).all()
