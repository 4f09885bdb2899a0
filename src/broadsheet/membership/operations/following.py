"""What follows from a customer's facts: trials counted, second subscriptions ended, charges owed given back, mails.

All of it is derived from the facts as they are, and known by what it comes of: facts that arrive in another order, or
twice, leave the same rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from broadsheet.membership.keys import mail_key
from broadsheet.membership.models import (
    Cancellation,
    Customer,
    Invoice,
    PendingOperation,
    SubscriptionSnapshot,
    TrialUse,
)
from broadsheet.membership.operations import rows
from broadsheet.membership.queries.facts import POLICY, trial_uses, values_of
from broadsheet.membership.rules.refunds import charged_after, refundable, to_keep
from broadsheet.membership.rules.standing import lost_at
from broadsheet.membership.rules.trials import counts_as_used, seen_before
from broadsheet.membership.rules.values import Payment, Snapshot, Status

FRESH = timedelta(days=7)  # older facts are history: nobody is written to about them
SAME_MOMENT = timedelta(minutes=1)  # an invoice may bear a time a little before its subscription's


def follow(customer: Customer, now: datetime) -> None:
    """Write down all that follows from one customer's facts."""
    held = list(SubscriptionSnapshot.objects.filter(customer=customer).select_related("price__plan__tier"))
    values = values_of(held)
    for row, value in zip(held, values, strict=True):
        if counts_as_used(value):
            _count_trial(customer, row, now)
    _end_duplicates(customer, values, now)
    for value in values:
        _give_back(customer, value, now)
        _end_lost(customer, value, now)
        _tell(customer, value, now)


# Trials


def _count_trial(customer: Customer, row: SubscriptionSnapshot, now: datetime) -> None:
    """Record that a trial was used; end the later of two that one mailbox or card had, uncharged."""
    used = TrialUse.objects.filter(subscription=row.gateway_id).first()
    if used is not None and (used.card_key or not row.card_key):
        return
    rows.one_trial_at_a_time()
    if used is None:
        address = customer.email or (customer.user.email if customer.user else "")
        used = TrialUse(subscription=row.gateway_id, user_id=customer.user_id, mail_key=mail_key(address))
        used.used_at = row.trial_start or row.created_at
    used.card_key = row.card_key
    used.save()
    _refuse_second(used, now)


def _refuse_second(used: TrialUse, now: datetime) -> None:
    """Among this trial and those of the same reader, mailbox or card, all but the first are refused."""
    former = trial_uses(now, user_id=used.user_id, mail_key=used.mail_key, card_key=used.card_key)
    for use in sorted(former, key=lambda use: (use.used_at, use.subscription)):
        earlier = [each for each in former if (each.used_at, each.subscription) < (use.used_at, use.subscription)]
        known = seen_before(
            earlier, now, POLICY, member=use.member, mail_key=use.mail_key, card_key=use.card_key,
            subscription=use.subscription,
        )  # fmt: skip
        if known is not None:
            _refuse(use.subscription, known.value, now)


def _refuse(subscription: str, known: str, now: datetime) -> None:
    row = SubscriptionSnapshot.objects.filter(gateway_id=subscription).select_related("customer").first()
    if row is None or row.status != Status.TRIALING or (row.trial_end is not None and now >= row.trial_end):
        return
    TrialUse.objects.filter(subscription=subscription).update(refused=True)
    customer = row.customer
    asked = rows.ask(
        op="end", key=f"bs:end:{customer.pk}:trial-{subscription}", now=now, subject=subscription,
        customer=customer.gateway_id or "", user_id=customer.user_id, refund_since=row.created_at.isoformat(),
    )  # fmt: skip
    if asked:
        rows.post(
            kind="trial_refused", subject=subscription, now=now, user_id=customer.user_id, locale=customer.locale,
            context={"known": known},
        )  # fmt: skip
        rows.note(
            user_id=customer.user_id, once=f"{subscription}:trial-refused", kind="trial_refused", at=now,
            subscription=subscription, by="clock", known=known,
        )  # fmt: skip


# Second subscriptions, and money owed


def _end_duplicates(customer: Customer, values: tuple[Snapshot, ...], now: datetime) -> None:
    """Of two that run at once one is ended; what it was paid while both ran goes back."""
    kept, others = to_keep(values)
    for other in others:
        since = max(kept.created, other.created) if kept else other.created
        asked = rows.ask(
            op="end", key=f"bs:end:{customer.pk}:second-{other.id}", now=now, subject=other.id,
            customer=customer.gateway_id or "", user_id=customer.user_id, refund_since=since.isoformat(),
        )  # fmt: skip
        if asked:
            ends = (kept.cancel_at or kept.period_end) if kept and kept.scheduled else None
            rows.post(
                kind="second_ended", subject=other.id, now=now, user_id=customer.user_id, locale=customer.locale,
                context={"until": ends.isoformat()} if ends else {},
            )  # fmt: skip
            rows.note(
                user_id=customer.user_id, once=f"{other.id}:second", kind="second_ended", at=now, subscription=other.id,
                by="clock",
            )  # fmt: skip


