"""Tokens: how many messages may go within a minute or a day, taken before they go, by one statement each."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from broadsheet.newsletters.models import Tokens


def take(*, domain: str, span: str, many: int, most: int) -> int:
    """Take up to so many of what is left; gives how many. `many` below nought gives back.

    One statement reads and writes: of two workers that come at once, the second sees what the first took.
    """
    table = connection.ops.quote_name(Tokens._meta.db_table)
    least = "LEAST" if connection.vendor == "postgresql" else "MIN"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (domain, span, taken) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING",  # noqa: S608
            [domain, span],
        )
        # The row is locked by the first statement that changes it, until the transaction ends.
        cursor.execute(f"UPDATE {table} SET taken = taken WHERE domain = %s AND span = %s RETURNING taken",  # noqa: S608
                       [domain, span])  # fmt: skip
        before = int(cursor.fetchone()[0])
        cursor.execute(
            f"UPDATE {table} SET taken = {least}(taken + %s, %s) WHERE domain = %s AND span = %s RETURNING taken",  # noqa: S608
            [many, max(most, before), domain, span],
        )
        after = int(cursor.fetchone()[0])
    return after - before


def forget(*, now: datetime) -> int:
    """Forget the spans of former days."""
    first = (now - timedelta(days=2)).strftime("%Y-%m-%d")
    return Tokens.objects.filter(span__lt=first).delete()[0]
