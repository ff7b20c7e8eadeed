"""Data blocks in a row of octets: category, length, records. What is no block is garbage until blocks follow again."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Octets = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Table = NDArray[np.int64]

HEADER = 3  # octets: category, length (itself and the category counted)
SHORTEST = 4
CHAIN = 3  # so many blocks in a row are no accident: a guess at random passes one in 10 million times

# Kinds of pieces.
BLOCK, OTHER, BLOCK_CUT, HEADER_CUT, GARBAGE = range(5)
# Is there a block here?
NO, YES, WAIT = range(3)


@njit(cache=True)
def plausible(data: Octets, at: int, end: int, final: bool, assigned: Flags) -> int:
    """Do blocks follow from here: CHAIN of them, or fewer that end where everything ends?

    WAIT: too little has come to say. `final`: nothing more will come.
    """
    for _ in range(CHAIN):
        if at == end and final:
            return YES
        if at + HEADER >= end:
            return NO if final else WAIT
        size = (int(data[at + 1]) << 8) | int(data[at + 2])
        # Every record of every category begins with its source: the first bit of its FSPEC is set.
        if not assigned[data[at]] or size < SHORTEST or not data[at + HEADER] & 0x80:
            return NO
        at += size
        if at > end:
            return NO if final else WAIT
    return YES


@njit(cache=True)
def resume(data: Octets, at: int, end: int, final: bool, assigned: Flags, decoded: Flags) -> tuple[int, bool]:
    """The first place from `at` on where blocks follow that we decode; True when more must come to say so."""
    while at < end:
        if decoded[data[at]]:
            verdict = plausible(data, at, end, final, assigned)
            if verdict != NO:
                return at, verdict == WAIT
        at += 1
    return at, False


@njit(cache=True)
def frame(
    data: Octets, at: int, end: int, final: bool, lost: bool, assigned: Flags, decoded: Flags, pieces: Table, count: int
) -> tuple[int, bool, int]:
    """Cut [at, end) into pieces (start, end, kind, declared length), from row `count` on.

    Gives where it stopped, whether it is looking for the next block, and the new count. What is left over needs more
    octets; when `final`, nothing is left.
    """
    while at < end:
        if lost:
            found, waits = resume(data, at, end, final, assigned, decoded)
            if found > at:
                pieces[count, 0], pieces[count, 1], pieces[count, 2], pieces[count, 3] = at, found, GARBAGE, 0
                count += 1
                at = found
            if at == end or waits:
                return at, True, count
            lost = False
        left = end - at
        if left < HEADER:
            if not final:
                return at, False, count
            pieces[count, 0], pieces[count, 1], pieces[count, 2], pieces[count, 3] = at, end, HEADER_CUT, 0
            return end, False, count + 1
        size = (int(data[at + 1]) << 8) | int(data[at + 2])
        if not assigned[data[at]] or size < SHORTEST:
            lost = True
            continue
        kind = BLOCK if decoded[data[at]] else OTHER
        stop = at + size
        if stop > end:
            if not final:
                return at, False, count
            # Its whole records are still good; if its length is wrong, blocks may follow inside.
            stop, _ = resume(data, at + HEADER, end, True, assigned, decoded)
            kind = BLOCK_CUT
        pieces[count, 0], pieces[count, 1], pieces[count, 2], pieces[count, 3] = at, stop, kind, size
        count += 1
        at = stop
    return at, lost, count


@njit(cache=True)
def datagrams(data: Octets, bounds: Table, assigned: Flags, decoded: Flags, pieces: Table) -> int:
    """Cut datagrams, each for itself; datagram i is [bounds[i], bounds[i + 1]). Gives the number of pieces.

    Column 4 of a piece is its datagram.
    """
    count = 0
    for i in range(bounds.shape[0] - 1):
        first = count
        _, _, count = frame(data, bounds[i], bounds[i + 1], True, False, assigned, decoded, pieces, count)
        for piece in range(first, count):
            pieces[piece, 4] = i
    return count
