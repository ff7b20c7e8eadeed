"""Numbers into the words that a Scan carries. Each is worked out once and remembered: 200,000 records a second come."""

from collections.abc import Callable
from functools import lru_cache

from tocsin.feeds.asterix.inspector import text6
from tocsin.feeds.asterix.kernels.records import ABSENT
from tocsin.messages import Ints

Word = Callable[[int], str | None]
REMEMBERED = 65_536  # more than ever fly at once
NO_ADDRESSES = {0, 0xFFFFFF}  # not given to any aircraft (ICAO Annex 10, volume III, 9.3)
REPORT_TYPES = (
    "no detection",
    "PSR",
    "SSR",
    "SSR+PSR",
    "Mode S all-call",
    "Mode S roll-call",
    "Mode S all-call+PSR",
    "Mode S roll-call+PSR",
)
# I048/030, as far as it says something of the target or of the plot.
WARNINGS: dict[int, str] = {
    1: "reflection",
    2: "sidelobe",
    3: "split plot",
    4: "second time around",
    5: "angel",
    6: "road vehicle",
    7: "fixed plot",
    8: "slow target",
    9: "low quality",
    10: "phantom SSR plot",
    11: "Mode 3/A does not match",
    12: "altitude does not fit the track",
    13: "in clutter",
    14: "zero Doppler",
    15: "transponder anomaly",
    16: "address duplicated or illegal",
    17: "error corrected",
    18: "altitude undecodable",
    19: "bird",
    20: "flock of birds",
    21: "Mode 1 in reply",
    22: "Mode 2 in reply",
    23: "wind turbine",
    24: "helicopter",
}
# What a source calls a target, in the words of models/classes; what is not here is no class of ours.
CLASS_OF_WARNING = {19: "bird", 20: "bird", 24: "helicopter"}
CLASS_OF_EMITTER = {
    1: "light aircraft",
    2: "light aircraft",
    3: "airliner",
    4: "airliner",
    5: "airliner",
    6: "fast jet",
    10: "helicopter",
}


def words(numbers: Ints, word: Word) -> list[str | None]:
    """One word for each number, None where it is ABSENT."""
    said = numbers != ABSENT
    return list(map(word, numbers.tolist())) if said.any() else [None] * len(numbers)


@lru_cache(REMEMBERED)
def icao(address: int) -> str | None:
    """A 24-bit address as an identity."""
    return None if address == ABSENT or address in NO_ADDRESSES else f"icao:{address:06x}"


@lru_cache(REMEMBERED)
def anonymous(address: int) -> str | None:
    """An address that is unique only where it was heard: not the world's."""
    return None if address == ABSENT else f"adsb:{address:06x}"


@lru_cache(REMEMBERED)
def callsign(characters: int) -> str | None:
    """Eight characters of six bits, without the spaces at the end; None when nothing was entered."""
    if characters in (ABSENT, 0):
        return None
    return text6(characters, 48).rstrip(" ") or None


@lru_cache(REMEMBERED)
def callsign7(characters: int) -> str | None:
    """Seven characters of eight bits."""
    if characters == ABSENT:
        return None
    text = "".join(chr(c) if 32 <= c < 127 else "?" for c in characters.to_bytes(7))
    return text.strip() or None


@lru_cache(4096 + 1)
def squawk(code: int) -> str | None:
    """A Mode 3/A code."""
    return None if code == ABSENT else f"{code:04o}"


@lru_cache(REMEMBERED)
def source_name(source: int) -> str:
    """SAC x 256 + SIC, as people write it."""
    return f"asterix {source >> 8}/{source & 255}"


@lru_cache(REMEMBERED)
def source_track(key: int) -> str | None:
    """Source x 65,536 + track number; None below 0."""
    return None if key < 0 else f"{key >> 24}/{key >> 16 & 255}:{key & 65535}"


@lru_cache(256)
def emitter_class(category: int) -> str | None:
    """The class that an ADS-B emitter category stands for."""
    return CLASS_OF_EMITTER.get(category)


@lru_cache(4096)
def warned(gathered: int) -> tuple[int, ...]:
    """The codes of a set of bits."""
    return () if gathered == ABSENT else tuple(code for code in range(63) if gathered >> code & 1)


@lru_cache(4096)
def warned_class(gathered: int) -> str | None:
    """The class that a radar gave by its warnings."""
    return next((CLASS_OF_WARNING[code] for code in warned(gathered) if code in CLASS_OF_WARNING), None)
