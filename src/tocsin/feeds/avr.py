"""AVR text: Mode S messages in hexadecimal, one to a line, as receivers print them for people and scripts.

`*8D...;` without a time, `@` or `%` with a 48-bit counter (12 MHz) before it, `<` with counter and signal level.
Source: Mode-S Beast, "Data Output Formats"; dump1090's network input for `<`.
"""

import re
from collections.abc import Sequence

from tocsin.feeds.draft import Draft
from tocsin.feeds.mode_s.aircraft import Place
from tocsin.feeds.mode_s.receiver import Message, Receiver
from tocsin.feeds.mode_s.stamps import Stamps
from tocsin.feeds.pieces import Pieces, line_pattern
from tocsin.messages import Packet, Scan

LINE = line_pattern(b";\n")
MESSAGE = re.compile(
    rb"\s*(?:[*:]|[@%]([0-9A-Fa-f]{12})|<([0-9A-Fa-f]{12})[0-9A-Fa-f]{2})((?:[0-9A-Fa-f]{14}){1,2}|[0-9A-Fa-f]{4});"
)


class Avr:
    """Decoder of AVR text. Options as for Beast. In an untimed recording only messages with a counter can be used."""

    def __init__(self, feed: str, *, place: Place | None = None, untimed: bool = False) -> None:
        self.feed = feed
        self._untimed = untimed
        self._receiver = Receiver(feed, place)
        self._stamps = Stamps(untimed)
        self._pieces = Pieces("avr")
        self._received_ns = 0

    def decode(self, packets: Sequence[Packet]) -> Scan:
        """Positions, and what was refused. Lines may be cut anywhere."""
        draft = Draft(self.feed, packets, self._received_ns)
        self._received_ns = draft.received_ns
        for packet in packets:
            for line in self._pieces.lines(draft, packet, LINE):
                self._line(draft, line, packet.received_ns)
        return draft.scan()

    def flush(self) -> Scan:
        """The end of the stream."""
        draft = Draft(self.feed, received_ns=self._received_ns)
        self._pieces.flush(draft)
        return draft.scan()

    def _line(self, draft: Draft, line: bytes, received_ns: int) -> None:
        if not line.strip():
            return
        match = MESSAGE.fullmatch(line)
        if match is None:
            detail = "expected * or @ and a counter, 14 or 28 hexadecimal digits, a semicolon: *02E99619FACDAE;"
            draft.refused("avr: not a message", detail, line)
            return
        ticks = int(match[1] or match[2] or b"0", 16)
        data = bytes.fromhex(match[3].decode())
        if len(data) == 2:
            draft.refused("avr: mode A/C reply not used", "a reply of mode A or C tells neither who nor where", line)
        elif ticks:
            self._receiver.take(draft, Message(data, self._stamps.time_ns(ticks, received_ns), received_ns))
        elif self._untimed:
            detail = (
                "neither the message nor the file tells when it came; record with counters (@), or as pcap or Beast"
            )
            draft.refused("avr: no time", detail, line)
        else:
            self._receiver.take(draft, Message(data, received_ns, received_ns))
