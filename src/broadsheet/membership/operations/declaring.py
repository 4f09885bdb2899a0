"""Cancelling and withdrawing without logging in: whatever is declared is recorded and confirmed.

The answer never tells whether there is such a reader or contract. What a match brings about, only its reader is told,
at their own address; and what cannot be taken back they are asked about first, unless the form named the contract.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from broadsheet.membership import keys
from broadsheet.membership.models import Cancellation, Customer, SubscriptionSnapshot
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.ending import (
    Bound,
    ChangeError,
    Declared,
    Form,
    declare,
    held_by,
    withdraw_held,
)
from broadsheet.membership.queries.facts import POLICY
from broadsheet.membership.rules.declaring import held_until
from broadsheet.membership.rules.refunds import withdrawal
from broadsheet.membership.rules.values import OVER


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of looking for the contract: whose it is, by what it was found, until when they are asked."""

    bound: Bound
    by: str  # mail, number
    held_until: datetime | None


@transaction.atomic
def declare_by_form(*, form: Form, now: datetime) -> Declared:
    """Record it, carry it out or ask its member where it is clear whose contract is meant, confirm it either way."""
    matched = _match(form, now)
    carried_out = None
    if matched is not None and matched.held_until is None:
        carried_out = _carry_out(matched.bound, replace(form, matched_by=matched.by), now, now)
    record = _record(form, matched, carried_out, now)
    if record.held_until is not None and matched is not None:
        customer = matched.bound.customer
        rows.post(
            kind="asked", subject=record.reference.hex, now=now, user_id=customer.user_id,
            to="" if customer.user_id else customer.email, locale=customer.locale,
        )  # fmt: skip
    rows.post(
        kind="declared", subject=record.reference.hex, now=now, to=form.confirm_to or form.email, locale=form.locale
    )
    return Declared(record.reference, record.kind, record.declared_at, None, "")


def _match(form: Form, now: datetime) -> Matched | None:
    """The one running contract under this address, its customer locked; None where there are none, or several."""
    address = form.email.strip()
    running = SubscriptionSnapshot.objects.exclude(status__in=OVER)
    by_account = running.filter(customer__user__email__iexact=address)
    found = set((by_account or running.filter(customer__email__iexact=address)).values_list("customer", flat=True))
    customer = rows.lock(pk=found.pop()) if len(found) == 1 else None
    if customer is None:
        return None
    try:
        bound = held_by(customer)
    except ChangeError:
        return None
    named = keys.names_contract(form.contract, bound.row.gateway_id)
    allowed = withdrawal(bound.value, now, POLICY).allowed
    until = held_until(form.kind, named=named, within_days=allowed, now=now, policy=POLICY)
    return Matched(bound, "number" if named else "mail", until)


def _carry_out(bound: Bound, form: Form, declared_at: datetime, now: datetime) -> Declared | None:
    """Do what was declared to the reader's contract. They are told at their own address."""
    form = replace(form, confirm_to="")
    if form.kind == Cancellation.WITHDRAWAL:
        try:
            return withdraw_held(bound, form, declared_at=declared_at, now=now)
        except ChangeError:
            form = replace(form, kind=Cancellation.CANCEL)  # the days are over: what was meant is an end
    if Cancellation.objects.filter(subscription=bound.row.gateway_id, withdrawn_at=None).exists():
        return None
    return declare(bound, form, declared_at=declared_at, now=now)


def _record(form: Form, matched: Matched | None, carried_out: Declared | None, now: datetime) -> Cancellation:
    """The declaration as it was made, matched or not. The act itself has a row of its own where there was one."""
    asked = matched if matched is not None and matched.held_until is not None else None
    return Cancellation.objects.create(
        reference=uuid.uuid4(), kind=form.kind, reason=form.reason, name=form.name, email=form.email,
        contract=form.contract, confirm_to=form.confirm_to, end_wanted=form.end_wanted, locale=form.locale,
        declared_at=now, logged_in=False, matched_by=matched.by if matched and (carried_out or asked) else "",
        meant=asked.bound.row.gateway_id if asked else "", held_until=asked.held_until if asked else None,
    )  # fmt: skip


# What was held


@transaction.atomic
def answer_for(*, reference: uuid.UUID, mine: bool, now: datetime) -> bool:
    """The member says of a declaration that it is theirs, or that it is not. False where that is settled already."""
    record, customer = _held(reference)
    if record is None:
        return False
    if mine:
        _settle(record, customer, now)
    else:
        record.objected = True
        record.settled_at = now
        record.save(update_fields=["objected", "settled_at"])
        rows.note(
            user_id=customer.user_id if customer else None, once=f"objected:{record.reference.hex}", kind="objected",
            at=now, subscription=record.meant, by="reader", what=record.kind,
        )  # fmt: skip
    return True


def carry_out_held(*, now: datetime) -> int:
    """Carry out what nobody objected to in time. Gives how many."""
    due = Cancellation.objects.filter(held_until__lte=now, settled_at=None).values_list("reference", flat=True)
    return sum(_in_time(reference, now) for reference in list(due))


@transaction.atomic
def _in_time(reference: uuid.UUID, now: datetime) -> bool:
    record, customer = _held(reference)
    if record is not None:
        _settle(record, customer, now)
    return record is not None


def _held(reference: uuid.UUID) -> tuple[Cancellation | None, Customer | None]:
    """A declaration that waits for its member, with their customer, whose lock holds off whoever else settles it."""
    record = Cancellation.objects.filter(reference=reference).exclude(held_until=None).first()
    if record is None:
        return None, None
    customer = rows.lock(subscriptions__gateway_id=record.meant)
    record.refresh_from_db()
    return (None, None) if record.settled_at is not None else (record, customer)


def _settle(record: Cancellation, customer: Customer | None, now: datetime) -> None:
    """Carried out; its time is that of the declaration. Where the contract is over meanwhile, nothing is left to do."""
    record.settled_at = now
    record.save(update_fields=["settled_at"])
    if customer is None:
        return
    form = Form(
        record.kind, record.email, record.name, record.contract, record.reason, record.end_wanted, locale=record.locale,
        matched_by=record.matched_by,
    )  # fmt: skip
    try:
        _carry_out(held_by(customer, record.meant), form, record.declared_at, now)
    except ChangeError:
        return
