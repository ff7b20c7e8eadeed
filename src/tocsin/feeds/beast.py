"""The Mode-S Beast's binary format, as Beast, Radarcape, dump1090 and readsb send it.

`1a`, a type, then bytes in which `1a` is written twice: a 48-bit counter (12 MHz), a signal level, the message.
Source: Mode-S Beast, "Data Output Formats" (the maker's wiki); readsb's `e3` prefix (a receiver's own number).
"""

import re
from collections.abc import Sequence

from tocsin.feeds.draft import Draft
from tocsin.feeds.mode_s.aircraft import Place
from tocsin.feeds.mode_s.receiver import Message, Receiver
from tocsin.feeds.mode_s.stamps import Stamps
from tocsin.feeds.pieces import Pieces
from tocsin.messages import Packet, Scan

ESCAPE = 0x1A
MODE_A_C, SHORT, LONG, STATUS, POSITION, NUMBER = 0x31, 0x32, 0x33, 0x34, 0x35, 0xE3
LENGTHS = {MODE_A_C: 9, SHORT: 14, LONG: 21, STATUS: 21, POSITION: 21, NUMBER: 8}
MLAT_STAMP = 0xFF004D4C4154  # "MLAT": the place was computed by a network of receivers and sent as if by the aircraft
OUTSIDE_BYTES_MAX = 4096

_BYTE = rb"(?:[^\x1a]|\x1a\x1a)"
_BODIES = {kind: re.compile(_BYTE + b"{0,%d}" % length, re.DOTALL) for kind, length in LENGTHS.items()}
_OUTSIDE = re.compile(_BYTE + b"{1,%d}" % OUTSIDE_BYTES_MAX, re.DOTALL)


class Beast:
    """Decoder of a Beast stream.

    `place` of the antenna (latitude, longitude in degrees): surface positions need it. `untimed`: packets carry no time
    of arrival (a plain file), so that the counter alone gives the time.
    """

    def __init__(self, feed: str, *, place: Place | None = None, untimed: bool = False) -> None:
        self.feed = feed
        self._receiver = Receiver(feed, place)
        self._stamps = Stamps(untimed)
        self._pieces = Pieces("beast")
        self._received_ns = 0

    def decode(self, packets: Sequence[Packet]) -> Scan:
        """Positions, and what was refused. Frames may be cut anywhere."""
        draft = Draft(self.feed, packets, self._received_ns)
        self._received_ns = draft.received_ns
        for packet in packets:
            data = self._pieces.join(draft, packet.origin, packet.data)
            self._pieces.keep(packet.origin, data[self._frames(draft, data, packet.received_ns) :])
        return draft.scan()

    def flush(self) -> Scan:
        """The end of the stream."""
        draft = Draft(self.feed, received_ns=self._received_ns)
        self._pieces.flush(draft)
        return draft.scan()

    def _frames(self, draft: Draft, data: bytes, received_ns: int) -> int:
        """Take all finished frames; how far they reach."""
        position, end = 0, len(data)
        while position < end:
            starts = data[position] == ESCAPE and position + 1 < end and data[position + 1] != ESCAPE
            if starts and data[position + 1] in LENGTHS:
                kind = data[position + 1]
                match = _BODIES[kind].match(data, position + 2)
                stop = match.end() if match else position + 2
                body = data[position + 2 : stop].replace(b"\x1a\x1a", b"\x1a")
                if len(body) == LENGTHS[kind]:
                    self._frame(draft, kind, body, received_ns)
                elif stop >= end - 1 and (stop == end or data[stop] == ESCAPE):
                    return position
                else:
                    detail = f"type {kind:02x} has {LENGTHS[kind]} bytes; after {len(body)} the next frame began"
                    draft.refused("beast: short frame", detail, data[position:stop])
                position = stop
            elif starts:
                detail = f"type {data[position + 1]:02x}; known are 31 to 35 and e3"
                draft.refused("beast: unknown type", detail, data[position : position + 2])
                position += 2
            else:
                outside = _OUTSIDE.match(data, position)
                if outside is None or (outside.end() >= end - 1 and len(outside.group()) < OUTSIDE_BYTES_MAX):
                    return position
                detail = "a frame begins with 1a and its type; is this a Beast stream?"
                draft.refused("beast: bytes outside a frame", detail, outside.group())
                position = outside.end()
        return position

    def _frame(self, draft: Draft, kind: int, body: bytes, received_ns: int) -> None:
        if kind == MODE_A_C:
            draft.refused("beast: mode A/C reply not used", "a reply of mode A or C tells neither who nor where", body)
        elif kind in (SHORT, LONG):
            ticks = int.from_bytes(body[:6], "big")
            mlat = ticks == MLAT_STAMP
            time_ns = received_ns if mlat or not ticks else self._stamps.time_ns(ticks, received_ns)
            self._receiver.take(draft, Message(body[7:], time_ns, received_ns, mlat))
