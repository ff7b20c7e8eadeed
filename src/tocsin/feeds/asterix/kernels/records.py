"""The compiled table interpreter: where records begin and end, and the fields that a Scan needs, as columns.

The tables come as two arrays of int64 (made by `programs`):
    nodes   one row per item or part: kind, size, first field, last field + 1, first child, last child + 1, is any field
            bounded
    fields  one row per field that is wanted, bounded or spare: first octet, last octet, shift, bits, signed, column,
            use, bounded, low, high

A hostile record never makes it read past `end`: numba checks no bounds, so every octet is compared first.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Octets = NDArray[np.uint8]
Table = NDArray[np.int64]

ABSENT = -(2**63)  # no field is longer than 56 bits, so no value is this

# Kinds of nodes.
UNDEFINED, FIXED, EXTENDED, REPETITIVE, CHAINED, EXPLICIT, COMPOUND, CLOSED = range(8)
# What is done with a field: it must be 0, it must be in range, its first value is kept, or all as a set of bits.
SPARE, CHECK, STORE, GATHER = range(4)
# Why a record cannot be read on.
READ, NO_SOURCE, FSPEC_CUT, FSPEC_LONG, UNDEFINED_ITEM, CUT, UNDEFINED_PART, NO_LENGTH = range(8)
# What is odd about a record that could be read, as bits.
SPARE_SET, OUT_OF_RANGE, EXTENDED_FURTHER = 1, 2, 4


@njit(cache=True)
def length(data: Octets, at: int, end: int, kind: int, size: int) -> int:
    """How many octets an item takes that is no compound; minus the reason when that cannot be."""
    if kind == FIXED:
        octets = size
    elif kind in (EXPLICIT, REPETITIVE):
        if at >= end:
            return -CUT
        octets = int(data[at])
        if kind == REPETITIVE:
            octets = 1 + octets * size
        elif octets == 0:
            return -NO_LENGTH
    elif kind == CHAINED:
        octets = size
        while at + octets <= end and data[at + octets - 1] & 1:
            octets += size
    else:
        octets = 1
        while at + octets <= end and data[at + octets - 1] & 1:
            if kind == CLOSED and octets == size:
                break
            octets += 1
    return octets if at + octets <= end else -CUT


@njit(cache=True)
def number(data: Octets, at: int, fields: Table, f: int) -> int:
    """The integer in field `f` of an element that begins at octet `at`: at most 56 bits."""
    value: int = 0
    for octet in range(at + fields[f, 0], at + fields[f, 1] + 1):
        value = (value << 8) | int(data[octet])
    bits = fields[f, 3]
    value = (value >> fields[f, 2]) & ((1 << bits) - 1)
    if fields[f, 4] and value >> (bits - 1):
        value -= 1 << bits
    return value


@njit(cache=True)
def check(data: Octets, at: int, octets: int, fields: Table, first: int, last: int) -> int:
    """What is odd about the fields of one element, as bits."""
    odd = 0
    for f in range(first, last):
        if fields[f, 1] >= octets:
            break
        if fields[f, 7]:
            value = number(data, at, fields, f)
            if value < fields[f, 8] or value > fields[f, 9]:
                odd |= SPARE_SET if fields[f, 6] == SPARE else OUT_OF_RANGE
    return odd


@njit(cache=True)
def keep(data: Octets, at: int, octets: int, fields: Table, first: int, last: int, out: Table, row: int) -> None:
    """Write the wanted fields of one element into their columns."""
    for f in range(first, last):
        if fields[f, 1] >= octets:
            break
        use, column = fields[f, 6], fields[f, 5]
        if use == STORE:
            if out[column, row] == ABSENT:
                out[column, row] = number(data, at, fields, f)
        elif use == GATHER:
            bit = min(number(data, at, fields, f), 62)
            out[column, row] = max(out[column, row], 0) | (1 << bit)


@njit(cache=True)
def leaf(data: Octets, at: int, octets: int, nodes: Table, node: int, fields: Table, out: Table, row: int) -> int:
    """Check one item that is no compound and, when nothing is odd, keep its fields (row -1: keep nothing)."""
    kind, size, first, last = nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3]
    odd = EXTENDED_FURTHER if kind == EXTENDED and octets > size else 0
    if first == last:
        return odd
    begin, step, stop = at, octets, at + octets
    if kind == REPETITIVE:
        begin, step = at + 1, size
    elif kind == CHAINED:
        step = size
    bad = 0
    if nodes[node, 6]:
        for where in range(begin, stop, step):
            bad |= check(data, where, step, fields, first, last)
    if row >= 0 and bad == 0:
        for where in range(begin, stop, step):
            keep(data, where, step, fields, first, last, out, row)
    return odd | bad


@njit(cache=True)
def compound(
    data: Octets, at: int, end: int, nodes: Table, node: int, fields: Table, out: Table, row: int
) -> tuple[int, int, int]:
    """Presence bits and the parts that they name: where it ends, why not (0: it does), what is odd."""
    first, last = nodes[node, 4], nodes[node, 5]
    primary = at
    while at < end and data[at] & 1:
        at += 1
    if at >= end:
        return at, CUT, 0
    if 7 * (at - primary) >= last - first:
        return primary, UNDEFINED_PART, 0
    at += 1
    odd = 0
    for octet in range(at - primary):
        present = int(data[primary + octet])
        for place in range(7):
            if not present >> (7 - place) & 1:
                continue
            child = first + 7 * octet + place
            if child >= last or nodes[child, 0] == UNDEFINED:
                return primary, UNDEFINED_PART, odd
            octets = length(data, at, end, nodes[child, 0], nodes[child, 1])
            if octets < 0:
                return at, -octets, odd
            odd |= leaf(data, at, octets, nodes, child, fields, out, row)
            at += octets
    return at, READ, odd


@njit(cache=True)
def record(
    data: Octets, at: int, end: int, root: int, items: int, nodes: Table, fields: Table, out: Table, row: int
) -> tuple[int, int, int, int, int]:
    """Read one record from `at`: its end, why not (READ: it was), the FRN and place of that, what is odd.

    `root` is the first of the edition's `items` nodes, one per FRN. The FRN is that of the problem, else of the first
    item with something odd.
    """
    fspec = at
    while at < end and data[at] & 1:
        at += 1
    if at >= end:
        return at, FSPEC_CUT, 0, fspec, 0
    if not data[fspec] & 0x80:
        return at, NO_SOURCE, 0, fspec, 0
    if 7 * (at - fspec) >= items:
        return at, FSPEC_LONG, 0, fspec, 0
    at += 1
    odd, odd_frn = 0, 0
    for octet in range(at - fspec):
        present = int(data[fspec + octet])
        for place in range(7):
            if not present >> (7 - place) & 1:
                continue
            frn = 7 * octet + place
            node = root + frn
            kind = nodes[node, 0] if frn < items else UNDEFINED
            if kind == UNDEFINED:
                return at, UNDEFINED_ITEM, frn + 1, fspec, odd
            if kind == COMPOUND:
                stop, why, seen = compound(data, at, end, nodes, node, fields, out, row)
                if why != READ:
                    return stop, why, frn + 1, stop, odd | seen
            else:
                octets = length(data, at, end, kind, nodes[node, 1])
                if octets < 0:
                    return at, -octets, frn + 1, at, odd
                seen = leaf(data, at, octets, nodes, node, fields, out, row)
                stop = at + octets
            if seen and not odd:
                odd_frn = frn + 1
            odd |= seen
            at = stop
    return at, READ, odd_frn, fspec, odd


@njit(cache=True)
def walk(
    data: Octets, blocks: Table, nodes: Table, fields: Table, records: Table, problems: Table, none: Table
) -> tuple[int, int]:
    """Find the records of all blocks; gives how many records and problems were written.

    blocks (b, 4): first octet after the header, end, root, items. records: block, start, end, odd, FRN of it.
    problems: block, start of the record, why, FRN, where. A block has at most one: after it nothing can be framed.
    """
    found, failed = 0, 0
    for b in range(blocks.shape[0]):
        at, end = blocks[b, 0], blocks[b, 1]
        while at < end:
            stop, why, frn, where, odd = record(data, at, end, blocks[b, 2], blocks[b, 3], nodes, fields, none, -1)
            if why != READ:
                problems[failed, 0], problems[failed, 1], problems[failed, 2] = b, at, why
                problems[failed, 3], problems[failed, 4] = frn, where
                failed += 1
                break
            records[found, 0], records[found, 1], records[found, 2] = b, at, stop
            records[found, 3], records[found, 4] = odd, frn
            found += 1
            at = stop
    return found, failed


@njit(cache=True)
def extract(data: Octets, rows: Table, nodes: Table, fields: Table, out: Table) -> None:
    """Fill `out` (columns, n) from records whose bounds `walk` found. rows (n, 4): start, end, root, items."""
    for row in range(rows.shape[0]):
        record(data, rows[row, 0], rows[row, 1], rows[row, 2], rows[row, 3], nodes, fields, out, row)


@njit(cache=True)
def sources(data: Octets, blocks: Table, found: Table) -> None:
    """The source (SAC x 256 + SIC) of the first record of each block, -1 where it has none. blocks as in `walk`."""
    for b in range(blocks.shape[0]):
        at, end = blocks[b, 0], blocks[b, 1]
        found[b] = -1
        if at < end and data[at] & 0x80:
            while at < end and data[at] & 1:
                at += 1
            if at + 2 < end:
                found[b] = (int(data[at + 1]) << 8) | int(data[at + 2])
