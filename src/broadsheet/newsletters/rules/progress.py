"""When a mailing may be done: an honest guess, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WATCHED = timedelta(seconds=20)  # before that, a rate says nothing
LONGEST = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Estimate:
    """When it may be done; or why nobody can say: stopped, done, just_begun, stands_still, too_long."""

    done_at: datetime | None = None
    why: str = ""


def estimate(
    *, sending: bool, left: int, rate: float, watched: timedelta, last_due: datetime | None, now: datetime
) -> Estimate:
    """By what went out a minute over the time watched, and no sooner than the last row is due."""
    if not left:
        return Estimate(why="done")
    if not sending:
        return Estimate(why="stopped")
    if watched < WATCHED:
        return Estimate(why="just_begun")
    if rate <= 0:
        return Estimate(why="stands_still")
    needed = timedelta(minutes=left / rate)
    if needed > LONGEST:
        return Estimate(why="too_long")
    return Estimate(max(now + needed, last_due or now))
