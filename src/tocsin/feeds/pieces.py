"""Unfinished ends of streams: a message may be cut anywhere between two packets, and streams may come side by side."""

import re
from collections.abc import Iterator

from tocsin.feeds.draft import Draft
from tocsin.messages import Packet

ORIGINS_MAX = 256  # streams at once into one feed; the longest silent one gives way
LINE_BYTES_MAX = 4096


class Pieces:
    """The unfinished end of each stream, told apart by Packet.origin, bounded by what the splitter leaves."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ends: dict[str, bytes] = {}

    def join(self, draft: Draft, origin: str, data: bytes) -> bytes:
        """The unfinished end of this stream and what came now."""
        before = self._ends.pop(origin, b"")
        if len(self._ends) >= ORIGINS_MAX:
            oldest = next(iter(self._ends))
            self._refuse(draft, self._ends.pop(oldest))
        return before + data

    def lines(self, draft: Draft, packet: Packet, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
        """The lines that this packet completes."""
        data = self.join(draft, packet.origin, packet.data)
        position = 0
        while (match := pattern.match(data, position)) is not None:
            position = match.end()
            yield match.group()
        self.keep(packet.origin, data[position:])

    def keep(self, origin: str, rest: bytes) -> None:
        """What is left unfinished."""
        if rest:
            self._ends[origin] = rest

    def flush(self, draft: Draft) -> None:
        """At the end of the input an unfinished message is refused."""
        for rest in self._ends.values():
            self._refuse(draft, rest)
        self._ends.clear()

    def _refuse(self, draft: Draft, rest: bytes) -> None:
        detail = "the input ended within a message; cut recordings at message borders, or ignore the last one"
        draft.refused(f"{self._name}: unfinished message", detail, rest)


def line_pattern(delimiters: bytes) -> re.Pattern[bytes]:
    """A pattern of one delimited line, or of LINE_BYTES_MAX bytes without a delimiter: the limit against endless lines.

    Bytes are taken in the same pieces however the stream is cut into packets.
    """
    inside = b"[^" + re.escape(delimiters) + b"]"
    limit = str(LINE_BYTES_MAX).encode()
    return re.compile(inside + b"{0," + limit + b"}[" + re.escape(delimiters) + b"]|" + inside + b"{" + limit + b"}")
