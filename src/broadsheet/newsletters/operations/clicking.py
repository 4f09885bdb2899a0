"""Counting clicks by issue and link. Whose they were is not known here."""

from __future__ import annotations

from django.db.models import F

from broadsheet.newsletters.models import Link


def count_click(*, link_id: int, arm: str) -> None:
    """One more click on a link, under the first or the second subject. On the web an issue tests no subject: while a
    test of two runs, what is pressed there (arm w) is left out."""
    field = "clicks_b" if arm == "b" else "clicks"
    if arm == "w" and Link.objects.filter(pk=link_id, issue__winner="").exclude(issue__second_subject="").exists():
        return
    Link.objects.filter(pk=link_id).update(**{field: F(field) + 1})
