"""From the wall to a membership and out of it again, in a browser, with the sandbox in Stripe's place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.members import agree, come_in, is_open, pay, walled

# The sandbox tells cards apart by their numbers alone: a card has one trial, so each reader here has a card of theirs.
CARDS = {"script": "4242 4242 4242 4242", "plain": "5555 5555 5555 4444"}
GERMAN = "4000 0027 6000 0016"


@pytest.fixture(params=["script", "plain"])
def stranger(request: pytest.FixtureRequest, chromium: Browser, demo: Demo) -> Iterator[tuple[Page, str]]:
    """A stranger's tab, with script and without, and their card."""
    context = chromium.new_context(base_url=demo.address, java_script_enabled=request.param == "script")
    yield context.new_page(), CARDS[request.param]
    context.close()


def test_LG_08_BR_05_a_stranger_begins_a_trial_at_the_wall_changes_leaves_in_two_clicks_and_comes_back(
    stranger: tuple[Page, str], demo: Demo
) -> None:
    (tab, card), address = stranger, f"reader-{uuid4().hex[:8]}@example.org"
    story = walled(tab)
    tab.locator(".wall").get_by_role("link", name="Start the trial").click()
    come_in(tab, demo, address)
    expect(tab.locator("#terms")).to_contain_text("It renews every month until it is cancelled.")
    agree(tab, "Start 30-day trial, then $2.90/month")
    pay(tab, card)
    assert tab.url == story, "back at the story that they came from"
    expect(tab.locator(".wall")).to_have_count(0)

    tab.goto("/account/membership/")
    tab.get_by_role("link", name="Change to yearly").click()
    expect(tab.locator("#terms")).to_contain_text("Nothing is charged now.")
    agree(tab, "Change the plan")
    expect(tab.locator(".standing")).to_contain_text("$19.90 a year")

    tab.goto("/account/")
    clicks_to_cancel = 0
    for role, name in (("link", "Cancel"), ("button", "Cancel now")):
        tab.locator("main").get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
        clicks_to_cancel += 1
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your membership is cancelled")
    assert clicks_to_cancel <= 2
    expect(tab.locator("main")).to_contain_text("Download what you hold of me")
    assert is_open(tab, story), "to the end of what they have"

    tab.get_by_role("link", name="Withdraw from contract here").click()
    tab.get_by_role("button", name="Confirm withdrawal").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You have withdrawn from the contract")
    assert not is_open(tab, story)

    tab.locator(".wall").get_by_role("link", name="Start the trial").click()
    expect(tab.locator("main")).to_contain_text("A trial is free once.")
    agree(tab, "Subscribe for $2.90/month")
    pay(tab, "The card kept for you")
    assert tab.url == story
    expect(tab.locator(".wall")).to_have_count(0)


def test_AC_02_a_card_that_had_a_trial_begins_no_second_one(reader: BrowserContext, demo: Demo) -> None:
    """The second reader with the card is told at once, is not charged, and may begin by paying."""
    tab = reader.new_page()
    for number in (1, 2):
        reader.clear_cookies()
        tab.goto("/subscribe/member-month/")
        come_in(tab, demo, f"twin-{number}-{uuid4().hex[:6]}@example.org")
        agree(tab, "Start 30-day trial, then $2.90/month")
        pay(tab, GERMAN)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your trial was not begun")
    expect(tab.locator("main")).to_contain_text("Nothing was charged")
    tab.get_by_role("link", name="Monthly · $2.90").click()
    expect(tab.get_by_role("button", name="Subscribe for $2.90/month")).to_be_visible()


def serious(tab: Page) -> list[Any]:
    """What axe finds that keeps somebody out."""
    found = Axe().run(tab).response["violations"]
    return [(row["id"], row["nodes"][0]["target"]) for row in found if row["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_LG_12_every_page_of_membership_fits_and_keeps_nobody_out(
    chromium: Browser, demo: Demo, scheme: str, language: str
) -> None:
    context = chromium.new_context(base_url=demo.address, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.goto("/account/login/")
    come_in(tab, demo, f"reader-{uuid4().hex[:8]}@example.org")
    for path in (
        "/subscribe/", "/subscribe/member-month/", "/account/", "/account/membership/", "/membership/cancel/",
        "/membership/withdraw/", "/membership/gift/", "/membership/give/", "/membership/seat/none/",
    ):  # fmt: skip
        tab.goto(language + path)
        for width in (320, 768, 1440):
            tab.set_viewport_size({"width": width, "height": 900})
            wide = tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} wide at {width}"
        assert serious(tab) == [], path
    context.close()
