"""The notation of the tables: how a data item lies in its octets (EUROCONTROL-SPEC-0149, part 1, ASTERIX).

    record = FSPEC, then the items whose bits are set in it, in the order of the profile (UAP)
    Fixed       so many octets
    Extended    octets that each end with FX: 1 says that one more follows
    Repetitive  a count in one octet, then so many equal elements
    Chained     equal elements that each end with FX
    Explicit    its own length in the first octet, itself counted; what is inside may be private
    Compound    presence bits as in an FSPEC, then the parts that they name

Bits are counted from the left, most significant first. Everything here is data: readers are `inspector` (plain, every
field) and `kernels.records` (compiled, the fields that a Scan needs).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["raw", "unsigned", "signed", "octal", "letters", "ascii", "spare"]


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits. Value = integer x `lsb` in `unit`; `low` and `high` bound it where the document does.

    `instead`: (name of a field before it, its value, lsb, unit): another scale while that field has that value.
    """

    name: str
    bits: int
    kind: Kind = "raw"
    lsb: float = 1.0
    unit: str = ""
    low: float | None = None
    high: float | None = None
    instead: tuple[str, int, float, str] | None = None


Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many octets."""

    title: str
    fields: Fields

    @property
    def octets(self) -> int:
        """How long it is."""
        return octets(self.fields)


@dataclass(frozen=True, slots=True)
class Extended:
    """Parts that each end with FX (not listed). `closed`: the last part has no FX and ends the item."""

    title: str
    parts: tuple[Fields, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Repetitive:
    """A count in one octet, then so many elements."""

    title: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Chained:
    """Elements that each end with FX (not listed)."""

    title: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Compound:
    """Presence bits, then the parts that they name; None where a bit names nothing.

    `octets_fixed`: so many octets of presence bits without FX (reserved expansion fields); 0: octets that end with FX.
    """

    title: str
    parts: "tuple[tuple[str, Item] | None, ...]"
    octets_fixed: int = 0


@dataclass(frozen=True, slots=True)
class Explicit:
    """Its own length in the first octet. `inside`: what the document says is in it; read where it fits exactly."""

    title: str
    inside: Compound | None = None


Item = Fixed | Extended | Repetitive | Chained | Compound | Explicit


@dataclass(frozen=True, slots=True, repr=False)
class Edition:
    """How one category was written at one time. `names`: every published edition with these very tables."""

    category: int
    names: tuple[str, ...]
    profile: tuple[str | None, ...]  # the UAP: item of each field reference number (FRN), from 1; None: spare
    items: Mapping[str, Item]

    @property
    def name(self) -> str:
        """As people write it: "1.14-1.30"."""
        return self.names[0] if len(self.names) == 1 else f"{self.names[0]}-{self.names[-1]}"

    def __repr__(self) -> str:
        return f"CAT{self.category:03d} edition {self.name}"


def octets(fields: Fields, more_bits: int = 0) -> int:
    """How many octets these fields fill."""
    bits = sum(field.bits for field in fields) + more_bits
    if bits % 8:
        raise ValueError(f"{bits} bits are no whole octets: {[field.name for field in fields]}")
    return bits // 8


def profile(words: str) -> tuple[str | None, ...]:
    """A profile written as one line; `-` is a spare bit."""
    return tuple(None if word == "-" else word for word in words.split())


def raw(name: str, bits: int) -> Field:
    """A number that is only a name, or one of listed values."""
    return Field(name, bits)


def flags(names: str) -> Fields:
    """One bit each."""
    return tuple(Field(name, 1) for name in names.split())


def spare(bits: int) -> Field:
    """Bits that are always 0; anything else says that the edition is another one, or the record damaged."""
    return Field("", bits, "spare")


def unsigned(name: str, bits: int, lsb: float = 1.0, unit: str = "") -> Field:
    """A number of 0 or more."""
    return Field(name, bits, "unsigned", lsb, unit)


def signed(name: str, bits: int, lsb: float = 1.0, unit: str = "") -> Field:
    """A number in two's complement."""
    return Field(name, bits, "signed", lsb, unit)


def octal(name: str, bits: int = 12) -> Field:
    """Digits of three bits: transponder codes."""
    return Field(name, bits, "octal")


def letters(name: str, bits: int = 48) -> Field:
    """Characters of six bits (ICAO Annex 10, volume IV, table 3-9)."""
    return Field(name, bits, "letters")


def ascii8(name: str, bits: int) -> Field:
    """Characters of eight bits."""
    return Field(name, bits, "ascii")


def populated(name: str, bits: int = 1) -> Fields:
    """A value with a bit before it that says whether it holds anything."""
    return (Field(f"{name}.EP", 1), Field(f"{name}.VAL", bits))


SOURCE: Fields = (raw("SAC", 8), raw("SIC", 8))
DAY_S = 86_400.0
# The day of a leap second has one second more.
TIME_OF_DAY = Field("TOD", 24, "unsigned", 1 / 128, "s", 0.0, DAY_S + 1)
AZIMUTH_LSB_DEG = 360 / 2**16
SPEED_LSB_NM_S = 2**-14


def place(bits: int, lsb: float) -> Fields:
    """Latitude and longitude in WGS 84, degrees."""
    return (
        Field("LAT", bits, "signed", lsb, "deg", -90.0, 90.0),
        Field("LON", bits, "signed", lsb, "deg", -180.0, 180.0),
    )
