"""Lists on other pages: the front's band of them, and the offer inside a story."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from broadsheet.newsletters.queries import lists, promos
from broadsheet.newsletters.queries.lists import ListCard
from broadsheet.newsletters.queries.promos import Shown
from broadsheet.newsletters.rules.promos import choose, halves, place_of
from broadsheet.newsroom.cards import Story
from broadsheet.web.newsletters import cookie, words

register = template.Library()


@register.simple_tag
def newsletters() -> tuple[ListCard, ...]:
    """The lists of the page's language that readers may join."""
    return lists.lists(get_language() or "en")


@register.filter
def rhythm(card: ListCard) -> str:
    """When a list comes."""
    return words.rhythm(card)


@register.simple_tag(takes_context=True)
def offer_in(context: dict[str, Any], story: Story) -> dict[str, Any] | None:
    """The newsletter that a story offers, with its place; none to a reader whom Django itself knows to get it."""
    found = {shown.offer.id: shown for shown in promos.promos(story.card.language)}
    chosen = choose((shown.offer for shown in found.values()), _subjects(story))
    request = context.get("request")
    if chosen is None or (request is not None and chosen.newsletter in cookie.gets(request)):
        return None
    shown: Shown = found[chosen.id]
    return {"shown": shown, "place": place_of(chosen, full=story.full), "story": story.card.key}


def _subjects(story: Story) -> set[str]:
    """What a story is about, by its subjects' addresses."""
    places = [*story.places, *([story.card.dateline] if story.card.dateline else [])]
    return {story.card.section.url, *(each.url for each in (*story.topics, *places))}


@register.simple_tag
def parted(markup: SafeString) -> tuple[SafeString, SafeString]:
    """A body's two halves, between which an offer may stand."""
    first, second = halves(str(markup))
    return mark_safe(first), mark_safe(second)
