"""Beside the picture: receipts, other authorities, pages of scores, the rules, scenarios; and sound after a touch."""

from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.page_steps import WAIT_MS, choose, enter_without_map
from tests.browser.stage.stage import PERSON, SECOND, Stage

CARD = "[data-statement='s-1']"
# What drives the browser counts as a person's touch to it; this page has had none yet.
UNTOUCHED = """Object.defineProperty(navigator, 'userActivation', {
  value: { get hasBeenActive() { return window.touched === true } },
})"""


def test_receipts_come_in_by_channel_with_what_was_read_back_and_how_long_it_took(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    stage.said.confirmed = [PERSON, SECOND]
    stage.office.slow = True
    enter_without_map(page, stage)
    page.keyboard.press("3")
    told = page.locator(CARD).get_by_test_id("receipts")
    expect(told).to_contain_text("1 of 3 channels have it", timeout=WAIT_MS)
    siren = told.locator("[data-channel='sirens north']")
    expect(siren).to_contain_text("no receipt yet")
    expect(siren).to_contain_text("no answer from 127.0.0.1; tried 3 times")
    stage.office.slow = False
    expect(siren).to_contain_text("relay closed, 4.2 A: read back", timeout=WAIT_MS)
    expect(told).to_contain_text("2 of 3 channels have it")
    expect(told.locator("[data-channel='duty mail']")).to_contain_text("a newer one took its place")
    told.get_by_text("from detection to the last receipt").click()
    expect(told).to_contain_text("decision to release")
    expect(told).to_contain_text("27 s")


def test_other_authorities_are_heard_or_said_to_be_silent(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    enter_without_map(page, stage)
    page.keyboard.press("3")
    west, north = page.locator("[data-other='west']"), page.locator("[data-other='north']")
    for words in ("Air raid warning for the west bank", "Immediate", "Take cover.", "Signature: good"):
        expect(west).to_contain_text(words, timeout=WAIT_MS)
    expect(north).to_contain_text("never heard")
    expect(north).to_contain_text("does not answer")


def test_a_threshold_curve_is_looked_at_in_place_and_runs_and_loads_nothing(
    page: Page, stage: Stage, page_errors: list[str]
) -> None:
    errors: list[str] = []
    stage.office.keep_report()
    enter_without_map(page, stage)
    page.on("requestfinished", lambda request: errors.append(request.url) if "elsewhere" in request.url else None)
    choose(page, "Scores")
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="Missed, false, early")).to_be_visible(timeout=WAIT_MS)
    expect(inside.get_by_role("img", name="missed against false")).to_be_visible()
    assert page.locator("iframe").get_attribute("title") == "Missed, false, early"
    assert errors == []
    assert any("allow-scripts" in error for error in page_errors)  # its script was stopped, and ours of this test too
    page_errors[:] = [error for error in page_errors if "sandbox" not in error and "elsewhere" not in error]


def test_where_no_score_is_kept_the_page_says_which_command_makes_one(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    choose(page, "Scores")
    expect(page.get_by_role("dialog")).to_contain_text("tocsin thresholds", timeout=WAIT_MS)


def test_the_rules_in_force_stand_in_the_settings_with_their_digest(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.keyboard.press(",")
    rules = page.get_by_test_id("rules")
    rules.get_by_text("The rules in force").click()
    expect(rules).to_contain_text("SHA-256", timeout=WAIT_MS)
    expect(rules.get_by_role("row", name="cruise missile")).to_contain_text("fast")
    expect(rules).to_contain_text("watch_chance")


def test_a_scenario_is_begun_by_a_supervisor_who_is_asked_twice(
    page: Page, stage: Stage, page_errors: list[str]
) -> None:
    enter_without_map(page, stage)
    choose(page, "Scenarios")
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("[data-scene='demo-night']")).to_contain_text("plays now", timeout=WAIT_MS)
    sheet.locator("[data-scene='winter-night']").click()
    sheet.get_by_role("button", name="Begin winter-night").click()
    sheet.get_by_role("button", name="End this night and begin winter-night").click()
    expect(sheet.get_by_test_id("answer")).to_contain_text("Not done: winter-night.toml:12", timeout=WAIT_MS)
    sheet.locator("[data-scene='port']").click()
    sheet.get_by_role("button", name="Begin port").click()
    assert stage.office.begun == []
    sheet.get_by_role("button", name="End this night and begin port").click()
    expect(sheet.get_by_test_id("answer")).to_contain_text("port begins", timeout=WAIT_MS)
    assert stage.office.begun == [("port", None)]
    page_errors[:] = [error for error in page_errors if "422" not in error]  # the browser notes the refusal


def test_a_viewer_begins_releases_and_sets_nothing(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    enter_without_map(page, stage, "Vera")
    choose(page, "Scenarios")
    expect(page.get_by_role("dialog")).to_contain_text("Supervisors begin scenarios.", timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Begin")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.locator(CARD)).to_be_visible(timeout=WAIT_MS)
    for act in ("Release to the public", "Shelve 10 min", "I have seen it", "Sign as the first"):
        expect(page.get_by_role("button", name=act)).to_have_count(0)


def test_nothing_sounds_before_a_touch_the_page_says_so_and_the_console_is_quiet(page: Page, stage: Stage) -> None:
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", note)
    page.add_init_script(UNTOUCHED)
    stage.stage_of_plant = "warning"
    enter_without_map(page, stage)
    expect(page.get_by_test_id("twin")).to_contain_text("WARNING", timeout=WAIT_MS)
    expect(page.get_by_test_id("silence")).to_contain_text("until you touch this page")
    stage.said.sounds = 2
    page.wait_for_timeout(1_500)
    page.evaluate("window.touched = true")
    page.get_by_role("button", name="Allow sound").click()
    expect(page.get_by_test_id("silence")).to_have_count(0)
    assert [line for line in said if "AudioContext" in line] == []
