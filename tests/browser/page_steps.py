"""What a person does in most tests: sign in, wait for the map, count what it shows."""

import numpy as np
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.pixels import pixels
from tests.browser.stage.stage import PERSON, Stage

WAIT_MS = 60_000  # a machine without a GPU draws slowly; nothing is measured by it
SMALL: ViewportSize = {"width": 1000, "height": 640}
# Having read the explanation before, and with the tracks in front, as whoever tests them left the page.
WELCOMED = (
    "localStorage.setItem('tocsin.welcomed.1', 'yes');"
    "localStorage.getItem('tocsin.choices.1') ?? localStorage.setItem('tocsin.choices.1', '{\"tab\":\"tracks\"}')"
)
NO_WEBGL = "HTMLCanvasElement.prototype.getContext = function () { return null }"
YELLOW = (240, 228, 120)  # unknown: what every track is until a person says otherwise
RED = (255, 115, 95)  # hostile, and whatever is not live


def enter(page: Page, stage: Stage, who: str = PERSON) -> None:
    """Sign in by a one-time link, having read the explanation before, and wait for the first picture."""
    page.add_init_script(WELCOMED)
    if (page.viewport_size or {"width": 0})["width"] > SMALL["width"]:
        page.set_viewport_size(SMALL)  # without a GPU each pixel costs
    page.goto(stage.link(who))
    wanted = f"='{stage.n}'" if who != "Everybody" else ""
    page.wait_for_selector(f"body[data-received{wanted}]:not([data-version='0'])", timeout=WAIT_MS)


def enter_without_map(page: Page, stage: Stage, who: str = PERSON) -> None:
    """The same in a browser without WebGL: quick, for what has nothing to do with the map."""
    page.add_init_script(NO_WEBGL)
    enter(page, stage, who)


def choose(page: Page, name: str) -> None:
    """Something of the menu under one's own name."""
    page.get_by_role("button", name="Menu: ").click()
    page.get_by_role("button", name=name, exact=True).click()


def wait_for_map(page: Page) -> None:
    """The base map and the first symbols are there."""
    page.wait_for_selector("body[data-map=ready]", timeout=WAIT_MS)
    page.wait_for_selector("body:not([data-pictures='0'])", timeout=WAIT_MS)


def count(page: Page, colour: tuple[int, int, int], near: int = 12) -> int:
    """How many pixels of the map have about this colour."""
    box = page.get_by_role("application").bounding_box()
    assert box is not None
    seen = pixels(
        page.screenshot(clip={"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]})
    ).astype(np.int64)
    return int((np.abs(seen - np.array(colour)).max(axis=2) <= near).sum())


def wait_for_pictures(page: Page, more: int) -> None:
    """So many more pictures have come in."""
    body = page.locator("body")
    wanted = int(body.get_attribute("data-version") or "") + more
    for _ in range(WAIT_MS // 100):
        if int(body.get_attribute("data-version") or "") >= wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"no {more} pictures came")


def words(page: Page, name: str) -> str:
    """What is written in the part of this test id."""
    return page.get_by_test_id(name).inner_text()


def expect_words(page: Page, name: str, text: str) -> None:
    """Wait until it is written there."""
    expect(page.get_by_test_id(name)).to_contain_text(text, timeout=WAIT_MS)
