"""The newsroom's public reads. Everything comes out as cards."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.newsroom import cards
from broadsheet.newsroom.models import Person, Place, StoryPage, Topic


@dataclass(frozen=True, slots=True)
class Gathered:
    """A topic, a place or a person, and one page of the stories that go with it."""

    name: str
    line: str
    listing: cards.Listing
    place: cards.PlaceCard | None = None
    about: str = ""
    portrait: cards.PictureCard | None = None


def topic(slug: str, language: str, page: str | None = None) -> Gathered | None:
    """The topic with its stories, or None."""
    row = Topic.objects.filter(slug=slug, locale__language_code=language).first()
    if row is None:
        return None
    return Gathered(row.name, row.line, cards.listing(_stories(language).filter(topics=row), page))


def place(slug: str, language: str, page: str | None = None) -> Gathered | None:
    """The place with the stories datelined there or about it, or None."""
    row = Place.objects.filter(slug=slug, locale__language_code=language).first()
    if row is None:
        return None
    stories = (_stories(language).filter(dateline=row) | _stories(language).filter(places=row)).distinct()
    return Gathered(row.name, "", cards.listing(stories, page), place=cards.place(row))


def person(slug: str, language: str, page: str | None = None) -> Gathered | None:
    """The person with their stories, or None."""
    row = Person.objects.filter(slug=slug).select_related("portrait").first()
    if row is None:
        return None
    stories = _stories(language).filter(bylines__person=row).distinct()
    return Gathered(
        row.name,
        row.line,
        cards.listing(stories, page),
        about=row.about,
        portrait=cards.picture(row.portrait),
    )


def latest(language: str, count: int) -> tuple[cards.StoryCard, ...]:
    """The newest stories."""
    return tuple(cards.story_card(row) for row in _stories(language)[:count])


def _stories(language: str):  # type: ignore[no-untyped-def]
    return StoryPage.objects.readable().in_language(language).latest()
