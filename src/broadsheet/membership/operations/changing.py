"""Changing a contract: resuming, pausing, switching, giving money back. Each is recorded here first."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.membership.models import (
    Cancellation,
    Consent,
    Invoice,
    PendingOperation,
    Price,
    SubscriptionSnapshot,
)
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.ending import ChangeError, bound_by, held_by
from broadsheet.membership.operations.following import refund
from broadsheet.membership.operations.joining import ConsentGiven, ensure_price
from broadsheet.membership.ports import PaymentGateway, Preview
from broadsheet.membership.queries.facts import payment
from broadsheet.membership.rules.refunds import refundable
from broadsheet.membership.rules.values import Interval, Snapshot, Status
from broadsheet.money import Money


@transaction.atomic
def resume(*, user_id: int, now: datetime, subscription: str = "") -> str:
    """Take back a cancellation before its end, or go on after a pause. Gives the subscription's id."""
    customer, row, value = bound_by(user_id, subscription)
    records = Cancellation.objects.filter(subscription=row.gateway_id, withdrawn_at=None)
    open_ones = list(records.exclude(kind=Cancellation.WITHDRAWAL))
    if not open_ones and not value.scheduled and not value.paused and value.status != Status.PAUSED:
        raise ChangeError("not-now")
    if any(record.ends_at is not None and record.ends_at <= now for record in open_ones):
        raise ChangeError("too-late")
    if records.filter(kind=Cancellation.WITHDRAWAL).exists():
        raise ChangeError("too-late")
    intent = uuid.uuid4().hex
    for record in open_ones:
        record.withdrawn_at = now
        record.save(update_fields=["withdrawn_at"])
    _drop_unpushed(row.gateway_id, now)
    rows.ask(
        op="resume", key=f"bs:resume:{customer.pk}:{intent}", now=now, subject=row.gateway_id,
        customer=customer.gateway_id or "", user_id=user_id,
    )  # fmt: skip
    rows.post(kind="resumed", subject=row.gateway_id, period=intent, now=now, user_id=user_id, locale=customer.locale)
    rows.note(
        user_id=user_id, once=f"resume:{intent}", kind="resumed", at=now, subscription=row.gateway_id, by="reader"
    )
    return row.gateway_id


def _drop_unpushed(subscription: str, now: datetime) -> None:
    """A cancellation that was planned for a later day and never tried need not be pushed any more."""
    waiting = PendingOperation.objects.filter(op="cancel", subject=subscription, state=PendingOperation.WAITING)
    waiting.filter(tries=0, next_try__gt=now).update(state=PendingOperation.DROPPED, done_at=now)


@transaction.atomic
def pause(*, user_id: int, now: datetime, until: datetime | None, subscription: str = "") -> str:
    """Collect nothing for a while; access lasts to the end of what is paid."""
    customer, row, value = bound_by(user_id, subscription)
    if value.status != Status.ACTIVE or value.scheduled or value.paused:
        raise ChangeError("not-now")
    intent = uuid.uuid4().hex
    rows.ask(
        op="pause", key=f"bs:pause:{customer.pk}:{intent}", now=now, subject=row.gateway_id,
        customer=customer.gateway_id or "", user_id=user_id, until=until.isoformat() if until else None,
    )  # fmt: skip
    rows.note(user_id=user_id, once=f"pause:{intent}", kind="paused", at=now, subscription=row.gateway_id, by="reader")
    return row.gateway_id


def preview_switch(
    *, gateway: PaymentGateway, user_id: int, price_id: int, now: datetime, subscription: str = ""
) -> Preview:
    """What a switch would cost, by the gateway's own reckoning; changes nothing. Raises ChangeError, GatewayError."""
    row, value, price = _switchable(user_id, price_id, subscription)
    if _with_next_period(value, price) or value.status == Status.TRIALING:
        at = value.trial_end if value.status == Status.TRIALING else value.period_end
        nothing = Money(0, price.currency)
        return Preview(nothing, nothing, Money(price.minor, price.currency), at)
    return gateway.preview_switch(row.gateway_id, price=ensure_price(gateway=gateway, price=price), at=now)


