"""Rule files: [[rule]] tables, each of a `kind`. A number written as a list makes a grid: one rule for each of them."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from itertools import product
from typing import Any, Final, Protocol

from tocsin.errors import InputError
from tocsin.score.tables.warning import Alerts
from tocsin.score.thresholds.approach import Approaches
from tocsin.score.thresholds.ring_and_time import KIND, RingAndTime

Value = float | bool | str | tuple[str, ...]
Where = Callable[[tuple[str | int, ...]], str]
RULES_MAX: Final = 2_000  # a grid of more is a mistake, or takes a night itself
LISTS: Final = ("never", "only")  # keys whose value is a list of words, and no axis of a grid


class Rule(Protocol):
    """What a bench asks of a rule: how far it looks ahead, and what it says of what was shown."""

    @property
    def horizon_s(self) -> float:
        """Approaches further away than this need not be found."""
        ...

    def alerts(self, found: Approaches) -> Alerts:
        """Its table of alerts."""
        ...


KINDS: Final[Mapping[str, type[RingAndTime]]] = {KIND: RingAndTime}


@dataclass(frozen=True, slots=True)
class Named:
    """A rule with its name, the [[rule]] that it came from and its settings as they stand in a file."""

    name: str
    family: str
    settings: Mapping[str, Value]
    rule: Rule

    def text(self) -> str:
        """The rule as a file."""
        return "\n".join(["[[rule]]", *(f"{key} = {_toml(value)}" for key, value in self.settings.items())]) + "\n"


def rules_of(table: Mapping[str, object], where: Where) -> tuple[Named, ...]:
    """Every rule of a parsed file. `where` gives `file:line` of a key. Raises InputError with each problem found."""
    found: list[str] = []
    out: list[Named] = []
    unknown = sorted(set(table) - {"rule"})
    entries = table.get("rule", [])
    if unknown or not isinstance(entries, list) or not entries or not all(isinstance(one, dict) for one in entries):
        said = f"it holds {', '.join(table) or 'nothing'}"
        raise InputError(f"{where(())}: a rule file is a list of [[rule]] tables; {said}")
    for index, entry in enumerate(entries):
        out += _grid(dict(entry), index, where, found)
    names = [one.name for one in out]
    found += [f"{where(())}: two rules are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    if len(out) > RULES_MAX:
        found.append(f"{where(())}: {len(out)} rules, at most {RULES_MAX}: take fewer values")
    if found:
        raise InputError("\n".join(found))
    return tuple(out)


def _grid(entry: dict[str, object], index: int, at: Where, found: list[str]) -> list[Named]:
    """One [[rule]] as one rule, or as many as its lists ask for."""

    def where(key: str) -> str:
        return at(("rule", index, key))

    family, kind = entry.pop("name", f"rule {index + 1}"), entry.pop("kind", KIND)
    if not isinstance(family, str) or kind not in KINDS:
        wrong, expected = ("kind", ", ".join(KINDS)) if isinstance(family, str) else ("name", "a text")
        found.append(f"{where(wrong)}: {wrong} = {kind if wrong == 'kind' else family!r}; expected {expected}")
        return []
    made = KINDS[str(kind)]
    defaults = {one.name: one.default for one in fields(made)}
    axes: dict[str, list[Value]] = {}
    for key, value in entry.items():
        if key not in defaults:
            near = difflib.get_close_matches(key, defaults, n=1)
            found.append(f"{where(key)}: unknown key {key!r}; {_advice(near, list(defaults))}")
        elif (values := _values(key, value, isinstance(defaults[key], bool))) is None:
            found.append(f"{where(key)}: {key} = {value!r}; expected {_expected(key, defaults[key])}")
        else:
            axes[key] = values
    varied = [key for key, values in axes.items() if len(values) > 1]
    out = []
    for chosen in product(*axes.values()):
        settings = dict(zip(axes, chosen, strict=True))
        told = ", ".join(f"{key} = {_toml(settings[key])}" for key in varied)
        rule = made(**settings)  # type: ignore[arg-type]  # checked against its own defaults above
        out.append(
            Named(
                f"{family}: {told}" if told else family, family, {"name": family, "kind": str(kind), **settings}, rule
            )
        )
    return out


def _values(key: str, value: object, is_flag: bool) -> list[Value] | None:
    """The values of an axis; None where one cannot be."""
    several: list[Any] = value if isinstance(value, list) else [value]
    if key in LISTS:
        return [tuple(several)] if all(isinstance(one, str) for one in several) else None
    if is_flag:
        return list(several) if several and all(isinstance(one, bool) for one in several) else None
    right = all(isinstance(one, int | float) and not isinstance(one, bool) and 0.0 <= one < 1e9 for one in several)
    if not several or not right or (key == "existence_min" and max(several) > 1.0):
        return None
    return [float(one) for one in dict.fromkeys(several)]


def _expected(key: str, default: object) -> str:
    if key in LISTS:
        return f'a list of classes, such as {key} = ["airliner"]'
    if isinstance(default, bool):
        return "true, false, or a list of both"
    return "a number from 0 to 1, or a list of them" if key == "existence_min" else "a number from 0, or a list of them"


def _advice(near: list[str], known: list[str]) -> str:
    return f"did you mean {near[0]!r}?" if near else f"known keys: name, kind, {', '.join(known)}"


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else f"{value:.12g}"
