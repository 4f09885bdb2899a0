"""The paper's own search index: one narrow row a story, public words only."""

from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """What anybody may find of a published story: headline, dek and lead. Never a word of the body.

    The full-text structure beside it is made by migration 0002: an FTS5 table on SQLite, a `tsvector` column with
    a GIN index on PostgreSQL. `queries.search` is the one door to both.
    """

    story = models.OneToOneField("broadsheet_newsroom.StoryPage", on_delete=models.CASCADE, related_name="search_entry")
    language = models.CharField(max_length=20)
    published = models.DateTimeField()
    headline = models.TextField()
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["language", "-published"], name="search_latest")]

    def __str__(self) -> str:
        return self.headline
