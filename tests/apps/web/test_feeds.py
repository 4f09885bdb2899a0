"""Feeds: valid, complete in their fields, in the feed's own language, and never more than leads (DS-01)."""

from __future__ import annotations

from datetime import datetime

import pytest
from lxml import etree

from tests.apps.web.machines import gated_story
from tests.paper import Paper

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ["/feed.atom", "/feed.json", "/world/feed.atom", "/world/feed.json"]


def entries(paper: Paper, path: str = "/feed.atom") -> list[etree._Element]:
    return etree.fromstring(paper.get(path).content).findall(f"{ATOM}entry")


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize("access", ["metered", "members", "open"])
def test_no_feed_carries_a_word_beyond_the_lead(paper: Paper, path: str, access: str):
    gated_story(paper, access=access)
    text = paper.get(path).content.decode()
    assert "opening1 " in text
    assert "hidden" not in text


def test_an_atom_entry_has_all_that_the_standard_asks(paper: Paper):
    story = gated_story(paper)
    response = paper.get("/feed.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(response.content)
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}")
    own = [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own[0].get("href") == "http://testserver/feed.atom"
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{story.translation_key}:en"
    assert entry.findtext(f"{ATOM}title") == story.title
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ada Drawn"
    assert {row.get("term") for row in entry.findall(f"{ATOM}category")} == {"World", "Borders"}
    for name in ("published", "updated"):
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}{name}")).tzinfo is not None
    links = {link.get("rel"): link.get("href") for link in entry.findall(f"{ATOM}link")}
    assert links["alternate"] == "http://testserver/world/a-quiet-port/"
    assert links["enclosure"].startswith("http://testserver/media/")
    assert entry.findtext(f"{ATOM}summary").startswith("<p>What “they” saw &amp; said &lt;there&gt;.</p><p>opening1")


def test_a_json_item_has_all_that_the_standard_asks(paper: Paper):
    story = gated_story(paper)
    response = paper.get("/feed.json")
    assert response["Content-Type"].startswith("application/feed+json")
    feed = response.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://testserver/feed.json"
    assert feed["language"] == "en"
    (item,) = feed["items"]
    assert item["id"] == f"urn:uuid:{story.translation_key}:en"
    assert item["url"] == "http://testserver/world/a-quiet-port/"
    assert item["title"] == story.title
    assert item["summary"] == story.dek
    assert item["authors"] == [{"name": "Ada Drawn"}]
    assert item["tags"] == ["World", "Borders"]
    assert set(item) <= {
        "id", "url", "title", "summary", "content_html", "image", "date_published", "date_modified", "authors",
        "tags", "language",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["A\x0bB", "A\x1fB", "A\ufffeB", "A & B <b> ]]> 'C' \"D\"", "قارب 🚢"])
def test_a_feed_is_valid_whatever_stands_in_a_headline(paper: Paper, text: str):
    paper.story(text, slug="odd", dek=text)
    (entry,) = entries(paper)
    kept = "".join(letter for letter in text if letter >= " " and letter != "\ufffe")
    assert entry.findtext(f"{ATOM}title") == kept
    assert paper.get("/feed.json").json()["items"][0]["title"]


def test_a_feed_is_of_its_language_and_section(paper: Paper):
    paper.story("In English")
    paper.story("Of money", section="economy")
    paper.story("بالعربية", slug="arabic", language="ar")
    assert {row.findtext(f"{ATOM}title") for row in entries(paper)} == {"In English", "Of money"}
    assert [row.findtext(f"{ATOM}title") for row in entries(paper, "/economy/feed.atom")] == ["Of money"]
    assert [row.findtext(f"{ATOM}title") for row in entries(paper, "/ar/feed.atom")] == ["بالعربية"]
    assert paper.get("/there-is-none/feed.atom").status_code == 404


@pytest.mark.parametrize("path", FEEDS)
def test_drafts_stand_in_no_feed_and_an_empty_one_is_valid(paper: Paper, path: str):
    paper.story("A draft", live=False)
    response = paper.get(path)
    assert response.status_code == 200
    assert "A draft" not in response.content.decode()
    if path.endswith("atom"):
        etree.fromstring(response.content)
