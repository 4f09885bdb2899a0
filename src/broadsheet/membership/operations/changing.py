"""Changing a contract: cancelling, withdrawing, resuming, pausing, switching. Each is recorded here first.

Whoever cancels has cancelled when the row is written, whether the gateway can be reached or not; the operation is
pushed afterwards, and again until it is done.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from broadsheet.membership.models import (
    Cancellation,
    Consent,
    Customer,
    Invoice,
    PendingOperation,
    Price,
    SubscriptionSnapshot,
)
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.following import refund
from broadsheet.membership.operations.joining import ConsentGiven, ensure_price
from broadsheet.membership.ports import PaymentGateway, Preview
from broadsheet.membership.queries.facts import POLICY, payment, snapshots_of_customer
from broadsheet.membership.rules.refunds import refundable, withdrawal
from broadsheet.membership.rules.values import LIVE, OVER, Interval, Snapshot, Status
from broadsheet.money import Money


class ChangeError(Exception):
    """A contract cannot be changed as asked. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code  # none, not-now, too-late, same, consent


@dataclass(frozen=True, slots=True)
class Declared:
    """What the reader holds in hand: a cancellation or withdrawal with its time and what it ends when."""

    reference: uuid.UUID
    kind: str
    declared_at: datetime
    ends_at: datetime | None
    subscription: str
    refund: Money | None = None


def cancel(
    *,
    user_id: int,
    now: datetime,
    subscription: str = "",
    reason: str = "",
    by: str = "reader",
    kind: str = Cancellation.CANCEL,
    **said: Any,
) -> Declared:
    """Cancel to the end of what is paid for. Twice is once. Raises ChangeError("none") where nothing runs.

    `said`: what else the reader wrote: name, email, confirm_to, contract, end_wanted, locale.
    """
    with transaction.atomic():
        customer, row, value = _held(user_id, subscription)
        former = Cancellation.objects.filter(subscription=row.gateway_id, withdrawn_at=None).first()
        if former is not None:
            return declared(former)
        return declare(customer, row, value, kind=kind, now=now, reason=reason, logged_in=True, by=by, **said)


def declare(
    customer: Customer,
    row: SubscriptionSnapshot,
    value: Snapshot,
    *,
    kind: str,
    now: datetime,
    reason: str = "",
    name: str = "",
    email: str = "",
    confirm_to: str = "",
    contract: str = "",
    end_wanted: date | None = None,
    logged_in: bool = False,
    matched_by: str = "account",
    locale: str = "",
    by: str = "reader",
) -> Declared:
    """Record a cancellation of this subscription, what is to be done for it, and its confirmation. Under the lock."""
    at_once = kind == Cancellation.EXTRAORDINARY or value.status in {Status.UNPAID, Status.PAUSED, Status.INCOMPLETE}
    ends_at = now if at_once else (_wanted(end_wanted, now) or _end_of(value) or now)
    record = Cancellation.objects.create(
        reference=uuid.uuid4(), kind=kind, reason=reason, name=name, email=email, contract=contract,
        confirm_to=confirm_to, end_wanted=end_wanted, locale=locale or customer.locale, declared_at=now,
        logged_in=logged_in, user_id=customer.user_id, subscription=row.gateway_id, ends_at=ends_at,
        matched_by=matched_by,
    )  # fmt: skip
    due = _wanted(end_wanted, now)
    rows.ask(
        op="end" if at_once else "cancel", key=f"bs:cancel:{customer.pk}:{record.reference.hex}", now=now,
        subject=row.gateway_id, customer=customer.gateway_id or "", user_id=customer.user_id,
        due_at=due - timedelta(days=1) if due and value.period_end and due > value.period_end else None,
    )  # fmt: skip
    _confirm(record, customer, now)
    rows.note(
        user_id=customer.user_id, once=f"cancel:{record.reference.hex}", kind=kind, at=now, by=by,
        subscription=row.gateway_id,
    )  # fmt: skip
    return declared(record)


def _wanted(end_wanted: date | None, now: datetime) -> datetime | None:
    """The wanted end as a moment, where it lies ahead."""
    if end_wanted is None or end_wanted <= now.date():
        return None
    return now.replace(
        year=end_wanted.year, month=end_wanted.month, day=end_wanted.day, hour=0, minute=0, second=0, microsecond=0
    )


