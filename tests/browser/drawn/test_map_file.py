"""A map file and heights of the user's own region: drawn from here alone; a bad one is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.drawn.archive import MLT, MVT, PNG, archive, picture, tile_of, vector
from tests.browser.page_steps import WAIT_MS, count, enter, wait_for_map
from tests.browser.pixels import pixels
from tests.browser.stage.sky import LATITUDE_DEG, LONGITUDE_DEG
from tests.browser.stage.stage import Stage
from tocsin.geo.terrain import Terrain
from tocsin.models.ground import pack
from tocsin.server.app import STATIC
from tocsin.settings import Ground

ZOOM = 5
SEA = (10, 16, 22)  # what the night's palette fills water with
GREEN = (20, 160, 40)
# An invented lake, far larger than the view.
LAKE = [(-9.5, 35.0), (-9.5, 39.5), (-4.5, 39.5), (-4.5, 35.0), (-9.5, 35.0)]


def place() -> tuple[int, int, int]:
    """The tile of the stage."""
    x, y = tile_of(ZOOM, LONGITUDE_DEG, LATITUDE_DEG)
    return ZOOM, int(x), int(y)


def lake() -> bytes:
    """A vector archive: one lake where the stage's land is."""
    tile = vector(*place(), {"water": [LAKE]})
    return archive({place(): tile}, MVT, {"vector_layers": [{"id": "water", "fields": {}}]})


@contextmanager
def given(folder: Path, body: bytes, ground: Ground | None = None) -> Iterator[Stage]:
    """A stage whose site file names this archive, and heights."""
    path = folder / "region.pmtiles"
    path.write_bytes(body)
    stage = Stage(folder, STATIC, 40)
    stage.map_file, stage.ground = str(path), ground
    with stage:
        yield stage


def ground_of(page: Page, colour: tuple[int, int, int], near: int) -> int:
    """Pixels of about this colour, when the map has come to rest."""
    page.wait_for_timeout(2_500)
    return count(page, colour, near)


def test_a_map_of_the_region_is_drawn_with_the_network_cut(page: Page, context: BrowserContext, tmp_path: Path) -> None:
    asked: list[Request] = []
    failed: list[str] = []
    context.route(lambda url: urlsplit(url).hostname != "127.0.0.1", lambda route: route.abort())
    context.on("request", lambda request: asked.extend([request]))  # playwright takes no built-in
    context.on("requestfailed", lambda request: failed.append(request.url))
    with given(tmp_path, lake()) as stage:
        enter(page, stage)
        wait_for_map(page)
        water = ground_of(page, SEA, 3)
        box = page.get_by_role("application").bounding_box()
        assert box is not None
        assert water > 0.4 * box["width"] * box["height"]  # the land of our own map is under water now
        parts = [request for request in asked if request.url.endswith("/api/map")]
        assert parts
        assert all("range" in request.headers for request in parts)
        answers = [answer for request in parts if (answer := request.response()) is not None]
        assert {answer.status for answer in answers} == {206}
        assert failed == []
        assert {urlsplit(request.url).hostname for request in asked} <= {"127.0.0.1", None}


def test_pictures_are_drawn_too_and_hills_are_shaded(page: Page, tmp_path: Path) -> None:
    step = float(np.radians(0.01))
    heights = 400 + 400 * np.sin(np.arange(120) / 4)[:, None] * np.cos(np.arange(160) / 4)[None, :]
    corner = float(np.radians(LATITUDE_DEG - 0.6)), float(np.radians(LONGITUDE_DEG - 0.8))
    ground = pack(Terrain(*corner, (step, step), heights))
    with given(tmp_path, archive({place(): picture(GREEN)}, PNG, {}), ground) as stage:
        enter(page, stage)
        wait_for_map(page)
        page.wait_for_timeout(2_500)
        box = page.get_by_role("application").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2 - 150, box["y"] + box["height"] / 2 - 150
        part = page.screenshot(clip={"x": x, "y": y, "width": 300, "height": 300})
        seen = pixels(part).astype(np.int64)
        green = seen[..., 1] - seen[..., [0, 2]].max(axis=2)
        assert (green > 15).mean() > 0.5  # the picture
        lit = seen[green > 15].sum(axis=1)
        assert np.percentile(lit, 90) > 1.3 * np.percentile(lit, 10)  # one colour in the archive: the rest is light


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (lake()[:150], "Is the file whole?"),
        (archive({place(): b"tile"}, MLT, {}), "its tiles are"),
        (archive({place(): b"tile"}, MVT, {}), "its list of layers is empty"),
    ],
    ids=["cut short", "a kind that is not drawn", "no layers named"],
)
def test_a_bad_map_file_is_named_and_the_map_goes_on(page: Page, tmp_path: Path, body: bytes, words: str) -> None:
    with given(tmp_path, body) as stage:
        enter(page, stage)
        wait_for_map(page)
        expect(page.get_by_text("the map file of the region cannot be drawn")).to_contain_text(words, timeout=WAIT_MS)
        page.wait_for_selector("body[data-drawn='40']")
