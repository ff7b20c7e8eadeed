"""A real browser for the tests of this folder: `browser` for the whole run, a fresh `page` for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser import chromium
from tests.browser.stage.stage import Stage
from tocsin.server.app import STATIC

SCREENSHOTS = chromium.CACHE / "screenshots"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, drawing in software. It is found or fetched; without one the tests fail."""
    program = chromium.find()
    chromium.drive()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=chromium.ARGS, env=chromium.environment())
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A person's browser with no memory, the size of a desk. A phone is `browser.new_context(viewport=...)`."""
    fresh = browser.new_context(viewport={"width": 1280, "height": 800})
    yield fresh
    fresh.close()


@pytest.fixture
def page_errors() -> list[str]:
    """What the page threw or printed as an error, as it came. A test takes out what it expects."""
    return []


@pytest.fixture
def page(context: BrowserContext, page_errors: list[str]) -> Iterator[Page]:
    """One empty page. An error in its console fails the test: a quiet console is part of every test."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            page_errors.append(message.text)

    empty = context.new_page()
    empty.on("console", note)
    empty.on("pageerror", lambda error: page_errors.append(str(error)))
    yield empty
    assert page_errors == []


@pytest.fixture
def screenshot() -> Path:
    """Where a test may leave pictures to look at; git-ignored."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS


@pytest.fixture
def stage(tmp_path: Path, page_errors: list[str], request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The real server before a made-up sky of 40 tracks, playing as a demo. Pages leave before it ends."""
    browser: Browser | None = request.getfixturevalue("browser") if "browser" in request.fixturenames else None
    with Stage(tmp_path, STATIC, 40) as opened:
        yield opened
        heard = list(page_errors)
        for context in browser.contexts if browser is not None else ():
            for page in context.pages:
                page.close()  # or it says in its console that nobody answers any more
        page_errors[:] = heard  # what it says while it leaves is no fault of the test
