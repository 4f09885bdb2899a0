"""The same time of day where the reader is, also in the night in which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def zone_of(name: str, other: str = "UTC") -> ZoneInfo:
    """A time zone by its name; `other` where nobody knows that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(other)


def first_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When it is `at` on `day` in `zone`, in UTC. Where that time comes twice, the first; where it never comes, the
    moment at which the clock jumps over it."""
    wall = datetime.combine(day, at, zone)
    early, late = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if _wall(early, zone) == wall.replace(tzinfo=None):
        return early
    low, high = min(early, late), max(early, late)  # the clock jumps between these two
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if _wall(middle, zone) < wall.replace(tzinfo=None) else (low, middle)
    return high.replace(microsecond=0)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def due_where_the_reader_is(due: datetime, lists_zone: str, readers_zone: str) -> datetime:
    """When a reader gets what goes out at `due`: at the list's time of day, on the same date, in the reader's zone. A
    reader whose zone is not known is in the list's."""
    home = zone_of(lists_zone)
    wall = due.astimezone(home)
    if not readers_zone:
        return due.astimezone(UTC)
    return first_instant(wall.date(), wall.time(), zone_of(readers_zone, lists_zone if lists_zone else "UTC"))
