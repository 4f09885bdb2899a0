"""A reader's own view: contracts, invoices, the story of their membership."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.membership.keys import contract_number
from broadsheet.membership.models import Cancellation, HistoryEntry, Invoice, SubscriptionSnapshot
from broadsheet.membership.queries.facts import POLICY, values_of
from broadsheet.membership.queries.standing import access_of
from broadsheet.membership.rules.refunds import Withdrawal, withdrawal
from broadsheet.membership.rules.standing import Access, of_subscription
from broadsheet.membership.rules.values import Snapshot, Status
from broadsheet.money import Money


@dataclass(frozen=True, slots=True)
class Contract:
    """One subscription as its reader sees it."""

    id: str
    number: str  # as its member knows it
    plan: str
    interval: str
    price: Money
    status: str
    access: Access
    begun: datetime
    next_charge_at: datetime | None  # None: nothing more will be charged
    ends_at: datetime | None
    cancelling: bool  # declared here, whether the gateway knows yet or not
    card: str  # “visa 4242”, or nothing
    card_expires: str
    withdrawal: Withdrawal
    trial_end: datetime | None = None
    period_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice as its reader sees it."""

    id: str
    number: str
    at: datetime
    paid: Money
    refunded: Money
    status: str
    url: str
    pdf: str


@dataclass(frozen=True, slots=True)
class Membership:
    """Everything on a reader's page about their membership."""

    access: Access
    contracts: tuple[Contract, ...]
    invoices: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a membership's story."""

    at: datetime
    kind: str
    subscription: str
    details: dict[str, Any]
    by: str


def membership_of(user_id: int, now: datetime) -> Membership:
    """A reader's contracts, newest first, their invoices, and what follows."""
    held = SubscriptionSnapshot.objects.filter(customer__user=user_id).select_related("price__plan__tier")
    rows = list(held.order_by("-created_at"))
    values = values_of(rows)
    ending = set(cancelling([row.gateway_id for row in rows]))
    contracts = (
        contract_of(row, value, row.gateway_id in ending, now) for row, value in zip(rows, values, strict=True)
    )
    invoices = Invoice.objects.filter(customer__user=user_id).exclude(status="draft")
    return Membership(access_of(user_id, now), tuple(contracts), tuple(_invoice(row) for row in invoices))


def cancelling(subscriptions: list[str]) -> list[str]:
    """Those among some subscriptions whose reader cancelled or withdrew, and did not resume."""
    rows = Cancellation.objects.filter(subscription__in=subscriptions, withdrawn_at=None)
    return list(rows.values_list("subscription", flat=True))


def contract_of(row: SubscriptionSnapshot, value: Snapshot, ending: bool, now: datetime) -> Contract:
    """One subscription, with what follows from it."""
    end = row.ended_at or row.cancel_at or ((row.trial_end or row.period_end) if ending else None)
    if row.cancel_at_period_end and end is None:
        end = row.period_end
    charges = value.status in {Status.TRIALING, Status.ACTIVE, Status.PAST_DUE} and end is None and not value.paused
    return Contract(
        id=row.gateway_id, number=contract_number(row.gateway_id),
        plan=str(row.price.plan.tier) if row.price else "", interval=row.interval, price=value.price,
        status=row.status, access=of_subscription(value, now, POLICY), begun=row.created_at,
        next_charge_at=(row.trial_end if row.status == Status.TRIALING else row.period_end) if charges else None,
        ends_at=end, cancelling=ending or value.scheduled, card=f"{row.card_brand} {row.card_last4}".strip(),
        card_expires=row.card_expires, withdrawal=withdrawal(value, now, POLICY),
        trial_end=row.trial_end, period_end=row.period_end,
    )  # fmt: skip


def _invoice(row: Invoice) -> InvoiceLine:
    return InvoiceLine(
        row.gateway_id, row.number, row.paid_at or row.created_at, Money(row.paid_minor, row.currency),
        Money(row.refunded_minor, row.currency), row.status, row.hosted_url, row.pdf_url,
    )  # fmt: skip


def timeline(user_id: int) -> tuple[HistoryLine, ...]:
    """The story of a membership, latest first."""
    rows = HistoryEntry.objects.filter(user=user_id)
    return tuple(HistoryLine(row.at, row.kind, row.subscription, row.details, row.by) for row in rows)
