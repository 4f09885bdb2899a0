"""Filing from outside: importers and the demo hand over plain values, the newsroom makes its rows of them.

What is found by its slug is kept as it is; editors may have changed it since.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Locale, Page, PageViewRestriction

from broadsheet.newsroom import rules
from broadsheet.newsroom.models import (
    Byline,
    File,
    FrontPage,
    InfoPage,
    Person,
    Picture,
    Place,
    Publication,
    SectionPage,
    StoryPage,
    Topic,
)
from broadsheet.newsroom.picture_files import check_whole

Blocks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A story to file. Ids are those that the functions below gave; `body` is StreamField data."""

    section: int
    slug: str
    headline: str
    body: Blocks
    kicker: str = ""
    dek: str = ""
    access: str = "inherit"  # open, metered, members, or as its section and topics say
    published: datetime | None = None
    changed: datetime | None = None
    go_live: datetime | None = None  # to come; the story appears by itself then
    password: str = ""  # kept behind Wagtail's own question for it
    description: str = ""  # for search engines, where it is not the dek
    picture: int | None = None
    picture_caption: str = ""
    picture_alt: str = ""
    dateline: int | None = None
    bylines: tuple[tuple[int, str], ...] = ()
    topics: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    origin: int | None = None
    origin_language: str = ""
    origin_headline: str = ""
    origin_url: str = ""
    translation_key: UUID | None = None
    live: bool = True


def ensure_section(
    *, language: str, slug: str, name: str, line: str = "", colours: tuple[str, str] | None = None
) -> int:
    """The section of this slug, or of this name, under the language's front, made when there is neither."""
    front = FrontPage.objects.get(locale__language_code=language)
    ours = SectionPage.objects.child_of(front)
    found = ours.filter(slug=slug).first() or ours.filter(title=name).first()
    if found is None:
        found = SectionPage(title=name, slug=_free_address(front, slug), line=line, locale=front.locale)
        found.show_in_menus = True
        if colours is not None:
            found.colour, found.colour_dark = colours
        found.translation_key = _twin_key(SectionPage, found.slug) or found.translation_key
        front.add_child(instance=found)
        found.save_revision().publish()
    return found.pk


def ensure_person(*, name: str, line: str = "") -> int:
    """The person of this name."""
    found = Person.objects.filter(name=name).first()
    if found is None:
        slug = free_slug(slugify(name, allow_unicode=True) or "person", Person.objects.values_list("slug", flat=True))
        found = Person.objects.create(name=name, slug=slug, line=line)
    return found.pk


def ensure_topic(*, language: str, slug: str, name: str, line: str = "") -> int:
    """The topic of this slug in this language."""
    locale = Locale.objects.get(language_code=language)
    found = Topic.objects.filter(locale=locale, slug=slug).first()
    if found is None:
        found = Topic(locale=locale, slug=slug, name=name, line=line)
        found.translation_key = _twin_key(Topic, slug) or found.translation_key
        found.save()
    return found.pk


def ensure_place(
    *, language: str, slug: str, name: str, country: str = "", latitude: float = 0, longitude: float = 0
) -> int:
    """The place of this slug in this language."""
    locale = Locale.objects.get(language_code=language)
    found = Place.objects.filter(locale=locale, slug=slug).first()
    if found is None:
        at = {"latitude": Decimal(str(round(latitude, 4))), "longitude": Decimal(str(round(longitude, 4)))}
        found = Place(locale=locale, slug=slug, name=name, country=country, **at)
        found.translation_key = _twin_key(Place, slug) or found.translation_key
        found.full_clean()
        found.save()
    return found.pk


def ensure_publication(*, name: str, city: str = "", country: str = "", language: str = "", about: str = "") -> int:
    """The newspaper of this name."""
    values = {"city": city, "country": country, "language": language, "about": about}
    found, _made = Publication.objects.get_or_create(name=name, defaults=values)
    return found.pk


def store_picture(
    *,
    name: str,
    content: bytes,
    title: str,
    alt: str = "",
    caption: str = "",
    credit: str = "",
    licence: str = "unknown",
) -> int:
    """Keep a picture. Raises ValidationError where the bytes are no picture that we can show."""
    check_whole(io.BytesIO(content))
    picture = Picture(title=title[:255], alt=alt[:500], caption=caption, credit=credit[:255], licence=licence)
    picture.file = ImageFile(io.BytesIO(content), name=name)
    picture.file_size = len(content)
    picture.full_clean(exclude=["file_hash"])
    picture.save()
    return picture.pk


def store_file(*, name: str, content: bytes, title: str) -> int:
    """Keep a document to download."""
    kept = File(title=title[:255])
    kept.file = ContentFile(content, name=name)
    kept.file_size = len(content)
    kept.full_clean(exclude=["file_hash"])
    kept.save()
    return kept.pk


