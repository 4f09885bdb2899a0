"""The newsroom's public reads. Everything comes out as cards."""

from __future__ import annotations

from dataclasses import dataclass

from wagtail.models import Site

from broadsheet.newsroom import cards
from broadsheet.newsroom.models import (
    FrontPage,
    InfoPage,
    PaperSettings,
    Person,
    Place,
    SectionPage,
    StoryPage,
    Topic,
)


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


def colours() -> tuple[tuple[str, str, str], ...]:
    """Every section's slug, colour, and colour in the dark."""
    return tuple(SectionPage.objects.order_by("pk").values_list("slug", "colour", "colour_dark"))


def chrome(site: Site, language: str) -> cards.Chrome | None:
    """What stands around every page in a language, or None where the paper has no such edition."""
    fronts = list(FrontPage.objects.live().select_related("locale").order_by("pk"))
    front = next((front for front in fronts if front.locale.language_code == language), None)
    front = front or next(iter(fronts), None)
    if front is None:
        return None
    ours = PaperSettings.objects.filter(site=site).first() or PaperSettings(site=site)
    sections = SectionPage.objects.live().public().child_of(front)
    pages = InfoPage.objects.live().public().in_menu().child_of(front)
    return cards.Chrome(
        name=front.title, tagline=front.tagline, url=front.url or "/", language=front.locale.language_code,
        direction=cards.direction(front.locale.language_code),
        sections=tuple(cards.section(row) for row in sections),
        pages=tuple(cards.Name(row.title, row.url or "") for row in pages),
        editions=tuple(cards.edition(row, row.pk == front.pk) for row in fronts),
        publisher=ours.publisher, imprint=front.imprint, contact=ours.contact, logo=cards.picture(ours.logo),
    )  # fmt: skip


def _stories(language: str):  # type: ignore[no-untyped-def]
    return StoryPage.objects.readable().in_language(language).latest()
