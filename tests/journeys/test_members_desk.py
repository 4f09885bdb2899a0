"""The members' desk in a browser: on a telephone and on a wide screen, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo

PAGES = ["/admin/", "/admin/members/", "/admin/members/readers/", "/admin/members/import/", "/admin/members/prices/new/",
         "/admin/members/plans/new/", "/admin/members/tiers/new/", "/admin/members/coupons/new/",
         "/admin/members/texts/new/"]  # fmt: skip


@pytest.fixture(
    params=[(375, "light"), (375, "dark"), (1440, "light"), (1440, "dark")], ids=lambda it: f"{it[0]}-{it[1]}"
)
def desk(request: pytest.FixtureRequest, chromium: Browser, demo: Demo) -> Iterator[Page]:
    """A tab of this width in which the editor has logged in."""
    width, scheme = request.param
    context = chromium.new_context(base_url=demo.address, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto("/admin/")
    page.fill("input[name=username]", demo.email)
    page.fill("input[name=password]", demo.password)
    page.click("button[type=submit]")
    expect(page).to_have_url(re.compile(r"/admin/$"))
    yield page
    context.close()


def test_nothing_stands_beyond_the_edge_and_no_script_fails(desk: Page):
    faults: list[str] = []
    desk.on("pageerror", lambda error: faults.append(str(error)))
    for address in PAGES:
        answer = desk.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert desk.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    assert faults == []


def test_staff_find_a_reader_write_a_note_and_a_hasty_second_click_writes_none(desk: Page, demo: Demo):
    desk.goto("/admin/members/")
    desk.fill("#find-reader", demo.email)
    desk.get_by_role("button", name="Find", exact=True).click()
    desk.locator("td.title a").first.click()
    desk.get_by_role("link", name="Write a note").click()
    before = desk.request.get(page_of(desk)).text().count("Called, and will call again")
    desk.fill("textarea[name=text]", "Called, and will call again")
    desk.get_by_role("button", name="Keep the note").dblclick()
    expect(desk.locator(".messages")).to_be_visible()
    expect(desk.locator(".members-story")).to_contain_text("Called, and will call again")
    assert desk.locator(".members-detail", has_text="Called, and will call again").count() == before + 1


def page_of(desk: Page) -> str:
    found = re.search(r"/admin/members/readers/\d+/", desk.url)
    assert found
    return found[0]
