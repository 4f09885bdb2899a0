"""What the rest of the paper sees of the newsroom: frozen values, built from pages. Imports no model.

Two doors guard the body. `gated_body` is the only function that gives a body to readers, and it raises unless the
decision says FULL; `story` puts a body into its card only through it. Lists, feeds, search and structured data work
with `StoryCard`, which has no place for a body at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils import translation
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info

from broadsheet.newsroom import rules
from broadsheet.paywall.rules import MEMBER, MEMBERS_ONLY, NEW_GRANT, OPEN, OWN_LIMIT, Access, Decision, Reason

if TYPE_CHECKING:
    from wagtail.blocks import StreamValue

_BLOCK = re.compile(r"<(/?(?:p|br|li|ul|ol|h[1-6]|div|tr|td|th|blockquote|figcaption|pre)\b)")
_METERED_PREVIEWS = {"stranger": OWN_LIMIT, "reader": NEW_GRANT, "member": MEMBER}


def unasked_decision(access: str) -> Decision | None:
    """What stands where nobody decided: what is open is open, all else stays shut."""
    return OPEN if access == Access.OPEN else None


def preview_decision(access: str, mode: str) -> Decision:
    """How the story meets a stranger past the meter, a reader within it, or a member: what `decide` would say."""
    if access == Access.OPEN:
        return OPEN
    if access == Access.MEMBERS and mode != "member":
        return MEMBERS_ONLY
    return _METERED_PREVIEWS[mode]


class GateError(Exception):
    """Somebody asked for a body without a decision that opens it. A fault of ours, never of the reader."""


@dataclass(frozen=True, slots=True)
class PictureCard:
    """A picture as it is shown: the image itself for its renditions, and the words that go with it."""

    image: Any
    alt: str
    caption: str
    credit: str


@dataclass(frozen=True, slots=True)
class SectionCard:
    """A section: name, address, colours."""

    name: str
    url: str
    slug: str
    line: str = ""
    colour: str = ""
    colour_dark: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A name with an address of its own: a person, a topic, a place."""

    name: str
    url: str
    role: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A place on the map."""

    name: str
    url: str
    country: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class StoryCard:
    """A story in a list. Everything here is public."""

    id: int
    key: str  # the translation key: the same for every language of the story
    url: str
    language: str
    kicker: str
    headline: str
    dek: str
    section: SectionCard
    authors: tuple[str, ...]
    dateline: PlaceCard | None
    published: datetime | None
    access: str
    picture: PictureCard | None
    lead: str  # the public lead as HTML

    @property
    def line(self) -> str:
        """What stands for the story where others show one sentence: its dek, else the words of its lead."""
        return self.dek or plain(self.lead)


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction."""

    text: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a translated story was first published."""

    name: str
    city: str
    country: str
    language: str
    language_name: str
    headline: str
    url: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A story's own page. `body` is empty unless the decision opened it."""

    card: StoryCard
    direction: str  # ltr or rtl
    updated: datetime | None
    bylines: tuple[Name, ...]
    topics: tuple[Name, ...]
    places: tuple[PlaceCard, ...]
    corrections: tuple[Fix, ...]
    origin: Origin | None
    alternates: tuple[tuple[str, str], ...]  # language, address
    words: int
    lead: SafeString
    opening: SafeString  # the lead where it is whole paragraphs: the body goes on after it
    body: SafeString | None = field(repr=False)

    @property
    def full(self) -> bool:
        """Whether this card carries the body."""
        return self.body is not None


@dataclass(frozen=True, slots=True)
class Edition:
    """The paper in one language."""

    language: str
    name: str  # of the language, in itself
    url: str
    full_url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Chrome:
    """What stands around every page: the paper's name, its sections, its imprint."""

    name: str
    tagline: str
    url: str
    language: str
    direction: str
    sections: tuple[SectionCard, ...]
    pages: tuple[Name, ...]
    editions: tuple[Edition, ...]
    publisher: str
    imprint: str
    contact: str
    logo: PictureCard | None
    postal_address: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list of stories."""

    stories: tuple[StoryCard, ...]
    page: int
    pages: int
    total: int

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, if any."""
        return self.page + 1 if self.page < self.pages else None


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A story in a feed or a news sitemap: its card, its full address, and when it last changed."""

    card: StoryCard
    full_url: str
    updated: datetime | None
    topics: tuple[str, ...]


def gated_body(page: Any, decision: Decision | None) -> SafeString:
    """What follows the public opening, as HTML. Raises GateError unless `decision` is FULL."""
    if decision is None or not decision.full:
        raise GateError("The body was asked for without a decision that opens it.")
    return mark_safe("".join(_rendered(block) for block in list(page.body)[_lead(page).whole :]))


def lead_html(page: Any) -> str:
    """The public opening of `page`, from its body: computed when it is saved, and stored apart."""
    lead = _lead(page)
    return f"<p>{escape(lead.cut)}</p>" if lead.cut else opening_html(page)


def opening_html(page: Any) -> SafeString:
    """The paragraphs of the body that everybody may read whole."""
    return mark_safe("".join(_rendered(block) for block in list(page.body)[: _lead(page).whole]))


def _lead(page: Any) -> rules.Lead:
    opening = []
    for block in page.body:
        if block.block_type != "paragraph":
            break
        opening.append(plain(block.value.source))
    return rules.lead_of(opening, count_body(page.body), page.lead_words)


def _rendered(block: Any) -> str:
    return str(block.render_as_block())


def plain(markup: str) -> str:
    """The words of some markup. A block parts words; a link or emphasis stands inside its sentence."""
    return " ".join(strip_tags(_BLOCK.sub(r" <\1", markup)).split())


def count_body(body: StreamValue) -> int:
    """Words in a body, as far as its blocks are text."""
    return sum(rules.count_words(plain(str(text))) for text in _texts(body.get_prep_value()))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, child in value.items():
            if key not in {"id", "type"}:
                yield from _texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)


def direction(language: str) -> str:
    """`rtl` or `ltr`; a language that Django does not know is taken as left to right."""
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "ltr"


def edition(front: Any, current: bool) -> Edition:
    """The paper in the language of `front`."""
    language = front.locale.language_code
    with translation.override(language):
        return Edition(language, language_name(language), front.url or "/", front.full_url or "/", current)


def section(page: Any) -> SectionCard:
    """A section's card."""
    return SectionCard(page.title, page.url or "", page.slug, page.line, page.colour, page.colour_dark)


