"""A line that breaks, stalls, drags or babbles: said at once, mended by itself, never a blank page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_steps import (
    RED,
    WAIT_MS,
    count,
    enter,
    enter_without_map,
    expect_words,
    wait_for_map,
    wait_for_pictures,
)
from tests.browser.stage.stage import Stage

# pressed if it is still there: the page may have mended itself a moment before, and then nothing is left to press
TRY = "[...document.querySelectorAll('button')].find((one) => one.textContent.includes('Try now'))?.click()"


def test_a_lost_connection_is_said_at_once_and_mended_without_a_reload(
    page: Page, stage: Stage, page_errors: list[str]
) -> None:
    enter_without_map(page, stage)
    page.evaluate("window.stayed = true")
    stage.faults.refuse = True
    stage.cut()
    expect_words(page, "line", "No connection")
    expect_words(page, "line", "What you see is old")
    expect_words(page, "live", "Not live")
    expect(page.get_by_role("button", name="Try now")).to_be_visible(timeout=WAIT_MS)
    stage.faults.refuse = False
    page.evaluate(TRY)
    expect_words(page, "live", "Live")
    expect(page.get_by_test_id("line")).to_have_count(0)
    assert page.evaluate("window.stayed") is True
    page_errors[:] = [error for error in page_errors if "WebSocket" not in error]  # the browser notes each refusal


def test_a_map_that_is_old_says_so_in_red(page: Page, stage: Stage, page_errors: list[str]) -> None:
    enter(page, stage)
    wait_for_map(page)
    before = count(page, RED)
    stage.faults.refuse = True
    stage.cut()
    expect_words(page, "line", "No connection")
    assert count(page, RED) > before + 2_000
    page_errors[:] = [error for error in page_errors if "WebSocket" not in error]


def test_silence_is_said_even_while_the_line_is_open(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    stage.faults.freeze = True
    expect_words(page, "line", "nothing has come for")
    stage.faults.freeze = False
    expect(page.get_by_test_id("line")).to_have_count(0, timeout=WAIT_MS)


GARBAGE = {
    "no MessagePack": b"\xc1 this is no frame",
    "no map": b"\x93\x01\x02\x03",
    "half a frame": b"\x82\xa4kind\xa8snapshot\xa1v",
    "a map of another kind": b"\x81\xa4kind\xa5chaos",
    "a picture without columns": b"\x86\xa4kind\xa8snapshot\xa1v\x01\xa1n\x05\xa3seq\x01\xa4time\x01\xa4live\xc3",
    "a zip bomb of nothing": b"\xdd\xff\xff\xff\xff",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_a_frame_that_makes_no_sense_is_counted_and_the_picture_goes_on(
    page: Page, stage: Stage, garbage: bytes
) -> None:
    enter_without_map(page, stage)
    stage.say(garbage)
    page.get_by_role("tab", name="Health").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("Frames that made no sense", timeout=WAIT_MS)
    wait_for_pictures(page, 4)


def test_a_missing_frame_is_noticed_and_a_whole_picture_asked_for(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    stage.sky.ended.add(2)
    stage.faults.drop_next = 3
    expect(page.locator("[data-track='2']")).to_have_count(0, timeout=WAIT_MS)
    page.wait_for_selector("body[data-received='39']", timeout=WAIT_MS)


def test_a_slow_line_shows_how_late_the_picture_is(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    stage.faults.delay_s = 3.6
    expect(page.get_by_role("banner").get_by_role("status")).to_contain_text("late", timeout=WAIT_MS)
    stage.faults.delay_s = 0.0
    page.get_by_role("tab", name="Health").click()
    expect(page.get_by_text("Pictures skipped")).to_be_visible()


def test_what_the_server_knows_of_sensors_and_refusals_is_shown(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.get_by_role("tab", name="Health").click()
    sensor = page.locator("[data-sensor='Microphones']")
    expect(sensor).to_contain_text("expired", timeout=WAIT_MS)
    panel = page.get_by_role("tabpanel")
    for part in ("silent for 2 min", "asterix: truncated record", "late by more than 30 s", "detection to map p99"):
        expect(panel).to_contain_text(part)
    page.get_by_role("tab", name="Places").click()
    expect(panel).to_contain_text("nobody looks at: all around; silent: Microphones")
    for state in ("Seen clear", "Partly seen", "Blind"):
        expect(panel.get_by_text(state, exact=True).first).to_be_visible()
    page.get_by_role("tab", name="Notices").click()
    expect(panel).to_contain_text("Microphones: stale -> expired", timeout=WAIT_MS)
    page.get_by_role("button", name="T1: confirmed").first.click()
    page.wait_for_selector("body[data-chosen='1']")
