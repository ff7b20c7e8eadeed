"""Packets into blocks: each datagram for itself, or one row of octets for each origin, cut anywhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.feeds.asterix.kernels import framing as kernel
from tocsin.feeds.asterix.tables import ASSIGNED, EDITIONS
from tocsin.messages import Bytes8, Flags, Ints, Packet

# reason, detail, the first octets, when, how many octets in all, how many of them
Refuse = Callable[[str, str, bytes, int, int, int], None]

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
    empty = np.flatnonzero(np.diff(bounds) == 0)
    if len(empty):
        detail = "no octets at all: a keep-alive of the network, or a broken sender"
        refuse("empty datagram", detail, b"", int(received[empty[0]]), 0, len(empty))
    pieces = np.empty((len(data) // kernel.HEADER + len(packets) + 1, PIECE), np.int64)
    count = kernel.datagrams(data, bounds, ASSIGNED_FLAGS, DECODED_FLAGS, pieces)
    pieces = pieces[:count]
    times = received[pieces[:, 4]]
    whole = _refused(octets, data, pieces, times, refuse)
    return Blocks(data, pieces[whole, :2], times[whole])


def _refused(octets: bytes, data: Bytes8, pieces: Ints, times: Ints, refuse: Refuse) -> Flags:
    """Refuse what is no whole block; gives where records are, or may still be, good."""
    kind = pieces[:, 2]
    blocks: Flags = kind == kernel.BLOCK
    if blocks.all():
        return blocks
    category = data[pieces[:, 0]].astype(np.int64)
    for group in np.unique(np.where(kind == kernel.OTHER, 256 + category, kind)[~blocks]).tolist():
        own = kind == group if group < 256 else (kind == kernel.OTHER) & (category == group - 256)
        first = int(np.flatnonzero(own)[0])
        reason, detail = _why(group, pieces[first])
        start, end = pieces[first, :2].tolist()
        length = int((pieces[own, 1] - pieces[own, 0]).sum())
        refuse(reason, detail, octets[start:end], int(times[first]), length, int(own.sum()))
    whole: Flags = blocks | ((kind == kernel.BLOCK_CUT) & DECODED_FLAGS[category])
    return whole


def _why(group: int, piece: Ints) -> tuple[str, str]:
    """Reason and detail. `group`: a kind of piece, or 256 + the category of a block that we do not decode."""
    count = int(piece[1] - piece[0])
    if group >= 256:
        known = ", ".join(map(str, sorted(EDITIONS)))
        return f"category {group - 256:03d} not decoded", f"decoded are {known}; ask the sender to leave it out"
    if group == kernel.HEADER_CUT:
        return "truncated header", f"{count} octets where a block needs 3: cut on the way"
    if group == kernel.GARBAGE:
        return (
            "garbage between blocks",
            f"{count} octets that are no block, by category or length: damaged, or no ASTERIX",
        )
    detail = f"the block gives its length as {piece[3]}, there are {count} octets: its whole records are used"
    return "truncated block", detail


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
    garbage = pieces[:, 2] == kernel.GARBAGE
    for index in np.flatnonzero(garbage):
        if stream.garbage and pieces[index, 0] > 0:
            _gather_ends(stream, int(times[last[index]]), refuse)
        _gather(stream, octets[pieces[index, 0] : pieces[index, 1]], int(times[last[index]]), refuse)
    if final or (count and not garbage[-1]):
        _gather_ends(stream, int(times[last[-1]]) if count else int(times[-1]), refuse)
    blocks = pieces[~garbage]
    last = last[~garbage]
    whole = _refused(octets, data, blocks, times[last], refuse)
    return Blocks(data, blocks[whole, :2], times[last[whole]]), last[whole]


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
        octets = bytes(stream.garbage)
        reason, detail = _why(kernel.GARBAGE, np.array([0, len(octets), kernel.GARBAGE, 0]))
        refuse(reason, detail, octets, time_ns, len(octets), 1)
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
