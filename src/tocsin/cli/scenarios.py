"""Scenario files: found by path or by name, read with the site that they hold."""

import tomllib
from importlib import resources
from pathlib import Path

from tocsin import site
from tocsin.errors import SiteError
from tocsin.simulate import reading
from tocsin.simulate.scenario import Scenario
from tocsin.site.lines import Lines

CHECKOUT = Path(__file__).parents[3] / "scenarios"


def load(name: str) -> tuple[site.Site, Scenario]:
    """The site and the scenario of a file. Raises SiteError with every problem in it."""
    path = _find(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: cannot be read: {error}. Give the path of a scenario in TOML (UTF-8)") from error
    declared = site.parse(text, str(path), ignore=reading.TABLES)
    scenario = reading.read(tomllib.loads(text), Lines(text, str(path)).at, declared.settings, path.parent)
    return declared, scenario


def _find(name: str) -> Path:
    if Path(name).is_file():
        return Path(name)
    folders = [Path(str(resources.files("tocsin") / "scenarios")), CHECKOUT]
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return folder / f"{name}.toml"
    known = sorted(path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.toml"))
    raise SiteError(f"{name}: no such file, and no scenario of that name; these come with tocsin: {', '.join(known)}")
