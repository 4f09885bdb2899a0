"""The newsroom's public reads. Everything comes out as cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from wagtail.models import Page, ReferenceIndex, Site

from broadsheet.newsroom import cards, fulltext, words
from broadsheet.newsroom.models import (
    FrontPage,
    InfoPage,
    PaperSettings,
    Person,
    Picture,
    Place,
    SectionPage,
    StoryPage,
    Topic,
    Views,
)
from broadsheet.paywall.access import Gate
from broadsheet.paywall.rules import Decision

MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Gathered:
    """A topic, a place or a person, and one page of the stories that go with it."""

    name: str
    line: str
    listing: cards.Listing
    place: cards.PlaceCard | None = None
    about: str = ""
    portrait: cards.PictureCard | None = None
    keys: frozenset[str] = frozenset()  # what the list was made from


def topic(slug: str, language: str, page: str | None = None) -> Gathered | None:
    """The topic with its stories, or None."""
    row = Topic.objects.filter(slug=slug, locale__language_code=language).first()
    if row is None:
        return None
    listing = cards.listing(_stories(language).filter(topics=row), page)
    return Gathered(row.name, row.line, listing, keys=_keys("topic", row.pk, listing))


def place(slug: str, language: str, page: str | None = None) -> Gathered | None:
    """The place with the stories datelined there or about it, or None."""
    row = Place.objects.filter(slug=slug, locale__language_code=language).first()
    if row is None:
        return None
    stories = (_stories(language).filter(dateline=row) | _stories(language).filter(places=row)).distinct()
    listing = cards.listing(stories, page)
    return Gathered(row.name, "", listing, place=cards.place(row), keys=_keys("place", row.pk, listing))


def person(slug: str, language: str, page: str | None = None) -> Gathered | None:
    """The person with their stories, or None."""
    row = Person.objects.filter(slug=slug).select_related("portrait").first()
    if row is None:
        return None
    stories = _stories(language).filter(bylines__person=row).distinct()
    listing, portrait = cards.listing(stories, page), cards.picture(row.portrait)
    keys = _keys("person", row.pk, listing, portrait)
    return Gathered(row.name, row.line, listing, about=row.about, portrait=portrait, keys=keys)


def _keys(kind: str, pk: int, listing: cards.Listing, *shown: cards.PictureCard | None) -> frozenset[str]:
    """What the page was made from, the pictures that it shows included."""
    pictures = [*shown, *(card.picture for card in listing.stories)]
    return frozenset({f"{kind}:{pk}", f"list:{kind}:{pk}", *(f"picture:{card.image.pk}" for card in pictures if card)})


def latest(language: str, count: int) -> tuple[cards.StoryCard, ...]:
    """The newest stories."""
    return cards.story_cards(_stories(language)[:count])


def search(text: str, language: str, page: str | None = None, size: int = 20) -> cards.Listing:
    """One page of the stories that hold all words of `text` in what everybody may read of them."""
    number = int(page) if page and page.isdecimal() and 0 < int(page) < MOST_PAGES else 1
    found, total = fulltext.find(words.terms(text), language, size, (number - 1) * size)
    rows = {row.pk: row for row in StoryPage.objects.readable().filter(pk__in=found).latest()}
    stories = cards.story_cards(rows[pk] for pk in found if pk in rows)
    return cards.Listing(stories, number, max(1, -(-total // size)), total)


def section(slug: str, language: str) -> tuple[int, cards.SectionCard] | None:
    """A section's id and card."""
    row = SectionPage.objects.live().public().filter(slug=slug, locale__language_code=language).first()
    return (row.pk, cards.section(row)) if row else None


def address(pk: int) -> str | None:
    """The path of a section, or None where there is none of this id."""
    row = SectionPage.objects.filter(pk=pk).first()
    return row.url if row else None


def topic_path(slug: str, language: str) -> str | None:
    """The address of a topic, or None where there is none of this slug."""
    row = Topic.objects.filter(slug=slug, locale__language_code=language).first()
    return row.get_absolute_url() if row else None


def person_path(name: str) -> str | None:
    """The address of a person, or None where there is none of this name."""
    row = Person.objects.filter(name=name).first()
    return row.get_absolute_url() if row else None


@dataclass(frozen=True, slots=True)
class Reached:
    """A story as an address leads to it, with the gate that it has at a moment."""

    headline: str
    language: str
    full_url: str
    key: bytes  # the translation key
    private: bool  # kept behind one of Wagtail's own restrictions
    gate: Gate


def story_at(request: HttpRequest, steps: str, now: float) -> Reached | None:
    """The published story to which `steps` lead below the site's root, in the language that is active; else None."""
    page = Page.find_for_request(request, steps)
    if page is None or not isinstance(page.specific, StoryPage):
        return None
    story, private = page.specific, page.get_view_restrictions().exists()
    language = story.locale.language_code
    return Reached(
        story.title, language, story.full_url or "", story.translation_key.bytes, private, story.gate(now)
    )  # fmt: skip


