"""Putting the reminders that are due into the outbox. Asked again, it puts none a second time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from broadsheet.membership.models import Mail, SubscriptionSnapshot
from broadsheet.membership.operations import rows
from broadsheet.membership.queries.account import cancelling
from broadsheet.membership.queries.facts import POLICY, snapshot
from broadsheet.membership.rules.reminders import Kind, Reminder, reminders
from broadsheet.membership.rules.values import Interval, Status


def remind(*, now: datetime) -> int:
    """Go through the contracts that may be due a word. Gives how many mails were put into the outbox."""
    due = ((row, reminder) for row in _candidates(now) for reminder in reminders(snapshot(row), now, POLICY))
    return sum(_post(row, reminder, now) for row, reminder in due)


def _candidates(now: datetime) -> Iterator[SubscriptionSnapshot]:
    soon = now + timedelta(days=POLICY.trial_days_before[0])
    trial = Q(status=Status.TRIALING, trial_end__gt=now, trial_end__lte=soon)
    ahead = now + timedelta(days=POLICY.renewal_days_before)
    renewal = Q(status=Status.ACTIVE, interval=Interval.YEAR, period_end__lte=ahead)
    yearly = Q(status=Status.ACTIVE, interval=Interval.MONTH, created_at__lte=now - timedelta(days=365))
    found = SubscriptionSnapshot.objects.filter(trial | renewal | yearly | Q(status=Status.PAST_DUE))
    return found.filter(customer__user__isnull=False).select_related("customer").iterator(chunk_size=500)


def _post(row: SubscriptionSnapshot, reminder: Reminder, now: datetime) -> bool:
    if reminder.kind is not Kind.PAYMENT_FAILED and cancelling([row.gateway_id]):
        return False  # declared here, though the gateway may not know yet
    if Mail.objects.filter(kind=reminder.kind, subject=row.gateway_id, period=reminder.period).exists():
        return False
    return rows.post(
        kind=reminder.kind, subject=row.gateway_id, period=reminder.period, now=now, user_id=row.customer.user_id,
        locale=row.customer.locale, context={"at": reminder.at.isoformat(), "stage": reminder.stage},
    )  # fmt: skip
