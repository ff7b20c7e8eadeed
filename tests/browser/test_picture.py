"""The map draws what is flying, and the table and the details tell the same."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.page_steps import NO_WEBGL, WAIT_MS, YELLOW, count, enter, enter_without_map, wait_for_map, words
from tests.browser.stage.stage import Stage


def test_the_map_draws_tracks_and_hides_them_when_told_to(page: Page, stage: Stage) -> None:
    enter(page, stage)
    wait_for_map(page)
    page.wait_for_selector("body[data-drawn='40']")
    expect(page.locator("canvas.maplibregl-canvas")).to_be_visible()
    page.wait_for_timeout(1_500)
    shown = count(page, YELLOW)
    page.get_by_role("searchbox").fill("nothing is called this")
    page.wait_for_selector("body[data-drawn='0'][data-hidden='40']")
    page.wait_for_timeout(1_500)
    assert shown > 500
    assert count(page, YELLOW) < shown / 20


def test_a_click_on_a_symbol_chooses_its_track(page: Page, stage: Stage) -> None:
    enter(page, stage)
    wait_for_map(page)
    page.locator("[data-track='1']").click()
    page.keyboard.press("Enter")  # centres the map on it
    page.wait_for_timeout(1_500)
    page.keyboard.press("Escape")
    page.wait_for_selector("body[data-chosen='']")
    box = page.get_by_role("application").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 3, y)
    page.wait_for_selector("body[data-hovered='1']", timeout=WAIT_MS)
    expect(page.locator("[data-track='1']")).to_have_class(re.compile("hovered"))
    page.mouse.click(x + 3, y)
    page.wait_for_selector("body[data-chosen='1']")
    expect(page.get_by_label("Track", exact=True)).to_contain_text("possible one-way-attack drone (85 %)")


def test_pointing_at_a_row_shows_its_track_on_the_map(page: Page, stage: Stage) -> None:
    enter(page, stage)
    wait_for_map(page)
    page.locator("[data-track='2']").hover()
    page.wait_for_selector("body[data-hovered='2']")


def test_the_details_say_what_is_known_and_what_is_not(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    details = page.get_by_label("Track", exact=True)
    page.locator("[data-track='1']").click()
    for fact in (
        "nobody has marked it",
        "existence 98 %",
        "Radar Ridge",
        "course",
        "090°",
        "at least 3 flying together",
    ):
        expect(details).to_contain_text(fact, ignore_case=True)
    page.locator("[data-track='3']").click()
    expect(details).to_contain_text("Probably goes on from track T900001")
    page.locator("[data-track='4']").click()
    expect(details).to_contain_text("May have swapped numbers with T5")
    stage.sky.ended.add(4)
    expect(details).to_contain_text("no longer in the picture")


def test_the_table_sorts_by_every_column_and_the_keys_walk_it(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    page.get_by_role("columnheader", name="Speed").click()
    page.get_by_role("columnheader", name="Speed").click()
    speeds = [int(text) for text in page.locator("[data-track] .speed").all_inner_texts()]
    assert speeds == sorted(speeds, reverse=True)
    assert len(speeds) > 10
    page.keyboard.press("j")
    first = page.locator("[data-track]").first.get_attribute("data-track")
    page.wait_for_selector(f"body[data-chosen='{first}']")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.wait_for_selector(f"body[data-chosen='{first}']")
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowDown")
    second = page.locator("[data-track]").nth(1).get_attribute("data-track")
    page.wait_for_selector(f"body[data-chosen='{second}']")


def test_what_is_hidden_is_counted_with_its_reason(page: Page, stage: Stage) -> None:
    enter_without_map(page, stage)
    assert words(page, "hidden") == "hidden: none"
    page.get_by_role("button", name="Aircraft").click()
    expect(page.get_by_test_id("hidden")).to_contain_text("by class")
    page.keyboard.press("/")
    page.keyboard.type("drone")
    expect(page.get_by_test_id("hidden")).to_contain_text("by search")
    drawn, hidden = (int(page.locator("body").get_attribute(f"data-{part}") or "") for part in ("drawn", "hidden"))
    assert drawn + hidden == 40
    assert f"40 received, {drawn} drawn, {hidden} hidden" in words(page, "counts")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_test_id("hidden")).to_have_text("hidden: none")


@pytest.mark.parametrize("broken", [NO_WEBGL, ""])
def test_without_webgl_there_is_a_table_and_a_sentence_why(page: Page, stage: Stage, broken: str) -> None:
    page.add_init_script(broken)
    enter(page, stage)
    if not broken:
        wait_for_map(page)
        page.evaluate(
            "document.querySelector('.maplibregl-canvas').getContext('webgl2')"
            ".getExtension('WEBGL_lose_context').loseContext()"
        )
    heading = "No map: this browser draws no WebGL 2" if broken else "The map failed"
    expect(page.get_by_role("heading", level=2).first).to_contain_text(heading)
    page.get_by_text("Self-test").click()
    expect(page.get_by_test_id("selftest")).to_contain_text("WebGL 2 no" if broken else "WebGL 2 yes")
    expect(page.locator("[data-track='1']")).to_be_visible()
    page.locator("[data-track='1']").click()
    expect(page.get_by_label("Track", exact=True)).to_contain_text("one-way-attack drone")
    if not broken:  # what was lost comes back by itself
        expect(page.get_by_role("application")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_test_id("selftest")).to_have_count(0)


def test_everything_on_the_map_is_drawn_without_a_word_in_the_console_or_a_request_elsewhere(
    page: Page, context: BrowserContext, stage: Stage
) -> None:
    hosts: set[str | None] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    enter(page, stage)
    wait_for_map(page)
    for key in "cetvnvvtt+-wasd01234":
        page.keyboard.press(key)
    page.get_by_role("button", name="Map", exact=True).click()
    page.get_by_label("Sensor coverage").check()
    page.wait_for_timeout(3_000)
    assert hosts <= {"127.0.0.1", None}
    assert "default-src 'none'" in str(page.request.get(stage.url).headers["content-security-policy"])


def test_five_thousand_tracks_all_arrive(page: Page, stage: Stage) -> None:
    stage.become(5_000)
    enter_without_map(page, stage)
    page.wait_for_selector("body[data-received='5000'][data-drawn='5000']", timeout=WAIT_MS)
    assert len(page.locator("[data-track]").all()) < 100  # only the rows that can be seen are in the page
    page.get_by_role("columnheader", name="Height").click()
    page.get_by_role("searchbox").fill("missile")
    expect(page.get_by_test_id("hidden")).to_contain_text("by search")
