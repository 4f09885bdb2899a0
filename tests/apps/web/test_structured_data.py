"""Structured data: the same for everybody, with the paywalled part named, and no text of the body (CR-11, DS-03)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.web.machines import DECISIONS, gated_story, linked_data, page_of
from tests.paper import Paper, paragraph, words

ALLOWED = {
    "@context", "@type", "@id", "url", "mainEntityOfPage", "headline", "description", "image", "datePublished",
    "dateModified", "author", "translator", "editor", "articleSection", "keywords", "inLanguage", "wordCount",
    "contentLocation", "publisher", "correction", "translationOfWork", "isAccessibleForFree", "hasPart",
}  # fmt: skip


@pytest.mark.parametrize("access", ["metered", "members"])
def test_it_is_the_same_on_both_variants_and_names_the_part_behind_the_wall(paper: Paper, rf: Any, access: str):
    story = gated_story(paper, access=access)
    pages = {name: page_of(story, rf, decision) for name, decision in DECISIONS.items()}
    found = [linked_data(page) for page in pages.values()]
    assert found[0] == found[1] == found[2]
    article = found[0][0]
    assert article["@type"] == "NewsArticle"
    assert article["isAccessibleForFree"] is False
    assert article["hasPart"] == {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".bs-gated"}
    for page in pages.values():
        assert page.count('class="bs-gated"') == 1


def test_an_open_story_says_so_and_names_no_part(paper: Paper, rf: Any):
    article = linked_data(page_of(gated_story(paper, access="open"), rf, DECISIONS["full"]))[0]
    assert article["isAccessibleForFree"] is True
    assert "hasPart" not in article


def test_it_holds_the_fields_that_search_engines_ask_for_and_no_others(paper: Paper, rf: Any):
    story = gated_story(paper)
    article, crumbs = linked_data(page_of(story, rf, DECISIONS["full"]))
    assert set(article) <= ALLOWED
    assert article["headline"] == story.title
    assert article["description"] == story.dek
    assert article["url"] == "http://testserver/world/a-quiet-port/"
    assert article["author"] == [{"@type": "Person", "name": "Ada Drawn", "url": "http://testserver/people/ada-drawn/"}]
    assert [row["name"] for row in article["translator"]] == ["Hester Quayle"]
    assert len(article["image"]) == 3
    assert all(address.startswith("http://testserver/media/") for address in article["image"])
    assert article["publisher"]["name"] == "The Quay"
    assert article["wordCount"] == 320
    assert [row["name"] for row in crumbs["itemListElement"]] == ["The Quay", "World", "A quiet port"]


@pytest.mark.parametrize("decision", DECISIONS)
def test_no_word_of_the_body_stands_in_it(paper: Paper, rf: Any, decision: str):
    story = gated_story(paper)
    assert "hidden" not in str(linked_data(page_of(story, rf, DECISIONS[decision])))


@pytest.mark.parametrize("headline", ["</script><script>alert(1)</script>", "<!--", "A & B", "\u2028", 'Quote " quote'])
def test_nothing_in_a_headline_leaves_the_script_element(paper: Paper, rf: Any, headline: str):
    story = paper.story(headline, [paragraph(words(30))], slug="odd")
    page = page_of(story, rf, DECISIONS["full"])
    assert "<script>alert" not in page
    assert linked_data(page)[0]["headline"] == headline
