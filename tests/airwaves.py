"""Mode S messages made by hand, for tests: positions, velocities, callsigns, and the streams that carry them.

The encoder follows DO-260B appendix A, independently of the decoder: what it encodes must come back.
"""

import math
from collections.abc import Sequence

GENERATOR = 0x1FFF409
ICAO = 0x4CA7B3


def parity(message: bytes) -> int:
    """The remainder of a message (without its last 24 bits) by long division, bit by bit."""
    bits = int.from_bytes(message, "big") << 24
    for position in range(len(message) * 8 + 23, 23, -1):
        if bits >> position & 1:
            bits ^= GENERATOR << (position - 24)
    return bits


def sealed(message: bytes, overlay: int = 0) -> bytes:
    """A message with its parity; `overlay` is the address or the interrogator's code."""
    return message + (parity(message) ^ overlay).to_bytes(3, "big")


def squitter(payload: int, address: int = ICAO, kind: int = 17, control: int = 5) -> bytes:
    """An extended squitter of 56 bits of payload."""
    return sealed(bytes([kind << 3 | control]) + address.to_bytes(3, "big") + payload.to_bytes(7, "big"))


def zones(latitude_deg: float) -> int:
    """NL by its definition (DO-260B A.1.7.2), where the decoder uses a table of borders."""
    if abs(latitude_deg) >= 87.0:
        return 2 if abs(latitude_deg) == 87.0 else 1
    part = (1.0 - math.cos(math.pi / 30.0)) / math.cos(math.radians(latitude_deg)) ** 2
    return math.floor(2.0 * math.pi / math.acos(1.0 - part))


def encoded(latitude_deg: float, longitude_deg: float, odd: bool, surface: bool = False) -> tuple[int, int]:
    """The 17 bits of latitude and of longitude."""
    circle = 90.0 if surface else 360.0
    dlat = circle / (60 - odd)
    yz = math.floor(131072 * (latitude_deg % dlat) / dlat + 0.5)
    rlat = dlat * (yz / 131072 + math.floor(latitude_deg / dlat))
    dlon = circle / max(zones(rlat) - odd, 1)
    xz = math.floor(131072 * (longitude_deg % dlon) / dlon + 0.5)
    return yz % 131072, xz % 131072


def position(
    latitude_deg: float, longitude_deg: float, odd: bool, altitude_ft: int = 30_000, address: int = ICAO, code: int = 11
) -> bytes:
    """An airborne position with its altitude in steps of 25 feet."""
    yz, xz = encoded(latitude_deg, longitude_deg, odd)
    steps = (altitude_ft + 1000) // 25
    altitude = (steps >> 4) << 5 | 1 << 4 | steps & 15
    return squitter(code << 51 | altitude << 36 | odd << 34 | yz << 17 | xz, address)


def on_ground(latitude_deg: float, longitude_deg: float, odd: bool, address: int = ICAO) -> bytes:
    """A surface position, standing still."""
    yz, xz = encoded(latitude_deg, longitude_deg, odd, surface=True)
    return squitter(7 << 51 | 1 << 44 | odd << 34 | yz << 17 | xz, address)


def velocity(east_kt: int, north_kt: int, climb_fpm: int = 0, address: int = ICAO) -> bytes:
    """A velocity over ground, subsonic."""
    east = (east_kt < 0) << 10 | abs(east_kt) + 1
    north = (north_kt < 0) << 10 | abs(north_kt) + 1
    climb = (climb_fpm < 0) << 9 | abs(climb_fpm) // 64 + 1
    return squitter(19 << 51 | 1 << 48 | 2 << 43 | east << 32 | north << 21 | 1 << 20 | climb << 10, address)


def callsign(text: str, address: int = ICAO) -> bytes:
    """An identification."""
    alphabet = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"
    payload = 4
    for letter in text.ljust(8):
        payload = payload << 6 | alphabet.index(letter)
    return squitter(4 << 51 | payload & (1 << 48) - 1, address)


def all_call(address: int = ICAO, interrogator: int = 0) -> bytes:
    """An all-call reply (DF 11)."""
    return sealed(bytes([11 << 3 | 5]) + address.to_bytes(3, "big"), interrogator)


def identity_reply(squawk: str, address: int = ICAO) -> bytes:
    """A surveillance identity reply (DF 5)."""
    a, b, c, d = (int(digit) for digit in squawk)
    order = ((c, 1), (a, 1), (c, 2), (a, 2), (c, 4), (a, 4), None, (b, 1), (d, 1), (b, 2), (d, 2), (b, 4), (d, 4))
    code = 0
    for bit in order:
        code = code << 1 | (bit is not None and bool(bit[0] & bit[1]))
    return sealed(bytes([5 << 3, 0, code >> 8, code & 255]), address)


def flight(seconds: float, start: tuple[float, float] = (52.0, 4.0), address: int = ICAO) -> list[tuple[float, bytes]]:
    """(time in s, message) of an aircraft that flies east at 480 knots: positions and velocities twice a second."""
    said: list[tuple[float, bytes]] = [(0.0, callsign("KLM123", address))]
    for step in range(math.ceil(seconds * 2)):
        time_s = step * 0.5
        east_deg = 480 * 1852 / 3600 * time_s / (111_194.9 * math.cos(math.radians(start[0])))
        said.append((time_s + 0.1, velocity(480, 0, 640, address)))
        said.append((time_s + 0.2, position(start[0], start[1] + east_deg, bool(step % 2), address=address)))
    return said


def beast(said: Sequence[tuple[float, bytes]], start_ticks: int = 1_000_000) -> bytes:
    """A Beast stream, stamped by a counter of 12 MHz."""
    stream = b""
    for time_s, message in said:
        ticks = start_ticks + round(time_s * 12e6)
        body = ticks.to_bytes(6, "big") + b"\x1a" + message
        stream += b"\x1a" + (b"3" if len(message) == 14 else b"2") + body.replace(b"\x1a", b"\x1a\x1a")
    return stream


def avr(said: Sequence[tuple[float, bytes]], stamped: bool = True) -> bytes:
    """AVR lines, with or without the counter."""
    lines = []
    for time_s, message in said:
        stamp = f"@{1_000_000 + round(time_s * 12e6):012X}" if stamped else "*"
        lines.append(f"{stamp}{message.hex().upper()};\n")
    return "".join(lines).encode()
