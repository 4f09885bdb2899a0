"""What an event does to a mailbox and to a domain. Pure: health and event in, effect out.

A mailbox is not given up for one bounce (trust.md C4): a hard one counts at once where an ESP vouches for it, and
twice where a bounce came by mail. Soft ones add up, one a day at most, and are forgotten by the week, so that a
mailbox which is full for a holiday stays. Whoever refuses us for what we are says nothing about a reader.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from broadsheet.newsletters.rules.bounces import Severity
from broadsheet.newsletters.rules.reasons import Reason

APART, WEEK = timedelta(hours=20), timedelta(weeks=1)  # a daily issue is not to the minute


@dataclass(frozen=True, slots=True)
class Policy:
    """After how many a mailbox is given up."""

    hard_by_mail: int = 2
    hard_by_esp: int = 1
    disabled: int = 3
    soft: float = 5
    stale: timedelta = timedelta(days=90)  # after which hard bounces are forgotten
    patience: timedelta = timedelta(days=3)  # between asking the reader and giving the mailbox up


@dataclass(frozen=True, slots=True)
class Health:
    """How a mailbox did of late. `scored_at` is its last bounce."""

    hard: int = 0
    disabled: int = 0
    score: float = 0
    scored_at: datetime | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What a carrier or a bounce told of one delivery, as far as it matters here."""

    severity: Severity
    reason: Reason
    by_esp: bool = False


class Act(StrEnum):
    """What is to be done."""

    NOTHING = "nothing"
    COUNT = "counted"
    ASK = "asked"  # ask the reader, by a mail that comes back like the others if the mailbox is lost
    GIVE_UP = "suppressed"  # no newsletters any more
    GONE = "gone"  # no mail of any kind: there is no such mailbox
    LEAVE = "left"  # off that list at once, and no newsletters any more
    PAUSE = "paused"  # leave the domain in peace, and tell the staff
    SLOW_DOWN = "slowed"


@dataclass(frozen=True, slots=True)
class Effect:
    """What to do, and how the mailbox stands then."""

    act: Act
    health: Health
    why: str = ""


# Refusals of what we are, of which one is enough to stop; the others are of a mail, and it takes several.
AT_ONCE = frozenset({
    Reason.AUTH_FAILURE, Reason.REQUIRE_PTR, Reason.BLOCKED, Reason.BAD_REPUTATION, Reason.POLICY,
    Reason.NO_RELAYING,
})  # fmt: skip
SEVERAL, SPAN = 5, timedelta(hours=1)


def effect(health: Health, event: Event, policy: Policy, now: datetime) -> Effect:
    """What an event does. A policy refusal never touches a mailbox."""
    if event.severity is Severity.COMPLAINT:
        return Effect(Act.LEAVE, health, "complaint")
    if event.severity is Severity.POLICY:
        return Effect(Act.PAUSE, health, "policy")
    if event.severity is Severity.SLOW_DOWN:
        return Effect(Act.SLOW_DOWN, health, "slow_down")
    rested = decayed(health, policy, now)
    if event.severity is Severity.HARD:
        return _hard(rested, policy.hard_by_esp if event.by_esp else policy.hard_by_mail, now)
    if event.severity is Severity.DISABLED:
        return _disabled(rested, policy, now)
    if event.severity is Severity.SOFT:
        return _soft(rested, policy, now)
    return Effect(Act.NOTHING, health)


def decayed(health: Health, policy: Policy, now: datetime) -> Health:
    """The mailbox's health today: each full week after the first one without a bounce takes one point away."""
    if health.scored_at is None:
        return health
    passed = now - health.scored_at
    score = max(0.0, health.score - max(0, passed // WEEK - 1))
    fresh = passed < policy.stale
    return replace(
        health, score=score, hard=health.hard if fresh else 0, disabled=health.disabled if fresh else 0,
        asked_at=health.asked_at if score > 0 else None,
    )  # fmt: skip


def _hard(health: Health, most: int, now: datetime) -> Effect:
    after = replace(health, hard=health.hard + 1, scored_at=now)
    return Effect(Act.GONE, after, "hard_bounce") if after.hard >= most else Effect(Act.COUNT, after)


def _disabled(health: Health, policy: Policy, now: datetime) -> Effect:
    after = replace(health, disabled=health.disabled + 1, scored_at=now)
    return Effect(Act.GIVE_UP, after, "disabled") if after.disabled >= policy.disabled else Effect(Act.COUNT, after)


def _soft(health: Health, policy: Policy, now: datetime) -> Effect:
    same_day = health.scored_at is not None and health.score > 0 and now - health.scored_at < APART
    score = health.score if same_day else health.score + 1
    after = replace(health, score=score, scored_at=health.scored_at if same_day else now)
    if score < policy.soft:
        return Effect(Act.COUNT, after)
    if health.asked_at is None:
        return Effect(Act.ASK, replace(after, asked_at=now))
    if now - health.asked_at >= policy.patience:
        return Effect(Act.GIVE_UP, after, "soft_bounces")
    return Effect(Act.COUNT, after)


OUTCOMES = ("", "delivered", "bounced", "complained")


def worse(known: str, told: str) -> str:
    """The outcome of a delivery after one more event: it only ever gets worse, so that the order does not matter."""
    return max(known, told, key=lambda each: OUTCOMES.index(each) if each in OUTCOMES else 0)
