"""Sitemaps name what is live, with its translations; the news sitemap the last two days; nothing of a body (DS-09)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from broadsheet import clock
from tests.apps.web.machines import gated_story
from tests.paper import Paper

MAP = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}


def tree(paper: Paper, path: str) -> etree._Element:
    response = paper.get(path)
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    return etree.fromstring(response.content)


def addresses(paper: Paper, path: str) -> list[str]:
    return [str(found) for found in tree(paper, path).xpath("//s:url/s:loc/text()", namespaces=MAP)]


def test_the_index_names_every_part(paper: Paper):
    paper.story()
    found = tree(paper, "/sitemap.xml").xpath("//s:loc/text()", namespaces=MAP)
    assert found == ["http://testserver/sitemap-pages.xml", "http://testserver/sitemap-1.xml"]
    assert paper.get("/sitemap-2.xml").status_code == 404
    assert paper.get("/sitemap-0.xml").status_code == 404
    assert paper.get("/sitemap-x.xml").status_code == 404


def test_stories_stand_there_with_their_translations_and_last_change(paper: Paper):
    story = paper.story()
    paper.story("بالعربية", slug="arabic", language="ar", translation_key=story.translation_key)
    paper.story("A draft", slug="draft", live=False)
    found = tree(paper, "/sitemap-1.xml")
    assert addresses(paper, "/sitemap-1.xml") == [
        "http://testserver/ar/world/arabic/", "http://testserver/world/a-quiet-port/",
    ]  # fmt: skip
    assert len(found.xpath("//s:lastmod", namespaces=MAP)) == 2
    links = found.xpath("//s:url[1]/x:link", namespaces=MAP)
    assert {link.get("hreflang"): link.get("href") for link in links} == {
        "en": "http://testserver/world/a-quiet-port/", "ar": "http://testserver/ar/world/arabic/",
    }  # fmt: skip


def test_pages_are_fronts_and_sections(paper: Paper):
    paper.section()
    found = addresses(paper, "/sitemap-pages.xml")
    assert {"http://testserver/", "http://testserver/ar/", "http://testserver/world/"} <= set(found)


def test_the_news_sitemap_holds_the_last_two_days_with_the_fields_that_are_asked(paper: Paper):
    gated_story(paper, published=clock.now() - timedelta(hours=47))
    paper.story("Too old", published=clock.now() - timedelta(hours=49))
    paper.story("بالعربية", slug="arabic", language="ar", published=clock.now() - timedelta(hours=1))
    paper.story("A draft", slug="draft", live=False)
    found = tree(paper, "/news-sitemap.xml")
    titles = found.xpath("//n:title/text()", namespaces=MAP)
    assert sorted(titles) == sorted(["A quiet port", "بالعربية"])
    for row in found.xpath("//s:url", namespaces=MAP):
        names = [etree.QName(part).localname for part in row.iterdescendants()]
        assert names == ["loc", "news", "publication", "name", "language", "publication_date", "title"]
    said = found.xpath("//n:publication", namespaces=MAP)
    assert {(row[0].text, row[1].text) for row in said} == {("The Quay", "en"), ("الرصيف", "ar")}


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-1.xml", "/sitemap-pages.xml", "/news-sitemap.xml"])
@pytest.mark.parametrize("headline", ["A & B <c>", "A\x0bB\x1fC\ufffe"])
def test_every_sitemap_is_valid_and_holds_no_word_of_a_body(paper: Paper, path: str, headline: str):
    gated_story(paper, headline=headline, slug="odd")
    text = etree.tostring(tree(paper, path), encoding="unicode")
    assert "hidden" not in text
    assert "opening" not in text
