"""A scenario out of a file's text: the site's tables by the site's reader, the rest by the simulation's."""

import tomllib
from pathlib import Path

from tocsin import site
from tocsin.simulate import reading
from tocsin.simulate.scenario import Scenario
from tocsin.site.lines import Lines


def scenario_of(text: str, name: str, folder: Path) -> tuple[site.Site, Scenario]:
    """The site and the scenario. Files that it names lie in `folder`. Raises SiteError with every problem in it."""
    declared = site.parse(text, name, ignore=reading.TABLES, folder=folder)
    return declared, reading.read(tomllib.loads(text), Lines(text, name).at, declared.settings, folder)
