"""The figures of membership, and what the desk must look into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from broadsheet.membership.models import Mail, PendingOperation, Reconciliation, SubscriptionSnapshot, WebhookEvent
from broadsheet.membership.rules.offers import monthly_share
from broadsheet.membership.rules.values import Status
from broadsheet.money import Money


@dataclass(frozen=True, slots=True)
class Figures:
    """How many contracts there are in each state, and what they bring in a month."""

    active: int
    trialing: int
    past_due: int
    ending: int  # active or trialing, with a planned end
    revenue: tuple[Money, ...]  # a month, by currency; those that pay now


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the loops keep up. `drift` is to be 0."""

    waiting_events: int
    parked_events: int
    waiting_operations: int
    failed_operations: int
    waiting_mails: int
    failed_mails: int
    drift: int  # customers that the last sweep had to mend
    drift_total: int
    swept_at: datetime | None
    listed_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event in the inbox, for the desk."""

    pk: int
    event_id: str
    kind: str
    state: str
    tries: int
    reason: str
    error: str
    received_at: datetime


def figures() -> Figures:
    """The state of all contracts now."""
    rows = SubscriptionSnapshot.objects.filter(ended_at=None)
    counts = dict(rows.values_list("status").annotate(Count("pk")))
    sound = rows.filter(status__in=[Status.ACTIVE, Status.TRIALING])
    ending = sound.exclude(cancel_at=None, cancel_at_period_end=False).count()
    paying = rows.filter(status__in=[Status.ACTIVE, Status.PAST_DUE], paused=False)
    paid = ((Money(row.minor * row.quantity, row.currency), row.interval) for row in paying)
    revenue = monthly_share(paid)
    return Figures(
        counts.get(Status.ACTIVE, 0), counts.get(Status.TRIALING, 0), counts.get(Status.PAST_DUE, 0), ending,
        tuple(revenue[currency] for currency in sorted(revenue)),
    )  # fmt: skip


def health() -> Health:
    """How far the loops are, and what they could not do."""
    events = dict(WebhookEvent.objects.values_list("state").annotate(Count("pk")))
    operations = dict(PendingOperation.objects.values_list("state").annotate(Count("pk")))
    mails = dict(Mail.objects.values_list("state").annotate(Count("pk")))
    loops = {row.name: row for row in Reconciliation.objects.all()}
    sweep, listed = loops.get("sweep"), loops.get("events")
    return Health(
        events.get(WebhookEvent.NEW, 0), events.get(WebhookEvent.PARKED, 0),
        operations.get(PendingOperation.WAITING, 0), operations.get(PendingOperation.FAILED, 0),
        mails.get(Mail.WAITING, 0) + mails.get(Mail.SENDING, 0), mails.get(Mail.FAILED, 0),
        sweep.drift if sweep else 0, sweep.drift_total if sweep else 0,
        sweep.done_at if sweep else None, listed.done_at if listed else None,
    )  # fmt: skip


def events(state: str = WebhookEvent.PARKED) -> tuple[EventLine, ...]:
    """The inbox's events in a state, latest first."""
    rows = WebhookEvent.objects.filter(state=state)
    return tuple(
        EventLine(row.pk, row.event_id, row.kind, row.state, row.tries, row.reason, row.error, row.received_at)
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class OperationLine:
    """Something that the gateway refused to do, for the desk."""

    pk: int
    op: str
    subject: str
    user_id: int | None
    tries: int
    error: str
    made_at: datetime


def refused() -> tuple[OperationLine, ...]:
    """What the gateway refused, latest first."""
    rows = PendingOperation.objects.filter(state=PendingOperation.FAILED).order_by("-made_at")
    return tuple(
        OperationLine(row.pk, row.op, row.subject, row.user_id, row.tries, row.error, row.made_at) for row in rows
    )
