"""Rule files: by which chances and times places are put in their stages (settings.Alerting), as a file of its own.

A site names one by `rules = "..."` under [alerting]; without one, the rules that tocsin comes with are in force. What a
rule file leaves out stays as it comes. `text` writes every number, so that a file which was chosen means the same under
any later tocsin.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from tocsin.errors import SiteError
from tocsin.settings import Alerting, Threat
from tocsin.site.lines import Lines, explain
from tocsin.site.tables import RuleFile, ThreatTable

CHANCE_MAX: Final = 0.95
WATCH_MIN: Final = 0.01
WATCH_MAX: Final = 0.9


def read(path: Path) -> Alerting:
    """The rules in a file. Raises SiteError with every problem in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: cannot be read: {error}. Give the path of a rule file in TOML (UTF-8)") from error
    return parse(text, str(path))


def parse(text: str, name: str = "rule file") -> Alerting:
    """The rules in TOML `text`. Raises SiteError with every problem, each with its line."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{name}: this is no TOML: {error}. Each line is `key = value` or a [[threat]]") from error
    return from_table(table, Lines(text, name))


def from_table(table: Mapping[str, object], lines: Lines, base: Alerting | None = None) -> Alerting:
    """The rules of a parsed table; what it leaves out stays as in `base`. Raises SiteError as `parse`."""
    base = base or Alerting()
    try:
        file = RuleFile.model_validate(table)
    except ValidationError as error:
        raise SiteError(explain(error, lines, RuleFile)) from error
    threats = {threat.name: threat for threat in base.threats}
    found: list[str] = []
    seen: set[str] = set()
    for index, told in enumerate(file.threat):
        where = lines.at(("threat", index, "name"))
        if told.name not in threats:
            near = get_close_matches(told.name, threats, n=1)
            advice = f"write name = {near[0]!r}" if near else f"there are: {', '.join(threats)}"
            found.append(f"{where}: no class is called {told.name!r}; {advice}")
            continue
        if told.name in seen:
            found.append(f"{where}: [[threat]] {told.name!r} is there twice; say all of a class in one table")
        seen.add(told.name)
        threats[told.name] = one = _threat(threats[told.name], told)
        if one.warn_chance_late > one.warn_chance:
            line = lines.at(("threat", index, "warn_chance_late"))
            found.append(
                f"{line}: {told.name!r} warns from {one.warn_chance:g} with time left and from "
                f"{one.warn_chance_late:g} without: warn_chance_late must be at most warn_chance"
            )
    if found:
        raise SiteError("\n".join(found))
    said = file.model_dump(exclude={"threat"}, exclude_unset=True)
    return replace(base, threats=tuple(threats.values()), **said)


def _threat(before: Threat, table: ThreatTable) -> Threat:
    said = {key: value for key, value in table.model_dump(exclude={"name"}).items() if value is not None}
    return replace(before, **said)


def text(rules: Alerting) -> str:
    """Rules as a file: every number of them."""
    lines = [f"{one.name} = {_number(getattr(rules, one.name))}" for one in fields(Alerting) if one.name != "threats"]
    for threat in rules.threats:
        lines += ["", "[[threat]]", f'name = "{threat.name}"']
        lines += [f"{one.name} = {_number(getattr(threat, one.name))}" for one in fields(Threat) if one.name != "name"]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def times(rules: Alerting, factor: float) -> Alerting:
    """All chances that stages are decided by, times a factor: below 1 warns sooner and more, above 1 later and less.

    A chance stays where a file may put it; one that asks for near certainty already is left alone.
    """

    def scaled(chance: float) -> float:
        return chance if chance > CHANCE_MAX else min(chance * factor, CHANCE_MAX)

    threats = tuple(
        replace(one, warn_chance=scaled(one.warn_chance), warn_chance_late=scaled(one.warn_chance_late))
        for one in rules.threats
    )
    watch = min(max(rules.watch_chance * factor, WATCH_MIN), WATCH_MAX)
    return replace(rules, threats=threats, watch_chance=watch)
