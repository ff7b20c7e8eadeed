"""Captures: pcap and pcapng files, as packets of UDP payloads with their times.

Sources: the Internet drafts draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. Both byte orders, micro- and
nanoseconds. A capture that ends within a packet gives all packets before it, and a refusal.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple

from tocsin.errors import InputError
from tocsin.feeds.draft import REFUSED_BYTES_KEPT, Refuse
from tocsin.feeds.transport import capture
from tocsin.feeds.transport.files import open_plain
from tocsin.messages import Packet, Refusal

FRAME_BYTES_MAX = 262_144  # tcpdump's largest snap length; a longer one means a damaged file
BLOCK_BYTES_MAX = 16_777_216
SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET = 0x0A0D0D0A, 1, 2, 3, 6
BYTE_ORDER = 0x1A2B3C4D
TIME_NS_END = 2**63
RESOLUTION, OFFSET = 9, 14  # options of an interface

# magic number -> byte order, nanoseconds for each unit of the fraction
MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}


class Frame(NamedTuple):
    """One captured frame. `length` is what was on the wire, `data` may be less."""

    time_ns: int
    link: int
    data: bytes
    length: int


class _Interface(NamedTuple):
    link: int
    units_per_s: int
    offset_s: int


class _Damaged(Exception):
    """The file cannot be followed any further."""


def packets(path: Path, refuse: Refuse) -> Iterator[Packet]:
    """The UDP payloads of a capture (also .gz), in the file's order.

    What cannot be used goes to `refuse`, counted by its reason, when the file ends or is left.

    Raises:
        InputError: not a capture, or of a link type that is not read.
    """
    unusable: dict[str, Refusal] = {}
    newest_ns = 0
    try:
        with open_plain(path) as file:
            for frame in _frames(file, path.name):
                found = _payload(frame)
                if isinstance(found, capture.Datagram):
                    newest_ns = frame.time_ns
                    yield Packet(frame.time_ns, found.data, found.origin)
                else:
                    _count(unusable, newest_ns, path.name, found, frame.data)
    except _Damaged as damage:
        _count(unusable, newest_ns, path.name, capture.Unusable("capture: cut off", str(damage)), b"")
    finally:
        for refusal in unusable.values():
            refuse(refusal)


def _payload(frame: Frame) -> capture.Datagram | capture.Unusable:
    if not 0 <= frame.time_ns < TIME_NS_END:
        return capture.Unusable(
            "capture: time out of range", f"{frame.time_ns} ns since 1970: the file is damaged here"
        )
    return capture.payload(frame.link, frame.data)


def _count(into: dict[str, Refusal], time_ns: int, name: str, why: capture.Unusable, data: bytes) -> None:
    before = into.get(why.reason)
    if before is None:
        into[why.reason] = Refusal(time_ns, name, *why, data[:REFUSED_BYTES_KEPT], len(data))
    else:
        into[why.reason] = replace(before, length=before.length + len(data), count=before.count + 1)


def _frames(file: IO[bytes], name: str) -> Iterator[Frame]:
    magic = _some(file, 4)
    if magic in MAGIC:
        yield from _pcap(file, *MAGIC[magic], name)
    elif magic == SECTION.to_bytes(4, "big"):
        yield from _pcapng(file, name)
    else:
        raise InputError(f"{name} begins with {magic.hex()}; expected a pcap or pcapng capture")


def _read(file: IO[bytes], size: int, what: str) -> bytes:
    """Exactly `size` bytes."""
    data = _some(file, size)
    if len(data) < size:
        raise _Damaged(f"the file ends within {what}: {len(data)} of {size} bytes; it was cut off while written")
    return data


def _some(file: IO[bytes], size: int) -> bytes:
    """Up to `size` bytes; b"" at the end. A damaged gzip ends the file too."""
    try:
        return file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise _Damaged(f"the compressed file is damaged: {error}") from error


def _check_link(link: int, name: str) -> None:
    if link not in capture.LINKS:
        raise InputError(f"{name}: link type {link} is not read; capture Ethernet, Linux cooked or raw IP")


def _pcap(file: IO[bytes], order: str, unit_ns: int, name: str) -> Iterator[Frame]:
    link = struct.unpack(order + "HHiIII", _read(file, 20, "its heading"))[5] & 0x0FFFFFFF
    _check_link(link, name)
    record = struct.Struct(order + "IIII")
    while heading := _some(file, 1):
        seconds, fraction, kept, length = record.unpack(heading + _read(file, 15, "a packet's heading"))
        if kept > FRAME_BYTES_MAX:
            raise _Damaged(
                f"a packet of {kept} bytes; at most {FRAME_BYTES_MAX} are possible: the file is damaged here"
            )
        yield Frame(seconds * 1_000_000_000 + fraction * unit_ns, link, _read(file, kept, "a packet"), length)


def _pcapng(file: IO[bytes], name: str) -> Iterator[Frame]:
    """Blocks: type, length, body, length again. A section says the byte order, an interface its link and clock."""
    order, interfaces, kind = "<", list[_Interface](), SECTION
    heading = SECTION.to_bytes(4, "big")
    while heading:
        heading += _read(file, 4, "a block's heading")
        body_start = b""
        if heading[:4] == SECTION.to_bytes(4, "big"):
            body_start = _read(file, 4, "a section's heading")
            order = "<" if int.from_bytes(body_start, "little") == BYTE_ORDER else ">"
            interfaces = []
        kind, size = struct.unpack(order + "II", heading)
        if size % 4 or not 12 + len(body_start) <= size <= BLOCK_BYTES_MAX:
            raise _Damaged(f"a block of {size} bytes: the file is damaged here")
        body = body_start + _read(file, size - 12 - len(body_start), "a block")
        _read(file, 4, "a block's end")
        if kind == INTERFACE:
            interfaces.append(_interface(body, order))
            _check_link(interfaces[-1].link, name)
        elif kind in (PACKET, OLD_PACKET, SIMPLE_PACKET):
            yield _block_frame(kind, body, order, interfaces)
        heading = _some(file, 4)
        if 0 < len(heading) < 4:
            raise _Damaged("the file ends within a block's heading; it was cut off while written")


def _interface(body: bytes, order: str) -> _Interface:
    if len(body) < 8:
        raise _Damaged("an interface block that is too short")
    link = struct.unpack_from(order + "H", body)[0]
    units_per_s, offset_s, at = 1_000_000, 0, 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, at)
        value = body[at + 4 : at + 4 + length]
        if code == RESOLUTION and length == 1:
            # The highest bit chooses between powers of 2 and of 10. Finer than 2**-62 or 1e-18 s is damage.
            power = value[0] & 0x7F
            units_per_s = 2 ** min(power, 62) if value[0] & 0x80 else 10 ** min(power, 18)
        elif code == OFFSET and length == 8:
            offset_s = struct.unpack(order + "q", value)[0]
        elif code == 0:
            break
        at += 4 + (length + 3) // 4 * 4
    return _Interface(link, units_per_s, offset_s)


def _block_frame(kind: int, body: bytes, order: str, interfaces: list[_Interface]) -> Frame:
    if len(body) < (4 if kind == SIMPLE_PACKET else 20):
        raise _Damaged("a packet block that is too short")
    if kind == SIMPLE_PACKET:
        (length,) = struct.unpack_from(order + "I", body)
        number, high, low, kept, start = 0, 0, 0, min(length, len(body) - 4), 4
    elif kind == PACKET:
        number, high, low, kept, length = struct.unpack_from(order + "IIIII", body)
        start = 20
    else:
        number, _, high, low, kept, length = struct.unpack_from(order + "HHIIII", body)
        start = 20
    if number >= len(interfaces) or kept > len(body) - start:
        raise _Damaged(f"a packet of interface {number} with {kept} bytes that its block does not have")
    interface = interfaces[number]
    time_ns = (high << 32 | low) * 1_000_000_000 // interface.units_per_s + interface.offset_s * 1_000_000_000
    return Frame(time_ns, interface.link, body[start : start + kept], length)
