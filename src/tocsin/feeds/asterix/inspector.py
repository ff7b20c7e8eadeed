"""The byte-level inspector: every field of every item, by name, with its unit and its octets, in plain Python.

It reads the same tables as the compiled reader and nothing else of it, so it is also its twin: `tests/properties`
compares the two. A few thousand records a second: for people, tests and rare items, not for a live feed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tocsin.feeds.asterix.kernels.records import (
    CUT,
    EXTENDED_FURTHER,
    FSPEC_CUT,
    FSPEC_LONG,
    NO_LENGTH,
    NO_SOURCE,
    OUT_OF_RANGE,
    READ,
    SPARE_SET,
    UNDEFINED_ITEM,
    UNDEFINED_PART,
)
from tocsin.feeds.asterix.layout import (
    Compound,
    Edition,
    Explicit,
    Extended,
    Field,
    Fields,
    Fixed,
    Item,
    Repetitive,
    octets,
)
from tocsin.feeds.asterix.tables import EDITIONS

# Why a record cannot be read on: short and stable, so that it can be counted; and what to make of it.
REASONS: dict[int, tuple[str, str]] = {
    NO_SOURCE: ("record without a source", "every record begins with its data source (FSPEC bit 1): this is no record"),
    FSPEC_CUT: ("FSPEC runs off its block", "each octet of it says that one more follows: damaged, or no ASTERIX"),
    FSPEC_LONG: ("FSPEC longer than the profile", "a newer edition, another category, or a damaged record"),
    UNDEFINED_ITEM: (
        "undefined item",
        "a newer edition or a damaged record: how long it is nobody knows, what follows is lost",
    ),
    CUT: ("truncated record", "the item needs more octets than the block has: cut on the way, or another edition"),
    UNDEFINED_PART: ("undefined part of an item", "a newer edition or a damaged record: its length is unknown"),
    NO_LENGTH: ("item of length 0", "an explicit item counts its own length octet: damaged, or another edition"),
}
ODDITIES: dict[int, tuple[str, str]] = {
    SPARE_SET: ("spare bits set", "they are always 0: another edition, or damaged; the item is not used"),
    OUT_OF_RANGE: ("value out of range", "no such time or place: another edition, or damaged; the item is not used"),
    EXTENDED_FURTHER: ("item longer than known", "a newer edition: the octets that are known are used"),
}


NOTHING_ODD: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Value:
    """One field: the integer as it stands, what it means, the unit."""

    raw: int
    value: float | str
    unit: str = ""


Content = Mapping[str, Value] | list[dict[str, Value]] | Mapping[str, "Content"] | bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a record. `odd`: SPARE_SET, OUT_OF_RANGE, EXTENDED_FURTHER as bits; of a compound, by part."""

    item: str
    title: str
    offset: int
    octets: bytes
    content: "Content"
    odd: int = 0
    odd_parts: Mapping[str, int] = field(default_factory=lambda: NOTHING_ODD)


@dataclass(frozen=True, slots=True)
class Record:
    """One record, as far as it could be read. `why`: READ, or the code of REASONS."""

    edition: Edition
    offset: int
    octets: bytes
    parts: tuple[Part, ...]
    why: int = READ
    frn: int = 0

    @property
    def odd(self) -> int:
        """What is odd about any of its items, as bits."""
        together = 0
        for part in self.parts:
            together |= part.odd
        return together

    def values(self) -> dict[str, Value]:
        """All fields by path: "040/RHO", "130/SAM/SAM", "250[0]/BDS1"."""
        return dict(pair for part in self.parts for pair in flat(part.item, part.content))


class Unreadable(Exception):
    """Raised and caught in this file only: why, and where."""

    def __init__(self, why: int, where: int) -> None:
        super().__init__(REASONS[why][0])
        self.why, self.where = why, where


def flat(path: str, content: "Content | Value") -> Iterator[tuple[str, Value]]:
    """Every field below `path`; octets that nobody described have none."""
    if isinstance(content, Value):
        yield path, content
    elif isinstance(content, list):
        for index, inner in enumerate(content):
            yield from flat(f"{path}[{index}]", inner)
    elif isinstance(content, Mapping):
        for name, below in content.items():
            yield from flat(f"{path}/{name}", below)


def text6(raw: int, bits: int) -> str:
    """Characters of six bits; `?` where a code is no letter, digit or space."""
    codes = [raw >> shift & 63 for shift in range(bits - 6, -1, -6)]
    return "".join(chr(c + 64) if 1 <= c <= 26 else chr(c) if c == 32 or 48 <= c <= 57 else "?" for c in codes)


