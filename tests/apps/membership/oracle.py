"""Facts of the gateway as the rules' values, written a second time: what the tables lead to is held against this."""

from __future__ import annotations

from collections.abc import Iterable

from broadsheet.membership.ports import InvoiceFacts, SubscriptionFacts
from broadsheet.membership.rules.values import Payment, Snapshot


def snapshot_of(facts: SubscriptionFacts, invoices: Iterable[InvoiceFacts]) -> Snapshot:
    """One subscription, whose last status that is known is taken to be none."""
    ours = [each for each in invoices if each.subscription == facts.id]
    owed = [each.created for each in ours if each.status == "open" and each.attempts]
    owing = facts.status in {"past_due", "unpaid"}
    return Snapshot(
        id=facts.id, status=facts.status, created=facts.created, last_known=facts.status, interval=facts.interval,
        price=facts.amount, period_start=facts.period_start, period_end=facts.period_end, trial_start=facts.trial_start,
        trial_end=facts.trial_end, cancel_at=facts.cancel_at, cancel_at_period_end=facts.cancel_at_period_end,
        paused=facts.paused, first_failed_at=min(owed, default=None) if owing else None, ended_at=facts.ended_at,
        payments=tuple(_payment(each) for each in ours),
    )  # fmt: skip


def _payment(facts: InvoiceFacts) -> Payment:
    dispute = facts.dispute
    return Payment(
        id=facts.id, created=facts.created, paid_at=facts.paid_at, paid=facts.paid, billing_reason=facts.billing_reason,
        period_end=facts.period_end, refunded=facts.refunded, refunded_at=facts.refunded_at,
        dispute_status=dispute.status if dispute else "", dispute_reason=dispute.reason if dispute else "",
        disputed_at=dispute.created if dispute else None, dispute_closed_at=dispute.closed_at if dispute else None,
    )  # fmt: skip