def _give_back(customer: Customer, value: Snapshot, now: datetime) -> None:
    """Refund what was paid for a second subscription or a refused trial, and what was charged after a cancellation."""
    for row in PendingOperation.objects.filter(op="end", subject=value.id):
        since = row.intent.get("refund_since")
        for payment in refundable(value.payments) if since else ():
            if payment.created >= datetime.fromisoformat(since) - SAME_MOMENT:
                refund(customer, value.id, payment, "owed", now)
    for declared in Cancellation.objects.filter(subscription=value.id, withdrawn_at=None):
        for payment in charged_after(value.payments, _from(declared)):
            refund(customer, value.id, payment, "after-cancellation", now)


def _from(row: Cancellation) -> datetime:
    """From when a cancellation forbids charges: its declaration, or the end that the reader wanted, where that is
    later."""
    if row.end_wanted is None:
        return row.declared_at
    wanted = row.declared_at.replace(
        year=row.end_wanted.year, month=row.end_wanted.month, day=row.end_wanted.day, hour=0, minute=0, second=0
    )
    return max(row.declared_at, wanted)


def refund(customer: Customer, subscription: str, payment: Payment, why: str, now: datetime) -> None:
    """Write down that what is left of a payment goes back. Once for each payment, whatever the reasons."""
    row = Invoice.objects.filter(gateway_id=payment.id).first()
    left = payment.paid.minor - payment.refunded
    if row is None or left <= 0:
        return
    rows.ask(
        op="refund", key=f"bs:refund:{customer.pk}:{payment.id}", now=now, subject=subscription,
        customer=customer.gateway_id or "", user_id=customer.user_id, charge=row.charge, intent=row.intent, minor=left,
        invoice=payment.id, why=why,
    )  # fmt: skip


def _end_lost(customer: Customer, value: Snapshot, now: datetime) -> None:
    """What was wholly given back, or lost in a dispute, charges nobody again. A dispute that is open ends nothing
    yet."""
    lost = lost_at(value.payments)
    if lost is None or now < lost or not value.live:
        return
    open_dispute = any(each.disputed_at and each.dispute_status not in {"won", "lost"} for each in value.payments)
    if open_dispute:
        return
    rows.ask(
        op="end", key=f"bs:end:{customer.pk}:lost-{value.id}", now=now, subject=value.id,
        customer=customer.gateway_id or "", user_id=customer.user_id,
    )  # fmt: skip


# Words


def _tell(customer: Customer, value: Snapshot, now: datetime) -> None:
    """The lines of history and the mails that a subscription's facts call for."""
    user_id, locale = customer.user_id, customer.locale
    if value.status in {Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED}:
        return
    kind = "trial_started" if value.trial_start else "joined"
    rows.note(user_id=user_id, once=f"{value.id}:begun", kind=kind, at=value.created, subscription=value.id)
    fresh = now - value.created < FRESH
    if fresh and value.live and not _refused_or_second(customer, value.id):
        rows.post(kind="welcome", subject=value.id, now=now, user_id=user_id, locale=locale)
    for payment in value.payments:
        _tell_of(customer, value, payment, now)
    if value.ended_at is not None and value.ended_at <= now:
        once = f"{value.id}:ended"
        rows.note(user_id=user_id, once=once, kind="ended", at=value.ended_at, subscription=value.id)
        if now - value.ended_at < FRESH and not _refused_or_second(customer, value.id):
            rows.post(kind="ended", subject=value.id, now=now, user_id=user_id, locale=locale)


def _tell_of(customer: Customer, value: Snapshot, payment: Payment, now: datetime) -> None:
    user_id, locale = customer.user_id, customer.locale
    if payment.paid_at is not None and payment.paid.minor > 0:
        rows.note(
            user_id=user_id, once=f"{payment.id}:paid", kind="paid", at=payment.paid_at, subscription=value.id,
            minor=payment.paid.minor, currency=payment.paid.currency,
        )  # fmt: skip
        if now - payment.paid_at < FRESH:
            rows.post(kind="receipt", subject=value.id, period=payment.id, now=now, user_id=user_id, locale=locale)
    if payment.refunded:
        at = payment.refunded_at or now
        rows.note(
            user_id=user_id, once=f"{payment.id}:refunded:{payment.refunded}", kind="refunded", at=at,
            subscription=value.id, minor=payment.refunded, currency=payment.paid.currency,
        )  # fmt: skip
        if now - at < FRESH:
            period = f"{payment.id}:{payment.refunded}"[-60:]
            rows.post(kind="refunded", subject=value.id, period=period, now=now, user_id=user_id, locale=locale)
    if payment.disputed_at is not None:
        rows.note(
            user_id=user_id, once=f"{payment.id}:dispute:{payment.dispute_status}", kind="dispute",
            at=payment.dispute_closed_at or payment.disputed_at, subscription=value.id, status=payment.dispute_status,
            reason=payment.dispute_reason,
        )  # fmt: skip


def _refused_or_second(customer: Customer, subscription: str) -> bool:
    keys = [f"bs:end:{customer.pk}:{why}-{subscription}" for why in ("second", "trial")]
    return PendingOperation.objects.filter(key__in=keys).exists()
