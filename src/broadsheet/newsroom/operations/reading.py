"""Adding up how often stories are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction

from broadsheet.newsroom.models import Views

KEPT = timedelta(days=90)


@transaction.atomic
def count_views(*, views: Mapping[bytes, int], day: date) -> None:
    """Add these to what is known of the day: views by the story's translation key."""
    table, key = connection.ops.quote_name(Views._meta.db_table), Views._meta.get_field("story")
    rows = [
        (key.get_db_prep_value(UUID(bytes=story), connection), day.isoformat(), count)
        for story, count in sorted(views.items())  # in one order, so that two workers never wait for each other
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (story, day, count) VALUES (%s, %s, %s) "  # noqa: S608  (the name is ours)
            f"ON CONFLICT (day, story) DO UPDATE SET count = {table}.count + excluded.count",
            rows,
        )


def forget_views(*, today: date) -> int:
    """Let go of what nobody orders stories by any more. Gives how many rows that were."""
    return Views.objects.filter(day__lt=today - KEPT).delete()[0]
