"""What a link to a story shows elsewhere: its dek or its lead, byte for byte, and never a word of the body (DS-02)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.web.machines import DECISIONS, gated_story, meta, page_of
from tests.paper import Paper


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("name", ["description", "og:description"])
def test_a_description_is_the_dek(paper: Paper, rf: Any, decision: str, name: str):
    story = gated_story(paper)
    assert meta(page_of(story, rf, DECISIONS[decision]), name) == story.dek


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("name", ["description", "og:description"])
def test_without_a_dek_it_is_the_lead_as_plain_words(paper: Paper, rf: Any, decision: str, name: str):
    story = gated_story(paper, dek="")
    said = meta(page_of(story, rf, DECISIONS[decision]), name)
    assert said
    assert said.startswith("opening1 opening2")
    assert said.endswith("second40.")
    assert "<" not in said


@pytest.mark.parametrize("access", ["metered", "members", "open"])
def test_a_social_card_has_headline_address_and_picture(paper: Paper, rf: Any, access: str):
    page = page_of(gated_story(paper, access=access), rf, DECISIONS["full"])
    assert meta(page, "og:title") == "A quiet port"
    assert meta(page, "og:type") == "article"
    assert meta(page, "og:url") == "http://testserver/world/a-quiet-port/"
    assert meta(page, "og:site_name") == "The Quay"
    assert meta(page, "og:image").startswith("http://testserver/media/")
    assert (meta(page, "og:image:width"), meta(page, "og:image:alt")) == ("64", "A sun") or meta(page, "og:image:alt")
    assert meta(page, "twitter:card") == "summary_large_image"
    assert '<link rel="canonical" href="http://testserver/world/a-quiet-port/">' in page


def test_a_story_without_a_picture_has_a_small_card(paper: Paper, rf: Any):
    page = page_of(paper.story(), rf, DECISIONS["full"])
    assert meta(page, "og:image") is None
    assert meta(page, "twitter:card") == "summary"


@pytest.mark.parametrize("decision", ["walled", "neutral"])
def test_a_walled_page_has_nothing_of_the_body_anywhere(paper: Paper, rf: Any, decision: str):
    assert "hidden" not in page_of(gated_story(paper), rf, DECISIONS[decision])


def test_search_engines_are_told_not_to_quote_what_is_gated(paper: Paper, rf: Any):
    page = page_of(gated_story(paper), rf, DECISIONS["full"])
    assert '<div class="bs-gated" data-nosnippet>' in page
