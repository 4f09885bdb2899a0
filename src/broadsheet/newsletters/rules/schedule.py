"""When a list goes out: in its own zone, or at that time where each reader is. Nights on which clocks are changed too.

A local time that does not exist is the first moment that does; one that comes twice is its first coming.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAILY, WEEKLY, NONE = "daily", "weekly", "none"
EASTMOST = timedelta(hours=14)  # where a day begins first
AHEAD_FOR_REVIEW = timedelta(hours=2)  # how long before it is due an issue that somebody must read is composed
LATEST = timedelta(hours=12)
AHEAD_ALONE = timedelta(minutes=10)
AHEAD_FOR_FIRST = timedelta(minutes=5)  # where readers are: frozen and gathered before the first of them comes to it


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a list goes out, and when."""

    kind: str = DAILY
    weekday: int = 0  # 0 is Monday; for a weekly list
    at: time = time(7)
    zone: str = "UTC"
    where_readers_are: bool = False  # at `at` in each reader's zone


@dataclass(frozen=True, slots=True)
class Turn:
    """One time that a list goes out: its local day, and the moment in the list's zone."""

    day: date
    due: datetime


def instant(day: date, at: time, zone: str) -> datetime:
    """The moment of a local time, in UTC: the first valid one where clocks jump over it, the first of two."""
    local = datetime.combine(day, at.replace(tzinfo=None, fold=0), ZoneInfo(zone))
    found = local.astimezone(UTC)
    if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _after_the_gap(found, zone)


def _after_the_gap(inside: datetime, zone: str) -> datetime:
    """The moment at which clocks jump, nearest to one that was read in a gap. A gap ends on a whole minute."""
    there = ZoneInfo(zone)
    low, high = inside - timedelta(days=1), inside + timedelta(days=1)
    before = low.astimezone(there).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(there).utcoffset() == before else (low, middle)
    return (high + timedelta(seconds=30)).replace(second=0, microsecond=0)


def turns(rhythm: Rhythm, after: datetime, count: int) -> list[Turn]:
    """The next times after a moment. None for a list that goes out when there is something."""
    found: list[Turn] = []
    day = after.astimezone(ZoneInfo(rhythm.zone)).date() - timedelta(days=1)
    while len(found) < count and rhythm.kind != NONE:
        due = instant(day, rhythm.at, rhythm.zone)
        if due > after and (rhythm.kind == DAILY or day.weekday() == rhythm.weekday):
            found.append(Turn(day, due))
        day += timedelta(days=1)
    return found


def opens(due: datetime, zone: str, where_readers_are: bool) -> datetime:
    """From when on an issue may be sent: when it is due, or when the first of its readers, in the east, come to it."""
    if not where_readers_are:
        return due
    local = due.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    return min(due, local - EASTMOST)


def freezes(due: datetime, zone: str, where_readers_are: bool) -> datetime:
    """When an issue is frozen: when it is due; where readers are, early enough that the first get it on the hour."""
    return opens(due, zone, where_readers_are) - (AHEAD_FOR_FIRST if where_readers_are else timedelta())


def at_the_readers(due: datetime, zone: str, reader_zone: str) -> datetime:
    """The moment at which clocks where the reader is show what those of the list show when it is due."""
    local = due.astimezone(ZoneInfo(zone))
    return instant(local.date(), local.timetz(), reader_zone)


def to_compose(rhythm: Rhythm, now: datetime, reviewed: bool) -> list[Turn]:
    """The turns for which an issue is to be there by now: those that are near.

    One that was missed, for the clock stood still, is composed when the clock goes again, up to half a day later.
    """
    ahead = AHEAD_FOR_REVIEW if reviewed else AHEAD_ALONE
    near = turns(rhythm, now - LATEST, 3)
    return [turn for turn in near if opens(turn.due, rhythm.zone, rhythm.where_readers_are) - ahead <= now]
