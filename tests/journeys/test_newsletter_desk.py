"""The newsletter desk in a browser: a list and an issue are made, and the letter is looked at, in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo

ISSUES, LISTS = "/admin/newsletters/issues/", "/admin/newsletters/lists/"


@pytest.fixture(params=[375, 1440])
def desk(request: pytest.FixtureRequest, chromium: Browser, demo: Demo) -> Iterator[Page]:
    """A tab of this width in which the editor has logged in."""
    context = chromium.new_context(
        base_url=demo.address, viewport={"width": request.param, "height": 900}, bypass_csp=True
    )
    page = context.new_page()
    page.goto("/admin/")
    page.fill("input[name=username]", demo.email)
    page.fill("input[name=password]", demo.password)
    page.click("button[type=submit]")
    expect(page).to_have_url(re.compile(r"/admin/$"))
    yield page
    context.close()


def begin(desk: Page, language: str) -> str:
    """Make a list and an issue of it, filled; gives the address of the issue's page."""
    name = f"Crossing {uuid4().hex[:8]}"
    desk.goto(f"{LISTS}new/")
    desk.fill("input[name=name]", name)
    desk.fill("input[name=slug]", name.lower().replace(" ", "-"))
    desk.select_option("select[name=language]", language)
    desk.get_by_role("tab", name="When it goes out").click()
    desk.select_option("select[name=rhythm]", "none")
    desk.locator("#w-editor-form footer button[type=submit]").click()
    expect(desk.locator(".messages")).to_contain_text(name)
    desk.goto(f"{ISSUES}new/")
    desk.select_option("select[name=newsletter]", label=name)
    desk.get_by_role("button", name="Begin").click()
    desk.fill("input[name=subject]", "The port at dawn")
    desk.locator("#w-editor-form footer button[type=submit]").click()
    expect(desk.locator(".letters-head")).to_contain_text(name)
    return desk.url


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_letter_is_begun_and_holds_at_every_width_by_day_and_at_night(desk: Page, language: str):
    faults: list[str] = []
    desk.on("pageerror", lambda error: faults.append(str(error)))
    issue = begin(desk, language)
    for address in (
        ISSUES,
        LISTS,
        f"{LISTS}new/",
        f"{ISSUES}new/",
        issue,
        f"{issue}preview/?width=phone",
        f"{issue}edit/",
    ):
        answer = desk.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert desk.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    for light, ground in (("day", "rgb(255, 253, 248)"), ("night", "rgb(27, 27, 29)")):
        desk.goto(f"{issue}preview/?width=phone&light={light}")
        letter = desk.frame_locator("iframe.letters-frame")
        expect(letter.locator("h1")).to_be_visible()
        assert letter.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == ground
        desk.goto(f"{issue}part/?light={light}")
        for width in (320, 375, 700):
            desk.set_viewport_size({"width": width, "height": 900})
            assert desk.evaluate("document.documentElement.scrollWidth") <= width, (light, width)
        assert desk.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        found = Axe().run(desk).response["violations"]
        serious = [
            (item["id"], item["nodes"][0]["target"]) for item in found if item["impact"] in {"serious", "critical"}
        ]
        assert serious == []
    assert faults == []
