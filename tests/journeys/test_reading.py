"""A stranger reads one story whole, meets the wall at the second, and may go back to the first."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from broadsheet.demo import contents
from tests.journeys.conftest import Demo
from tests.journeys.kinds import LEAD, SECOND

LEAD_WORDS = 90


def sentences(slug: str, language: str = "en") -> list[str]:
    """Pieces of the story's own text that stand beyond any lead: from every paragraph but the first two."""
    story = next(found for found in contents.stories() if found.slug == slug and found.meta["language"] == language)
    paragraphs = [re.sub(r"<[^>]+>", "", block.value) for block in story.blocks if block.kind == "paragraph"][2:]
    return [piece.strip() for text in paragraphs for piece in re.split(r"[.!?;:]", text) if len(piece.split()) > 5]


def address_of(access: str) -> str:
    """The address of an English story with this access."""
    stories = (found.meta for found in contents.stories())
    story = next(meta for meta in stories if meta["access"] == access and meta["language"] == "en")
    return f"/{story['section']}/{story['slug']}/"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_first_metered_story_is_whole_the_second_walled_and_both_stay_so(
    chromium: Browser, demo: Demo, script: bool
):
    context = chromium.new_context(base_url=demo.address, java_script_enabled=script)
    page = context.new_page()
    for _ in range(2):
        page.goto(LEAD)
        assert page.locator(".wall").count() == 0
        assert sentences("two-cities-one-river")[-1] in page.locator("article.story").inner_text()
        page.goto(SECOND)
        assert page.locator(".wall h2").first.inner_text() == "You have read your one free story"
        assert page.locator(".plan").count() == 2
    context.close()


def test_the_walled_bytes_hold_no_word_of_the_body(tab: Page):
    tab.goto(LEAD)
    answer = tab.goto(SECOND)
    assert answer is not None
    text = answer.text()
    found = [piece for piece in sentences("a-register-of-holes") if piece in text]
    assert len(sentences("a-register-of-holes")) > 20
    assert found == []


def test_the_wall_names_two_plans_with_a_computed_saving_and_when_the_next_story_is_free(tab: Page):
    tab.goto(LEAD)
    tab.goto(SECOND)
    wall = tab.locator(".wall").inner_text()
    for words in ("$2.90", "First 30 days free", "$19.90", "Saves $14.90 compared to monthly", "Best value"):
        assert words in wall
    assert re.search(r"Your next free story: \w+ \d+", wall)
    assert tab.locator(".benefits li").count() == 5


def test_a_translation_of_a_story_that_was_read_is_no_second_story(tab: Page):
    tab.goto(LEAD)
    tab.goto("/ar" + LEAD)
    assert tab.locator(".wall").count() == 0


def test_an_open_story_costs_nothing(tab: Page):
    tab.goto("/")
    free = next(
        found for found in contents.stories() if found.meta["access"] == "open" and found.meta["language"] == "en"
    )
    tab.goto(f"/{free.meta['section']}/{free.slug}/")
    assert tab.locator(".wall").count() == 0
    tab.goto(LEAD)
    assert tab.locator(".wall").count() == 0


def test_a_story_for_members_is_walled_from_the_start_and_says_so(tab: Page):
    closed = next(
        found for found in contents.stories() if found.meta["access"] == "members" and found.meta["language"] == "en"
    )
    tab.goto(f"/{closed.meta['section']}/{closed.slug}/")
    assert tab.locator(".wall h2").first.inner_text() == "This story is for subscribers"
    tab.goto(LEAD)
    assert tab.locator(".wall").count() == 0