def _end_of(value: Snapshot) -> datetime | None:
    if value.status == Status.TRIALING and value.trial_end is not None:
        return value.trial_end
    return value.cancel_at or value.period_end


def _confirm(record: Cancellation, customer: Customer | None, now: datetime) -> None:
    rows.post(
        kind="withdrawn" if record.kind == Cancellation.WITHDRAWAL else "cancelled", subject=record.reference.hex,
        now=now, user_id=customer.user_id if customer else None, to=record.confirm_to,
        locale=record.locale or (customer.locale if customer else ""),
    )  # fmt: skip


def declared(record: Cancellation) -> Declared:
    """A record as a value."""
    return Declared(record.reference, record.kind, record.declared_at, record.ends_at, record.subscription)


def _held(user_id: int, subscription: str = "") -> tuple[Customer, SubscriptionSnapshot, Snapshot]:
    """The reader's customer, locked, and the subscription meant: the one named, or the one that runs."""
    customer = rows.lock(user=user_id)
    if customer is None:
        raise ChangeError("none")
    return (customer, *held_by(customer, subscription))


def held_by(customer: Customer, subscription: str = "") -> tuple[SubscriptionSnapshot, Snapshot]:
    """The subscription meant, of a customer whose row is locked. Raises ChangeError("none")."""
    found = SubscriptionSnapshot.objects.filter(customer=customer).exclude(status__in=OVER).order_by("-created_at")
    if subscription:
        found = found.filter(gateway_id=subscription)
    row = next((each for each in found if each.status in LIVE), None) or found.first()
    if row is None:
        raise ChangeError("none")
    value = next(each for each in snapshots_of_customer(customer.pk) if each.id == row.gateway_id)
    return row, value


@transaction.atomic
def resume(*, user_id: int, now: datetime, subscription: str = "") -> str:
    """Take back a cancellation before its end, or go on after a pause. Gives the subscription's id."""
    customer, row, value = _held(user_id, subscription)
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
    customer, row, value = _held(user_id, subscription)
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
        _, value = held_by(customer, row.gateway_id)
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
        _, row, value = _held(user_id, subscription)
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
def withdraw(*, user_id: int, now: datetime, subscription: str = "", **said: Any) -> Declared:
    """Withdraw from the contract within its days: it ends at once, and the last charge goes back in full.

    `said`: what else the reader wrote: name, email, confirm_to, contract, locale.
    Raises ChangeError("too-late") where the days are over; a cancellation is then what is left.
    """
    customer, row, value = _held(user_id, subscription)
    return withdraw_held(customer, row, value, now=now, logged_in=True, **said)


def withdraw_held(
    customer: Customer,
    row: SubscriptionSnapshot,
    value: Snapshot,
    *,
    now: datetime,
    logged_in: bool,
    name: str = "",
    email: str = "",
    confirm_to: str = "",
    contract: str = "",
    locale: str = "",
    matched_by: str = "account",
) -> Declared:
    """The same, of a customer whose row is locked."""
    former = Cancellation.objects.filter(subscription=row.gateway_id, kind=Cancellation.WITHDRAWAL).first()
    if former is not None:
        return declared(former)
    due = withdrawal(value, now, POLICY)
    if not due.allowed:
        raise ChangeError("too-late")
    record = Cancellation.objects.create(
        reference=uuid.uuid4(), kind=Cancellation.WITHDRAWAL, name=name, email=email, contract=contract,
        confirm_to=confirm_to, locale=locale or customer.locale, declared_at=now, logged_in=logged_in,
        user_id=customer.user_id, subscription=row.gateway_id, ends_at=now, matched_by=matched_by,
    )  # fmt: skip
    rows.ask(
        op="end", key=f"bs:end:{customer.pk}:withdrawn-{record.reference.hex}", now=now, subject=row.gateway_id,
        customer=customer.gateway_id or "", user_id=customer.user_id,
    )  # fmt: skip
    invoice = Invoice.objects.filter(gateway_id=due.payment).first() if due.payment else None
    if invoice is not None:
        refund(customer, row.gateway_id, payment(invoice), "withdrawal", now)
    _confirm(record, customer, now)
    rows.note(
        user_id=customer.user_id, once=f"withdraw:{record.reference.hex}", kind="withdrawal", at=now, by="reader",
        subscription=row.gateway_id,
    )  # fmt: skip
    return Declared(record.reference, record.kind, now, now, row.gateway_id, due.refund)


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
