"""What a captured frame carries: link layer, VLAN tags, IPv4 or IPv6, UDP.

Sources: the tcpdump group's LINKTYPE list; IEEE 802.1Q; RFC 791, RFC 8200, RFC 768. Only whole datagrams pass: what
cannot be followed is refused with its reason.
"""

import ipaddress
import struct
from typing import NamedTuple

ETHERNET, RAW, LOOP, SLL, IPV4, IPV6, SLL2, NULL = 1, 101, 108, 113, 228, 229, 276, 0
RAW_VARIANTS = (RAW, 12, 14)  # what some systems write for raw IP
LINKS = (ETHERNET, *RAW_VARIANTS, LOOP, SLL, IPV4, IPV6, SLL2, NULL)
TYPE_IPV4, TYPE_IPV6 = 0x0800, 0x86DD
VLAN_TAGS = (0x8100, 0x88A8, 0x9100)
TAGS_MAX = 2  # single and double
UDP = 17
EXTENSIONS = (0, 43, 60)  # IPv6: hop-by-hop, routing, destination options
FRAGMENT = 44


class Datagram(NamedTuple):
    """One UDP payload, and the path that it took."""

    data: bytes
    origin: str


class Unusable(NamedTuple):
    """Why a frame gives no payload."""

    reason: str
    detail: str


def payload(link: int, frame: bytes) -> Datagram | Unusable:
    """The UDP payload of one frame of a link type."""
    try:
        protocol, start = _network(link, frame)
        if protocol == TYPE_IPV4:
            return _ipv4(frame[start:])
        if protocol == TYPE_IPV6:
            return _ipv6(frame[start:])
    except (struct.error, IndexError):
        return Unusable("capture: frame too short", f"{len(frame)} bytes end within the headers")
    return Unusable("capture: not IP", f"protocol {protocol:04x}; only UDP over IPv4 and IPv6 is read")


def _network(link: int, frame: bytes) -> tuple[int, int]:
    """The network protocol (EtherType) and where it begins."""
    if link == ETHERNET:
        protocol, start = _ether_type(frame, 12), 14
        for _ in range(TAGS_MAX):
            if protocol in VLAN_TAGS:
                protocol, start = _ether_type(frame, start + 2), start + 4
        return protocol, start
    if link == SLL:
        return _ether_type(frame, 14), 16
    if link == SLL2:
        return _ether_type(frame, 0), 20
    start = 4 if link in (NULL, LOOP) else 0
    return {4: TYPE_IPV4, 6: TYPE_IPV6}.get(frame[start] >> 4, 0), start


def _ether_type(frame: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", frame, at)[0])


def _ipv4(packet: bytes) -> Datagram | Unusable:
    version_length, total, fragment, protocol = struct.unpack_from(">BxHxxHxB", packet)
    header = (version_length & 15) * 4
    if fragment & 0x3FFF:
        return _fragment()
    if protocol != UDP:
        return _not_udp(protocol)
    source, target = struct.unpack_from(">II", packet, 12)
    # A total length of 0 is written where the network card cut the packets itself (offloading).
    end = total or len(packet)
    return _udp(
        packet[header:end], end - header, str(ipaddress.IPv4Address(source)), str(ipaddress.IPv4Address(target))
    )


def _ipv6(packet: bytes) -> Datagram | Unusable:
    length, protocol = struct.unpack_from(">4xHB", packet)
    source, target = ipaddress.IPv6Address(packet[8:24]), ipaddress.IPv6Address(packet[24:40])
    start, end = 40, 40 + length
    while protocol in EXTENSIONS:
        protocol, start = packet[start], start + 8 * (packet[start + 1] + 1)
    if protocol == FRAGMENT:
        return _fragment()
    if protocol != UDP:
        return _not_udp(protocol)
    return _udp(packet[start:end], end - start, f"[{source}]", f"[{target}]")


def _udp(segment: bytes, expected: int, source: str, target: str) -> Datagram | Unusable:
    source_port, target_port, length = struct.unpack_from(">HHH", segment)
    size = length or expected  # 0: a jumbogram, or offloading
    if size < 8 or size > expected:
        return Unusable("capture: wrong UDP length", f"{size} bytes in a packet with room for {expected}")
    if len(segment) < size:
        detail = f"{len(segment)} of {size} bytes were captured; capture with a larger snap length (tcpdump -s 0)"
        return Unusable("capture: truncated packet", detail)
    return Datagram(segment[8:size], f"udp {source}:{source_port}>{target}:{target_port}")


def _fragment() -> Unusable:
    return Unusable("capture: IP fragment", "fragments are not put together; capture where datagrams are whole")


def _not_udp(protocol: int) -> Unusable:
    return Unusable("capture: not UDP", f"IP protocol {protocol}; only UDP payloads are read")
