"""Duplicated network paths: many radars send every datagram over two networks. The second copy is refused.

For any format whose datagrams differ from each other by themselves (a time, a counter), whatever the transport: two
datagrams of the same octets within a short time are one. Where they came from does not matter: the two paths differ in
that. Not for streams, whose packets are cut anywhere.

    copies = Duplicates()
    fresh = [packet for packet in packets if not copies.repeats(packet)]

Every decoder of datagrams may hold one. It is bounded in time and in number, needs no clock (the packet brings its
time), and depends only on the packets and their order.
"""

from collections import OrderedDict
from hashlib import blake2b

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Packet

WINDOW_NS = 2 * SECOND_NS  # two paths differ by milliseconds; a radar says nothing twice within a turn of 2 s or more
KEPT_MAX = 65_536  # 3 s of the heaviest load (20,000 datagrams a second), 6 MB


class Duplicates:
    """Remembers the digests of the datagrams of the last `window_ns`, at most `kept_max` of them."""

    def __init__(self, window_ns: int = WINDOW_NS, kept_max: int = KEPT_MAX) -> None:
        self._window_ns = window_ns
        self._kept_max = kept_max
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def repeats(self, packet: Packet) -> bool:
        """Did the same octets come before, within the window? Each datagram is to be asked about once, in order."""
        digest = blake2b(packet.data, digest_size=16).digest()
        before = self._seen.get(digest)
        if before is not None and abs(packet.received_ns - before) <= self._window_ns:
            return True
        self._seen[digest] = packet.received_ns
        self._seen.move_to_end(digest)
        self._forget(packet.received_ns)
        return False

    def _forget(self, now_ns: int) -> None:
        while self._seen:
            digest, when_ns = next(iter(self._seen.items()))
            if len(self._seen) <= self._kept_max and abs(now_ns - when_ns) <= self._window_ns:
                return
            del self._seen[digest]
