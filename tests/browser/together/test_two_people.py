"""Two people at two desks: one releases, the other is told at once, and whoever comes late is answered in words."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_steps import WAIT_MS, enter_without_map
from tests.browser.stage.stage import PERSON, SECOND, Stage

CARD = "[data-statement='s-1']"


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """Another person's browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def to_alerts(page: Page, stage: Stage, who: str = PERSON) -> None:
    enter_without_map(page, stage, who)
    page.keyboard.press("3")
    expect(page.locator(CARD)).to_contain_text("2 people are needed", timeout=WAIT_MS)


def test_two_people_release_at_the_same_moment_and_it_goes_out_once(page: Page, other: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    to_alerts(page, stage)
    to_alerts(other, stage, SECOND)
    for desk in (page, other):  # neither has seen the other's word when the second one clicks
        desk.locator(CARD).get_by_role("button", name="Release to the public").click(no_wait_after=True)
    for desk in (page, other):
        expect(desk.locator(CARD)).to_contain_text("Released", timeout=WAIT_MS)
        expect(desk.locator(CARD).get_by_role("button", name="Release to the public")).to_have_count(0)
    assert sorted(stage.said.confirmed) == [PERSON, SECOND]
    assert [order.action for order in stage.said.orders] == ["release", "release"]


def test_one_account_on_two_screens_is_one_person(page: Page, other: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    to_alerts(page, stage)
    to_alerts(other, stage)
    stage.faults.freeze = True  # the second screen has not heard of the first one's word yet
    page.locator(CARD).get_by_role("button", name="Release to the public").click()
    expect(page.locator(CARD).get_by_test_id("answer")).to_contain_text("release: done")
    other.locator(CARD).get_by_role("button", name="Release to the public").click()
    answer = other.locator(CARD).get_by_test_id("answer")
    expect(answer).to_contain_text("Not done: you have confirmed already: another person must")
    stage.faults.freeze = False
    for desk in (page, other):
        expect(desk.locator(CARD)).to_contain_text("You have confirmed. Another person must.", timeout=WAIT_MS)
    assert stage.said.confirmed == [PERSON]


def test_a_cancel_on_what_was_updated_meanwhile_is_refused_in_words(page: Page, other: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    stage.said.confirmed = [PERSON, SECOND]
    for desk, who in ((page, PERSON), (other, SECOND)):
        enter_without_map(desk, stage, who)
        desk.keyboard.press("3")
        desk.locator(CARD).get_by_role("button", name="Cancel: sent in error").click()
        desk.locator(CARD).get_by_label("Reason").fill("cranes")
    page.locator(CARD).get_by_role("button", name="Cancel: sent in error").click()
    expect(page.locator(CARD)).to_contain_text("Cancel: sent in error, WARNING", timeout=WAIT_MS)
    # the form of the other goes away with what it was about, or is refused: nothing is cancelled twice
    expect(other.locator(CARD)).to_contain_text("Cancel: sent in error, WARNING", timeout=WAIT_MS)
    expect(other.locator(CARD).get_by_label("Reason")).to_have_count(0)
    assert [order.action for order in stage.said.orders] == ["cancel"]


def test_the_public_sees_late_and_coarse_what_was_released_and_is_told_so(page: Page, stage: Stage) -> None:
    stage.stage_of_plant = "warning"
    stage.said.confirmed = [PERSON, SECOND]
    enter_without_map(page, stage, "Everybody")
    expect(page.get_by_test_id("public")).to_contain_text("PUBLIC PICTURE: 5 min late", timeout=WAIT_MS)
    expect(page.get_by_test_id("live")).to_have_text("Public picture")
    assert page.get_by_role("tab").all_inner_texts() == ["Alerts"]
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("Almar power station", timeout=WAIT_MS)
    expect(panel).to_contain_text("an expiry is no all clear")
    said = panel.inner_text()
    for kept in (PERSON, SECOND, "Standing orders", "seen", "Blind", "T1", "Shelve", "Because of"):
        assert kept not in said
    stage.said.confirmed = []
    expect(panel).to_contain_text("Nothing is said to the public now. That is no all clear.", timeout=WAIT_MS)
