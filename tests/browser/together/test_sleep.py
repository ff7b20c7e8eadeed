"""A laptop that sleeps, a server that begins anew, a clock that is off, messages of no sense: said, and mended."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.page_steps import WAIT_MS, enter_without_map, expect_words, wait_for_pictures
from tests.browser.stage.stage import Stage
from tocsin.server.app import STATIC

HOUR_OFF = "const now = Date.now; Date.now = () => now() + 3600e3"
# Sleep as a page sees it: nothing of it runs, then the wall clock stands elsewhere.
SLEEP = "const past = Date.now; Date.now = () => past() + 720e3"


def test_a_laptop_that_slept_says_for_how_long_and_shows_the_present_without_a_reload(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.evaluate("window.stayed = true")
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    stage.sky.ended.add(2)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    page.evaluate(SLEEP)
    expect(page.get_by_test_id("slept")).to_contain_text("This screen slept for 12 min", timeout=WAIT_MS)
    expect(page.get_by_test_id("slept")).to_contain_text("it is live again", timeout=WAIT_MS)
    expect_words(page, "live", "Live")
    expect(page.locator("[data-track='2']")).to_have_count(0, timeout=WAIT_MS)
    wait_for_pictures(page, 3)
    page.get_by_test_id("slept").get_by_role("button", name="Understood").click()
    expect(page.get_by_test_id("slept")).to_have_count(0)
    assert page.evaluate("window.stayed") is True


def test_a_network_that_is_gone_is_said_and_its_return_is_used_at_once(
    page: Page, stage: Stage, page_errors: list[str]
) -> None:
    enter_without_map(page, stage)
    page.evaluate("window.stayed = true")
    page.context.set_offline(offline=True)
    stage.cut()
    expect_words(page, "line", "No connection")
    page.context.set_offline(offline=False)
    expect_words(page, "live", "Live")
    expect(page.get_by_test_id("line")).to_have_count(0, timeout=WAIT_MS)
    assert page.evaluate("window.stayed") is True
    page_errors[:] = [error for error in page_errors if "ERR_INTERNET" not in error and "WebSocket" not in error]


def test_a_server_that_begins_anew_is_found_again_with_what_it_says_now(
    page: Page, tmp_path: Path, page_errors: list[str]
) -> None:
    with Stage(tmp_path, STATIC, 40) as first:
        enter_without_map(page, first)
        page.keyboard.press("3")
        page.evaluate("window.stayed = true")
        port = first.port
    expect_words(page, "line", "No connection")
    with Stage(tmp_path, STATIC, 25, port=port) as second:
        page.wait_for_selector("body[data-received='25']", timeout=WAIT_MS)
        expect_words(page, "live", "Live")
        second.stage_of_plant = "warning"
        expect(page.locator("[data-statement='s-1']")).to_be_visible(timeout=WAIT_MS)
    assert page.evaluate("window.stayed") is True
    page_errors[:] = [error for error in page_errors if "ERR_" not in error and "WebSocket" not in error]


def test_a_clock_that_is_an_hour_off_is_told_and_no_time_on_the_screen_follows_it(page: Page, stage: Stage) -> None:
    page.add_init_script(HOUR_OFF)
    enter_without_map(page, stage)
    expect(page.get_by_test_id("clock-off")).to_contain_text("clock 1 h 00 min off", timeout=WAIT_MS)
    expect(page.get_by_test_id("slept")).to_have_count(0)


def test_messages_of_no_sense_are_told_and_what_was_known_stays(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    stage.say(b"\xc1 this is no frame")
    expect(page.get_by_test_id("garbage")).to_contain_text("1 messages made no sense", timeout=WAIT_MS)
    wait_for_pictures(page, 2)
    expect_words(page, "live", "Live")


def test_another_night_leaves_nothing_of_the_one_before(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.keyboard.press("5")
    expect(page.get_by_role("tabpanel")).to_contain_text("T1: confirmed", timeout=WAIT_MS)
    stage.quiet_notices = True
    stage.scene_s -= 600  # begun anew
    expect(page.get_by_role("tabpanel")).to_contain_text("No notices", timeout=WAIT_MS, ignore_case=True)
    wait_for_pictures(page, 2)
