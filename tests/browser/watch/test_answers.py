"""What goes wrong at a desk is answered in words, and nothing is done twice."""

from playwright.sync_api import Page, expect

from tests.browser.page_steps import WAIT_MS, enter_without_map, expect_words
from tests.browser.stage.sky import START_S
from tests.browser.stage.stage import Stage

HOUR_OFF = "const now = Date.now; Date.now = () => now() + 3600e3"


def test_one_goes_from_event_to_event_and_sees_the_past_as_known_then_or_now(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    expect(page.get_by_role("slider", name="Time")).to_have_attribute("min", str(round(START_S - 900)), timeout=WAIT_MS)
    page.keyboard.press("<")
    expect_words(page, "happened", "power station: quiet -> watch")
    expect_words(page, "past", "as it was known then")
    with (  # both are there before what is kept is less
        page.expect_response(lambda answer: "/api/at?" in answer.url and "known=now" in answer.url),
        page.expect_response(lambda answer: "/api/stood?" in answer.url),
    ):
        page.get_by_label("Known").select_option("now")
    expect_words(page, "past", "as it is known now")
    stage.kept_from_s = stage.scene_s
    page.keyboard.press("<")
    expect(page.get_by_role("alert").first).to_contain_text("No event there", timeout=WAIT_MS)
    page.keyboard.press("l")
    expect_words(page, "live", "Live")


def test_a_laptop_whose_clock_is_an_hour_off_shows_no_delay_and_the_servers_time(page: Page, stage: Stage) -> None:
    page.add_init_script(HOUR_OFF)
    stage.stage_of_plant = "warning"
    enter_without_map(page, stage)
    page.keyboard.press("1")
    expect(page.locator("[data-place]").first.get_by_test_id("when")).to_contain_text("in 1", timeout=WAIT_MS)
    expect(page.get_by_role("banner").get_by_role("status")).to_have_count(0)


def test_what_is_ordered_of_a_track_carries_what_was_seen_and_a_refusal_says_what_has_changed(
    page: Page, stage: Stage
) -> None:
    enter_without_map(page, stage)
    page.locator("[data-track='1']").click()
    work = page.get_by_label("Work on it").first
    stage.said.refuse = "somebody marked track 1 as friend while you decided: look again"
    work.get_by_role("button", name="Give order").click()
    work.get_by_label("Reason").fill("flies like one")
    work.get_by_role("button", name="Give order").click()
    expect(work.get_by_test_id("answer")).to_contain_text("Not done: somebody marked track 1 as friend")
    given = stage.said.orders[-1]
    assert given.arguments == {"mark": "suspect", "seen_class": "one-way-attack drone", "seen_mark": ""}
    assert given.reason == "flies like one"


def test_a_browser_with_garbage_in_its_memory_and_its_address_shows_the_picture(page: Page, stage: Stage) -> None:
    page.add_init_script("localStorage.setItem('tocsin.choices.1', '{\"tab\":')")
    enter_without_map(page, stage)
    page.evaluate("location.hash = '#view&at=NaN,x,&time=-7&tab=none&trailMin=\"ten\"&lowest={}&track=zz'")
    page.reload()
    page.wait_for_selector("body[data-received='40'][data-drawn='40']", timeout=WAIT_MS)
    expect(page.get_by_test_id("live")).to_contain_text("Live")
