"""Captures made by hand, for tests: frames of every kind, in pcap and pcapng of both byte orders."""

import struct
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

SOURCE, TARGET = "10.0.0.1", "239.1.2.3"


def udp(payload: bytes, length: int | None = None) -> bytes:
    """A UDP segment from port 1000 to port 8600."""
    return struct.pack(">HHHH", 1000, 8600, 8 + len(payload) if length is None else length, 0) + payload


def ipv4(segment: bytes, protocol: int = 17, fragment: int = 0, options: bytes = b"") -> bytes:
    """An IPv4 packet."""
    header = struct.pack(
        ">BBHHHBBH", 0x45 + len(options) // 4, 0, 20 + len(options) + len(segment), 1, fragment, 9, protocol, 0
    )
    return header + IPv4Address(SOURCE).packed + IPv4Address(TARGET).packed + options + segment


def ipv6(segment: bytes, protocol: int = 17, extensions: bytes = b"") -> bytes:
    """An IPv6 packet; `protocol` is of the first thing behind the header."""
    header = struct.pack(">IHBB", 6 << 28, len(extensions) + len(segment), protocol, 9)
    return header + IPv6Address("fe80::1").packed + IPv6Address("ff02::1").packed + extensions + segment


def ethernet(packet: bytes, kind: int = 0x0800, tags: Sequence[int] = ()) -> bytes:
    """An Ethernet frame, with VLAN tags of these EtherTypes."""
    return bytes(12) + b"".join(struct.pack(">HH", tag, 7) for tag in tags) + struct.pack(">H", kind) + packet


def pcap(
    frames: Sequence[tuple[int, bytes]], link: int = 1, order: str = "<", nano: bool = False, cut: int = 0
) -> bytes:
    """A pcap file of (time in ns, frame); of each frame `cut` bytes were not kept."""
    magic, unit = (0xA1B23C4D, 1) if nano else (0xA1B2C3D4, 1000)
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for time_ns, frame in frames:
        kept = frame[: len(frame) - cut]
        stamp = (time_ns // 10**9, time_ns % 10**9 // unit)
        out += struct.pack(order + "IIII", *stamp, len(kept), len(frame)) + kept
    return out


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """A pcapng block."""
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def pcapng(
    frames: Sequence[tuple[int, bytes]], link: int = 1, order: str = "<", resolution: int = 9, kind: int = 6
) -> bytes:
    """A pcapng file of one section and one interface; `resolution` as in if_tsresol; `kind` of packet block."""
    units = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    option = struct.pack(order + "HHBxxxHH", 9, 1, resolution, 0, 0)
    out = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    out += block(1, struct.pack(order + "HHI", link, 0, 0) + option, order)
    out += block(0xBAD, b"unknown", order)
    for time_ns, frame in frames:
        stamp = time_ns * units // 10**9
        high, low = stamp >> 32, stamp & 0xFFFFFFFF
        head = {
            6: struct.pack(order + "IIIII", 0, high, low, len(frame), len(frame)),
            2: struct.pack(order + "HHIIII", 0, 0, high, low, len(frame), len(frame)),
            3: struct.pack(order + "I", len(frame)),
        }[kind]
        out += block(kind, head + frame, order)
    return out
