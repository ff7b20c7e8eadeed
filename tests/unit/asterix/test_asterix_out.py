"""What the simulation writes as ASTERIX, libasterix and our own decoder read back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.asterix import libasterix
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.messages import Detections, Packet, Scan, Sweeps
from tocsin.simulate import asterix_out

START_NS = 1_780_056_000 * 10**9
SOURCE = (25, 11)
TICK_NS = 10**9 // 128


def night(seed: int, n: int) -> Detections:
    """Random detections of a radar; about half of what may be missing is missing."""
    rng = np.random.default_rng(seed)

    def maybe(values: np.ndarray) -> np.ndarray:
        return np.where(rng.random(n) < 0.5, values, np.nan)

    def words(form: str, high: int) -> tuple[str | None, ...]:
        return tuple(form.format(k) if rng.random() < 0.6 else None for k in rng.integers(1, high, n))

    time = START_NS + np.sort(rng.integers(0, 4 * 10**9, n))
    values = {
        "range_m": rng.uniform(500, 460_000, n),
        "azimuth_rad": rng.uniform(0, 2 * np.pi, n),
        "pressure_altitude_m": maybe(rng.uniform(-300, 15_000, n)),
        "altitude_m": maybe(rng.uniform(0, 15_000, n)),
        "range_rate_mps": maybe(rng.uniform(-500, 500, n)),
        "amplitude_db": maybe(rng.uniform(-100, 10, n)),
    }
    texts = {
        "identity": words("icao:{:06x}", 2**24 - 1),
        "callsign": words("AB{:d}", 10_000),
        "squawk": words("{:04o}", 4096),
        "source_track": words("25/11:{:d}", 4096),
    }
    return Detections(np.zeros(n, np.int32), time, time + 10**8, values, texts)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 30))
def test_what_was_written_is_read_back(seed: int, n: int) -> None:
    detections = night(seed, n)
    records = asterix_out.plots(detections, np.arange(n), SOURCE)
    packets = [Packet(START_NS + 10**9, octets) for octets in asterix_out.blocks(48, records, 300)]
    scan = Asterix("box").decode(packets)
    assert not scan.refusals
    assert len(scan.detections) == n
    read, wrote = scan.detections.values, detections.values
    steps = {
        "range_m": 1852 / 256,
        "azimuth_rad": 2 * np.pi / 65536,
        "pressure_altitude_m": 30.48 / 4,
        "altitude_m": 25 * 0.3048,
        "range_rate_mps": 1.0,
        "amplitude_db": 1.0,
    }
    for name, step in steps.items():
        column = read.get(name, np.full(n, np.nan))
        assert (np.isnan(column) == np.isnan(wrote[name])).all(), name
        difference = np.abs(column - wrote[name])
        difference = np.minimum(difference, 2 * np.pi - difference) if name == "azimuth_rad" else difference
        assert np.nanmax(np.append(difference, 0)) <= step / 2 * 1.0001, name
    for name, words in detections.texts.items():
        assert scan.detections.texts.get(name, (None,) * n) == words, name
    assert (np.abs(scan.detections.time_ns - detections.time_ns) <= TICK_NS).all()


def test_libasterix_reads_it() -> None:
    for octets in asterix_out.plots(night(1, 200), np.arange(200), SOURCE):
        assert libasterix.fields("Cat_048_1_27", octets)
    for octets in (
        asterix_out.north(SOURCE, START_NS, 4.0),
        asterix_out.sector(SOURCE, START_NS, 128),
        asterix_out.place(SOURCE, START_NS, 0.9, 0.5, 120.0),
    ):
        assert libasterix.fields("Cat_034_1_29", octets)


def test_a_scan_becomes_datagrams_of_its_radars() -> None:
    detections = night(2, 500)
    edges = np.arange(32) * 2 * np.pi / 32
    n = len(edges)
    whole = Scan(
        feed="simulation",
        received_ns=START_NS + 5 * 10**9,
        sensors=("radar", "people"),
        sweeps=Sweeps(
            sensor=np.append(np.zeros(n, np.int32), [0, 1]).astype(np.int32),
            number=np.full(n + 2, 7),
            start_ns=START_NS + (np.append(np.arange(n), [0, 0]) * 4 * 10**9 // n),
            end_ns=START_NS + (np.append(np.arange(1, n + 1), [n, n]) * 4 * 10**9 // n),
            azimuth_from_rad=np.append(edges, [np.nan, np.nan]),
            azimuth_to_rad=np.append(np.roll(edges, -1), [np.nan, np.nan]),
            survey=np.append(np.ones(n, np.bool_), [False, False]),
        ),
        detections=Detections(
            np.full(500, n, np.int32), detections.time_ns, detections.received_ns, detections.values, detections.texts
        ),
    )
    sent = asterix_out.datagrams(whole, {"radar": SOURCE})
    assert all(len(octets) <= asterix_out.DATAGRAM_OCTETS for _, octets in sent)
    assert [when for when, _ in sent] == sorted(when for when, _ in sent)
    scan = Asterix("box").decode([Packet(when, octets) for when, octets in sent])
    assert len(scan.detections) == 500
    assert not scan.refusals
    assert [status.period_s for status in scan.statuses][-1] == pytest.approx(4.0, abs=1 / 128)
