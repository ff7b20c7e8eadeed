"""Every field beside asterix-decoder (GPL: asked as a program): its recordings, and random records by libasterix."""

import json
import math
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.reference.asterix import libasterix
from tests.reference.asterix.records import seeded
from tocsin.feeds.asterix import inspector
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.feeds.asterix.kernels.records import READ
from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.tables import EDITIONS
from tocsin.messages import Packet

Said = Any  # its answers, as JSON
Ask = Callable[[str, bytes], bytes]
Ours = list[tuple[str, inspector.Value]]

PARSE = """
import asterix, json, sys
for line in sys.stdin:
    print(json.dumps(asterix.parse(bytes.fromhex(line.strip()), verbose=True)))
"""
SAMPLES = """
import asterix, base64, json, pathlib
folder = pathlib.Path(asterix.__file__).parent / "sample_data"
print(json.dumps({one.name: one.read_bytes().hex() for one in folder.iterdir() if one.suffix in (".raw", ".pcap")}))
"""
# What it reads: our edition of the same layout, libasterix's name of one that writes nothing newer.
THEIRS = {
    "010": ("1.1", "Cat_010_1_1"),
    "034": ("1.26-1.29", "Cat_034_1_27"),
    "048": ("1.14-1.30", "Cat_048_1_27"),
    "062": ("1.18-1.19", "Cat_062_1_18"),
    "065": ("1.2-1.6", "Cat_065_1_4"),
    "021": ("2.6", "Cat_021_2_6"),
}
# It splits a resolution advisory further, as the register that it is; it cannot pass over most private items.
LEFT_OUT = {("048", "260"), ("021", "260"), ("062", "380/ACS")}
NOT_FIELDS = {"FX", "spare", "sb", "SB", "Spare"}
RECORDS = 150


def edition(category: str) -> Edition:
    return next(one for one in EDITIONS[int(category)] if one.name == THEIRS[category][0])


def their_fields(said: Said) -> Iterator[tuple[str, Any]]:
    """Names and values below an item, without what is no field."""
    if isinstance(said, list):
        for one in said:
            yield from their_fields(one)
        return
    if "BDS" in said:  # it goes on to read the register, which we leave to others
        yield "BDS", said["BDS"]["val"]
        return
    for name, what in said.items():
        if isinstance(what, dict) and "val" in what:
            if "const" not in what and name not in NOT_FIELDS:
                yield name, what["val"]
        else:
            yield from their_fields(what)


def our_fields(content: inspector.Content) -> Iterator[tuple[str, inspector.Value]]:
    """Paths and values below an item; of a register only its name."""
    register = 0
    for path, value in inspector.flat("", content):
        if path.endswith("/BDS1"):
            register = value.raw
        elif path.endswith("/BDS2"):
            yield path, inspector.Value(register << 4 | value.raw, f"{register:X}{value.raw:X}")
        elif not path.endswith("/MBDATA"):
            yield path, value


def same(their: Said, our: inspector.Value) -> bool:
    """The same, whether it gives a number, digits, hexadecimal or text."""
    if isinstance(their, str):
        text = str(our.value)
        as_hex = their != "" and all(digit in "0123456789ABCDEFabcdef" for digit in their) and int(their, 16) == our.raw
        # It writes a space where six bits are no character, and ends at an octet 0.
        return as_hex or their in (text, text.replace("?", " "), text.split("\x00", maxsplit=1)[0])
    return (
        any(math.isclose(their, float(our.value) * scale, rel_tol=1e-6, abs_tol=1e-9) for scale in SCALES)
        or their == our.raw
    )


# It gives some fields in other units: knots for NM/s, feet for FL, nanoseconds.
SCALES = (1.0, 3600.0, 100.0, 1e9)
# It rounds the step of an orientation to 2.81 degrees, reads a height below 0 as one far above, and some numbers of
# points as below 0.
MISREAD = {
    *("010/270/ORIENTATION", "062/270/ORIENTATION", "062/340/HEIGHT/HEIGHT"),
    *("062/380/TID/TCPN", "021/110/TID/TCPN"),
}


