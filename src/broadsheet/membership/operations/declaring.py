"""Cancelling and withdrawing without logging in: whatever is declared is recorded and confirmed.

The answer never tells whether there is such a reader or contract. What a match brings about, only its reader is told,
at their own address.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadsheet.membership.models import Cancellation, Customer, SubscriptionSnapshot
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.changing import ChangeError, Declared, declare, held_by, withdraw_held
from broadsheet.membership.rules.values import OVER


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody wrote into the form."""

    kind: str  # cancel, extraordinary, withdrawal
    email: str
    name: str = ""
    contract: str = ""
    reason: str = ""
    end_wanted: date | None = None
    confirm_to: str = ""
    locale: str = ""


@transaction.atomic
def declare_by_form(*, form: Form, now: datetime) -> Declared:
    """Record it, carry it out where it is clear whose contract is meant, confirm it either way."""
    customer = _meant(form)
    carried_out = _carry_out(customer, form, now) if customer is not None else None
    record = _record(form, carried_out, now)
    rows.post(
        kind="declared", subject=record.reference.hex, now=now, to=form.confirm_to or form.email, locale=form.locale
    )
    return Declared(record.reference, record.kind, record.declared_at, None, "")


def _meant(form: Form) -> Customer | None:
    """The one customer with this address whose contract still runs, locked; None where there are none, or several."""
    address = form.email.strip()
    running = SubscriptionSnapshot.objects.exclude(status__in=OVER)
    by_account = running.filter(customer__user__email__iexact=address)
    found = set((by_account or running.filter(customer__email__iexact=address)).values_list("customer", flat=True))
    return rows.lock(pk=found.pop()) if len(found) == 1 else None


def _carry_out(customer: Customer, form: Form, now: datetime) -> Declared | None:
    """Do what was declared to the reader's contract. They are told at their own address."""
    try:
        row, value = held_by(customer)
    except ChangeError:
        return None
    if form.kind == Cancellation.WITHDRAWAL:
        try:
            return withdraw_held(
                customer, row, value, now=now, logged_in=False, name=form.name, email=form.email,
                contract=form.contract, locale=form.locale, matched_by="mail",
            )  # fmt: skip
        except ChangeError:
            pass  # the days are over: what was meant is an end
    kind = Cancellation.CANCEL if form.kind == Cancellation.WITHDRAWAL else form.kind
    former = Cancellation.objects.filter(subscription=row.gateway_id, withdrawn_at=None).first()
    if former is not None:
        return None
    return declare(
        customer, row, value, kind=kind, now=now, reason=form.reason, name=form.name, email=form.email,
        contract=form.contract, end_wanted=form.end_wanted, locale=form.locale, matched_by="mail",
    )  # fmt: skip


def _record(form: Form, carried_out: Declared | None, now: datetime) -> Cancellation:
    """The declaration as it was made, matched or not. The act itself has a row of its own where there was one."""
    return Cancellation.objects.create(
        reference=uuid.uuid4(), kind=form.kind, reason=form.reason, name=form.name, email=form.email,
        contract=form.contract, confirm_to=form.confirm_to, end_wanted=form.end_wanted, locale=form.locale,
        declared_at=now, logged_in=False, matched_by="mail" if carried_out else "",
    )  # fmt: skip
