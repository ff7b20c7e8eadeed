"""The rules by which this instance judges now: for who must know why it warns, and whether it is the frozen file."""

from collections.abc import Mapping
from dataclasses import asdict, fields

from tocsin.settings import Alerting, Settings, Threat
from tocsin.wire import rules_digest

TABLES = ("alerting", "releasing", "watching", "tracking", "learning")


def in_force(settings: Settings, file: str = "") -> Mapping[str, object]:
    """Each table by its names, what comes with tocsin beside what is in force, and the classes.

    `digest` is of the rules of alerting alone, so that two instances, or an instance and a score, can be compared;
    `file` is what they were read from, "" where they are as tocsin comes.
    """
    ours, plain = settings.alerting, Settings()
    return {
        "file": file,
        "digest": rules_digest(ours),
        "plain": ours == Alerting(),
        "classes": [asdict(one) | {"plain": one in Alerting().threats} for one in ours.threats],
        "tables": [{"name": name, "rows": _rows(getattr(settings, name), getattr(plain, name))} for name in TABLES],
    }


def _rows(now: object, plain: object) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for one in fields(now):  # type: ignore[arg-type]
        value = getattr(now, one.name)
        if isinstance(value, tuple) and any(isinstance(part, Threat) for part in value):
            continue  # the classes are a table of their own
        rows.append({"name": one.name, "value": value, "usual": getattr(plain, one.name)})
    return rows
