"""Rows as the values that the rules take."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from broadsheet.membership.models import Grant as GrantRow
from broadsheet.membership.models import Invoice, SubscriptionSnapshot, TrialUse
from broadsheet.membership.rules.trials import Use
from broadsheet.membership.rules.values import Benefit, Grant, Payment, Policy, Snapshot
from broadsheet.money import Money

POLICY = Policy()
_VALUES = frozenset(Benefit)


def snapshots_of(user_id: int) -> tuple[Snapshot, ...]:
    """Every subscription of a reader, over or not."""
    rows = SubscriptionSnapshot.objects.filter(customer__user=user_id).select_related("price__plan__tier")
    return values_of(rows)


def snapshots_of_many(user_ids: Collection[int]) -> dict[int, tuple[Snapshot, ...]]:
    """Every subscription of some readers; who has none is missing."""
    found_rows = SubscriptionSnapshot.objects.filter(customer__user__in=user_ids)
    rows = list(found_rows.select_related("price__plan__tier", "customer")) if user_ids else []
    found: dict[int, tuple[Snapshot, ...]] = {}
    for row, value in zip(rows, values_of(rows), strict=True):
        if row.customer.user_id is not None:
            found[row.customer.user_id] = (*found.get(row.customer.user_id, ()), value)
    return found


def snapshots_of_customer(customer_id: int) -> tuple[Snapshot, ...]:
    """Every subscription under one customer's lock."""
    rows = SubscriptionSnapshot.objects.filter(customer=customer_id).select_related("price__plan__tier")
    return values_of(rows)


def values_of(rows: Iterable[SubscriptionSnapshot]) -> tuple[Snapshot, ...]:
    """Some subscriptions with their payments, in one query more."""
    rows = list(rows)
    paid: dict[str, list[Payment]] = {row.gateway_id: [] for row in rows}
    for invoice in Invoice.objects.filter(subscription__in=list(paid)).order_by("created_at", "pk") if paid else []:
        paid[invoice.subscription].append(payment(invoice))
    return tuple(snapshot(row, tuple(paid[row.gateway_id])) for row in rows)


def snapshot(row: SubscriptionSnapshot, payments: tuple[Payment, ...] = ()) -> Snapshot:
    """One subscription's facts."""
    return Snapshot(
        id=row.gateway_id, status=row.status, created=row.created_at, benefits=_benefits(row),
        last_known=row.last_known, interval=row.interval, price=Money(row.minor, row.currency),
        period_start=row.period_start, period_end=row.period_end, trial_start=row.trial_start,
        trial_end=row.trial_end, cancel_at=row.cancel_at, cancel_at_period_end=row.cancel_at_period_end,
        paused=row.paused, first_failed_at=row.first_failed_at, ended_at=row.ended_at, payments=payments,
    )  # fmt: skip


def _benefits(row: SubscriptionSnapshot) -> frozenset[Benefit]:
    return benefits_of(row.price.plan.tier.benefits) if row.price else frozenset()


def benefits_of(stored: Iterable[str]) -> frozenset[Benefit]:
    """A tier's benefits; a word that we do not know opens nothing."""
    return frozenset(Benefit(word) for word in stored if word in _VALUES)


def payment(row: Invoice) -> Payment:
    """One invoice's facts."""
    return Payment(
        id=row.gateway_id, created=row.created_at, paid_at=row.paid_at, paid=Money(row.paid_minor, row.currency),
        billing_reason=row.billing_reason, period_end=row.period_end, refunded=row.refunded_minor,
        refunded_at=row.refunded_at, dispute_status=row.dispute_status, dispute_reason=row.dispute_reason,
        disputed_at=row.disputed_at, dispute_closed_at=row.dispute_closed_at,
    )  # fmt: skip


def grants_of(user_id: int) -> tuple[Grant, ...]:
    """Every grant of a reader; one that was taken back ends when it was."""
    return tuple(_grant(row) for row in GrantRow.objects.filter(user=user_id).select_related("tier"))


def grants_of_many(user_ids: Collection[int]) -> dict[int, tuple[Grant, ...]]:
    """Every grant of some readers; who has none is missing."""
    found: dict[int, tuple[Grant, ...]] = {}
    for row in GrantRow.objects.filter(user__in=user_ids).select_related("tier") if user_ids else ():
        found[row.user_id] = (*found.get(row.user_id, ()), _grant(row))
    return found


def _grant(row: GrantRow) -> Grant:
    return Grant(row.kind, row.starts_at, _earlier(row.ends_at, row.ended_at), benefits_of(row.tier.benefits))


def _earlier(planned: datetime | None, taken_back: datetime | None) -> datetime | None:
    return min((moment for moment in (planned, taken_back) if moment is not None), default=None)


def trial_uses(now: datetime, *, user_id: int | None, mail_key: str, card_key: str = "") -> tuple[Use, ...]:
    """Former trials of this reader, mailbox or card that are still remembered."""
    since = now - POLICY.trial_memory
    rows = TrialUse.objects.filter(used_at__gt=since, user=user_id) if user_id else TrialUse.objects.none()
    if mail_key:
        rows = rows | TrialUse.objects.filter(used_at__gt=since, mail_key=mail_key)
    if card_key:
        rows = rows | TrialUse.objects.filter(used_at__gt=since, card_key=card_key)
    return tuple(use_of(row) for row in rows)


def use_of(row: TrialUse) -> Use:
    """One trial that was used."""
    return Use(row.user_id, row.mail_key, row.card_key, row.subscription, row.used_at)
