"""Packets into blocks: each datagram for itself, or one row of octets for each origin, cut anywhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.feeds.asterix.kernels import framing as kernel
from tocsin.feeds.asterix.tables import ASSIGNED, EDITIONS
from tocsin.messages import Bytes8, Flags, Ints, Packet

# reason, detail, octets, time_ns
Refuse = Callable[[str, str, bytes, int], None]

GARBAGE_MAX = 65_536  # octets: an endless stream of garbage is refused in pieces of this size
ORIGINS_MAX = 256  # unfinished streams remembered; the oldest is given up for a new one
PIECE = 5

ASSIGNED_FLAGS: Flags = np.isin(np.arange(256), list(ASSIGNED))
DECODED_FLAGS: Flags = np.isin(np.arange(256), list(EDITIONS))


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of categories that we decode: [start, end) with their headers, in the order in which they came."""

    data: Bytes8
    bounds: Ints  # (n, 2)
    received_ns: Ints  # (n,) of the packet with the last octet


@dataclass(slots=True)
class Unfinished:
    """What is left of one stream."""

    octets: bytes = b""
    lost: bool = False
    garbage: bytearray = field(default_factory=bytearray)


class Framer:
    """Cuts packets into blocks. `streams`: packets are cut anywhere, octets of one origin follow each other."""

    def __init__(self, streams: bool) -> None:
        self._streams: dict[str, Unfinished] | None = {} if streams else None

    def cut(self, packets: Sequence[Packet], refuse: Refuse) -> Blocks:
        """The blocks in these packets; what is none is refused."""
        if self._streams is None:
            return _datagrams(packets, refuse)
        origins: dict[str, list[Packet]] = {}
        for packet in packets:
            origins.setdefault(packet.origin, []).append(packet)
        order = {id(packet): index for index, packet in enumerate(packets)}
        parts: list[tuple[Blocks, Ints]] = []
        for origin, own in origins.items():
            stream = self._streams.setdefault(origin, Unfinished())
            blocks, last = _stream(stream, own, refuse, final=False)
            parts.append((blocks, np.array([order[id(packet)] for packet in own])[last]))
        while len(self._streams) > ORIGINS_MAX:
            _stream(self._streams.pop(next(iter(self._streams))), (), refuse, final=True)
        return _in_order(parts)

    def rest(self, refuse: Refuse) -> Blocks:
        """Nothing more will come."""
        streams = self._streams or {}
        parts = [_stream(stream, (), refuse, final=True) for stream in streams.values()]
        streams.clear()
        return _in_order(parts)