def compare(category: str, record: dict[str, Any], octets: bytes) -> int:
    """How many fields are the same; every one must be."""
    ours = inspector.record(edition(category), octets, 0, len(octets))
    assert ours.why == READ
    count = 0
    for part in ours.parts:
        their = record.get(f"I{part.item}")
        assert their is not None, (category, part.item, record)
        mine = list(our_fields(part.content))
        theirs = list(their_fields(their))
        if len(mine) != len(theirs):
            mine, theirs = by_name(mine, theirs)
        assert theirs or not mine, (category, part.item)
        for (path, value), (name, said) in zip(mine, theirs, strict=True):
            known = re.sub(r"\[\d+\]", "", f"{category}/{part.item}{path}") in MISREAD
            assert known or same(said, value), (category, part.item, path, value, name, said)
            count += 1
    return count


def by_name(mine: Ours, theirs: list[tuple[str, Any]]) -> tuple[Ours, list[tuple[str, Any]]]:
    """The fields that both have: its answer holds only one of two that it gives the same name, and not all editions."""
    names = {path.rpartition("/")[2].upper(): (path, value) for path, value in mine}
    both = [(name, said) for name, said in theirs if name.upper() in names]
    return [names[name.upper()] for name, _ in both], both


def parse(ask: Ask, blocks: list[bytes]) -> list[list[dict[str, Any]]]:
    lines = ask(PARSE, "\n".join(block.hex() for block in blocks).encode()).splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("category", THEIRS)
def test_every_field_of_random_records(category: str, ask_oracle: Ask) -> None:
    rng = seeded(48)
    without = {item for number, item in LEFT_OUT if number == category} | {"RE", "SP"}
    records = [libasterix.random_record(THEIRS[category][1], rng, without) for _ in range(RECORDS)]
    blocks = [bytes([int(category)]) + (len(one) + 3).to_bytes(2) + one for one in records]
    fields = 0
    for octets, said in zip(records, parse(ask_oracle, blocks), strict=True):
        assert len(said) == 1
        fields += compare(category, said[0], octets)
    print(f"CAT{category}: {fields} fields of {RECORDS} records are the same")


def payloads(capture: bytes) -> Iterator[bytes]:
    """The UDP payloads of a little-endian pcap of Ethernet frames."""
    at = 24
    while at < len(capture):
        size = struct.unpack_from("<I", capture, at + 8)[0]
        frame = capture[at + 16 : at + 16 + size]
        header = 14 + 4 * (frame[14] & 15)
        yield frame[header + 8 : header + struct.unpack_from(">H", frame, header + 4)[0]]
        at += 16 + size


def blocks_of(octets: bytes) -> Iterator[bytes]:
    while octets:
        size = int.from_bytes(octets[1:3])
        yield octets[:size]
        octets = octets[size:]


def test_every_field_of_its_own_recordings(ask_oracle: Ask) -> None:
    files = {name: bytes.fromhex(said) for name, said in json.loads(ask_oracle(SAMPLES, b"")).items()}
    datagrams = [one for name, said in files.items() for one in (payloads(said) if name.endswith(".pcap") else [said])]
    whole = [block for datagram in datagrams for block in blocks_of(datagram)]
    fields = records = 0
    for block, said in zip(whole, parse(ask_oracle, whole), strict=True):
        category = f"{block[0]:03d}"
        ours = inspector.block(edition(category), block, 3, len(block))
        assert [one.why for one in ours] == [READ] * len(said)
        for one, their in zip(ours, said, strict=True):
            fields += compare(category, their, one.octets)
            records += 1
    print(f"{fields} fields of {records} recorded records are the same")


def test_a_capture_of_two_networks_gives_each_report_once(ask_oracle: Ask) -> None:
    said = json.loads(ask_oracle(SAMPLES, b""))["cat_034_048.pcap"]
    datagrams = list(payloads(bytes.fromhex(said)))
    scan = Asterix("two networks").decode([Packet(n * 10**6, one) for n, one in enumerate(datagrams)])
    refused = {one.reason: one.count for one in scan.refusals}
    assert refused == {"duplicate path": 50, "asterix: extrapolated track": 1}
    assert len(scan.detections) == 63
    assert len(datagrams) == 100
