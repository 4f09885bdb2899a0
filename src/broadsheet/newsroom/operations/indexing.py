"""Keeping the search table: what anybody may find of a story, and never a word of its body."""

from __future__ import annotations

from typing import Any

from broadsheet.newsroom import cards
from broadsheet.newsroom.models import SearchEntry, StoryPage
from broadsheet.newsroom.words import fold


def index(page: Any) -> None:
    """Put a story into the index as it is published now, or take it out where it is not to be found."""
    if not isinstance(page, StoryPage):
        return
    if not page.live or page.first_published_at is None or page.get_view_restrictions().exists():
        forget(page.pk)
        return
    words = [page.kicker, page.dek, cards.plain(page.lead_html), page.origin_headline]
    words += [line.person.name for line in page.bylines.select_related("person")]
    words += [row.name for row in page.topics.all()] + [row.name for row in page.places.all()]
    words += [page.dateline.name] if page.dateline else []
    SearchEntry.objects.update_or_create(
        story=page,
        defaults={
            "language": page.locale.language_code,
            "published": page.first_published_at,
            "headline": fold(page.title),
            "text": fold(" ".join(words)),
        },
    )


def forget(pk: int) -> None:
    """Take a story out of the index."""
    SearchEntry.objects.filter(story_id=pk).delete()


def reindex() -> int:
    """Make the whole index anew; gives how many stories it holds."""
    SearchEntry.objects.exclude(story__in=StoryPage.objects.readable()).delete()
    for page in StoryPage.objects.readable().select_related("locale", "dateline").iterator(chunk_size=200):
        index(page)
    return SearchEntry.objects.count()