def latest_of(language: str, section: int | None, count: int) -> tuple[cards.FeedItem, ...]:
    """The newest stories with what feeds and news sitemaps say of them besides."""
    rows = _stories(language)
    if section is not None:
        rows = rows.child_of(SectionPage.objects.get(pk=section))
    return cards.feed_items(rows.prefetch_related("topics")[:count])


@dataclass(frozen=True, slots=True)
class Located:
    """A page in a sitemap."""

    url: str
    changed: datetime | None
    alternates: tuple[tuple[str, str], ...]


SITEMAP_SIZE = 1000


def sitemap_parts() -> int:
    """How many parts of stories the sitemap has."""
    return -(-StoryPage.objects.readable().count() // SITEMAP_SIZE)


def sitemap_stories(part: int) -> list[Located]:
    """A part of the stories, newest first, each with its translations."""
    first = (part - 1) * SITEMAP_SIZE
    rows = StoryPage.objects.readable().select_related("locale").order_by("-first_published_at", "-pk")
    return _located(list(rows[first : first + SITEMAP_SIZE]), StoryPage.objects.readable())


def sitemap_pages() -> list[Located]:
    """Fronts, sections, and the pages about the paper."""
    found = []
    for model in (FrontPage, SectionPage, InfoPage):
        rows = model.objects.live().public().select_related("locale")
        found += _located(list(rows), rows)
    return found


def _located(rows: list[Any], everything: Any) -> list[Located]:
    kin: dict[Any, list[tuple[str, str]]] = {}
    for row in everything.filter(translation_key__in={row.translation_key for row in rows}).select_related("locale"):
        kin.setdefault(row.translation_key, []).append((row.locale.language_code, row.full_url or ""))
    return [Located(row.full_url or "", row.last_published_at, tuple(kin[row.translation_key])) for row in rows]


def editions() -> tuple[str, ...]:
    """The languages in which the paper has a front, the first being its own."""
    return tuple(FrontPage.objects.order_by("pk").values_list("locale__language_code", flat=True))


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
        postal_address=ours.postal_address,
    )  # fmt: skip


def is_published(file: Any) -> bool:
    """Whether a page that readers may open refers to this file. One that only a draft holds is nobody's yet."""
    pages = ReferenceIndex.get_references_to(file).filter(base_content_type=ContentType.objects.get_for_model(Page))
    ids = [int(pk) for pk in pages.values_list("object_id", flat=True)]
    return Page.objects.filter(pk__in=ids).live().public().exists()


def _stories(language: str):  # type: ignore[no-untyped-def]
    return StoryPage.objects.readable().in_language(language).latest()


def story_by_key(key: UUID, language: str) -> cards.StoryCard | None:
    """The story of this translation key that readers may come to: in `language`, else in another edition."""
    rows = list(StoryPage.objects.readable().filter(translation_key=key).select_related("locale").order_by("pk"))
    found = next((row for row in rows if row.locale.language_code == language), next(iter(rows), None))
    return cards.story_card(found) if found else None


def story_by_id(pk: int) -> cards.StoryCard | None:
    """The story of this id, where readers may come to it."""
    row = StoryPage.objects.readable().filter(pk=pk).first()
    return cards.story_card(row) if row else None


def story_in_full(pk: int, decision: Decision | None) -> cards.Story | None:
    """The story of this id as `decision` allows it to be seen, where readers may come to it."""
    row = StoryPage.objects.readable().filter(pk=pk).first()
    return cards.story(row, decision) if row else None


@dataclass(frozen=True, slots=True)
class Subjects:
    """What some stories are about: ids, any of which will do. Empty: about anything."""

    topics: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    sections: tuple[int, ...] = ()


def published_between(
    language: str, subjects: Subjects, since: datetime, until: datetime, count: int, *, most_read: bool = False
) -> tuple[cards.StoryCard, ...]:
    """Stories about any of the subjects that were first published in that time, the end excluded: the newest first,
    or those that were read most since."""
    about = StoryPage.objects.filter(_about(subjects)).order_by().values("pk")  # apart: a story may match twice
    rows = _stories(language).filter(pk__in=about, first_published_at__gte=since, first_published_at__lt=until)
    if most_read:
        rows = rows.annotate(views=_views_since(since)).order_by("-views", "-first_published_at", "-pk")
    return cards.story_cards(rows[:count])


def _about(subjects: Subjects) -> Q:
    found = Q()
    if subjects.topics:
        found |= Q(topics__in=subjects.topics)
    if subjects.places:
        found |= Q(places__in=subjects.places) | Q(dateline__in=subjects.places)
    for section in SectionPage.objects.filter(pk__in=subjects.sections):
        found |= Q(path__startswith=section.path, depth=section.depth + 1)
    return found


def _views_since(since: datetime) -> Any:
    counted = Views.objects.filter(story=OuterRef("translation_key"), day__gte=since.astimezone(UTC).date())
    added = counted.order_by().values("story").annotate(total=Sum("count")).values("total")
    return Coalesce(Subquery(added), 0)


def picture_at(url: str) -> Any:
    """The picture of which a rendition has this address, or None: where a story shows one that is wanted elsewhere."""
    before, _, name = url.rpartition("/images/")
    return Picture.objects.filter(renditions__file=f"images/{name}").first() if before or name else None
