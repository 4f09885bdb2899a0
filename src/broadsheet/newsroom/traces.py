"""What a page was made from, and what a change of it touches, as keys: `story:12`, `list:section:3`, `front:en`.

prerender keeps these with every page that it puts on the shelf. Values out; pages are only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from broadsheet.newsroom import fronts
from broadsheet.newsroom.models import FrontPage, Picture, SectionPage, StoryPage
from broadsheet.newsroom.models.access import access_policy
from broadsheet.newsroom.rights import held_by
from broadsheet.paywall.access import DAY, Gate, Maker

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
    gated_from: float = 0.0  # seconds since 1970: from then on it is for members; 0 for never


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
    gate = page.gate()
    return Trace(
        own, frozenset(made_from), frozenset(lists), page.translation_key.bytes, gate.access, language, gate.gated_from
    )


def gates_of(keys: set[bytes]) -> list[tuple[str, str, Gate]]:
    """Address, own key and present gate of what is published under these translation keys."""
    rows = list(StoryPage.objects.live().filter(translation_key__in=[UUID(bytes=key) for key in keys]))
    gates = StoryPage.gates(rows)
    return [(row.get_url() or "", f"story:{row.pk}", gates[row.pk]) for row in rows]


def archived_between(since: float, now: float) -> list[Trace]:
    """The stories, in all their languages, that their age made the members' after `since` and by `now`."""
    days = access_policy().archive_days
    if not days:
        return []
    first, last = (datetime.fromtimestamp(moment - days * DAY, UTC) for moment in (since, now))
    ripe = StoryPage.objects.live().filter(first_published_at__gt=first, first_published_at__lte=last)
    rows = list(StoryPage.objects.live().filter(translation_key__in=ripe.values("translation_key")))
    gates = StoryPage.gates(rows)
    return [trace(row) for row in rows if gates[row.pk].maker is Maker.ARCHIVE]


def _pictures(page: Any) -> set[str]:
    """The pictures that the page shows as its own."""
    return {f"picture:{row.pk}" for row in held_by(page) if isinstance(row, Picture)}


def _lead_pictures(stories: Any) -> set[str]:
    """The lead pictures of stories that the page lists: one that is taken away leaves no hole."""
    return {f"picture:{pk}" for pk in stories.values_list("picture_id", flat=True) if pk}


def _picked_pictures(front: Any) -> set[str]:
    """The lead pictures of the stories that editors put on the front."""
    picked = [pick.card.picture for band in fronts.front(front, StoryPage.objects.none()) for pick in band.picks]
    return {f"picture:{card.image.pk}" for card in picked if card}
