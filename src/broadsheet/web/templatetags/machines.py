"""What a page tells machines: structured data, and its own full address."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from broadsheet.newsroom.cards import PictureCard, Story
from broadsheet.web import feeds, structured
from broadsheet.web.renditions import rendition

register = template.Library()


@register.simple_tag(takes_context=True)
def structured_data(context: template.Context, story: Story) -> SafeString:
    """The story's structured data, as a script element that no browser runs."""
    base = full_url(context, story.card.url)
    paper = context.get("paper") or None
    data = [structured.article(story, paper, base), structured.breadcrumbs(story, paper, base)]
    return mark_safe(f'<script type="application/ld+json">{structured.dump(data)}</script>')


@register.simple_tag(takes_context=True)
def full_url(context: template.Context, path: str = "") -> str:
    """The full address of `path`, or of the page itself, without its query."""
    request: Any = context.get("request")
    return request.build_absolute_uri(path or request.path) if request else path


@register.filter
def clean(text: str) -> str:
    """Without the characters that XML has no place for."""
    return feeds.clean(text)


@register.simple_tag
def social_picture(card: PictureCard | None) -> Any:
    """The rendition of a picture that others show beside a link."""
    return rendition(card.image, "fill-1200x630|format-jpeg|jpegquality-80") if card else None
