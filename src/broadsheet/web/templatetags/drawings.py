"""Charts and maps in templates. The element around them has the class `drawing`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from broadsheet.newsroom import cards, fronts
from broadsheet.newsroom.drawings import charts, maps
from broadsheet.newsroom.rules import DataError, read_data

register = template.Library()


@register.simple_tag
def chart(value: Any) -> SafeString:
    """The chart of a chart block; nothing where its figures cannot be read."""
    try:
        figures = read_data(value.get("data") or "")
    except DataError:
        return mark_safe("")
    return charts.chart(value.get("kind") or "bar", value.get("title") or "", value.get("unit") or "", figures)


@register.simple_tag
def locator(value: Any) -> SafeString:
    """The locator map of a map block; a place that was deleted is left out."""
    places = [cards.place(row) for row in value.get("places") or () if row is not None]
    span = value.get("span")
    return _located(places, float(span) if span else None)


@register.simple_tag
def locate(place: cards.PlaceCard | None) -> SafeString:
    """The locator map of one place."""
    return _located([place] if place else [], None)


@register.simple_tag
def datelines(package: fronts.Package) -> SafeString:
    """The world with a mark for every dateline among a package's stories, linked to the place."""
    places = [pick.card.dateline for pick in package.picks if pick.card.dateline]
    return mark_safe(maps.datelines(places, _language())) if places else mark_safe("")


def _located(places: list[cards.PlaceCard], span: float | None) -> SafeString:
    return mark_safe(maps.locator(places, span, _language())) if places else mark_safe("")


def _language() -> str:
    return get_language() or "en"
