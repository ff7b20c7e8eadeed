"""Signing in and out, the first minute, the keys, and a phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_steps import NO_WEBGL, WAIT_MS, WELCOMED, choose, enter, enter_without_map, wait_for_map
from tests.browser.stage.stage import PASSWORD, PERSON, Stage


def test_a_link_signs_in_once_and_leaves_the_address(page: Page, stage: Stage, page_errors: list[str]) -> None:
    page.add_init_script(NO_WEBGL)
    link = stage.link()
    page.goto(link)
    page.wait_for_selector("body[data-received='40']", timeout=WAIT_MS)
    assert page.url == f"{stage.url}/"
    page.context.clear_cookies()
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("used before")
    assert page.url == f"{stage.url}/"
    page_errors[:] = [error for error in page_errors if "401" not in error]  # the browser notes the refusal


def test_name_and_password_sign_in_and_signing_out_shows_nothing_more(
    page: Page, stage: Stage, page_errors: list[str]
) -> None:
    page.add_init_script(NO_WEBGL)
    page.add_init_script(WELCOMED)
    page.goto(stage.url)
    page.get_by_label("Name").fill(PERSON)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("body[data-received='40']", timeout=WAIT_MS)
    choose(page, "Sign out")
    expect(page.get_by_label("Password")).to_be_visible()
    expect(page.locator("[data-track]")).to_have_count(0)
    page_errors[:] = [error for error in page_errors if "401" not in error]


def test_a_session_that_ends_elsewhere_ends_here(page: Page, stage: Stage, page_errors: list[str]) -> None:
    enter_without_map(page, stage)
    stage.sessions.end_all_of(PERSON)
    expect(page.get_by_role("alert")).to_contain_text("session has ended", timeout=WAIT_MS)
    page_errors[:] = [error for error in page_errors if "401" not in error]


def test_a_newcomer_is_told_once_what_is_to_be_seen(page: Page, stage: Stage) -> None:
    page.add_init_script(NO_WEBGL)
    page.goto(stage.link())
    sheet = page.get_by_role("dialog")
    for part in ("A simulated night", "seen clear", "blind", "The machine calls nothing hostile"):
        expect(sheet).to_contain_text(part, timeout=WAIT_MS)
    page.get_by_role("button", name="Show me the picture").click()
    expect(sheet).to_have_count(0)
    page.wait_for_timeout(1_000)  # the browser hands its local storage on a moment later, and nobody reloads at once
    page.reload()
    page.wait_for_selector("body[data-received='40']", timeout=WAIT_MS)
    expect(sheet).to_have_count(0)
    choose(page, "What is this?")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_one_key_shows_all_keys(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next, previous track")
    page.keyboard.press("j")  # while a sheet is open, keys do nothing behind it
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.locator("body").get_attribute("data-chosen") == ""
    page.keyboard.press("4")
    expect(page.get_by_role("tab", name="Health")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (360, 640)])
def test_a_phone_shows_the_map_the_lists_and_the_details(
    browser: Browser, stage: Stage, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    enter(page, stage)
    wait_for_map(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.get_by_title("Demo: simulated")).to_be_visible()  # nobody takes a simulation for the night outside
    last = page.get_by_role("columnheader", name="Seen").bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= width
    stands = page.get_by_role("application").bounding_box()
    assert stands is not None
    assert stands["height"] > height / 4
    page.locator("[data-track='1']").tap()
    expect(page.get_by_label("Track", exact=True)).to_contain_text("one-way-attack drone")
    page.get_by_label("Close").tap()
    page.get_by_role("tab", name="Places").tap()
    expect(page.get_by_role("tabpanel")).to_contain_text("Almar power station")
    page.get_by_role("tab", name="Places").tap()  # full height, then closed: the map has the screen
    page.get_by_role("tab", name="Places").tap()
    expect(page.get_by_role("tab", name="Places")).to_be_in_viewport()
    higher = page.get_by_role("application").bounding_box()
    assert higher is not None
    assert higher["height"] > stands["height"]
    assert problems == []
    context.close()


def test_what_was_picked_is_still_picked_tomorrow(page: Page, stage: Stage) -> None:
    page.add_init_script(WELCOMED)
    enter_without_map(page, stage)
    page.get_by_role("button", name="Birds").click()
    page.reload()
    expect(page.get_by_role("button", name="Birds")).to_have_attribute("aria-pressed", "false", timeout=WAIT_MS)
