"""A list that composes itself: which stories, in what order, under which subject."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from broadsheet.newsletters.models import Newsletter
from broadsheet.newsroom import queries as newsroom
from broadsheet.newsroom.cards import StoryCard

MOST_LETTERS = 200  # of a subject, as it is kept
SPANS = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "none": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Digest:
    """What a list's next issue would be."""

    stories: tuple[StoryCard, ...]
    since: datetime  # they came out from then on

    @property
    def subject(self) -> str:
        """The first story's headline."""
        return self.stories[0].headline[:MOST_LETTERS] if self.stories else ""

    @property
    def preheader(self) -> str:
        """The headlines after it, as many as fit whole."""
        found = ""
        for card in self.stories[1:]:
            longer = f"{found} · {card.headline}" if found else card.headline
            if len(longer) > MOST_LETTERS:
                break
            found = longer
        return found

    @property
    def body(self) -> str:
        """Its blocks, as they are stored: the first story large, the others in rows."""
        return json.dumps([_block(card, large=not number) for number, card in enumerate(self.stories)])


def _block(card: StoryCard, large: bool) -> dict[str, object]:
    value = {"story": card.id, "headline": "", "dek": "", "weight": "lead" if large else "row"}
    return {"type": "story", "value": value, "id": str(uuid4())}


def gather(newsletter: Newsletter, since: datetime | None, until: datetime) -> Digest:
    """The stories of a list's subjects since its last issue, in its language; of one turn where there was none yet."""
    subjects = newsroom.Subjects(
        _ids(newsletter.topics.all()), _ids(newsletter.places.all()), _ids(newsletter.sections.all())
    )
    begins = since or until - SPANS[newsletter.rhythm]
    stories = newsroom.published_between(
        newsletter.language, subjects, begins, until, newsletter.most_stories,
        most_read=newsletter.composing == Newsletter.Composing.MOST_READ,
    )  # fmt: skip
    return Digest(_with_picture_first(stories, newsletter), begins)


def _with_picture_first(stories: tuple[StoryCard, ...], newsletter: Newsletter) -> tuple[StoryCard, ...]:
    """The most read story leads whatever it shows. Of the latest, the newest with a picture does."""
    if newsletter.composing == Newsletter.Composing.MOST_READ:
        return stories
    lead = next((card for card in stories if card.picture), None)
    return (lead, *(card for card in stories if card is not lead)) if lead else stories


def _ids(rows: Sequence[object]) -> tuple[int, ...]:
    return tuple(row.pk for row in rows)  # type: ignore[attr-defined]
