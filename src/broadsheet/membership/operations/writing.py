"""Copying what the gateway has of one customer into our rows, under that customer's lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from broadsheet.membership.keys import card_key
from broadsheet.membership.models import Checkout, Consent, Customer, Invoice, Price, SubscriptionSnapshot
from broadsheet.membership.ports import CustomerFacts, InvoiceFacts, SubscriptionFacts
from broadsheet.membership.rules.values import KNOWN, OVER, Status

UNPAID = {"open", "uncollectible", "past_due"}  # invoices that were tried and are not paid


def write(customer: Customer, facts: CustomerFacts, now: datetime) -> int:
    """Make our rows say what the gateway says. Gives how many rows said otherwise."""
    changed = _customer(customer, facts, now)
    invoices = [invoice for invoice in facts.invoices if invoice.customer in {"", facts.id}]
    changed += sum(_invoice(customer, invoice) for invoice in invoices)
    for each in facts.subscriptions:
        changed += _subscription(customer, each, invoices)
    if facts.deleted:
        changed += _end_all(customer, {each.id for each in facts.subscriptions}, now)
    return changed


def _customer(customer: Customer, facts: CustomerFacts, now: datetime) -> int:
    currencies = [each.amount.currency for each in facts.subscriptions]
    values = {
        "livemode": facts.livemode or customer.livemode,
        "currency": currencies[0] if currencies else customer.currency,
    }
    if facts.email:
        values["email"] = facts.email
    if facts.deleted and customer.gone_at is None:
        values["gone_at"] = now
    changed = _set(customer, values)
    customer.synced_at = now
    customer.version += 1
    customer.save(update_fields=["synced_at", "version"])
    return changed


def _subscription(customer: Customer, facts: SubscriptionFacts, invoices: list[InvoiceFacts]) -> int:
    """One subscription. Of a product that is not ours nothing is kept."""
    price = Price.objects.filter(gateway_id=facts.price).first() if facts.price else None
    row = SubscriptionSnapshot.objects.filter(gateway_id=facts.id).first()
    if row is None and price is None:
        return 0
    row = row or SubscriptionSnapshot(gateway_id=facts.id, customer=customer)
    if row.customer_id != customer.pk:
        return 0
    last_known = facts.status if facts.status in KNOWN else row.last_known
    changed = _set(
        row,
        {
            "status": facts.status, "last_known": last_known, "price": price or row.price, "gateway_price": facts.price,
            "gateway_item": facts.item, "minor": facts.amount.minor, "currency": facts.amount.currency,
            "interval": facts.interval, "quantity": facts.quantity, "created_at": facts.created,
            "period_start": facts.period_start, "period_end": facts.period_end, "trial_start": facts.trial_start,
            "trial_end": facts.trial_end, "cancel_at": facts.cancel_at,
            "cancel_at_period_end": facts.cancel_at_period_end, "canceled_at": facts.canceled_at,
            "ended_at": facts.ended_at, "paused": facts.paused, "resumes_at": facts.resumes_at,
            "first_failed_at": _first_failed(facts, invoices), "latest_invoice": facts.latest_invoice,
            "reference": facts.reference, "livemode": facts.livemode, **_card(facts),
        },
    )  # fmt: skip
    _join(row, facts)
    return changed


def _card(facts: SubscriptionFacts) -> dict[str, Any]:
    card = facts.card
    if not card.fingerprint and not card.last4:
        return {}  # no card is told of: what is known of the last one stays
    expires = f"{card.exp_year:04}-{card.exp_month:02}" if card.exp_year else ""
    return {
        "card_brand": card.brand, "card_last4": card.last4, "card_expires": expires,
        "card_key": card_key(card.fingerprint),
    }  # fmt: skip


def _first_failed(facts: SubscriptionFacts, invoices: Iterable[InvoiceFacts]) -> datetime | None:
    """When the payment that is owed was first tried: from the facts alone, so that no order of events matters."""
    if facts.status not in {Status.PAST_DUE, Status.UNPAID}:
        return None
    owed = [
        invoice.created
        for invoice in invoices
        if invoice.subscription == facts.id and invoice.status in UNPAID and invoice.attempts > 0
    ]
    return min(owed, default=None)


def _join(row: SubscriptionSnapshot, facts: SubscriptionFacts) -> None:
    """Tie the subscription to the checkout and the consent that it came from."""
    if not facts.reference:
        return
    reference = _uuid(facts.reference)
    checkout = Checkout.objects.filter(reference=reference).first() if reference else None
    if checkout is None or checkout.consent_id is None:
        return
    if facts.status not in {Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED} and checkout.state != Checkout.COMPLETE:
        checkout.state = Checkout.COMPLETE
        checkout.save(update_fields=["state"])
    Consent.objects.filter(pk=checkout.consent_id, subscription="").update(subscription=row.gateway_id)


def _uuid(text: str) -> str | None:
    hexed = text.replace("-", "")
    return text if len(hexed) == 32 and all(letter in "0123456789abcdef" for letter in hexed) else None


def _invoice(customer: Customer, facts: InvoiceFacts) -> int:
    row = Invoice.objects.filter(gateway_id=facts.id).first() or Invoice(gateway_id=facts.id, customer=customer)
    if row.customer_id != customer.pk:
        return 0
    dispute = facts.dispute
    return _set(
        row,
        {
            "subscription": facts.subscription, "status": facts.status, "billing_reason": facts.billing_reason,
            "number": facts.number, "due_minor": facts.due.minor, "paid_minor": facts.paid.minor,
            "currency": facts.paid.currency, "created_at": facts.created, "paid_at": facts.paid_at,
            "period_start": facts.period_start, "period_end": facts.period_end, "attempts": facts.attempts,
            "next_attempt": facts.next_attempt, "hosted_url": facts.hosted_url, "pdf_url": facts.pdf_url,
            "charge": facts.charge, "intent": facts.intent, "refunded_minor": facts.refunded,
            "refunded_at": facts.refunded_at, "livemode": facts.livemode,
            "dispute_status": dispute.status if dispute else "", "dispute_reason": dispute.reason if dispute else "",
            "disputed_at": dispute.created if dispute else None,
            "dispute_closed_at": dispute.closed_at if dispute else None,
        },
    )  # fmt: skip


def _end_all(customer: Customer, told: set[str], now: datetime) -> int:
    """A deleted customer's subscriptions are over, where the gateway says nothing of them any more."""
    rows = SubscriptionSnapshot.objects.filter(customer=customer).exclude(gateway_id__in=told).exclude(status__in=OVER)
    return sum(
        _set(row, {"status": Status.CANCELED, "last_known": Status.CANCELED, "ended_at": row.ended_at or now})
        for row in rows
    )


def _set(row: models.Model, values: dict[str, Any]) -> int:
    """Set these fields; 1 where that changed anything, or the row is new."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if row.pk and not changed:
        return 0
    for name in changed:
        setattr(row, name, values[name])
    row.save()
    return 1
