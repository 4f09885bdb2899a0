"""Feeds of the latest stories: Atom 1.0 and JSON Feed 1.1. They carry leads, never a body."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.feedgenerator import Atom1Feed, Enclosure
from django.utils.html import escape
from django.utils.translation import get_language
from wagtail.models import Site

from broadsheet.newsroom import cards, queries
from broadsheet.web.renditions import rendition

SIZE = 30
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def atom(request: HttpRequest, section: str = "") -> HttpResponse:
    """The latest stories, of one section or of all, as Atom."""
    source = _Source(request, section)
    feed = Atom1Feed(
        title=source.title, link=source.home, description=source.line, language=source.language,
        feed_url=source.address, subtitle=source.line, feed_guid=source.address,
    )  # fmt: skip
    for item in source.items:
        feed.add_item(**_entry(item, source.address))
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    return _kept(response, source)


def json(request: HttpRequest, section: str = "") -> HttpResponse:
    """The latest stories as JSON Feed."""
    source = _Source(request, section)
    content = {
        "version": "https://jsonfeed.org/version/1.1", "title": source.title, "home_page_url": source.home,
        "feed_url": source.address, "description": source.line, "language": source.language,
        "items": [_json_item(item, source.address) for item in source.items],
    }  # fmt: skip
    response = JsonResponse(content, content_type="application/feed+json; charset=utf-8")
    return _kept(response, source)


class _Source:
    """What a feed is of."""

    def __init__(self, request: HttpRequest, section: str) -> None:
        self.language = get_language() or "en"
        paper = queries.chrome(Site.find_for_request(request), self.language)
        if paper is None:
            raise Http404
        found = queries.section(section, self.language) if section else None
        if section and found is None:
            raise Http404
        pk, card = found or (None, None)
        self.title = clean(f"{paper.name} – {card.name}" if card else paper.name)
        self.line = clean((card.line if card else paper.tagline) or paper.name)
        self.home = request.build_absolute_uri(card.url if card else paper.url)
        self.address = request.build_absolute_uri(request.path)
        self.items = queries.latest_of(self.language, pk, SIZE)
        self.keys = {f"latest:{self.language}"} if pk is None else {f"section:{pk}", f"list:section:{pk}"}


def _kept(response: HttpResponse, source: _Source) -> HttpResponse:
    response.shelf_keys = source.keys  # type: ignore[attr-defined]
    return response


def _entry(item: cards.FeedItem, address: str) -> dict[str, Any]:
    card, picture = item.card, picture_of(item, address)
    return {
        "title": clean(card.headline), "link": item.full_url, "unique_id": f"urn:uuid:{card.key}:{card.language}",
        "description": clean(f"<p>{escape(card.dek)}</p>{card.lead}" if card.dek else card.lead),
        "pubdate": card.published, "updateddate": item.updated or card.published,
        "author_name": clean(", ".join(card.authors)) or None,
        "categories": tuple(clean(name) for name in (card.section.name, *item.topics)),
        "enclosures": [Enclosure(picture, "0", "image/jpeg")] if picture else [],
    }  # fmt: skip


def _json_item(item: cards.FeedItem, address: str) -> dict[str, Any]:
    card = item.card
    found = {
        "id": f"urn:uuid:{card.key}:{card.language}", "url": item.full_url, "title": card.headline,
        "summary": card.dek, "content_html": card.lead, "image": picture_of(item, address),
        "date_published": card.published.isoformat() if card.published else None,
        "date_modified": item.updated.isoformat() if item.updated else None,
        "authors": [{"name": name} for name in card.authors], "tags": [card.section.name, *item.topics],
        "language": card.language,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def picture_of(item: cards.FeedItem, address: str) -> str:
    """The full address of the story's picture as others show it."""
    picture = item.card.picture
    made = rendition(picture.image, "fill-1200x630|format-jpeg|jpegquality-80") if picture else None
    return urljoin(address, made.url) if made else ""


def clean(text: str) -> str:
    """Without the characters that XML has no place for."""
    return _CONTROL.sub("", text)
