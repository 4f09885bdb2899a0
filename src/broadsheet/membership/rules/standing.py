"""What a reader's contracts open, until when, and why: `access`, a pure function over facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadsheet.membership.rules.values import KNOWN, NONE, Benefit, Grant, Payment, Policy, Snapshot, Status


class Reason(StrEnum):
    """Why access is as it is."""

    NOTHING = "nothing"  # there is no contract at all
    UNFINISHED = "unfinished"  # the first payment is not through
    EXPIRED = "expired"  # it never was
    TRIAL = "trial"
    PAID = "paid"
    PAUSED = "paused"
    GRACE = "grace"
    OVERDUE = "overdue"
    ENDED = "ended"
    GIVEN_BACK = "given-back"  # refunded, or disputed
    UNKNOWN = "unknown"  # the gateway said a word that we do not know
    GRANT = "grant"


class Notice(StrEnum):
    """What the reader is told on their pages."""

    FINISH_PAYMENT = "finish-payment"
    START_AGAIN = "start-again"
    TRIAL_ENDS = "trial-ends"  # and the first charge follows
    TRIAL_ENDS_FREE = "trial-ends-free"  # nothing will be charged
    ENDS = "ends"
    COLLECTION_PAUSED = "collection-paused"
    FIX_CARD = "fix-card"
    RESUME = "resume"
    REJOIN = "rejoin"
    GRANT_ENDS = "grant-ends"


@dataclass(frozen=True, slots=True)
class Access:
    """What is open, until when, and why. `until` None: without an end, or, where nothing is open, no date to tell."""

    benefits: frozenset[Benefit]
    until: datetime | None
    reason: Reason
    notice: Notice | None = None
    notice_at: datetime | None = None

    @property
    def full(self) -> bool:
        """Whether members' and metered stories are open."""
        return Benefit.FULL in self.benefits


def access(snapshots: Iterable[Snapshot], grants: Iterable[Grant], now: datetime, policy: Policy) -> Access:
    """The union of what all contracts and grants of one reader open at `now`."""
    parts = [of_subscription(snapshot, now, policy) for snapshot in snapshots]
    parts += [of_grant(grant) for grant in grants if grant.start <= now and (grant.end is None or now < grant.end)]
    if not parts:
        return Access(NONE, None, Reason.NOTHING)
    leading = max(parts, key=_weight)
    benefits = frozenset().union(*(part.benefits for part in parts))
    if not benefits:
        return leading
    return Access(benefits, _until(parts), leading.reason, leading.notice, leading.notice_at)


def of_subscription(snapshot: Snapshot, now: datetime, policy: Policy) -> Access:
    """What one subscription opens at `now`."""
    if snapshot.ended_at is not None and now >= snapshot.ended_at:
        return Access(NONE, None, Reason.ENDED, Notice.REJOIN)
    if (lost := lost_at(snapshot.payments)) is not None and now >= lost:
        return Access(NONE, None, Reason.GIVEN_BACK, Notice.REJOIN)
    if snapshot.status not in KNOWN:
        return _unknown(snapshot, now, policy)
    return _cut(snapshot, _by_status(snapshot, snapshot.status, now, policy), now)


def of_grant(grant: Grant) -> Access:
    """What a grant opens while it lasts."""
    notice = Notice.GRANT_ENDS if grant.end is not None else None
    return Access(grant.benefits, grant.end, Reason.GRANT, notice, grant.end)


def lost_at(payments: Iterable[Payment]) -> datetime | None:
    """When access was lost by a refund or a dispute of the last payment; None where it was not, or a later one heals.

    A dispute for fraud ends access when it is opened, another one when it is lost; one that is won gives it back.
    """
    paid = [payment for payment in payments if payment.paid_at is not None and payment.paid.minor > 0]
    if not paid:
        return None
    last = max(paid, key=lambda payment: (payment.created, payment.id))
    found = [last.refunded_at or last.created] if last.wholly_refunded else []
    if last.disputed_at is not None and last.dispute_status != "won":
        if last.dispute_reason == "fraudulent":
            found.append(last.disputed_at)
        elif last.dispute_status == "lost":
            found.append(last.dispute_closed_at or last.disputed_at)
    return min(found, default=None)


def paid_until(payments: Iterable[Payment]) -> datetime | None:
    """The end of the last period that was paid and not given back."""
    ends = [
        payment.period_end
        for payment in payments
        if payment.paid_at is not None and payment.period_end is not None and not payment.wholly_refunded
    ]
    return max(ends, default=None)


def scheduled_end(snapshot: Snapshot) -> datetime | None:
    """When a subscription ends that was cancelled to its end; None where that is not planned, or no date is known."""
    if not snapshot.scheduled:
        return None
    return snapshot.cancel_at or _term(snapshot)