def _datagrams(packets: Sequence[Packet], refuse: Refuse) -> Blocks:
    octets = b"".join(packet.data for packet in packets)
    data = np.frombuffer(octets, np.uint8)
    bounds = np.zeros(len(packets) + 1, np.int64)
    np.cumsum([len(packet.data) for packet in packets], out=bounds[1:])
    received = np.array([packet.received_ns for packet in packets], np.int64)
    for packet in packets:
        if not packet.data:
            detail = "no octets at all: a keep-alive of the network, or a broken sender"
            refuse("empty datagram", detail, b"", packet.received_ns)
    pieces = np.empty((len(data) // kernel.HEADER + len(packets) + 1, PIECE), np.int64)
    count = kernel.datagrams(data, bounds, ASSIGNED_FLAGS, DECODED_FLAGS, pieces)
    pieces = pieces[:count]
    received = received[pieces[:, 4]]
    whole = pieces[:, 2] == kernel.BLOCK
    for index in np.flatnonzero(~whole):
        whole[index] = _odd_piece(octets, pieces[index].tolist(), int(received[index]), refuse)
    return Blocks(data, pieces[whole, :2], received[whole])


def _odd_piece(octets: bytes, piece: list[int], time_ns: int, refuse: Refuse) -> bool:
    """Refuse what is no whole block; True when records in it may still be good."""
    start, end, kind, size, _ = piece
    what = octets[start:end]
    if kind == kernel.OTHER:
        reason = f"category {octets[start]:03d} not decoded"
        refuse(reason, f"decoded are the categories {sorted(EDITIONS)}; ask the sender to leave it out", what, time_ns)
    elif kind == kernel.HEADER_CUT:
        refuse("truncated header", f"{len(what)} octets where a block needs 3: cut on the way", what, time_ns)
    elif kind == kernel.GARBAGE:
        detail = f"{len(what)} octets that are no block (category and length do not fit): damaged, or no ASTERIX"
        refuse("garbage between blocks", detail, what, time_ns)
    else:
        detail = f"the block gives its length as {size}, there are {len(what)} octets: its whole records are used"
        refuse("truncated block", detail, what, time_ns)
        return octets[start] in EDITIONS
    return False


def _stream(stream: Unfinished, packets: Sequence[Packet], refuse: Refuse, *, final: bool) -> tuple[Blocks, Ints]:
    """The blocks of one stream, and which packet brought the last octet of each (a block left over: the last)."""
    octets = stream.octets + b"".join(packet.data for packet in packets)
    ends = np.cumsum([len(packet.data) for packet in packets], dtype=np.int64) + len(stream.octets)
    times = np.array([packet.received_ns for packet in packets] or [0], np.int64)
    data = np.frombuffer(octets, np.uint8)
    pieces = np.empty((len(data) // kernel.HEADER + 2, PIECE), np.int64)
    stop, stream.lost, count = kernel.frame(
        data, 0, len(data), final, stream.lost, ASSIGNED_FLAGS, DECODED_FLAGS, pieces, 0
    )
    stream.octets = octets[stop:]
    pieces = pieces[:count]
    last = np.minimum(np.searchsorted(ends, pieces[:, 1], side="left"), max(len(packets) - 1, 0))
    whole = pieces[:, 2] == kernel.BLOCK
    for index in range(count):
        start, end, kind = pieces[index, :3].tolist()
        time_ns = int(times[last[index]])
        if kind == kernel.GARBAGE:
            _gather(stream, octets[start:end], time_ns, refuse)
            continue
        _gather_ends(stream, time_ns, refuse)
        if kind != kernel.BLOCK:
            whole[index] = _odd_piece(octets, pieces[index].tolist(), time_ns, refuse)
    if final:
        _gather_ends(stream, int(times[-1]), refuse)
    return Blocks(data, pieces[whole, :2], times[last[whole]]), last[whole]


def _gather(stream: Unfinished, garbage: bytes, time_ns: int, refuse: Refuse) -> None:
    """Garbage is one thing however it is cut, until a block follows or there is too much of it."""
    stream.garbage += garbage
    while len(stream.garbage) >= GARBAGE_MAX:
        rest = stream.garbage[GARBAGE_MAX:]
        del stream.garbage[GARBAGE_MAX:]
        _gather_ends(stream, time_ns, refuse)
        stream.garbage = rest


def _gather_ends(stream: Unfinished, time_ns: int, refuse: Refuse) -> None:
    if stream.garbage:
        _odd_piece(bytes(stream.garbage), [0, len(stream.garbage), kernel.GARBAGE, 0, 0], time_ns, refuse)
        stream.garbage = bytearray()


def _in_order(parts: Sequence[tuple[Blocks, Ints]]) -> Blocks:
    """Blocks of several streams, by the packets that ended them."""
    if len(parts) == 1:
        return parts[0][0]
    if not parts:
        return Blocks(np.zeros(0, np.uint8), np.zeros((0, 2), np.int64), np.zeros(0, np.int64))
    lengths = [len(blocks.data) for blocks, _ in parts]
    shifts = np.cumsum([0, *lengths[:-1]])
    bounds = np.concatenate([blocks.bounds + shift for (blocks, _), shift in zip(parts, shifts, strict=True)])
    received = np.concatenate([blocks.received_ns for blocks, _ in parts])
    order = np.argsort(np.concatenate([last for _, last in parts]), kind="stable")
    data = np.frombuffer(b"".join(blocks.data.tobytes() for blocks, _ in parts), np.uint8)
    return Blocks(data, bounds[order], received[order])
