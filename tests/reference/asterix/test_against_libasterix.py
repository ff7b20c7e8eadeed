"""Every field of every item, beside libasterix (MIT): names, integers, values, units, in records that it encoded."""

import math

import pytest
from asterix import generated
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.asterix import libasterix
from tests.reference.asterix.records import seeded
from tocsin.feeds.asterix import inspector
from tocsin.feeds.asterix.kernels.records import READ
from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.tables import EDITIONS
from tocsin.feeds.asterix.tables.expansions import RE048

BY_NAME = {(f"{edition.category:03d}", edition.name): edition for all_of in EDITIONS.values() for edition in all_of}
UNITS = {"°": "deg", "°C": "degC", "°/s": "deg/s", "m/s²": "m/s2", "dBm²": "dBm2", "m²": "m2", "ALTFL": "FL"}
# Where it says something else than the documents, and why we do not follow.
SCALES = {
    # SPEC-0149-7: LSB 0.25, range +-8192 m/s and +-31 m/s2, which 1/16 cannot reach.
    ("010", "202"): 4.0,
    ("010", "210"): 4.0,
}
UNSIGNED = {
    ("048", "090"): "FL",  # until 1.31; flight levels below 0 are written in two's complement (edition 1.32 says so)
    ("062", "340"): "HEIGHT",  # until 1.18; likewise
}
SIGNED = {("021", "090"): "PA"}  # a category 0 to 15, no number
RENAMED = {"ISA": "SAL", "BDSDATA": "MB"}  # renamed between editions: we use one name


def ours(edition: Edition, octets: bytes) -> dict[str, list[tuple[str, inspector.Value]]]:
    record = inspector.record(edition, octets, 0, len(octets))
    assert record.why == READ
    assert len(record.octets) == len(octets)
    return {part.item: list(inspector.flat("", part.content)) for part in record.parts}


def compare(category: str, item: str, their: libasterix.Said, our: list[tuple[str, inspector.Value]]) -> None:
    our = _registers_as_one(their, our)
    assert len(their) == len(our), (category, item, their, our)
    for (name, raw, value, unit), (path, said) in zip(their, our, strict=True):
        where = (category, item, name, path)
        assert raw == said.raw, where
        if name:
            assert _renamed(name) in _names(path), where
        if isinstance(value, str):
            # It leaves out what is no character; we say where it stood.
            assert isinstance(said.value, str), where
            assert value in (said.value, said.value.replace("?", "")), where
        elif value is not None:
            assert isinstance(said.value, float | int), where
            expected = _mended(category, item, path, value, said.value)
            assert math.isclose(expected, said.value, rel_tol=1e-12), where
            assert not unit or UNITS.get(unit, unit) == said.unit, where


def _renamed(name: str) -> str:
    first, bracket, rest = name.partition("[")
    return RENAMED.get(first, first) + bracket + rest


def _names(path: str) -> set[str]:
    """Our path; and without its field, for libasterix gives none where a part or an element is one field."""
    whole = path.strip("/").replace(".", "/")
    above, _, last = whole.rpartition("/")
    return {whole, above} if above.endswith((last, "]")) else {whole}


def _mended(category: str, item: str, path: str, value: float, ours: float) -> float:
    """What libasterix would say without what is known to be wrong in it."""
    name = path.rpartition("/")[2]
    if UNSIGNED.get((category, item)) == name and ours < 0 <= value:
        return ours
    if SIGNED.get((category, item)) == name and value < 0 <= ours:
        return ours
    return value * SCALES.get((category, item), 1.0)


def _registers_as_one(
    their: libasterix.Said, our: list[tuple[str, inspector.Value]]
) -> list[tuple[str, inspector.Value]]:
    """Where it takes a BDS register as one number of 64 bits, ours of 56, 4 and 4 are put together."""
    if any(name.endswith("BDS1") for name, *_ in their):
        return our
    joined: list[tuple[str, inspector.Value]] = []
    for path, value in our:
        last = path.rpartition("/")[2]
        if last in ("BDS1", "BDS2"):
            raw = joined[-1][1].raw << 4 | value.raw
            joined[-1] = (joined[-1][0], inspector.Value(raw, raw))
        else:
            joined.append((path, value))
    return joined


@pytest.mark.parametrize("name", libasterix.EDITIONS)
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_every_field_of_every_item(name: str, seed: int) -> None:
    category, edition = libasterix.EDITIONS[name]
    octets = libasterix.random_record(name, seeded(seed))
    their, our = libasterix.fields(name, octets), ours(BY_NAME[category, edition], octets)
    assert list(their) == list(our)
    for item in their:
        if item not in ("RE", "SP"):
            compare(category, item, their[item], our[item])


@given(seed=st.integers(0, 2**32))
def test_every_field_of_the_reserved_expansion_of_048(seed: int) -> None:
    octets = libasterix.expansion("Ref_048_1_13", seeded(seed))
    content, after, _ = inspector._compound(RE048, octets, 0, len(octets))
    assert after == len(octets)
    compare("048", "RE", libasterix.expansion_fields("Ref_048_1_13", octets), list(inspector.flat("", content)))


def test_no_edition_that_it_knows_is_left_out() -> None:
    known = {name for name in dir(generated) if name.startswith("Cat_") and int(name[4:7]) in EDITIONS}
    assert known == set(libasterix.EDITIONS)
