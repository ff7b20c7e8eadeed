"""Rule files: by which chances and times places are put in their stages (settings.Alerting), as a file of its own.

A site names one by `rules = "..."` under [alerting]; without one, the rules that tocsin comes with are in force. What a
rule file leaves out stays as it comes. `text` writes every number, so that a file which was chosen means the same under
any later tocsin.
"""

import tomllib
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from tocsin.errors import SiteError
from tocsin.settings import Alerting, Threat
from tocsin.site.lines import Lines, explain
from tocsin.site.tables import RuleFile, ThreatTable


def read(path: Path) -> Alerting:
    """The rules in a file. Raises SiteError with every problem in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: cannot be read: {error}. Give the path of a rule file in TOML (UTF-8)") from error
    return parse(text, str(path))


def parse(text: str, name: str = "rule file") -> Alerting:
    """The rules in TOML `text`. Raises SiteError with every problem, each with its line."""
    lines = Lines(text, name)
    try:
        file = RuleFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{name}: this is no TOML: {error}. Each line is `key = value` or a [[threat]]") from error
    except ValidationError as error:
        raise SiteError(explain(error, lines, RuleFile)) from error
    threats = {threat.name: threat for threat in Alerting().threats}
    found: list[str] = []
    seen: set[str] = set()
    for index, table in enumerate(file.threat):
        where = lines.at(("threat", index, "name"))
        if table.name not in threats:
            near = get_close_matches(table.name, threats, n=1)
            advice = f"write name = {near[0]!r}" if near else f"there are: {', '.join(threats)}"
            found.append(f"{where}: no class is called {table.name!r}; {advice}")
            continue
        if table.name in seen:
            found.append(f"{where}: [[threat]] {table.name!r} is there twice; say all of a class in one table")
        seen.add(table.name)
        threats[table.name] = one = _threat(threats[table.name], table)
        if one.warn_chance_late > one.warn_chance:
            line = lines.at(("threat", index, "warn_chance_late"))
            found.append(
                f"{line}: {table.name!r} warns from {one.warn_chance:g} with time left and from "
                f"{one.warn_chance_late:g} without: warn_chance_late must be at most warn_chance"
            )
    if found:
        raise SiteError("\n".join(found))
    return Alerting(threats=tuple(threats.values()), **file.model_dump(exclude={"threat"}))


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