def place(row: Any) -> PlaceCard:
    """A place's card."""
    return PlaceCard(row.name, row.get_absolute_url(), row.country, float(row.latitude), float(row.longitude))


def picture(row: Any, caption: str = "", alt: str = "") -> PictureCard | None:
    """A picture's card, with the story's own words where it has any."""
    if row is None:
        return None
    return PictureCard(row, alt or row.alt, caption or row.caption, row.credit)


def story_cards(pages: Iterable[Any]) -> tuple[StoryCard, ...]:
    """Stories in a list, their gates found together."""
    rows = list(pages)
    gates = type(rows[0]).gates(rows) if rows else {}
    return tuple(story_card(row, gates[row.pk].access) for row in rows)


def story_card(page: Any, access: str = "") -> StoryCard:
    """A story in a list. `access`: what holds for it, where that is known already."""
    parent = page.get_parent().specific
    return StoryCard(
        id=page.pk,
        key=str(page.translation_key),
        url=page.url or "",
        language=page.locale.language_code,
        kicker=page.kicker,
        headline=page.title,
        dek=page.dek,
        section=section(parent),
        authors=tuple(line.person.name for line in page.bylines.all() if line.role == "author"),
        dateline=place(page.dateline) if page.dateline else None,
        published=page.first_published_at,
        access=str(access or page.gate().access),
        picture=picture(page.picture, page.picture_caption, page.picture_alt),
        lead=page.lead_html,
    )


def feed_items(pages: Iterable[Any]) -> tuple[FeedItem, ...]:
    """Stories in a feed."""
    rows = list(pages)
    return tuple(
        FeedItem(card, row.full_url or "", row.last_published_at, tuple(topic.name for topic in row.topics.all()))
        for row, card in zip(rows, story_cards(rows), strict=True)
    )


def story(page: Any, decision: Decision | None) -> Story:
    """A story's own page, with its body only where the decision, or open access, gives it."""
    # What a decision shuts as the members' is shown as theirs, also where it becomes so only later (an archive's age).
    shut = decision is not None and decision.reason is Reason.MEMBERS_ONLY
    card = story_card(page, Access.MEMBERS if shut else "")
    allowed = decision is not None and decision.full
    language = page.locale.language_code
    return Story(
        card=card,
        direction=direction(language),
        updated=page.last_published_at,
        bylines=tuple(Name(line.person.name, line.person.get_absolute_url(), line.role) for line in page.bylines.all()),
        topics=tuple(Name(topic.name, topic.get_absolute_url()) for topic in page.topics.all()),
        places=tuple(place(row) for row in page.places.all()),
        corrections=tuple(Fix(row.text, row.made_at) for row in page.corrections.all()),
        origin=_origin(page),
        alternates=tuple(
            (other.locale.language_code, other.full_url or "")
            for other in page.get_translations(inclusive=True).live().public().select_related("locale").order_by("pk")
        )
        if page.pk
        else (),
        words=count_body(page.body),
        lead=mark_safe(page.lead_html),
        opening=opening_html(page),
        body=gated_body(page, decision) if allowed else None,
    )


def _origin(page: Any) -> Origin | None:
    row = page.origin
    if row is None:
        return None
    language = page.origin_language or row.language
    return Origin(
        row.name,
        row.city,
        row.country,
        language,
        language_name(language),
        page.origin_headline,
        page.origin_url or row.url,
        row.about,
    )


def language_name(tag: str) -> str:
    """What a language is called in the language of the page: `fr` is French, français or الفرنسية."""
    from babel import Locale, UnknownLocaleError
    from django.utils.translation import get_language

    try:
        return Locale.parse(tag, sep="-").get_display_name(Locale.parse(get_language() or "en", sep="-")) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def listing(stories: Any, page: str | None, size: int = 20) -> Listing:
    """One page of `stories`; a page number that makes no sense is the nearest that does."""
    found = Paginator(stories, size).get_page(page)
    return Listing(
        story_cards(found.object_list),
        found.number,
        found.paginator.num_pages,
        found.paginator.count,
    )
