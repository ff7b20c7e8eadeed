"""Pictures of every screen, to be looked at: `python -m tests.browser.shots OUTDIR [NAME ...]`; without names, all.

A NAME may be a whole one, as public-phone-day, or its beginning. Each screen is taken at the size of a desk and of a
phone, at night and by day: NAME-desk-night.png and so on.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.page_steps import NO_WEBGL, WAIT_MS
from tests.browser.stage.stage import Stage
from tocsin.server.app import STATIC

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
THEMES = ("night", "day")
DRAWN_MS = 1_500
TABS = ("places", "tracks", "alerts", "health", "notices")


@dataclass(frozen=True)
class Screen:
    """How to come to a screen: what the stage plays, who looks, what is pressed."""

    steps: Callable[[Page, Stage], None] = lambda _page, _stage: None
    danger: bool = True
    who: str = "Olena"
    language: str = "en"
    drawn: bool = True  # with the map
    welcomed: bool = True
    mode: str = "demo"
    tab: str = "places"


def tab(number: int) -> Callable[[Page, Stage], None]:
    """A key for one of the lists; on a phone the sheet is pulled up."""

    def press(page: Page, _stage: Stage) -> None:
        page.keyboard.press(str(number))
        pull_up(page)

    return press


def pull_up(page: Page) -> None:
    """On a phone: the lists at their full height."""
    if narrow(page):
        page.locator("[role=tab][aria-selected=true]").click()


def narrow(page: Page) -> bool:
    """Is it a phone?"""
    size = page.viewport_size
    return size is not None and size["width"] < 800


def place(page: Page, stage: Stage) -> None:
    tab(1)(page, stage)
    page.locator("[data-place='power station'] button").first.click()


def release(page: Page, stage: Stage) -> None:
    stage.said.confirmed = ["Petro"]
    tab(3)(page, stage)
    page.locator("[data-statement='s-1']").scroll_into_view_if_needed()
    texts = page.locator("[data-statement='s-1'] details summary")
    texts.first.click()


def receipts(page: Page, stage: Stage) -> None:
    stage.said.confirmed = ["Petro", "Olena"]
    tab(3)(page, stage)
    page.wait_for_timeout(2_000)
    page.locator("[data-statement='s-1']").scroll_into_view_if_needed()
    for summary in page.locator("[data-statement='s-1'] details.way summary").all():
        summary.click()


def standing(page: Page, stage: Stage) -> None:
    tab(3)(page, stage)
    page.locator("[data-standing]").last.scroll_into_view_if_needed()


def others(page: Page, stage: Stage) -> None:
    tab(3)(page, stage)
    page.locator("[data-other]").last.scroll_into_view_if_needed()


def rules(page: Page, _stage: Stage) -> None:
    page.keyboard.press(",")
    page.get_by_test_id("rules").locator("summary").click()
    page.wait_for_timeout(800)


def menu(page: Page, _stage: Stage) -> None:
    page.locator("button.menu").click()


def hidden(page: Page, _stage: Stage) -> None:
    page.keyboard.press("2")
    page.get_by_role("button", name="Birds").click()
    lowest = page.get_by_label("From height")
    lowest.fill("1000")
    lowest.blur()


def hidden_note(page: Page, stage: Stage) -> None:
    hidden(page, stage)
    page.keyboard.press("1")


def past(page: Page, stage: Stage) -> None:
    page.get_by_role("slider").fill(str(round(stage.scene_s - 300)))


def track(page: Page, _stage: Stage) -> None:
    page.keyboard.press("2")
    page.locator("[data-track='1']").click()


def why(page: Page, stage: Stage) -> None:
    track(page, stage)
    page.locator(".why button").first.click()
    page.wait_for_timeout(1_000)
    page.locator(".why table").first.scroll_into_view_if_needed()


def sensor(page: Page, stage: Stage) -> None:
    tab(4)(page, stage)
    page.locator("[data-sensor='Radar Cape'] button").first.click()
    page.wait_for_timeout(1_000)


def system(page: Page, stage: Stage) -> None:
    tab(4)(page, stage)
    page.locator(".system details summary").first.click()
    page.wait_for_timeout(1_500)
    page.locator(".system details").first.scroll_into_view_if_needed()


def kiosk(page: Page, _stage: Stage) -> None:
    page.evaluate("location.hash = '#view&tab=places&kiosk=yes&place=power+station'")
    page.reload()
    page.wait_for_selector("body[data-line='open']", timeout=WAIT_MS)


def key(name: str) -> Callable[[Page, Stage], None]:
    return lambda page, _stage: page.keyboard.press(name)


def released(page: Page, stage: Stage) -> None:
    stage.said.confirmed = ["Petro", "Olena"]
    pull_up(page)


def lost(page: Page, stage: Stage) -> None:
    stage.faults.refuse = True
    stage.cut()
    page.wait_for_timeout(1_500)


def exercise(_page: Page, stage: Stage) -> None:
    stage.said.status = "exercise"


def layers(page: Page, _stage: Stage) -> None:
    for name in "erh":
        page.keyboard.press(name)
    page.get_by_role("button", name="Map", exact=True).click()


def sign_out(page: Page, _stage: Stage) -> None:
    page.evaluate("fetch('/api/session', {method: 'DELETE'})")
    page.wait_for_timeout(300)
    page.reload()


SCREENS: Mapping[str, Screen] = {
    "picture": Screen(danger=False, tab="tracks"),
    "layers": Screen(layers),
    "places": Screen(tab(1)),
    "place": Screen(place),
    "quiet": Screen(tab(1), danger=False),
    "alerts": Screen(tab(3)),
    "release": Screen(release),
    "receipts": Screen(receipts),
    "standing": Screen(standing),
    "others": Screen(others),
    "scores": Screen(key("o")),
    "scenarios": Screen(key("p")),
    "rules": Screen(rules),
    "menu": Screen(menu),
    "hidden": Screen(hidden),
    "hidden-note": Screen(hidden_note),
    "past": Screen(past),
    "past-alerts": Screen(past, tab="alerts"),
    "track": Screen(track),
    "why": Screen(why),
    "health": Screen(tab(4)),
    "sensor": Screen(sensor),
    "system": Screen(system),
    "notices": Screen(tab(5)),
    "welcome": Screen(welcomed=False),
    "keys": Screen(key("?")),
    "settings": Screen(key(",")),
    "kiosk": Screen(kiosk),
    "ukrainian": Screen(tab(1), language="uk"),
    "ukrainian-release": Screen(release, language="uk"),
    "ukrainian-track": Screen(track, language="uk"),
    "exercise": Screen(exercise),
    "lost": Screen(lost),
    "table": Screen(drawn=False),
    "public": Screen(released, who="Everybody"),
    "viewer": Screen(tab(3), who="Vera"),
    "sign-in": Screen(sign_out),
    "live": Screen(tab(3), mode="live"),
}


@dataclass(frozen=True)
class Seat:
    """What a page is opened with, and keeps: screens of one seat are taken one after another on one page."""

    who: str
    language: str
    drawn: bool
    welcomed: bool
    mode: str


def seat(screen: Screen) -> Seat:
    return Seat(screen.who, screen.language, screen.drawn, screen.welcomed, screen.mode)


def sit(browser: Browser, stage: Stage, at: Seat, size: str, theme: str) -> Page:
    """A page that shows the picture."""
    width, height = SIZES[size]
    phone = size == "phone"
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=phone, is_mobile=phone)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    kept = {"tocsin.choices.1": json.dumps({"theme": theme}), "tocsin.language.1": at.language}
    if at.welcomed:
        kept["tocsin.welcomed.1"] = "yes"
    for name, value in kept.items():
        page.add_init_script(f"localStorage.getItem('{name}') ?? localStorage.setItem('{name}', '{value}')")
    if not at.drawn:
        page.add_init_script(NO_WEBGL)
    page.goto(stage.link(at.who))
    page.wait_for_selector("body[data-line='open']:not([data-version='0'])")
    if at.drawn:
        page.wait_for_selector("body[data-map=ready]")
    return page


def calm(page: Page, stage: Stage, screen: Screen) -> None:
    """As a screen is found in the morning, with what the next one plays."""
    if page.get_by_role("dialog").count():
        page.keyboard.press("Escape")
    for name in ("Escape", "l", "0"):
        page.keyboard.press(name)
    stage.faults.refuse = False
    stage.said.confirmed, stage.said.status = [], "actual"
    stage.stage_of_plant = "warning" if screen.danger else ""
    if narrow(page):
        page.keyboard.press("5")
        sheet = page.locator(".desk")
        for _ in range(3):
            if sheet.get_attribute("data-sheet") != "half":
                page.locator("[role=tab][aria-selected=true]").click()
    page.keyboard.press(str(TABS.index(screen.tab) + 1))
    filtered = page.locator("[data-testid=hidden-note] button, .filters .all")
    if filtered.count():
        filtered.first.click()
    page.wait_for_timeout(1_200)


def shoot(page: Page, stage: Stage, screen: Screen, path: Path) -> None:
    """One screen."""
    if screen.welcomed:  # else the first thing that is seen is what is to be seen
        calm(page, stage, screen)
    screen.steps(page, stage)
    page.wait_for_timeout(DRAWN_MS)
    page.screenshot(path=path)


def main(folder: Path, wanted: list[str]) -> None:
    """All of them, or those that are named (by their beginning)."""
    folder.mkdir(parents=True, exist_ok=True)
    program = chromium.find()
    chromium.drive()
    seats = list(dict.fromkeys(map(seat, SCREENS.values())))

    def meant(name: str, size: str, theme: str) -> bool:
        return not wanted or any(f"{name}-{size}-{theme}-".startswith(f"{one}-") for one in wanted)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.ARGS, env=chromium.environment())
        for at, size, theme in product(seats, SIZES, THEMES):
            names = [name for name in SCREENS if seat(SCREENS[name]) == at and meant(name, size, theme)]
            if not names:
                continue
            with tempfile.TemporaryDirectory() as own, Stage(Path(own), STATIC, 120, mode=at.mode) as stage:
                stage.office.keep_report()
                page = sit(browser, stage, at, size, theme)
                for name in names:
                    shoot(page, stage, SCREENS[name], folder / f"{name}-{size}-{theme}.png")
                    print(name, size, theme, flush=True)
                page.context.close()
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
