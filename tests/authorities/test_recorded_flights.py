"""Recordings of real aircraft: what we read in them, beside what rs1090 and pyModeS read.

The files come with the traffic library (MIT) and stay outside the repository: `make samples`. pyModeS (GPL) is asked as
a program of its own: `make oracles`.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import airwaves
from tocsin.feeds import recordings
from tocsin.feeds.avr import Avr
from tocsin.feeds.beast import Beast
from tocsin.messages import Packet, Scan

DEGREE_M = 111_195.0
Places = dict[int, tuple[float, float]]

PYMODES = """
import json, sys
from pyModeS import PipeDecoder
pipe = PipeDecoder()
out = []
for number, (time_s, message) in enumerate(json.load(sys.stdin)):
    said = dict(pipe.decode(message, timestamp=time_s))  # copied at once: the decoder writes to it again later
    if said.get("latitude") is not None:
        out.append((number, said["latitude"], said["longitude"]))
print(json.dumps(out))
"""

PYMODES_NEAR = """
import json, sys, pyModeS
out = []
for message in json.load(sys.stdin):
    said = pyModeS.decode(message, reference=(44.0, 1.5))
    if said.get("latitude") is not None:
        out.append((said["latitude"], said["longitude"]))
print(json.dumps(out))
"""


@cache
def frames(samples: Path) -> list[dict[str, Any]]:
    """57,793 messages of one flight, with what rs1090 itself read in them."""
    text = (samples / "rs1090/full_flight_short.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def packets(said: list[dict[str, Any]]) -> list[Packet]:
    """Each message in a packet of its own, received when it was; times tell them apart."""
    return [
        Packet(number * 1_000 + round(one["timestamp"] * 1e6) * 1_000, line(one)) for number, one in enumerate(said)
    ]


def line(one: dict[str, Any]) -> bytes:
    return f"*{one['frame']};\n".encode()


def places(scan: Scan) -> Places:
    """Degrees by the time of arrival."""
    found = scan.detections
    latitude, longitude = np.degrees(found.values["latitude_rad"]), np.degrees(found.values["longitude_rad"])
    return {int(found.received_ns[i]): (float(latitude[i]), float(longitude[i])) for i in range(len(found))}


def apart_m(ours: Places, theirs: Places) -> np.ndarray:
    """Distances where both have a place."""
    both = sorted(ours.keys() & theirs.keys())
    a, b = np.array([ours[key] for key in both]), np.array([theirs[key] for key in both])
    apart: np.ndarray = DEGREE_M * np.hypot(a[:, 0] - b[:, 0], (a[:, 1] - b[:, 1]) * np.cos(np.radians(a[:, 0])))
    return apart


def test_every_position_of_a_flight_is_the_one_that_came_with_the_sample(samples: Path) -> None:
    said = frames(samples)
    sent = packets(said)
    scan = Avr("box", place=(49.0, 2.55)).decode(sent)
    theirs = {
        packet.received_ns: (one["latitude"], one["longitude"])
        for packet, one in zip(sent, said, strict=True)
        if "latitude" in one
    }
    ours = places(scan)
    refused = {refusal.reason: refusal.count for refusal in scan.refusals}
    assert len(theirs) == 8_324
    assert ours.keys() <= theirs.keys()
    # All the rest: the same squitter over two receivers of the network, and two to start with.
    assert len(theirs) - len(ours) - refused["mode s: same squitter again"] <= 6
    assert apart_m(ours, theirs).max() < 1e-6
    assert set(refused) == {"mode s: same squitter again", "mode s: reply of an unknown address"}


def test_pymodes_places_the_flight_where_we_do(samples: Path, ask_oracle: Callable[[str, bytes], bytes]) -> None:
    said = [one for one in frames(samples) if one["df"] == "17"]
    sent = packets(said)
    ours = places(Avr("box", place=(49.0, 2.55)).decode(sent))
    asked = json.dumps([(one["timestamp"], one["frame"]) for one in said]).encode()
    answer = json.loads(ask_oracle(PYMODES, asked))
    theirs = {sent[number].received_ns: (latitude, longitude) for number, latitude, longitude in answer}
    apart = apart_m(ours, theirs)
    print(
        f"{len(theirs)} places by pyModeS, {len(ours)} by us, {len(apart)} by both; at most {apart.max():.2f} m apart"
    )
    assert len(apart) > 5_500
    assert apart.max() < 10.0  # its rounding: the encoding itself has steps of 5 m


def test_a_flight_as_beast_says_what_it_says_as_text(samples: Path) -> None:
    """All escapes of real data: 57,793 frames in one stream, cut anywhere."""
    said = frames(samples)[:20_000]
    start_s = said[0]["timestamp"]
    timed = []
    for one in said:
        message = bytes.fromhex(one["frame"])
        timed.append((one["timestamp"] - start_s, message if message[0] >> 7 else message[:7]))
    stream = airwaves.beast(timed)
    start_ns = round(start_s * 1e9)
    cut = [Packet(start_ns, stream[at : at + 999]) for at in range(0, len(stream), 999)]
    beast = Beast("box", untimed=True, place=(49.0, 2.55)).decode(cut)
    avr = Avr("box", place=(49.0, 2.55)).decode([Packet(round(one["timestamp"] * 1e9), line(one)) for one in said])
    for name in ("latitude_rad", "longitude_rad"):
        assert beast.detections.values[name].tolist() == avr.detections.values[name].tolist()
    assert beast.detections.texts == avr.detections.texts
    assert np.abs(beast.detections.time_ns - avr.detections.time_ns).max() < 1_000
    assert {one.reason: one.count for one in beast.refusals} == {one.reason: one.count for one in avr.refusals}


def test_a_real_beast_recording_is_read_to_its_end(samples: Path, ask_oracle: Callable[[str, bytes], bytes]) -> None:
    """4,218 bytes of dump1090: 23 s, one aircraft near enough to tell its place twice."""
    path = samples / "dump1090/sample_dump1090.bin"
    found = recordings.look(path, start_ns=1_700_000_000_000_000_000)
    assert (found.format, found.framing) == ("beast", "stream")
    scans = list(found.scans())
    refused: dict[str, int] = {}
    for refusal in (one for scan in scans for one in scan.refusals):
        refused[refusal.reason] = refused.get(refusal.reason, 0) + refusal.count
    assert refused == {"mode s: reply of an unknown address": 10, "mode s: parity wrong": 3}
    rows = [(scan, row) for scan in scans for row in range(len(scan.detections))]
    told = {scan.detections.texts["identity"][row] for scan, row in rows}
    assert told == {"icao:48520a"}
    ours = [
        [np.degrees(scan.detections.values[f"{name}_rad"][row]) for name in ("latitude", "longitude")]
        for scan, row in rows
    ]

    # Its pipe waits for more than four positions: it is asked for each one near the aircraft.
    said = [message.hex() for _, message in unescaped(path.read_bytes())]
    theirs = json.loads(ask_oracle(PYMODES_NEAR, json.dumps(said).encode()))
    assert len(ours) == 2
    for place in ours:
        assert min(np.abs(np.subtract(place, other)).max() for other in theirs) < 1e-4


def unescaped(stream: bytes) -> list[tuple[int, bytes]]:
    """Counter and message of each frame, byte by byte: slow, and made in another way than the decoder."""
    frames: list[bytearray] = []
    at = 0
    while at < len(stream):
        if stream[at] == 0x1A and stream[at + 1 : at + 2] != b"\x1a":
            frames.append(bytearray(stream[at + 1 : at + 2]))
            at += 2
        else:
            frames[-1].append(stream[at])
            at += 2 if stream[at] == 0x1A else 1
    return [(int.from_bytes(frame[1:7], "big"), bytes(frame[8:])) for frame in frames]


@pytest.mark.parametrize(
    ("name", "rows", "aircraft"),
    [("collections/quickstart", 284_505, 213), ("collections/switzerland", 139_098, 842)],
)
def test_recorded_traffic_is_read_as_detections(samples: Path, name: str, rows: int, aircraft: int) -> None:
    """Every row is a detection or a refusal; none is lost."""
    found = list(recordings.scans(samples / f"{name}.json.gz"))
    total = sum(len(scan.detections) for scan in found)
    refused = sum(refusal.count for scan in found for refusal in scan.refusals)
    assert total + refused == rows
    assert total > 0.85 * rows
    identities = {word for scan in found for word in scan.detections.texts["identity"]}
    assert len(identities) == aircraft
    assert all(np.isfinite(scan.detections.values["latitude_rad"]).all() for scan in found)
    times = np.concatenate([scan.detections.time_ns for scan in found])
    assert (np.diff(times) >= 0).all()


def test_positions_that_were_only_repeated_are_seen_in_a_recording_of_spoofing(samples: Path) -> None:
    found = list(recordings.scans(samples / "noisy/noisy_spoofing.json.gz"))
    refused = {one.reason: one.count for scan in found for one in scan.refusals}
    assert refused == {"flights: no position": 11, "flights: position told before": 3_987}
