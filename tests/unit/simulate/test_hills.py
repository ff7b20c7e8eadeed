"""The hills of a scenario stand in its site file too, so that nobody is said to see through them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tocsin import site
from tocsin.cli.scenarios import load
from tocsin.messages import Flags
from tocsin.models.ground import unpack
from tocsin.models.model import usual
from tocsin.settings import Settings
from tocsin.simulate import tables
from tocsin.simulate.carriers import told
from tocsin.tracking.unseen.field import Unseen
from tocsin.tracking.unseen.observation import Coverage

NOW_NS = 1_941_000_000_000_000_000


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    scenario = replace(load("behind-the-ridge")[1], duration_s=20.0)
    folder: Path = tmp_path_factory.mktemp("ridge")
    assert folder / "terrain.tif" in tables.write(scenario, folder).files
    return site.read(folder / "site.toml").settings


def clear(settings: Settings) -> Flags:
    """(places, approaches, groups) that would be clear, did all sensors look again and again."""
    unseen = Unseen.of(settings, usual(settings.frame))
    unseen.last[:] = NOW_NS
    unseen.shares[:] = 1e-6
    looking = np.ones(len(settings.sensors), dtype=np.bool_)
    verdict = Coverage.of(settings, unseen).verdict(unseen, looking, NOW_NS)
    return np.asarray(verdict.clear())


def test_the_hills_of_a_scenario_go_through_its_site_file(settings: Settings) -> None:
    meant, back = load("behind-the-ridge")[1].terrain, unpack(settings.ground)
    assert meant is not None
    assert back is not None
    assert np.array_equal(back.height_grid_m, np.ceil(meant.height_grid_m))
    assert settings.ground == told(load("behind-the-ridge")[1]).ground


def test_what_lies_behind_the_ridge_is_not_seen_clear(settings: Settings) -> None:
    names = [place.name for place in settings.places]
    north = names.index("substation north")
    flat = clear(replace(settings, ground=None))
    hills = clear(settings)
    assert not (hills & ~flat).any()
    assert hills[north].sum() < flat[north].sum()
    assert not hills[north].all()
