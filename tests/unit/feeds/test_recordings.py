"""What a recording is follows from its bytes, and it is played in its own time."""

import gzip
import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests import airwaves, captures
from tocsin.errors import InputError
from tocsin.feeds import recordings
from tocsin.feeds.table import FORMATS, sniff

START_NS = 1_780_000_000_000_000_000
SECOND_NS = 1_000_000_000
BEAST = airwaves.beast(airwaves.flight(4.0))
AVR = airwaves.avr(airwaves.flight(4.0))
SBS = b"MSG,3,1,1,4CA7B3,1,2025/01/02,03:04:05.000,2025/01/02,03:04:05.000,,30000,,,52.1,4.2,,,0,0,0,0\n"
JSON = b'{ "now" : 1780000000.5,\n"messages":1,"aircraft" : [{"hex":"4ca7b3","lat":52.1,"lon":4.2,"seen_pos":0.4}]}'
ASTERIX = bytes.fromhex("30000ef0190b8fc0002010004000")
CSV = b"time,sensor,range_m\n2026-05-28T20:26:40Z,north,1000\n"
FLIGHTS = b'[{"altitude":3000.0,"icao24":"4ca7b3","latitude":52.1,"longitude":4.2,"timestamp":1780000000000}]'


def framed(payload: bytes) -> bytes:
    return captures.ethernet(captures.ipv4(captures.udp(payload)))


@pytest.mark.parametrize(
    ("data", "format_name", "framing"),
    [
        (BEAST, "beast", "stream"),
        (AVR, "avr", "stream"),
        (SBS, "sbs", "stream"),
        (JSON, "aircraft_json", "stream"),
        (ASTERIX * 3, "asterix", "stream"),
        ((len(ASTERIX) + 12).to_bytes(2, "big") + bytes(6) + ASTERIX + b"\xa5" * 4, "asterix", "final"),
        (CSV, "detections", "table"),
        (FLIGHTS, "detections", "table"),
        (captures.pcap([(START_NS, framed(ASTERIX))]), "asterix", "pcap"),
        (captures.pcapng([(START_NS, framed(BEAST))], order=">"), "beast", "pcapng"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_recording_is_known_by_its_bytes(tmp_path: Path, data: bytes, format_name: str, framing: str) -> None:
    for name, content in (("plain", data), ("packed", gzip.compress(data))):
        path = tmp_path / name
        path.write_bytes(content)
        found = recordings.look(path)
        assert (found.format, found.framing) == (format_name, framing)
        assert found.reason
        assert sum(len(scan.detections) for scan in found.scans()) >= 1


def test_what_fits_nothing_says_what_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_text("Dear all,\nno recording here.\n")
    assert sniff(path.read_bytes()) is None
    with pytest.raises(InputError, match=r"say --format \(detections, aircraft_json, sbs"):
        recordings.look(path)
    with pytest.raises(InputError, match="format 'morse' is not known"):
        recordings.look(path, "morse", "stream")


def test_the_caller_may_know_better(tmp_path: Path) -> None:
    path = tmp_path / "lengths"
    path.write_bytes(len(ASTERIX).to_bytes(2, "big") + ASTERIX)
    found = recordings.look(path, "asterix", "lengths16", START_NS)
    assert sum(len(scan.detections) for scan in found.scans()) == 1


def test_every_format_has_a_line_that_says_what_it_is() -> None:
    assert all(one.says and one.unit in ("stream", "datagrams", "document") for one in FORMATS.values())


def test_a_stream_without_times_is_played_in_the_time_of_its_counter(tmp_path: Path) -> None:
    path = tmp_path / "beast.bin"
    path.write_bytes(airwaves.beast(airwaves.flight(30.0)))
    scans = list(recordings.look(path, start_ns=START_NS).scans())
    assert (scans[-1].received_ns - START_NS) / SECOND_NS == pytest.approx(29.7, abs=0.1)
    assert len(scans) > 50
    assert all(a.received_ns <= b.received_ns for a, b in pairwise(scans))
    for scan in scans:
        assert (scan.detections.received_ns <= scan.received_ns).all()


def test_printed_times_count_however_new_the_file_is(tmp_path: Path) -> None:
    """A log of 2025, copied today: it is played as 2025, and what was refused before the first time goes with it."""
    path = tmp_path / "sbs.txt"
    path.write_bytes(SBS.replace(b"2025/01/02,03:04:05.000", b",") * 2 + SBS + SBS.replace(b":05.", b":35."))
    scans = list(recordings.scans(path))
    times = [np.datetime64(scan.received_ns, "ns").astype("datetime64[s]").item().isoformat() for scan in scans]
    assert times == ["2025-01-02T03:04:05", "2025-01-02T03:04:35"]
    assert [refusal.reason for refusal in scans[0].refusals] == ["sbs: no time"]


def test_a_recording_of_nothing_but_junk_still_tells(tmp_path: Path) -> None:
    path = tmp_path / "junk"
    path.write_bytes(b"*hello;\n" * 10)
    os.utime(path, ns=(START_NS, START_NS))
    (scan,) = recordings.look(path, "avr", "stream").scans()
    assert scan.received_ns == START_NS
    assert [(refusal.reason, refusal.count) for refusal in scan.refusals] == [("avr: not a message", 10)]


def test_what_two_networks_recorded_twice_counts_once(tmp_path: Path) -> None:
    """Two captures of the same radar on two networks, in one folder."""
    records = [bytes.fromhex(f"30000ef0190b8f{number:02x}002010004000") for number in range(20)]
    for lan, late_ns in (("a", 0), ("b", 3_000_000)):
        frames = [(START_NS + i * 10**8 + late_ns, framed(record)) for i, record in enumerate(records)]
        (tmp_path / f"{lan}.pcap").write_bytes(captures.pcap(frames))
    scans = list(recordings.scans(tmp_path))
    assert sum(len(scan.detections) for scan in scans) == 20
    assert all(a.received_ns <= b.received_ns for a, b in pairwise(scans))


def test_a_folder_of_many_kinds_is_merged_in_time(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_bytes(CSV)
    (tmp_path / "two.json").write_text(json.dumps({"now": 1_780_000_030.0, "aircraft": json.loads(JSON)["aircraft"]}))
    (tmp_path / "three.pcap").write_bytes(captures.pcap([(START_NS + 10 * SECOND_NS, framed(ASTERIX))]))
    found = [scan for scan in recordings.scans(tmp_path) if len(scan.detections)]
    assert [scan.feed for scan in found] == ["one.csv", "three.pcap", "two.json"]


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        recordings.scans(tmp_path / "nothing")
