"""Lists on other pages: the front's band of them, and the offer inside a story."""

from __future__ import annotations

from datetime import time
from typing import Any

from babel.dates import format_time, get_day_names
from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from broadsheet.newsletters.queries import lists, promos
from broadsheet.newsletters.queries.lists import ListCard
from broadsheet.newsletters.queries.promos import Shown
from broadsheet.newsletters.rules.promos import choose, halves, place_of
from broadsheet.newsroom.cards import Story
from broadsheet.web import known_lists
from broadsheet.web.templatetags.paper import locale

register = template.Library()


@register.simple_tag
def newsletters() -> tuple[ListCard, ...]:
    """The lists of the page's language that readers may join."""
    return lists.lists(get_language() or "en")


@register.filter
def rhythm(card: ListCard) -> str:
    """When a list comes: every day at 07:00 UTC, Mondays at …."""
    said = {"hour": _hour(card.at), "zone": "" if card.in_readers_zone else _place(card.zone)}
    if card.rhythm == "none":
        return _("When there is something to say")
    if card.rhythm == "daily" or card.day is None:
        return (_("Every day, %(hour)s %(zone)s") % said).strip()
    said["day"] = get_day_names("wide", context="stand-alone", locale=locale())[card.day]
    return (_("%(day)s, %(hour)s %(zone)s") % said).strip()


def _hour(moment: time) -> str:
    """An hour as the language writes it."""
    return format_time(moment, "short", locale=locale())


def _place(zone: str) -> str:
    """A zone by its city, as readers know it."""
    return zone.rpartition("/")[2].replace("_", " ")


@register.simple_tag(takes_context=True)
def offer_in(context: dict[str, Any], story: Story) -> dict[str, Any] | None:
    """The newsletter that a story offers, with its place; none to a reader whom Django itself knows to get it."""
    found = {shown.offer.id: shown for shown in promos.promos(story.card.language)}
    chosen = choose((shown.offer for shown in found.values()), _subjects(story))
    request = context.get("request")
    if chosen is None or (request is not None and chosen.newsletter in known_lists.gets(request)):
        return None
    shown: Shown = found[chosen.id]
    return {"shown": shown, "place": place_of(chosen, full=story.full), "story": story.card.key}


def _subjects(story: Story) -> set[str]:
    """What a story is about, by its subjects' addresses."""
    dateline = [story.card.dateline.url] if story.card.dateline else []
    places = [place.url for place in story.places]
    return {story.card.section.url, *(topic.url for topic in story.topics), *places, *dateline}


@register.simple_tag
def parted(markup: SafeString) -> tuple[SafeString, SafeString]:
    """A body's two halves, between which an offer may stand."""
    first, second = halves(str(markup))
    return mark_safe(first), mark_safe(second)
