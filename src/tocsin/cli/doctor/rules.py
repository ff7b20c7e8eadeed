"""The rules of alerting: which are in force, and where they ask for more than tocsin's own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tocsin.cli.doctor.finding import WEAK, WELL, Finding
from tocsin.settings import Alerting
from tocsin.site import Site
from tocsin.wire import rules_digest

LONG_S = 120.0
CURVE = "draw what they miss and what they say for nothing: docs/how-to/thresholds.md"


def rules(site: Site) -> Iterator[Finding]:
    """The rule file by its name, digest and curve."""
    if not site.settings.places:
        return
    chosen = site.settings.alerting
    digest = rules_digest(chosen)
    if not site.rules_file:
        yield Finding(WELL, "rules of alerting", f"as tocsin comes, SHA-256 {digest}")
        return
    path = Path(site.rules_file)
    changed = f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC"
    same = ": they say what tocsin comes with" if chosen == Alerting() else ""
    has_curve = path.with_suffix(".curve.json").is_file()
    text = f"{path}, written {changed}, SHA-256 {digest}{same}; {'its' if has_curve else 'no'} curve lies beside it"
    yield Finding(WELL if has_curve or same else WEAK, "rules of alerting", text, "" if has_curve or same else CURVE)
    if chosen.margin_s > LONG_S:
        said = f"{chosen.margin_s:.0f} s are kept back for people to hear of it: warnings come earlier, and more"
        yield Finding(WEAK, "rules of alerting", said, "write margin_s = what your channels take")
    silenced = [one.name for one in chosen.threats if one.threat == 0.0 and _usual(one.name) > 0.0]
    if silenced:
        said = f"nothing that is taken for {', '.join(silenced)} counts as a danger any more"
        yield Finding(WEAK, "rules of alerting", said, "write threat = ... of these classes, unless you mean it")


def _usual(name: str) -> float:
    return next(one.threat for one in Alerting().threats if one.name == name)
