"""Takes keys out of a scenario's tables. What is wrong is gathered, each with its line, and told at once."""

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from tocsin.geo.units import DEGREE_RAD
from tocsin.simulate.network import Points

Path = tuple[str | int, ...]
Where = Callable[[Path], str]


class Entry:
    """One table of the file. Every key must be taken; what is left over at `done` is unknown.

    `where` gives `file:line` of a key by its path; `found` gathers the problems of the whole file. A key that is wrong
    or missing gives its default, or a placeholder, so that reading goes on to the next problem.
    """

    def __init__(
        self, table: Mapping[str, object], path: tuple[str | int, ...], where: Where, found: list[str]
    ) -> None:
        self._table, self._path, self._where, self._found = table, path, where, found
        self._taken: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def says(self, key: str, value: object) -> bool:
        """Whether the file itself has this value there."""
        return self._table.get(key) == value

    def wrong(self, key: str, text: str) -> None:
        """Note a problem with a key of this table."""
        self._found.append(f"{self._where((*self._path, key))}: {text}")

    def number(self, key: str, default: float | None = None, low: float = -math.inf, high: float = math.inf) -> float:
        """A number within bounds; required where there is no default."""
        value = self._take(key, default)
        if value is None:
            return 0.0
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(key, f"{key} = {value!r} is no number; write {key} = a number {_between(low, high)}")
        elif not low <= value <= high:
            self.wrong(key, f"{key} = {value!r} cannot be; expected a number {_between(low, high)}")
        else:
            return float(value)
        return default if default is not None else 0.0

    def whole(self, key: str, default: int | None = None, low: int = 0, high: int = 1_000_000) -> int:
        """A whole number within bounds."""
        value = float(self.number(key, default, low, high))  # a default comes as it is
        if not value.is_integer():
            self.wrong(key, f"{key} = {value!r} cannot be; expected a whole number")
        return int(value)

    def numbers(self, key: str, default: tuple[float, ...], low: float, high: float, of: str = "") -> tuple[float, ...]:
        """One number, or a list of them. `of`: whose bounds these are."""
        value = self._take(key, list(default))
        taken: list[float] = []
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, bool) or not isinstance(each, int | float) or not low <= each <= high:
                whose = f" of a {of}" if of else ""
                self.wrong(key, f"{key}{whose} holds {each!r}; expected numbers {_between(low, high)}")
                return default
            taken.append(float(each))
        return tuple(taken)

    def word(self, key: str, default: str | None = None, choices: Iterable[str] | None = None) -> str:
        """A text; one of `choices` where they are given."""
        value = self._take(key, default)
        if value is None:
            return ""
        known = None if choices is None else tuple(choices)
        if not isinstance(value, str):
            self.wrong(key, f'{key} = {value!r} is no text; write {key} = "..."')
        elif known is not None and value not in known:
            near = difflib.get_close_matches(value, known, n=1)
            advice = f'; write {key} = "{near[0]}"' if near else ""
            self.wrong(key, f"{key} = {value!r} is unknown; expected one of {', '.join(known)}{advice}")
        else:
            return value
        return default or (known[0] if known else "")

    def words(self, key: str, choices: Iterable[str]) -> tuple[str, ...]:
        """A list of texts, each one of `choices`."""
        value = self._take(key, [])
        known = tuple(choices)
        several = value if isinstance(value, list) else [value]
        for each in several:
            if each not in known:
                self.wrong(key, f"{key} holds {each!r}; expected names out of {', '.join(known)}")
                return ()
        return tuple(str(each) for each in several)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.wrong(key, f"{key} = {value!r} is neither true nor false")
            return default
        return value

    def angle(self, key: str, default: float | None, low: float, high: float) -> float:
        """A number of degrees, as radians; its default and bounds are degrees too."""
        return self.number(key, default, low, high) * DEGREE_RAD

    def point(self, key: str) -> tuple[float, float]:
        """One [latitude, longitude] in degrees, as radians."""
        value = self._take(key, None)
        point = _point(value)
        if point is None and value is not None:
            self.wrong(key, f"{key} = {value!r}; expected [latitude, longitude] in degrees (-90..90, -180..180)")
        return point or (0.0, 0.0)

    def points(self, key: str, least: int, default: Points | None = None) -> Points:
        """[[latitude, longitude], ...] in degrees, as radians; at least so many."""
        value = self._take(key, None if default is None else [])
        if value is None or (default is not None and key not in self):
            return default or ()
        pairs: list[tuple[float, float]] = []
        for pair in value if isinstance(value, list) else [value]:
            point = _point(pair)
            if point is None:
                self.wrong(key, f"{key} holds {pair!r}; expected [latitude, longitude] in degrees (-90..90, -180..180)")
                return ()
            pairs.append(point)
        if len(pairs) < least:
            self.wrong(key, f"{key} has {len(pairs)} points; expected at least {least}: [[latitude, longitude], ...]")
        return tuple(pairs)

    def tables(self, key: str) -> list["Entry"]:
        """A list of inline tables: key = [{ ... }, { ... }]."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.wrong(key, f"{key} = {value!r} is no list of tables; write {key} = [{{ ... }}, {{ ... }}]")
            return []
        return [Entry(each, (*self._path, key), self._where, self._found) for each in value]

    def moment(self, key: str, default: datetime) -> datetime:
        """A date and time with its offset from UTC."""
        value = self._take(key, default)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        self.wrong(key, f"{key} = {value!r} is no moment; write a date, a time and Z: 2031-02-11T01:40:00Z")
        return default

    def done(self) -> None:
        """Whatever was not taken is unknown."""
        for key in self._table:
            if key not in self._taken:
                near = difflib.get_close_matches(key, self._taken, n=1)
                advice = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(sorted(self._taken))}"
                self.wrong(key, f"unknown key {key!r}; {advice}")

    def _take(self, key: str, default: object) -> object:
        self._taken.append(key)
        if key not in self._table and default is None:
            self.wrong(key, f"{key!r} is missing; write {key} = ...")
        return self._table.get(key, default)


def _point(pair: object) -> tuple[float, float] | None:
    """[latitude, longitude] in degrees as radians; None where it is no such pair."""
    match pair:
        case [int() | float() as latitude, int() | float() as longitude]:
            possible = abs(latitude) <= 90.0 and abs(longitude) <= 180.0
            return (latitude * DEGREE_RAD, longitude * DEGREE_RAD) if possible else None
        case _:
            return None


def _between(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "of any size"
    if math.isinf(high):
        return f"of {low:g} or more"
    return f"from {low:g} to {high:g}"
