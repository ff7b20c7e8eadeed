"""For everyone: axe finds nothing on any screen, colours are told apart, and another language leaves no word behind."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.page_steps import NO_WEBGL, WAIT_MS, WELCOMED, enter_without_map
from tests.browser.stage.stage import Stage

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = ViewportSize(width=390, height=844)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, in words: rule, how many, where first."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run(document, {{runOnly: {{type: 'tag', values: {json.dumps(TAGS)}}}}})")
    return [
        f"{one['id']}: {len(one['nodes'])} x, {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary')}"
        for one in found["violations"]
    ]


@pytest.mark.parametrize("theme", ["night", "day"])
def test_axe_finds_nothing_on_any_screen(page: Page, stage: Stage, theme: str) -> None:
    stage.stage_of_plant = "warning"
    stage.said.confirmed = ["Petro"]
    enter_without_map(page, stage)
    page.locator("[data-track='1']").click()
    if theme == "day":
        page.keyboard.press("m")
        expect(page.locator("html")).to_have_attribute("data-theme", "day")
    found = {"tracks and details": violations(page)}
    page.keyboard.press("Escape")
    for number, screen in enumerate(("places", "tracks again", "alerts", "health", "notices"), start=1):
        page.keyboard.press(str(number))
        page.wait_for_timeout(400)
        if screen == "places":
            page.locator("[data-place]").first.get_by_role("button").first.click()
        found[screen] = violations(page)
    page.get_by_role("slider", name="Time").fill(str(round(stage.scene_s - 300)))
    expect(page.get_by_test_id("past")).to_be_visible(timeout=WAIT_MS)
    found["the past"] = violations(page)
    page.keyboard.press("l")
    expect(page.get_by_test_id("past")).to_have_count(0, timeout=WAIT_MS)
    for key, sheet in (("?", "keys"), (",", "settings"), ("o", "scores"), ("p", "scenarios")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog"), sheet).to_be_visible(timeout=WAIT_MS)
        if sheet == "settings":
            page.get_by_text("The rules in force").click()
        page.wait_for_timeout(300)
        found[sheet] = violations(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0, timeout=WAIT_MS)  # else it takes the next key
    page.get_by_role("button", name="Menu: ").click()
    found["menu"] = violations(page)
    page.keyboard.press("Escape")
    stage.said.confirmed, stage.said.status, stage.office.slow = ["Petro", "Olena"], "exercise", True
    page.keyboard.press("3")
    expect(page.get_by_test_id("receipts")).to_contain_text("no receipt yet", timeout=WAIT_MS)
    found["receipts, in an exercise"] = violations(page)
    page.evaluate("location.hash = '#view&tab=places&kiosk=yes&place=power+station'")
    page.reload()
    expect(page.get_by_role("button", name="Back to everything")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_test_id("when")).to_be_visible(timeout=WAIT_MS)
    found["kiosk"] = violations(page)
    assert {screen: some for screen, some in found.items() if some} == {}


@pytest.mark.parametrize("theme", ["night", "day"])
def test_axe_finds_nothing_in_the_welcome_nor_for_who_only_looks(page: Page, stage: Stage, theme: str) -> None:
    stage.stage_of_plant = "warning"
    page.add_init_script(NO_WEBGL)
    page.add_init_script(dressed(theme))
    page.goto(stage.link("Vera"))
    expect(page.get_by_role("dialog")).to_be_visible(timeout=WAIT_MS)
    found = {"welcome": violations(page)}
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=WAIT_MS)
    for number, screen in enumerate(("places", "tracks", "alerts", "health", "notices"), start=1):
        page.keyboard.press(str(number))
        page.wait_for_timeout(400)
        found[screen] = violations(page)
    assert {screen: some for screen, some in found.items() if some} == {}


def dressed(theme: str) -> str:
    """A browser that was left in these colours."""
    choices = json.dumps({"theme": theme, "tab": "tracks"})
    return f"localStorage.getItem('tocsin.choices.1') ?? localStorage.setItem('tocsin.choices.1', '{choices}')"


@pytest.mark.parametrize("theme", ["night", "day"])
def test_axe_finds_nothing_on_a_phone_nor_where_one_signs_in(browser: Browser, stage: Stage, theme: str) -> None:
    stage.stage_of_plant = "warning"
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.add_init_script(dressed(theme))
    page.add_init_script(WELCOMED)
    page.add_init_script(NO_WEBGL)
    page.goto(stage.url)
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT_MS)
    found = {"sign in": violations(page)}
    page.goto("about:blank")
    page.goto(stage.link())
    page.wait_for_selector("body[data-received='40']", timeout=WAIT_MS)
    for name in ("Places", "Alerts", "Health"):
        page.get_by_role("tab", name=name).tap()
        page.wait_for_timeout(400)
        found[name] = violations(page)
    page.get_by_role("slider", name="Time").fill(str(round(stage.scene_s - 300)))
    expect(page.get_by_test_id("past")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_test_id("to-live")).to_be_in_viewport()
    found["the past"] = violations(page)
    page.get_by_role("tab", name="Places").tap()
    page.goto("about:blank")  # not by its hash: the page writes there as well
    page.goto(f"{stage.url}/#view&tab=places&kiosk=yes&place=power+station")
    expect(page.get_by_role("button", name="Back to everything")).to_be_attached(timeout=WAIT_MS)
    found["kiosk"] = violations(page)
    page.evaluate("location.hash = '#view&tab=tracks&track=1'")
    page.reload()
    expect(page.get_by_role("button", name="Why is it there?")).to_be_attached(timeout=WAIT_MS)
    found["a track"] = violations(page)
    page.context.clear_cookies()
    page.goto("about:blank")
    stage.said.confirmed = ["Petro", "Olena"]
    page.goto(stage.link("Everybody"))
    expect(page.get_by_test_id("public")).to_be_visible(timeout=WAIT_MS)
    found["the public's"] = violations(page)
    context.close()
    assert {screen: some for screen, some in found.items() if some} == {}


def test_the_page_speaks_ukrainian_and_keeps_the_view(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.keyboard.press(",")
    page.get_by_label("Language").select_option("uk")
    expect(page.get_by_role("tab", name="Тривоги")).to_be_visible(timeout=WAIT_MS)
    assert page.locator("html").get_attribute("lang") == "uk"
    stage.stage_of_plant = "warning"
    page.keyboard.press("1")
    expect(page.locator("[data-place]").first).to_contain_text("Тривога", timeout=WAIT_MS)
    expect(page.locator("[data-place]").first).to_contain_text("можливо, ударний дрон")
    expect(page.locator("[data-place='city']")).to_contain_text("ніхто не дивиться: навколо; мовчать: Microphones")
    page.locator("[data-annunciation]").or_(page.locator("[data-alert]")).first.wait_for(timeout=WAIT_MS)
    stage.said.sounds = 2  # since the page was told: acknowledging is refused, in words
    page.locator("[data-alert] .act button").first.click()
    expect(page.locator("[data-alert]")).to_contain_text("відтоді вона прозвучала знову", timeout=WAIT_MS)
    page.keyboard.press("5")
    expect(page.get_by_role("tabpanel")).to_contain_text("запізнюється → мовчить", timeout=WAIT_MS)


def test_the_watermark_says_whose_screen_a_photograph_shows(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    shown = page.request.get(f"{stage.url}/api/me").json()
    expect(page.get_by_test_id("watermark")).to_contain_text(shown["watermark"])
    assert shown["watermark"].startswith(shown["name"])
