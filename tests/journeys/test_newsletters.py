"""A reader joins newsletters, confirms, chooses and leaves; with script and without, by day and by night."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.kinds import LEAD, OPEN

PATIENCE = 60  # seconds: the clock's work goes round every twenty


@pytest.fixture(params=["with script", "without script"])
def page(request: pytest.FixtureRequest, chromium: Browser, demo: Demo) -> Iterator[Page]:
    """A new reader's tab."""
    context = chromium.new_context(base_url=demo.address, java_script_enabled=request.param == "with script")
    yield context.new_page()
    context.close()


def new_address() -> str:
    return f"reader-{uuid4().hex[:8]}@example.org"


def mailed(demo: Demo, address: str, kind: str) -> str:
    """The path of this kind in the mail to this address, as the paper's folder keeps it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for letter in (demo.folder / "mail").glob("*"):
            text = letter.read_text(encoding="utf-8")
            if f"To: {address}" in text:
                found = re.search(rf"/newsletters/{kind}/[^/\s\"]+/", text.replace("=\n", ""))
                if found:
                    return found[0]
        time.sleep(0.5)
    pytest.fail(f"no mail came to {address}")


def test_NL_01_from_the_page_of_all_lists_to_the_way_out(page: Page, demo: Demo) -> None:
    address = new_address()
    page.goto("/newsletters/")
    page.get_by_label("The Morning Crossing").check()
    page.get_by_label("High Water").check()
    page.get_by_label("Mail address").fill(address)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    link = mailed(demo, address, "confirm")
    page.goto(link)
    page.get_by_role("button", name="Yes, send them to me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are on the list")
    page.get_by_role("link", name="Your newsletters").click()
    expect(page.get_by_text(address)).to_be_visible()
    expect(page.get_by_label(re.compile("The Morning Crossing"))).to_be_checked()
    page.get_by_label(re.compile("High Water")).uncheck()
    page.get_by_label(re.compile("Shore Leave")).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_label(re.compile("High Water"))).not_to_be_checked()
    page.get_by_role("button", name="Leave all of them").click()
    expect(page.get_by_label(re.compile("Shore Leave"))).not_to_be_checked()


def test_NL_01_from_a_story_whose_offer_is_then_gone(page: Page, demo: Demo) -> None:
    address = new_address()
    page.goto(LEAD)
    offer = page.locator(".offer-letter")
    expect(offer).to_be_visible()
    name = offer.locator("h2").inner_text()
    offer.get_by_label("Mail address").fill(address)
    offer.get_by_role("button", name="Join").click()
    page.goto(mailed(demo, address, "confirm"))
    expect(page.get_by_text(name)).to_be_visible()
    page.get_by_role("button", name="Yes, send it to me").click()
    page.goto(LEAD)
    expect(page.locator("article.story h1")).to_be_visible()
    expect(page.locator(".offer-letter")).to_have_count(0)


def test_an_offer_is_shown_three_times_a_week(page: Page, demo: Demo) -> None:
    page.context.add_cookies([{"name": "anything", "value": "1", "url": demo.address}])
    for _ in range(2):  # within the hour it is the same page, and counts once
        page.goto(OPEN)
        assert page.locator(".offer-letter").count() == 1
    seen = next(cookie for cookie in page.context.cookies() if cookie["name"] == "bs-o")
    week, offer, times, _hour = re.split("[.x]", seen["value"])
    assert times == "1"
    page.context.add_cookies([{"name": "bs-o", "value": f"{week}.{offer}x3x1", "url": demo.address}])
    page.goto(OPEN)
    assert page.locator(".offer-letter").count() == 0


def test_joining_from_the_front_and_in_arabic(page: Page, demo: Demo) -> None:
    address = new_address()
    page.goto("/ar/")
    band = page.locator(".front-letters")
    band.get_by_label("عبور الصباح").check()
    band.get_by_role("textbox").fill(address)
    band.get_by_role("button").click()
    assert page.url.endswith("/ar/newsletters/asked/")
    page.goto(mailed(demo, address, "confirm"))
    assert page.locator("html").get_attribute("lang") == "ar"
    assert page.locator("html").get_attribute("dir") == "rtl"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_a_readers_own_pages(chromium: Browser, demo: Demo, scheme: str) -> None:
    context = chromium.new_context(base_url=demo.address, color_scheme=scheme, bypass_csp=True)
    page, address = context.new_page(), new_address()
    page.goto("/newsletters/the-morning-crossing/")
    wrong = serious(page)
    page.get_by_label("Mail address").fill(address)
    page.get_by_role("button", name="Join").click()
    wrong += serious(page)
    page.goto(mailed(demo, address, "confirm"))
    wrong += serious(page)
    page.get_by_role("button", name="Yes, send it to me").click()
    wrong += serious(page)
    page.get_by_role("link", name="Your newsletters").click()
    for width in (320, 375, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    wrong += serious(page)
    assert wrong == []
    context.close()


def serious(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [
        (item["id"], item["nodes"][0].get("failureSummary", ""))
        for item in found
        if item["impact"] in {"serious", "critical"}
    ]
