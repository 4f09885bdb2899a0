"""From an issue's blocks to the letter that readers get: what the newsroom allows to be seen, and nothing else.

Free readers get leads. Members get whole stories where their list says so, through the newsroom's one door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from babel.lists import format_list
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Site
from wagtail.rich_text import expand_db_html

from broadsheet.membership.addresses import address
from broadsheet.newsletters import cards, pictures
from broadsheet.newsletters.cards import FREE, MEMBER, Pieces
from broadsheet.newsletters.formats import markup
from broadsheet.newsletters.models import Issue, Newsletter
from broadsheet.newsletters.places import web_version
from broadsheet.newsroom import queries as newsroom
from broadsheet.newsroom.cards import Chrome, PictureCard, direction, picture
from broadsheet.newsroom.cards import Story as Told
from broadsheet.paywall.access import Access
from broadsheet.paywall.rules import MEMBER as AS_MEMBER

COLUMN = 552  # how wide pictures stand in a letter
THUMB = 132


def letter_of(issue: Issue, variant: str, now: datetime) -> cards.Letter:
    """The issue as readers of one variant get it. What they may not come to is left out, and named."""
    newsletter = issue.newsletter
    with translation.override(newsletter.language):
        builder = _Builder(newsletter, variant)
        blocks = tuple(builder.blocks(issue.body))
        return cards.Letter(
            head=_head(newsletter, issue), subject=issue.subject, preheader=issue.preheader, variant=variant,
            date=(issue.due_at or now).astimezone(ZoneInfo(newsletter.zone)), number=issue.number, blocks=blocks,
            left_out=tuple(builder.left_out),
        )  # fmt: skip


def fault_of(letter: cards.Letter) -> str:
    """Why a letter may not go out as it is, in words for the desk; empty where it may."""
    if not letter.blocks:
        return _("There is nothing in it that readers may see.")
    if not letter.head.address_lines:
        return _("The paper has no postal address. Write it into the imprint, under Settings.")
    return ""


def _head(newsletter: Newsletter, issue: Issue) -> cards.Head:
    paper = newsroom.chrome(Site.objects.get(is_default_site=True), newsletter.language) or _nobody(newsletter)
    masthead = newsletter.masthead
    shown = pictures.shown(masthead, pictures.MASTHEAD, COLUMN, alt=newsletter.name) if masthead else None
    return cards.Head(
        paper=paper.name, paper_url=address(paper.url), name=newsletter.name, line=newsletter.line,
        language=newsletter.language, direction=direction(newsletter.language), colour=newsletter.colour,
        publisher=paper.publisher, postal_address=paper.postal_address, masthead=shown,
        web_url=web_version(newsletter.language, newsletter.slug, issue.slug) if issue.slug else "",
    )  # fmt: skip


def _nobody(newsletter: Newsletter) -> Chrome:
    """What stands around the letters of a paper that has no front yet."""
    language = newsletter.language
    return Chrome(newsletter.name, "", "/", language, direction(language), (), (), (), "", "", "", None)


class _Builder:
    """Turns blocks into cards, for one variant."""

    def __init__(self, newsletter: Newsletter, variant: str) -> None:
        self.left_out: list[str] = []
        self._newsletter, self._variant = newsletter, variant
        self._whole = variant == MEMBER and newsletter.full_for_members
        self._base = address("/")
        self._made_of: dict[str, Callable[[Any], cards.Block | None]] = {
            "note": self._note, "story": self._story, "briefs": self._briefs, "quote": self._quote,
            "picture": self._plate, "quiz": self._quiz, "promo": self._promo,
        }  # fmt: skip

    def blocks(self, body: Any) -> Iterator[cards.Block]:
        """The cards of the blocks, in their order."""
        for block in body:
            made = self._made_of[block.block_type](block.value)
            if made is not None:
                yield made

    def _note(self, value: Any) -> cards.Note | None:
        pieces = self._pieces(value["text"])
        return cards.Note(pieces, value["signed"]) if pieces else None

    def _story(self, value: Any) -> cards.Story | None:
        told = self._told(value["story"])
        if told is None:
            return None
        card, large = told.card, value["weight"] == "lead"
        full = self._full(told)
        shown = self._picture(card.picture, large) if card.picture else None
        return cards.Story(
            id=card.id, key=card.key, url=urljoin(self._base, card.url), language=card.language,
            direction=told.direction, kicker=card.kicker or card.section.name,
            headline=value["headline"] or card.headline, dek=value["dek"] or card.dek,
            byline=self._byline(card.authors), dateline=card.dateline.name if card.dateline else "",
            lead=markup.read(card.lead, self._base), full=full, picture=shown, large=large,
            members=card.access == Access.MEMBERS and self._variant == FREE, open=card.access == Access.OPEN,
        )  # fmt: skip

    def _told(self, page: Any) -> Told | None:
        """The story as this variant's readers may see it: whole only by a member's decision."""
        if page is None:
            return None
        told = newsroom.story_in_full(page.pk, AS_MEMBER if self._whole else None)
        if told is None:
            self.left_out.append(page.title)
        return told

    def _full(self, told: Told) -> Pieces:
        if not self._whole or told.body is None:
            return ()
        pieces = markup.read(f"{told.opening}{told.body}" if told.opening else f"{told.body}", self._base)
        return tuple(self._with_picture(piece) for piece in pieces)

    def _with_picture(self, piece: cards.Piece) -> cards.Piece:
        """A picture inside a story, at a mail's size; none where it is not ours."""
        if piece.kind != "picture":
            return piece
        found = newsroom.picture_at(piece.source)
        shown = pictures.shown(found, pictures.COLUMN, COLUMN, alt=piece.text) if found else None
        return replace(piece, picture=shown)

    def _byline(self, authors: tuple[str, ...]) -> str:
        if not authors:
            return ""
        return _("By %(names)s") % {"names": format_list(authors, locale=translation.get_language().replace("-", "_"))}

    def _picture(self, card: PictureCard, large: bool) -> cards.Shown | None:
        shapes, width = (pictures.LARGE, COLUMN) if large else (pictures.THUMB, THUMB)
        words = {"caption": card.caption, "credit": card.credit} if large else {}
        return pictures.shown(card.image, shapes, width, alt=card.alt, **words)

    def _briefs(self, value: Any) -> cards.Briefs | None:
        points = tuple(self._point(point) for point in value["points"])
        points = tuple(point for point in points if point.pieces)
        if not points:
            return None
        counted = ngettext("The news in one point", "The news in %(count)s points", len(points))
        return cards.Briefs(value["title"] or counted % {"count": len(points)}, points)

    def _point(self, value: Any) -> cards.Point:
        pieces, page = self._pieces(value["text"]), value["story"]
        card = newsroom.story_by_id(page.pk) if page else None
        if page and card is None:
            self.left_out.append(page.title)
        if card is None:
            return cards.Point(pieces)
        key = "" if card.access == Access.OPEN else card.key
        return cards.Point(pieces, urljoin(self._base, card.url), card.headline, key)

    def _quote(self, value: Any) -> cards.Quote:
        return cards.Quote(value["text"], value["said_by"])

    def _plate(self, value: Any) -> cards.Plate | None:
        card = picture(value["picture"])
        if card is None:
            return None
        words = {"caption": value["caption"] or card.caption, "credit": card.credit}
        shown = pictures.shown(card.image, pictures.COLUMN, COLUMN, alt=card.alt, **words)
        return cards.Plate(shown) if shown else None

    def _quiz(self, value: Any) -> cards.Quiz:
        return cards.Quiz(value["question"], tuple(value["answers"]), value["right"], value["why"])

    def _promo(self, value: Any) -> cards.Promo | None:
        """A word of the house: not for members, who have what it offers."""
        url = markup.address(value["address"], self._base)
        if self._variant == MEMBER or not url:
            return None
        return cards.Promo(value["title"], value["text"], value["link"], url)

    def _pieces(self, text: Any) -> Pieces:
        """Rich text as the paper shows it, so that links to pages have addresses."""
        return markup.read(expand_db_html(text.source), self._base)
