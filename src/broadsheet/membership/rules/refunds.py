"""What is given back: withdrawal within its days, charges after a cancellation, second subscriptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadsheet.membership.rules.values import Interval, Payment, Policy, Snapshot, Status
from broadsheet.money import Money

CONTRACTS = {"subscription_create", "subscription_update"}  # invoices that begin or change a contract


class Ground(StrEnum):
    """What the days of withdrawal count from."""

    TRIAL = "trial"
    START = "start"
    CONVERSION = "conversion"
    RENEWAL = "renewal"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Whether a reader may withdraw now, till when, and what they get back."""

    allowed: bool
    ground: Ground
    until: datetime | None = None
    refund: Money | None = None
    payment: str = ""  # the invoice to refund


def withdrawal(snapshot: Snapshot, now: datetime, policy: Policy) -> Withdrawal:
    """One rule for all countries: 14 days from a trial's start, its conversion, a start without trial, or the renewal
    of a year. What was charged last is given back in full."""
    last = last_paid(snapshot.payments)
    if last is not None and last.paid_at is not None:
        ground = _ground(snapshot, last)
        until = last.paid_at + policy.withdrawal
        if ground is not Ground.NONE and now < until:
            left = Money(max(last.paid.minor - last.refunded, 0), last.paid.currency)
            return Withdrawal(True, ground, until, left if left.minor else None, last.id if left.minor else "")
        return Withdrawal(False, Ground.NONE)
    begun = snapshot.trial_start or snapshot.created
    until = begun + policy.withdrawal
    if now < until and snapshot.status in {Status.TRIALING, Status.INCOMPLETE, Status.ACTIVE, Status.PAUSED}:
        return Withdrawal(True, Ground.TRIAL if snapshot.trial_start else Ground.START, until)
    return Withdrawal(False, Ground.NONE)


def last_paid(payments: Iterable[Payment]) -> Payment | None:
    """The last invoice for which money was taken."""
    paid = [payment for payment in payments if payment.paid_at is not None and payment.paid.minor > 0]
    return max(paid, key=lambda payment: (payment.created, payment.id), default=None)


def _ground(snapshot: Snapshot, last: Payment) -> Ground:
    """What the last charge was: the first of all, a conversion, a renewal of a year; a month's renewal is no ground."""
    paid = [payment for payment in snapshot.payments if payment.paid_at is not None and payment.paid.minor > 0]
    if len(paid) == 1:
        return Ground.CONVERSION if snapshot.trial_start else Ground.START
    if last.billing_reason in CONTRACTS:
        return Ground.START
    return Ground.RENEWAL if snapshot.interval == Interval.YEAR else Ground.NONE


def charged_after(payments: Iterable[Payment], cancelled: datetime) -> tuple[Payment, ...]:
    """Charges that began after the reader had cancelled, and are not given back: they are owed to them."""
    return tuple(
        payment
        for payment in payments
        if payment.paid_at is not None
        and payment.paid.minor > payment.refunded
        and payment.created > cancelled
        and not payment.disputed_at
    )


def to_keep(snapshots: Iterable[Snapshot]) -> tuple[Snapshot | None, tuple[Snapshot, ...]]:
    """Among a reader's live subscriptions the one to keep, and the others, which are cancelled and refunded.

    The oldest is kept, unless it is unpaid, or a trial that is already ending, and a later one is not. One that is
    ending but was paid for is kept: nobody pays anew for days that are theirs already.
    """
    live = sorted((each for each in snapshots if each.live), key=_worth)
    return (live[0], tuple(live[1:])) if live else (None, ())


def _worth(snapshot: Snapshot) -> tuple[bool, bool, datetime, str]:
    sound = snapshot.status in {Status.TRIALING, Status.ACTIVE}
    ending_trial = snapshot.scheduled and snapshot.status is Status.TRIALING
    return (not sound, ending_trial, snapshot.created, snapshot.id)


def refundable(payments: Iterable[Payment]) -> tuple[Payment, ...]:
    """What was paid and is neither given back nor disputed (a dispute gives the money back by itself)."""
    return tuple(
        payment
        for payment in payments
        if payment.paid_at is not None and payment.paid.minor > payment.refunded and not payment.disputed_at
    )