def has_ended(snapshot: Snapshot, now: datetime) -> bool:
    """Whether a planned end has come, though the gateway may not have said so yet: another contract may begin."""
    end = scheduled_end(snapshot)
    return end is not None and now >= end


def _term(snapshot: Snapshot) -> datetime | None:
    """The end of the period that runs now."""
    if snapshot.status == Status.TRIALING and snapshot.trial_end is not None:
        return max(snapshot.trial_end, snapshot.period_end or snapshot.trial_end)
    return snapshot.period_end


def _by_status(snapshot: Snapshot, status: str, now: datetime, policy: Policy) -> Access:
    match status:
        case Status.TRIALING:
            return _trialing(snapshot, policy)
        case Status.ACTIVE:
            return _active(snapshot, policy)
        case Status.PAST_DUE:
            return _past_due(snapshot, now, policy)
        case Status.INCOMPLETE:
            return Access(NONE, None, Reason.UNFINISHED, Notice.FINISH_PAYMENT)
        case Status.INCOMPLETE_EXPIRED:
            return Access(NONE, None, Reason.EXPIRED, Notice.START_AGAIN)
        case Status.UNPAID:
            return Access(NONE, None, Reason.OVERDUE, Notice.FIX_CARD)
        case Status.PAUSED:
            return Access(NONE, None, Reason.PAUSED, Notice.RESUME)
        case _:  # canceled; where an end is known it lies ahead, or we were not here
            until = snapshot.ended_at
            return Access(snapshot.benefits if until else NONE, until, Reason.ENDED, Notice.REJOIN)


def _trialing(snapshot: Snapshot, policy: Policy) -> Access:
    end = _term(snapshot)
    if snapshot.scheduled:
        end = scheduled_end(snapshot)
        return Access(snapshot.benefits, end, Reason.TRIAL, Notice.TRIAL_ENDS_FREE, end)
    until = end + policy.slack if end else None
    return Access(snapshot.benefits, until, Reason.TRIAL, Notice.TRIAL_ENDS, end)


def _active(snapshot: Snapshot, policy: Policy) -> Access:
    if snapshot.scheduled:
        end = scheduled_end(snapshot)
        return Access(snapshot.benefits, end, Reason.PAID, Notice.ENDS, end)
    if snapshot.paused:
        end = paid_until(snapshot.payments) or snapshot.period_end
        return Access(snapshot.benefits, end, Reason.PAUSED, Notice.COLLECTION_PAUSED, end)
    until = snapshot.period_end + policy.slack if snapshot.period_end else None
    return Access(snapshot.benefits, until, Reason.PAID)


def _past_due(snapshot: Snapshot, now: datetime, policy: Policy) -> Access:
    """Grace from the first failure; where the gateway did not say when that was, from the unpaid period's start."""
    failed = snapshot.first_failed_at or snapshot.period_start or now
    until = failed + policy.grace
    if (end := scheduled_end(snapshot)) is not None:
        until = min(until, max(end, failed))
    if now >= until:
        return Access(NONE, None, Reason.OVERDUE, Notice.FIX_CARD)
    return Access(snapshot.benefits, until, Reason.GRACE, Notice.FIX_CARD, until)


def _unknown(snapshot: Snapshot, now: datetime, policy: Policy) -> Access:
    """What the last status that we understood gave, at most until the slack after the period is over."""
    if snapshot.last_known not in KNOWN or snapshot.period_end is None:
        return Access(NONE, None, Reason.UNKNOWN)
    last = _by_status(snapshot, snapshot.last_known, now, policy)
    most = snapshot.period_end + policy.slack
    until = min(last.until, most) if last.until else most
    return _cut(snapshot, Access(last.benefits, until, Reason.UNKNOWN), now)


def _cut(snapshot: Snapshot, found: Access, now: datetime) -> Access:
    """Nothing where its time is over, and never beyond a known end."""
    if not found.benefits:
        return found
    until = found.until
    if snapshot.ended_at is not None:
        until = min(until, snapshot.ended_at) if until else snapshot.ended_at
    if until is not None and now >= until:
        over = Notice.RESUME if found.reason is Reason.PAUSED else Notice.REJOIN
        return Access(NONE, None, Reason.ENDED if snapshot.scheduled else found.reason, over)
    return Access(found.benefits, until, found.reason, found.notice, found.notice_at)


def _until(parts: Iterable[Access]) -> datetime | None:
    """How long the best of what is open stays open: full access counts where somebody gives it."""
    giving = [part for part in parts if part.benefits]
    giving = [part for part in giving if part.full] or giving
    if any(part.until is None for part in giving):
        return None
    return max(part.until for part in giving if part.until is not None)


def _weight(part: Access) -> tuple[bool, bool, float, str]:
    """Which of several contracts the reader is told of: the one that opens most for longest."""
    until = part.until.timestamp() if part.until else (float("inf") if part.benefits else 0.0)
    return (part.full, bool(part.benefits), until, part.reason)
