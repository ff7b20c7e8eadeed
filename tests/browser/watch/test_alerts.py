"""Alerts: seen, shelved, released and cancelled are different acts; each sound has its twin for the eye."""

from playwright.sync_api import Page, expect

from tests.browser.page_steps import WAIT_MS, enter_without_map
from tests.browser.stage.stage import PERSON, Stage


def test_a_warning_is_shown_over_the_map_sounds_once_and_is_acknowledged_by_name(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    enter_without_map(page, stage)
    banner = page.get_by_label("Alerts that wait for you")
    expect(banner).to_contain_text("possible one-way-attack drone", timeout=WAIT_MS)
    expect(page.get_by_test_id("twin")).to_contain_text("WARNING")
    expect(page.get_by_test_id("twin")).to_have_count(0, timeout=WAIT_MS)
    stage.said.sounds = 2  # it was promoted: it sounds again, and what was seen before is stale
    expect(page.get_by_test_id("twin")).to_contain_text("WARNING", timeout=WAIT_MS)
    page.keyboard.press("g")
    expect(banner.locator("[data-alert]")).to_have_count(0, timeout=WAIT_MS)
    given = stage.said.orders[-1]
    assert (given.person, given.action, given.subject, given.arguments) == (PERSON, "acknowledge", "a-1", {"seen": "2"})


def test_shelving_wants_a_reason_and_a_refusal_is_told_in_its_words(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    enter_without_map(page, stage)
    page.keyboard.press("3")
    card = page.locator("[data-annunciation='a-1']")
    card.get_by_role("button", name="Shelve 10 min").click()
    card.get_by_label("Reason").fill("known flight")
    stage.said.refuse = "somebody shelved it a moment ago"
    card.get_by_role("button", name="Shelve 10 min").click()
    expect(card.get_by_test_id("answer")).to_contain_text("Not done: somebody shelved it a moment ago")
    card.get_by_role("button", name="Shelve 10 min").click()
    expect(card).to_contain_text(f"Shelved by {PERSON}", timeout=WAIT_MS)
    assert stage.said.orders[-1].reason == "known flight"
    assert len({order.key for order in stage.said.orders}) == 2


def test_two_people_release_and_the_second_sees_people_and_area_first(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    stage.said.confirmed = ["Petro"]
    enter_without_map(page, stage)
    page.keyboard.press("3")
    card = page.locator("[data-statement='s-1']")
    for words in ("Confirmed by Petro", "One more person is needed", "18,400", "294 km²", "An expiry is no all clear"):
        expect(card).to_contain_text(words, timeout=WAIT_MS)
    expect(card).to_contain_text("Drafted beside it: Cancel: sent in error")
    card.get_by_role("button", name="Release to the public").click()
    expect(card).to_contain_text(f"by Petro, {PERSON}", timeout=WAIT_MS)
    card.get_by_role("button", name="Cancel: sent in error").click()
    card.get_by_label("Reason").fill("a flock of cranes")
    card.get_by_role("button", name="Cancel: sent in error").click()
    expect(card).to_contain_text("Cancel: sent in error, WARNING", timeout=WAIT_MS)
    assert [order.action for order in stage.said.orders] == ["release", "cancel"]


def test_a_person_who_confirmed_waits_for_another_one(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    stage.said.confirmed = [PERSON]
    enter_without_map(page, stage)
    page.keyboard.press("3")
    card = page.locator("[data-statement='s-1']")
    expect(card).to_contain_text("You have confirmed. Another person must.", timeout=WAIT_MS)
    expect(card.get_by_role("button", name="Release to the public")).to_have_count(0)
    order = page.locator("[data-standing='night, ballistic']")
    for words in ("in force", "ends in", "122000 people", "Olena, Petro"):
        expect(order).to_contain_text(words)
    expect(page.get_by_role("tabpanel")).to_contain_text("port: no standing order for ballistic rocket")


def test_an_exercise_has_its_own_frame_and_word(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    stage.said.status = "exercise"
    stage.said.halted = "a shared place is at warning"
    enter_without_map(page, stage)
    expect(page.get_by_test_id("exercise")).to_have_text("EXERCISE", timeout=WAIT_MS)
    page.keyboard.press("3")
    expect(page.get_by_role("alert").first).to_contain_text("The exercise has stopped: a shared place is at warning")


def test_sounds_are_tried_with_a_twin_for_the_eye(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.keyboard.press(",")
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="Test: warning").click()
    expect(sheet.get_by_role("status").first).to_contain_text("Sound: WARNING")
    sheet.get_by_text("How the system judges").click()
    setting = sheet.locator("[data-setting='watching.stale_periods']")
    setting.get_by_role("spinbutton").fill("2")
    setting.get_by_role("button", name="Change").click()
    setting.get_by_label("Reason").fill("the north radar turns slowly")
    setting.get_by_role("button", name="Change").click()
    expect(setting.get_by_test_id("answer")).to_contain_text("set: done")
    given = stage.said.orders[-1]
    assert (given.action, given.arguments) == ("set", {"value": "2", "seen": "1.5"})
