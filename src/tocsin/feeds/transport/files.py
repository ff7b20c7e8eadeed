"""Plain files: raw streams, and recordings that put a length before each datagram. All may be compressed (.gz).

A plain file does not say when its bytes came: all packets carry `start_ns`, and a decoder told `untimed` makes the best
of it. The FINAL envelope has a time of day for each recording unit.
Source of FINAL: Luciad, "ASTERIX Final format": 8 bytes of heading (length of all, board, line, day, time of day in
hundredths of a second), ASTERIX blocks, four bytes a5.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

from tocsin.errors import InputError
from tocsin.feeds.draft import REFUSED_BYTES_KEPT, Refuse
from tocsin.messages import Packet, Refusal

PIECE_BYTES: Final = 65_536
LENGTH_MAX: Final = 1_048_576  # a longer datagram cannot have come over a network
DAY_NS: Final = 86_400 * 1_000_000_000
FINAL_HEADING, FINAL_FOOTER = 8, b"\xa5\xa5\xa5\xa5"

# name -> bytes of the length, byte order
LENGTH_FRAMES: dict[str, tuple[int, str]] = {
    "lengths16": (2, "big"),
    "lengths16le": (2, "little"),
    "lengths32": (4, "big"),
    "lengths32le": (4, "little"),
}


def open_plain(path: Path) -> IO[bytes]:
    """The file, unpacked while read where it is gzip. The name does not matter."""
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if zipped else path.open("rb")


def head(path: Path, size: int = PIECE_BYTES) -> bytes:
    """The first bytes, unpacked, for a look at what it is.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with open_plain(path) as file:
            return file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path.name} cannot be read: {error}") from error


def packets(path: Path, framing: str, start_ns: int, refuse: Refuse) -> Iterator[Packet]:
    """The packets of a plain file. `framing`: "stream" (pieces of any length), "final", or one of LENGTH_FRAMES.

    Raises:
        InputError: a framing that is not known.
    """
    with open_plain(path) as file:
        if framing == "stream":
            found = _stream(file, start_ns)
        elif framing == "final":
            found = _final(file, path.name, start_ns, refuse)
        elif framing in LENGTH_FRAMES:
            found = _lengths(file, path.name, framing, start_ns, refuse)
        else:
            names = ", ".join(("stream", "final", *LENGTH_FRAMES))
            raise InputError(f"framing {framing!r} is not known; use one of {names}")
        try:
            yield from found
        except (OSError, EOFError, zlib.error) as error:
            detail = f"{error}; what was unpacked before is used; copy the file again"
            refuse(Refusal(start_ns, path.name, "file: compressed data damaged", detail))


def _stream(file: IO[bytes], start_ns: int) -> Iterator[Packet]:
    while data := file.read(PIECE_BYTES):
        yield Packet(start_ns, data)


def _lengths(file: IO[bytes], name: str, framing: str, start_ns: int, refuse: Refuse) -> Iterator[Packet]:
    """A length, then so many bytes."""
    size, order = LENGTH_FRAMES[framing]
    while heading := file.read(size):
        length = int.from_bytes(heading, "little" if order == "little" else "big")
        if len(heading) < size or length > LENGTH_MAX:
            detail = f"{heading.hex()} is no length of at most {LENGTH_MAX} bytes; is the framing {framing}?"
            refuse(Refusal(start_ns, name, "file: wrong length", detail, heading, len(heading)))
            return
        data = file.read(length)
        if len(data) < length:
            _cut_off(name, data, length, start_ns, refuse)
            return
        yield Packet(start_ns, data)


def _final(file: IO[bytes], name: str, start_ns: int, refuse: Refuse) -> Iterator[Packet]:
    """FINAL envelopes: the time of day goes with the day of `start_ns`, and passes midnight."""
    midnight_ns, before_ns = start_ns - start_ns % DAY_NS, -1
    while heading := file.read(FINAL_HEADING):
        length = int.from_bytes(heading[:2], "big")
        inside = length - FINAL_HEADING - len(FINAL_FOOTER)
        body = file.read(max(inside, 0) + len(FINAL_FOOTER))
        if len(heading) < FINAL_HEADING or inside <= 0 or not body.endswith(FINAL_FOOTER):
            _cut_off(name, heading + body, length, start_ns, refuse)
            return
        time_ns = int.from_bytes(heading[5:8], "big") * 10_000_000
        if time_ns < before_ns - DAY_NS // 2:
            midnight_ns += DAY_NS
        before_ns = time_ns
        yield Packet(midnight_ns + time_ns, body[:inside])


def _cut_off(name: str, data: bytes, length: int, time_ns: int, refuse: Refuse) -> None:
    detail = f"{len(data)} of {length} bytes, or no footer; what came before is used"
    kept = data[:REFUSED_BYTES_KEPT]
    refuse(Refusal(time_ns, name, "file: cut off or damaged", detail, kept, len(data)))
