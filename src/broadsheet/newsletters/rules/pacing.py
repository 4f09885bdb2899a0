"""How fast: limits by the minute and the day, the first days of a domain new to writing, and when to try again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

MINUTE = timedelta(minutes=1)
LONGEST_PAUSE, LONGEST_POLICY_PAUSE = timedelta(hours=1), timedelta(hours=8)
MOST_ATTEMPTS = 10
ALL = ""  # the name under which the messages to all domains are counted


class LimitError(ValueError):
    """A limit that cannot be read."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many messages may go: by the minute in all, and by the minute or the day to a domain (`*`: to any other).

    `warm_up` is the first day and how many go to a domain on it; each day after, twice as many, for `warm_days`.
    """

    per_minute: int = 0  # 0: as many as may be
    domains: dict[str, dict[str, int]] = field(default_factory=dict)  # gmail.com -> {"minute": 500}
    warm_up: tuple[date, int] | None = None
    warm_days: int = 14

    def of(self, domain: str, now: datetime) -> list[tuple[str, int]]:
        """The spans in which messages to `domain` are counted now, and how many each allows."""
        named = self.domains.get(domain) or self.domains.get("*") or {}
        found = [(span_of(kind, now), most) for kind, most in sorted(named.items())]
        warm = warm_limit(self.warm_up, now.date(), self.warm_days)
        if warm is None:
            return found
        day = span_of("day", now)
        most = min([warm, *(limit for span, limit in found if span == day)])
        return [*((span, limit) for span, limit in found if span != day), (day, most)]


def warm_limit(warm_up: tuple[date, int] | None, today: date, days: int) -> int | None:
    """How many messages a domain may get today, by the warm-up; None where it is over or there is none."""
    if warm_up is None:
        return None
    first, many = warm_up
    passed = (today - first).days
    return None if passed >= days else many * 2 ** max(passed, 0)


def span_of(kind: str, now: datetime) -> str:
    """The name of the minute or day that `now` (UTC) lies in."""
    return now.strftime("%Y-%m-%d" if kind == "day" else "%Y-%m-%dT%H:%M")


def end_of(span: str, now: datetime) -> datetime:
    """When that minute or day is over."""
    if "T" in span:
        return now.replace(second=0, microsecond=0) + MINUTE
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def read_limits(per_minute: int, words: list[str], warm_up: str) -> Limits:
    """Limits as settings write them: `gmail.com=500/minute`, `*=20000/day`; a warm-up as `2026-12-01=50`."""
    domains: dict[str, dict[str, int]] = {}
    for word in words:
        name, _, limit = word.partition("=")
        many, _, kind = limit.partition("/")
        if not name or kind not in {"minute", "day"} or not many.isdigit() or not int(many):
            raise LimitError(f"{word!r} is no limit: write gmail.com=500/minute or *=20000/day")
        domains.setdefault(name.lower(), {})[kind] = int(many)
    return Limits(per_minute, domains, _warm_up(warm_up))


def _warm_up(text: str) -> tuple[date, int] | None:
    if not text:
        return None
    first, _, many = text.partition("=")
    try:
        return date.fromisoformat(first), max(1, int(many))
    except ValueError as error:
        raise LimitError(f"{text!r} is no warm-up: write its first day and how many, 2026-12-01=50") from error


def pause_for(refusals: int, *, policy: bool = False) -> timedelta:
    """How long a domain is left in peace after so many refusals in a row: a minute, then twice as long each time. Who
    refuses what we are (policy) will not think better of it in a minute: a quarter of an hour."""
    first, longest = (15 * MINUTE, LONGEST_POLICY_PAUSE) if policy else (MINUTE, LONGEST_PAUSE)
    return min(first * 2 ** min(max(refusals, 1) - 1, 10), longest)


def again_after(attempt: int) -> timedelta:
    """How long one message waits after it was not taken for now: 2, 4, 8 … minutes, at most four hours."""
    return min(MINUTE * 2 ** min(max(attempt, 1), 10), timedelta(hours=4))
