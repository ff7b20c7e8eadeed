"""Where each key of a TOML text stands, and pydantic's findings in words that teach."""

import difflib
import re

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"']+)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\"']+)\s*=")
Path = tuple[str | int, ...]


class Lines:
    """The line of each table and key of a TOML text, by its path: ("sensor", 2, "kind")."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._line: dict[Path, int] = {}
        counts: dict[str, int] = {}
        here: Path = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                key = header[2].strip("\"'")
                if header[1] == "[[":
                    counts[key] = counts.get(key, -1) + 1
                    here = (key, counts[key])
                else:
                    here = tuple(part.strip("\"'") for part in key.split("."))
                self._line.setdefault(here, number)
            elif key_match := _KEY.match(line):
                self._line.setdefault((*here, key_match[1].strip("\"'")), number)

    def at(self, path: Path) -> str:
        """Give `file:line` of the nearest known part of `path`."""
        while path and path not in self._line:
            path = path[:-1]
        return f"{self.name}:{self._line[path]}" if path else f"{self.name}:1"


def explain(error: ValidationError, lines: Lines, root: type[BaseModel]) -> str:
    """Every finding on a line of its own: where, what came, what was expected, what to write instead."""
    return "\n".join(_finding(found, lines, root) for found in error.errors())


def _finding(found: ErrorDetails, lines: Lines, root: type[BaseModel]) -> str:
    location: Path = tuple(found["loc"])
    where = lines.at(location)
    key, came = location[-1], found["input"]
    table = _table_of(root, location[:-1])
    match found["type"]:
        case "extra_forbidden":
            known = sorted(table.model_fields) if table else []
            near = difflib.get_close_matches(str(key), known, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
            return f"{where}: unknown key {key!r}; {advice}"
        case "missing":
            return f"{where}: {key!r} is missing; write {key} = ..."
        case "literal_error":
            expected = str(found["ctx"]["expected"])
            near = difflib.get_close_matches(str(came), re.findall(r"'([^']+)'", expected), n=1)
            advice = f'; write {key} = "{near[0]}"' if near else ""
            return f"{where}: {key} = {came!r} is unknown; expected {expected}{advice}"
        case _:
            message = str(found["msg"]).removeprefix("Input should be ")
            allowed = _range(table, str(key))
            return f"{where}: {key} = {came!r}: expected {message}{allowed}; mend the value on this line"


def _table_of(root: type[BaseModel], path: Path) -> type[BaseModel] | None:
    table: type[BaseModel] | None = root
    for part in path:
        if isinstance(part, int) or table is None:
            continue
        field = table.model_fields.get(part)
        table = _model_in(field.annotation) if field else None
    return table


def _range(table: type[BaseModel] | None, key: str) -> str:
    """From where to where a number may go, where both ends are told."""
    field = table.model_fields.get(key) if table else None
    if field is None:
        return ""
    parts = getattr(field.annotation, "__args__", ())  # `X | None` tells the bounds in its X
    told = [info for part in parts for info in getattr(part, "__metadata__", ())]
    bounds = [one for info in (field, *told) for one in getattr(info, "metadata", ())]
    low = [f"{one.ge:g}" for one in bounds if isinstance(one, Ge)] + [
        f"above {one.gt:g}" for one in bounds if isinstance(one, Gt)
    ]
    high = [f"{one.le:g}" for one in bounds if isinstance(one, Le)]
    return f" ({low[0]} to {high[0]})" if low and high else ""


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if (model := _model_in(argument)) is not None:
            return model
    return None
