"""Scenario files: found by path or by name, read with the site that they hold."""

import tomllib
from importlib import resources
from pathlib import Path

from tocsin import site
from tocsin.cluster.scenario import scenario_of
from tocsin.errors import SiteError
from tocsin.server.station import Scene
from tocsin.simulate.scenario import Scenario

CHECKOUT = Path(__file__).parents[3] / "scenarios"


def load(name: str) -> tuple[site.Site, Scenario]:
    """The site and the scenario of a file. Raises SiteError with every problem in it."""
    path = find(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: cannot be read: {error}. Give the path of a scenario in TOML (UTF-8)") from error
    return scenario_of(text, str(path), path.parent)


def find(name: str) -> Path:
    """The file of a scenario, by its path or its name. Raises SiteError, which names those there are."""
    if Path(name).is_file():
        return Path(name)
    known = ours()
    if name in known:
        return known[name]
    raise SiteError(f"{name}: no such file, and no scenario of that name; these come with tocsin: {', '.join(known)}")


def ours() -> dict[str, Path]:
    """The scenarios that come with tocsin, by name."""
    folders = [CHECKOUT, Path(str(resources.files("tocsin") / "scenarios"))]  # what was installed goes before
    found = {path.stem: path for folder in folders if folder.is_dir() for path in folder.glob("*.toml")}
    return dict(sorted(found.items()))


def listed() -> list[Scene]:
    """What a person picks from. A file that cannot be read is left out: to begin it would say why."""
    found = []
    for name, path in ours().items():
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            scenario, site = table["scenario"], table["site"]
            told = str(scenario.get("story", "")), float(scenario["duration_s"])
            found.append(Scene(name, str(site.get("title", site["name"])), *told))
        except (OSError, ValueError, KeyError):
            continue
    return found
