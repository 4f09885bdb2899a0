"""Dates of bills: a month later is the same day, or the month's last."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

DAY = 86_400
HOUR = 3_600


def after(start: int, interval: str, count: int) -> int:
    """`count` intervals after `start`, counted from `start` itself so that 31 January does not become the 28th."""
    moment = datetime.fromtimestamp(start, UTC)
    if interval in {"day", "week"}:
        return int((moment + timedelta(days=count * (7 if interval == "week" else 1))).timestamp())
    months = moment.month - 1 + count * (12 if interval == "year" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def next_after(anchor: int, interval: str, count: int, past: int) -> int:
    """The first bill's date after `past`, on the beat of the anchor. An anchor ahead of us is the first."""
    if anchor > past:
        return anchor
    length = {"day": 1, "week": 7, "month": 31, "year": 366}[interval] * count * DAY
    steps = max(1, (past - anchor) // length)
    while (found := after(anchor, interval, steps * count)) <= past:
        steps += 1
    return found
