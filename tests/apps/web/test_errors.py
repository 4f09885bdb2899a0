"""What is not there, and what breaks: pages of the paper's own, in the reader's language, telling nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from broadsheet.newsroom import cards
from tests.paper import Paper


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere/",
        "/world/nowhere/",
        "/topics/nowhere/",
        "/places/nowhere/",
        "/people/nowhere/",
        "/%00/",
        "/%ff/",
        "/world/%2e%2e/",
        "//world//",
        "/" + "a" * 3000 + "/",
    ],
)
def test_an_address_that_leads_nowhere_gets_the_papers_own_page(paper: Paper, path: str):
    paper.section()
    response = Client().get(path)
    assert response.status_code == 404
    page = response.content.decode()
    assert "There is no such page" in page
    assert '<meta name="robots" content="noindex">' in page


def test_it_speaks_the_language_of_the_edition(paper: Paper):
    page = Client().get("/ar/nowhere/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page


def test_a_page_that_breaks_tells_nothing_of_the_story(paper: Paper, monkeypatch: pytest.MonkeyPatch):
    story = paper.story(access="open")

    def breaks(*_: object) -> None:
        raise RuntimeError("hidden0x1 in an exception")

    monkeypatch.setattr(cards, "gated_body", breaks)
    response = Client(raise_request_exception=False).get(story.url)
    assert response.status_code == 500
    page = response.content.decode()
    assert "Something broke on our side" in page
    assert "hidden" not in page
    assert "RuntimeError" not in page


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_story_answers_to_reading_only(paper: Paper, method: str):
    story = paper.story(access="open")
    response = getattr(Client(), method)(story.url)
    assert response.status_code == 405
    assert "hidden" not in response.content.decode()