def switch(
    *,
    gateway: PaymentGateway,
    user_id: int,
    consent: ConsentGiven,
    previewed_at: datetime,
    now: datetime,
    subscription: str = "",
) -> str:
    """Change the plan: within a trial nothing is charged; to a year now, prorated; to months with the next period."""
    if not consent.agreed or not consent.text.strip():
        raise ChangeError("consent")
    row, value, price = _switchable(user_id, consent.price_id, subscription)
    ensure_price(gateway=gateway, price=price)
    with transaction.atomic():
        customer = rows.lock(pk=row.customer_id)
        if customer is None:
            raise ChangeError("none")
        value = held_by(customer, row.gateway_id).value
        later = _with_next_period(value, price)
        intent = uuid.uuid4().hex
        _consented(consent, price, user_id, row.gateway_id, now)
        rows.ask(
            op="switch", key=f"bs:switch:{customer.pk}:{intent}", now=now, subject=row.gateway_id,
            customer=customer.gateway_id or "", user_id=user_id, price=price.gateway_id,
            at=None if later or value.status == Status.TRIALING else previewed_at.isoformat(), at_period_end=later,
        )  # fmt: skip
        rows.note(
            user_id=user_id, once=f"switch:{intent}", kind="switched", at=now, subscription=row.gateway_id, by="reader",
            interval=price.plan.interval, minor=price.minor, currency=price.currency,
        )  # fmt: skip
        rows.post(
            kind="switched", subject=row.gateway_id, period=intent, now=now, user_id=user_id, locale=customer.locale,
            context={"price": price.pk},
        )  # fmt: skip
    return row.gateway_id


def _switchable(user_id: int, price_id: int, subscription: str) -> tuple[SubscriptionSnapshot, Snapshot, Price]:
    """What would be switched to what; refused while a payment is owed, or the end is planned."""
    with transaction.atomic():
        _, row, value = bound_by(user_id, subscription)
    if value.status not in {Status.ACTIVE, Status.TRIALING} or value.scheduled or value.paused:
        raise ChangeError("not-now")
    if Cancellation.objects.filter(subscription=row.gateway_id, withdrawn_at=None).exists():
        raise ChangeError("not-now")
    price = Price.objects.filter(pk=price_id, active=True).select_related("plan__tier").first()
    if price is None or price.currency != row.currency:
        raise ChangeError("none")
    if row.price_id == price.pk:
        raise ChangeError("same")
    return row, value, price


def _with_next_period(value: Snapshot, price: Price) -> bool:
    """From a year back to months nothing is given back: the year runs out first."""
    return value.status == Status.ACTIVE and value.interval == Interval.YEAR and price.plan.interval == Interval.MONTH


def _consented(consent: ConsentGiven, price: Price, user_id: int, subscription: str, now: datetime) -> None:
    Consent.objects.create(
        user_id=user_id, member_key="", price=price, gateway_price=price.gateway_id, minor=price.minor,
        currency=price.currency, interval=price.plan.interval, kind="switch", text_version=consent.text_version,
        text_hash=hashlib.sha256(consent.text.encode()).hexdigest(), text=consent.text, locale=consent.locale,
        given_at=now, subscription=subscription, first_charge_at=now, keep_until=now + timedelta(days=366 * 3),
    )  # fmt: skip


@transaction.atomic
def give_back(*, invoice: str, now: datetime, minor: int | None = None, reason: str = "desk") -> bool:
    """Refund an invoice, or a part of it: for the desk. False where there is nothing left to give back."""
    row = Invoice.objects.filter(gateway_id=invoice).select_related("customer").first()
    if row is None or not refundable([payment(row)]):
        return False
    rows.lock(pk=row.customer_id)
    left = row.paid_minor - row.refunded_minor
    if minor is None or minor >= left:
        refund(row.customer, row.subscription, payment(row), reason, now)
        return True
    return rows.ask(
        op="refund", key=f"bs:refund:{row.customer_id}:{row.gateway_id}-{row.refunded_minor}-{minor}", now=now,
        subject=row.subscription, customer=row.customer.gateway_id or "", user_id=row.customer.user_id,
        charge=row.charge, intent=row.intent, minor=minor, invoice=row.gateway_id, why=reason,
    )  # fmt: skip
