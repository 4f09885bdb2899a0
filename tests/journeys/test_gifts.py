"""An editor gives a story; readers who have nothing left open it, with cookies and without, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.kinds import LEAD, MEMBERS, SECOND
from tests.journeys.test_desk import desk, page_id
from tests.journeys.test_reading import sentences

__all__ = ["desk"]
LAST = sentences("a-register-of-holes")[-1]
NO_COOKIES = {"profile": {"default_content_setting_values": {"cookies": 2}}}


def give(desk: Page, headline: str) -> str:
    """The link that the desk shows for a story, as an editor comes by it."""
    desk.goto(f"/admin/pages/{page_id(desk, headline)}/edit/")
    desk.get_by_role("button", name="Actions").first.click()
    desk.get_by_role("link", name="Give this story").click()
    desk.get_by_role("button", name="Make the link").click()
    return desk.get_by_label("The link. It is shown this once: copy it now.").input_value()


@pytest.fixture
def link(desk: Page) -> str:
    """A gift of a metered story."""
    return give(desk, "A register of holes")


@pytest.fixture
def blocker(chromium: Browser, demo: Demo, tmp_path: Path) -> Iterator[BrowserContext]:
    """A reader whose browser keeps no cookies."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(NO_COOKIES), encoding="utf-8")
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    context = chromium.browser_type.launch_persistent_context(
        tmp_path, executable_path=found, args=quiet, base_url=demo.address
    )
    yield context
    context.close()


def test_TK_01_a_reader_past_the_meter_opens_a_gift_and_no_more_than_that(link: str, tab: Page):
    tab.goto(LEAD)
    tab.goto(SECOND)
    assert tab.locator(".wall").count() == 1
    answer = tab.goto(link)
    assert answer is not None
    assert tab.url.endswith(SECOND)
    assert "/g/" not in tab.url
    for _ in range(2):
        assert tab.locator(".wall").count() == 0
        assert LAST in tab.locator("article.story").inner_text()
        tab.reload()
    assert "/g/" not in str(
        tab.evaluate("[document.referrer, location.href, ...performance.getEntries().map(e => e.name)]")
    )
    tab.goto(MEMBERS)
    assert tab.locator(".wall").count() == 1
    tab.goto(LEAD)
    assert tab.locator(".wall").count() == 0


def test_TK_01_a_first_visit_by_a_gift_leaves_the_free_story_unspent(link: str, tab: Page):
    tab.goto(link)
    assert tab.url.endswith(SECOND)
    assert LAST in tab.locator("article.story").inner_text()
    tab.goto(LEAD)
    assert tab.locator(".wall").count() == 0
    tab.goto("/world/")
    other = tab.locator("main a[href^='/world/']").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    walled = next(path for path in other if path not in {LEAD, "/world/"} and re.fullmatch(r"/world/[\w-]+/", path))
    tab.goto(walled)
    assert tab.locator(".wall").count() == 1


def test_TK_01_a_gift_opens_a_members_story(desk: Page, tab: Page):
    tab.goto(give(desk, "A script that needs headroom"))
    assert tab.url.endswith(MEMBERS)
    assert tab.locator(".wall").count() == 0


def test_TK_01_without_cookies_a_button_gives_the_story(link: str, blocker: BrowserContext):
    page = blocker.new_page()
    page.goto(link)
    expect(page.locator("h1")).to_contain_text("a register of holes")
    assert LAST not in page.content()
    page.get_by_role("button", name="Read the story").click()
    assert LAST in page.locator("article.story").inner_text()
    assert page.locator(".wall").count() == 0
    assert blocker.cookies() == []


def test_TK_01_what_is_taken_back_closes_within_a_second(link: str, desk: Page, tab: Page):
    tab.goto(LEAD)
    tab.goto(link)
    assert tab.locator(".wall").count() == 0
    desk.goto("/admin/gifts/")
    expect(desk.locator("table.listing tbody tr").first).to_contain_text("a register of holes")
    expect(desk.locator("table.listing tbody tr").first).to_contain_text("1/50")
    desk.get_by_role("button", name="Take back").first.click()
    expect(desk.locator("table.listing tbody tr").first).to_contain_text("Taken back")
    tab.wait_for_timeout(900)
    tab.reload()
    assert tab.locator(".wall").count() == 1
    answer = tab.goto(link)
    assert answer is not None
    assert answer.status == 410
    expect(tab.locator("h1")).to_contain_text("a register of holes")
    assert tab.locator(".plan").count() == 2
