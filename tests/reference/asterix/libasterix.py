"""libasterix as an oracle: random records that it encodes, and every field that it reads back from them."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from random import Random
from typing import Any

from asterix import base, generated

Foreign = Any  # its objects and classes, of which it says no types that help

# Its name of each of our editions: what it has of 048 begins with 1.27, of 062 with 1.16; 0.17 it does not know.
EDITIONS: dict[str, tuple[str, str]] = {
    "Cat_010_1_1": ("010", "1.1"),
    **{
        f"Cat_021_0_{n}": ("021", name)
        for n, name in ((23, "0.23"), (24, "0.24-0.25"), (25, "0.24-0.25"), (26, "0.26"))
    },
    **{f"Cat_021_2_{n}": ("021", "2.3-2.5" if 3 <= n <= 5 else f"2.{n}") for n in range(1, 8)},
    **{f"Cat_034_1_{n}": ("034", "1.26-1.29") for n in (27, 28, 29)},
    **{f"Cat_048_1_{n}": ("048", "1.14-1.30" if n <= 30 else f"1.{n}") for n in range(27, 33)},
    "Cat_062_1_16": ("062", "1.7-1.16"),
    "Cat_062_1_17": ("062", "1.17"),
    "Cat_062_1_18": ("062", "1.18-1.19"),
    "Cat_062_1_19": ("062", "1.18-1.19"),
    "Cat_062_1_20": ("062", "1.20"),
    "Cat_062_1_21": ("062", "1.21"),
    **{f"Cat_065_1_{n}": ("065", "1.2-1.6") for n in (4, 5, 6)},
}


def record_class(name: str) -> Foreign:
    return getattr(generated, name).cv_uap.cv_record


def _rule(rule: Foreign, rng: Random) -> Foreign:
    if issubclass(rule, base.RuleVariationContextFree):
        return _variation(rule.cv_variation, rng)
    raise AssertionError(f"no table of ours has a variation that depends on others: {rule}")


def _variation(what: Foreign, rng: Random) -> Foreign:
    """An argument that its own constructors take for something of this kind."""
    if issubclass(what, base.Element):
        content: Foreign = getattr(what.cv_rule, "cv_content", base.ContentRaw)
        if issubclass(content, base.ContentString) and content.cv_string_type is base.StringAscii:
            # Letters only: on other octets asterix-decoder, which reads these records too, ends with its process.
            return "".join(rng.choice("AZ09 ") for _ in range(what.cv_bit_size // 8))
        return rng.getrandbits(what.cv_bit_size)
    if issubclass(what, base.Group):
        return tuple(_item(one, rng) for one, _ in what.cv_items_list)
    if issubclass(what, base.Extended):
        parts = what.cv_items_list[: rng.randint(1, len(what.cv_items_list))]
        return [tuple(None if one is None else _item(one[0], rng) for one in part) for part in parts]
    if issubclass(what, base.Repetitive):
        least = 1 if what.cv_rep_bytes is None else 0
        return [_variation(what.cv_variation, rng) for _ in range(rng.randint(least, 3))]
    if issubclass(what, base.Explicit):
        return rng.randbytes(rng.randint(0, 6))
    assert issubclass(what, base.Compound)
    named = [one for one in what.cv_items_list if one is not None and rng.random() < 0.4]
    # An empty compound is not what anybody sends, and its encoder cannot make one.
    named = named or [rng.choice([one for one in what.cv_items_list if one is not None])]
    return {one.cv_name: _rule(one.cv_rule, rng) for one in named}


def _item(one: Foreign, rng: Random) -> Foreign:
    return 0 if issubclass(one, base.Spare) else _rule(one.cv_non_spare.cv_rule, rng)


def random_record(name: str, rng: Random, without: AbstractSet[str] = frozenset()) -> bytes:
    """A record with random items and values, as libasterix writes it, `without` items ("260") or parts ("380/ACS")."""
    spec = record_class(name)
    chosen = [
        one.cv_non_spare
        for one in spec.cv_items_list
        if issubclass(one, base.UapItem) and (one.cv_non_spare.cv_name == "010" or rng.random() < 0.5)
    ]
    said = {one.cv_name: _rule(one.cv_rule, rng) for one in chosen if one.cv_name not in without}
    for item, part in (path.split("/") for path in without if "/" in path):
        if item in said and said[item].pop(part, None) is not None and not said[item]:
            del said[item]
    made = spec.create(said)
    octets: bytes = made.unparse().to_bytes()
    return octets


def expansion(name: str, rng: Random) -> bytes:
    """A reserved expansion field's inside, as libasterix writes it."""
    spec = getattr(generated, name).cv_expansion
    chosen = [one for one in spec.cv_items_list if one is not None and rng.random() < 0.4] or [spec.cv_items_list[0]]
    octets: bytes = spec.create({one.cv_name: _rule(one.cv_rule, rng) for one in chosen}).unparse().to_bytes()
    return octets


Said = list[tuple[str, int, float | str | None, str]]  # name, integer, value, unit


def fields(name: str, octets: bytes) -> dict[str, Said]:
    """Every field that libasterix reads from a record, in order, by item."""
    spec = record_class(name)
    found = spec.parse(base.ParsingMode.StrictParsing, base.Bits.from_bytes(octets))
    assert not isinstance(found, ValueError), found
    record, rest = found
    assert len(rest) == 0
    return {item: list(_said(what.arg.arg, "")) for item, what in record.items_regular.items()}


def expansion_fields(name: str, octets: bytes) -> Said:
    """Every field of a reserved expansion field."""
    spec = getattr(generated, name).cv_expansion
    found, rest = spec.parse(base.Bits.from_bytes(octets))
    assert len(rest) == 0
    return [said for one, what in found.arg.items() for said in _said(what.arg.arg, one)]


def _said(what: Foreign, path: str) -> Iterator[tuple[str, int, float | str | None, str]]:
    if isinstance(what, base.Element):
        yield path, *_content(what, None)
    elif isinstance(what, base.Group | base.Extended):
        first = None
        for name, inner in _members(what):
            below = f"{path}/{name}" if path else name
            if isinstance(inner, base.Element):
                yield below, *_content(inner, first)
                first = inner.as_uint() if first is None else first
            else:
                yield from _said(inner, below)
    elif isinstance(what, base.Repetitive):
        for index, element in enumerate(what.arg):
            yield from _said(element, f"{path}[{index}]")
    elif isinstance(what, base.Compound):
        for name, part in what.arg.items():
            rule: Foreign = part.arg
            yield from _said(rule.arg, f"{path}/{name}" if path else name)


def _members(what: Foreign) -> Iterator[tuple[str, Foreign]]:
    """What is in a group or an extended item, without spare bits."""
    members = what.arg if isinstance(what, base.Group) else [one for part in what.arg for one in part]
    for one in members:
        if isinstance(one, base.Item):
            rule: Foreign = one.arg.arg
            yield one.cv_non_spare.cv_name, rule.arg


def _content(element: Foreign, first: int | None) -> tuple[int, float | str | None, str]:
    raw = element.as_uint()
    rule = element._get_rule()
    content = rule._get_content() if isinstance(rule, base.RuleContentContextFree) else rule._get_content([first])
    if isinstance(content, base.ContentQuantity):
        return raw, content._as_quantity(), content.cv_unit
    if isinstance(content, base.ContentString):
        return raw, content.as_string(), ""
    if isinstance(content, base.ContentInteger):
        return raw, float(content.as_integer()), ""
    return raw, None, ""
