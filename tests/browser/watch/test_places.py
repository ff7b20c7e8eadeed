"""Places first: who comes, when, from where, what still fits; and the map that shows it."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.page_steps import SMALL, WAIT_MS, enter, enter_without_map, wait_for_map
from tests.browser.stage.stage import Stage

PLANT = "[data-place='power station']"


def to_places(page: Page) -> None:
    page.keyboard.press("1")


def test_the_place_in_danger_stands_first_and_says_who_when_from_where_and_what_still_fits(
    page: Page, stage: Stage
) -> None:
    enter_without_map(page, stage)
    stage.stage_of_plant = "warning"
    to_places(page)
    first = page.locator("[data-place]").first
    expect(first).to_have_attribute("data-place", "power station", timeout=WAIT_MS)
    expect(first).to_contain_text("possible one-way-attack drone")
    expect(first).to_contain_text("from")
    expect(first.get_by_test_id("when")).to_contain_text("(1 in 2)")
    expect(first.get_by_test_id("when")).to_contain_text("(9 in 10)")
    expect(first).to_contain_text("Seen clear")
    clock = page.get_by_role("list", name="What still fits")
    expect(clock.locator("[data-fit='over'], [data-fit='tight']")).to_contain_text("run down a unit")
    expect(clock.locator("[data-fit='fits']")).to_contain_text("begin within")
    first.get_by_role("button").first.click()
    reasons = page.get_by_test_id("reasons")
    expect(reasons).to_contain_text("P(entry in time) >= 0.5")
    expect(reasons).to_contain_text("Two people release")
    expect(reasons).to_contain_text("multirotor T9 was lost and may still be there")
    reasons.get_by_role("button", name="T1:").click()
    page.wait_for_selector("body[data-chosen='1']")


def test_one_click_on_a_place_shows_it_on_the_map_and_the_link_leads_back_there(
    page: Page, stage: Stage, screenshot: Path
) -> None:
    stage.stage_of_plant = "warning"
    enter(page, stage)
    wait_for_map(page)
    to_places(page)
    page.locator(PLANT).get_by_role("button").first.click()
    page.keyboard.press("r")
    page.keyboard.press("h")
    expect(page).to_have_url(re.compile(r"place=power\+station.*rings=true"), timeout=WAIT_MS)
    page.wait_for_timeout(2_000)
    page.screenshot(path=screenshot / "place.png")
    link = page.url
    other = page.context.new_page()
    other.set_viewport_size(SMALL)
    other.goto("about:blank")
    other.goto(link)
    expect(other.locator(f"{PLANT}.open")).to_be_visible(timeout=WAIT_MS)
    other.wait_for_selector("body[data-map=ready]", timeout=WAIT_MS)
    expect(other).to_have_url(re.compile("rings=true"))


def test_a_link_to_a_time_that_is_no_longer_kept_says_so_and_shows_the_present(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.evaluate("location.hash = '#view&tab=tracks&time=1000000000'")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("2001-09-09 01:46:40 UTC is no longer kept", timeout=WAIT_MS)
    expect(page.get_by_test_id("live")).to_contain_text("Live")


def test_one_place_alone_fills_a_wall(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    stage.stage_of_plant = "warning"
    page.evaluate("location.hash = '#view&tab=places&kiosk=yes&place=power+station'")
    page.reload()
    expect(page.get_by_label("This place alone")).to_contain_text("Almar power station", timeout=WAIT_MS)
    expect(page.get_by_role("tab")).to_have_count(0)
    page.get_by_role("button", name="Back to everything").click()
    expect(page.get_by_role("tab", name="Places")).to_be_visible()
