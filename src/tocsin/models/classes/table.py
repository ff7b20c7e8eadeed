"""classes.toml as frozen records, with errors that teach: who edits a table is told what is wrong with it."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib import resources
from typing import Any, TypeGuard

import numpy as np

from tocsin.errors import SiteError
from tocsin.messages import Floats
from tocsin.models.modes import WAYS

# What is alike to the unseen, to *seen clear* and to forecasts.
GROUPS: tuple[str, ...] = ("birds_and_hobby", "drones", "missiles", "ballistic", "aircraft", "unknown")
UNKNOWN = "unknown"
TEXTS = frozenset({"name", "title", "group"})
FLAGS = frozenset({"hovers"})
LEAST = 1e-4  # no word and no thing is impossible: a probability of 0 could never be unlearnt


@dataclass(frozen=True, slots=True)
class Class:
    """One class of what flies. See classes.toml for what each number means and where it comes from."""

    name: str
    title: str
    group: str  # one of GROUPS
    prior: float  # the share of what is newly detected; all of them sum to 1
    speed_min_mps: float
    speed_mps: float
    speed_max_mps: float
    speed_sigma_mps: float
    height_min_m: float  # above the ellipsoid
    height_m: float
    height_max_m: float
    height_sigma_m: float
    climb_sigma_mps: float
    acceleration_mps2: float
    turn_mps2: float  # sideways, in a usual turn
    survival_s: float  # mean life of a flight that nobody looks at
    useful_sigma_m: float  # a place known no better helps nobody
    identity: float  # the share that says who it is
    hovers: bool
    mach_max: float  # from 0.9 on it has no direction by sound, but a shock front
    share: Mapping[str, float]  # of the time, in each way to move (models.modes.WAYS)
    mass_per_drag_kgpm2: tuple[float, ...] = ()  # of what falls: mass / (area x drag coefficient)


@dataclass(frozen=True, slots=True)
class Classes:
    """All classes, in order; "unknown" is the first."""

    rows: tuple[Class, ...]
    right: float  # how often a sensor names the class rightly, where the site says nothing of it
    same_group: float  # how often it names another of its group
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what sensors say: the classes that it means
    index: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(row.name for row in self.rows)

    def shares(self, ways: Sequence[str]) -> Floats:
        """(n, k) share of time that each class spends in each of k ways to move; a class that has none: the first."""
        table = np.array([[row.share.get(way, 0.0) for way in ways] for row in self.rows])
        table[table.sum(axis=1) == 0.0, 0] = 1.0
        return np.asarray(table / table.sum(axis=1, keepdims=True))

    def of_group(self, group: str) -> tuple[Class, ...]:
        """The classes of one of GROUPS."""
        return tuple(row for row in self.rows if row.group == group)

    def column(self, name: str) -> Floats:
        """One number of every class, (n,)."""
        return np.array([float(getattr(row, name)) for row in self.rows])

    def meaning(self, word: str) -> tuple[str, ...]:
        """The classes that a word of a sensor stands for; none where nobody knows the word."""
        plain = " ".join(word.lower().replace("_", " ").split())
        if plain == UNKNOWN:  # a sensor that does not know says nothing of what it is
            return ()
        return (plain,) if plain in self.index else self.words.get(plain, ())

    def confusion(self, own: Mapping[str, Mapping[str, float]] | None = None) -> Floats:
        """(n, n) probability that a thing of class i is called class j; `own`: what a site says of one sensor.

        A row that the site gives is scaled to what it leaves for the other classes, which share the rest evenly.
        """
        n = len(self.rows)
        group = np.array([GROUPS.index(row.group) for row in self.rows])
        alike = (group[:, None] == group) & ~np.eye(n, dtype=np.bool_)
        spread = self.same_group / np.maximum(alike.sum(axis=1, keepdims=True), 1)
        table = np.where(alike, spread, (1.0 - self.right - self.same_group) / n) + self.right * np.eye(n)
        for true, row in (own or {}).items():
            said = np.array([float(row.get(name, 0.0)) for name in self.names])
            left = max(1.0 - float(said.sum()), 0.0)
            silent = np.array([name not in row for name in self.names])
            table[self.index[true]] = said + silent * left / max(int(silent.sum()), 1)
        table = np.maximum(table, LEAST)
        return np.asarray(table / table.sum(axis=1, keepdims=True))


@cache
def plain() -> Classes:
    """One class alone, for laboratory data: what moves is unknown, and stays so."""
    everything = known()
    return replace(everything, rows=everything.rows[:1], words={}, index={UNKNOWN: 0})


@cache
def known() -> Classes:
    """The classes that come with tocsin."""
    return parse(resources.files("tocsin.models.classes").joinpath("classes.toml").read_text("utf-8"), "classes.toml")


def parse(text: str, name: str) -> Classes:
    """The classes in a TOML text; `name` is what to call it in errors. Raises SiteError with what was expected."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{name}: is no TOML: {error}") from error
    extra = set(table) - {"class", "confusion", "word"}
    if extra:
        raise SiteError(f"{name}: [{min(extra)}] is unknown; expected [[class]], [confusion] and [word]")
    listed = table.get("class")
    if not isinstance(listed, list) or not listed:
        raise SiteError(f"{name}: no [[class]]; write at least one, named {UNKNOWN!r}")
    rows = tuple(_class(one, f"{name}: [[class]] {i + 1}") for i, one in enumerate(listed))
    index = {row.name: i for i, row in enumerate(rows)}
    if len(index) < len(rows):
        twice = next(row.name for i, row in enumerate(rows) if index[row.name] != i)
        raise SiteError(f"{name}: two classes are called {twice!r}; each name once")
    if rows[0].name != UNKNOWN:
        raise SiteError(
            f"{name}: the first class is {rows[0].name!r}; {UNKNOWN!r} comes first, it is what all begin as"
        )
    total = sum(row.prior for row in rows)
    if not abs(total - 1.0) < 1e-6:
        raise SiteError(f"{name}: the priors sum to {total:g}; they are shares of what is detected and sum to 1")
    right, same_group = _confusion(table.get("confusion", {}), f"{name}: [confusion]")
    return Classes(rows, right, same_group, _words(table.get("word", {}), index, f"{name}: [word]"), index)


