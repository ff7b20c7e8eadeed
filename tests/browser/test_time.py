"""One bar for the past and the present, and nobody takes one for the other."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.page_steps import WAIT_MS, enter_without_map, expect_words, words
from tests.browser.stage.sky import START_S
from tests.browser.stage.stage import Stage
from tocsin.server.app import STATIC


def test_the_slider_shows_the_past_and_says_that_it_is_not_live(page: Page, stage: Stage) -> None:
    stage.sky.ended.add(7)
    page.add_init_script("")
    enter_ended = stage.n
    stage.n -= 1
    enter_without_map(page, stage)
    stage.n = enter_ended
    slider = page.get_by_role("slider", name="Time")
    expect(slider).to_have_attribute("min", str(round(START_S - 900)), timeout=WAIT_MS)
    stage.sky.ended.discard(7)
    slider.fill(str(round(START_S - 300)))
    expect_words(page, "past", "NOT LIVE")
    expect_words(page, "past", "as it was known then")
    expect_words(page, "live", "Not live")
    expect(page.locator("[data-track='7']")).to_be_visible()
    was = words(page, "shown")
    page.keyboard.press("[")
    expect(page.get_by_test_id("shown")).not_to_have_text(was)
    page.keyboard.press("]")
    expect(page.get_by_test_id("shown")).to_have_text(was)
    page.keyboard.press("l")
    expect_words(page, "live", "Live")
    expect(page.get_by_test_id("past")).to_have_count(0)


def test_the_past_plays_at_the_speed_that_was_chosen_and_ends_in_the_present(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    slider = page.get_by_role("slider", name="Time")
    expect(slider).to_have_attribute("min", str(round(START_S - 900)), timeout=WAIT_MS)
    slider.fill(str(round(START_S - 60)))
    expect_words(page, "past", "NOT LIVE")
    page.get_by_label("Speed").select_option("60")
    page.get_by_test_id("play").click()
    expect_words(page, "live", "Live")


def test_places_and_alerts_of_the_past_are_those_of_then_and_what_waits_now_stays_in_sight(
    page: Page, stage: Stage
) -> None:
    stage.stage_of_plant = "warning"
    enter_without_map(page, stage)
    slider = page.get_by_role("slider", name="Time")
    expect(slider).to_have_attribute("min", str(round(START_S - 900)), timeout=WAIT_MS)
    page.keyboard.press("1")
    plant = page.locator("[data-place='power station']")
    expect(plant).to_have_attribute("data-stage", "warning", timeout=WAIT_MS)
    slider.fill(str(round(START_S - 200)))
    expect(plant).to_have_attribute("data-stage", "watch", timeout=WAIT_MS)
    expect_words(page, "then", "as it was decided then")
    page.keyboard.press("3")
    expect_words(page, "then", "at this moment")
    expect(page.locator("[data-statement='s-1']")).to_be_visible()
    expect(page.get_by_role("tabpanel").get_by_role("button", name="Release")).to_have_count(0)
    expect(page.locator("[data-alert='a-1']")).to_be_visible()
    slider.fill(str(round(START_S - 400)))
    expect(page.locator("[data-statement='s-1']")).to_have_count(0, timeout=WAIT_MS)
    page.keyboard.press("1")
    expect(plant).to_have_attribute("data-stage", "quiet")
    page.keyboard.press("l")
    expect(plant).to_have_attribute("data-stage", "warning", timeout=WAIT_MS)


def test_a_moment_that_is_not_kept_is_said(page: Page, stage: Stage, page_errors: list[str]) -> None:
    enter_without_map(page, stage)
    expect(page.get_by_role("slider", name="Time")).to_have_attribute("min", str(round(START_S - 900)), timeout=WAIT_MS)
    stage.lose_the_past()
    page.get_by_role("slider", name="Time").fill(str(round(START_S - 800)))
    expect(page.get_by_role("alert")).to_contain_text("nothing is kept of this moment", timeout=WAIT_MS)
    page_errors[:] = [error for error in page_errors if "404" not in error]  # the browser notes the answer


def test_a_demo_is_paused_sped_up_and_resumed(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.keyboard.press(" ")
    expect_words(page, "paused", "PAUSED")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_test_id("paused")).to_have_count(0)
    page.get_by_label("Speed").select_option("10")
    expect(page.get_by_label("Speed")).to_have_value("10")
    page.wait_for_timeout(800)
    assert stage.controlled == [("pause", None), ("resume", None), ("speed", 10.0)]


def test_a_live_picture_cannot_be_paused_only_looked_at_later(page: Page, tmp_path: Path) -> None:
    with Stage(tmp_path, STATIC, 40, mode="live") as live:
        enter_without_map(page, live)
        expect(page.get_by_label("Speed")).to_be_disabled()
        page.keyboard.press(" ")
        expect_words(page, "past", "NOT LIVE")
        page.get_by_role("button", name="Back to live").click()
        expect_words(page, "live", "Live")
