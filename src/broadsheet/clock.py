"""The clock. Shells read it here and hand `now` to the rules; nothing else asks the time."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

EPOCH = date(1970, 1, 1)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> int:
    """Days since 1970-01-01 in UTC: the unit in which the meter's windows are counted."""
    return int(time.time() // 86_400)


def day_of(moment: datetime) -> int:
    """The UTC day of `moment` as days since 1970-01-01."""
    return (moment.astimezone(UTC).date() - EPOCH).days


@lru_cache(maxsize=256)
def date_of(day: int) -> date:
    """The date of a day counted since 1970-01-01."""
    return EPOCH + timedelta(days=day)
