"""One line per format: its name, its decoder, and what its bytes look like.

`sniff` says by content alone what a recording holds and why it thinks so: a wrong guess is seen, and can be overruled.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

from tocsin.feeds.draft import Decoder

Look = Callable[[bytes], str | None]  # the first bytes -> why they look like this format, or None


@dataclass(frozen=True, slots=True)
class Format:
    """A format: call it with the feed's name and the decoder's options to get a decoder.

    `unit` tells what a packet must be: of a "stream" any piece, of "datagrams" whole messages, a "document" all of it.
    """

    name: str
    unit: str
    decoder: str
    says: str
    look: Look

    def __call__(self, feed: str, **options: Any) -> Decoder:  # noqa: ANN401 - each decoder types its own options
        """A new decoder. Its module is imported now, so that naming the formats costs nothing."""
        module, _, name = self.decoder.partition(":")
        made: Decoder = getattr(import_module(module), name)(feed, **options)
        return made


@dataclass(frozen=True, slots=True)
class Guess:
    """What a recording seems to be. `framing`: pcap, pcapng, final, stream or table. `format` is "" for a capture: it
    must be opened to see.
    """

    format: str
    framing: str
    reason: str


def _beast(head: bytes) -> str | None:
    frames = re.match(
        rb"(?s)(?:\x1a(?:1(?:[^\x1a]|\x1a\x1a){9}|2(?:[^\x1a]|\x1a\x1a){14}|[345](?:[^\x1a]|\x1a\x1a){21}))+", head
    )
    return f"frames that begin with 1a and a type for {frames.end()} of {len(head)} bytes" if frames else None


def _avr(head: bytes) -> str | None:
    good = re.findall(rb"(?m)^(?:[*:]|[@%][0-9A-Fa-f]{12}|<[0-9A-Fa-f]{14})(?:[0-9A-Fa-f]{14}){1,2};\r?$", head)
    return f"{len(good)} lines of hexadecimal messages between * or @ and ;" if good else None


def _sbs(head: bytes) -> str | None:
    good = re.findall(rb"(?m)^(?:MSG|MLAT),[1-8],(?:[^,\n]*,){8}", head)
    return f"{len(good)} lines MSG,..." if good else None


def _aircraft_json(head: bytes) -> str | None:
    keys = re.search(rb'"(?:aircraft|ac)"\s*:\s*\[', head), re.search(rb'"now"\s*:\s*[0-9]', head)
    return 'a JSON object with "now" and "aircraft"' if head.lstrip().startswith(b"{") and all(keys) else None


def _asterix(head: bytes) -> str | None:
    """Blocks that follow each other by their own lengths: a known category, then two bytes of length."""
    position, blocks, categories = 0, 0, set[int]()
    while position + 3 <= len(head):
        length = int.from_bytes(head[position + 1 : position + 3], "big")
        if length < 5 or head[position] not in ASTERIX_CATEGORIES:
            return None
        categories.add(head[position])
        position, blocks = position + length, blocks + 1
    if position < 5 or (blocks == 1 and position > len(head)):
        return None  # one block that claims to be longer than all there is could be anything
    names = ", ".join(f"{category:03d}" for category in sorted(categories))
    return f"{blocks} blocks of ASTERIX category {names} follow each other by their lengths"


def _detections(head: bytes) -> str | None:
    if head.startswith((b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff")):
        return "an Arrow table (Parquet or IPC)"
    words = head.partition(b"\n")[0].strip().replace(b'"', b"").split(b",")
    if len(words) > 2 and {b"time", b"timestamp"} & set(words):
        return f"a CSV heading with {len(words)} columns, a time among them"
    flights = rb'\s*(?:\[\s*)?\{\s*(?="[a-z_0-9]+"\s*:).*"(?:timestamp|icao24)"\s*:'
    return "JSON rows of flights with timestamp and icao24" if re.match(flights, head, re.DOTALL) else None


# The order matters: the strictest looks come first.
_ALL = (
    Format(
        "detections",
        "document",
        "tocsin.feeds.tables.detections:Detections",
        "a table of detections or flights",
        _detections,
    ),
    Format(
        "aircraft_json", "stream", "tocsin.feeds.aircraft_json:AircraftJson", "readsb's aircraft.json", _aircraft_json
    ),
    Format("sbs", "stream", "tocsin.feeds.sbs:Sbs", "SBS text of port 30003", _sbs),
    Format("avr", "stream", "tocsin.feeds.avr:Avr", "Mode S messages as hexadecimal text", _avr),
    Format("beast", "stream", "tocsin.feeds.beast:Beast", "Mode S messages in Beast's binary format", _beast),
    Format("asterix", "datagrams", "tocsin.feeds.asterix.decoder:Asterix", "EUROCONTROL ASTERIX", _asterix),
)

FORMATS: Mapping[str, Format] = MappingProxyType({one.name: one for one in _ALL})

PCAP_MAGIC = {
    b"\xd4\xc3\xb2\xa1": "little-endian, microseconds",
    b"\xa1\xb2\xc3\xd4": "big-endian, microseconds",
    b"\x4d\x3c\xb2\xa1": "little-endian, nanoseconds",
    b"\xa1\xb2\x3c\x4d": "big-endian, nanoseconds",
}
# EUROCONTROL's register of categories in use.
ASTERIX_CATEGORIES = {
    *(1, 2, 4, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20, 21, 23, 25, 32, 34, 48, 62, 63, 65),
    *(129, 150, 204, 205, 240, 247),
}
PCAPNG_MAGIC = b"\x0a\x0d\x0d\x0a"


def sniff(head: bytes) -> Guess | None:
    """What a recording (or the first payload of a capture) holds, by its first bytes; None where nothing fits."""
    if head[:4] in PCAP_MAGIC:
        return Guess("", "pcap", f"a pcap capture ({PCAP_MAGIC[head[:4]]})")
    if head[:4] == PCAPNG_MAGIC:
        return Guess("", "pcapng", "a pcapng capture")
    if len(head) > 12 and _final(head):
        return Guess(
            "asterix", "final", "ASTERIX in FINAL envelopes: a length that includes header and footer, footer a5a5a5a5"
        )
    for one in _ALL:
        reason = one.look(head)
        if reason is not None:
            return Guess(one.name, "table" if one.unit == "document" else "stream", reason)
    return None


def _final(head: bytes) -> bool:
    length = int.from_bytes(head[:2], "big")
    return length > 12 and head[length - 4 : length] == b"\xa5\xa5\xa5\xa5"
