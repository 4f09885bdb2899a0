"""Counting clicks by issue and link. Whose they were is not known here."""

from __future__ import annotations

from django.db.models import F

from broadsheet.newsletters.models import Link


def count_click(*, link_id: int, arm: str) -> None:
    """One more click on a link, under the first or the second subject."""
    field = "clicks_b" if arm == "b" else "clicks"
    Link.objects.filter(pk=link_id).update(**{field: F(field) + 1})
