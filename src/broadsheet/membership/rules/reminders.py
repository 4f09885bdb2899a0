"""Which mails are due to whom: reminders before a charge, and words about a card that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadsheet.membership.rules.values import Interval, Policy, Snapshot, Status
from broadsheet.money import Money


class Kind(StrEnum):
    """A mail's kind. The values are stored."""

    TRIAL_SOON = "trial_soon"
    TRIAL_TOMORROW = "trial_tomorrow"
    RENEWAL = "renewal"  # a yearly plan, before it renews
    YEARLY_WORD = "yearly_word"  # a monthly member, once a year
    PAYMENT_FAILED = "payment_failed"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A mail that is due. It goes once for its kind, subscription and period, however often this is asked."""

    kind: Kind
    period: str
    at: datetime  # the date that the mail speaks of
    amount: Money
    stage: int = 0  # of a failed payment: on which day


def reminders(snapshot: Snapshot, now: datetime, policy: Policy) -> tuple[Reminder, ...]:
    """What is due for one subscription at `now`. After an outage the latest is due, not all that were missed."""
    if snapshot.ended_at is not None and now >= snapshot.ended_at:
        return ()
    if snapshot.status == Status.PAST_DUE:
        return _failed(snapshot, now, policy)
    if snapshot.scheduled or snapshot.paused:
        return ()
    if snapshot.status == Status.TRIALING:
        return _trial(snapshot, now, policy)
    if snapshot.status == Status.ACTIVE:
        return _renewal(snapshot, now, policy) if snapshot.interval == Interval.YEAR else _anniversary(snapshot, now)
    return ()


def _trial(snapshot: Snapshot, now: datetime, policy: Policy) -> tuple[Reminder, ...]:
    """Seven days before a trial's end, and one. A trial too short for one of them goes without it."""
    end = snapshot.trial_end
    if end is None or now >= end:
        return ()
    begun = snapshot.trial_start or snapshot.created
    soon, tomorrow = (end - timedelta(days=days) for days in policy.trial_days_before)
    if now >= tomorrow:
        kind, due = Kind.TRIAL_TOMORROW, tomorrow
    else:
        kind, due = Kind.TRIAL_SOON, soon
    if now < due or due <= begun:
        return ()
    return (Reminder(kind, end.date().isoformat(), end, snapshot.price),)


def _renewal(snapshot: Snapshot, now: datetime, policy: Policy) -> tuple[Reminder, ...]:
    end = snapshot.period_end
    if end is None or not end - timedelta(days=policy.renewal_days_before) <= now < end:
        return ()
    return (Reminder(Kind.RENEWAL, end.date().isoformat(), end, snapshot.price),)


def _anniversary(snapshot: Snapshot, now: datetime) -> tuple[Reminder, ...]:
    """Once in each year of membership after the first. Who missed one by more than a month is told the year after."""
    years = int((now - snapshot.created) / timedelta(days=365.2425))
    since = now - (snapshot.created + years * timedelta(days=365.2425))
    if years < 1 or since > timedelta(days=31):
        return ()
    return (Reminder(Kind.YEARLY_WORD, f"year-{years}", snapshot.period_end or now, snapshot.price),)


def _failed(snapshot: Snapshot, now: datetime, policy: Policy) -> tuple[Reminder, ...]:
    failed = snapshot.first_failed_at or snapshot.period_start
    if failed is None or now < failed:
        return ()
    days = (now - failed).days
    reached = [day for day in policy.dunning_days if day <= days]
    if not reached or days > policy.grace.days:
        return ()
    stage = max(reached)
    period = f"{failed.date().isoformat()}+{stage}"
    return (Reminder(Kind.PAYMENT_FAILED, period, failed + policy.grace, snapshot.price, stage),)
