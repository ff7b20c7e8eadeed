"""Records made from the tables: valid ones, and the damage that a hostile or broken sender does to them."""

from random import Random

from tocsin.feeds.asterix.layout import Chained, Compound, Edition, Explicit, Extended, Fields, Fixed, Item, Repetitive
from tocsin.feeds.asterix.tables import EDITIONS

ALL_EDITIONS = [edition for editions in EDITIONS.values() for edition in editions]


def seeded(seed: int) -> Random:
    """Random, and the same each time."""
    return Random(seed)  # noqa: S311  no secret depends on it


def bits_of(fields: Fields, rng: Random, spare: float, last: str = "") -> str:
    """Fields as a string of bits; spare ones are set with this probability, then `last` (FX)."""
    said = ""
    for field in fields:
        value = rng.getrandbits(field.bits)
        if field.kind == "spare" and rng.random() >= spare:
            value = 0
        if field.low is not None and field.high is not None and rng.random() >= spare:
            low, high = round(field.low / field.lsb), round(field.high / field.lsb)
            value = rng.randint(low, high) & ((1 << field.bits) - 1)
        said += f"{value:0{field.bits}b}"
    return said + last


def octets(bits: str) -> bytes:
    assert len(bits) % 8 == 0
    return int(bits, 2).to_bytes(len(bits) // 8) if bits else b""


def presence(chosen: list[bool], width: int) -> bytes:
    """Presence bits, in octets of `width` bits and FX (7), or in octets without (8)."""
    while width == 7 and len(chosen) > 7 and not any(chosen[-(len(chosen) % 7 or 7) :]):
        chosen = chosen[: -(len(chosen) % 7 or 7)]
    chosen = chosen + [False] * (-len(chosen) % width)
    rows = [chosen[at : at + width] for at in range(0, len(chosen), width)]
    said = ["".join("01"[bit] for bit in row) for row in rows]
    if width == 7:
        said = [row + ("1" if index + 1 < len(said) else "0") for index, row in enumerate(said)]
    return octets("".join(said))


def item(what: Item, rng: Random, spare: float = 0.0) -> bytes:
    """One item with random content."""
    if isinstance(what, Fixed):
        return octets(bits_of(what.fields, rng, spare))
    if isinstance(what, Extended):
        count = rng.randint(1, len(what.parts))
        said = ""
        for index, part in enumerate(what.parts[:count]):
            last = index + 1 == len(what.parts)
            said += bits_of(part, rng, spare, "" if what.closed and last else "01"[index + 1 < count])
        return octets(said)
    if isinstance(what, Repetitive):
        count = rng.randint(0, 3)
        return bytes([count]) + b"".join(octets(bits_of(what.fields, rng, spare)) for _ in range(count))
    if isinstance(what, Chained):
        count = rng.randint(1, 3)
        return octets("".join(bits_of(what.fields, rng, spare, "01"[n + 1 < count]) for n in range(count)))
    if isinstance(what, Explicit):
        inside = (
            compound(what.inside, rng, spare)
            if what.inside and rng.random() < 0.7
            else rng.randbytes(rng.randint(0, 5))
        )
        return bytes([len(inside) + 1]) + inside if len(inside) < 255 else b"\x01"
    return compound(what, rng, spare)


def compound(what: Compound, rng: Random, spare: float) -> bytes:
    parts = what.parts[: 8 * what.octets_fixed or None]
    chosen = [part is not None and rng.random() < 0.4 for part in parts]
    said = b"".join(item(part[1], rng, spare) for part, take in zip(parts, chosen, strict=True) if part and take)
    return presence(chosen, 8 if what.octets_fixed else 7) + said


def record(edition: Edition, rng: Random, spare: float = 0.0, share: float = 0.5) -> bytes:
    """A record of this edition with a `share` of its items; it always tells its source, SIC 0 to 3 of SAC 25."""
    chosen = [name == "010" or (name is not None and rng.random() < share) for name in edition.profile]
    said = b""
    for name, take in zip(edition.profile, chosen, strict=True):
        if take and name is not None:
            said += bytes([25, rng.randint(0, 3)]) if name == "010" else item(edition.items[name], rng, spare)
    return presence(chosen, 7) + said


def block(category: int, records: list[bytes]) -> bytes:
    inside = b"".join(records)
    return bytes([category]) + (len(inside) + 3).to_bytes(2) + inside


def damaged(data: bytes, rng: Random) -> bytes:
    """Cut, flipped, doubled, filled with junk, or left alone."""
    broken = bytearray(data)
    for _ in range(rng.randint(0, 3)):
        kind = rng.randint(0, 5)
        at = rng.randrange(len(broken) + 1)
        if kind == 0 and broken:
            broken[at % len(broken)] ^= 1 << rng.randint(0, 7)
        elif kind == 1:
            del broken[at:]
        elif kind == 2:
            broken[at:at] = rng.randbytes(rng.randint(1, 9))
        elif kind == 3 and broken:
            broken[at % len(broken)] = rng.choice((0, 1, 127, 128, 254, 255))
        elif kind == 4:
            broken[at:at] = broken[at : at + rng.randint(1, 20)]
        else:
            del broken[at : at + rng.randint(1, 4)]
    return bytes(broken)


def said(edition: Edition, items: dict[str, str]) -> bytes:
    """A record of these items, their octets given in hexadecimal, in any order; the source is 25/11 when not said."""
    items = {"010": "190b"} | items
    chosen = [name in items for name in edition.profile]
    return presence(chosen, 7) + bytes.fromhex("".join(items[name] for name in edition.profile if name in items))


def newest(category: int) -> Edition:
    return EDITIONS[category][-1]


def edition(category: int, name: str) -> Edition:
    return next(one for one in EDITIONS[category] if one.name == name)
