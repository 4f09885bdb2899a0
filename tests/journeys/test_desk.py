"""An editor logs in with what the command printed, and publishes a story."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo


@pytest.fixture
def desk(chromium: Browser, demo: Demo) -> Page:
    """A tab in which the editor has logged in."""
    context = chromium.new_context(base_url=demo.address, viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.goto("/admin/")
    page.fill("input[name=username]", demo.email)
    page.fill("input[name=password]", demo.password)
    page.click("button[type=submit]")
    expect(page).to_have_url(re.compile(r"/admin/$"))
    return page


def test_an_editor_publishes_a_story_and_a_stranger_reads_it(desk: Page, tab: Page):
    desk.goto(f"/admin/pages/add/broadsheet_newsroom/storypage/{page_id(desk, 'Economy')}/")
    desk.fill("textarea[name=title], input[name=title]", "A test of the quay")
    desk.fill("[name=dek]", "What a newcomer writes on the first day.")
    desk.locator("button[title='Insert a block'], .c-sf-add-button").first.click()
    desk.get_by_role("option", name="Preformatted").click()
    desk.locator("textarea[name^='body-']").last.fill("The first words of a first story.")
    desk.locator("[data-dropdown] button.button-longrunning, footer .w-dropdown__toggle").first.click()
    desk.get_by_role("button", name="Publish").click()
    expect(desk.locator(".messages")).to_contain_text("A test of the quay")
    answer = tab.goto("/economy/a-test-of-the-quay/")
    assert answer is not None
    assert answer.status == 200
    tab.goto("/economy/")
    expect(tab.locator("main")).to_contain_text("A test of the quay")


@pytest.mark.parametrize("persona", ["stranger", "reader", "member"])
def test_an_editor_sees_a_story_as_each_kind_of_reader(desk: Page, persona: str):
    number = page_id(desk, "Two cities, one river")
    desk.goto(f"/admin/pages/{number}/edit/")
    desk.wait_for_load_state("networkidle")
    desk.evaluate(
        """async (address) => {
            const form = new FormData(document.querySelector("form[data-edit-form]"));
            await fetch(address, {method: "POST", body: form});
        }""",
        f"/admin/pages/{number}/edit/preview/?mode={persona}",
    )
    seen = desk.request.get(f"/admin/pages/{number}/edit/preview/?mode={persona}&in_preview_panel=true")
    assert seen.status == 200
    assert "Two cities" in seen.text()
    assert ('class="wall"' in seen.text()) == (persona == "stranger")


@pytest.mark.parametrize(("size", "width"), [("mobile", 375), ("tablet", 768), ("desktop", 1280)])
def test_the_preview_stands_in_its_frame_in_every_size(desk: Page, size: str, width: int):
    desk.goto(f"/admin/pages/{page_id(desk, 'Two cities, one river')}/edit/")
    desk.wait_for_load_state("networkidle")
    desk.locator("[data-side-panel-toggle=preview]").first.click()
    desk.get_by_label(f"Preview in {size} size").first.check(force=True)
    frame = desk.locator("iframe[data-w-preview-target=iframe]").first
    expect(frame.content_frame.locator("h1")).to_contain_text("Two cities", timeout=20_000)
    for mode, walls in (("stranger", 1), ("member", 0)):
        desk.locator("#id_preview_mode").select_option(mode)
        expect(frame.content_frame.locator(".wall")).to_have_count(walls, timeout=20_000)
        expect(frame.content_frame.locator("h1")).to_contain_text("Two cities")
    assert frame.evaluate("frame => frame.clientWidth") == width


def test_a_picture_whose_licence_has_run_out_is_refused_by_name_and_day(desk: Page):
    answer = desk.request.get("/admin/images/", params={"q": "register of holes"})
    found = re.search(r"/admin/images/(\d+)/", answer.text())
    assert found
    set_last_day(desk, found[1], "2020-02-29")
    desk.goto(f"/admin/pages/{page_id(desk, 'register of holes')}/edit/")
    desk.locator("footer .w-dropdown__toggle").click()
    desk.get_by_role("button", name="Publish", exact=True).click()
    expect(desk.locator(".messages")).to_contain_text("(2020-02-29)")
    expect(desk.locator(".messages")).to_contain_text("cannot be published")
    set_last_day(desk, found[1], "")


def set_last_day(desk: Page, picture: str, day: str) -> None:
    desk.goto(f"/admin/images/{picture}/")
    field = desk.locator("[name=rights_expire]")
    field.evaluate("(field, day) => { field.value = day }", day)  # typing would open the calendar over the button
    desk.get_by_role("button", name="Save").first.click()
    expect(desk.locator(".messages")).to_contain_text("updated")


def page_id(desk: Page, headline: str) -> str:
    """The id of a page, as the admin's search links it."""
    answer = desk.request.get("/admin/pages/search/results/", params={"q": headline})
    found = re.search(r"/admin/pages/(\d+)/edit/", answer.text())
    assert found, answer.text()[:500]
    return found[1]