def _class(table: object, where: str) -> Class:
    """One table as a Class."""
    if not isinstance(table, Mapping):
        raise SiteError(f"{where} is no table; write [[class]] and below it name, group, ...")
    wanted = {f.name for f in fields(Class)}
    where = f"{where} ({table.get('name', 'no name')})"
    lacking = wanted - set(table) - {"mass_per_drag_kgpm2"}
    if lacking or set(table) - wanted:
        off = f"{min(lacking)} is missing" if lacking else f"{min(set(table) - wanted)} is unknown"
        raise SiteError(f"{where}: {off}; a class has {', '.join(sorted(wanted))}")
    made: dict[str, Any] = {name: _value(name, table[name], where) for name in table}
    row = Class(**made)
    if row.group not in GROUPS:
        raise SiteError(f"{where}: group = {row.group!r}; expected one of {', '.join(GROUPS)}")
    for quantity in ("speed", "height"):
        unit = "mps" if quantity == "speed" else "m"
        low, usual, high, sigma = (made[f"{quantity}_{part}{unit}"] for part in ("min_", "", "max_", "sigma_"))
        if not (low <= usual <= high and low < high and sigma > 0.0):
            raise SiteError(f"{where}: {quantity} must rise from min over typical to max, with a sigma above 0")
    for key in ("prior", "climb_sigma_mps", "survival_s", "useful_sigma_m", "identity", "mach_max"):
        if not made[key] > 0.0:
            raise SiteError(f"{where}: {key} = {made[key]:g}; expected a number above 0")
    return row


def _value(name: str, value: object, where: str) -> object:
    """One value, checked to be of the kind that its name asks for."""
    if name == "share":
        return _shares(value, where)
    if name == "mass_per_drag_kgpm2":
        if not isinstance(value, list) or not value or not all(_number(one) and one > 0.0 for one in value):
            raise SiteError(f"{where}: {name} = {value!r}; expected a list of numbers above 0, kg/m2")
        return tuple(float(one) for one in value)
    if name in TEXTS | FLAGS:
        if not isinstance(value, str if name in TEXTS else bool):
            wanted = "a text in quotes" if name in TEXTS else "true or false"
            raise SiteError(f"{where}: {name} = {value!r}; expected {wanted}")
        return value
    if not _number(value):
        raise SiteError(f"{where}: {name} = {value!r}; expected a finite number")
    return float(value)


def _shares(value: object, where: str) -> Mapping[str, float]:
    """How it spends its time; scaled to sum 1."""
    ways = ", ".join(WAYS)
    if not isinstance(value, Mapping) or not value:
        raise SiteError(f"{where}: share = {value!r}; write share = {{ quiet = 0.8, agile = 0.2 }}, out of {ways}")
    for way, share in value.items():
        if way not in WAYS or not _number(share) or not share > 0.0:
            raise SiteError(f"{where}: share: {way} = {share!r}; expected numbers above 0 for some of {ways}")
    total = float(sum(value.values()))
    return {way: float(share) / total for way, share in value.items()}


def _confusion(table: object, where: str) -> tuple[float, float]:
    keys = ("right", "same_group")
    if not isinstance(table, Mapping) or set(table) != set(keys) or not all(_number(table[key]) for key in keys):
        raise SiteError(f"{where} holds two numbers, right and same_group, of how a sensor names classes")
    right, same_group = float(table["right"]), float(table["same_group"])
    if not (right > 0.0 and same_group >= 0.0 and right + same_group < 1.0):
        raise SiteError(
            f"{where}: right + same_group = {right + same_group:g}; they leave something below 1 for the rest"
        )
    return right, same_group


def _words(table: object, index: Mapping[str, int], where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, Mapping):
        raise SiteError(f'{where} is a table of words, such as drone = ["multirotor"]')
    for word, names in table.items():
        if not isinstance(names, list) or not names or any(name not in index for name in names):
            raise SiteError(f"{where}: {word} = {names!r}; expected a list of names of classes")
    return {" ".join(word.lower().split()): tuple(names) for word, names in table.items()}


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