def _value(of: Field, raw: int, before: Mapping[str, Value]) -> Value:
    lsb, unit = of.lsb, of.unit
    if of.instead is not None and before[of.instead[0]].raw == of.instead[1]:
        lsb, unit = of.instead[2:]
    if of.kind == "signed":
        number = raw - (1 << of.bits) if raw >> (of.bits - 1) else raw
        return Value(raw, number * lsb, unit)
    if of.kind == "octal":
        return Value(raw, f"{raw:0{of.bits // 3}o}")
    if of.kind == "letters":
        return Value(raw, text6(raw, of.bits))
    if of.kind == "ascii":
        return Value(raw, raw.to_bytes(of.bits // 8).decode("latin-1"))
    return Value(raw, raw * lsb if of.kind == "unsigned" else raw, unit)


def _fields(fields: Fields, data: bytes, at: int) -> tuple[dict[str, Value], int]:
    """The values of fields that begin at bit 0 of octet `at`, and what is odd about them."""
    bits = sum(one.bits for one in fields)
    whole = int.from_bytes(data[at : at + (bits + 7) // 8]) >> (-bits % 8)
    values: dict[str, Value] = {}
    odd = 0
    for one in fields:
        bits -= one.bits
        raw = whole >> bits & ((1 << one.bits) - 1)
        if one.kind == "spare":
            odd |= SPARE_SET if raw else 0
            continue
        values[one.name] = value = _value(one, raw, values)
        for bound, sign in ((one.low, 1), (one.high, -1)):
            if bound is not None and isinstance(value.value, float | int) and sign * (value.value - bound) < 0:
                odd |= OUT_OF_RANGE
    return values, odd


def _take(at: int, end: int, count: int) -> int:
    if at + count > end:
        raise Unreadable(CUT, at)
    return at + count


def _chain(data: bytes, at: int, end: int, step: int, stop: int | None = None) -> int:
    """Where elements of `step` octets end that say by their last bit whether one more follows."""
    start, count = at, 0
    while True:
        if at + step > end:
            raise Unreadable(CUT, start)
        at += step
        count += 1
        if not data[at - 1] & 1 or count == stop:
            return at


def _extended(item: Extended, data: bytes, at: int, end: int) -> tuple[Content, int, int]:
    if any(octets(part, 1) > 1 for part in item.parts[: -1 if item.closed else None]):
        raise Unreadable(CUT, at)
    after = _chain(data, at, end, 1, len(item.parts) if item.closed else None)
    values: dict[str, Value] = {}
    odd = EXTENDED_FURTHER if after - at > len(item.parts) else 0
    for index, part in enumerate(item.parts[: after - at]):
        more, seen = _fields(part, data, at + index)
        values |= more
        odd |= seen
    return values, after, odd


def _compound(item: Compound, data: bytes, at: int, end: int) -> tuple[dict[str, Content], int, dict[str, int]]:
    start = at
    at = _take(at, end, item.octets_fixed) if item.octets_fixed else _chain(data, at, end, 1)
    width = 8 if item.octets_fixed else 7
    if width * (at - start - 1) >= len(item.parts):
        raise Unreadable(UNDEFINED_PART, start)
    content: dict[str, Content] = {}
    odd: dict[str, int] = {}
    for octet in range(at - start):
        for place in range(width):
            if not data[start + octet] >> (7 - place) & 1:
                continue
            number = width * octet + place
            named = item.parts[number] if number < len(item.parts) else None
            if named is None:
                raise Unreadable(UNDEFINED_PART, start)
            content[named[0]], at, odd[named[0]] = _item(named[1], data, at, end)
    return content, at, odd


def _together(odd: Mapping[str, int]) -> int:
    bits = 0
    for seen in odd.values():
        bits |= seen
    return bits


def _explicit(item: Explicit, data: bytes, at: int, end: int) -> tuple[Content, int, int]:
    if at >= end:
        raise Unreadable(CUT, at)
    if data[at] == 0:
        raise Unreadable(NO_LENGTH, at)
    after = _take(at, end, data[at])
    if item.inside is not None:
        try:
            content, stop, odd = _compound(item.inside, data, at + 1, after)
        except Unreadable:
            return data[at + 1 : after], after, 0
        if stop == after and not _together(odd):
            return content, after, 0
    return data[at + 1 : after], after, 0


def _item(item: Item, data: bytes, at: int, end: int) -> tuple[Content, int, int]:
    """The content of one item from octet `at` on, where it ends, what is odd about it."""
    if isinstance(item, Fixed):
        after = _take(at, end, item.octets)
        values, odd = _fields(item.fields, data, at)
        return values, after, odd
    if isinstance(item, Extended):
        return _extended(item, data, at, end)
    if isinstance(item, Compound):
        parts, after, seen = _compound(item, data, at, end)
        return parts, after, _together(seen)
    if isinstance(item, Explicit):
        return _explicit(item, data, at, end)
    if isinstance(item, Repetitive):
        if at >= end:
            raise Unreadable(CUT, at)
        size = octets(item.fields)
        first, after = at + 1, _take(at, end, 1 + data[at] * size)
    else:
        size = octets(item.fields, 1)
        first, after = at, _chain(data, at, end, size)
    elements = [_fields(item.fields, data, where) for where in range(first, after, size)]
    return [values for values, _ in elements], after, _together({str(n): odd for n, (_, odd) in enumerate(elements)})


def _fspec(edition: Edition, data: bytes, at: int, end: int) -> int:
    """Where the FSPEC ends."""
    try:
        after = _chain(data, at, end, 1)
    except Unreadable:
        raise Unreadable(FSPEC_CUT, at) from None
    if not data[at] & 0x80:
        raise Unreadable(NO_SOURCE, at)
    if 7 * (after - at - 1) >= len(edition.profile):
        raise Unreadable(FSPEC_LONG, at)
    return after


def _part(edition: Edition, number: int, data: bytes, at: int, end: int) -> Part:
    name = edition.profile[number] if number < len(edition.profile) else None
    if name is None:
        raise Unreadable(UNDEFINED_ITEM, at)
    item = edition.items[name]
    if isinstance(item, Compound):
        content, after, odd = _compound(item, data, at, end)
        return Part(name, item.title, at, data[at:after], content, _together(odd), odd)
    inner, after, bits = _item(item, data, at, end)
    return Part(name, item.title, at, data[at:after], inner, bits)


def record(edition: Edition, data: bytes, at: int, end: int) -> Record:
    """Read one record from octet `at` on; never beyond `end`."""
    fspec, frn = at, 0
    parts: list[Part] = []
    try:
        at = _fspec(edition, data, at, end)
        for number in range(7 * (at - fspec)):
            if data[fspec + number // 7] >> (7 - number % 7) & 1:
                frn = number + 1
                parts.append(_part(edition, number, data, at, end))
                at += len(parts[-1].octets)
    except Unreadable as problem:
        return Record(edition, fspec, data[fspec:end], tuple(parts), problem.why, frn)
    return Record(edition, fspec, data[fspec:at], tuple(parts))


def block(edition: Edition, data: bytes, at: int, end: int) -> list[Record]:
    """The records of one block, header not counted; the last one says why when it could not be read."""
    found: list[Record] = []
    while at < end and (not found or found[-1].why == READ):
        found.append(record(edition, data, at, end))
        at += len(found[-1].octets)
    return found


def inspect(data: bytes, editions: Mapping[int, Edition] | None = None) -> Iterator[str]:
    """A datagram as lines for people: offset, octets, what they say. `editions` by category; else the newest."""
    at = 0
    while at + 3 <= len(data):
        category, size = data[at], int.from_bytes(data[at + 1 : at + 3])
        edition = (editions or {}).get(category) or EDITIONS.get(category, (None,))[-1]
        yield f"{at:5d}  {data[at : at + 3].hex(' ')}  category {category:03d}, {size} octets"
        if edition is None or size < 4:
            yield f"{at + 3:5d}  not decoded: known are the categories {sorted(EDITIONS)}"
            return
        for found in block(edition, data, at + 3, min(at + size, len(data))):
            yield from _lines(found)
        at += size
    if at != len(data):
        yield f"{min(at, len(data)):5d}  {len(data) - at:+d} octets against the lengths that the blocks give"


def _lines(found: Record) -> Iterator[str]:
    yield f"{found.offset:5d}  record, {found.edition}, {len(found.octets)} octets"
    for part in found.parts:
        said = ", ".join(
            f"{path.partition('/')[2] or path}={value.value}{' ' + value.unit if value.unit else ''}"
            for path, value in flat(part.item, part.content)
        )
        odd = "".join(f"  [{words}]" for bit, (words, _) in ODDITIES.items() if part.odd & bit)
        yield f"{part.offset:5d}    {part.item} {part.title}: {said or part.octets.hex(' ')}{odd}"
    if found.why != READ:
        reason, detail = REASONS[found.why]
        yield f"{found.offset:5d}    {reason} (FRN {found.frn}): {detail}"
