"""Readers find what anybody may read of a story, in any script, and never by a word of its body (DS-08)."""

from __future__ import annotations

import pytest
from django.test import Client

from broadsheet.newsroom import queries
from broadsheet.newsroom.models import SearchEntry, StoryPage
from broadsheet.newsroom.operations import indexing
from tests import searching
from tests.paper import Paper, committed, paragraph, words


def test_every_query_finds_what_it_should_and_nothing_else(paper: Paper):
    searching.file_all(paper)
    for query, language, wanted in searching.FOUND:
        listing = queries.search(query, language)
        assert {card.headline for card in listing.stories} == wanted, query
        assert listing.total == len(wanted), query


def test_no_query_breaks_the_search(paper: Paper):
    searching.file_all(paper)
    for query in searching.HOSTILE:
        listing = queries.search(query, "en")
        assert listing.total <= len(searching.STORIES), query
        address = {"q": query.encode(errors="surrogatepass")}
        assert Client().get("/search/", address).status_code == 200, query


@pytest.mark.parametrize("page", ["0", "-1", "x", "2", "500", "999999999999", "1e3", "٣", ""])
def test_a_page_number_that_makes_no_sense_breaks_nothing(paper: Paper, page: str):
    paper.story("The ferry")
    assert Client().get("/search/", {"q": "ferry", "page": page}).status_code == 200


def test_a_hidden_word_is_not_found_from_the_page_either(paper: Paper):
    paper.story("The ferry")
    seen = Client().get("/search/", {"q": "hidden0x1"}).content.decode()
    assert "The ferry" not in seen


def test_a_better_match_stands_first_and_of_equals_the_newer(paper: Paper):
    from datetime import UTC, datetime

    paper.story("A year on the coast", dek="About a ferry.", published=datetime(2026, 1, 1, tzinfo=UTC))
    paper.story("The ferry", slug="old", published=datetime(2020, 1, 1, tzinfo=UTC))
    paper.story("The ferry", slug="new", published=datetime(2026, 1, 1, tzinfo=UTC))
    found = [card.url for card in queries.search("ferry", "en").stories]
    assert found.index("/world/new/") < found.index("/world/old/")
    assert found.index("/world/new/") < found.index("/world/a-year-on-the-coast/")


def test_the_index_follows_a_change_of_headline_and_lead(paper: Paper):
    story = paper.story("The ferry")
    story.title, story.lead_words = "The bridge", 40
    with committed():
        story.save_revision().publish()
    assert queries.search("ferry", "en").total == 0
    assert queries.search("bridge", "en").total == 1
    assert queries.search("second1", "en").total == 0


def test_a_word_of_the_body_is_not_found_even_where_the_story_is_open(paper: Paper):
    paper.story("The ferry", [paragraph(words(300))], access="open")
    assert queries.search("word299", "en").total == 0


def test_the_whole_index_can_be_made_anew(paper: Paper):
    paper.story("The ferry")
    gone = paper.story("The bridge")
    SearchEntry.objects.filter(story__title="The ferry").delete()
    StoryPage.objects.filter(pk=gone.pk).update(live=False)
    assert indexing.reindex() == 1
    assert queries.search("ferry", "en").total == 1
    assert queries.search("bridge", "en").total == 0


def test_a_story_behind_a_restriction_of_wagtails_is_not_found(paper: Paper):
    from wagtail.models import PageViewRestriction

    story = paper.story("The ferry")
    PageViewRestriction.objects.create(page=story, restriction_type="login")
    with committed():
        story.save_revision().publish()
    assert queries.search("ferry", "en").total == 0
