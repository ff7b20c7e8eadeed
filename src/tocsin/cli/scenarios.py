"""Scenario files: found by path or by name, read with the site that they hold."""

from importlib import resources
from pathlib import Path

from tocsin import site
from tocsin.cluster.scenario import scenario_of
from tocsin.errors import SiteError
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
    folders = [Path(str(resources.files("tocsin") / "scenarios")), CHECKOUT]
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return folder / f"{name}.toml"
    known = sorted(path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.toml"))
    raise SiteError(f"{name}: no such file, and no scenario of that name; these come with tocsin: {', '.join(known)}")
