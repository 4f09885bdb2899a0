"""Structured data for search engines: schema.org as JSON-LD, from cards only, the same for both variants of a story."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from broadsheet.newsroom.cards import Chrome, Name, Story
from broadsheet.web.renditions import rendition, renditions

CROPS = ("fill-1200x675", "fill-1200x900", "fill-1200x1200")
GATED = ".bs-gated"
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def article(story: Story, paper: Chrome | None, base: str) -> dict[str, Any]:
    """NewsArticle of a story. `base` is the page's own full address, against which others are resolved."""
    card = story.card
    found: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "NewsArticle", "@id": f"urn:uuid:{card.key}:{card.language}",
        "url": base, "mainEntityOfPage": base, "headline": card.headline[:110], "description": card.line,
        "image": _images(story, base), "datePublished": _moment(card.published), "dateModified": _moment(story.updated),
        "author": _people(story, "author", base), "translator": _people(story, "translator", base),
        "editor": _people(story, "editor", base), "articleSection": card.section.name,
        "keywords": [topic.name for topic in story.topics], "inLanguage": card.language, "wordCount": story.words,
        "contentLocation": [{"@type": "Place", "name": place.name} for place in story.places],
        "publisher": _publisher(paper, base), "correction": [fix.text for fix in story.corrections],
        "translationOfWork": _original(story), "isAccessibleForFree": card.access == "open",
    }  # fmt: skip
    if card.access != "open":
        found["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": GATED}
    return {name: value for name, value in found.items() if value not in ("", None, [], {})}


def breadcrumbs(story: Story, paper: Chrome | None, base: str) -> dict[str, Any]:
    """Paper, section, story."""
    steps = [(paper.name, paper.url)] if paper else []
    steps += [(story.card.section.name, story.card.section.url), (story.card.headline, base)]
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": urljoin(base, url)}
        for number, (name, url) in enumerate(steps, 1)
    ]
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}


def dump(data: Any) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _images(story: Story, base: str) -> list[str]:
    if story.card.picture is None:
        return []
    specs = [f"{crop}|format-jpeg|jpegquality-80" for crop in CROPS]
    made = renditions(story.card.picture.image, *specs)
    return [urljoin(base, made[spec].url) for spec in specs if spec in made]


def _people(story: Story, role: str, base: str) -> list[dict[str, str]]:
    names: list[Name] = [line for line in story.bylines if line.role == role]
    return [{"@type": "Person", "name": name.name, "url": urljoin(base, name.url)} for name in names]


def _publisher(paper: Chrome | None, base: str) -> dict[str, Any]:
    if paper is None:
        return {}
    found: dict[str, Any] = {"@type": "NewsMediaOrganization", "name": paper.name, "url": urljoin(base, paper.url)}
    if paper.publisher and paper.publisher != paper.name:
        found["legalName"] = paper.publisher
    logo = rendition(paper.logo.image, "max-600x600|format-png") if paper.logo else None
    if logo:
        found["logo"] = urljoin(base, logo.url)
    return found


def _original(story: Story) -> dict[str, Any]:
    origin = story.origin
    if origin is None or not origin.headline:
        return {}
    publisher = {"@type": "NewsMediaOrganization", "name": origin.name}
    found = {"@type": "NewsArticle", "headline": origin.headline, "inLanguage": origin.language, "publisher": publisher}
    return {**found, "url": origin.url} if origin.url else found


def _moment(moment: Any) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
