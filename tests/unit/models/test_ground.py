"""Heights in settings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.unit.geo.test_geotiff import HEIGHTS, tiff
from tocsin import site, wire
from tocsin.errors import SiteError
from tocsin.geo.terrain import Terrain
from tocsin.models.ground import pack, unpack
from tocsin.settings import Settings

GRID = Terrain(0.9, 0.4, (1e-4, 2e-4), np.arange(60.0).reshape(6, 10) ** 1.5)


def test_heights_come_back_as_whole_metres_never_lower() -> None:
    back = unpack(pack(GRID))
    assert back is not None
    off = back.height_grid_m - GRID.height_grid_m
    assert ((off >= 0.0) & (off < 1.0)).all()
    assert (back.south_rad, back.west_rad, back.step_rad) == (0.9, 0.4, (1e-4, 2e-4))
    assert unpack(None) is None


def test_a_coarser_ground_keeps_its_ridges() -> None:
    back = unpack(pack(GRID, 4))
    assert back is not None
    assert back.height_grid_m.shape == (2, 3)
    assert back.height_grid_m.max() == np.ceil(GRID.height_grid_m.max())


def test_a_ground_that_is_too_fine_or_damaged_says_what_to_do() -> None:
    with pytest.raises(SiteError, match="write coarser = 2"):
        pack(Terrain(0.0, 0.0, (1e-4, 1e-4), np.zeros((1500, 1500))))
    with pytest.raises(SiteError, match="damaged"):
        unpack(replace(pack(GRID), heights=b"no"))
    with pytest.raises(SiteError, match="damaged"):
        unpack(replace(pack(GRID), rows=7))


def test_settings_with_a_ground_are_written_and_read() -> None:
    settings = Settings(ground=pack(GRID))
    assert wire.decode_settings(wire.encode_settings(settings)) == settings


def test_a_site_file_names_a_geotiff_beside_it(tmp_path: Path) -> None:
    (tmp_path / "hills.tif").write_bytes(tiff(HEIGHTS))
    file = tmp_path / "site.toml"
    file.write_text('[terrain]\ngeotiff = "hills.tif"\n')
    ground = unpack(site.read(file).settings.ground)
    assert ground is not None
    assert ground.height_grid_m.max() == HEIGHTS.max()


def test_a_geotiff_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[terrain]\ngeotiff = "no.tif"\n')
    with pytest.raises(SiteError, match=r"site\.toml:2.*no\.tif"):
        site.read(file)
