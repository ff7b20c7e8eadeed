"""Rules for the bench, out of files: plain rules of ring and time, rule files of the product, and grids of both.

A file with [[rule]] tables is a grid; any other is a rule file as a site names it, and one rule. A [[rule]] of `kind`
"stages" has the keys of a rule file; each number may be a list, which makes a rule for each. `file` is the rule file
that it starts from, `bounds` a factor of all its chances.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

from tocsin.errors import InputError, SiteError
from tocsin.score.thresholds.ring_and_time import KIND as RING_AND_TIME
from tocsin.score.thresholds.rules import RULES_MAX, Named, Value, rules_of
from tocsin.settings import Alerting
from tocsin.site import rules as rule_files
from tocsin.site.lines import Lines

STAGES: Final = "stages"
KINDS: Final = (RING_AND_TIME, STAGES)
FACTOR_MAX: Final = 100.0
Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Staged:
    """A rule file of the product, with its name, the [[rule]] that it came from and what it says otherwise."""

    name: str
    family: str
    settings: Mapping[str, Value]
    rules: Alerting

    def text(self) -> str:
        """The rule file, as a site may name it."""
        return rule_files.text(self.rules)


def read(path: Path) -> tuple[tuple[Named, ...], tuple[Staged, ...]]:
    """The rules of a file, of either kind. Raises InputError with each problem found, and its line."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}. Give a rule file in TOML, with [[rule]] tables") from error
    lines = Lines(text, str(path))
    entries = table.get("rule")
    if entries is None and table:
        return (), (_file(table, lines, path),)
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        return rules_of(table, lines.at), ()
    staged = [k for k, one in enumerate(entries) if one.get("kind") == STAGES]
    plain = [k for k in range(len(entries)) if k not in staged]
    for k in plain:
        if entries[k].get("kind", RING_AND_TIME) != RING_AND_TIME:
            where = lines.at(("rule", k, "kind"))
            raise InputError(f"{where}: kind = {entries[k]['kind']!r}; expected {' or '.join(KINDS)}")

    def at(where: Path_) -> str:
        """Of the plain ones alone: they are counted without the others."""
        return lines.at(("rule", plain[int(where[1])], *where[2:]) if len(where) > 1 else where)

    rest = {**table, "rule": [entries[k] for k in plain]}
    named = rules_of(rest, at) if plain or not staged else ()
    inner = 0
    found: list[Staged] = []
    for k in staged:
        found += _grid(dict(entries[k]), _Within(lines, k, inner), path.parent)
        inner += len(entries[k].get("threat", ()))
    if len(found) > RULES_MAX:
        raise InputError(f"{path}: {len(found)} rules, at most {RULES_MAX}: take fewer values")
    return named, tuple(found)


def _file(table: Mapping[str, object], lines: Lines, path: Path) -> Staged:
    try:
        return Staged(path.stem, path.stem, {}, rule_files.from_table(table, lines))
    except SiteError as error:
        raise InputError(str(error)) from error


class _Within(Lines):
    """The lines of one [[rule]], asked for as if it were a file of its own."""

    def __init__(self, lines: Lines, index: int, threats: int) -> None:
        self.name, self._lines, self._index, self._threats = lines.name, lines, index, threats

    def at(self, path: Path_) -> str:
        """`file:line`; tables of threats are counted over the whole file."""
        if len(path) > 1 and path[0] == "threat":
            return self._lines.at(("rule.threat", self._threats + int(path[1]), *path[2:]))
        return self._lines.at(("rule", self._index, *path))


def _grid(entry: dict[str, Any], lines: Lines, folder: Path) -> list[Staged]:
    """One [[rule]] as one rule, or as many as its lists ask for."""
    family, _ = entry.pop("name", STAGES), entry.pop("kind")
    if not isinstance(family, str):
        raise InputError(f"{lines.at(('name',))}: name = {family!r}; expected a text")
    base = _base(entry.pop("file", ""), lines, folder)
    threats = entry.pop("threat", [])
    if not isinstance(threats, list) or not all(isinstance(one, dict) for one in threats):
        raise InputError(f"{lines.at(('threat',))}: threat: expected [[rule.threat]] tables, each with a name")
    axes: dict[tuple[str, ...], list[Any]] = {
        ("bounds",): _factors(entry.pop("bounds", 1.0), lines),
        **{(key,): _several(value) for key, value in entry.items()},
    }
    for k, one in enumerate(threats):
        for key, value in one.items():
            axes[("threat", str(k), key)] = _several(value)
    varied = [key for key, values in axes.items() if len(values) > 1]
    out = []
    for chosen in product(*axes.values()):
        said = dict(zip(axes, chosen, strict=True))
        told = ", ".join(f"{_word(key, threats)} = {_text(said[key])}" for key in varied)
        table: dict[str, Any] = {key[0]: value for key, value in said.items() if len(key) == 1 and key != ("bounds",)}
        table["threat"] = [
            {key[2]: value for key, value in said.items() if len(key) > 1 and key[1] == str(k)}
            for k in range(len(threats))
        ]
        try:
            made = rule_files.from_table(table, lines, rule_files.times(base, said[("bounds",)]))
        except SiteError as error:
            raise InputError(str(error)) from error
        settings: dict[str, Value] = {_word(key, threats): value for key, value in said.items()}
        out.append(Staged(f"{family}: {told}" if told else family, family, settings, made))
    return out


def _base(file: object, lines: Lines, folder: Path) -> Alerting:
    if not file:
        return Alerting()
    try:
        return rule_files.read(folder / str(file))
    except SiteError as error:
        raise InputError(f"{lines.at(('file',))}: these rules cannot be used:\n{error}") from error


def _factors(value: object, lines: Lines) -> list[float]:
    found = _several(value)
    if not found or not all(isinstance(one, int | float) and 0.0 < one <= FACTOR_MAX for one in found):
        where = lines.at(("bounds",))
        raise InputError(
            f"{where}: bounds = {value!r}; expected a factor of all chances above 0, at most {FACTOR_MAX:g}, or a list"
        )
    return [float(one) for one in found]


def _several(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _word(key: tuple[str, ...], threats: list[dict[str, Any]]) -> str:
    """How a setting is called: of a class with its name."""
    return key[0] if len(key) == 1 else f"{threats[int(key[1])].get('name', key[1])}.{key[2]}"


def _text(value: object) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, int | float)
        else str(value)
    )
