"""What a siren's controller reads and writes: its registers, and the patterns of each country."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from tocsin.errors import SiteError

STATUS = 16  # the controller's own registers begin so far after the first
SOUND, SILENT_TEST = 1, 2
ENDS = (
    "it runs",
    "its own end",
    "the lease was over",
    "it was told to stop",
    "the longest sounding was reached",
    "it has sounded before",
)
BEFORE = ENDS.index("it has sounded before")
FAULTS = ("relay", "amplifier", "driver", "battery", "charger", "door")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One sound."""

    pattern: int
    tone: int
    on_s: float
    off_s: float
    repeats: int

    @property
    def length_s(self) -> float:
        """From the first sound to the end of the last."""
        return self.on_s * self.repeats + self.off_s * (self.repeats - 1)


SILENCE = Pattern(0, 0, 0.0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """What the controller is told: a level, not a pulse. Written whole, in one request, again and again."""

    pattern: Pattern
    event: int
    lease_s: float
    longest_s: float
    mode: int
    count: int  # changes with each writing: the master lives

    def registers(self) -> list[int]:
        """Eleven holding registers, from the first."""
        one = self.pattern
        return [
            one.pattern,
            self.event >> 16,
            self.event & 0xFFFF,
            round(self.lease_s * 10),
            max(1, round(self.longest_s)),  # 0 would be no sound at all
            self.mode,
            one.tone,
            round(one.on_s * 10),
            round(one.off_s * 10),
            one.repeats,
            self.count & 0xFFFF,
        ]


@dataclass(frozen=True, slots=True)
class Stands:
    """What the controller says of itself: ten holding registers, from the first + STATUS."""

    running: int  # pattern; 0: none
    event: int  # the last one that it was told
    relay: bool
    lease_s: float
    current_a: float
    battery_v: float
    faults: int
    soundings: int  # how often it began to sound, since it was built
    ended: int  # why the last one ended: index of ENDS

    @classmethod
    def of(cls, registers: Sequence[int]) -> "Stands":
        """From what was read."""
        running, high, low, relay, lease, current, battery, faults, soundings, ended = registers
        event = high << 16 | low
        return cls(
            running, event, bool(relay), lease / 10, current / 10, battery / 100, faults, soundings, min(ended, BEFORE)
        )

    def wrong(self) -> str:
        """Its faults in words; "" when there are none."""
        return ", ".join(name for bit, name in enumerate(FAULTS) if self.faults >> bit & 1)


STANDS_COUNT = 10


def event_number(event: str, what: str) -> int:
    """The number of a sounding: the same event and sound give the same number, in every process. Never 0."""
    return int.from_bytes(sha256(f"{event}\n{what}".encode()).digest()[:4], "big") or 1


def _country(country: str) -> dict[str, Any]:
    table = tomllib.loads(files(__package__).joinpath("sirens.toml").read_text(encoding="utf-8"))
    if country not in table:
        raise SiteError(f"no siren patterns of country {country!r}; there are: {', '.join(sorted(table))}")
    found: dict[str, Any] = table[country]
    return found


def unreviewed(country: str) -> str:
    """Where a country's sounds were taken from, while nobody of its authority has read them; "" once somebody has."""
    found = _country(country)
    return "" if found["reviewed"] else str(found["source"])


@cache
def patterns(country: str) -> dict[str, Pattern]:
    """Stage -> sound in a country. Raises SiteError for one that is not in the table."""
    found = _country(country)
    sounds = {"warning": Pattern(**found["warning"])}
    sounds["under way"] = sounds["warning"]
    if "all_clear" in found:
        sounds["all clear"] = Pattern(**found["all_clear"])
    return sounds
