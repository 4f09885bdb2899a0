"""What a page was made from, and what a change of it touches, as keys: `story:12`, `list:section:3`, `front:en`.

prerender keeps these with every page that it puts on the shelf. Values out; pages are only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from broadsheet.newsroom import cards
from broadsheet.newsroom.models import FrontPage, Picture, SectionPage, StoryPage
from broadsheet.newsroom.rights import held_by

LISTED = 20  # as many stories as one page of a list holds
PAPER = "paper"  # the chrome: names, sections, imprint, policy


@dataclass(frozen=True, slots=True)
class Trace:
    """A page of ours: its own key, the keys it was made from, the lists it may stand on, and who may read it."""

    own: str
    made_from: frozenset[str]
    lists: frozenset[str]
    story: bytes
    access: str
    language: str


def trace(page: Any) -> Trace:
    """The trace of any page of the paper."""
    language = page.locale.language_code
    if isinstance(page, StoryPage):
        return _story(page, language)
    own = f"page:{page.pk}"
    made_from = {own, PAPER} | _pictures(page)
    if isinstance(page, SectionPage):
        made_from |= {f"section:{page.pk}", f"list:section:{page.pk}"}
        made_from |= _lead_pictures(StoryPage.objects.readable().child_of(page).latest()[:LISTED])
    elif isinstance(page, FrontPage):
        made_from |= {f"front:{language}"} | _picked_pictures(page)
        made_from |= _lead_pictures(StoryPage.objects.readable().in_language(language).latest()[: 2 * LISTED])
    lists = {PAPER} if isinstance(page, SectionPage) else set()
    return Trace(own, frozenset(made_from), frozenset(lists), b"", "open", language)


def _story(page: StoryPage, language: str) -> Trace:
    own, section = f"story:{page.pk}", page.get_parent().pk
    people = {f"person:{line.person_id}" for line in page.bylines.all()}
    topics = {f"topic:{row.pk}" for row in page.topics.all()}
    places = {f"place:{row.pk}" for row in page.places.all()}
    if page.dateline_id:
        places.add(f"place:{page.dateline_id}")
    kin = f"kin:{page.translation_key}"
    made_from = {own, kin, PAPER, f"section:{section}", *people, *topics, *places, *_pictures(page)}
    made_from |= {f"story:{pk}" for pk in page.neighbours().values_list("pk", flat=True)} | _lead_pictures(
        page.neighbours()
    )
    lists = {kin, f"front:{language}", f"latest:{language}", f"list:section:{section}"}
    lists |= {f"list:{key}" for key in (*people, *topics, *places)}
    return Trace(own, frozenset(made_from), frozenset(lists), page.translation_key.bytes, page.access, language)


def _pictures(page: Any) -> set[str]:
    """The pictures that the page shows as its own."""
    return {f"picture:{row.pk}" for row in held_by(page) if isinstance(row, Picture)}


def _lead_pictures(stories: Any) -> set[str]:
    """The lead pictures of stories that the page lists: one that is taken away leaves no hole."""
    return {f"picture:{pk}" for pk in stories.values_list("picture_id", flat=True) if pk}


def _picked_pictures(front: Any) -> set[str]:
    """The lead pictures of the stories that editors put on the front."""
    picked = [pick.card.picture for band in cards.front(front, StoryPage.objects.none()) for pick in band.picks]
    return {f"picture:{card.image.pk}" for card in picked if card}
