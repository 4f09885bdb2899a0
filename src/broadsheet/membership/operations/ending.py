"""Ending a contract: cancelling it, and withdrawing from it. Each is recorded here first.

Whoever cancels has cancelled when the row is written, whether the gateway can be reached or not; the operation is
pushed afterwards, and again until it is done.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from broadsheet.membership.models import Cancellation, Customer, Invoice, SubscriptionSnapshot
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.following import refund
from broadsheet.membership.queries.facts import POLICY, payment, snapshots_of_customer
from broadsheet.membership.rules.refunds import withdrawal
from broadsheet.membership.rules.values import LIVE, OVER, Snapshot, Status
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


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody wrote, and what is known of who they are."""

    kind: str  # cancel, extraordinary, withdrawal
    email: str = ""
    name: str = ""
    contract: str = ""
    reason: str = ""
    end_wanted: date | None = None
    confirm_to: str = ""
    locale: str = ""
    logged_in: bool = False
    matched_by: str = ""  # account, mail, number, desk


class Bound(NamedTuple):
    """A customer, whose row is locked, and the subscription that is meant, as a row and as a value."""

    customer: Customer
    row: SubscriptionSnapshot
    value: Snapshot


@transaction.atomic
def cancel(
    *,
    user_id: int,
    now: datetime,
    subscription: str = "",
    by: str = "reader",
    kind: str = Cancellation.CANCEL,
    **said: Any,
) -> Declared:
    """Cancel to the end of what is paid for. Twice is once. Raises ChangeError("none") where nothing runs.

    `said`: what else the reader wrote: reason, name, email, confirm_to, contract, end_wanted, locale.
    """
    bound = bound_by(user_id, subscription)
    former = Cancellation.objects.filter(subscription=bound.row.gateway_id, withdrawn_at=None).first()
    if former is not None:
        return declared(former)
    return declare(bound, Form(kind, logged_in=True, matched_by="account", **said), declared_at=now, now=now, by=by)


def declare(bound: Bound, form: Form, *, declared_at: datetime, now: datetime, by: str = "reader") -> Declared:
    """Record a cancellation of this subscription, what is to be done for it, and its confirmation. Under the lock."""
    customer, row, value = bound
    at_once = form.kind == Cancellation.EXTRAORDINARY or value.status in {
        Status.UNPAID, Status.PAUSED, Status.INCOMPLETE
    }  # fmt: skip
    due = _wanted(form.end_wanted, now)
    ends_at = now if at_once else (due or _end_of(value) or now)
    record = _record(bound, form, declared_at, ends_at)
    rows.ask(
        op="end" if at_once else "cancel", key=f"bs:cancel:{customer.pk}:{record.reference.hex}", now=now,
        subject=row.gateway_id, customer=customer.gateway_id or "", user_id=customer.user_id,
        due_at=due - timedelta(days=1) if due and value.period_end and due > value.period_end else None,
    )  # fmt: skip
    _confirm(record, customer, now)
    rows.note(
        user_id=customer.user_id, once=f"cancel:{record.reference.hex}", kind=form.kind, at=now, by=by,
        subscription=row.gateway_id,
    )  # fmt: skip
    return declared(record)


def _record(bound: Bound, form: Form, declared_at: datetime, ends_at: datetime) -> Cancellation:
    return Cancellation.objects.create(
        reference=uuid.uuid4(), kind=form.kind, reason=form.reason, name=form.name, email=form.email,
        contract=form.contract, confirm_to=form.confirm_to, end_wanted=form.end_wanted,
        locale=form.locale or bound.customer.locale, declared_at=declared_at, logged_in=form.logged_in,
        user_id=bound.customer.user_id, subscription=bound.row.gateway_id, ends_at=ends_at, matched_by=form.matched_by,
    )  # fmt: skip


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


def bound_by(user_id: int, subscription: str = "") -> Bound:
    """The reader's customer, locked, and the subscription meant: the one named, or the one that runs."""
    customer = rows.lock(user=user_id)
    if customer is None:
        raise ChangeError("none")
    return held_by(customer, subscription)


def held_by(customer: Customer, subscription: str = "") -> Bound:
    """The subscription meant, of a customer whose row is locked. Raises ChangeError("none")."""
    found = SubscriptionSnapshot.objects.filter(customer=customer).exclude(status__in=OVER).order_by("-created_at")
    if subscription:
        found = found.filter(gateway_id=subscription)
    row = next((each for each in found if each.status in LIVE), None) or found.first()
    if row is None:
        raise ChangeError("none")
    value = next(each for each in snapshots_of_customer(customer.pk) if each.id == row.gateway_id)
    return Bound(customer, row, value)


@transaction.atomic
def withdraw(*, user_id: int, now: datetime, subscription: str = "", **said: Any) -> Declared:
    """Withdraw from the contract within its days: it ends at once, and the last charge goes back in full.

    `said`: what else the reader wrote: name, email, confirm_to, contract, locale.
    Raises ChangeError("too-late") where the days are over; a cancellation is then what is left.
    """
    form = Form(Cancellation.WITHDRAWAL, logged_in=True, matched_by="account", **said)
    return withdraw_held(bound_by(user_id, subscription), form, declared_at=now, now=now)


def withdraw_held(bound: Bound, form: Form, *, declared_at: datetime, now: datetime) -> Declared:
    """The same, under the lock. Its days are counted to `declared_at`, whenever it is carried out."""
    customer, row, value = bound
    former = Cancellation.objects.filter(subscription=row.gateway_id, kind=Cancellation.WITHDRAWAL).first()
    if former is not None:
        return declared(former)
    due = withdrawal(value, declared_at, POLICY)
    if not due.allowed:
        raise ChangeError("too-late")
    record = _record(bound, replace(form, kind=Cancellation.WITHDRAWAL), declared_at, now)
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
    return Declared(record.reference, record.kind, declared_at, now, row.gateway_id, due.refund)