@transaction.atomic
def file_story(filing: Filing) -> int:
    """Make a story and, when it is to be live, publish it with the date it had."""
    section = SectionPage.objects.get(pk=filing.section)
    taken = section.get_children().values_list("slug", flat=True)
    story = StoryPage(
        title=filing.headline[:255],
        slug=free_slug(filing.slug, taken),
        locale=section.locale,
        kicker=filing.kicker[:80],
        dek=filing.dek,
        access=filing.access,
        picture_id=filing.picture,
        picture_caption=filing.picture_caption,
        picture_alt=filing.picture_alt[:500],
        dateline_id=filing.dateline,
        origin_id=filing.origin,
        origin_language=filing.origin_language,
        origin_headline=filing.origin_headline[:255],
        origin_url=filing.origin_url,
        body=json.dumps(filing.body),
        search_description=filing.description,
        first_published_at=filing.published,
        go_live_at=filing.go_live,
        live=False,
    )
    if filing.translation_key is not None:
        story.translation_key = filing.translation_key
    section.add_child(instance=story)
    story.bylines = [Byline(person_id=person, role=role) for person, role in filing.bylines]
    story.topics = list(Topic.objects.filter(pk__in=filing.topics))
    story.places = list(Place.objects.filter(pk__in=filing.places))
    _appear(story, filing.live or filing.go_live is not None, filing.changed, filing.password)
    return story.pk


def _appear(page: Page, publish: bool, changed: datetime | None, password: str) -> None:
    """Keep a page's first revision; publish it where it is to be seen, with the time of its last change."""
    if password:
        PageViewRestriction.objects.create(
            page=page, restriction_type=PageViewRestriction.PASSWORD, password=password[:255]
        )
    revision = page.save_revision()
    if publish:
        revision.publish()
    if changed is not None:
        Page.objects.filter(pk=page.pk, live=True).update(last_published_at=changed)


@transaction.atomic
def file_info(
    *, language: str, slug: str, title: str, body: Blocks, summary: str = "", live: bool = True, listed: bool = False
) -> int:
    """Make a page about the paper, or give the one that stands there. `listed`: in the foot of every page."""
    front = FrontPage.objects.get(locale__language_code=language)
    found = InfoPage.objects.child_of(front).filter(slug=slug).first()
    if found is not None:
        return found.pk
    return add_info(language=language, slug=slug, title=title, body=body, summary=summary, live=live, listed=listed)


@transaction.atomic
def add_info(
    *,
    language: str,
    slug: str,
    title: str,
    body: Blocks,
    summary: str = "",
    live: bool = True,
    listed: bool = False,
    published: datetime | None = None,
    changed: datetime | None = None,
    go_live: datetime | None = None,
    password: str = "",
) -> int:
    """Make a page about the paper, with a number behind its slug where that is taken."""
    front = FrontPage.objects.get(locale__language_code=language)
    page = InfoPage(title=title[:255], locale=front.locale, summary=summary[:255], body=json.dumps(body))
    page.slug = _free_address(front, slug)
    page.live, page.show_in_menus = False, listed
    page.first_published_at, page.go_live_at = published, go_live
    page.translation_key = _twin_key(InfoPage, page.slug) or page.translation_key
    front.add_child(instance=page)
    _appear(page, live or go_live is not None, changed, password)
    return page.pk


def withdraw_info(*, language: str, slug: str) -> None:
    """Take a page about the paper away from readers, where one stands: something else has taken its place."""
    front = FrontPage.objects.get(locale__language_code=language)
    for page in InfoPage.objects.child_of(front).filter(slug=slug).live():
        page.unpublish()


def edit_front(*, language: str, packages: Blocks) -> None:
    """Set the front's packages where an editor has set none yet."""
    front = FrontPage.objects.get(locale__language_code=language)
    if len(front.packages):
        return
    front.packages = json.dumps(packages)
    front.save_revision().publish()


def story_key(pk: int) -> UUID:
    """The key under which a story's translations belong together."""
    return StoryPage.objects.values_list("translation_key", flat=True).get(pk=pk)


def find_story(*, language: str, slug: str) -> int | None:
    """The id of the story of this slug in this language."""
    return StoryPage.objects.filter(locale__language_code=language, slug=slug).values_list("pk", flat=True).first()


def free_slug(wanted: str, taken: Any) -> str:
    """`wanted`, with a number behind it where that slug is taken."""
    used = set(taken)
    base, number = wanted[:240], 2
    slug = base
    while slug in used:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _free_address(front: FrontPage, wanted: str) -> str:
    """A slug under the front that is neither taken nor the beginning of one of the paper's own addresses."""
    return free_slug(wanted, {*front.get_children().values_list("slug", flat=True), *rules.RESERVED_SLUGS})


def _twin_key(model: type[Page] | type[Topic] | type[Place], slug: str) -> UUID | None:
    """The translation key of what bears this slug in another language."""
    return model.objects.filter(slug=slug).values_list("translation_key", flat=True).first()


def find_picture(*, title: str) -> int | None:
    """The id of a picture by its title."""
    return Picture.objects.filter(title=title).values_list("pk", flat=True).first()
