"""Ending a contract by the desk, and forgetting a reader."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.accounts import queries as accounts
from broadsheet.membership.models import (
    Cancellation,
    Checkout,
    Consent,
    Customer,
    DeskEntry,
    GiftSubscription,
    Grant,
    HistoryEntry,
    Mail,
    PendingOperation,
    Seat,
    SubscriptionSnapshot,
    TrialUse,
)
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.ending import ChangeError, held_by
from broadsheet.membership.queries.facts import POLICY
from broadsheet.membership.rules.values import OVER

EVIDENCE = timedelta(days=366 * 3)


@transaction.atomic
def end(*, user_id: int, now: datetime, subscription: str = "", by: str = "desk", reason: str = "") -> str:
    """End a subscription now, charging nothing more. Raises ChangeError("none")."""
    customer = rows.lock(user=user_id)
    if customer is None:
        raise ChangeError("none")
    row = held_by(customer, subscription).row
    rows.ask(
        op="end", key=f"bs:end:{customer.pk}:{by}-{row.gateway_id}", now=now, subject=row.gateway_id,
        customer=customer.gateway_id or "", user_id=user_id,
    )  # fmt: skip
    rows.note(
        user_id=user_id, once=f"{row.gateway_id}:ended-by-{by}", kind="ended_by_desk", at=now, by=by,
        subscription=row.gateway_id, reason=reason,
    )  # fmt: skip
    return row.gateway_id


@transaction.atomic
def change_email(*, user_id: int, email: str, now: datetime) -> bool:
    """Tell the gateway where a reader's receipts go now. False where it knows nobody by this account."""
    customer = rows.lock(user=user_id)
    if customer is None or not customer.gateway_id:
        return False
    customer.email = email
    customer.save(update_fields=["email"])
    key = f"bs:email:{customer.pk}:{uuid.uuid4().hex}"
    return rows.ask(op="email", key=key, now=now, customer=customer.gateway_id, user_id=user_id, email=email)


@transaction.atomic
def erase(*, user_id: int, now: datetime) -> None:
    """Forget a reader: contracts end, the gateway forgets them, passes hold no more.

    What stays has no name: invoices for the books, consents and cancellations as long as they must be proven, and
    keyed hashes of a trial for 24 months. To be called before accounts delete the user. Safe to repeat.
    """
    customer = rows.lock(user=user_id)
    person = accounts.person(user_id)
    for address in {person.email if person else "", customer.email if customer else ""} - {""}:
        declared = Cancellation.objects.filter(user=None, email__iexact=address)  # without logging in
        declared.update(name="", email="", confirm_to="", reason="", contract="")
    if customer is not None:
        _forget_customer(customer, now)
    PendingOperation.objects.filter(user=user_id).update(user=None)
    Mail.objects.filter(user=user_id, state__in=[Mail.WAITING, Mail.FAILED]).delete()
    Mail.objects.filter(user=user_id).update(user=None, to="", context={})
    HistoryEntry.objects.filter(user=user_id).delete()
    DeskEntry.objects.filter(user=user_id).delete()
    Grant.objects.filter(user=user_id).delete()
    Seat.objects.filter(user=user_id).update(user=None, revoked_at=now, email="")
    GiftSubscription.objects.filter(buyer=user_id).update(buyer=None, buyer_mail="", message="")
    GiftSubscription.objects.filter(redeemed_by=user_id).update(redeemed_by=None)
    TrialUse.objects.filter(user=user_id).update(user=None)
    Consent.objects.filter(user=user_id).update(user=None, keep_until=now + EVIDENCE)
    Cancellation.objects.filter(user=user_id).update(user=None, name="", email="", confirm_to="", reason="")
    rows.revoke(user_id=user_id, reason="erased", now=now)


def _forget_customer(customer: Customer, now: datetime) -> None:
    running = SubscriptionSnapshot.objects.filter(customer=customer).exclude(status__in=OVER)
    for row in running:
        rows.ask(
            op="end", key=f"bs:end:{customer.pk}:erased-{row.gateway_id}", now=now, subject=row.gateway_id,
            customer=customer.gateway_id or "",
        )  # fmt: skip
    if customer.gateway_id:
        rows.ask(
            op="forget", key=f"bs:forget:{customer.pk}:{customer.gateway_id}", now=now, subject="",
            customer=customer.gateway_id,
        )  # fmt: skip
    SubscriptionSnapshot.objects.filter(customer=customer).update(card_brand="", card_last4="", card_expires="")
    customer.invoices.update(hosted_url="", pdf_url="")
    Checkout.objects.filter(customer=customer).update(url="")
    customer.user, customer.email, customer.locale = None, "", ""
    customer.save(update_fields=["user", "email", "locale"])


def forget_evidence(*, now: datetime) -> int:
    """Delete what has been kept as long as it must be: consents, trials, cancellations. Gives how many rows."""
    gone = TrialUse.objects.filter(used_at__lt=now - POLICY.trial_memory).delete()[0]
    running = SubscriptionSnapshot.objects.exclude(status__in=OVER).values("gateway_id")
    over = Consent.objects.filter(keep_until__lt=now).exclude(subscription__in=running)
    recently = SubscriptionSnapshot.objects.filter(ended_at__gte=now - timedelta(days=366)).values("gateway_id")
    checkouts = Checkout.objects.filter(consent__in=over.exclude(subscription__in=recently))
    checkouts.update(consent=None)
    gone += over.exclude(subscription__in=recently).delete()[0]
    gone += Cancellation.objects.filter(declared_at__lt=now - EVIDENCE).delete()[0]
    gone += Mail.objects.filter(state=Mail.SENT, sent_at__lt=now - timedelta(days=400)).delete()[0]
    return gone
