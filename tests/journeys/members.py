"""What a reader does on the way into a membership, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.test_accounts import code


def walled(tab: Page) -> str:
    """Read the one free story, then open another: there is the wall. Gives its address."""
    tab.goto("/")
    links = [link.get_attribute("href") or "" for link in tab.locator("main .card-headline a").all()]
    for address in dict.fromkeys(links):
        tab.goto(address)
        if tab.locator(".wall").count():
            return tab.url
    pytest.fail("no story of the front has a wall")


def come_in(tab: Page, demo: Demo, address: str) -> None:
    """By a code, on the way."""
    tab.get_by_label("Mail address").fill(address)
    tab.get_by_role("button", name="Send me a code").click()
    tab.get_by_label("Code").fill(code(demo, address))
    tab.get_by_role("button", name="Continue").click()


def agree(tab: Page, button: str) -> None:
    """Tick what nobody ticked for the reader, and go on."""
    tick = tab.get_by_role("checkbox")
    expect(tick).not_to_be_checked()
    tick.check()
    tab.get_by_role("button", name=button, exact=True).click()


def pay(tab: Page, card: str) -> None:
    """On the gateway's page."""
    assert "/sandbox/" in tab.url
    tab.get_by_label(card).first.check()
    tab.locator('button[value="pay"]').click()


def is_open(tab: Page, story: str) -> bool:
    """Whether the story stands there whole."""
    tab.goto(story)
    return tab.locator(".wall").count() == 0
